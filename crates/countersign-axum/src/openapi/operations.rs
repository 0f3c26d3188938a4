//! The descriptions of the routes.

use serde_json::json;

use super::operation::{Operation, Security};
use super::schema::reference;

/// The header that sets a cookie.
const SET_COOKIE: &str = "Set-Cookie";

/// Says that the answers with this status set the browser's cookie.
fn with_browser(operation: Operation, status: u16) -> Operation {
    operation.answer_header(status, SET_COOKIE, "The cookie of the browser.", json!({ "type": "string" }))
}

/// Says that the answers with this status set or delete the session's cookie.
fn with_session(operation: Operation, status: u16) -> Operation {
    operation.answer_header(status, SET_COOKIE, "The cookie of the session.", json!({ "type": "string" }))
}

/// An operation that reads what is stored.
fn read(id: &'static str, summary: &'static str) -> Operation {
    Operation::new(id, summary).error(503, &["storage-failed"])
}

/// An operation that changes what is stored.
fn change(id: &'static str, summary: &'static str, security: Security) -> Operation {
    read(id, summary).changing().security(security)
}

/// The start of a ceremony, and its answer.
fn start(id: &'static str, summary: &'static str, security: Security, options: &str) -> Operation {
    let started = format!("Started{options}");
    let description = format!("The sealed state, and the options for `navigator.credentials.{}()`.", {
        if options == "Registration" { "create" } else { "get" }
    });
    let operation = change(id, summary, security).error(500, &["internal-error"]);
    with_browser(operation.json(200, &description, reference(&started)), 200)
}

/// The finish of a registration.
fn finish_registration(id: &'static str, summary: &'static str, security: Security) -> Operation {
    change(id, summary, security)
        .of_browser()
        .body(reference("FinishRegistration"))
        .ceremony_errors(400)
        .error(400, &["client-data-too-long"])
        .error(409, &["credential-already-registered"])
        .error(500, &["internal-error"])
}

/// The finish of an authentication.
fn finish_authentication(id: &'static str, summary: &'static str, security: Security) -> Operation {
    change(id, summary, security)
        .of_browser()
        .body(reference("FinishAuthentication"))
        .ceremony_errors(401)
        .error(500, &["internal-error"])
}

pub(crate) fn current_session() -> Operation {
    let operation = read("currentSession", "Returns the account of the session, if any");
    let operation = operation.security(Security::Optional).error(500, &["internal-error"]);
    with_browser(operation.json(200, "The account, and what a page needs.", reference("CurrentSession")), 200)
}

pub(crate) fn end_session() -> Operation {
    let seen = "The account that the user sees: its user handle. Required if there is a session, and ignored otherwise.";
    let operation = change("endSession", "Signs out", Security::Optional)
        .optional_header("countersign-account", seen, json!({ "type": "string" }))
        .error(400, &["account-missing"])
        .error(401, &["not-signed-in"])
        .error(409, &["account-changed"])
        .empty(204, "There is no session any more.");
    with_session(operation, 204)
}

pub(crate) fn start_account() -> Operation {
    start("startAccount", "Starts creating an account with its first passkey", Security::Open, "Registration")
        .body(reference("StartAccount"))
        .error(400, &["name-invalid", "code-malformed"])
        .error(403, &["sign-up-closed", "invitation-missing", "invitation-invalid"])
        .error(409, &["name-taken"])
}

pub(crate) fn finish_account() -> Operation {
    let operation =
        finish_registration("finishAccount", "Creates the account, and signs in", Security::Optional)
            .error(403, &["sign-up-closed", "invitation-missing", "invitation-invalid"])
            .error(409, &["name-taken"]);
    with_session(operation.json(201, "The account was created.", reference("SignedIn")), 201)
}

pub(crate) fn rename_account() -> Operation {
    change("renameAccount", "Renames the account, which the session has confirmed", Security::Account)
        .body(reference("RenameAccount"))
        .json(200, "The account has the new name.", reference("SignedIn"))
        .error(400, &["name-invalid"])
        .error(401, &["reauthentication-required"])
        .error(409, &["name-taken"])
        .error(500, &["internal-error"])
}

pub(crate) fn remove_account() -> Operation {
    let operation =
        change("removeAccount", "Deletes the account, which the session has confirmed", Security::Account)
            .json(200, "The account, its credentials and its sessions are removed.", reference("Removed"))
            .error(401, &["reauthentication-required"])
            .error(500, &["internal-error"]);
    with_session(operation, 200)
}

pub(crate) fn account_data() -> Operation {
    read("accountData", "Returns what is stored about the account, as a file")
        .security(Security::Session)
        .json(200, "What is stored.", reference("AccountData"))
        .answer_header(200, "Content-Disposition", "The name of the file.", json!({ "type": "string" }))
}

pub(crate) fn recovery_status() -> Operation {
    read("recoveryStatus", "Returns how many recovery codes there are").security(Security::Session).json(
        200,
        "The codes, without the codes.",
        reference("RecoveryStatus"),
    )
}

pub(crate) fn make_recovery_codes() -> Operation {
    let summary = "Makes recovery codes in place of the old ones, which the session has confirmed";
    change("makeRecoveryCodes", summary, Security::Account)
        .json(201, "The only answer that has the codes.", reference("RecoveryCodes"))
        .error(401, &["reauthentication-required"])
        .error(500, &["internal-error"])
}

pub(crate) fn start_recovery() -> Operation {
    start("startRecovery", "Starts adding a passkey for a recovery code", Security::Open, "Registration")
        .body(reference("StartRecovery"))
        .error(400, &["name-invalid", "code-malformed"])
        .error(401, &["recovery-code-invalid"])
        .error(409, &["too-many-credentials"])
}

pub(crate) fn finish_recovery() -> Operation {
    let summary = "Adds the passkey, uses the code up, and signs in";
    let operation = finish_registration("finishRecovery", summary, Security::Optional)
        .error(401, &["recovery-code-invalid"])
        .error(409, &["too-many-credentials"]);
    with_session(operation.json(201, "The passkey was added.", reference("SignedIn")), 201)
}

pub(crate) fn list_sessions() -> Operation {
    read("listSessions", "Lists the sessions of the account, the latest used first")
        .security(Security::Session)
        .json(200, "The sessions.", reference("Sessions"))
}

pub(crate) fn end_other_sessions() -> Operation {
    change("endOtherSessions", "Ends all sessions of the account but this one", Security::Account).json(
        200,
        "How many ended.",
        reference("Ended"),
    )
}

pub(crate) fn end_one_session() -> Operation {
    change("endOneSession", "Ends a session of the account", Security::Account)
        .path_parameter("id", "The ID of the session in the list.", json!({ "type": "string" }))
        .json(200, "The session ended.", reference("Ended"))
        .error(404, &["not-found"])
}

pub(crate) fn start_session() -> Operation {
    start("startSession", "Starts a sign-in", Security::Open, "Authentication")
        .body(reference("StartSession"))
        .error(400, &["name-invalid"])
}

pub(crate) fn finish_session() -> Operation {
    let operation = finish_authentication("finishSession", "Signs in", Security::Optional);
    with_session(operation.json(200, "The user is signed in.", reference("SignedIn")), 200)
}

pub(crate) fn start_step_up() -> Operation {
    start("startStepUp", "Starts the confirmation of an act", Security::Account, "Authentication")
        .body(reference("StartStepUp"))
        .error(400, &["name-invalid"])
        .error(404, &["not-found"])
        .error(409, &["last-credential", "too-many-credentials", "name-taken"])
}

pub(crate) fn finish_step_up() -> Operation {
    finish_authentication("finishStepUp", "Confirms the act", Security::Account)
        .empty(204, "The session has confirmed the act.")
}

pub(crate) fn list_credentials() -> Operation {
    read("listCredentials", "Lists the passkeys of the account, the oldest first")
        .security(Security::Session)
        .json(200, "The passkeys.", reference("Credentials"))
        .error(500, &["internal-error"])
}

pub(crate) fn start_credential() -> Operation {
    start("startCredential", "Starts adding a passkey", Security::Account, "Registration")
        .body(reference("StartCredential"))
        .error(401, &["reauthentication-required"])
        .error(409, &["too-many-credentials", "conditional-create-rejected"])
}

pub(crate) fn finish_credential() -> Operation {
    finish_registration("finishCredential", "Adds the passkey", Security::Account)
        .json(201, "The passkey was added.", reference("AddedCredential"))
        .error(401, &["reauthentication-required"])
        .error(409, &["too-many-credentials", "conditional-create-rejected"])
}

fn credential_id(operation: Operation) -> Operation {
    operation.path_parameter("id", "The credential ID, in base64url.", json!({ "type": "string" }))
}

pub(crate) fn rename_credential() -> Operation {
    credential_id(change("renameCredential", "Changes the label of a passkey", Security::Account))
        .body(reference("RenameCredential"))
        .json(200, "The passkey has the label.", reference("RenamedCredential"))
        .error(400, &["label-invalid"])
        .error(404, &["not-found"])
        .error(409, &["label-taken"])
        .error(500, &["internal-error"])
}

pub(crate) fn remove_credential() -> Operation {
    let summary = "Removes a passkey and the sessions created with it, which the session has confirmed";
    let operation = credential_id(change("removeCredential", summary, Security::Account))
        .json(200, "The passkey was removed.", reference("RemovedCredential"))
        .error(401, &["reauthentication-required"])
        .error(404, &["not-found"])
        .error(409, &["last-credential"])
        .error(500, &["internal-error"]);
    with_session(operation, 200)
}

pub(crate) fn signals() -> Operation {
    read("currentSignals", "Returns the arguments of the signal methods")
        .security(Security::Session)
        .json(200, "The signals.", reference("AccountSignals"))
        .error(500, &["internal-error"])
}

/// A file that is requested each time, and sent unless the client has it.
fn file(id: &'static str, summary: &'static str, content_type: &'static str) -> Operation {
    let tag = || json!({ "type": "string" });
    Operation::new(id, summary)
        .content(200, "The file.", content_type, json!({ "type": "string" }))
        .answer_header(200, "ETag", "The tag of the file.", tag())
        .empty(304, "The client has the file: its tag is in `If-None-Match`.")
        .answer_header(304, "ETag", "The tag of the file.", tag())
}

pub(crate) fn script() -> Operation {
    file("script", "Returns the script for the page", "text/javascript")
}

pub(crate) fn types() -> Operation {
    file("types", "Returns the TypeScript types of the script", "text/plain")
}

pub(crate) fn passkey_endpoints() -> Operation {
    let page = || json!({ "type": "string", "format": "uri" });
    let schema = json!({ "type": "object", "properties": { "enroll": page(), "manage": page() } });
    Operation::new("passkeyEndpoints", "Returns the pages on which users add and manage passkeys").json(
        200,
        "The document of the specification Passkey Endpoints.",
        schema,
    )
}

pub(crate) fn related_origins() -> Operation {
    let origins = json!({ "type": "array", "minItems": 1, "items": { "type": "string", "format": "uri" } });
    let schema = json!({ "type": "object", "required": ["origins"], "properties": { "origins": origins } });
    Operation::new("relatedOrigins", "Returns the related origins, if the relying party has any").json(
        200,
        "The document of section 5.11 of Web Authentication.",
        schema,
    )
}
