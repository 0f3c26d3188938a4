//! Named faults: one deviation at a time, with the code that a relying party must report.

use self::definition::Fault;

mod android_key;
mod android_safetynet;
mod app_attest;
mod apple;
mod attestation_object;
mod authenticator_data;
mod certificates;
mod client_data;
mod compound;
pub(crate) mod definition;
mod demands;
mod envelope;
mod extensions;
mod fido_u2f;
mod keys;
mod packed;
mod tpm;

impl Fault {
    /// Every fault.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        [
            envelope::FAULTS,
            client_data::FAULTS,
            authenticator_data::FAULTS,
            keys::FAULTS,
            attestation_object::FAULTS,
            packed::FAULTS,
            tpm::FAULTS,
            android_key::FAULTS,
            android_safetynet::FAULTS,
            fido_u2f::FAULTS,
            apple::FAULTS,
            app_attest::FAULTS,
            compound::FAULTS,
            certificates::FAULTS,
            extensions::FAULTS,
            demands::FAULTS,
        ]
        .into_iter()
        .flatten()
    }

    /// The fault of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().find(|fault| fault.name() == name)
    }
}
