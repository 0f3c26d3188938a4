//! The descriptions of the routes below `/operator/api`.

use countersign_axum::openapi::schema::{reference, text};
use countersign_axum::openapi::{Operation, Security};
use serde_json::json;

use super::super::operator::accounts::TEXT_MAX;

/// An operation that shows something to an operator.
fn see(id: &'static str, summary: &'static str) -> Operation {
    Operation::new(id, summary)
        .security(Security::Role)
        .error(401, &["reauthentication-required"])
        .error(500, &["internal-error"])
        .error(503, &["storage-failed"])
}

/// An operation by which an operator changes something.
fn act(id: &'static str, summary: &'static str) -> Operation {
    see(id, summary).naming_account().changing()
}

/// An operation for the holder of a link.
fn by_link(id: &'static str, summary: &'static str) -> Operation {
    Operation::new(id, summary)
        .changing()
        .body(reference("OperatorLink"))
        .error(403, &["operator-link-invalid"])
        .error(500, &["internal-error"])
        .error(503, &["storage-failed"])
}

/// An operation on the account in the path.
fn of_account(operation: Operation) -> Operation {
    operation.path_parameter("account", "The user handle of the account, in base64url.", text())
}

/// An operation on the passkey in the path.
fn of_passkey(operation: Operation) -> Operation {
    of_account(operation)
        .path_parameter("credential", "The credential ID, in base64url.", text())
        .error(409, &["record-changed"])
}

pub(in crate::http) fn describe_link() -> Operation {
    by_link("describeOperatorLink", "Says whether a link can be used").json(
        200,
        "The link can be used.",
        reference("DescribedLink"),
    )
}

pub(in crate::http) fn use_link() -> Operation {
    by_link("useOperatorLink", "Makes the account of the session an operator, and uses the link up")
        .security(Security::Account)
        .error(401, &["reauthentication-required"])
        .empty(204, "The account is an operator.")
}

pub(in crate::http) fn session() -> Operation {
    see(
        "operatorSession",
        "Returns the operator of the session, and what the page needs to know of the server",
    )
    .json(200, "The operator.", reference("OperatorSession"))
}

pub(in crate::http) fn list_operators() -> Operation {
    see("listOperators", "Lists the operators").json(200, "The operators.", reference("Operators"))
}

pub(in crate::http) fn grant_role() -> Operation {
    of_account(act("grantRole", "Makes an account an operator")).empty(204, "The account is an operator.")
}

pub(in crate::http) fn revoke_role() -> Operation {
    of_account(act("revokeRole", "Takes the role from another account"))
        .empty(204, "The account is no operator.")
        .error(409, &["own-account"])
}

pub(in crate::http) fn find_accounts() -> Operation {
    let looked_for = "The beginning of a name, a user handle or a credential ID; absent for all accounts.";
    see("findAccounts", "Lists accounts by their names, 25 at a time")
        .query("text", looked_for, json!({ "type": "string", "maxLength": TEXT_MAX }))
        .query("after", "`next` of the answer before.", text())
        .json(200, "The accounts.", reference("FoundAccounts"))
        .error(400, &["query-malformed"])
}

pub(in crate::http) fn show_account() -> Operation {
    of_account(see("showAccount", "Returns an account with its passkeys and sessions")).json(
        200,
        "The account.",
        reference("ShownAccount"),
    )
}

pub(in crate::http) fn remove_account() -> Operation {
    of_account(act("removeAccountOfUser", "Removes another account with all that belongs to it"))
        .empty(204, "The account is removed.")
        .error(409, &["own-account"])
}

pub(in crate::http) fn end_sessions() -> Operation {
    of_account(act("endSessionsOfUser", "Ends the sessions of an account, but not that of the request")).json(
        200,
        "How many ended.",
        reference("Ended"),
    )
}

pub(in crate::http) fn end_session() -> Operation {
    of_account(act("endSessionOfUser", "Ends a session of an account"))
        .path_parameter("session", "The ID of the session in the account.", text())
        .empty(204, "The session ended.")
}

pub(in crate::http) fn remove_credential() -> Operation {
    of_passkey(act("removePasskey", "Removes a passkey, and ends the sessions that were created with it"))
        .empty(204, "The passkey is removed.")
        .error(409, &["last-credential"])
}

pub(in crate::http) fn flag_credential() -> Operation {
    of_passkey(act("flagPasskey", "Flags a passkey, and ends the sessions that were created with it"))
        .body(reference("FlagPasskey"))
        .empty(204, "The passkey can't sign in.")
}

pub(in crate::http) fn unflag_credential() -> Operation {
    of_passkey(act("unflagPasskey", "Removes the flag of a passkey")).empty(204, "The passkey can sign in.")
}

pub(in crate::http) fn invite() -> Operation {
    act("invite", "Makes an invitation to create one account").body(reference("Invite")).json(
        201,
        "The only answer that has the code.",
        reference("Invitation"),
    )
}

pub(in crate::http) fn counts() -> Operation {
    see("countCeremonies", "Returns the ceremonies of the last day in this instance").json(
        200,
        "The numbers, by kind and outcome.",
        reference("CeremonyCounts"),
    )
}

pub(in crate::http) fn metadata() -> Operation {
    see(
        "describeMetadata",
        "Returns the metadata in use, and what its last change means for the stored passkeys",
    )
    .json(200, "The metadata.", reference("Metadata"))
}

pub(in crate::http) fn models() -> Operation {
    see("countModels", "Returns the passkeys of each authenticator model, as they were last counted").json(
        200,
        "The models, those with the most passkeys first.",
        reference("Models"),
    )
}

pub(in crate::http) fn audit() -> Operation {
    see("listAuditRows", "Lists the newest 100 rows of the audit log")
        .query("account", "The user handle of an account, for its rows.", reference("UserHandle"))
        .json(200, "The rows, the newest first.", reference("AuditRows"))
        .error(400, &["query-malformed"])
}

/// The answer about the assessment.
fn assessment(operation: Operation, statuses: &[(u16, &str)]) -> Operation {
    let with = |operation: Operation, (status, description): &(u16, &str)| {
        operation.json(*status, description, reference("Assessment"))
    };
    statuses.iter().fold(operation, with)
}

pub(in crate::http) fn show_assessment() -> Operation {
    let operation =
        see("showAssessment", "Returns the assessment that is under way, and the result of the latest one");
    assessment(operation, &[(200, "The assessment.")])
}

pub(in crate::http) fn start_assessment() -> Operation {
    let operation = act("startAssessment", "Assesses all passkeys by today's metadata")
        .body(reference("StartAssessment"))
        .error(503, &["metadata-unavailable"]);
    assessment(operation, &[(200, "One was under way."), (202, "One began.")])
}
