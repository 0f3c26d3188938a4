//! Authenticator data of an assertion.

use countersign_authenticator::Change::{AuthenticatorData, AuthenticatorDataBytes, Signing};
use countersign_authenticator::{Cbor, Counter, UserVerification, flags};

use super::{accepted, case, rejected};
use crate::case::{Assertion, Group, Outcome, Run};

const PRESENCE: Outcome = Outcome::Differs {
    code: "user-not-present",
    why: "Section 7.2 requires UP in every assertion, in all three levels of the specification.",
};

/// UP and UV are clear.
const ABSENT: Assertion = Assertion::PLAIN
    .user(UserVerification::Never)
    .with(&[AuthenticatorData(|data| data.flags &= !flags::USER_PRESENT)]);

pub(super) const GROUP: Group = Group {
    name: "Server-ServerAuthenticatorAssertionResponse-Resp-3",
    title: "Assertion: authenticator data",
    cases: &[
        accepted(
            "P-1",
            "the counter is always 0",
            Run::Authenticate(Assertion::PLAIN.counter(Counter::Unused)),
        ),
        accepted(
            "P-2",
            "UV is set, as required",
            Run::Authenticate(Assertion::PLAIN.verification("required")),
        ),
        accepted(
            "P-3",
            "UP and UV are set, as required",
            Run::Authenticate(Assertion::PLAIN.verification("required").user(UserVerification::Always)),
        ),
        case(
            "P-4",
            "neither UP nor UV is set; verification is preferred",
            Run::Authenticate(ABSENT),
            PRESENCE,
        ),
        accepted(
            "P-5",
            "UP is set; verification is discouraged",
            Run::Authenticate(Assertion::PLAIN.verification("discouraged")),
        ),
        accepted(
            "P-6",
            "UV is set; verification is discouraged",
            Run::Authenticate(Assertion::PLAIN.verification("discouraged").user(UserVerification::Always)),
        ),
        case(
            "P-7",
            "neither UP nor UV is set; verification is discouraged",
            Run::Authenticate(ABSENT.verification("discouraged")),
            PRESENCE,
        ),
        accepted(
            "P-8",
            "there are extension outputs",
            Run::Authenticate(Assertion::PLAIN.with(&[AuthenticatorData(|data| {
                data.flags |= flags::EXTENSION_DATA;
                data.extensions = Some(Cbor::map([("example.extension", "an output".into())]));
            })])),
        ),
        rejected(
            "F-1",
            "bytes are left over",
            "authenticator-data-malformed",
            Run::Authenticate(Assertion::PLAIN.with(&[AuthenticatorDataBytes(|bytes| bytes.push(0))])),
        ),
        rejected(
            "F-2",
            "`rpIdHash` is another one",
            "rp-id-hash-mismatch",
            Run::Authenticate(Assertion::PLAIN.with(&[AuthenticatorData(|data| data.rp_id_hash = [1; 32])])),
        ),
        rejected(
            "F-3",
            "the hash of client data that is signed is another one",
            "signature-invalid",
            Run::Authenticate(Assertion::PLAIN.with(&[Signing(|key, message| {
                let mut message = message.to_vec();
                if let Some(last) = message.last_mut() {
                    *last ^= 1;
                }
                key.sign(&message)
            })])),
        ),
        rejected(
            "F-4",
            "the counter does not increase",
            "sign-count-not-increased",
            Run::Authenticate(Assertion::PLAIN.with(&[AuthenticatorData(|data| data.sign_count = 1)])),
        ),
        rejected(
            "F-5",
            "only UP is set; verification is required",
            "user-not-verified",
            Run::Authenticate(
                Assertion::PLAIN
                    .verification("required")
                    .with(&[AuthenticatorData(|data| data.flags &= !flags::USER_VERIFIED)]),
            ),
        ),
    ],
};
