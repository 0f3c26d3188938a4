//! [Section 8.5](https://www.w3.org/TR/webauthn-3/#sctn-android-safetynet-attestation): Android SafetyNet attestation.
//!
//! The format is deprecated, so [`Formats::standard`] does not have it. Add it with [`Formats::with_format`] if old
//! statements must be verified.

use countersign_cose::sha256;

use crate::{
    attestation::{AaguidSource, Attestation},
    attestation_type::AttestationType,
    certificate::Certificate,
    der::{self, NotDer, Reader},
    details::Details,
    error::{
        AttestationError, certificate::AttestationCertificateError, configuration::FormatConfigurationError,
        statement::StatementError,
    },
    format::{
        signature,
        table::{AttestationFormat, Formats},
    },
    input::VerificationInput,
    oid,
    statement_map::StatementMap,
};

pub(crate) mod details;
mod jws;

pub use details::SafetyNetDetails;
use jws::{Jws, Object};

/// The host to which the certificate must have been issued.
const HOST_NAME: &str = "attest.android.com";

/// The format `android-safetynet`. Details come as [`Details::SafetyNet`].
///
/// The age of a response is not checked here: it is reported in [`SafetyNetDetails`].
///
/// ```
/// use std::sync::Arc;
/// use countersign_attestation::Formats;
/// use countersign_attestation::format::android_safetynet::AndroidSafetyNetFormat;
///
/// let formats = Formats::standard().with_format(Arc::new(AndroidSafetyNetFormat::default()));
/// # assert!(formats.identifiers().any(|it| it == "android-safetynet"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct AndroidSafetyNetFormat {
    integrity: DeviceIntegrity,
}

/// The test of integrity that a device must pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum DeviceIntegrity {
    /// `ctsProfileMatch`: the device's model passed Android's compatibility tests, and the device is not tampered with.
    #[default]
    CtsProfileMatch,
    /// `basicIntegrity`: the device is not tampered with in an obvious way. A device with an unlocked boot loader,
    /// another system or no certification may pass.
    BasicIntegrity,
}

impl AndroidSafetyNetFormat {
    /// Sets the test that a device must pass; by default [`DeviceIntegrity::CtsProfileMatch`].
    pub fn with_device_integrity(mut self, integrity: DeviceIntegrity) -> Self {
        self.integrity = integrity;
        self
    }

    /// Reads the payload, whose nonce was checked, and checks the verdict on the device.
    fn check(&self, payload: &Object, version: &str) -> Result<SafetyNetDetails, AttestationError> {
        let details = SafetyNetDetails {
            version: version.to_owned(),
            timestamp_milliseconds: payload.unsigned("timestampMs")?,
            cts_profile_match: payload.optional_boolean("ctsProfileMatch")?,
            basic_integrity: payload.optional_boolean("basicIntegrity")?,
            apk_package_name: payload.optional_text("apkPackageName")?.map(str::to_owned),
        };
        let (member, verdict) = match self.integrity {
            DeviceIntegrity::CtsProfileMatch => ("ctsProfileMatch", details.cts_profile_match),
            DeviceIntegrity::BasicIntegrity => ("basicIntegrity", details.basic_integrity),
        };
        match verdict {
            Some(true) => Ok(details),
            Some(false) => Err(FormatConfigurationError::DeviceIntegrity(member).into()),
            None => Err(StatementError::Missing(member).into()),
        }
    }
}

impl AttestationFormat for AndroidSafetyNetFormat {
    fn identifier(&self) -> &'static str {
        "android-safetynet"
    }

    fn verify(&self, input: &VerificationInput<'_>, _: &Formats) -> Result<Attestation, AttestationError> {
        let statement = StatementMap::read(input.statement)?;
        let version = statement.text("ver")?;
        let response = Jws::read(statement.bytes("response")?)?;
        let trust_path = response.header.certificates()?;
        let leaf = trust_path.first().ok_or(StatementError::Empty("x5c"))?;
        check_host_name(leaf)?;
        signature::verify_message(
            input.verifiers,
            leaf,
            response.algorithm,
            &[response.signed_data],
            &response.signature,
        )?;
        if response.payload.text("nonce")? != jws::encode_base64(&sha256(&input.signed_data())) {
            return Err(AttestationError::BindingMismatch("nonce"));
        }
        let details = self.check(&response.payload, version)?;
        Ok(Attestation::with_certificates(self.identifier(), AttestationType::Basic, trust_path)
            .with_aaguid_source(AaguidSource::Software)
            .with_details(Details::SafetyNet(details)))
    }
}

/// Checks that the certificate was issued to the host. The subject's CN does not count
/// ([RFC 9110 section 4.3.4](https://www.rfc-editor.org/rfc/rfc9110#section-4.3.4)).
fn check_host_name(certificate: &Certificate) -> Result<(), AttestationCertificateError> {
    let error = AttestationCertificateError::HostName(HOST_NAME);
    let Some(extension) = certificate.extension(&oid::SUBJECT_ALT_NAME) else { return Err(error) };
    match names_host(extension.value) {
        Ok(true) => Ok(()),
        Ok(false) => Err(error),
        Err(NotDer) => Err(AttestationCertificateError::Extension(oid::SUBJECT_ALT_NAME)),
    }
}

/// Whether one of the [GeneralNames](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6) is the host's. A wildcard
/// does not count.
fn names_host(value: &[u8]) -> Result<bool, NotDer> {
    /// The context-specific tag of `dNSName`.
    const DNS_NAME: u8 = 0x82;
    let mut names = Reader::new(der::only(value, der::SEQUENCE)?);
    let mut found = false;
    while !names.is_at_end() {
        let name = names.element()?;
        found |= name.tag == DNS_NAME && name.contents.eq_ignore_ascii_case(HOST_NAME.as_bytes());
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
