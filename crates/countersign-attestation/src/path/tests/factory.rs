//! Tests of factory chains of Android devices: leaf, batch certificate, intermediate, root. Each test changes one thing.

use super::*;
use crate::{
    revocation::{AttestationStatusList, reason::RevocationReason},
    test_support::lists::ListBuilder,
};
use countersign_authenticator::{Attribute, der::PRINTABLE_STRING};

/// keyUsage with digitalSignature, and with keyCertSign and cRLSign.
const SIGNATURES: &[u8] = &[0x03, 0x02, 0x07, 0x80];
const CERTIFICATES_AND_LISTS: &[u8] = &[0x03, 0x02, 0x01, 0x06];

const EXPIRED: [&str; 2] = ["2401010000", "2512312359"];
const OF_THE_FUTURE: [&str; 2] = ["2601010001", "4001010000"];

const BATCH: usize = 1;
const INTERMEDIATE: usize = 2;
const ROOT: usize = 3;

/// A chain that is not signed yet: each certificate with the number of its key, the leaf first.
#[derive(Clone)]
struct Chain(Vec<(Builder, u8)>);

/// A subject that is only a serialNumber, as in the chains of devices.
fn numbered(serial_number: &str) -> Vec<Attribute> {
    vec![Attribute::with_tag(oid::SERIAL_NUMBER.as_contents(), PRINTABLE_STRING, serial_number.as_bytes())]
}

fn ca(serial_number: &str, key: u8) -> Builder {
    let mut ca = Builder::ca("", &Key::p256(key));
    ca.subject = numbered(serial_number);
    ca.serial_number = vec![key];
    ca.with_extension(oid::KEY_USAGE, true, CERTIFICATES_AND_LISTS)
}

impl Chain {
    /// A chain whose batch certificate is not a CA's.
    fn new() -> Self {
        let mut leaf = Builder::attestation(&leaf_key())
            .with_extension(oid::KEY_USAGE, true, SIGNATURES)
            .with_extension(oid::ANDROID_KEY_DESCRIPTION, false, &sequence(&[]));
        leaf.subject = vec![text(&oid::COMMON_NAME, "Android Keystore Key")];
        let batch = ca("72b19e0c", 5)
            .with_extension(oid::BASIC_CONSTRAINTS, true, &sequence(&[]))
            .with_extension(oid::KEY_USAGE, true, SIGNATURES);
        Self(vec![(leaf, 9), (batch, 5), (ca("d3a2c4b6", 6), 6), (ca("f92009e8", 7), 7)])
    }

    /// A chain in which all certificates but the leaf are CA certificates.
    fn of_cas() -> Self {
        Self::new().with(BATCH, |_| ca("72b19e0c", 5))
    }

    fn with(mut self, position: usize, change: impl FnOnce(Builder) -> Builder) -> Self {
        let (builder, _) = &mut self.0[position];
        *builder = change(builder.clone());
        self
    }

    fn valid(self, positions: &[usize], [from, to]: [&str; 2]) -> Self {
        positions.iter().fold(self, |chain, position| chain.with(*position, |it| it.valid(from, to)))
    }

    /// The certificates, the last one signed with its own key.
    fn certificates(&self) -> Vec<Certificate> {
        let issuers = self.0.iter().skip(1).chain(self.0.last());
        let signed = self.0.iter().zip(issuers).map(|((certificate, _), (issuer, key))| {
            Certificate::from_der(&certificate.der(&issuer.subject, &Key::p256(*key))).unwrap()
        });
        signed.collect()
    }

    /// The chain without its root, and the root as an anchor.
    fn split(&self) -> (Vec<Certificate>, TrustAnchor) {
        let mut certificates = self.certificates();
        let root = TrustAnchor::from_certificate(certificates.pop().unwrap());
        (certificates, root)
    }

    fn assess(&self, format: &str, revocation: Revocation) -> Result<Vec<Certificate>, PathError> {
        let (path, root) = self.split();
        assess(format, path, &AnchorList::new([root]).with_revocation(revocation))
    }

    fn accepted(&self) {
        assert_eq!(self.assess("android-key", Revocation::none()).unwrap(), self.certificates());
    }

    fn rejected(&self, expected: &UntrustedError) {
        let error = self.assess("android-key", Revocation::none()).unwrap_err();
        assert_eq!(error, PathError::Untrusted(expected.clone()));
        assert_eq!(error.code(), Code::AttestationUntrusted);
    }

    fn out_of_time(&self, format: &str, expected: usize) {
        let error = self.assess(format, Revocation::none()).unwrap_err();
        assert!(matches!(error, PathError::Expired { position, .. } if position == expected), "{error:?}");
        assert_eq!(error.code(), Code::AttestationCertificateExpired);
    }
}

fn assess(
    format: &str,
    path: Vec<Certificate>,
    anchors: &dyn crate::TrustAnchors,
) -> Result<Vec<Certificate>, PathError> {
    let attestation = Attestation::with_certificates(format, AttestationType::Basic, path);
    let trust = links::assess(&attestation, Aaguid::ZERO, anchors, &PathLimits::default())?;
    Ok(trust.paths()[0].certificates().to_vec())
}

#[test]
fn a_factory_chain_whose_batch_certificate_is_no_cas_is_accepted() {
    Chain::new().accepted();
    Chain::of_cas().accepted();
    Chain::new().with(BATCH, |it| it.without_extension(&oid::BASIC_CONSTRAINTS)).accepted();
    Chain::new().with(BATCH, |it| it.without_extension(&oid::KEY_USAGE)).accepted();
    Chain::new().with(BATCH, |it| it.with_extension(oid::NAME_CONSTRAINTS, false, &sequence(&[]))).accepted();
    Chain::of_cas()
        .with(BATCH, |it| it.with_extension(oid::NAME_CONSTRAINTS, false, &sequence(&[])))
        .accepted();
}

#[test]
fn an_expired_factory_chain_is_accepted() {
    for chain in [Chain::new(), Chain::of_cas()] {
        for expired in [&[0][..], &[1], &[2], &[0, 1], &[1, 2], &[0, 1, 2]] {
            chain.clone().valid(expired, EXPIRED).accepted();
        }
    }
}

#[test]
fn a_factory_chain_may_be_sent_with_its_root_and_in_any_order() {
    let certificates = Chain::new().valid(&[1, 2], EXPIRED).certificates();
    let [leaf, batch, intermediate, root] = certificates.as_slice() else { panic!() };
    let anchors = AnchorList::new([TrustAnchor::from_certificate(root.clone())]);
    for others in [[batch, intermediate, root], [root, intermediate, batch], [intermediate, root, batch]] {
        let path = std::iter::once(leaf).chain(others).cloned().collect();
        assert_eq!(assess("android-key", path, &anchors).unwrap(), certificates);
    }
}

#[test]
fn a_factory_chain_below_an_expired_root_is_accepted_if_its_renewal_is_the_anchor() {
    let chain = Chain::new().valid(&[1, 2], EXPIRED);
    let renewed = chain.certificates();
    let sent = chain.valid(&[ROOT], EXPIRED).certificates();
    let anchors = AnchorList::new([TrustAnchor::from_certificate(renewed[ROOT].clone())]);
    assert_eq!(assess("android-key", sent.clone(), &anchors).unwrap(), renewed);
    let anchors = AnchorList::new([TrustAnchor::from_certificate(sent[ROOT].clone())]);
    let error = assess("android-key", sent, &anchors).unwrap_err();
    assert_eq!(error.code(), Code::AttestationCertificateExpired);
}

#[test]
fn rule_400_only_android_key_has_factory_chains() {
    for format in ["packed", "tpm", "apple", "fido-u2f", "android-safetynet", "android-key-2"] {
        Chain::of_cas().assess(format, Revocation::none()).unwrap();
        let error = Chain::new().assess(format, Revocation::none()).unwrap_err();
        assert_eq!(error, PathError::Untrusted(UntrustedError::NotCa));
        Chain::of_cas().valid(&[INTERMEDIATE], EXPIRED).out_of_time(format, INTERMEDIATE);
    }
    let (mut path, root) = Chain::new().split();
    path.push(root.certificate().clone());
    assert_eq!(validate(&path, &[root]), Err(PathError::Untrusted(UntrustedError::NotCa)));
}

/// Adds a CA between the intermediate and the root.
fn longer(mut chain: Chain) -> Chain {
    chain.0.insert(ROOT, (ca("5e3a9c17", 8), 8));
    chain
}

#[test]
fn rule_400_a_factory_chain_has_four_certificates() {
    longer(Chain::of_cas()).accepted();
    longer(Chain::new()).rejected(&UntrustedError::NotCa);
    longer(Chain::of_cas()).valid(&[1], EXPIRED).out_of_time("android-key", 1);

    let shorter = |mut chain: Chain| {
        chain.0.remove(INTERMEDIATE);
        chain
    };
    shorter(Chain::of_cas()).accepted();
    shorter(Chain::new()).rejected(&UntrustedError::NotCa);
    shorter(Chain::of_cas()).valid(&[1], EXPIRED).out_of_time("android-key", 1);
}

#[test]
fn rule_400_a_certificate_below_the_leaf_ends_a_factory_chain() {
    // An app signs a certificate with its attested key.
    let mut chain = Chain::new();
    let (mut forged, _) = chain.0[0].clone();
    forged.public_key = Key::p256(8).spki();
    chain.0.insert(0, (forged, 8));
    chain.rejected(&UntrustedError::NotCa);
    // The same four positions, if the intermediate had certified the app's key.
    chain.0.remove(2);
    chain.rejected(&UntrustedError::NotCa);
}

#[test]
fn rule_400_the_batch_certificate_carries_no_key_description() {
    let described = |it: Builder| it.with_extension(oid::ANDROID_KEY_DESCRIPTION, false, &sequence(&[]));
    Chain::new().with(BATCH, described).rejected(&UntrustedError::NotCa);
    Chain::of_cas().with(BATCH, described).valid(&[BATCH], EXPIRED).out_of_time("android-key", BATCH);
}

#[test]
fn rule_400_a_batch_certificate_is_not_an_authenticators_attestation_certificate() {
    let purposes = [oid::CLIENT_AUTHENTICATION, oid::TPM_AIK_CERTIFICATE]
        .map(|purpose| sequence(&[&element(0x06, purpose.as_contents())]));
    let purposes = purposes.iter().map(|purposes| (oid::EXTENDED_KEY_USAGE, purposes.clone()));
    let model = (oid::FIDO_AAGUID, octet_string(&[7; 16]));
    for (extension, value) in purposes.chain([model]) {
        let other = |it: Builder| it.with_extension(extension.clone(), false, &value);
        Chain::new().with(BATCH, other).rejected(&UntrustedError::NotCa);
        Chain::of_cas().with(BATCH, other).accepted();
        Chain::of_cas().with(BATCH, other).valid(&[BATCH], EXPIRED).out_of_time("android-key", BATCH);
    }
}

#[test]
fn rule_400_the_intermediates_subject_has_a_serial_number() {
    let unnumbered = |mut it: Builder| {
        it.subject = vec![text(&oid::COMMON_NAME, "d3a2c4b6")];
        it
    };
    Chain::of_cas().with(INTERMEDIATE, unnumbered).accepted();
    Chain::new().with(INTERMEDIATE, unnumbered).rejected(&UntrustedError::NotCa);
    let expired = Chain::of_cas().with(INTERMEDIATE, unnumbered).valid(&[INTERMEDIATE], EXPIRED);
    expired.out_of_time("android-key", INTERMEDIATE);
    let titled = |mut it: Builder| {
        it.subject.splice(0..0, numbered("1"));
        it
    };
    Chain::new().with(INTERMEDIATE, titled).accepted();
}

#[test]
fn rule_400_a_factory_chain_ends_at_a_root() {
    let mut certificates = longer(Chain::new()).certificates();
    certificates.pop();
    let upper = certificates.pop().unwrap();
    let anchors = AnchorList::new([TrustAnchor::from_certificate(upper)]);
    let error = assess("android-key", certificates, &anchors).unwrap_err();
    assert_eq!(error, PathError::Untrusted(UntrustedError::NotCa));

    // An anchored batch certificate or intermediate makes a path of two or three.
    for anchored in [BATCH, INTERMEDIATE] {
        let (path, _) = Chain::new().split();
        let anchors = AnchorList::new([TrustAnchor::from_certificate(path[anchored].clone())]);
        let error = assess("android-key", path, &anchors).unwrap_err();
        assert_eq!(error, PathError::Untrusted(UntrustedError::NotCa));
    }
}

#[test]
fn rule_400_the_root_of_a_factory_chain_must_not_have_expired() {
    Chain::new().valid(&[ROOT], EXPIRED).out_of_time("android-key", ROOT);
}

#[test]
fn rule_400_no_certificate_of_a_factory_chain_is_from_the_future() {
    for position in [0, BATCH, INTERMEDIATE, ROOT] {
        Chain::new().valid(&[position], OF_THE_FUTURE).out_of_time("android-key", position);
    }
}

#[test]
fn rule_400_all_other_rules_apply_to_a_factory_chain() {
    for (position, critical) in [(0, false), (BATCH, true), (INTERMEDIATE, false), (ROOT, false)] {
        let constrained = |it: Builder| it.with_extension(oid::NAME_CONSTRAINTS, critical, &sequence(&[]));
        Chain::new().with(position, constrained).rejected(&UntrustedError::NameConstraints);
    }
    for position in [0, BATCH, INTERMEDIATE, ROOT] {
        let unknown = |it: Builder| it.with_extension(UNKNOWN, true, &[0x05, 0x00]);
        Chain::new().with(position, unknown).rejected(&UntrustedError::UnknownCritical(UNKNOWN));
    }
    let no_ca = |it: Builder| it.with_extension(oid::BASIC_CONSTRAINTS, true, &sequence(&[]));
    Chain::new().with(INTERMEDIATE, no_ca).rejected(&UntrustedError::NotCa);
    let usage = |it: Builder| it.with_extension(oid::KEY_USAGE, true, SIGNATURES);
    Chain::new().with(INTERMEDIATE, usage).rejected(&UntrustedError::MayNotSignCertificates);
    Chain::new().with(INTERMEDIATE, |it| it.with_path_length(0)).rejected(&UntrustedError::PathLength(0));
}

#[test]
fn rule_400_every_signature_of_a_factory_chain_is_verified() {
    for position in 0..ROOT {
        let mut certificates = Chain::new().certificates();
        let mut chain = Chain::new();
        for (_, key) in chain.0.iter_mut().skip(position + 1).take(1) {
            *key = 3;
        }
        certificates[position] = chain.certificates()[position].clone();
        let root = TrustAnchor::from_certificate(certificates.pop().unwrap());
        let error = assess("android-key", certificates, &AnchorList::new([root])).unwrap_err();
        // The regular path's obstacle is reported unless the factory chain came farther.
        let expected = if position == 0 { UntrustedError::NotCa } else { UntrustedError::SignatureInvalid };
        assert_eq!(error, PathError::Untrusted(expected), "{position}");
    }
}

#[test]
fn rule_400_a_revoked_certificate_of_a_factory_chain_is_rejected() {
    let chain = Chain::new().valid(&[0, 1, 2], EXPIRED);
    for (listed, position) in [("5", BATCH), ("6", INTERMEDIATE), ("7", ROOT)] {
        let json = format!(r#"{{"entries": {{"{listed}": {{"status": "REVOKED"}}}}}}"#);
        let list = AttestationStatusList::from_json(json.as_bytes()).unwrap();
        let error = chain.assess("android-key", Revocation::none().with_android_status(list)).unwrap_err();
        assert_eq!(error, PathError::Revoked { position, reason: RevocationReason::Unspecified });
        assert_eq!(error.code(), Code::AttestationCertificateRevoked);
    }
    let by_intermediate = |named: u8| {
        let mut list = ListBuilder::new("").naming(&[named]);
        list.issuer = numbered("d3a2c4b6");
        Revocation::none().with_list(list.signed_by(&Key::p256(6)))
    };
    chain.assess("android-key", by_intermediate(4)).unwrap();
    let error = chain.assess("android-key", by_intermediate(5)).unwrap_err();
    assert_eq!(error, PathError::Revoked { position: BATCH, reason: RevocationReason::Unspecified });
}

#[test]
fn a_factory_chain_stays_within_the_budget_of_signature_checks() {
    let (path, root) = Chain::of_cas().valid(&[1], EXPIRED).split();
    let attestation = Attestation::with_certificates("android-key", AttestationType::Basic, path);
    let anchors = AnchorList::new([root]);
    let assess = |checks| {
        let limits = PathLimits::default().with_signature_checks(checks);
        let verifiers = Verifiers::rust_crypto();
        attestation.assess_trust(Aaguid::ZERO, &anchors, NOW, &verifiers, &limits).map(drop)
    };
    assess(6).unwrap();
    assert_eq!(assess(5), Err(PathError::BudgetExceeded(5)));
}
