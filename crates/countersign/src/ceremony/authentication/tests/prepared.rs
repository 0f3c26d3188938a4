use super::*;
use crate::{ceremony::authentication::prepared::PreparedCredential, test_ceremony::cose_key};

/// Asserts that the outcome is the same with a prepared key.
pub(super) fn agrees(
    rp: &RelyingParty,
    state: AuthenticationState,
    get: &Get,
    record: Option<&CredentialRecord>,
    parsed: &Result<Authenticated, Error>,
) {
    let key = record.and_then(|record| rp.prepare(record).ok());
    let keyed = record.zip(key.as_ref()).map(|(record, key)| record.with_key(key));
    let keyed = keyed.unwrap_or_else(|| record.into());
    match (rp.finish_authentication(state, &get.response(), keyed, NOW), parsed) {
        (Ok(prepared), Ok(parsed)) => assert_eq!(format!("{prepared:?}"), format!("{parsed:?}")),
        (prepared, parsed) => assert_eq!(prepared.as_ref().err(), parsed.as_ref().err()),
    }
}

fn finish_with(
    get: &Get,
    record: &CredentialRecord,
    key: &PreparedCredential,
) -> Result<Authenticated, Error> {
    let rp = rp().build().unwrap();
    let state = authentication_state(&rp, None);
    rp.finish_authentication(state, &get.response(), record.with_key(key), NOW)
}

fn other_record() -> CredentialRecord {
    let id = CredentialId::new(vec![0x1d; 16]).unwrap();
    CredentialRecord::new(id, RP_ID, handle(7), cose_key(&signing_key(0x12)))
}

#[test]
fn a_prepared_key_is_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<PreparedCredential>();
}

#[test]
fn rule_125_a_prepared_key_counts_for_its_own_record_only() {
    let key = rp().build().unwrap().prepare(&record()).unwrap();
    let _ = finish_with(&get(), &record(), &key).unwrap();
    // Signed with the prepared key, which is not the record's.
    assert_eq!(finish_with(&get(), &other_record(), &key).unwrap_err().code(), Code::SignatureInvalid);
    // Signed with the record's key, which is not the prepared one.
    let other = Get { key: signing_key(0x12), ..get() };
    let _ = finish_with(&other, &other_record(), &key).unwrap();
}

#[test]
fn a_key_that_cannot_be_used_is_not_prepared() {
    let rp = rp().build().unwrap();
    let id = || CredentialId::new(vec![0x1d; 16]).unwrap();
    let broken = CredentialRecord::new(id(), RP_ID, handle(7), [0xa0]);
    let error = rp.prepare(&broken).unwrap_err();
    assert_eq!((error.code(), error.step()), (Code::PublicKeyMalformed, Step::Signature.into()));
    let mut unsupported = cose_key(&signing_key(0x11));
    unsupported[4] = 0x38;
    unsupported.insert(5, 0x63);
    let unsupported = CredentialRecord::new(id(), RP_ID, handle(7), unsupported);
    assert_eq!(rp.prepare(&unsupported).unwrap_err().code(), Code::AlgorithmUnsupported);
}

#[test]
fn debug_text_shows_no_key() {
    let key = rp().build().unwrap().prepare(&record()).unwrap();
    assert_eq!(format!("{key:?}"), "PreparedCredential { .. }");
}
