//! The client, a browser: [section 5.1.3](https://www.w3.org/TR/webauthn-3/#sctn-createCredential) and
//! [section 5.1.4](https://www.w3.org/TR/webauthn-3/#sctn-getAssertion).

use core::fmt;

use countersign_cose::{PublicKey, hash::sha256};
use countersign_types::{
    AuthenticationResponse, CreationOptions, RegistrationResponse, RequestOptions, base64url,
    enumerations::{
        AttestationConveyance, AuthenticatorAttachment, CredentialType, ResidentKeyRequirement, Transport,
        UserVerificationRequirement,
    },
    options::{AuthenticatorSelection, CredentialDescriptor},
    response::ResponseError,
};
use serde_json::{Map, Value};

use crate::{
    authenticator::{Authenticator, GetAssertion, Made, MakeCredential},
    cbor::Cbor,
    change::{Change, apply},
    credential::{Credential, CredentialKind},
    extensions,
    members::Members,
    response::{Envelope, attestation_object, flags},
};

/// A browser with a page of one origin.
///
/// ```
/// use countersign_authenticator::{Authenticator, Client, types::{CreationOptions, RegistrationResponse}};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let json = r#"{"rp": {"id": "example.org", "name": "Example"},
/// #   "user": {"id": "AQI", "name": "jo", "displayName": "Jo"}, "challenge": "AAECAwQFBgcICQoLDA0ODw",
/// #   "pubKeyCredParams": [{"type": "public-key", "alg": -7}]}"#;
/// let options: CreationOptions = serde_json::from_str(json)?;
/// let client = Client::new("https://example.org");
/// let mut authenticator = Authenticator::platform("a seed");
/// let response: RegistrationResponse = client.create(&options, &mut authenticator)?;
/// # assert_eq!(response.public_key_algorithm().map(|algorithm| algorithm.0), Some(-7));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Client {
    origin: String,
    frame: Frame,
    members: Members,
    changes: Vec<Change>,
}

/// How the page is framed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Frame {
    /// The page is not framed, or by pages of its own origin.
    #[default]
    TopLevel,
    /// The page is framed by another origin, which client data does not name.
    CrossOrigin,
    /// The page is framed by this origin, which client data names.
    Below(String),
}

/// How the user is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mediation {
    Modal,
    Conditional,
}

impl Client {
    /// A client with an unframed page of an origin such as `https://example.org`.
    pub fn new(origin: impl Into<String>) -> Self {
        Self {
            origin: origin.into(),
            frame: Frame::default(),
            members: Members::default(),
            changes: Vec::new(),
        }
    }

    /// Replaces the frame of the page.
    pub fn with_frame(mut self, frame: Frame) -> Self {
        self.frame = frame;
        self
    }

    /// Adds a member to client data, after the specified ones.
    pub fn with_client_data(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.push(name, value);
        self
    }

    /// Adds a change of every response.
    pub fn with_change(mut self, change: Change) -> Self {
        self.changes.push(change);
        self
    }

    /// Registers a credential, as `navigator.credentials.create()` does.
    pub fn create(
        &self,
        options: &CreationOptions,
        authenticator: &mut Authenticator,
    ) -> Result<RegistrationResponse, CeremonyError> {
        let json = self.create_json(options, authenticator)?;
        RegistrationResponse::from_json(json.as_bytes()).map_err(CeremonyError::Changed)
    }

    /// Registers a credential and returns the text of `toJSON()`, even if changes made it invalid.
    pub fn create_json(
        &self,
        options: &CreationOptions,
        authenticator: &mut Authenticator,
    ) -> Result<String, CeremonyError> {
        self.register(options, authenticator, Mediation::Modal)
    }

    /// Registers a credential with mediation `conditional`: the user is not asked, so neither present nor verified.
    pub fn create_conditionally(
        &self,
        options: &CreationOptions,
        authenticator: &mut Authenticator,
    ) -> Result<RegistrationResponse, CeremonyError> {
        let json = self.create_conditionally_json(options, authenticator)?;
        RegistrationResponse::from_json(json.as_bytes()).map_err(CeremonyError::Changed)
    }

    /// Registers a credential with mediation `conditional` and returns the text of `toJSON()`, even if changes made it
    /// invalid.
    pub fn create_conditionally_json(
        &self,
        options: &CreationOptions,
        authenticator: &mut Authenticator,
    ) -> Result<String, CeremonyError> {
        self.register(options, authenticator, Mediation::Conditional)
    }

    /// Authenticates, as `navigator.credentials.get()` does.
    pub fn get(
        &self,
        options: &RequestOptions,
        authenticator: &mut Authenticator,
    ) -> Result<AuthenticationResponse, CeremonyError> {
        let json = self.get_json(options, authenticator)?;
        AuthenticationResponse::from_json(json.as_bytes()).map_err(CeremonyError::Changed)
    }

    fn register(
        &self,
        options: &CreationOptions,
        authenticator: &mut Authenticator,
        mediation: Mediation,
    ) -> Result<String, CeremonyError> {
        let rp_id = self.rp_id(options.rp.id.as_deref())?;
        let selection = options.authenticator_selection.as_ref();
        let attachment = selection.and_then(|selection| selection.authenticator_attachment.as_ref());
        if attachment.is_some_and(|wanted| {
            !matches!(wanted, AuthenticatorAttachment::Unknown(_)) && wanted != authenticator.attachment()
        }) {
            return Err(CeremonyError::NotAllowed("no authenticator of that attachment"));
        }
        let parameters = options.pub_key_cred_params.iter();
        let offered = parameters
            .filter(|parameters| parameters.credential_type == CredentialType::PublicKey)
            .map(|parameters| parameters.alg.0);
        let algorithm = authenticator.algorithm_of(offered).ok_or(CeremonyError::NotSupported)?;
        let attest =
            !matches!(options.attestation, AttestationConveyance::None | AttestationConveyance::Unknown(_));
        if attest && !authenticator.supports_attestation_of(algorithm) {
            return Err(CeremonyError::NotSupported);
        }
        let extensions = extensions::inputs(&options.extensions);
        check_excluded(options, &rp_id, &extensions, authenticator)?;
        let kind = match selection.map(AuthenticatorSelection::effective_resident_key) {
            Some(ResidentKeyRequirement::Required) => CredentialKind::Discoverable,
            Some(ResidentKeyRequirement::Discouraged) => CredentialKind::ServerSide,
            _ => authenticator.default_storage(),
        };
        let verification = selection.map(|selection| selection.user_verification.clone()).unwrap_or_default();
        let gesture = gesture(authenticator, &verification, mediation)?;
        let (outputs, kept) = extensions::create(&extensions, kind, || authenticator.secret(32));
        let client_data = self.client_data("webauthn.create", &options.challenge);
        let made = authenticator.make_credential(&MakeCredential {
            client_data_hash: sha256(&[&client_data]),
            rp_id: &rp_id,
            user_handle: &options.user.id,
            algorithm,
            kind,
            gesture,
            attest,
            extensions: outputs.map(),
            changes: &self.changes,
        });
        let made = made.ok_or(CeremonyError::NotSupported)?;
        if let Some(credential) = authenticator.credentials.last_mut() {
            credential.prf_secret = kept.prf_secret;
            credential.blob = kept.blob;
        }
        Ok(self.registration_text(&made, &client_data, outputs.client, authenticator))
    }

    fn registration_text(
        &self,
        made: &Made,
        client_data: &[u8],
        results: Map<String, Value>,
        authenticator: &Authenticator,
    ) -> String {
        let mut object =
            attestation_object(made.format, made.statement.clone(), made.authenticator_data.clone());
        apply!(&self.changes, AttestationObject, &mut object);
        let mut object = object.to_vec();
        apply!(&self.changes, AttestationObjectBytes, &mut object);
        let mut response = Members::default();
        response.push("clientDataJSON", base64url::encode(client_data));
        response.push("attestationObject", base64url::encode(object));
        response.push("authenticatorData", base64url::encode(&made.authenticator_data));
        let transports = authenticator.transports().iter().map(Transport::as_str);
        response.push("transports", transports.collect::<Vec<_>>());
        // A browser's getPublicKey() is null if it does not support the key.
        if let Ok(key) = PublicKey::from_cose(&made.cose_key.to_vec()) {
            response.push("publicKey", base64url::encode(key.to_spki()));
        }
        let algorithm = match made.cose_key.get(3) {
            Some(Cbor::Integer(algorithm)) => *algorithm,
            _ => made.key.algorithm().identifier().0,
        };
        response.push("publicKeyAlgorithm", algorithm);
        self.text(made.id.as_bytes(), response, results, authenticator)
    }

    /// Authenticates and returns the text of `toJSON()`, even if changes made it invalid.
    pub fn get_json(
        &self,
        options: &RequestOptions,
        authenticator: &mut Authenticator,
    ) -> Result<String, CeremonyError> {
        let rp_id = self.rp_id(options.rp_id.as_deref())?;
        let inputs = extensions::inputs(&options.extensions);
        let app_id = inputs.get("appid").and_then(Value::as_str);
        let listed = |credential: &&mut Credential| match options.allow_credentials.as_slice() {
            [] => credential.rp_id == rp_id && credential.is_discoverable(),
            allowed => {
                (credential.rp_id == rp_id || Some(&*credential.rp_id) == app_id)
                    && is_listed(allowed, credential)
            }
        };
        // Most clients offer the newest first.
        let credential = authenticator.credentials.iter_mut().rev().find(listed);
        let credential = credential.ok_or(CeremonyError::NotAllowed("no such credential"))?;
        let used_appid = credential.rp_id != rp_id;
        let outputs = extensions::get(&inputs, credential, used_appid);
        let credential = credential.clone();
        let gesture = gesture(authenticator, &options.user_verification, Mediation::Modal)?;
        let client_data = self.client_data("webauthn.get", &options.challenge);
        let (authenticator_data, signature) = authenticator.assert(&GetAssertion {
            client_data_hash: sha256(&[&client_data]),
            credential: &credential,
            gesture,
            extensions: outputs.map(),
            changes: &self.changes,
        });
        let mut response = Members::default();
        response.push("clientDataJSON", base64url::encode(client_data));
        response.push("authenticatorData", base64url::encode(authenticator_data));
        response.push("signature", base64url::encode(signature));
        let user_handle = credential.user_handle.as_ref().filter(|_| credential.is_discoverable());
        if let Some(user_handle) = user_handle {
            response.push("userHandle", base64url::encode(user_handle));
        }
        Ok(self.text(credential.id.as_bytes(), response, outputs.client, authenticator))
    }

    fn text(
        &self,
        id: &[u8],
        response: Members,
        results: Map<String, Value>,
        authenticator: &Authenticator,
    ) -> String {
        let attachment = authenticator.attachment().as_str();
        let mut envelope = Envelope::new(id, response, attachment, results);
        apply!(&self.changes, Envelope, &mut envelope);
        let mut text = envelope.to_text();
        apply!(&self.changes, Text, &mut text);
        text
    }

    /// The serialisation of [section 5.8.1.1](https://www.w3.org/TR/webauthn-3/#clientdatajson-serialization).
    fn client_data(&self, kind: &str, challenge: &[u8]) -> Vec<u8> {
        let mut members = Members::default();
        members.push("type", kind);
        members.push("challenge", base64url::encode(challenge));
        members.push("origin", &*self.origin);
        members.push("crossOrigin", self.frame != Frame::TopLevel);
        if let Frame::Below(top_origin) = &self.frame {
            members.push("topOrigin", &**top_origin);
        }
        members.0.extend(self.members.0.iter().cloned());
        apply!(&self.changes, ClientData, &mut members);
        let mut bytes = members.to_text().into_bytes();
        apply!(&self.changes, ClientDataBytes, &mut bytes);
        bytes
    }

    /// The RP ID of the options must be the origin's host or a parent domain of it; apps may have any.
    fn rp_id(&self, wanted: Option<&str>) -> Result<String, CeremonyError> {
        let Some((_, host)) = self.origin.split_once("://") else {
            return wanted.map(str::to_owned).ok_or(CeremonyError::Security);
        };
        let host = host.split_once(':').map_or(host, |(host, _)| host);
        let wanted = wanted.unwrap_or(host);
        let is_parent = host.strip_suffix(wanted).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        if is_parent { Ok(wanted.to_owned()) } else { Err(CeremonyError::Security) }
    }
}

fn check_excluded(
    options: &CreationOptions,
    rp_id: &str,
    extensions: &Map<String, Value>,
    authenticator: &Authenticator,
) -> Result<(), CeremonyError> {
    let app_id = extensions.get("appidExclude").and_then(Value::as_str);
    let excluded = authenticator.credentials.iter().any(|credential| {
        (credential.rp_id == rp_id || Some(&*credential.rp_id) == app_id)
            && is_listed(&options.exclude_credentials, credential)
    });
    if excluded { Err(CeremonyError::InvalidState) } else { Ok(()) }
}

/// The flags UP and UV.
fn gesture(
    authenticator: &Authenticator,
    verification: &UserVerificationRequirement,
    mediation: Mediation,
) -> Result<u8, CeremonyError> {
    if mediation == Mediation::Conditional {
        return Ok(0);
    }
    let required = *verification == UserVerificationRequirement::Required;
    if required && !authenticator.can_verify_user() {
        return Err(CeremonyError::NotAllowed("the authenticator does not verify users"));
    }
    let wanted = *verification != UserVerificationRequirement::Discouraged;
    let verified = if authenticator.verifies_user(wanted) { flags::USER_VERIFIED } else { 0 };
    Ok(flags::USER_PRESENT | verified)
}

fn is_listed(descriptors: &[CredentialDescriptor], credential: &Credential) -> bool {
    descriptors.iter().any(|descriptor| {
        descriptor.credential_type == CredentialType::PublicKey && descriptor.id == credential.id
    })
}

/// The client ended the ceremony, as a browser does with a `DOMException`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CeremonyError {
    /// `NotAllowedError`: no authenticator or credential fits.
    NotAllowed(&'static str),
    /// `InvalidStateError`: the authenticator has one of the excluded credentials.
    InvalidState,
    /// `NotSupportedError`: none of the algorithms, or no attestation of it.
    NotSupported,
    /// `SecurityError`: the RP ID is not the origin's.
    Security,
    /// The changes made the response invalid. `create_json` and `get_json` return its text.
    Changed(ResponseError),
}

impl CeremonyError {
    /// The name of the `DOMException`; `None` for an invalid changed response.
    pub fn name(&self) -> Option<&'static str> {
        match self {
            Self::NotAllowed(_) => Some("NotAllowedError"),
            Self::InvalidState => Some("InvalidStateError"),
            Self::NotSupported => Some("NotSupportedError"),
            Self::Security => Some("SecurityError"),
            Self::Changed(_) => None,
        }
    }
}

impl fmt::Display for CeremonyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAllowed(why) => f.write_str(why),
            Self::InvalidState => f.write_str("the authenticator has one of the excluded credentials"),
            Self::NotSupported => f.write_str("none of the algorithms is supported, or no attestation of it"),
            Self::Security => f.write_str("the rp id does not match the origin"),
            Self::Changed(error) => write!(f, "the changed response is invalid: {error}"),
        }
    }
}

impl core::error::Error for CeremonyError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Changed(error) => Some(error),
            _ => None,
        }
    }
}
