use super::*;
use crate::{
    ceremony::authentication::{
        factor::AdditionalFactor,
        prepared::{AuthenticatedRef, PreparedCredential},
    },
    test_ceremony::cose_key,
};

fn parts(authenticated: &Authenticated) -> (&UserHandle, bool, bool, u32, bool) {
    (
        authenticated.user_handle(),
        authenticated.user_verified(),
        authenticated.backup_state(),
        authenticated.update().next.sign_count(),
        authenticated.sign_count_increased(),
    )
}

/// Asserts that the borrowed response has the same outcome, with a prepared key and without.
pub(super) fn agrees(
    rp: &RelyingParty,
    state: impl Fn() -> AuthenticationState,
    get: &Get,
    record: Option<&CredentialRecord>,
    owned: &Result<Authenticated, Error>,
) {
    let json = get.json();
    let response = AuthenticationResponse::from_json(&json).unwrap();
    let key = record.and_then(|record| rp.prepare(record).ok());
    for key in [None, key.as_ref()] {
        let verified = rp.finish_authentication_prepared(state(), &response, record, key, NOW);
        if let (Ok(verified), Ok(owned)) = (&verified, owned) {
            agrees_borrowed(verified, owned);
        }
        match (verified.map(Authenticated::from), owned) {
            (Ok(verified), Ok(owned)) => {
                assert_eq!(parts(&verified), parts(owned));
                assert_eq!(verified.update(), owned.update());
            }
            (verified, owned) => assert_eq!(verified.as_ref().err(), owned.as_ref().err()),
        }
    }
}

/// Asserts that what is borrowed says the same as what is owned.
fn agrees_borrowed(verified: &AuthenticatedRef<'_>, owned: &Authenticated) {
    assert_eq!(verified.credential_id(), owned.credential_id());
    assert_eq!(verified.backup_eligible(), owned.backup_eligible());
    assert_eq!(verified.backup_state(), owned.backup_state());
    assert_eq!(verified.sign_count_increased(), owned.sign_count_increased());
    assert_eq!(verified.extensions(), owned.extensions());
    assert_eq!(verified.user_verification_is_factor(), owned.user_verification_is_factor());
    assert_eq!(verified.update(), *owned.update());
    for user in [owned.user_handle().clone(), handle(0xee)] {
        let factor = AdditionalFactor::vouched(user);
        assert_eq!(verified.update_authorized_by(&factor), owned.update_authorized_by(&factor));
    }
}

fn finish_with(
    get: &Get,
    record: &CredentialRecord,
    key: &PreparedCredential,
) -> Result<Authenticated, Error> {
    let json = get.json();
    let response = AuthenticationResponse::from_json(&json).unwrap();
    let rp = rp().build().unwrap();
    let state = authentication_state(&rp, None);
    rp.finish_authentication_prepared(state, &response, record, Some(key), NOW).map(Authenticated::from)
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
fn rule_125_a_prepared_key_counts_for_its_own_record_alone() {
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
fn what_is_borrowed_counts_user_verification_as_a_factor_where_what_is_owned_does() {
    let (rp, json) = (rp().build().unwrap(), get().json());
    let response = AuthenticationResponse::from_json(&json).unwrap();
    let records = [false, true].map(|seen| record().with_uv_initialized(seen));
    for (record, seen) in records.iter().zip([false, true]) {
        let state = authentication_state(&rp, None);
        let verified = rp.finish_authentication_prepared(state, &response, record, None, NOW).unwrap();
        assert!(verified.user_verified());
        assert_eq!(verified.user_verification_is_factor(), seen);
        assert_eq!(verified.update().next.uv_initialized(), seen);
        let (own, other) = (AdditionalFactor::vouched(handle(7)), AdditionalFactor::vouched(handle(8)));
        assert!(verified.update_authorized_by(&own).unwrap().next.uv_initialized());
        assert_eq!(verified.update_authorized_by(&other), None);
    }
}

#[test]
fn what_is_borrowed_says_what_is_to_be_stored() {
    let rp = rp().build().unwrap();
    let (record, json) = (record(), get().json());
    let key = rp.prepare(&record).unwrap();
    let verified: AuthenticatedRef<'_> = {
        let response = AuthenticationResponse::from_json(&json).unwrap();
        let state = authentication_state(&rp, None);
        rp.finish_authentication_prepared(state, &response, &record, Some(&key), NOW).unwrap()
    };
    // It outlives the response and the state.
    assert_eq!(verified.record(), &record);
    assert_eq!((verified.user_handle(), verified.sign_count()), (&handle(7), 6));
    assert!(verified.user_verified() && verified.sign_count_increased() && !verified.backup_state());
    assert_eq!(format!("{key:?}"), "PreparedCredential { .. }");
}
