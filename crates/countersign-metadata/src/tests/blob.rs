use core::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_attestation::{
    CertificateRevocationList, PathError, Revocation, TrustAnchor, path::UntrustedError,
};
use countersign_authenticator::{
    BlobSigner, CertificateDraft, METADATA_HOST, PrivateKey, RevocationListDraft,
    certificate::oid::COMMON_NAME,
};
use countersign_cose::{Algorithm, Verifiers};
use countersign_types::{Code, Timestamp, base64url};
use serde_json::{Value, json};

use super::{
    certificates::{NOW, anchor, ca, chain, key, root, signed},
    payload, policy, read, verify,
};
use crate::{
    blob::Blob,
    blob_policy::{BlobPolicy, Seen},
    current::Metadata,
    error::{MalformedBlobError, MetadataError},
    limits::ENTRIES_MAX,
    metadata_policy::MetadataPolicy,
};

fn good() -> String {
    String::from_utf8(BlobSigner::new().sign(payload().to_string().as_bytes())).unwrap()
}

fn revocation_list(
    issuer: &str,
    key: &PrivateKey,
    serial_numbers: &[u8],
    period: [&str; 2],
) -> CertificateRevocationList {
    let list = RevocationListDraft::new(issuer).with_updates(period);
    let list = serial_numbers.iter().fold(list, |list, number| list.with_revoked(&[*number]));
    CertificateRevocationList::from_der(&list.sign(key)).unwrap()
}

fn with_header(header: &Value) -> Result<Blob, MetadataError> {
    verify(&BlobSigner::new().sign_with_header(&header.to_string(), payload().to_string().as_bytes()))
}

fn malformed(outcome: Result<Blob, MetadataError>) -> MalformedBlobError {
    let error = outcome.unwrap_err();
    assert_eq!(error.code(), Code::MetadataMalformed);
    assert!(!error.to_string().contains('\n'));
    match error {
        MetadataError::Malformed(fault) => fault,
        other => panic!("{other}"),
    }
}

#[test]
fn a_policy_says_what_it_was_given() {
    let anchor = TrustAnchor::from_certificate(root("root", 1));
    let policy = BlobPolicy::new([anchor.clone()]);
    assert_eq!(policy.anchors(), [anchor]);
    assert_eq!((policy.host_name(), policy.legal_header()), (None, None));
    assert_eq!((policy.grace(), policy.max_length()), (Some(Duration::ZERO), crate::limits::BLOB_MAX));
    assert!(policy.chain().is_none());

    let day = Duration::from_secs(86_400);
    let policy = policy.with_host_name("a.example").with_legal_header("b").with_grace(day).with_max_length(9);
    let policy =
        policy.with_chain([root("root", 1)]).with_revocation(Revocation::none().with_required_lists());
    assert_eq!((policy.host_name(), policy.legal_header()), (Some("a.example"), Some("b")));
    assert_eq!((policy.grace(), policy.max_length()), (Some(day), 9));
    assert_eq!(policy.chain().map(<[_]>::len), Some(1));
    assert_ne!(format!("{:?}", policy.revocation()), format!("{:?}", Revocation::none()));

    let policy = policy.dangerous_accept_any_host_name().dangerous_accept_outdated();
    assert_eq!((policy.host_name(), policy.grace()), (None, None));
}

#[test]
fn a_blob_is_verified_and_read() {
    let blob = verify(good().as_bytes()).unwrap();
    assert_eq!((blob.number(), blob.next_update().to_string().as_str()), (7, "2026-02-01"));
    assert_eq!(blob.legal_header(), Some("terms"));
    assert_eq!((blob.entries().len(), blob.skipped().len()), (4, 0));
    assert_eq!(blob.signer().unwrap().certificates().len(), 3);
}

#[test]
fn rule_340_a_blob_has_three_parts() {
    let good = good();
    for bad in ["", "a", "a.b", &format!("{good}."), &good.replacen('.', "..", 1)] {
        assert_eq!(
            malformed(verify(bad.as_bytes())),
            MalformedBlobError::NotJws("not three parts"),
            "{bad:.9}"
        );
    }
}

#[test]
fn rule_340_each_part_is_base64url_without_padding() {
    let good = good();
    let parts: Vec<_> = good.split('.').collect();
    let with = |position: usize, part: &str| {
        let mut parts = parts.clone();
        parts[position] = part;
        malformed(verify(parts.join(".").as_bytes()))
    };
    assert_eq!(with(0, "e30="), MalformedBlobError::NotJws("the header is not base64url"));
    assert_eq!(
        with(2, &format!("{}==", parts[2])),
        MalformedBlobError::NotJws("the signature is not base64url")
    );
    let signer = BlobSigner::new();
    let mut blob = String::from_utf8(signer.sign(b"{}")).unwrap();
    blob = blob.replace(".e30.", ".e30=.");
    // The signature is looked at before the payload is.
    assert_eq!(verify(blob.as_bytes()).unwrap_err(), MetadataError::SignatureInvalid);
}

#[test]
fn rule_340_the_payload_is_a_json_object() {
    let signer = BlobSigner::new();
    let read = |payload: &str| malformed(verify(&signer.sign(payload.as_bytes())));
    let good = payload().to_string();
    assert_eq!(read(""), MalformedBlobError::NotJson { at: 0 });
    assert_eq!(read(&format!("{good} x")), MalformedBlobError::NotJson { at: good.len() + 1 });
    assert_eq!(read(&good[..good.len() - 1]), MalformedBlobError::NotJson { at: good.len() - 1 });
    assert_eq!(read(&format!("[{good}]")), MalformedBlobError::Type("an object"));
    assert!(
        matches!(read(&good.replace("null", "nul")), MalformedBlobError::NotJson { .. }),
        "within an entry"
    );
    assert!(matches!(
        malformed(verify(&signer.sign(b"{\"no\":\"\xff\"}"))),
        MalformedBlobError::NotJson { at: 7 }
    ));
    assert_eq!(read(&good.replacen('{', "{\"no\":7,", 1)), MalformedBlobError::Twice("no"));
}

#[test]
fn rule_340_the_header_has_the_members_that_it_must_have() {
    let good = BlobSigner::new().header();
    let with = |name: &str, value: Value| {
        let mut header = good.clone();
        header[name] = value;
        malformed(with_header(&header))
    };
    assert_eq!(with("alg", json!(7)), MalformedBlobError::Type("a text"));
    assert_eq!(with("typ", json!("JOSE")), MalformedBlobError::NotJws("typ is not JWT"));
    assert_eq!(
        with("crit", json!(["exp"])),
        MalformedBlobError::NotJws("the header has critical parameters")
    );
    let mut without = good.clone();
    without.as_object_mut().unwrap().remove("alg");
    assert_eq!(malformed(with_header(&without)), MalformedBlobError::Missing("alg"));
    without = good.clone();
    without.as_object_mut().unwrap().remove("typ");
    with_header(&without).unwrap();
}

#[test]
fn rule_341_an_algorithm_without_a_public_key_signs_nothing() {
    for alg in ["none", "HS256", "RS1", "es256", "EdDSA", ""] {
        let mut header = BlobSigner::new().header();
        header["alg"] = alg.into();
        let error = with_header(&header).unwrap_err();
        assert_eq!(error, MetadataError::Algorithm(alg.into()));
        assert_eq!(error.code(), Code::MetadataSignatureInvalid);
    }
}

#[test]
fn a_blob_that_nothing_can_verify_is_not_called_untrusted() {
    let verify = |verifiers: &Verifiers| policy().verify(good().as_bytes(), Seen::Nothing, NOW, verifiers);
    verify(&Verifiers::default()).unwrap();
    let error = verify(&Verifiers::none()).unwrap_err();
    assert_eq!(error, MetadataError::VerifierMissing(Algorithm::Es256.scheme()));
    assert_eq!(error.code(), Code::VerifierMissing);
    // A signer that is the anchor itself has no other signature to be verified.
    let signer = BlobSigner::new();
    let policy = BlobPolicy::new([anchor(&signer.x5c[0])]).with_host_name(METADATA_HOST);
    policy.verify(good().as_bytes(), Seen::Nothing, NOW, &Verifiers::default()).unwrap();
    let error = policy.verify(good().as_bytes(), Seen::Nothing, NOW, &Verifiers::none()).unwrap_err();
    assert_eq!(error.code(), Code::VerifierMissing);
}

#[test]
fn rule_341_the_algorithm_is_one_of_the_signers_key() {
    for alg in ["RS256", "PS256", "ES384"] {
        let mut header = BlobSigner::new().header();
        header["alg"] = alg.into();
        assert_eq!(with_header(&header).unwrap_err(), MetadataError::Algorithm(alg.into()));
    }
}

#[test]
fn rule_342_certificates_elsewhere_are_not_fetched() {
    let signer = BlobSigner::new();
    let mut with_address = signer.header();
    with_address["x5u"] = "https://mds.example.org/chain".into();
    let blob = signer.sign_with_header(&with_address.to_string(), payload().to_string().as_bytes());
    let verify = |policy: BlobPolicy| policy.verify(&blob, Seen::Nothing, NOW, &Verifiers::rust_crypto());
    let error = verify(policy()).unwrap_err();
    assert_eq!((&error, error.code()), (&MetadataError::ChainElsewhere, Code::MetadataUntrusted));
    verify(policy().with_chain(chain(&signer))).unwrap();
}

#[test]
fn rule_343_the_signer_leads_to_a_root_of_the_policy() {
    let policy = BlobPolicy::new([TrustAnchor::from_certificate(root("root", 9))]);
    let error = policy.verify(good().as_bytes(), Seen::Nothing, NOW, &Verifiers::rust_crypto()).unwrap_err();
    assert_eq!(error, MetadataError::Untrusted(PathError::Untrusted(UntrustedError::SignatureInvalid)));
    assert_eq!(error.code(), Code::MetadataUntrusted);
    let policy = BlobPolicy::fido().dangerous_accept_any_host_name();
    let error = policy.verify(good().as_bytes(), Seen::Nothing, NOW, &Verifiers::rust_crypto()).unwrap_err();
    assert_eq!(error, MetadataError::Untrusted(PathError::Untrusted(UntrustedError::IssuerUnknown)));
}

#[test]
fn rule_343_a_cross_signed_root_leads_to_the_older_one() {
    let [old, new] = [11, 12].map(key);
    let mut signer = BlobSigner::new();
    let authority = CertificateDraft::ca("ca", &signer.authority_key.spki()).with_issuer("new");
    signer.x5c[1] = ca("new", 12).with_issuer("old").sign(&old);
    signer.x5c.push(authority.sign(&new));
    let blob = signer.sign(payload().to_string().as_bytes());
    for (root, length) in [(root("old", 11), 4), (root("new", 12), 3)] {
        let policy = BlobPolicy::new([TrustAnchor::from_certificate(root)]).with_host_name(METADATA_HOST);
        let blob = policy.verify(&blob, Seen::Nothing, NOW, &Verifiers::rust_crypto()).unwrap();
        assert_eq!(blob.signer().unwrap().certificates().len(), length);
    }
}

#[test]
fn rule_344_x5c_is_der_in_base64_with_padding() {
    let good = BlobSigner::new().header();
    let der = BlobSigner::new().x5c[0].clone();
    let with = |element: Value| {
        let mut header = good.clone();
        header["x5c"][0] = element;
        malformed(with_header(&header))
    };
    let not_base64 = MalformedBlobError::Certificate { position: 0, error: None };
    assert_eq!(with(base64url::encode(&der).into()), not_base64);
    assert_eq!(with(format!("{} ", STANDARD.encode(&der)).into()), not_base64);
    let not_der = with(STANDARD.encode(&der[..der.len() - 1]).into());
    assert!(matches!(not_der, MalformedBlobError::Certificate { position: 0, error: Some(_) }), "{not_der}");
    assert_eq!(with(json!(1)), MalformedBlobError::Type("a text"));
    let mut empty = good.clone();
    empty["x5c"] = json!([]);
    assert_eq!(
        malformed(with_header(&empty)),
        MalformedBlobError::NotJws("x5c has no certificate, or too many")
    );
}

#[test]
fn rule_345_the_signer_is_the_services_host() {
    let mut named = BlobSigner::new().leaf();
    named.set_subject(COMMON_NAME, Some(METADATA_HOST));
    let of_host = |name| BlobSigner::new().leaf().with_dns_name(name);
    for leaf in [of_host("mds.example.com"), of_host("x.mds.example.org"), named] {
        let signed = BlobSigner::new().with_leaf(&leaf).sign(payload().to_string().as_bytes());
        let error = verify(&signed).unwrap_err();
        assert_eq!(
            (&error, error.code()),
            (&MetadataError::HostName(METADATA_HOST.into()), Code::MetadataUntrusted)
        );
        let any = policy().dangerous_accept_any_host_name();
        any.verify(&signed, Seen::Nothing, NOW, &Verifiers::rust_crypto()).unwrap();
    }
}

#[test]
fn a_key_for_other_purposes_signs_no_blob() {
    let leaf = BlobSigner::new().leaf().with_dns_name(METADATA_HOST);
    let with = |leaf| verify(&BlobSigner::new().with_leaf(&leaf).sign(payload().to_string().as_bytes()));
    with(leaf.clone()).unwrap();
    assert_eq!(with(leaf.with_key_usage(&[2, 0x04])).unwrap_err(), MetadataError::KeyUsage);
}

#[test]
fn rule_346_a_revoked_signer_signs_no_blob() {
    let blob = good();
    let ca = BlobSigner::new().authority_key;
    let with = |revocation: Revocation| {
        let policy = policy().with_revocation(revocation);
        policy.verify(blob.as_bytes(), Seen::Nothing, NOW, &Verifiers::rust_crypto())
    };
    let list = |serial_numbers: &[u8], until| {
        Revocation::none().with_list(revocation_list("ca", &ca, serial_numbers, ["20251201000000Z", until]))
    };
    with(list(&[3], "20260201000000Z")).unwrap();
    let error = with(list(&[2, 3], "20260201000000Z")).unwrap_err();
    assert!(matches!(error, MetadataError::Untrusted(PathError::Revoked { .. })), "{error:?}");
    assert_eq!(error.code(), Code::MetadataUntrusted);
}

#[test]
fn rule_346_a_required_list_must_be_present_and_current() {
    let blob = good();
    let BlobSigner { root_key: root, authority_key: ca, .. } = BlobSigner::new();
    let with = |revocation: Revocation| {
        let policy = policy().with_revocation(revocation.with_required_lists());
        policy.verify(blob.as_bytes(), Seen::Nothing, NOW, &Verifiers::rust_crypto())
    };
    let period = |until| ["20251201000000Z", until];
    let by_root = revocation_list("root", &root, &[], period("20260201000000Z"));
    let by_ca = |until| revocation_list("ca", &ca, &[], period(until));
    let complete = Revocation::none().with_list(by_root.clone());
    with(complete.clone().with_list(by_ca("20260201000000Z"))).unwrap();
    for incomplete in [complete.clone(), complete.with_list(by_ca("20251231000000Z"))] {
        let error = with(incomplete).unwrap_err();
        assert!(matches!(error, MetadataError::Untrusted(PathError::Untrusted(_))), "{error:?}");
    }
}

#[test]
fn rule_347_whatever_is_changed_the_signature_does_not_verify() {
    let good = good();
    let parts: Vec<_> = good.split('.').collect();
    let rejected = |parts: [&str; 3]| {
        let error = verify(parts.join(".").as_bytes()).unwrap_err();
        assert_eq!(
            (&error, error.code()),
            (&MetadataError::SignatureInvalid, Code::MetadataSignatureInvalid)
        );
    };
    let mut header: Value = serde_json::from_slice(&base64url::decode(parts[0]).unwrap()).unwrap();
    header["new"] = 1.into();
    rejected([&base64url::encode(header.to_string()), parts[1], parts[2]]);
    let payload = payload().to_string().replace("\"no\":7", "\"no\":8");
    rejected([parts[0], &base64url::encode(payload), parts[2]]);
    let mut signature = base64url::decode(parts[2]).unwrap();
    signature[40] ^= 1;
    rejected([parts[0], parts[1], &base64url::encode(&signature)]);
    rejected([parts[0], parts[1], &base64url::encode(&signature[1..])]);
    rejected([parts[0], parts[1], ""]);
    rejected([
        parts[0],
        parts[1],
        &base64url::encode(BlobSigner::new().key.sign(format!("{}.{}", parts[0], parts[1]).as_bytes())),
    ]);
}

#[test]
fn rule_348_a_blob_has_a_number() {
    for value in [json!("7"), json!(-7), json!(7.5), json!(null)] {
        let mut payload = payload();
        payload["no"] = value;
        assert_eq!(malformed(read(&payload)), MalformedBlobError::Type("a non-negative integer"));
    }
    let mut payload = payload();
    payload.as_object_mut().unwrap().remove("no");
    assert_eq!(malformed(read(&payload)), MalformedBlobError::Missing("no"));
}

#[test]
fn rule_348_a_blob_is_newer_than_the_one_seen() {
    let blob = good();
    let verify = |seen| policy().verify(blob.as_bytes(), seen, NOW, &Verifiers::rust_crypto());
    for seen in [Seen::NewerThan(6), Seen::AtLeast(7), Seen::AtLeast(0), Seen::Nothing] {
        assert!(verify(seen).is_ok(), "{seen:?}");
    }
    for seen in [Seen::NewerThan(8), Seen::AtLeast(8)] {
        let error = verify(seen).unwrap_err();
        assert_eq!(
            (&error, error.code()),
            (&MetadataError::Rollback { seen: 8, got: 7 }, Code::MetadataRollback)
        );
    }
    let error = verify(Seen::NewerThan(7)).unwrap_err();
    assert_eq!((&error, error.code()), (&MetadataError::NotNewer(7), Code::MetadataRollback));
}

#[test]
fn rule_350_a_blob_says_when_the_next_one_comes() {
    for value in ["2026-02-30", "01.02.2026", ""] {
        let mut payload = payload();
        payload["nextUpdate"] = value.into();
        assert_eq!(malformed(read(&payload)), MalformedBlobError::NextUpdate, "{value}");
    }
    let mut payload = payload();
    payload.as_object_mut().unwrap().remove("nextUpdate");
    assert_eq!(malformed(read(&payload)), MalformedBlobError::Missing("nextUpdate"));
}

#[test]
fn rule_351_a_blob_is_outdated_once_the_day_of_the_next_one_is_over() {
    const OVER: i64 = 1_769_990_400; // 2026-02-02T00:00:00Z
    let blob = good();
    let at = |policy: BlobPolicy, seconds| {
        let now = Timestamp::from_unix_seconds(seconds);
        policy.verify(blob.as_bytes(), Seen::Nothing, now, &Verifiers::rust_crypto())
    };
    at(policy(), OVER - 1).unwrap();
    let error = at(policy(), OVER).unwrap_err();
    assert!(
        matches!(&error, MetadataError::Outdated { next_update, .. } if next_update.to_string() == "2026-02-01")
    );
    assert_eq!(error.code(), Code::MetadataOutdated);
    let week = policy().with_grace(Duration::from_secs(7 * 86_400));
    at(week.clone(), OVER + 7 * 86_400 - 1).unwrap();
    assert!(at(week, OVER + 7 * 86_400).is_err());
    at(policy().dangerous_accept_outdated(), OVER + 365 * 86_400).unwrap();
}

#[test]
fn rule_352_the_legal_header_is_the_accepted_one() {
    let blob = good();
    let with = |text: &str| {
        let policy = policy().with_legal_header(text);
        policy.verify(blob.as_bytes(), Seen::Nothing, NOW, &Verifiers::rust_crypto())
    };
    with("terms").unwrap();
    let error = with("other terms").unwrap_err();
    assert_eq!((&error, error.code()), (&MetadataError::LegalHeader, Code::MetadataMalformed));
}

#[test]
fn rule_353_a_blob_has_a_greatest_length() {
    let blob = good();
    let with = |bytes| {
        let policy = policy().with_max_length(bytes);
        policy.verify(blob.as_bytes(), Seen::Nothing, NOW, &Verifiers::rust_crypto())
    };
    with(blob.len()).unwrap();
    assert_eq!(malformed(with(blob.len() - 1)), MalformedBlobError::TooLong(blob.len() - 1));
}

#[test]
fn rule_353_a_blob_has_so_many_entries_at_the_most() {
    let mut payload = payload();
    payload["entries"] = vec![json!({}); ENTRIES_MAX].into();
    assert_eq!(read(&payload).unwrap().skipped().len(), ENTRIES_MAX);
    payload["entries"].as_array_mut().unwrap().push(json!({}));
    assert_eq!(malformed(read(&payload)), MalformedBlobError::TooManyEntries);
}

#[test]
fn rule_368_a_root_is_reported_before_it_expires() {
    const DAY: u64 = 86_400;
    let draft = ca("root", 1).with_validity("20250101000000Z", "20260131000000Z");
    let root = TrustAnchor::from_certificate(signed(&draft, 1));
    let policy = BlobPolicy::new([root, anchor(&BlobSigner::new().root)]);
    assert_eq!(policy.roots_expiring_within(NOW, Duration::from_secs(29 * DAY)).count(), 0);
    assert_eq!(policy.roots_expiring_within(NOW, Duration::from_secs(31 * DAY)).count(), 1);
}

#[test]
fn rule_368_an_expired_root_is_no_root() {
    let key = BlobSigner::new().root_key;
    let root = CertificateDraft::ca("root", &key.spki()).with_validity("20250101000000Z", "20251231000000Z");
    let policy = BlobPolicy::new([anchor(&root.sign(&key))]);
    let error = policy.verify(good().as_bytes(), Seen::Nothing, NOW, &Verifiers::rust_crypto()).unwrap_err();
    assert!(matches!(error, MetadataError::Untrusted(PathError::Expired { position: 2, .. })));
    assert_eq!(error.code(), Code::MetadataUntrusted);
}

#[test]
fn an_unsigned_payload_is_read_as_it_is_and_has_no_signer() {
    let text = payload().to_string();
    let (unsigned, signed) = (Blob::dangerous_unsigned(text.as_str()).unwrap(), read(&payload()).unwrap());
    assert!(unsigned.signer().is_none() && signed.signer().is_some());
    let keys = |blob: &Blob| blob.entries().map(|entry| entry.keys().to_vec()).collect::<Vec<_>>();
    assert_eq!((keys(&unsigned), unsigned.number()), (keys(&signed), signed.number()));
    let metadata = Metadata::new(policy(), MetadataPolicy::fido());
    metadata.dangerous_replace(unsigned);
    assert_eq!(metadata.blob().map(|blob| blob.number()), Some(signed.number()));
    // The next BLOB of a service is compared with those of the service only.
    assert_eq!(metadata.highest_number(), None);
    let error = Blob::dangerous_unsigned("{}").unwrap_err();
    assert_eq!(error, MalformedBlobError::Missing("nextUpdate"));
    let long = " ".repeat(crate::limits::BLOB_MAX + 1);
    let error = Blob::dangerous_unsigned(long).unwrap_err();
    assert_eq!(error, MalformedBlobError::TooLong(crate::limits::BLOB_MAX));
}
