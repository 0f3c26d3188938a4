//! [Section 8](https://www.w3.org/TR/webauthn-3/#sctn-defined-attestation-formats): the attestation statement formats,
//! one module each.

use std::sync::Arc;

use android_key::AndroidKeyFormat;
use apple::AppleFormat;
use compound::CompoundFormat;
use fido_u2f::FidoU2fFormat;
use none::NoneFormat;
use packed::PackedFormat;
use table::Formats;
use tpm::TpmFormat;

mod aaguid;
pub mod android_key;
pub mod android_safetynet;
pub mod apple;
pub mod apple_appattest;
pub mod compound;
pub(crate) mod fido;
pub mod fido_u2f;
pub mod none;
pub mod packed;
mod signature;
pub(crate) mod table;
pub mod tpm;

pub use fido::{CertifiedTransports, FidoDetails};

impl Formats {
    /// Creates a table of the specification's formats, except the deprecated `android-safetynet`.
    pub fn standard() -> Self {
        Self::empty()
            .with_format(Arc::new(AndroidKeyFormat::default()))
            .with_format(Arc::new(AppleFormat))
            .with_format(Arc::new(CompoundFormat::default()))
            .with_format(Arc::new(FidoU2fFormat))
            .with_format(Arc::new(NoneFormat))
            .with_format(Arc::new(PackedFormat::default()))
            .with_format(Arc::new(TpmFormat))
    }
}
