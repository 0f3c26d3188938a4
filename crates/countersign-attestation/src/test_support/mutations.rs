//! Random changes to good statements, none of which may be accepted.
//!
//! A statement is changed as CBOR (members and elements removed, repeated, swapped, added, replaced by others, strings
//! edited inside), and then as bytes. It goes the way of a response: into an attestation object, which the strict reader
//! reads, and from there to the format. What is accepted must say the same as the original in all that is [`Material`].
//!
//! `COUNTERSIGN_MUTATIONS` is the number of changed statements for each format, by default 512.

use ciborium::Value;
use countersign_cose::{Algorithm, Scheme};
use countersign_types::{Aaguid, AttestationObject};
use proptest::{
    prelude::*,
    sample::Index,
    test_runner::{TestCaseError, TestError, TestRunner},
};

use super::{
    certificates::{Builder, Key, common_name, root},
    links,
    statements::{Registration, encode},
};
use crate::{
    anchors::AnchorList, certificate::Certificate, format::table::Formats, path::limits::PathLimits,
};

/// The parts of a statement whose values matter, so that changed ones must not be accepted. Other members are unknown
/// ones, and those that a format documents as not judged.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Material {
    /// The members with these names, `x5c` among them or not.
    ///
    /// Of `x5c`, the first certificate must be the first, and all others must be there: a path may go through them in any
    /// order, and others are superfluous. What a certificate counts as unused bits of its signature is not material.
    ///
    /// Of `alg`, the way in which signatures are verified is material.
    Members(&'static [&'static str]),
    /// Of each part of a compound statement, the format and the members of its statement that have these names. Each part
    /// must be one of the original's, and one of them have `x5c`.
    Parts(&'static [&'static str]),
}

/// A good statement, and what it takes to verify it.
pub(crate) struct Example {
    pub(crate) format: &'static str,
    pub(crate) formats: Formats,
    pub(crate) registration: Registration,
    pub(crate) statement: Value,
    pub(crate) material: Material,
    /// Whether only a statement with a path to the root counts as accepted.
    pub(crate) acceptance: Acceptance,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Acceptance {
    Verified,
    Trusted,
}

#[derive(Debug, Clone)]
enum Edit {
    /// Of the encoded statement.
    Bytes(ByteEdit),
    /// Of the node at this place.
    Node(Index, NodeEdit),
}

/// An edit of bytes at random.
#[derive(Debug, Clone)]
pub(crate) enum ByteEdit {
    Flip(Index, u8),
    Set(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Copy(Index, Index, usize),
    Truncate(Index),
}

#[derive(Debug, Clone)]
enum NodeEdit {
    /// By another node of this or another statement.
    Replace(Index),
    /// Inside of a string.
    Inside(ByteEdit),
    Remove(Index),
    Repeat(Index),
    Swap(Index, Index),
    /// A member or element that is a copy of another node; the name of a member is one that some format has.
    Add(Index, Index),
}

const NAMES: [&str; 14] = [
    "alg",
    "sig",
    "x5c",
    "ver",
    "certInfo",
    "pubArea",
    "response",
    "receipt",
    "ecdaaKeyId",
    "fmt",
    "attStmt",
    "authData",
    "",
    "unknown",
];

pub(crate) fn byte_edit() -> impl Strategy<Value = ByteEdit> {
    prop_oneof![
        6 => (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| ByteEdit::Flip(at, bit)),
        3 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| ByteEdit::Set(at, byte)),
        2 => (any::<Index>(), prop::collection::vec(any::<u8>(), 1..5)).prop_map(|(at, new)| ByteEdit::Insert(at, new)),
        2 => (any::<Index>(), 1..5_usize).prop_map(|(at, count)| ByteEdit::Remove(at, count)),
        1 => (any::<Index>(), any::<Index>(), 1..40_usize).prop_map(|(from, to, count)| ByteEdit::Copy(from, to, count)),
        1 => any::<Index>().prop_map(ByteEdit::Truncate),
    ]
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let node = prop_oneof![
        3 => any::<Index>().prop_map(NodeEdit::Replace),
        6 => byte_edit().prop_map(NodeEdit::Inside),
        1 => any::<Index>().prop_map(NodeEdit::Remove),
        1 => any::<Index>().prop_map(NodeEdit::Repeat),
        1 => any::<(Index, Index)>().prop_map(|(one, other)| NodeEdit::Swap(one, other)),
        1 => any::<(Index, Index)>().prop_map(|(name, donor)| NodeEdit::Add(name, donor)),
    ];
    let edit = prop_oneof![
        2 => byte_edit().prop_map(Edit::Bytes),
        3 => (any::<Index>(), node).prop_map(|(at, edit)| Edit::Node(at, edit)),
    ];
    prop::collection::vec(edit, 1..4)
}

impl ByteEdit {
    pub(crate) fn apply(&self, bytes: &mut Vec<u8>) {
        let length = bytes.len();
        if length == 0 {
            return;
        }
        let until = |start: usize, count: usize| (start + count).min(length);
        match self {
            Self::Flip(at, bit) => bytes[at.index(length)] ^= 1 << bit,
            Self::Set(at, byte) => bytes[at.index(length)] = *byte,
            Self::Insert(at, new) => {
                let at = at.index(length + 1);
                bytes.splice(at..at, new.iter().copied());
            }
            Self::Remove(at, count) => {
                let at = at.index(length);
                bytes.drain(at..until(at, *count));
            }
            Self::Copy(from, to, count) => {
                let (from, to) = (from.index(length), to.index(length));
                let copied = bytes[from..until(from, *count)].to_vec();
                bytes.splice(to..until(to, *count), copied);
            }
            Self::Truncate(at) => bytes.truncate(at.index(length)),
        }
    }
}

/// All nodes of a tree, each before those inside of it.
fn nodes(value: &Value) -> Vec<Value> {
    let inside: Vec<_> = match value {
        Value::Array(elements) => elements.iter().flat_map(nodes).collect(),
        Value::Map(members) => {
            members.iter().flat_map(|(key, value)| [nodes(key), nodes(value)].concat()).collect()
        }
        _ => Vec::new(),
    };
    [vec![value.clone()], inside].concat()
}

/// Changes the node at a place in the order of [`nodes`].
fn change(value: &mut Value, place: &mut usize, edit: &mut dyn FnMut(&mut Value)) {
    if *place == 0 {
        edit(value);
    }
    let Some(below) = place.checked_sub(1) else {
        *place = usize::MAX;
        return;
    };
    *place = below;
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(|element| change(element, place, edit)),
        Value::Map(members) => members.iter_mut().for_each(|(key, value)| {
            change(key, place, edit);
            change(value, place, edit);
        }),
        _ => {}
    }
}

impl NodeEdit {
    fn apply(&self, node: &mut Value, donors: &[Value]) {
        let donor = |index: &Index| donors[index.index(donors.len())].clone();
        match (self, node) {
            (Self::Replace(by), node) => *node = donor(by),
            (Self::Inside(edit), Value::Bytes(bytes)) => edit.apply(bytes),
            (Self::Inside(edit), Value::Text(text)) => {
                let mut bytes = text.clone().into_bytes();
                edit.apply(&mut bytes);
                *text = String::from_utf8_lossy(&bytes).into_owned();
            }
            (Self::Add(_, by), Value::Array(elements)) => elements.push(donor(by)),
            (Self::Add(name, by), Value::Map(members)) => {
                members.push((NAMES[name.index(NAMES.len())].into(), donor(by)));
            }
            (edit, Value::Array(elements)) => edit.apply_among(elements),
            (edit, Value::Map(members)) => edit.apply_among(members),
            _ => {}
        }
    }

    fn apply_among<T: Clone>(&self, among: &mut Vec<T>) {
        let length = among.len();
        if length == 0 {
            return;
        }
        match self {
            Self::Remove(at) => drop(among.remove(at.index(length))),
            Self::Repeat(at) => among.push(among[at.index(length)].clone()),
            Self::Swap(one, other) => among.swap(one.index(length), other.index(length)),
            _ => {}
        }
    }
}

fn mutate(statement: &Value, edits: &[Edit], donors: &[Value]) -> Vec<u8> {
    let mut changed = statement.clone();
    for edit in edits {
        if let Edit::Node(at, edit) = edit {
            let mut place = at.index(nodes(&changed).len());
            change(&mut changed, &mut place, &mut |node| edit.apply(node, donors));
        }
    }
    let mut bytes = encode(&changed);
    for edit in edits {
        if let Edit::Bytes(edit) = edit {
            edit.apply(&mut bytes);
        }
    }
    bytes
}

/// Replacements for a node, in addition to the statement's own nodes.
fn foreign(registration: &Registration) -> Vec<Value> {
    let impostor = Key::p256(77);
    let certificate = |key: &Key| Builder::attestation(key).der(&common_name("root"), key);
    let bytes = [
        Vec::new(),
        vec![0; 64],
        root().0.certificate().as_der().to_vec(),
        certificate(&impostor),
        certificate(&Key::p256(3)),
        impostor.sign(&registration.signed_data()),
        Key::p256(3).sign(&registration.signed_data()),
        Key::p256(2).sign(b"something else"),
        registration.authenticator_data.clone(),
    ];
    let mut values: Vec<_> = bytes.map(Value::Bytes).into();
    values.extend([-7, -8, -35, -257, -65535, 0, 1].map(Value::from));
    values.extend(["packed", "none", "fido-u2f", "2.0", ""].map(Value::from));
    values.extend([
        Value::Null,
        Value::Bool(true),
        Value::Float(-7.0),
        Value::Map(Vec::new()),
        Value::Array(Vec::new()),
    ]);
    values
}

impl Example {
    /// The attestation object with this statement.
    fn object(&self, statement: &[u8]) -> Vec<u8> {
        let mut object = vec![0xa3];
        object.extend(encode(&"fmt".into()));
        object.extend(encode(&self.format.into()));
        object.extend(encode(&"attStmt".into()));
        object.extend(statement);
        object.extend(encode(&"authData".into()));
        object.extend(encode(&Value::Bytes(self.registration.authenticator_data.clone())));
        object
    }

    /// What the statement says, if it is accepted.
    fn accepted(&self, statement: &[u8], anchors: &AnchorList) -> Option<Value> {
        let object = self.object(statement);
        let object = AttestationObject::parse(&object).ok()?;
        if object.format != self.format || object.authenticator_data != self.registration.authenticator_data {
            return None;
        }
        let attestation =
            self.registration.verify_with(&self.formats, object.format, object.statement).ok()?;
        if self.acceptance == Acceptance::Trusted {
            links::assess(&attestation, Aaguid::ZERO, anchors, &PathLimits::default()).ok()?;
        }
        Some(ciborium::from_reader(object.statement).unwrap())
    }

    /// Changes the statement at random, many times.
    pub(crate) fn assert_no_mutation_is_accepted(&self) {
        let cases = std::env::var("COUNTERSIGN_MUTATIONS").map_or(512, |count| count.parse().unwrap());
        let anchors = AnchorList::new([root().0]);
        let original = self.accepted(&encode(&self.statement), &anchors).expect("the original is good");
        assert!(self.material.is_kept(&original, &original));
        let donors = [nodes(&self.statement), foreign(&self.registration)].concat();
        let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
        let result = TestRunner::new(config).run(&edits(), |edits| {
            let changed = mutate(&self.statement, &edits, &donors);
            match self.accepted(&changed, &anchors) {
                Some(accepted) if !self.material.is_kept(&original, &accepted) => {
                    Err(TestCaseError::fail(format!("accepted: {accepted:?}")))
                }
                _ => Ok(()),
            }
        });
        match result {
            Ok(()) => {}
            Err(TestError::Fail(reason, edits)) => panic!("{}: {reason} after {edits:?}", self.format),
            Err(error) => panic!("{}: {error}", self.format),
        }
    }
}

impl Material {
    fn is_kept(self, original: &Value, accepted: &Value) -> bool {
        match self {
            Self::Members(names) => members_are_kept(names, original, accepted),
            Self::Parts(names) => {
                let (Value::Array(originals), Value::Array(parts)) = (original, accepted) else {
                    return false;
                };
                let is_original = |part: &Value| {
                    originals.iter().any(|original| {
                        let (old, new) = (get(original, "attStmt"), get(part, "attStmt"));
                        get(original, "fmt") == get(part, "fmt")
                            && old.zip(new).is_some_and(|(old, new)| members_are_kept(names, old, new))
                    })
                };
                let is_certified = |part: &Value| {
                    get(part, "attStmt").is_some_and(|statement| get(statement, "x5c").is_some())
                };
                parts.iter().all(is_original) && parts.iter().any(is_certified)
            }
        }
    }
}

fn get<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let members = value.as_map()?;
    members.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value)
}

fn members_are_kept(names: &[&str], original: &Value, accepted: &Value) -> bool {
    accepted.is_map()
        && names.iter().all(|name| match (*name, get(original, name), get(accepted, name)) {
            ("x5c", Some(Value::Array(old)), Some(Value::Array(new))) => {
                let is_in_new = |old: &Value| new.iter().any(|new| is_kept_certificate(old, new));
                let mut first = old.first().zip(new.first()).into_iter();
                first.all(|(old, new)| is_kept_certificate(old, new)) && old.iter().all(is_in_new)
            }
            ("alg", Some(old), Some(new)) => scheme(old) == scheme(new),
            (_, old, new) => old == new,
        })
}

/// Whether both are one certificate, apart from the count of unused bits of its signature.
fn is_kept_certificate(old: &Value, new: &Value) -> bool {
    let read = |value: &Value| Certificate::from_der(value.as_bytes()?).ok();
    old == new
        || read(old).zip(read(new)).is_some_and(|(old, new)| {
            old.signed_data() == new.signed_data() && old.signature() == new.signature()
        })
}

/// How the signatures of an algorithm are verified: -7 and -9 are two names of one way, and nothing signs the name.
fn scheme(algorithm: &Value) -> Option<Scheme> {
    let identifier = i64::try_from(algorithm.as_integer()?).ok()?;
    Algorithm::ALL.iter().find(|it| it.identifier().0 == identifier).map(|it| it.scheme())
}
