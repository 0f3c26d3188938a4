//! [Apple's App Attest](https://developer.apple.com/documentation/devicecheck/validating-apps-that-connect-to-your-server):
//! `apple-appattest`, which is in no specification of Web Authentication.

use countersign_cose::hash::sha256;
use countersign_types::{Aaguid, AuthenticatorData};

use crate::{
    Attestation, AttestationError, AttestationFormat, AttestationType, Statement,
    error::{PolicyFault, StatementFault},
    format::{apple, fido_u2f},
    statement::Details,
    statement_map::StatementMap,
};

/// The format `apple-appattest`: the instance of an app on an Apple device, and a key of its own in the device's Secure
/// Enclave.
///
/// It is not among [`Formats::standard`](crate::Formats::standard), for it has to know the apps. Attestations come from
/// native code and not from a ceremony: there is no client data, and `client_data_hash` of the [`Statement`] is the
/// hash that the app gave to `attestKey`, such as SHA-256 of the challenge that the server issued; user presence is
/// not set in the authenticator data.
///
/// ```
/// use std::sync::Arc;
///
/// use countersign_attestation::{Formats, format::apple_appattest::{AppAttestEnvironment, AppAttestFormat}};
///
/// let format = AppAttestFormat::new(AppAttestEnvironment::Production, ["1234567890.com.example.app"]);
/// let formats = Formats::standard().with(Arc::new(format));
/// assert!(formats.identifiers().any(|identifier| identifier == "apple-appattest"));
/// ```
#[derive(Debug, Clone)]
pub struct AppAttestFormat {
    environment: AppAttestEnvironment,
    app_id_hashes: Vec<[u8; 32]>,
}

impl AppAttestFormat {
    /// For these apps in this environment. An App ID is the team's identifier, a period and the bundle's identifier.
    pub fn new<S: AsRef<str>>(
        environment: AppAttestEnvironment,
        app_ids: impl IntoIterator<Item = S>,
    ) -> Self {
        let app_id_hashes = app_ids.into_iter().map(|id| sha256(&[id.as_ref().as_bytes()])).collect();
        Self { environment, app_id_hashes }
    }
}

impl AttestationFormat for AppAttestFormat {
    fn identifier(&self) -> &'static str {
        "apple-appattest"
    }

    /// Apple's steps 1 to 9, but for the path to Apple's root, which is not a format's business.
    fn verify(&self, input: &Statement<'_>) -> Result<Attestation, AttestationError> {
        let statement = StatementMap::read(input.statement)?;
        let receipt = statement.bytes("receipt")?.to_vec();
        let trust_path = statement.certificates_exactly(2)?;
        let certificate = trust_path.first().ok_or(StatementFault::Empty("x5c"))?;
        // Steps 2 to 4.
        apple::check_nonce(input, certificate)?;
        // Steps 5 and 9: the key identifier is the credential ID.
        let point = fido_u2f::p256_key(certificate)?;
        let attested = input
            .authenticator_data
            .attested_credential_data
            .ok_or(AttestationError::AttestedCredentialDataMissing)?;
        if attested.credential_id != sha256(&[&point]) {
            return Err(AttestationError::BindingMismatch("credentialId"));
        }
        // Apple asks for the key in the certificate alone; who goes on with the credential's key needs them to be one.
        apple::check_key(input, certificate)?;
        self.check_app(input.authenticator_data)?;
        self.check_environment(attested.aaguid)?;
        let details = AppAttestDetails { environment: self.environment, receipt };
        Ok(Attestation::with_certificates(self.identifier(), AttestationType::AnonCa, trust_path)
            .with_details(Details::AppAttest(details)))
    }
}

impl AppAttestFormat {
    /// Steps 6 and 7.
    fn check_app(&self, data: &AuthenticatorData<'_>) -> Result<(), AttestationError> {
        if !self.app_id_hashes.contains(data.rp_id_hash) {
            return Err(AttestationError::BindingMismatch("rpIdHash"));
        }
        if data.sign_count != 0 {
            return Err(AttestationError::BindingMismatch("signCount"));
        }
        Ok(())
    }

    /// Step 8.
    fn check_environment(&self, aaguid: Aaguid) -> Result<(), PolicyFault> {
        if aaguid == self.environment.aaguid() {
            Ok(())
        } else {
            Err(PolicyFault::AppAttestEnvironment(aaguid))
        }
    }
}

/// Which of Apple's two servers vouches for the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AppAttestEnvironment {
    /// Apps from the App Store, from `TestFlight` and from enterprises, and those under development that were
    /// [set up](https://developer.apple.com/documentation/bundleresources/entitlements/com.apple.developer.devicecheck.appattest-environment)
    /// for it.
    Production,
    /// The sandbox: apps under development, unless they were set up otherwise.
    Development,
}

impl AppAttestEnvironment {
    /// The AAGUID that stands for it.
    pub const fn aaguid(self) -> Aaguid {
        Aaguid::from_bytes(match self {
            Self::Production => *b"appattest\0\0\0\0\0\0\0",
            Self::Development => *b"appattestdevelop",
        })
    }
}

/// What an App Attest statement has besides certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AppAttestDetails {
    /// The environment of the key.
    pub environment: AppAttestEnvironment,
    /// The receipt, as received and not looked into: what Apple's server takes when it is asked for the device's fraud
    /// metric.
    pub receipt: Vec<u8>,
}

#[cfg(test)]
mod tests;
