//! Tests of reading revocation lists; each differs from a list that is read in one thing.

use super::*;
use crate::test_support::{
    NOW,
    certificates::{Builder, Key, extension},
    lists::ListBuilder,
};
use countersign_authenticator::certificate::{Extension, Time};
use countersign_authenticator::der::{GENERALIZED_TIME, element, sequence};

const UNKNOWN: Oid<'static> = Oid::from_contents(&[0x2a, 0x03, 0x04]);
const NULL: &[u8] = &[0x05, 0x00];

fn key() -> Key {
    Key::p256(1)
}

fn list() -> ListBuilder {
    ListBuilder::new("root").naming(&[2]).with_extension(oid::CRL_NUMBER, false, &[0x02, 0x01, 0x07])
}

fn rejected(list: &ListBuilder, expected: RevocationListError) {
    assert_eq!(list.try_signed_by(&key()), Err(expected));
}

fn with(extension: Extension) -> ListBuilder {
    ListBuilder::new("root").naming_with(&[2], vec![extension])
}

fn numbered(serial_number: &[u8]) -> Certificate {
    let mut certificate = Builder::attestation(&Key::p256(9));
    certificate.serial_number = serial_number.to_vec();
    certificate.signed_by("root", &key())
}

#[test]
fn a_list_has_an_issuer_times_and_entries() {
    let list = list().signed_by(&key());
    assert_eq!(list.issuer(), numbered(&[2]).issuer());
    assert_eq!((list.len(), list.is_empty()), (1, false));
    assert_eq!(list.this_update().unix_seconds(), 1_766_620_800);
    assert_eq!(list.next_update().unix_seconds(), 1_769_904_000);
    assert!(list.is_current_at(NOW));
    assert!(list.is_current_at(list.this_update()) && list.is_current_at(list.next_update()));
    assert_eq!(list.reason(&numbered(&[2])), Some(RevocationReason::Unspecified));
    assert_eq!(list.reason(&numbered(&[3])), None);
    assert_eq!(CertificateRevocationList::from_der(list.as_der()).unwrap(), list);
    assert!(format!("{list:?}").contains("entries: 1"));
    let (two, nobody) =
        (self::list().naming(&[3]).signed_by(&key()), ListBuilder::new("root").signed_by(&key()));
    assert_eq!((two.len(), two.is_empty()), (2, false));
    assert_eq!((nobody.len(), nobody.is_empty()), (0, true));
    assert_ne!(two, list);
}

#[test]
fn a_list_of_version_1_is_read() {
    let mut first = ListBuilder::new("root").naming(&[2]);
    first.version = 1;
    assert_eq!(first.signed_by(&key()).len(), 1);
    first.extensions.clone_from(&list().extensions);
    rejected(&first, RevocationListError::Version);
    let mut first = with(extension(&oid::REASON_CODE, false, &[0x0a, 0x01, 0x01]));
    first.version = 1;
    rejected(&first, RevocationListError::Version);
    let mut third = list();
    third.version = 3;
    rejected(&third, RevocationListError::Version);
}

#[test]
fn each_reason_is_read() {
    let reason = |code| {
        let list = with(extension(&oid::REASON_CODE, false, &[0x0a, 0x01, code])).signed_by(&key());
        list.reason(&numbered(&[2])).unwrap().to_string()
    };
    let reasons: Vec<_> = [0, 1, 2, 3, 4, 5, 6, 9, 10, 7].into_iter().map(reason).collect();
    assert_eq!(
        reasons.join(", "),
        "unspecified, key compromise, ca compromise, affiliation changed, superseded, cessation of operation, \
         certificate hold, privilege withdrawn, aa compromise, another reason"
    );
    rejected(
        &with(extension(&oid::REASON_CODE, false, &[0x0a, 0x01, 0x08])),
        RevocationListError::RemoveFromList,
    );
    rejected(&with(extension(&oid::REASON_CODE, false, &[0x02, 0x01, 0x01])), RevocationListError::NotDer);
}

#[test]
fn a_serial_number_is_found_however_many_leading_octets_it_has() {
    let mut list = ListBuilder::new("root");
    for number in [9_u8, 5, 200, 77] {
        list = list.naming(&[0, number]);
    }
    let list = list.naming(&[0xff]).signed_by(&key());
    for number in [&[9][..], &[0, 9], &[5], &[0, 200], &[0, 0, 200], &[77], &[0xff], &[0xff, 0xff]] {
        assert!(list.reason(&numbered(number)).is_some(), "{number:02x?}");
    }
    for number in [&[8][..], &[200], &[0, 255], &[9, 0]] {
        assert!(list.reason(&numbered(number)).is_none(), "{number:02x?}");
    }
}

#[test]
fn rule_273_a_list_is_der_and_nothing_else() {
    let der = list().der(&key());
    let read = |der: &[u8]| CertificateRevocationList::from_der(der).unwrap_err();
    assert_eq!(read(&[&der[..], &[0, 0]].concat()), RevocationListError::TrailingData { length: 2 });
    assert_eq!(read(&der[..der.len() - 1]), RevocationListError::NotDer);
    assert_eq!(read(&[]), RevocationListError::NotDer);
    assert_eq!(read(&vec![0x30; CRL_MAX]), RevocationListError::TrailingData { length: CRL_MAX - 50 });
    assert_eq!(read(&vec![0x30; CRL_MAX + 1]), RevocationListError::TooLong { length: CRL_MAX + 1 });
    let mut surplus = list();
    surplus.surplus = NULL.to_vec();
    rejected(&surplus, RevocationListError::NotDer);
    let unsigned = sequence(&[der::only(&der, der::SEQUENCE).unwrap(), NULL]);
    assert_eq!(read(&unsigned), RevocationListError::NotDer);
}

#[test]
fn a_list_says_when_the_next_one_is_due() {
    rejected(&list().valid(&["2512250000"]), RevocationListError::Time);
    rejected(&list().valid(&["2512250000", "2613010000"]), RevocationListError::Time);
    let mut other = ListBuilder::new("root");
    other.updates =
        [b"20251225000000Z", b"20260201000000Z"].map(|it| Time::with_tag(GENERALIZED_TIME, it)).into();
    assert_eq!(other.signed_by(&key()).next_update(), list().signed_by(&key()).next_update());
}

#[test]
fn both_signature_algorithms_are_one() {
    let mut differing = list();
    differing.inner_algorithm = Some(Key::ed25519(1).signature_algorithm());
    rejected(&differing, RevocationListError::SignatureAlgorithmsDiffer);
}

#[test]
fn an_unknown_critical_extension_is_rejected() {
    list().with_extension(UNKNOWN, false, NULL).signed_by(&key());
    ListBuilder::new("root").with_extension(oid::CRL_NUMBER, true, &[0x02, 0x01, 0x07]).signed_by(&key());
    list().with_extension(oid::AUTHORITY_KEY_IDENTIFIER, true, &sequence(&[])).signed_by(&key());
    rejected(&list().with_extension(UNKNOWN, true, NULL), RevocationListError::UnknownCritical(UNKNOWN));
    with(extension(&UNKNOWN, false, NULL)).signed_by(&key());
    rejected(&with(extension(&UNKNOWN, true, NULL)), RevocationListError::UnknownCritical(UNKNOWN));
    with(extension(&oid::INVALIDITY_DATE, true, &element(0x18, b"20251225000000Z"))).signed_by(&key());
}

#[test]
fn an_extension_occurs_once_and_there_are_not_many() {
    let twice = list().with_extension(oid::CRL_NUMBER, false, &[0x02, 0x01, 0x07]);
    rejected(&twice, RevocationListError::DuplicateExtension(oid::CRL_NUMBER));
    let many = |count: u8| {
        (1..=count).fold(ListBuilder::new("root"), |list, number| {
            let identifier = Oid::from_contents(&[0x2a, number]).into_owned();
            list.with_extension(identifier, false, NULL)
        })
    };
    many(16).signed_by(&key());
    rejected(&many(17), RevocationListError::TooManyExtensions);
}

#[test]
fn a_truncated_list_is_rejected() {
    let scoped =
        |members: &[&[u8]]| list().with_extension(oid::ISSUING_DISTRIBUTION_POINT, true, &sequence(members));
    scoped(&[]).signed_by(&key());
    scoped(&[&[0x81, 0x01, 0xff]]).signed_by(&key());
    rejected(&scoped(&[&[0x84, 0x01, 0xff]]), RevocationListError::Indirect);
    rejected(&scoped(&[&[0x83, 0x02, 0x06, 0x40]]), RevocationListError::Partial);
    rejected(&scoped(&[&[0x85, 0x01, 0xff]]), RevocationListError::Partial);
    rejected(&scoped(&[&element(0xa0, &element(0xa1, &sequence(&[])))]), RevocationListError::Partial);
    rejected(&scoped(&[&[0x81, 0x01, 0xff], &[0x82, 0x01, 0xff]]), RevocationListError::NotDer);
    rejected(&scoped(&[&[0x86, 0x01, 0xff]]), RevocationListError::NotDer);
    rejected(
        &list().with_extension(oid::DELTA_CRL_INDICATOR, true, &[0x02, 0x01, 0x07]),
        RevocationListError::Delta,
    );
    rejected(
        &list().with_extension(oid::DELTA_CRL_INDICATOR, false, &[0x02, 0x01, 0x07]),
        RevocationListError::Delta,
    );
}

#[test]
fn an_error_is_one_line() {
    for (fault, text) in [
        (
            RevocationListError::TooLong { length: 5 },
            "a revocation list of 5 bytes, at most 16777216 expected",
        ),
        (RevocationListError::TrailingData { length: 5 }, "5 bytes follow the revocation list"),
        (RevocationListError::Delta, "a delta revocation list"),
        (
            RevocationListError::UnknownCritical(oid::CRL_NUMBER),
            "critical extension 2.5.29.20 of the revocation list is unknown",
        ),
    ] {
        assert_eq!(fault.to_string(), text);
    }
}
