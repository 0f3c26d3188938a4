//! The cases, by FIDO's identifiers.

use countersign_authenticator::Change;

use crate::case::{Assertion, Case, Group, Outcome, Registration, Run};

mod algorithms;
mod android;
mod assertion;
mod assertion_response;
mod attestation_object;
mod attestation_response;
mod client_data;
mod metadata;
mod options;
mod packed;
mod self_and_none;
mod tpm;
mod u2f;

/// All groups, in FIDO's order.
pub(crate) const GROUPS: &[Group] = &[
    options::CREATION,
    attestation_response::GROUP,
    client_data::ATTESTATION,
    attestation_object::GROUP,
    algorithms::GROUP,
    packed::GROUP,
    self_and_none::SELF,
    self_and_none::NONE,
    u2f::GROUP,
    tpm::GROUP,
    android::KEY,
    android::SAFETYNET_GROUP,
    options::REQUEST,
    assertion_response::GROUP,
    client_data::ASSERTION,
    assertion::GROUP,
    metadata::GROUP,
];

const fn case(id: &'static str, what: &'static str, run: Run, outcome: Outcome) -> Case {
    Case { id, what, run, outcome }
}

/// A case that is accepted.
const fn accepted(id: &'static str, what: &'static str, run: Run) -> Case {
    case(id, what, run, Outcome::Accepted)
}

/// A case that is rejected with this code.
const fn rejected(id: &'static str, what: &'static str, code: &'static str, run: Run) -> Case {
    case(id, what, run, Outcome::Rejected(code))
}

/// The registration of `base` with these changes, which is rejected with this code.
const fn changed(
    id: &'static str,
    what: &'static str,
    code: &'static str,
    base: Registration,
    changes: &'static [Change],
) -> Case {
    rejected(id, what, code, Run::Register(base.with(changes)))
}

/// A registration with a `packed` statement and these changes, which is rejected with this code.
const fn changed_registration(
    id: &'static str,
    what: &'static str,
    code: &'static str,
    changes: &'static [Change],
) -> Case {
    changed(id, what, code, Registration::PACKED, changes)
}

/// An assertion with these changes, which is rejected with this code.
const fn changed_assertion(
    id: &'static str,
    what: &'static str,
    code: &'static str,
    changes: &'static [Change],
) -> Case {
    rejected(id, what, code, Run::Authenticate(Assertion::PLAIN.with(changes)))
}
