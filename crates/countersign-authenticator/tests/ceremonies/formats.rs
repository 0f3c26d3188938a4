//! Every format with every algorithm that it can have is accepted, and its credential signs in.

use countersign::{
    AuthenticationRequest, CredentialIdStatus, RegistrationRequest, ceremony::RecentSession, cose::Algorithm,
};
use countersign_authenticator::{
    Attestation, Attester, Authenticator, CertificateAuthority, Client, Counter, RsaKey,
};

use super::relying_party::{NOW, ORIGIN, entropy, policy, rp, trusting, trusting_policy, user};

fn attester() -> Attester {
    Attester::from_seed("a vendor")
}

/// Registers a credential of this algorithm, trusted by an authority or by none, and signs in with it twice.
fn round_trip(attestation: &Attestation, algorithm: Algorithm, authority: Option<&CertificateAuthority>) {
    let what = format!("{} {algorithm}", attestation.format());
    let rp = match authority {
        Some(authority) => trusting(authority).policy(trusting_policy().with_algorithms([algorithm])),
        None => rp().policy(policy().with_algorithms([algorithm])),
    };
    let rp = rp.build().unwrap();
    let client = Client::new(ORIGIN);
    let mut authenticator = Authenticator::platform("a seed")
        .with_attestation(attestation.clone())
        .with_algorithms([algorithm])
        .with_rsa_key(RsaKey::test_key())
        .with_counter(Counter::Increasing);
    // App Attest's user is not present, so that it is taken for a conditional creation.
    let is_app_attest = matches!(attestation, Attestation::AppleAppAttest(_));
    let (options, state) = if is_app_attest {
        let session = RecentSession::vouched(user().handle, NOW);
        rp.start_registration(
            RegistrationRequest::new(&user()).with_conditional_mediation(session),
            &mut entropy(),
            NOW,
        )
        .unwrap()
    } else {
        rp.start_registration(RegistrationRequest::new(&user()), &mut entropy(), NOW).unwrap()
    };
    let response = client.create(&options, &mut authenticator).unwrap();
    let registered = rp.finish_registration(state, &response, CredentialIdStatus::Unregistered, NOW);
    let registered = registered.unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(registered.attestation().format(), attestation.format());
    // U2F's format signs no AAGUID, software writes that of others, and without a demand for trust there is none at
    // all.
    let is_claim = matches!(
        attestation,
        Attestation::FidoU2f(_)
            | Attestation::Tpm(_)
            | Attestation::AndroidKey(_)
            | Attestation::AndroidSafetyNet(_)
    );
    let is_attested = registered.trusted_path().is_some() && !is_claim;
    let attested = registered.attested_aaguid().map(countersign::attestation::AttestedAaguid::get);
    assert_eq!(attested, is_attested.then(|| registered.credential().aaguid()), "{what}");
    let mut record = registered.into_credential();
    for _ in 0..2 {
        let (options, state) =
            rp.start_authentication(AuthenticationRequest::discoverable(), &mut entropy(), NOW).unwrap();
        let response = client.get(&options, &mut authenticator).unwrap();
        let authenticated = rp.finish_authentication(state, &response, Some(&record), NOW);
        let authenticated = authenticated.unwrap_or_else(|error| panic!("{what}: {error}"));
        record.apply(authenticated.update()).unwrap();
    }
}

/// All algorithms of the verifier that the attestation can have.
fn round_trips(attestation: &Attestation, authority: Option<&CertificateAuthority>) {
    let algorithms = Algorithm::ALL.iter().copied().filter(|it| attestation.supports(*it));
    let verified = algorithms.filter(|it| countersign::cose::Verifiers::rust_crypto().supports(it.scheme()));
    let mut count = 0;
    for algorithm in verified.filter(|it| *it != Algorithm::Rs1) {
        round_trip(attestation, algorithm, authority);
        count += 1;
    }
    assert_ne!(count, 0);
}

#[test]
fn none_is_accepted_with_every_algorithm() {
    round_trips(&Attestation::None, None);
}

#[test]
fn self_attestation_is_accepted_with_every_algorithm() {
    round_trips(&Attestation::SelfPacked, None);
}

#[test]
fn packed_is_trusted_with_every_algorithm() {
    let attester = attester();
    round_trips(&Attestation::Packed(attester.clone()), Some(attester.authority()));
}

#[test]
fn tpm_is_trusted_with_every_algorithm_of_a_tpm() {
    let attester = attester();
    round_trips(&Attestation::Tpm(attester.clone()), Some(attester.authority()));
}

#[test]
fn android_key_is_trusted_with_every_algorithm() {
    let attester = attester();
    round_trips(&Attestation::AndroidKey(attester.clone()), Some(attester.authority()));
}

#[test]
fn android_safetynet_is_trusted_with_every_algorithm() {
    let attester = attester();
    round_trips(&Attestation::AndroidSafetyNet(attester.clone()), Some(attester.authority()));
}

#[test]
fn fido_u2f_is_trusted() {
    let attester = attester();
    round_trips(&Attestation::FidoU2f(attester.clone()), Some(attester.authority()));
}

#[test]
fn apple_is_trusted_with_every_algorithm() {
    let attester = attester().with_intermediate();
    round_trips(&Attestation::Apple(attester.clone()), Some(attester.authority()));
}

#[test]
fn apple_app_attest_is_trusted() {
    let attester = attester().with_intermediate();
    round_trips(&Attestation::AppleAppAttest(attester.clone()), Some(attester.authority()));
}

#[test]
fn compound_is_trusted() {
    let attester = attester();
    let parts = vec![Attestation::Packed(attester.clone()), Attestation::AndroidKey(attester.clone())];
    round_trips(&Attestation::Compound(parts), Some(attester.authority()));
}

#[test]
fn packed_is_trusted_with_attestation_keys_of_other_algorithms() {
    use countersign_authenticator::{Generator, PrivateKey};
    for algorithm in [Algorithm::Es384, Algorithm::EdDsa, Algorithm::Rs256, Algorithm::Ps256] {
        let rsa = PrivateKey::from_rsa(algorithm, RsaKey::second_test_key());
        let key = rsa.or_else(|| PrivateKey::generate(algorithm, &mut Generator::new("a", "b"))).unwrap();
        let attester = attester().with_key(key).with_intermediate();
        let attestation = Attestation::Packed(attester.clone());
        round_trip(&attestation, Algorithm::Es256, Some(attester.authority()));
    }
}
