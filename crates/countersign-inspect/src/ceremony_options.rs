//! Options of ceremonies: [section 5.4](https://www.w3.org/TR/webauthn-3/#dictionary-makecredentialoptions) and
//! [section 5.5](https://www.w3.org/TR/webauthn-3/#dictionary-assertion-options), in their JSON forms.

use crate::{
    binary,
    explanation::{Field, Note},
    extensions::inputs::CLIENT_INPUTS,
    glossary::Registry,
    json::Json,
    object::{self, Member, Others, Shape, Table},
    options::Context,
    origin,
    source::webauthn,
};

const TRANSPORTS: Shape = Shape::Choice(&["usb", "nfc", "ble", "smart-card", "hybrid", "internal"]);
const VERIFICATION: Shape = Shape::Choice(&["required", "preferred", "discouraged"]);
const HINT: Shape = Shape::Choice(&["security-key", "client-device", "hybrid"]);

static TRANSPORT: Shape = TRANSPORTS;
static HINT_ELEMENT: Shape = HINT;
static FORMAT: Shape = Shape::Text;

static RP: Table = Table {
    source: webauthn!("dictdef-publickeycredentialrpentity"),
    members: &[
        Member::optional("id", Shape::Other(rp_id)),
        Member::required("name", Shape::Text, &[]),
        Member::optional("icon", Shape::Text).means("removed in Level 2, and ignored"),
    ],
    others: Others::Unknown,
    code: None,
};

static USER: Table = Table {
    source: webauthn!("dictdef-publickeycredentialuserentityjson"),
    members: &[
        Member::required("id", Shape::Bytes(binary::user_handle), &[375]),
        Member::required("name", Shape::Text, &[]),
        Member::required("displayName", Shape::Text, &[]),
        Member::optional("icon", Shape::Text).means("removed in Level 2, and ignored"),
    ],
    others: Others::Unknown,
    code: None,
};

static PARAMETERS: Table = Table {
    source: webauthn!("dictdef-publickeycredentialparameters"),
    members: &[
        Member::required("type", Shape::Choice(&["public-key"]), &[]),
        Member::required("alg", Shape::Other(algorithm), &[]),
    ],
    others: Others::Unknown,
    code: None,
};

/// `PublicKeyCredentialDescriptorJSON`.
static DESCRIPTOR: Table = Table {
    source: webauthn!("dictdef-publickeycredentialdescriptorjson"),
    members: &[
        Member::required("type", Shape::Choice(&["public-key"]), &[]),
        Member::required("id", Shape::Bytes(binary::credential_id), &[]),
        Member::optional("transports", Shape::List(&TRANSPORT)),
    ],
    others: Others::Unknown,
    code: None,
};

static SELECTION: Table = Table {
    source: webauthn!("dictdef-authenticatorselectioncriteria"),
    members: &[
        Member::optional("authenticatorAttachment", Shape::Choice(&["platform", "cross-platform"])),
        Member::optional("residentKey", Shape::Choice(&["discouraged", "preferred", "required"])),
        Member::optional("requireResidentKey", Shape::Boolean).means("for clients of Level 1"),
        Member::optional("userVerification", VERIFICATION),
    ],
    others: Others::Unknown,
    code: None,
};

static PARAMETERS_ELEMENT: Shape = Shape::Object(&PARAMETERS);
static DESCRIPTOR_ELEMENT: Shape = Shape::Object(&DESCRIPTOR);

/// `PublicKeyCredentialCreationOptionsJSON`.
static CREATION: Table = Table {
    source: webauthn!("dictdef-publickeycredentialcreationoptionsjson"),
    members: &[
        Member::required("rp", Shape::Object(&RP), &[]),
        Member::required("user", Shape::Object(&USER), &[]),
        Member::required("challenge", Shape::Bytes(binary::challenge), &[]),
        Member::required("pubKeyCredParams", Shape::List(&PARAMETERS_ELEMENT), &[377]),
        Member::optional("timeout", Shape::Number).means("milliseconds"),
        Member::optional("excludeCredentials", Shape::List(&DESCRIPTOR_ELEMENT)),
        Member::optional("authenticatorSelection", Shape::Object(&SELECTION)),
        Member::optional("hints", Shape::List(&HINT_ELEMENT)),
        Member::optional("attestation", Shape::Choice(&["none", "indirect", "direct", "enterprise"])),
        Member::optional("attestationFormats", Shape::List(&FORMAT)),
        Member::optional("extensions", Shape::Object(&CLIENT_INPUTS)),
    ],
    others: Others::Unknown,
    code: None,
};

/// `PublicKeyCredentialRequestOptionsJSON`.
static REQUEST: Table = Table {
    source: webauthn!("dictdef-publickeycredentialrequestoptionsjson"),
    members: &[
        Member::required("challenge", Shape::Bytes(binary::challenge), &[]),
        Member::optional("timeout", Shape::Number).means("milliseconds"),
        Member::optional("rpId", Shape::Other(rp_id)),
        Member::optional("allowCredentials", Shape::List(&DESCRIPTOR_ELEMENT)),
        Member::optional("userVerification", VERIFICATION),
        Member::optional("hints", Shape::List(&HINT_ELEMENT)),
        Member::optional("extensions", Shape::Object(&CLIENT_INPUTS)),
    ],
    others: Others::Unknown,
    code: None,
};

/// Explains options of a registration.
pub(crate) fn creation(ctx: &Context<'_>, json: &Json<'_>) -> Field {
    let field = object::explain(ctx, "PublicKeyCredentialCreationOptionsJSON", json, &CREATION);
    let listed = json.member("pubKeyCredParams").map(Json::elements).unwrap_or_default();
    let offers = |number| listed.iter().any(|it| it.member("alg").and_then(Json::number) == Some(number));
    if listed.is_empty() || (offers(-7) && offers(-257)) {
        return field;
    }
    field.with_note(Note::info("without -7 and -257, some authenticators can't create a credential"))
}

/// Explains options of an authentication.
pub(crate) fn request(ctx: &Context<'_>, json: &Json<'_>) -> Field {
    let field = object::explain(ctx, "PublicKeyCredentialRequestOptionsJSON", json, &REQUEST);
    if json.member("allowCredentials").map(Json::elements).unwrap_or_default().is_empty() {
        return field.with_note(Note::info("no credentials are named: discoverable ones can sign in only"));
    }
    field
}

fn rp_id(ctx: &Context<'_>, json: &Json<'_>) -> Field {
    let field = json.field("id");
    let Some(text) = json.text() else {
        return field.with_note(Note::deviation(format!("{} where a string is expected", json.type_name())));
    };
    ctx.suggest_rp_id(text);
    match origin::rp_id_fault(text) {
        Some(fault) => field.with_note(Note::deviation(fault).with_rules(&[369])),
        None => field,
    }
}

fn algorithm(_: &Context<'_>, json: &Json<'_>) -> Field {
    let field = json.field("alg");
    match json.number() {
        Some(number) => {
            let name = Registry::Algorithms.name(number).unwrap_or("not known");
            field.with_value(format!("{number} ({name})"))
        }
        None => field.with_note(Note::deviation(format!("{} where a number is expected", json.type_name()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{json, options::Options, span::Span};

    fn explained(explain: fn(&Context<'_>, &Json<'_>) -> Field, text: &str) -> Field {
        explain(&Context::of(&Options::new()), &json::walk(Span::new(text.as_bytes())).json)
    }

    #[test]
    fn creation_options_are_explained() {
        let text = r#"{"rp":{"id":"https://a.test","name":"A"},"user":{"id":"am8","name":"jo","displayName":"Jo"},
            "challenge":"AMMPt4UxxGTStncdq417YA","pubKeyCredParams":[{"type":"public-key","alg":-8}],
            "authenticatorSelection":{"userVerification":"always"}}"#;
        let field = explained(creation, text);
        let rp_id = &field.fields[0].fields[0].notes[0];
        assert_eq!(rp_id.rules, [369]);
        assert!(rp_id.text.ends_with("write a.test"), "{}", rp_id.text);
        assert_eq!(field.fields[1].fields[0].value.as_deref(), Some("2 bytes, the text \"jo\""));
        assert_eq!(field.fields[3].fields[0].fields[1].value.as_deref(), Some("-8 (EdDSA)"));
        assert!(field.fields[4].fields[0].notes[0].text.contains("required, preferred, discouraged"));
        assert!(field.notes[0].text.contains("-257"));
    }

    #[test]
    fn request_options_are_explained() {
        let field = explained(
            request,
            r#"{"challenge":"AMMPt4UxxGTStncdq417YA","rpId":"a.test","allowCredentials":[]}"#,
        );
        assert!(field.notes[0].text.contains("discoverable"));
        assert!(field.fields.iter().all(|field| !field.unknown));
    }
}
