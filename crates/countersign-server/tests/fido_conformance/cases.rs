//! The cases, by FIDO's identifiers.

use crate::case::{Case, Group, Outcome, Run};

mod algorithms;
mod android;
mod assertion;
mod assertion_client_data;
mod assertion_response;
mod attestation_client_data;
mod attestation_object;
mod attestation_response;
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
    attestation_client_data::GROUP,
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
    assertion_client_data::GROUP,
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
