//! Random changes to ceremonies before they are signed, so that a change may be in a signed part.

use std::cell::{Cell, RefCell};

use countersign_authenticator::{Cbor, Change, Envelope, Format, Generator, Members, Scenario};
use serde_json::{Value, json};

thread_local! {
    /// The source of the choices of the changes, which are plain functions.
    static CHOICES: RefCell<Generator> = RefCell::new(Generator::new("", ""));
    /// The format of the current attestation.
    static FORMAT: Cell<&'static str> = const { Cell::new("") };
}

/// Begins a mutation: the changes after this call are its own.
pub fn begin(seed: u64, index: u64) {
    CHOICES.with(|choices| *choices.borrow_mut() = Generator::new(seed.to_be_bytes(), index.to_string()));
}

/// Sets the attestation format of the response that the changes after this call belong to.
pub fn of_format(format: &'static str) {
    FORMAT.set(format);
}

/// A number below `end`, which is not 0.
pub fn below(end: usize) -> usize {
    let bytes = CHOICES.with(|choices| choices.borrow_mut().array::<8>());
    (u64::from_be_bytes(bytes) % end.max(1) as u64) as usize
}

fn one<T: Clone>(among: &[T]) -> T {
    among[below(among.len())].clone()
}

/// The changes to either ceremony.
const IN_BOTH: [(&str, Change); 9] = [
    ("client data", Change::ClientData(client_data)),
    ("client data", Change::ClientData(client_data)),
    ("bytes of client data", Change::ClientDataBytes(bytes)),
    ("authenticator data", Change::AuthenticatorData(authenticator_data)),
    ("authenticator data", Change::AuthenticatorData(authenticator_data)),
    ("bytes of authenticator data", Change::AuthenticatorDataBytes(bytes)),
    ("envelope", Change::Envelope(envelope)),
    ("envelope", Change::Envelope(envelope)),
    ("text", Change::Text(text)),
];

const IN_REGISTRATIONS: [(&str, Change); 7] = [
    ("key", Change::CredentialKey(cbor)),
    ("key", Change::CredentialKey(cbor)),
    ("statement", Change::Statement(cbor)),
    ("statement", Change::Statement(cbor)),
    ("attestation object", Change::AttestationObject(cbor)),
    ("bytes of the attestation object", Change::AttestationObjectBytes(bytes)),
    // The convenience members of the response would reveal most changes.
    ("statement", Change::Statement(cbor)),
];

const IN_AUTHENTICATIONS: [(&str, Change); 2] =
    [("signature", Change::Signature(bytes)), ("signature", Change::Signature(integers))];

/// The demands of many libraries beyond the specification, so that their other checks are reached: a TPM manufacturer of
/// their list and a safe clock, a `fido-u2f` statement without an AAGUID, and the root among the certificates of
/// `android-key`.
pub const AS_ELSEWHERE: [Change; 3] = [
    Change::AuthenticatorData(|draft| {
        if let Some(attested) = draft.attested.as_mut().filter(|_| FORMAT.get() == "fido-u2f") {
            attested.aaguid = [0; 16];
        }
    }),
    Change::Attestation(|draft| {
        draft.certify_info.clock_info[16] = 1;
        let leaf = draft.leaf.iter_mut().filter(|_| draft.format == "tpm");
        for value in leaf.flat_map(|leaf| &mut leaf.extensions).map(|extension| &mut extension.value) {
            let (old, new) = (b"id:00000000", b"id:494E5443");
            if let Some(at) = value.windows(old.len()).position(|window| window == old) {
                value[at..at + new.len()].copy_from_slice(new);
            }
        }
    }),
    Change::Statement(|statement| {
        let root = Scenario::of(Format::AndroidKey).run(&[], &[]).map(|exchange| exchange.anchor);
        if let (true, Ok(root), Some(Cbor::Array(x5c))) =
            (FORMAT.get() == "android-key", root, statement.get_mut("x5c"))
        {
            x5c.push(Cbor::Bytes(root));
        }
    }),
];

/// Leaves out the copies of what is in the attestation object, as clients of Level 1 do.
pub const WITHOUT_COPIES: Change = Change::Envelope(|envelope| {
    for name in ["authenticatorData", "publicKey", "publicKeyAlgorithm"] {
        envelope.remove(name);
    }
});

/// A change of a registration, and of what.
pub fn of_registration() -> (&'static str, Change) {
    one(&[IN_BOTH.as_slice(), &IN_REGISTRATIONS].concat())
}

/// A change of an authentication, and of what.
pub fn of_authentication() -> (&'static str, Change) {
    one(&[IN_BOTH.as_slice(), &IN_AUTHENTICATIONS].concat())
}

fn bytes(bytes: &mut Vec<u8>) {
    let length = bytes.len();
    if length == 0 {
        return bytes.push(0);
    }
    let at = below(length);
    match below(8) {
        0..=2 => bytes[at] ^= 1 << below(8),
        3 => bytes[at] = below(256) as u8,
        4 => bytes.insert(at, one(&[0, 0x20, 0xff, b'0', b'"', b','])),
        5 => drop(bytes.remove(at)),
        6 => bytes.truncate(at),
        _ => bytes.extend((0..=below(4)).map(|_| one(&[0, 0x20, 0xa0, 0xf6, b'x']))),
    }
}

/// Of a DER signature: its integers padded, made negative or larger, or its length written at length.
fn integers(signature: &mut Vec<u8>) {
    if signature.first() != Some(&0x30) || signature.len() < 8 {
        return bytes(signature);
    }
    match below(5) {
        0 => {
            signature.insert(4, 0);
            signature[3] += 1;
            signature[1] += 1;
        }
        1 => signature.insert(1, 0x81),
        2 => signature.extend([0, 0]),
        3 => signature[4] ^= 0x80,
        _ => signature[1] = signature[1].wrapping_add(1),
    }
}

fn client_data(members: &mut Members) {
    let names = ["type", "challenge", "origin", "crossOrigin", "topOrigin", "tokenBinding", "other"];
    let name = one(&names);
    let text = members.get(name).and_then(Value::as_str).unwrap_or("https://example.org").to_owned();
    let value = match below(12) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(false),
        3 => json!(0),
        4 => json!([text]),
        5 => json!({"a": text}),
        6 => text.to_uppercase().into(),
        7 => format!("{text}{}", one(&["=", "/", " ", ".", ":443", "A", "\u{0}"])).into(),
        8 => format!("{}{text}", one(&[" ", "http", "x.", "\u{feff}"])).into(),
        9 => text.chars().skip(1).collect::<String>().into(),
        10 => one(&["", "https://example.com", "https://sub.example.org", "webauthn.get", "webauthn.create"])
            .into(),
        _ => text.replace("://", "://sub.").into(),
    };
    match below(6) {
        0 => members.remove(name),
        1 => members.push(name, value),
        2 => {
            let value = members.get(name).cloned().unwrap_or_default();
            members.push(name, value);
        }
        _ => members.set(name, value),
    }
}

fn authenticator_data(draft: &mut countersign_authenticator::AuthenticatorDataDraft) {
    match below(12) {
        0..=3 => draft.flags ^= 1 << below(8),
        4 => draft.flags = below(256) as u8,
        5 => draft.sign_count = one(&[0, 1, 2, u32::MAX]),
        6 => draft.rp_id_hash[below(32)] ^= 1 << below(8),
        7 => {
            draft.extensions = Some(extensions());
            draft.flags |= 0x80 * below(2) as u8;
        }
        8 => {
            draft.extensions = Some(extensions());
            draft.flags |= 0x80;
        }
        _ => match &mut draft.attested {
            None => draft.flags ^= 0x40,
            Some(attested) => match below(5) {
                0 => attested.aaguid[below(16)] ^= 1 << below(8),
                1 => attested.length = one(&[0, 1, 1023, 1024, u16::MAX]),
                2 => attested.length = attested.length.wrapping_add(1),
                3 => {
                    let length = one(&[0_usize, 1, 15, 1023, 1024]);
                    attested.credential_id = vec![7; length];
                    attested.length = length as u16;
                }
                _ => bytes(&mut attested.public_key),
            },
        },
    }
}

fn extensions() -> Cbor {
    let name = one(&["credProtect", "minPinLength", "hmac-secret", "uvm", "other", ""]);
    let value = leaf();
    match below(4) {
        0 => leaf(),
        1 => Cbor::Map(Vec::new()),
        2 => Cbor::Map(vec![(Cbor::Text(name.into()), value.clone()), (Cbor::Text(name.into()), value)]),
        _ => Cbor::Map(vec![(Cbor::Text(name.into()), value)]),
    }
}

fn leaf() -> Cbor {
    match below(12) {
        0 => Cbor::Integer(one(&[0, 1, 2, 3, 6, 7, 8, -1, -7, -8, -35, -257, -65535, i64::MAX])),
        1 => Cbor::Bytes(vec![0; one(&[0, 1, 16, 31, 32, 33, 64])]),
        2 => Cbor::Text(one(&["", "none", "packed", "alg", "sig", "x5c", "1"]).into()),
        3 => Cbor::Array(Vec::new()),
        4 => Cbor::Map(Vec::new()),
        5 => Cbor::Boolean(below(2) == 0),
        6 => Cbor::Null,
        // undefined, a half float, a simple value, a bignum, an indefinite string and array
        _ => Cbor::Encoded(
            one(&[
                &[0xf7][..],
                &[0xf9, 0x3c, 0x00],
                &[0xe0],
                &[0xc2, 0x41, 1],
                &[0x5f, 0x41, 1, 0xff],
                &[0x9f, 0xff],
            ])
            .to_vec(),
        ),
    }
}

fn count(value: &Cbor) -> usize {
    1 + match value {
        Cbor::Array(elements) => elements.iter().map(count).sum(),
        Cbor::Map(members) => members.iter().map(|(key, value)| count(key) + count(value)).sum(),
        _ => 0,
    }
}

/// The node at a place, each node before those inside of it.
fn node<'a>(value: &'a mut Cbor, place: &mut usize) -> Option<&'a mut Cbor> {
    if *place == 0 {
        return Some(value);
    }
    *place -= 1;
    match value {
        Cbor::Array(elements) => elements.iter_mut().find_map(|element| node(element, place)),
        Cbor::Map(members) => members.iter_mut().find_map(|(key, value)| match node(key, place) {
            Some(found) => Some(found),
            None => node(value, place),
        }),
        _ => None,
    }
}

fn cbor(value: &mut Cbor) {
    let mut place = below(count(value));
    let Some(node) = node(value, &mut place) else { return };
    match (below(8), node) {
        (0, node) => *node = leaf(),
        // The same in another encoding: with a tag, or with its length written at length.
        (1, node) => {
            let bytes = node.to_vec();
            *node = Cbor::Encoded([&[0xd8, 0x40][..], &bytes].concat());
        }
        (2, node) => *node = Cbor::Encoded(at_length(&node.to_vec())),
        (_, Cbor::Bytes(inside)) => bytes(inside),
        (_, Cbor::Text(text)) => {
            let mut inside = std::mem::take(text).into_bytes();
            bytes(&mut inside);
            *text = String::from_utf8_lossy(&inside).into_owned();
        }
        (_, Cbor::Integer(number)) => *number = number.wrapping_add(one(&[1, -1, 256, -256])),
        (_, Cbor::Map(members)) => among(members, || (leaf(), leaf())),
        (_, Cbor::Array(elements)) => among(elements, leaf),
        (_, node) => *node = leaf(),
    }
}

fn among<T: Clone>(all: &mut Vec<T>, new: impl Fn() -> T) {
    if all.is_empty() {
        return all.push(new());
    }
    let (one, other) = (below(all.len()), below(all.len()));
    match below(5) {
        0 => drop(all.remove(one)),
        1 => all.push(all[one].clone()),
        2 | 3 => all.swap(one, other),
        _ => all.push(new()),
    }
}

/// An item with its head in more bytes than it needs, or of indefinite length.
fn at_length(item: &[u8]) -> Vec<u8> {
    let Some((&head, rest)) = item.split_first() else { return Vec::new() };
    let (major, short) = (head & 0xe0, head & 0x1f);
    match short {
        0..=23 if matches!(major, 0x80 | 0xa0) && below(2) == 0 => [&[major | 0x1f], rest, &[0xff]].concat(),
        0..=23 if major < 0xc0 => [&[major | 24, short], rest].concat(),
        24 if major < 0xc0 => [&[major | 25, 0], rest].concat(),
        _ => item.to_vec(),
    }
}

fn envelope(envelope: &mut Envelope) {
    let outer = below(3) == 0;
    let members = match &mut envelope.response {
        Some(response) if !outer => response,
        _ => &mut envelope.members,
    };
    if members.0.is_empty() {
        return;
    }
    let name = one(&members.0).0;
    let text = members.get(&name).and_then(Value::as_str).unwrap_or("AA").to_owned();
    match below(10) {
        0 => members.remove(&name),
        1 => members.push(&name, text),
        2 => members.set(&name, Value::Null),
        3 => members.set(&name, one(&[json!(0), json!(true), json!([]), json!({})])),
        4 => members.set(&name, format!("{text}=")),
        5 => members.set(&name, text.replace('-', "+").replace('_', "/")),
        6 => members.set(&name, format!("{text}{}", one(&["A", " ", "\n", "B", "*"]))),
        7 => members.push("unknown", "x"),
        8 => members.set(&name, ""),
        _ => {
            let mut bytes = text.into_bytes();
            if let Some(last) = bytes.last_mut() {
                *last ^= 1;
            }
            members.set(&name, String::from_utf8_lossy(&bytes).into_owned());
        }
    }
}

fn text(text: &mut String) {
    match below(4) {
        0 => text.insert(0, one(&[' ', '\u{feff}', 'x'])),
        1 => text.push_str(one(&[" ", "x", "{}", "\u{0}"])),
        2 => drop(text.pop()),
        _ => {
            let mut inside = std::mem::take(text).into_bytes();
            bytes(&mut inside);
            *text = String::from_utf8_lossy(&inside).into_owned();
        }
    }
}
