//! `tpm` attestation.

use countersign_authenticator::Change::{self, Attestation as Draft, Statement};
use countersign_authenticator::{Algorithm, Attestation, Attester, Cbor, PrivateKey, RsaKey};

use super::{accepted, case, changed, rejected};
use crate::case::{Case, Group, Outcome, Registration, Run};

const TPM: Registration = Registration::of(Attestation::Tpm).algorithm(Algorithm::Rs256);

const fn faulty(
    id: &'static str,
    what: &'static str,
    code: &'static str,
    changes: &'static [Change],
) -> Case {
    changed(id, what, code, TPM, changes)
}

fn with_rs1(attester: Attester) -> Attestation {
    Attestation::Tpm(
        attester.with_key(PrivateKey::from_rsa(Algorithm::Rs1, RsaKey::second_test_key()).unwrap()),
    )
}

/// An authority is between the root and the certificate, and comes first.
fn reverse(statement: &mut Cbor) {
    if let Some(Cbor::Array(certificates)) = statement.get_mut("x5c") {
        certificates.reverse();
    }
}

pub(super) const GROUP: Group = Group {
    name: "Server-ServerAuthenticatorAttestationResponse-Resp-9",
    title: "Registration: `tpm`",
    cases: &[
        accepted("P-1", "signed with SHA-256", Run::Register(TPM)),
        accepted(
            "P-2",
            "signed with SHA-1",
            Run::Register(Registration::of(with_rs1).algorithm(Algorithm::Rs256)),
        ),
        case(
            "P-3",
            "the name of the key is made with another hash than `nameAlg` says",
            Run::Register(TPM.with(&[Draft(|draft| {
                draft.certify_info.name = Some([vec![0x00, 0x0c], vec![7; 48]].concat());
            })])),
            Outcome::Differs {
                code: "attestation-binding-mismatch",
                why: "TPM 2.0 part 1, section 16 makes the name with `nameAlg`, and section 8.3 compares it: another name is \
                      another key's.",
            },
        ),
        rejected(
            "F-1",
            "`x5c` is in the wrong order",
            "attestation-certificate-invalid",
            Run::Register(
                Registration::of(|attester| Attestation::Tpm(attester.with_intermediate()))
                    .algorithm(Algorithm::Rs256)
                    .with(&[Statement(reverse)]),
            ),
        ),
        faulty(
            "F-2",
            "`extraData` is not the hash of what is signed",
            "attestation-binding-mismatch",
            &[Draft(|draft| draft.certify_info.extra_data = Some(vec![7; 32]))],
        ),
        faulty(
            "F-3",
            "`magic` is another number",
            "attestation-statement-malformed",
            &[Draft(|draft| draft.certify_info.magic = 0xff54_4348)],
        ),
        faulty(
            "F-4",
            "`unique` is another key",
            "attestation-key-mismatch",
            &[Draft(|draft| {
                if let Some(byte) =
                    draft.public_area.unique.first_mut().and_then(|modulus| modulus.last_mut())
                {
                    *byte ^= 2;
                }
            })],
        ),
    ],
};
