//! [Apple's App Attest](https://developer.apple.com/documentation/devicecheck/validating-apps-that-connect-to-your-server):
//! `apple-appattest`, which is in no specification of Web Authentication.

use countersign_cose::hash::sha256;
use countersign_types::{Aaguid, AuthenticatorData};

use crate::{
    attestation::Attestation,
    attestation_type::AttestationType,
    details::Details,
    error::{AttestationError, configuration::FormatConfigurationError, statement::StatementError},
    format::{
        apple, fido_u2f,
        table::{AttestationFormat, Formats},
    },
    input::VerificationInput,
    statement_map::StatementMap,
};

pub(crate) mod details;

pub use details::{AppAttestDetails, AppAttestEnvironment};

/// The format `apple-appattest`: an instance of an app on an Apple device, with its own key in the device's Secure
/// Enclave. Details come as [`Details::AppAttest`].
///
/// [`Formats::standard`] does not have this format, because it needs the App IDs. Attestations come from native code and
/// not from a ceremony: there is no client data, and `client_data_hash` of the [`VerificationInput`] is the hash that the
/// app passed to `attestKey`, such as SHA-256 of the challenge that the server issued. User presence is not set in the
/// authenticator data.
///
/// ```
/// use std::sync::Arc;
///
/// use countersign_attestation::{Formats, format::apple_appattest::{AppAttestEnvironment, AppAttestFormat}};
///
/// let format = AppAttestFormat::new(AppAttestEnvironment::Production, ["1234567890.com.example.app"]);
/// let formats = Formats::standard().with_format(Arc::new(format));
/// assert!(formats.identifiers().any(|identifier| identifier == "apple-appattest"));
/// ```
#[derive(Debug, Clone)]
pub struct AppAttestFormat {
    environment: AppAttestEnvironment,
    app_id_hashes: Vec<[u8; 32]>,
}

impl AppAttestFormat {
    /// Creates the format for these apps in this environment. An App ID is the team's identifier, a period and the
    /// bundle's identifier.
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

    /// Apple's steps 1 to 9, except the path to Apple's root, which [`Attestation::assess_trust`] looks for.
    fn verify(&self, input: &VerificationInput<'_>, _: &Formats) -> Result<Attestation, AttestationError> {
        let statement = StatementMap::read(input.statement)?;
        let receipt = statement.bytes("receipt")?.to_vec();
        let trust_path = statement.certificates_exactly(2)?;
        let certificate = trust_path.first().ok_or(StatementError::Empty("x5c"))?;
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
        // Apple compares the certificate's key only; callers go on with the credential's key, so the two must be equal.
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
    fn check_environment(&self, aaguid: Aaguid) -> Result<(), FormatConfigurationError> {
        if aaguid == self.environment.aaguid() {
            Ok(())
        } else {
            Err(FormatConfigurationError::AppAttestEnvironment(aaguid))
        }
    }
}

#[cfg(test)]
mod tests;
