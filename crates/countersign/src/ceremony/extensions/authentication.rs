//! Extension outputs of an authentication
//! ([section 7.2, step 23](https://www.w3.org/TR/webauthn-3/#authn-ceremony-verify-extension-outputs)).

use countersign_types::extensions::{Extension, ExtensionError, LargeBlobOutput, PaymentClientData};

use crate::ceremony::extensions::outcome::AuthenticationExtensions;
use crate::ceremony::extensions::outputs::Outputs;
use crate::ceremony::extensions::requested::RequestedLargeBlob;
use crate::report::error::ErrorKind;

impl Outputs<'_> {
    /// What the outputs say, if all of it is acceptable. `client_data_json` has the payment, if one was to be
    /// confirmed with a credential of this RP ID.
    pub(crate) fn of_authentication(
        &self,
        rp_id: &str,
        client_data_json: &[u8],
    ) -> Result<AuthenticationExtensions, ErrorKind> {
        let unsolicited = self.unsolicited()?;
        self.secret_results()?;
        let (client, signed) = (self.client, &self.authenticator);
        let payment = self.confirmed_payment(rp_id, client_data_json)?;
        self.read(&Extension::Payment, client.payment())?;
        self.read(&Extension::Uvm, client.uvm())?;
        self.read(&Extension::CredBlob, client.get_cred_blob())?;
        self.read(&Extension::HmacSecret, signed.hmac_secret_results())?;
        let large_blob = self.large_blob_of_authentication()?;
        self.prf_of_authentication()?;
        let learned = AuthenticationExtensions {
            appid: self.read(&Extension::AppId, client.appid())?,
            large_blob_written: large_blob.as_ref().and_then(|output| output.written),
            large_blob: large_blob.and_then(|output| output.blob),
            prf_results: self.kept(&Extension::Prf, || client.prf_results())?,
            hmac_results: self.kept(&Extension::HmacSecret, || client.hmac_get_secret())?,
            cred_blob: self.read(&Extension::CredBlob, signed.cred_blob())?,
            uvm: self.read(&Extension::Uvm, signed.uvm())?.unwrap_or_default(),
            third_party_payment: self.read(&Extension::ThirdPartyPayment, signed.third_party_payment())?,
            payment,
            remote_client_data: self.remote_client_data()?,
            others: self.others(),
            unsolicited,
        };
        self.required(|extension| self.worked_at_authentication(extension, &learned))?;
        Ok(learned)
    }

    /// Checks that the confirmed payment is the expected one.
    fn confirmed_payment(
        &self,
        rp_id: &str,
        client_data_json: &[u8],
    ) -> Result<Option<Box<PaymentClientData>>, ErrorKind> {
        let Some(expected) = self.requested.payment() else { return Ok(None) };
        let confirmed = PaymentClientData::from_client_data(client_data_json)?;
        expected.verify(rp_id, &confirmed)?;
        Ok(Some(Box::new(confirmed)))
    }

    fn prf_of_authentication(&self) -> Result<(), ExtensionError> {
        let enabled = self.read(&Extension::Prf, self.client.prf_enabled())?;
        if enabled.is_some() && self.requested.asks_for(&Extension::Prf) {
            return Err(ExtensionError::OtherCeremony { output: "prf.enabled" });
        }
        Ok(())
    }

    fn large_blob_of_authentication(&self) -> Result<Option<LargeBlobOutput>, ExtensionError> {
        let output = self.read(&Extension::LargeBlob, self.client.large_blob())?;
        let is_supported = output.as_ref().is_some_and(|output| output.supported.is_some());
        if is_supported && self.requested.asks_for(&Extension::LargeBlob) {
            return Err(ExtensionError::OtherCeremony { output: "largeBlob.supported" });
        }
        Ok(output)
    }

    fn worked_at_authentication(&self, extension: &Extension, learned: &AuthenticationExtensions) -> bool {
        match extension {
            Extension::LargeBlob if self.requested.large_blob == Some(RequestedLargeBlob::Write) => {
                learned.large_blob_written == Some(true)
            }
            Extension::LargeBlob => learned.large_blob.is_some(),
            Extension::CredBlob => learned.cred_blob.as_ref().is_some_and(|blob| !blob.expose().is_empty()),
            Extension::ThirdPartyPayment => learned.third_party_payment == Some(true),
            Extension::RemoteClientDataJson => learned.remote_client_data == Some(true),
            Extension::Payment => learned.payment.is_some(),
            Extension::Uvm | Extension::HmacSecret => self.is_signed(extension),
            other => self.is_there(other),
        }
    }
}
