//! Responses of ceremonies: [section 5.1](https://www.w3.org/TR/webauthn-3/#dictdef-registrationresponsejson), and the shapes
//! that pages made by hand before `toJSON()`.

use countersign::cose::PublicKey;
use countersign::types::{
    AttestationObject, AuthenticationResponse, AuthenticatorData, Code, RegistrationResponse,
    response::ResponseError,
};

use crate::{
    attestation_object, authenticator_data, binary, cbor,
    ceremony::Ceremony,
    client_data,
    explanation::{Field, Note},
    extensions::outputs::CLIENT_OUTPUTS,
    glossary::Registry,
    json::{self, Json, Value},
    key,
    object::{self, Member, Others, Shape, Table},
    options::Context,
    signature,
    source::webauthn,
    span::Span,
    verdict,
    words::normalised,
};

const CODE: Option<Code> = Some(Code::ResponseMalformed);

static TRANSPORT: Shape = Shape::Choice(&["usb", "nfc", "ble", "smart-card", "hybrid", "internal"]);

const ID: Member = Member::required("id", Shape::Bytes(binary::credential_id), &[2]);
const RAW_ID: Member = Member::required("rawId", Shape::Bytes(binary::credential_id), &[3]);
const TYPE: Member = Member::required("type", Shape::Choice(&["public-key"]), &[6]);
const ATTACHMENT: Member =
    Member::optional("authenticatorAttachment", Shape::Choice(&["platform", "cross-platform"]));
const RESULTS: Member = Member::optional("clientExtensionResults", Shape::Object(&CLIENT_OUTPUTS));

const ATTESTATION_OBJECT: Member =
    Member::required("attestationObject", Shape::Bytes(attestation_object::explain), &[9]);
const CREATED_CLIENT_DATA: Member =
    Member::required("clientDataJSON", Shape::Bytes(client_data::of_registration), &[8]);
const COPY: Member = Member::optional("authenticatorData", Shape::Bytes(authenticator_data::of_registration))
    .means("a copy of the attestation object's, which decides nothing");
const KEY: Member =
    Member::optional("publicKey", Shape::Bytes(key::spki::explain)).means("a copy, which decides nothing");
const ALGORITHM: Member =
    Member::optional("publicKeyAlgorithm", Shape::Other(algorithm)).means("a copy, which decides nothing");
const TRANSPORTS: Member = Member::optional("transports", Shape::List(&TRANSPORT));

const GOT_CLIENT_DATA: Member =
    Member::required("clientDataJSON", Shape::Bytes(client_data::of_authentication), &[8]);
const AUTHENTICATOR_DATA: Member =
    Member::required("authenticatorData", Shape::Bytes(authenticator_data::of_authentication), &[10]);
const SIGNATURE: Member = Member::required("signature", Shape::Bytes(signature::explain), &[11]);
const USER_HANDLE: Member = Member::optional("userHandle", Shape::Bytes(binary::user_handle));

static ATTESTATION_RESPONSE: Table = Table {
    source: webauthn!("dictdef-authenticatorattestationresponsejson"),
    members: &[CREATED_CLIENT_DATA, ATTESTATION_OBJECT, COPY, KEY, ALGORITHM, TRANSPORTS],
    others: Others::Unknown,
    code: CODE,
};

static ASSERTION_RESPONSE: Table = Table {
    source: webauthn!("dictdef-authenticatorassertionresponsejson"),
    members: &[GOT_CLIENT_DATA, AUTHENTICATOR_DATA, SIGNATURE, USER_HANDLE],
    others: Others::Unknown,
    code: CODE,
};

static REGISTRATION: Table = Table {
    source: webauthn!("dictdef-registrationresponsejson"),
    members: &[
        ID,
        RAW_ID,
        TYPE,
        ATTACHMENT,
        RESULTS,
        Member::required("response", Shape::Object(&ATTESTATION_RESPONSE), &[7]),
    ],
    others: Others::Unknown,
    code: CODE,
};

static AUTHENTICATION: Table = Table {
    source: webauthn!("dictdef-authenticationresponsejson"),
    members: &[
        ID,
        RAW_ID,
        TYPE,
        ATTACHMENT,
        RESULTS,
        Member::required("response", Shape::Object(&ASSERTION_RESPONSE), &[7]),
    ],
    others: Others::Unknown,
    code: CODE,
};

/// A response whose members are all in one object.
static FLAT_REGISTRATION: Table = Table {
    source: webauthn!("dictdef-registrationresponsejson"),
    members: &[
        ID,
        Member::optional("rawId", Shape::Bytes(binary::credential_id)),
        Member::optional("type", Shape::Choice(&["public-key"])),
        ATTACHMENT,
        RESULTS,
        CREATED_CLIENT_DATA,
        ATTESTATION_OBJECT,
        COPY,
        KEY,
        ALGORITHM,
        TRANSPORTS,
    ],
    others: Others::Unknown,
    code: CODE,
};

/// A response whose members are all in one object.
static FLAT_AUTHENTICATION: Table = Table {
    source: webauthn!("dictdef-authenticationresponsejson"),
    members: &[
        ID,
        Member::optional("rawId", Shape::Bytes(binary::credential_id)),
        Member::optional("type", Shape::Choice(&["public-key"])),
        ATTACHMENT,
        RESULTS,
        GOT_CLIENT_DATA,
        AUTHENTICATOR_DATA,
        SIGNATURE,
        USER_HANDLE,
    ],
    others: Others::Unknown,
    code: CODE,
};

/// The ceremony of an object that is a response, with its members in `response` or next to the others.
pub(crate) fn ceremony(json: &Json<'_>) -> Option<Ceremony> {
    let inner = member(json, "response").filter(|inner| inner.is_object());
    inner.and_then(|inner| ceremony_of_members(inner)).or_else(|| ceremony_of_members(json))
}

fn ceremony_of_members(json: &Json<'_>) -> Option<Ceremony> {
    // Some clients send the members of both ceremonies, those of the other one being null.
    let has = |name: &str| member(json, name).is_some_and(|value| value.value != Value::Null);
    if has("attestationObject") {
        Some(Ceremony::Registration)
    } else if has("authenticatorData") && (has("signature") || has("clientDataJSON")) {
        Some(Ceremony::Authentication)
    } else {
        None
    }
}

fn member<'j, 'a>(json: &'j Json<'a>, name: &str) -> Option<&'j Json<'a>> {
    let wanted = normalised(name);
    json.members().iter().find(|member| normalised(&member.name) == wanted).map(|member| &member.value)
}

/// Explains a response.
pub(crate) fn explain(ctx: &Context<'_>, json: &Json<'_>, ceremony: Ceremony) -> Field {
    let inner = member(json, "response").filter(|inner| inner.is_object());
    suggest_rp_ids(ctx, inner.unwrap_or(json));
    let is_flat = inner.is_none();
    let (name, table) = match (ceremony, is_flat) {
        (Ceremony::Registration, false) => ("RegistrationResponseJSON", &REGISTRATION),
        (Ceremony::Registration, true) => ("RegistrationResponseJSON", &FLAT_REGISTRATION),
        (Ceremony::Authentication, false) => ("AuthenticationResponseJSON", &AUTHENTICATION),
        (Ceremony::Authentication, true) => ("AuthenticationResponseJSON", &FLAT_AUTHENTICATION),
    };
    let mut field = object::explain(ctx, name, json, table);
    if is_flat {
        let note = Note::deviation(
            "the members of the response are not in a member response, as toJSON() puts them",
        );
        field.notes.push(note.with_code(Code::ResponseMalformed).with_rules(&[7]));
    }
    field.notes.extend(identifiers(json));
    if ceremony == Ceremony::Registration {
        judge_copies(&mut field, inner.unwrap_or(json));
        field.notes.extend(statement_verdict(inner.unwrap_or(json)));
    }
    field.with_note(strict(json.span, ceremony))
}

/// The members that repeat what the attestation object has.
const COPIES: [&str; 3] = ["authenticatorData", "publicKey", "publicKeyAlgorithm"];

/// Compares the copies with what they repeat. A copy that breaks its format is a deviation, since nothing depends on it.
fn judge_copies(field: &mut Field, response: &Json<'_>) {
    let is_nested = field.fields.iter().any(|part| part.name == "response");
    let holder =
        if is_nested { field.fields.iter_mut().find(|part| part.name == "response") } else { Some(field) };
    let Some(holder) = holder else { return };
    for part in holder.fields.iter_mut().filter(|part| COPIES.contains(&&*part.name)) {
        part.faults_to_deviations();
        if differs(&part.name, response) == Some(true) {
            let text = format!(
                "not what the attestation object has (copy-differs){}; a server that reads the attestation object \
                 needs no copy, and countersign accepts it by default",
                known_form(&part.name, response)
            );
            part.notes.push(Note::deviation(text).with_code(Code::ResponseMalformed).with_rules(&[17, 18]));
        }
    }
}

/// What some clients send as a copy, if it is that.
fn known_form(name: &str, response: &Json<'_>) -> &'static str {
    let bytes = |name| member(response, name).and_then(object::bytes).map(|decoded| decoded.bytes);
    let Some(copy) = bytes(name) else { return "" };
    match name {
        "publicKey" if copy.len() == 64 => ": the bare x and y, without their SubjectPublicKeyInfo",
        "publicKey" if cbor::walk(Span::new(&copy)).item.is_some_and(|item| item.is_map()) => ": a COSE_Key",
        "authenticatorData" if bytes("attestationObject") == Some(copy.clone()) => {
            ": the whole attestation object"
        }
        "authenticatorData" if copy.len() < 55 => ": without attested credential data",
        _ if copy.is_empty() => ": nothing",
        _ => "",
    }
}

/// Whether a copy is not what the attestation object has; `None` if either can't be read.
fn differs(name: &str, response: &Json<'_>) -> Option<bool> {
    let object_bytes = member(response, "attestationObject").and_then(object::bytes)?.bytes;
    let object = AttestationObject::parse(&object_bytes).ok()?;
    let copy = member(response, name)?;
    let key = || {
        let data = AuthenticatorData::parse(object.authenticator_data).ok()?;
        PublicKey::from_cose(data.attested_credential_data?.public_key).ok()
    };
    match name {
        "authenticatorData" => Some(object::bytes(copy)?.bytes != object.authenticator_data),
        "publicKey" => Some(object::bytes(copy)?.bytes != key()?.to_spki()),
        _ => Some(copy.number() != key()?.algorithm().map(|algorithm| algorithm.identifier().0)),
    }
}

fn statement_verdict(response: &Json<'_>) -> Option<Note> {
    let bytes = |name| member(response, name).and_then(object::bytes).map(|decoded| decoded.bytes);
    verdict::of_registration(&bytes("attestationObject")?, &bytes("clientDataJSON")?)
}

/// Whether `id` and `rawId` are the same bytes.
fn identifiers(json: &Json<'_>) -> Option<Note> {
    let of = |name| member(json, name).and_then(object::bytes).map(|decoded| decoded.bytes);
    let (id, raw_id) = (of("id")?, of("rawId")?);
    if id == raw_id {
        return None;
    }
    let note = Note::deviation("id and rawId are not the same bytes");
    Some(note.with_code(Code::CredentialIdMismatch).with_rules(&[5]))
}

/// What the strict parser says of the whole response.
fn strict(span: Span<'_>, ceremony: Ceremony) -> Note {
    let parsed: Result<(), ResponseError> = match ceremony {
        Ceremony::Registration => RegistrationResponse::from_json(span.bytes()).map(drop),
        Ceremony::Authentication => AuthenticationResponse::from_json(span.bytes()).map(drop),
    };
    match parsed {
        Ok(()) => Note::info("the strict parser accepts the response's form"),
        Err(error) => {
            Note::deviation(format!("the strict parser rejects it: {error}")).with_code(error.code())
        }
    }
}

/// Remembers the RP IDs that the origin in client data may belong to, so that the hash of one of them is named.
fn suggest_rp_ids(ctx: &Context<'_>, response: &Json<'_>) {
    let Some(client_data) = member(response, "clientDataJSON").and_then(object::bytes) else { return };
    let walked = json::walk(Span::new(&client_data.bytes));
    if let Some(origin) = walked.json.member("origin").and_then(Json::text) {
        ctx.suggest_origin(origin);
    }
}

/// The challenge in a response's client data, which says to which options the response belongs.
pub(crate) fn challenge(json: &Json<'_>) -> Option<Vec<u8>> {
    let inner = member(json, "response").filter(|inner| inner.is_object()).unwrap_or(json);
    let client_data = member(inner, "clientDataJSON").and_then(object::bytes)?;
    let walked = json::walk(Span::new(&client_data.bytes));
    walked.json.member("challenge").and_then(object::bytes).map(|decoded| decoded.bytes)
}

fn algorithm(_: &Context<'_>, json: &Json<'_>) -> Field {
    let field = json.field("publicKeyAlgorithm");
    match json.number() {
        Some(number) => {
            let name = Registry::Algorithms.name(number).unwrap_or("not known");
            field.with_value(format!("{number} ({name})"))
        }
        None => field.with_note(Note::deviation(format!("{} where a number is expected", json.type_name()))),
    }
}
