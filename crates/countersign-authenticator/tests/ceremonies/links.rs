//! What remembered links spare in registrations and re-assessments of one batch.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use countersign::{
    CredentialIdStatus, CredentialRecord, RegistrationRequest, RelyingParty,
    attestation::{AnchorList, CachingAnchors, Certificate, TrustAnchor, VerifiedLinks},
    cose::{
        Algorithm, KeyError, PreparedKey, PublicKey, Scheme, SignatureError, SignatureVerifier, Verifiers,
    },
    lifecycle::{Reassessor, Verdict},
    types::Aaguid,
};
use countersign_authenticator::{Attestation, Attester, Authenticator, Client};

use super::relying_party::{NOW, ORIGIN, entropy, rp, trusting_policy, user};

const MODEL: Aaguid = Aaguid::from_bytes([1; 16]);

/// Verifies ES256, and counts the signatures.
#[derive(Debug, Clone, Default)]
struct Counting(Arc<AtomicUsize>);

impl SignatureVerifier for Counting {
    fn scheme(&self) -> Scheme {
        Algorithm::Es256.scheme()
    }

    fn prepare(&self, key: &PublicKey) -> Result<Box<dyn PreparedKey>, KeyError> {
        let prepared = Verifiers::rust_crypto().prepare(key, self.scheme())?;
        Ok(Box::new(CountingKey(self.clone(), prepared)))
    }
}

#[derive(Debug)]
struct CountingKey(Counting, Box<dyn PreparedKey>);

impl PreparedKey for CountingKey {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), SignatureError> {
        self.0.0.fetch_add(1, Ordering::Relaxed);
        self.1.verify(message, signature)
    }
}

impl Counting {
    /// The signatures verified since the last call.
    fn verified(&self) -> usize {
        self.0.swap(0, Ordering::Relaxed)
    }
}

fn attester() -> Attester {
    Attester::from_seed("a vendor")
}

/// The anchors, with links of their own.
fn anchors() -> Arc<CachingAnchors> {
    let anchor = Certificate::from_der(&attester().authority().certificate()).unwrap();
    let anchors = Arc::new(AnchorList::new([TrustAnchor::from_certificate(anchor)]));
    Arc::new(CachingAnchors::new(anchors, Arc::new(VerifiedLinks::default())))
}

/// A relying party that counts.
fn counted(anchors: Arc<CachingAnchors>) -> (RelyingParty, Counting) {
    let counting = Counting::default();
    let verifiers = Verifiers::rust_crypto().with_verifier(Arc::new(counting.clone()));
    let rp = rp().policy(trusting_policy()).trust_anchors(anchors).verifiers(verifiers);
    (rp.build().unwrap(), counting)
}

/// The record of a new credential of the batch.
fn register(rp: &RelyingParty, seed: &str) -> CredentialRecord {
    // A batch's certificate names its model.
    let mut authenticator =
        Authenticator::platform(seed).with_aaguid(MODEL).with_attestation(Attestation::Packed(attester()));
    let (options, state) =
        rp.start_registration(RegistrationRequest::new(&user()), &mut entropy(), NOW).unwrap();
    let response = Client::new(ORIGIN).create(&options, &mut authenticator).unwrap();
    rp.finish_registration(state, &response, CredentialIdStatus::Unregistered, NOW).unwrap().into_credential()
}

#[test]
fn a_registration_of_a_known_batch_verifies_one_signature() {
    let (rp, counting) = counted(anchors());
    let costs = ["one", "two", "three"].map(|seed| {
        register(&rp, seed);
        counting.verified()
    });
    // The attestation's and the certificate's, then the attestation's.
    assert_eq!(costs, [2, 1, 1]);
}

#[test]
fn a_reassessment_uses_the_links_of_its_anchors() {
    let (rp, counting) = counted(anchors());
    let record = register(&rp, "one");
    counting.verified();
    let reassessor = Reassessor::new(&rp, anchors());
    let judge = |now| {
        let verdict = reassessor.judge(&record, now).verdict().clone();
        (verdict, counting.verified())
    };
    // The certificate has expired: it is judged as of now, which fails and leaves nothing to remember, and then as of
    // the registration.
    let late = NOW.plus_seconds(2_000 * 365 * 24 * 60 * 60);
    assert_eq!(judge(late), (Verdict::TrustedAtRegistration, 3));
    assert_eq!(judge(late), (Verdict::TrustedAtRegistration, 1));
    assert_eq!(judge(NOW), (Verdict::Trusted, 1));
}
