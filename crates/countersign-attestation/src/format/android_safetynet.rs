//! [Section 8.5](https://www.w3.org/TR/webauthn-3/#sctn-android-safetynet-attestation): Android
//! `SafetyNet` attestation.
//!
//! The format is deprecated, so [`Formats::standard`](crate::Formats::standard) does not have it: who wants it adds it.

use core::time::Duration;

use countersign_cose::sha256;
use countersign_types::Timestamp;

use crate::{
    AaguidSource, Attestation, AttestationError, AttestationFormat, AttestationType, Certificate, Details,
    Statement,
    der::{self, NotDer, Reader},
    error::{CertificateFault, PolicyFault, StatementFault},
    format::signature,
    oid,
    statement_map::StatementMap,
};

mod jws;

use jws::{Jws, Object};

/// The host to which the certificate must have been issued.
const HOST_NAME: &str = "attest.android.com";

/// The format `android-safetynet`, and what is demanded of the device and of the response's age.
///
/// ```
/// use std::{sync::Arc, time::Duration};
/// use countersign_attestation::Formats;
/// use countersign_attestation::format::android_safetynet::AndroidSafetyNetFormat;
///
/// let safetynet = AndroidSafetyNetFormat::default().clock_skew(Duration::from_secs(5));
/// let formats = Formats::standard().with(Arc::new(safetynet));
/// # assert!(formats.identifiers().any(|it| it == "android-safetynet"));
/// ```
#[derive(Debug, Clone)]
pub struct AndroidSafetyNetFormat {
    integrity: DeviceIntegrity,
    max_age: Duration,
    clock_skew: Duration,
}

/// Which verdict on the device is demanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum DeviceIntegrity {
    /// `ctsProfileMatch`: the device is of a model that passed Android's compatibility tests, and was not tampered with.
    #[default]
    CtsProfileMatch,
    /// `basicIntegrity`: the device was not tampered with in an obvious way. One with an unlocked boot loader, another
    /// system or no certification may pass.
    BasicIntegrity,
}

/// What Google's servers said of the device, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SafetyNetDetails {
    /// `ver`: the version of Google Play services. Nothing vouches for it.
    pub version: String,
    /// `timestampMs`: when the response was made, in milliseconds since 1970-01-01T00:00:00Z.
    pub timestamp_milliseconds: u64,
    /// `ctsProfileMatch`, as in [`DeviceIntegrity::CtsProfileMatch`].
    pub cts_profile_match: Option<bool>,
    /// `basicIntegrity`, as in [`DeviceIntegrity::BasicIntegrity`].
    pub basic_integrity: Option<bool>,
    /// `apkPackageName`: the application that asked.
    pub apk_package_name: Option<String>,
}

impl Default for AndroidSafetyNetFormat {
    fn default() -> Self {
        Self {
            integrity: DeviceIntegrity::default(),
            max_age: Duration::from_secs(60),
            clock_skew: Duration::ZERO,
        }
    }
}

impl AndroidSafetyNetFormat {
    /// Sets the verdict that is demanded; by default [`DeviceIntegrity::CtsProfileMatch`].
    pub fn integrity(self, integrity: DeviceIntegrity) -> Self {
        Self { integrity, ..self }
    }

    /// Sets how old a response may be, in whole seconds; by default a minute. It is made within the ceremony, so it comes
    /// back at once.
    pub fn max_age(self, max_age: Duration) -> Self {
        Self { max_age, ..self }
    }

    /// Sets by how much Google's clock may be ahead of the relying party's, in whole seconds; by default not at all.
    pub fn clock_skew(self, clock_skew: Duration) -> Self {
        Self { clock_skew, ..self }
    }

    /// Judges the payload, whose nonce was checked.
    fn check(
        &self,
        payload: &Object,
        version: &str,
        now: Timestamp,
    ) -> Result<SafetyNetDetails, AttestationError> {
        let timestamp_milliseconds = payload.unsigned("timestampMs")?;
        let cts_profile_match = payload.optional_boolean("ctsProfileMatch")?;
        let basic_integrity = payload.optional_boolean("basicIntegrity")?;
        let apk_package_name = payload.optional_text("apkPackageName")?.map(str::to_owned);
        let (member, verdict) = match self.integrity {
            DeviceIntegrity::CtsProfileMatch => ("ctsProfileMatch", cts_profile_match),
            DeviceIntegrity::BasicIntegrity => ("basicIntegrity", basic_integrity),
        };
        if !verdict.ok_or(StatementFault::Missing(member))? {
            return Err(PolicyFault::DeviceIntegrity(member).into());
        }
        if !self.is_timely(timestamp_milliseconds, now) {
            return Err(PolicyFault::Time(timestamp_milliseconds).into());
        }
        Ok(SafetyNetDetails {
            version: version.to_owned(),
            timestamp_milliseconds,
            cts_profile_match,
            basic_integrity,
            apk_package_name,
        })
    }

    fn is_timely(&self, made_milliseconds: u64, now: Timestamp) -> bool {
        let seconds = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        let Ok(made) = i64::try_from(made_milliseconds / 1000) else { return false };
        let earliest = now.plus_seconds(seconds(self.max_age).saturating_neg());
        let latest = now.plus_seconds(seconds(self.clock_skew));
        (earliest..=latest).contains(&Timestamp::from_unix_seconds(made))
    }
}

impl AttestationFormat for AndroidSafetyNetFormat {
    fn identifier(&self) -> &'static str {
        "android-safetynet"
    }

    fn verify(&self, input: &Statement<'_>) -> Result<Attestation, AttestationError> {
        let statement = StatementMap::read(input.statement)?;
        let version = statement.text("ver")?;
        let response = Jws::read(statement.bytes("response")?)?;
        let trust_path = response.header.certificates()?;
        let leaf = trust_path.first().ok_or(StatementFault::Empty("x5c"))?;
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
        let details = self.check(&response.payload, version, input.now)?;
        Ok(Attestation::with_certificates(self.identifier(), AttestationType::Basic, trust_path)
            .with_aaguid_source(AaguidSource::Software)
            .with_details(Details::SafetyNet(details)))
    }
}

/// The host name must be one that the certificate was issued to, which its subject's CN does not tell
/// ([RFC 9110 section 4.3.4](https://www.rfc-editor.org/rfc/rfc9110#section-4.3.4)).
fn check_host_name(certificate: &Certificate) -> Result<(), CertificateFault> {
    let fault = CertificateFault::HostName(HOST_NAME);
    let Some(extension) = certificate.extension(&oid::SUBJECT_ALT_NAME) else { return Err(fault) };
    match names_host(extension.value) {
        Ok(true) => Ok(()),
        Ok(false) => Err(fault),
        Err(NotDer) => Err(CertificateFault::Extension(oid::SUBJECT_ALT_NAME)),
    }
}

/// Whether one of the [`GeneralNames`](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6) is the host's. A
/// wildcard is not.
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
