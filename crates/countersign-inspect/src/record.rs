//! Stored credentials and states: those of Countersign, and credentials as other libraries store them
//! ([section 4, credential record](https://www.w3.org/TR/webauthn-3/#credential-record)).

use countersign::CredentialRecord;
use countersign::lifecycle::{ImportedRow, Library};

use crate::{
    attestation_object, binary, client_data,
    explanation::{Field, Note},
    json::{self, Json},
    key,
    object::{self, Member, Others, Shape, Table},
    options::Context,
    source::webauthn,
};

const RECORD: &str = webauthn!("credential-record");

const HANDLE: Shape = Shape::Bytes(binary::user_handle);
const ID: Shape = Shape::Bytes(binary::credential_id);
const COSE: Shape = Shape::Bytes(key::cose::explain);
static TEXT: Shape = Shape::Text;

/// The object of a record's fixed part.
static STATIC: Table = Table {
    source: RECORD,
    members: &[
        Member::required("type", Shape::Text, &[]),
        Member::required("id", ID, &[]),
        Member::required("rp_id", Shape::Other(rp_id), &[]).means("rpId"),
        Member::required("user_handle", HANDLE, &[]),
        Member::required("public_key", COSE, &[]).means("publicKey"),
        Member::required("algorithm", Shape::Number, &[]),
        Member::required("transports", Shape::List(&TEXT), &[]),
        Member::required("aaguid", Shape::Other(aaguid), &[]),
    ],
    others: Others::Unknown,
    code: None,
};

static DYNAMIC: Table = Table {
    source: RECORD,
    members: &[
        Member::required("sign_count", Shape::Number, &[]).means("signCount"),
        Member::required("backup_eligible", Shape::Boolean, &[]).means("backupEligible"),
        Member::required("backup_state", Shape::Boolean, &[]).means("backupState"),
        Member::required("uv_initialized", Shape::Boolean, &[]).means("uvInitialized"),
        Member::required("flag", Shape::Any, &[]).means("why the credential may not sign in, if it may not"),
    ],
    others: Others::Unknown,
    code: None,
};

static EVIDENCE: Table = Table {
    source: RECORD,
    members: &[
        Member::required("format", Shape::Text, &[]),
        Member::required("attestation_type", Shape::Text, &[]),
        Member::required("trusted", Shape::Text, &[]),
        Member::required("judged_at", Shape::Any, &[]),
        Member::required("object", Shape::Bytes(attestation_object::explain), &[]).means("attestationObject"),
        Member::required("client_data", Shape::Bytes(client_data::of_registration), &[])
            .means("attestationClientDataJSON"),
    ],
    others: Others::Unknown,
    code: None,
};

static COUNTERSIGN: Table = Table {
    source: RECORD,
    members: &[
        Member::required("version", Shape::Number, &[]),
        Member::required("static", Shape::Object(&STATIC), &[]),
        Member::required("dynamic", Shape::Object(&DYNAMIC), &[]),
        Member::required("evidence", Shape::Object(&EVIDENCE), &[]),
    ],
    others: Others::Unknown,
    code: None,
};

static STATE: Table = Table {
    source: webauthn!("sctn-rp-operations"),
    members: &[
        Member::required(
            "ceremony",
            Shape::Choice(&["registration", "authentication", "bound-authentication"]),
            &[],
        ),
        Member::required("version", Shape::Number, &[]),
        Member::required("challenge", Shape::Bytes(binary::challenge), &[]),
        Member::required("rp_id", Shape::Other(rp_id), &[]),
        Member::optional("user", HANDLE),
        Member::optional("allowed", Shape::List(&ID_ELEMENT)),
        Member::optional("excluded", Shape::List(&ID_ELEMENT)),
    ],
    others: Others::Plain,
    code: None,
};

static ID_ELEMENT: Shape = ID;

static SIMPLE_WEB_AUTHN: Table = Table {
    source: RECORD,
    members: &[
        Member::required("id", ID, &[]),
        Member::required("publicKey", COSE, &[]),
        Member::required("counter", Shape::Number, &[]).means("signCount"),
        Member::optional("transports", Shape::List(&TEXT)),
        Member::optional("deviceType", Shape::Choice(&["singleDevice", "multiDevice"]))
            .means("backupEligible: multiDevice is true"),
        Member::optional("backedUp", Shape::Boolean).means("backupState"),
        Member::optional("credentialID", ID),
        Member::optional("credentialPublicKey", COSE).means("publicKey"),
        Member::optional("credentialDeviceType", Shape::Choice(&["singleDevice", "multiDevice"]))
            .means("backupEligible: multiDevice is true"),
        Member::optional("credentialBackedUp", Shape::Boolean).means("backupState"),
        Member::optional("cred_id", ID),
        Member::optional("cred_public_key", COSE).means("publicKey"),
        Member::optional("webauthn_user_id", HANDLE),
        Member::optional("backup_eligible", Shape::Boolean).means("backupEligible"),
        Member::optional("backup_status", Shape::Boolean).means("backupState"),
    ],
    others: Others::Plain,
    code: None,
};

static PY_WEBAUTHN: Table = Table {
    source: RECORD,
    members: &[
        Member::required("credential_id", ID, &[]),
        Member::required("credential_public_key", COSE, &[]).means("publicKey"),
        Member::required("sign_count", Shape::Number, &[]).means("signCount"),
        Member::optional("credential_device_type", Shape::Choice(&["single_device", "multi_device"]))
            .means("backupEligible: multi_device is true"),
        Member::optional("credential_backed_up", Shape::Boolean).means("backupState"),
        Member::optional("user_verified", Shape::Boolean).means("uvInitialized"),
        Member::optional("aaguid", Shape::Other(aaguid)),
        Member::optional("attestation_object", Shape::Bytes(attestation_object::explain)),
    ],
    others: Others::Plain,
    code: None,
};

static GO_FLAGS: Table = Table {
    source: webauthn!("authdata-flags"),
    members: &[
        Member::optional("userPresent", Shape::Boolean).means("UP"),
        Member::optional("userVerified", Shape::Boolean).means("UV"),
        Member::optional("backupEligible", Shape::Boolean).means("BE"),
        Member::optional("backupState", Shape::Boolean).means("BS"),
    ],
    others: Others::Plain,
    code: None,
};

static GO_AUTHENTICATOR: Table = Table {
    source: RECORD,
    members: &[
        Member::optional("AAGUID", Shape::Bytes(binary::aaguid)),
        Member::optional("signCount", Shape::Number),
        Member::optional("cloneWarning", Shape::Boolean).means("a counter that did not increase was seen"),
        Member::optional("attachment", Shape::Text),
    ],
    others: Others::Plain,
    code: None,
};

static GO_ATTESTATION: Table = Table {
    source: RECORD,
    members: &[
        Member::optional("clientDataJSON", Shape::Bytes(client_data::of_registration)),
        Member::optional("clientDataHash", Shape::Bytes(binary::plain)),
        Member::optional("authenticatorData", Shape::Bytes(crate::authenticator_data::of_registration)),
        Member::optional("publicKeyAlgorithm", Shape::Number),
        Member::optional("object", Shape::Bytes(attestation_object::explain)).means("attestationObject"),
    ],
    others: Others::Plain,
    code: None,
};

static GO_WEBAUTHN: Table = Table {
    source: RECORD,
    members: &[
        Member::required("id", ID, &[]),
        Member::required("publicKey", COSE, &[]),
        Member::optional("attestationType", Shape::Text),
        Member::optional("attestationFormat", Shape::Text),
        Member::optional("transport", Shape::List(&TEXT)).means("transports"),
        Member::optional("flags", Shape::Object(&GO_FLAGS)),
        Member::optional("authenticator", Shape::Object(&GO_AUTHENTICATOR)),
        Member::optional("attestation", Shape::Object(&GO_ATTESTATION)),
    ],
    others: Others::Plain,
    code: None,
};

static JAVA: Table = Table {
    source: RECORD,
    members: &[
        Member::required("credentialId", ID, &[]),
        Member::required("userHandle", HANDLE, &[]),
        Member::required("publicKeyCose", COSE, &[]).means("publicKey"),
        Member::optional("signatureCount", Shape::Number).means("signCount"),
        Member::optional("backupEligible", Shape::Boolean),
        Member::optional("backupState", Shape::Boolean),
    ],
    others: Others::Plain,
    code: None,
};

static WEBAUTHN_RS_CREDENTIAL: Table = Table {
    source: RECORD,
    members: &[
        Member::required("cred_id", ID, &[]),
        Member::required("cred", Shape::Any, &[]).means("publicKey, by its parts"),
        Member::required("counter", Shape::Number, &[]).means("signCount"),
        Member::optional("transports", Shape::Any),
        Member::optional("user_verified", Shape::Boolean).means("uvInitialized"),
        Member::optional("backup_eligible", Shape::Boolean).means("backupEligible"),
        Member::optional("backup_state", Shape::Boolean).means("backupState"),
        Member::optional("registration_policy", Shape::Text)
            .means("the user verification of the registration"),
        Member::optional("extensions", Shape::Any),
        Member::optional("attestation", Shape::Any),
        Member::optional("attestation_format", Shape::Text),
    ],
    others: Others::Plain,
    code: None,
};

static WEBAUTHN_RS: Table = Table {
    source: RECORD,
    members: &[Member::required("cred", Shape::Object(&WEBAUTHN_RS_CREDENTIAL), &[])],
    others: Others::Plain,
    code: None,
};

/// Whether an object is a record of Countersign.
pub(crate) fn looks_like_record(json: &Json<'_>) -> bool {
    json.member("version").is_some() && json.member("static").is_some() && json.member("dynamic").is_some()
}

/// Explains a record of Countersign.
pub(crate) fn explain(ctx: &Context<'_>, json: &Json<'_>) -> Field {
    let field = object::explain(ctx, "credential record", json, &COUNTERSIGN);
    let verdict = match serde_json::from_slice::<CredentialRecord>(json.span.bytes()) {
        Ok(_) => Note::info("the strict parser accepts it"),
        Err(error) => Note::deviation(format!("the strict parser rejects it: {error}")),
    };
    field.with_note(verdict)
}

/// Whether an object is a serialised state of Countersign.
pub(crate) fn looks_like_state(json: &Json<'_>) -> bool {
    ["ceremony", "challenge", "rp_id"].iter().all(|name| json.member(name).is_some())
}

/// Explains a state of Countersign.
pub(crate) fn state(ctx: &Context<'_>, json: &Json<'_>) -> Field {
    object::explain(ctx, "state", json, &STATE)
}

/// Whether an object is a credential as another library stores it.
pub(crate) fn looks_like_stored(json: &Json<'_>) -> bool {
    library(json).is_some()
}

fn library(json: &Json<'_>) -> Option<(&'static str, &'static Table)> {
    if json.member("cred").is_some_and(|inner| inner.member("cred_id").is_some()) {
        return Some(("webauthn-rs", &WEBAUTHN_RS));
    }
    let library = Library::of(|name| json.member(name).is_some())?;
    let table = match library {
        Library::WebauthnRs => &WEBAUTHN_RS_CREDENTIAL,
        Library::PyWebauthn => &PY_WEBAUTHN,
        Library::JavaWebauthnServer => &JAVA,
        Library::GoWebauthn => &GO_WEBAUTHN,
        Library::SimpleWebAuthn => &SIMPLE_WEB_AUTHN,
        _ => return None,
    };
    Some((library.as_str(), table))
}

/// Explains a credential as another library stores it.
pub(crate) fn stored(ctx: &Context<'_>, json: &Json<'_>) -> Field {
    match library(json) {
        Some((library, table)) => object::explain(ctx, "credential", json, table)
            .with_value(format!("as {library} stores it"))
            .with_note(match ImportedRow::from_json(json.span.bytes()) {
                Ok(_) => Note::info("countersign::lifecycle::ImportedRow reads it"),
                Err(error) => {
                    Note::deviation(format!("countersign::lifecycle::ImportedRow rejects it: {error}"))
                }
            }),
        None => json::generic(ctx, "credential".to_owned(), json, 0)
            .with_source(RECORD)
            .with_note(Note::deviation("not the form of a library that is known")),
    }
}

fn rp_id(ctx: &Context<'_>, json: &Json<'_>) -> Field {
    if let Some(text) = json.text() {
        ctx.suggest_rp_id(text);
    }
    json.field("rp_id")
}

fn aaguid(ctx: &Context<'_>, json: &Json<'_>) -> Field {
    match json.text().and_then(|text| binary::aaguid_text(ctx, text)) {
        Some(field) => field.at(json.span.range()),
        None => json.field("aaguid").with_note(Note::deviation("not an AAGUID")),
    }
}
