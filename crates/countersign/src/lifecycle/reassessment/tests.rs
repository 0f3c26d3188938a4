//! What needs no certificates. Trust, revocation and models are tried with the software authenticator, in its crate.

use core::convert::Infallible;

use countersign_attestation::AnchorList;
use countersign_types::Aaguid;

use super::*;
use crate::record::evidence::Trusted;
use crate::test_ceremony::{Attest, Create, NOW, create, rp};

fn reassessor() -> Reassessor {
    Reassessor::new(&rp().build().unwrap(), Arc::new(AnchorList::new([])))
}

fn judge(record: &CredentialRecord) -> Reassessment {
    reassessor().judge(record, NOW)
}

fn registered(create: &Create) -> CredentialRecord {
    create.finish(rp()).unwrap().into_credential()
}

fn self_attested() -> CredentialRecord {
    registered(&Create { attest: Attest::SelfPacked, ..create() })
}

#[test]
fn nobody_vouches_for_none_and_self_attestation() {
    for (record, kind) in
        [(registered(&create()), AttestationType::None), (self_attested(), AttestationType::SelfAttestation)]
    {
        let reassessment = judge(&record);
        assert_eq!(*reassessment.verdict(), Verdict::Uncertified(kind));
        assert_eq!(reassessment.changes(), []);
    }
}

#[test]
fn the_attestation_of_a_record_is_there_if_its_evidence_verifies() {
    let record = self_attested();
    let attestation = reassessor().attestation(&record).unwrap();
    assert_eq!(attestation.attestation_type(), AttestationType::SelfAttestation);
    assert_eq!(reassessor().attestation(&record.clone().with_evidence(None)), None);
    let noted = record.evidence().unwrap();
    let cut = AttestationEvidence::new("packed", "self", &noted.object()[1..], noted.client_data());
    assert_eq!(reassessor().attestation(&record.with_evidence(cut)), None);
}

#[test]
fn a_record_without_evidence_says_so() {
    let reassessment = judge(&self_attested().with_evidence(None));
    assert_eq!(*reassessment.verdict(), Verdict::EvidenceMissing);
}

#[test]
fn a_type_that_is_judged_otherwise_is_a_change() {
    let record = self_attested();
    let evidence = record.evidence().unwrap();
    let noted = AttestationEvidence::new("packed", "basic", evidence.object(), evidence.client_data());
    let reassessment = judge(&record.clone().with_evidence(noted.with_judgement(Trusted::Yes, NOW)));
    let expected = [Change::TrustLost, Change::AttestationType(AttestationType::SelfAttestation)];
    assert_eq!(reassessment.changes(), expected);
    let noted = reassessment.noted_in(evidence.clone());
    assert_eq!((noted.trusted(), noted.judged_at()), (Some(Trusted::No), Some(NOW)));
}

#[test]
fn evidence_of_another_record_is_unusable() {
    let record = self_attested();
    let (fixed, evidence) = (record.static_part(), record.evidence().unwrap());
    let with = |object: &[u8], client_data: &[u8]| {
        let changed = AttestationEvidence::new("packed", "self", object, client_data);
        record.clone().with_evidence(changed)
    };
    let other_id = CredentialRecord::new(
        countersign_types::CredentialId::new([1]).unwrap(),
        fixed.rp_id.clone(),
        fixed.user_handle.clone(),
        record.public_key(),
    );
    let other_rp = CredentialRecord::new(
        fixed.id.clone(),
        "example.net",
        fixed.user_handle.clone(),
        record.public_key(),
    );
    let key = crate::test_ceremony::cose_key(&crate::test_ceremony::signing_key(0x12));
    let other_key =
        CredentialRecord::new(fixed.id.clone(), fixed.rp_id.clone(), fixed.user_handle.clone(), key);
    let sign_in = String::from_utf8(evidence.client_data().to_vec())
        .unwrap()
        .replace("webauthn.create", "webauthn.get");
    for broken in [
        other_id.with_evidence(evidence.clone()),
        other_rp.with_evidence(evidence.clone()),
        other_key.with_evidence(evidence.clone()),
        with(evidence.object(), sign_in.as_bytes()),
    ] {
        let verdict = judge(&broken).verdict().clone();
        assert_eq!(verdict, Verdict::EvidenceUnusable(EvidenceError::OfAnotherCredential));
        assert_eq!(verdict.code(), Some(countersign_types::Code::CredentialIdMismatch));
    }
    let unreadable = |record: &CredentialRecord| judge(record).verdict().code().unwrap().as_str();
    assert_eq!(unreadable(&with(&[0xa0], evidence.client_data())), "attestation-object-malformed");
    assert_eq!(unreadable(&with(evidence.object(), b"{")), "client-data-malformed");
    let without_key =
        CredentialRecord::new(fixed.id.clone(), fixed.rp_id.clone(), fixed.user_handle.clone(), [0xa0]);
    assert_eq!(unreadable(&without_key.with_evidence(evidence.clone())), "public-key-malformed");
}

#[test]
fn a_record_that_names_another_model_than_its_evidence_gets_no_verdict_on_either() {
    let record = self_attested();
    let kind = AttestationType::SelfAttestation;
    assert_eq!(*judge(&record).verdict(), Verdict::Uncertified(kind));
    for other in [Aaguid::from_bytes([0xee; 16]), Aaguid::ZERO] {
        let verdict = judge(&record.clone().with_aaguid(other)).verdict().clone();
        let fault = EvidenceError::OfAnotherModel { record: other, evidence: record.aaguid() };
        assert_eq!(verdict, Verdict::EvidenceUnusable(fault));
        assert_eq!(verdict.code(), Some(countersign_types::Code::AttestationAaguidMismatch));
    }
}

#[test]
fn a_statement_that_no_longer_verifies_is_not_believed() {
    let record = self_attested();
    let evidence = record.evidence().unwrap();
    // White space outside of what a browser writes: another hash.
    let other = [evidence.client_data(), b" "].concat();
    let changed = AttestationEvidence::new("packed", "self", evidence.object(), other);
    let verdict = judge(&record.clone().with_evidence(changed)).verdict().clone();
    assert!(matches!(verdict, Verdict::StatementInvalid(_)), "{verdict}");
    assert_eq!(verdict.code(), Some(countersign_types::Code::AttestationSignatureInvalid));
    let forgotten = reassessor().with_formats(Formats::empty()).judge(&record, NOW);
    assert_eq!(forgotten.verdict().code(), Some(countersign_types::Code::AttestationFormatUnsupported));
}

#[test]
fn a_batch_is_counted_and_ends_where_the_visitor_or_the_store_says() {
    let records = || {
        [self_attested(), registered(&create()), self_attested().with_evidence(None)].map(Ok::<_, Infallible>)
    };
    let mut seen = Vec::new();
    let visit = |_: &CredentialRecord, reassessment: &Reassessment| {
        seen.push(reassessment.verdict().to_string());
        ControlFlow::Continue(())
    };
    let summary = reassessor().judge_all(records(), NOW, visit).unwrap();
    assert_eq!(
        (summary.judged, summary.uncertified, summary.without_evidence, summary.changed),
        (3, 2, 1, 0)
    );
    assert_eq!(seen[2], "the record has no attestation object");
    let one = reassessor().judge_all(records(), NOW, |_, _| ControlFlow::Break(())).unwrap();
    assert_eq!(one.judged, 1);
    let failed = reassessor().judge_all([Err("the disk")], NOW, |_, _| ControlFlow::Continue(()));
    assert_eq!(failed, Err("the disk"));
}
