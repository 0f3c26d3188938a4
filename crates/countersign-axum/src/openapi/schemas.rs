//! The schemas of the bodies of requests and answers.

#![expect(clippy::needless_pass_by_value, reason = "schemas are written where they are passed")]

use countersign::Code;
use countersign::store::RECOVERY_CODES;
use countersign::types::identifiers::{CREDENTIAL_ID_MAX, USER_HANDLE_MAX};
use countersign_store::names;
use serde_json::{Map, Value, json};

use super::schema::{boolean, count, list, nullable, object, reference, text, time};

/// The characters of base64url.
const BASE64URL: &str = "^[A-Za-z0-9_-]*$";

/// The characters of a sealed state at most: the body's limit leaves room for the response.
const CEREMONY_MAX: usize = 64 * 1024;

/// The schemas by their names.
pub(super) fn schemas() -> Map<String, Value> {
    [common(), requests(), sessions(), credentials(), account()].into_iter().flatten().collect()
}

type Schemas = Vec<(String, Value)>;

/// The body of a request: unknown members are ignored.
fn request(required: &[&str], members: Value) -> Value {
    json!({ "type": "object", "required": required, "properties": members })
}

fn named(schemas: impl IntoIterator<Item = (&'static str, Value)>) -> Schemas {
    schemas.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

/// The length of the base64url text of so many bytes.
pub(super) const fn base64url_length(bytes: usize) -> usize {
    bytes.saturating_mul(4).div_ceil(3)
}

/// Bytes in base64url, at least one and at most `bytes`.
pub(super) fn base64url(bytes: usize) -> Value {
    json!({ "type": "string", "pattern": BASE64URL, "minLength": 2, "maxLength": base64url_length(bytes) })
}

/// A name or a label that a user chose.
fn name(what: &str) -> Value {
    let description = format!(
        "{what}: composed (NFC), without white space around it, and without invisible characters but for those that scripts \
         and emoji require."
    );
    json!({ "type": "string", "minLength": 1, "maxLength": names::MAX_CHARACTERS, "description": description })
}

/// A code that a user types: with spaces and hyphens anywhere, in either case.
fn typed_code() -> Value {
    json!({
        "type": "string",
        "pattern": "^[ -]*([0-9A-Za-tv-z][ -]*){24}$",
        "maxLength": 100,
        "description": "Six groups of four letters and digits; the last one is a check character.",
    })
}

fn common() -> Schemas {
    let codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let error = json!({
        "type": "object",
        "required": ["code", "message"],
        "properties": {
            "code": { "type": "string", "description": "A stable code: lower-case words with hyphens between." },
            "message": { "type": "string", "description": "A sentence for the user." },
            "signals": object(json!({
                "unknownCredential": nullable(reference("UnknownCredentialOptions")),
            })),
        },
        "additionalProperties": false,
    });
    named([
        ("Error", object(json!({ "error": error }))),
        (
            "CeremonyCode",
            json!({ "enum": codes, "description": "Why the response of a ceremony was rejected." }),
        ),
        ("UserHandle", base64url(USER_HANDLE_MAX)),
        ("CredentialId", base64url(CREDENTIAL_ID_MAX)),
        ("Account", object(json!({ "name": name("The name"), "userHandle": reference("UserHandle") }))),
        ("StartedRegistration", started("PublicKeyCredentialCreationOptionsJSON")),
        ("StartedAuthentication", started("PublicKeyCredentialRequestOptionsJSON")),
        (
            "AllAcceptedCredentialsOptions",
            object(json!({
                "rpId": text(),
                "userId": reference("UserHandle"),
                "allAcceptedCredentialIds": list(reference("CredentialId")),
            })),
        ),
        (
            "CurrentUserDetailsOptions",
            object(json!({
                "rpId": text(), "userId": reference("UserHandle"), "name": text(), "displayName": text(),
            })),
        ),
        (
            "UnknownCredentialOptions",
            object(json!({
                "rpId": text(), "credentialId": reference("CredentialId"),
            })),
        ),
        ("Signals", object(json!({ "allAcceptedCredentials": accepted() }))),
        (
            "AccountSignals",
            object(json!({
                "allAcceptedCredentials": accepted(),
                "currentUserDetails": reference("CurrentUserDetailsOptions"),
            })),
        ),
    ])
}

fn accepted() -> Value {
    nullable(reference("AllAcceptedCredentialsOptions"))
}

fn started(options: &str) -> Value {
    let ceremony = json!({ "type": "string", "maxLength": CEREMONY_MAX, "description": "The sealed state." });
    object(json!({ "ceremony": ceremony, "options": reference(options) }))
}

fn requests() -> Schemas {
    let finish = |response: &str| {
        let ceremony = json!({ "type": "string", "description": "The sealed state, from the start." });
        request(&["ceremony", "response"], json!({ "ceremony": ceremony, "response": reference(response) }))
    };
    let account_name = || name("The name of the account");
    named([
        (
            "StartAccount",
            request(
                &["name"],
                json!({
                    "name": account_name(), "invitation": nullable(typed_code()),
                }),
            ),
        ),
        ("StartSession", request(&[], json!({ "name": nullable(account_name()) }))),
        (
            "StartRecovery",
            request(&["name", "code"], json!({ "name": account_name(), "code": typed_code() })),
        ),
        ("StartStepUp", request(&["act"], json!({ "act": reference("Act") }))),
        (
            "StartCredential",
            request(
                &[],
                json!({
                    "conditional": {
                        "type": "boolean", "default": false,
                        "description": "Whether the browser may create the passkey without asking.",
                    },
                }),
            ),
        ),
        ("FinishRegistration", finish("RegistrationResponseJSON")),
        ("FinishAuthentication", finish("AuthenticationResponseJSON")),
        ("RenameAccount", request(&["name"], json!({ "name": account_name() }))),
        ("RenameCredential", request(&["label"], json!({ "label": name("The label of the passkey") }))),
        ("Act", acts()),
    ])
}

/// The acts that are confirmed by request.
fn acts() -> Value {
    let act = |kind: &str, members: Value| {
        let mut members = members;
        if let Value::Object(members) = &mut members {
            members.insert("kind".into(), json!({ "const": kind }));
        }
        object(members)
    };
    json!({
        "oneOf": [
            act("add-credential", json!({})),
            act("remove-credential", json!({ "credential": reference("CredentialId") })),
            act("rename-account", json!({ "name": name("The new name") })),
            act("make-recovery-codes", json!({})),
            act("delete-account", json!({})),
            act("verify", json!({})),
        ],
    })
}

fn sessions() -> Schemas {
    let id = || json!({ "type": "string", "pattern": BASE64URL });
    let session = object(json!({
        "id": id(),
        "label": text(),
        "device": nullable(text()),
        "createdAt": time(),
        "seenAt": time(),
        "current": boolean(),
    }));
    named([
        (
            "CurrentSession",
            object(json!({
                "account": nullable(reference("Account")),
                "rpId": text(),
                "signUp": { "enum": ["open", "invited", "closed"] },
                "origins": { "type": "array", "minItems": 1, "items": text() },
            })),
        ),
        (
            "SignedIn",
            object(json!({
                "account": reference("Account"), "signals": reference("AccountSignals"),
            })),
        ),
        ("Sessions", object(json!({ "sessions": list(session) }))),
        ("Ended", object(json!({ "ended": count() }))),
    ])
}

fn credentials() -> Schemas {
    let credential = object(json!({
        "id": reference("CredentialId"),
        "label": text(),
        "aaguid": { "type": "string", "format": "uuid" },
        "authenticator": nullable(text()),
        "icon": nullable(text()),
        "trouble": nullable(text()),
        "format": text(),
        "attestationType": text(),
        "algorithm": text(),
        "transports": list(text()),
        "backupEligible": nullable(boolean()),
        "backupState": boolean(),
        "userVerified": boolean(),
        "signCount": { "type": "integer", "minimum": 0, "maximum": u32::MAX },
        "createdAt": time(),
        "lastUsedAt": nullable(time()),
        "current": boolean(),
    }));
    let metadata = json!({
        "type": ["object", "null"],
        "description": "What the application says about its data on authenticator models.",
    });
    named([
        ("Credential", credential),
        (
            "Credentials",
            object(json!({
                "account": reference("UserHandle"),
                "credentials": list(reference("Credential")),
                "metadata": metadata,
                "signals": reference("Signals"),
            })),
        ),
        (
            "AddedCredential",
            object(json!({
                "credential": reference("Credential"), "signals": reference("Signals"),
            })),
        ),
        ("RenamedCredential", object(json!({ "credential": reference("Credential") }))),
        ("RemovedCredential", object(json!({ "signals": reference("Signals"), "signedOut": boolean() }))),
        ("Removed", object(json!({ "signals": reference("Signals") }))),
    ])
}

fn account() -> Schemas {
    let account = object(json!({
        "userHandle": reference("UserHandle"), "name": name("The name"), "createdAt": time(),
    }));
    let record = json!({
        "type": "object",
        "required": ["version", "static", "dynamic", "evidence"],
        "properties": {
            "version": { "const": 2 },
            "static": { "type": "object" },
            "dynamic": { "type": "object" },
            "evidence": { "type": ["object", "null"] },
        },
        "additionalProperties": false,
        "description": "The credential record, in the form in which it is stored.",
    });
    let credential = object(json!({
        "label": text(), "createdAt": time(), "lastUsedAt": nullable(time()), "record": record,
    }));
    let session = object(json!({
        "id": text(),
        "label": text(),
        "device": nullable(text()),
        "createdAt": time(),
        "seenAt": time(),
        "verifiedAt": time(),
        "idleAt": time(),
        "expiresAt": time(),
        "current": boolean(),
    }));
    let codes = json!({
        "type": "array", "minItems": RECOVERY_CODES, "maxItems": RECOVERY_CODES, "items": typed_code(),
    });
    named([
        (
            "RecoveryStatus",
            object(json!({
                "total": { "const": RECOVERY_CODES },
                "unused": { "type": "integer", "minimum": 0, "maximum": RECOVERY_CODES },
                "createdAt": nullable(time()),
                "usedAt": nullable(time()),
            })),
        ),
        ("RecoveryCodes", object(json!({ "codes": codes }))),
        (
            "AccountData",
            object(json!({
                "version": { "const": 1 },
                "exportedAt": time(),
                "account": account,
                "recoveryCodes": reference("RecoveryStatus"),
                "credentials": list(credential),
                "sessions": list(session),
            })),
        ),
    ])
}
