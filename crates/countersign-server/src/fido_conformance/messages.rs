//! The messages of the API, as dictionaries in JSON.

use countersign::types::enumerations::{
    AttestationConveyance, AuthenticatorAttachment, UserVerificationRequirement,
};
use countersign::types::extensions::ClientExtensionInputs;
use countersign::types::options::{AuthenticatorSelection, CredentialDescriptor};
use countersign::types::{CreationOptions, RequestOptions};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// `ServerPublicKeyCredentialCreationOptionsRequest`. The tests send `extensions` too, which their document leaves out.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreationRequest {
    pub(crate) username: String,
    pub(crate) display_name: String,
    authenticator_selection: Option<AuthenticatorSelection>,
    attestation: Option<AttestationConveyance>,
    extensions: Option<ClientExtensionInputs>,
}

/// `ServerPublicKeyCredentialGetOptionsRequest`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GetRequest {
    pub(crate) username: String,
    user_verification: Option<UserVerificationRequirement>,
    extensions: Option<ClientExtensionInputs>,
}

impl CreationRequest {
    /// The requirements on the authenticator. An unknown value is as good as none
    /// ([section 2.1.1](https://www.w3.org/TR/webauthn-3/#sct-domstring-backwards-compatibility)).
    pub(crate) fn selection(&self) -> AuthenticatorSelection {
        let asked = self.authenticator_selection.clone().unwrap_or_default();
        let user_verification = known(Some(asked.user_verification.clone()));
        let mut selection = AuthenticatorSelection::new(asked.effective_resident_key(), user_verification);
        selection.authenticator_attachment = asked
            .authenticator_attachment
            .filter(|attachment| !matches!(attachment, AuthenticatorAttachment::Unknown(_)));
        selection
    }

    /// The attestation that clients are asked for.
    pub(crate) fn attestation(&self) -> AttestationConveyance {
        match &self.attestation {
            None | Some(AttestationConveyance::Unknown(_)) => AttestationConveyance::None,
            Some(known) => known.clone(),
        }
    }

    /// The extension inputs.
    pub(crate) fn extensions(&self) -> ClientExtensionInputs {
        self.extensions.clone().unwrap_or_default()
    }
}

impl GetRequest {
    /// Whether the user must be verified.
    pub(crate) fn user_verification(&self) -> UserVerificationRequirement {
        known(self.user_verification.clone())
    }

    /// The extension inputs.
    pub(crate) fn extensions(&self) -> ClientExtensionInputs {
        self.extensions.clone().unwrap_or_default()
    }
}

fn known(requirement: Option<UserVerificationRequirement>) -> UserVerificationRequirement {
    match requirement {
        None | Some(UserVerificationRequirement::Unknown(_)) => UserVerificationRequirement::default(),
        Some(known) => known,
    }
}

/// `ServerPublicKeyCredential`: the result of a ceremony. Its members differ from those of `toJSON()`, for it is older: there
/// is no `rawId`, and the outputs of extensions have another name. The values are kept as text: the library reads them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServerCredential {
    id: Option<Box<RawValue>>,
    raw_id: Option<Box<RawValue>>,
    r#type: Option<Box<RawValue>>,
    response: Option<Box<RawValue>>,
    get_client_extension_results: Option<Box<RawValue>>,
    client_extension_results: Option<Box<RawValue>>,
    authenticator_attachment: Option<Box<RawValue>>,
}

impl ServerCredential {
    /// The credential as `toJSON()` would write it.
    pub(crate) fn to_json(&self) -> String {
        let members = [
            ("id", &self.id, &None),
            ("rawId", &self.raw_id, &self.id),
            ("type", &self.r#type, &None),
            ("response", &self.response, &None),
            ("clientExtensionResults", &self.client_extension_results, &self.get_client_extension_results),
            ("authenticatorAttachment", &self.authenticator_attachment, &None),
        ];
        let present = members.into_iter().filter_map(|(name, value, otherwise)| {
            let value = value.as_ref().or(otherwise.as_ref())?;
            Some(format!("\"{name}\":{}", value.get()))
        });
        format!("{{{}}}", present.collect::<Vec<_>>().join(","))
    }
}

/// `ServerResponse`, which every answer begins with.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServerResponse {
    status: &'static str,
    error_message: String,
}

impl ServerResponse {
    /// A success.
    pub(crate) const fn ok() -> Self {
        Self { status: "ok", error_message: String::new() }
    }

    /// A failure, with a message that is not empty.
    pub(crate) const fn failed(error_message: String) -> Self {
        Self { status: "failed", error_message }
    }
}

/// `ServerPublicKeyCredentialCreationOptionsResponse`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreationAnswer {
    #[serde(flatten)]
    response: ServerResponse,
    #[serde(flatten)]
    options: CreationOptions,
    /// The options leave an empty list out.
    #[serde(skip_serializing_if = "Option::is_none")]
    exclude_credentials: Option<[CredentialDescriptor; 0]>,
}

/// `ServerPublicKeyCredentialGetOptionsResponse`.
#[derive(Serialize)]
pub(crate) struct GetAnswer {
    #[serde(flatten)]
    response: ServerResponse,
    #[serde(flatten)]
    options: RequestOptions,
}

impl CreationAnswer {
    /// The answer with these options.
    pub(crate) fn new(options: CreationOptions) -> Self {
        let exclude_credentials = options.exclude_credentials.is_empty().then_some([]);
        Self { response: ServerResponse::ok(), options, exclude_credentials }
    }
}

impl GetAnswer {
    /// The answer with these options.
    pub(crate) const fn new(options: RequestOptions) -> Self {
        Self { response: ServerResponse::ok(), options }
    }
}
