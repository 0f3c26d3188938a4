//! Extension outputs of a registration
//! ([section 7.1, step 28](https://www.w3.org/TR/webauthn-3/#reg-ceremony-verify-extension-outputs)).

use countersign_types::extensions::{CredentialProtection, Enforcement, Extension, ExtensionError};

use crate::ceremony::extensions::outcome::RegistrationExtensions;
use crate::ceremony::extensions::outputs::Outputs;
use crate::ceremony::extensions::requested::RequestedLargeBlob;
use crate::relying_party::policy::extensions::CredProtectPolicy;
use crate::report::{error::ErrorKind, extension_rejected::ExtensionRejectedError};

impl Outputs<'_> {
    /// What the outputs say, if all of it is acceptable.
    pub(crate) fn of_registration(&self) -> Result<RegistrationExtensions, ErrorKind> {
        let unsolicited = self.unsolicited()?;
        self.secret_results()?;
        let (client, signed) = (self.client, &self.authenticator);
        let prf_enabled = self.read(&Extension::Prf, client.prf_enabled())?;
        let hmac_secret = self.read(&Extension::HmacSecret, signed.hmac_secret_created())?;
        self.read(&Extension::HmacSecretMc, signed.hmac_secret_mc())?;
        self.agree(prf_enabled, hmac_secret)?;
        self.read(&Extension::HmacSecret, client.hmac_create_secret())?;
        self.read(&Extension::CredBlob, client.cred_blob())?;
        self.read(&Extension::Payment, client.payment())?;
        self.read(&Extension::Uvm, client.uvm())?;
        let cred_props = self.read(&Extension::CredProps, client.cred_props())?;
        let learned = RegistrationExtensions {
            discoverable: cred_props.and_then(|properties| properties.rk),
            appid_excluded: self.read(&Extension::AppIdExclude, client.appid_exclude())?,
            cred_protect: self.read(&Extension::CredProtect, signed.cred_protect())?,
            min_pin_length: self.read(&Extension::MinPinLength, signed.min_pin_length())?,
            large_blob_supported: self.large_blob_supported()?,
            prf_enabled,
            prf_results: self.kept(&Extension::Prf, || client.prf_results())?,
            hmac_secret,
            cred_blob_stored: self.read(&Extension::CredBlob, signed.cred_blob_stored())?,
            uvm: self.read(&Extension::Uvm, signed.uvm())?.unwrap_or_default(),
            third_party_payment: self.read(&Extension::ThirdPartyPayment, signed.third_party_payment())?,
            remote_client_data: self.remote_client_data()?,
            others: self.others(),
            unsolicited,
        };
        self.cred_protect(&learned)?;
        self.min_pin_length(&learned)?;
        self.required(|extension| self.worked_at_registration(extension, &learned))?;
        Ok(learned)
    }

    /// `prf` is the client's word for what `hmac-secret` says in signed data. An authenticator may have another way to
    /// offer `prf`, and then says nothing.
    fn agree(&self, prf: Option<bool>, hmac_secret: Option<bool>) -> Result<(), ExtensionError> {
        if !self.requested.asks_for(&Extension::Prf) {
            return Ok(());
        }
        match (prf, hmac_secret) {
            (Some(true), Some(false)) => Err(ExtensionError::Contradiction {
                client: "prf.enabled: true",
                authenticator: "hmac-secret: false",
            }),
            (Some(false), Some(true)) => Err(ExtensionError::Contradiction {
                client: "prf.enabled: false",
                authenticator: "hmac-secret: true",
            }),
            _ => Ok(()),
        }
    }

    fn large_blob_supported(&self) -> Result<Option<bool>, ErrorKind> {
        let extension = Extension::LargeBlob;
        let Some(output) = self.read(&extension, self.client.large_blob())? else {
            return self.support_is_required(None);
        };
        if self.requested.asks_for(&extension) {
            if output.blob.is_some() {
                return Err(ExtensionError::OtherCeremony { output: "largeBlob.blob" }.into());
            }
            if output.written.is_some() {
                return Err(ExtensionError::OtherCeremony { output: "largeBlob.written" }.into());
            }
        }
        self.support_is_required(output.supported)
    }

    /// `support: "required"` is itself a demand.
    fn support_is_required(&self, supported: Option<bool>) -> Result<Option<bool>, ErrorKind> {
        if self.requested.large_blob == Some(RequestedLargeBlob::SupportRequired) && supported != Some(true) {
            return Err(ExtensionRejectedError::Missing { extension: Extension::LargeBlob }.into());
        }
        Ok(supported)
    }

    /// The level is the one that was asked for, or stronger.
    fn cred_protect(&self, learned: &RegistrationExtensions) -> Result<(), ExtensionRejectedError> {
        let Some(input) = self.requested.cred_protect else { return Ok(()) };
        let (asked, given) = (input.policy, learned.cred_protect);
        let will_do = match (given, self.policy.cred_protect) {
            // Authenticators that have the extension say so; the weakest level is what all others give.
            (None, _) => {
                input.enforcement != Enforcement::Enforced
                    || asked == CredentialProtection::UserVerificationOptional
            }
            (Some(given), CredProtectPolicy::AtLeast) => given >= asked,
            (Some(given), CredProtectPolicy::Exact) => given == asked,
        };
        if will_do { Ok(()) } else { Err(ExtensionRejectedError::CredProtect { asked, given }) }
    }

    fn min_pin_length(&self, learned: &RegistrationExtensions) -> Result<(), ExtensionRejectedError> {
        match (self.policy.minimum_pin_length, learned.min_pin_length) {
            (Some(demanded), Some(given))
                if given < demanded && self.requested.asks_for(&Extension::MinPinLength) =>
            {
                Err(ExtensionRejectedError::MinPinLength { demanded, given })
            }
            _ => Ok(()),
        }
    }

    fn worked_at_registration(&self, extension: &Extension, learned: &RegistrationExtensions) -> bool {
        match extension {
            Extension::Prf => learned.prf_enabled == Some(true),
            Extension::LargeBlob => learned.large_blob_supported == Some(true),
            Extension::CredBlob => learned.cred_blob_stored == Some(true),
            Extension::HmacSecret => learned.hmac_secret == Some(true),
            Extension::ThirdPartyPayment => learned.third_party_payment == Some(true),
            Extension::AppIdExclude => learned.appid_excluded == Some(true),
            Extension::RemoteClientDataJson => learned.remote_client_data == Some(true),
            Extension::CredProtect | Extension::MinPinLength | Extension::Uvm | Extension::HmacSecretMc => {
                self.is_signed(extension)
            }
            other => self.is_there(other),
        }
    }
}
