//! Another reader of certificates, x509-parser, on certificates in use and on changed ones: what both read they read
//! alike, and what one alone reads is a known difference.
//!
//! `COUNTERSIGN_MUTATIONS` is the number of changed certificates, by default 512.

use core::cell::Cell;

use countersign_authenticator::der::{self as write, GENERALIZED_TIME, UTC_TIME};
use proptest::{prelude::*, sample::Index, test_runner::TestRunner};
use x509_parser::{certificate::X509CertificateParser, error::X509Error, nom};

use super::{der, with_long_length};
use crate::certificate::{Certificate, CertificateError};
use crate::der::Reader;
use crate::test_support::mutations::{ByteEdit, byte_edit};

/// What both readers say of a certificate: version, serial number, issuer, validity, subject, key, and extensions.
type Fields = (u8, Vec<u8>, Vec<u8>, i64, i64, Vec<u8>, Vec<u8>, Vec<(Vec<u8>, bool, Vec<u8>)>);

fn first(der: &[u8]) -> Result<Fields, CertificateError> {
    let certificate = Certificate::from_der(der)?;
    let extensions = certificate.extensions();
    Ok((
        certificate.version(),
        certificate.serial_number().to_vec(),
        certificate.issuer().as_der().to_vec(),
        certificate.not_before().unix_seconds(),
        certificate.not_after().unix_seconds(),
        certificate.subject().as_der().to_vec(),
        certificate.subject_public_key_info().to_vec(),
        extensions.map(|it| (it.identifier.as_contents().to_vec(), it.critical, it.value.to_vec())).collect(),
    ))
}

fn second(der: &[u8]) -> Result<Fields, nom::Err<X509Error>> {
    use x509_parser::nom::Parser as _;
    let parsed = X509CertificateParser::new().with_deep_parse_extensions(false).parse(der);
    let (rest, certificate) = parsed?;
    if !rest.is_empty() {
        return Err(nom::Err::Error(X509Error::InvalidCertificate));
    }
    let (validity, extensions) = (certificate.validity(), certificate.extensions().iter());
    Ok((
        u8::try_from(certificate.version().0).map_or(u8::MAX, |version| version.saturating_add(1)),
        certificate.raw_serial().to_vec(),
        certificate.issuer().as_raw().to_vec(),
        validity.not_before.timestamp(),
        validity.not_after.timestamp(),
        certificate.subject().as_raw().to_vec(),
        certificate.public_key().raw.to_vec(),
        extensions.map(|it| (it.oid.as_bytes().to_vec(), it.critical, it.value.to_vec())).collect(),
    ))
}

#[test]
fn certificates_of_vendors_are_read_alike() {
    assert!(crate::roots::VENDOR_ROOTS.len() > 20);
    for root in crate::roots::VENDOR_ROOTS {
        let certificate = root.certificate().unwrap();
        let der = certificate.as_der();
        assert_eq!(first(der).unwrap(), second(der).unwrap(), "{certificate:?}");
    }
}

/// An element of DER, with its parts if it is constructed.
#[derive(Debug, Clone)]
enum Node {
    Primitive(u8, Vec<u8>),
    Constructed(u8, Vec<Node>),
}

impl Node {
    fn read(der: &[u8]) -> Vec<Self> {
        let (mut reader, mut nodes) = (Reader::new(der), Vec::new());
        while !reader.is_at_end() {
            let element = reader.element().unwrap();
            nodes.push(match element.tag & 0x20 {
                0 => Self::Primitive(element.tag, element.contents.to_vec()),
                _ => Self::Constructed(element.tag, Self::read(element.contents)),
            });
        }
        nodes
    }

    fn write(&self) -> Vec<u8> {
        match self {
            Self::Primitive(tag, contents) => write::element(*tag, contents),
            Self::Constructed(tag, parts) => {
                write::element(*tag, &parts.iter().flat_map(Self::write).collect::<Vec<_>>())
            }
        }
    }

    /// This element and all in it.
    fn all(&self) -> Vec<Self> {
        let parts = if let Self::Constructed(_, parts) = self { &parts[..] } else { &[] };
        [self.clone()].into_iter().chain(parts.iter().flat_map(Self::all)).collect()
    }

    /// Changes each element, from the outside.
    fn for_each(&mut self, change: &mut impl FnMut(&mut Self)) {
        change(self);
        if let Self::Constructed(_, parts) = self {
            for part in parts {
                part.for_each(change);
            }
        }
    }
}

#[derive(Debug, Clone)]
enum Edit {
    /// Of the whole certificate.
    Bytes(ByteEdit),
    Tag(u8),
    /// By another element.
    Replace(Index),
    Remove(Index),
    Repeat(Index),
    Swap(Index, Index),
    /// Of another element.
    Add(Index, Index),
    /// Of the contents of a primitive element.
    Inside(ByteEdit),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        1 => byte_edit().prop_map(Edit::Bytes),
        1 => any::<u8>().prop_map(Edit::Tag),
        3 => any::<Index>().prop_map(Edit::Replace),
        1 => any::<Index>().prop_map(Edit::Remove),
        1 => any::<Index>().prop_map(Edit::Repeat),
        1 => any::<(Index, Index)>().prop_map(|(one, other)| Edit::Swap(one, other)),
        3 => any::<(Index, Index)>().prop_map(|(at, donor)| Edit::Add(at, donor)),
        3 => byte_edit().prop_map(Edit::Inside),
    ]
}

impl Edit {
    fn apply(&self, node: &mut Node, donors: &[Node]) {
        match (self, node) {
            (Self::Tag(new), Node::Primitive(tag, _) | Node::Constructed(tag, _)) => *tag = *new,
            (Self::Replace(donor), node) => *node = donor.get(donors).clone(),
            (Self::Inside(edit), Node::Primitive(_, contents)) => edit.apply(contents),
            (Self::Add(at, donor), Node::Constructed(_, parts)) => {
                parts.insert(at.index(parts.len() + 1), donor.get(donors).clone());
            }
            (_, Node::Constructed(_, parts)) if parts.is_empty() => {}
            (Self::Remove(at), Node::Constructed(_, parts)) => drop(parts.remove(at.index(parts.len()))),
            (Self::Repeat(at), Node::Constructed(_, parts)) => {
                let at = at.index(parts.len());
                parts.insert(at, parts[at].clone());
            }
            (Self::Swap(one, other), Node::Constructed(_, parts)) => {
                let count = parts.len();
                parts.swap(one.index(count), other.index(count));
            }
            _ => {}
        }
    }
}

/// Elements that certificates have rarely or never.
fn rare() -> Vec<Node> {
    let utc_times: [&[u8]; 7] = [
        b"500101000000Z",
        b"490101000000Z",
        b"250230000000Z",
        b"250101000060Z",
        b"250101240000Z",
        b"2501010000Z",
        b"250101000000+0100",
    ];
    let generalized_times: [&[u8]; 6] = [
        b"20250101000000Z",
        b"00000101000000Z",
        b"19000229000000Z",
        b"20500101000000",
        b"20500101000000.5Z",
        b"205001010000Z",
    ];
    let times = utc_times.map(|time| (UTC_TIME, time)).into_iter();
    let others: [(u8, &[u8]); 12] = [
        (write::BOOLEAN, &[0]),
        (write::BOOLEAN, &[1]),
        (write::BOOLEAN, &[0xff]),
        (write::INTEGER, &[]),
        (write::INTEGER, &[0, 0]),
        (write::INTEGER, &[0x80]),
        (write::OBJECT_IDENTIFIER, &[]),
        (0x81, &[0, 1]),
        (0x82, &[7, 0xff]),
        (0x82, &[8, 0xff]),
        (write::BIT_STRING, &[]),
        (0x05, &[]),
    ];
    times
        .chain(generalized_times.map(|time| (GENERALIZED_TIME, time)))
        .chain(others)
        .map(|(tag, contents)| Node::Primitive(tag, contents.to_vec()))
        .chain([write::SEQUENCE, write::SET, 0xa0, 0xa3].map(|tag| Node::Constructed(tag, Vec::new())))
        .collect()
}

/// The changed certificate.
fn changed(root: &Node, edits: &[(Index, Edit)], donors: &[Node]) -> Vec<u8> {
    let mut root = root.clone();
    let count = root.all().len();
    for (place, edit) in edits {
        let (place, mut position) = (place.index(count), 0);
        root.for_each(&mut |node| {
            if position == place {
                edit.apply(node, donors);
            }
            position += 1;
        });
    }
    let mut der = root.write();
    for (_, edit) in edits {
        if let Edit::Bytes(edit) = edit {
            edit.apply(&mut der);
        }
    }
    der
}

#[test]
fn changed_certificates_are_read_alike_or_by_the_other_reader_alone() {
    let cases = std::env::var("COUNTERSIGN_MUTATIONS").map_or(512, |count| count.parse().unwrap());
    let vendors = crate::roots::VENDOR_ROOTS.iter().map(|root| root.certificate().unwrap().as_der().to_vec());
    let roots: Vec<Node> = vendors.chain([der()]).flat_map(|der| Node::read(&der)).collect();
    let donors: Vec<Node> = roots.iter().flat_map(Node::all).chain(rare()).collect();
    let (alike, rejected) = (Cell::new(0_u32), Cell::new(0_u32));
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let edits = prop::collection::vec((any::<Index>(), edit()), 1..3);
    let result = TestRunner::new(config).run(&(any::<Index>(), edits), |(root, edits)| {
        let der = changed(root.get(&roots), &edits, &donors);
        match (first(&der), second(&der)) {
            (Ok(first), Ok(second)) => {
                alike.set(alike.get() + 1);
                prop_assert_eq!(first, second);
            }
            (Ok(_), Err(nom::Err::Error(error) | nom::Err::Failure(error))) => {
                // The unused bits of these two may be set.
                let is_bits = matches!(error, X509Error::InvalidSignatureValue | X509Error::InvalidSPKI);
                prop_assert!(is_bits, "read in spite of {error:?}: {der:02x?}");
            }
            (Ok(_), Err(error)) => prop_assert!(false, "read in spite of {error:?}: {der:02x?}"),
            (Err(_), _) => rejected.set(rejected.get() + 1),
        }
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    assert!(alike.get() > cases / 8 && rejected.get() > cases / 8, "{alike:?} read, {rejected:?} rejected");
}

/// The positions of the fields of `tbsCertificate`.
const VERSION: usize = 0;
const SERIAL_NUMBER: usize = 1;
const ALGORITHM: usize = 2;
const ISSUER: usize = 3;
const VALIDITY: usize = 4;
const KEY: usize = 6;
const EXTENSIONS: usize = 7;

fn with_field(position: usize, field: &[u8]) -> Vec<u8> {
    let mut certificate = Node::read(&der()).remove(0);
    let Node::Constructed(_, parts) = &mut certificate else { panic!("not constructed") };
    let Node::Constructed(_, fields) = &mut parts[0] else { panic!("not constructed") };
    fields[position] = Node::read(field).remove(0);
    certificate.write()
}

#[test]
fn what_the_other_reader_alone_reads_is_not_der_or_not_the_syntax() {
    use write::{bit_string, element, integer, octet_string, sequence, set_of};
    let validity = |tag, time: &[u8]| {
        with_field(VALIDITY, &sequence(&[&element(tag, time), &element(UTC_TIME, b"300101000000Z")]))
    };
    let extensions = |extensions: &[&[u8]]| with_field(EXTENSIONS, &element(0xa3, &sequence(extensions)));
    let identifier = element(write::OBJECT_IDENTIFIER, &[0x2a, 0x03]);
    let critical =
        |value| sequence(&[&identifier, &element(write::BOOLEAN, &[value]), &octet_string(&[5, 0])]);
    let malformed = CertificateError::Malformed;
    for (der, expected) in [
        (with_field(VERSION, &element(0xa0, &integer(&[3]))), CertificateError::Version(3)),
        // An element too many, which the other reader skips.
        (with_field(VERSION, &element(0xa0, &[integer(&[2]), integer(&[2])].concat())), malformed("version")),
        (
            with_field(KEY, &sequence(&[&sequence(&[&identifier, &[5, 0], &[5, 0]]), &bit_string(&[1])])),
            malformed("subject public key info"),
        ),
        (with_field(SERIAL_NUMBER, &element(write::INTEGER, &[])), malformed("serial number")),
        (with_field(ALGORITHM, &sequence(&[&identifier])), CertificateError::SignatureAlgorithmsDiffer),
        // The other reader ends the name before it.
        (with_field(ISSUER, &sequence(&[&set_of(Vec::new())])), malformed("name")),
        (with_field(ISSUER, &sequence(&[&set_of(vec![sequence(&[&identifier])])])), malformed("name")),
        (validity(UTC_TIME, b"2501010000Z"), malformed("validity")),
        (validity(UTC_TIME, b"250101000000+0100"), malformed("validity")),
        (validity(GENERALIZED_TIME, b"20250101000000.5Z"), malformed("validity")),
        (extensions(&[&critical(1)]), malformed("extensions")),
        (
            extensions(&[&critical(0), &critical(0)]),
            CertificateError::DuplicateExtension(crate::oid::Oid::from_contents(&[0x2a, 0x03])),
        ),
    ] {
        assert!(second(&der).is_ok(), "{expected:?}: {:?}", second(&der));
        assert_eq!(first(&der).unwrap_err(), expected);
    }
    // A length in more bytes than it needs.
    assert_eq!(first(&with_long_length()).unwrap_err(), CertificateError::NotDer);
    assert!(second(&with_long_length()).is_ok());
}

#[test]
fn times_are_days_of_the_calendar_to_both() {
    for (tag, time, expected) in [
        (UTC_TIME, &b"491231235959Z"[..], Some(2_524_607_999)),
        (UTC_TIME, b"500101000000Z", Some(-631_152_000)),
        (GENERALIZED_TIME, b"20491231235959Z", Some(2_524_607_999)),
        (GENERALIZED_TIME, b"00000101000000Z", Some(-62_167_219_200)),
        (GENERALIZED_TIME, b"20000229000000Z", Some(951_782_400)),
        (GENERALIZED_TIME, b"19000229000000Z", None),
        (UTC_TIME, b"250230000000Z", None),
        (UTC_TIME, b"250001000000Z", None),
        (UTC_TIME, b"250100000000Z", None),
        (UTC_TIME, b"250101240000Z", None),
        (UTC_TIME, b"250101006000Z", None),
        (UTC_TIME, b"250101000060Z", None),
        (UTC_TIME, b"25010100000aZ", None),
        (GENERALIZED_TIME, b"20250101000000", None),
        (UTC_TIME, b"", None),
    ] {
        let validity =
            write::sequence(&[&write::element(tag, time), &write::element(UTC_TIME, b"300101000000Z")]);
        let der = with_field(VALIDITY, &validity);
        assert_eq!(first(&der).ok().map(|fields| fields.3), expected, "{time:?}");
        assert_eq!(second(&der).ok().map(|fields| fields.3), expected, "{time:?}");
    }
}
