//! The schemas of the bodies of requests and answers below `/operator/api`.

use countersign_axum::openapi::schema::{boolean, count, list, nullable, object, reference, text, time};
use serde_json::{Map, Value, json};

use super::super::operator::acts::{DAYS_MAX, REASON_MAX};
use crate::operator::assessment::Finding;

/// The schemas by their names.
pub(super) fn schemas() -> Map<String, Value> {
    let all = [requests(), access(), accounts(), overview(), assessment()];
    all.into_iter().flatten().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

type Schemas = Vec<(&'static str, Value)>;

fn aaguid() -> Value {
    json!({ "type": "string", "format": "uuid" })
}

/// The bodies of requests: unknown members are rejected.
fn requests() -> Schemas {
    let reason = json!({ "type": "string", "pattern": "\\S", "maxLength": REASON_MAX });
    vec![
        (
            "OperatorLink",
            object(json!({ "link": { "type": "string", "description": "What follows `#link=`." } })),
        ),
        ("FlagPasskey", object(json!({ "reason": reason }))),
        ("Invite", object(json!({ "days": { "type": "integer", "minimum": 1, "maximum": DAYS_MAX } }))),
        ("StartAssessment", object(json!({ "compromised": { "enum": ["report", "flag"] } }))),
    ]
}

fn access() -> Schemas {
    let invitation = json!({
        "type": ["string", "null"], "description": "An invitation to create an account, if that needs one.",
    });
    let operator = object(json!({
        "name": text(), "userHandle": reference("UserHandle"), "since": time(), "own": boolean(),
    }));
    vec![
        ("DescribedLink", object(json!({ "expiresAt": time(), "invitation": invitation }))),
        (
            "OperatorSession",
            object(json!({
                "name": text(),
                "userHandle": reference("UserHandle"),
                "since": time(),
                "verifiedAt": time(),
                "signUp": { "enum": ["open", "invited", "closed"] },
                "metadata": boolean(),
            })),
        ),
        ("Operators", object(json!({ "operators": list(operator) }))),
        ("Invitation", object(json!({ "code": text(), "expiresAt": time() }))),
    ]
}

fn accounts() -> Schemas {
    let found = object(json!({
        "name": text(),
        "userHandle": reference("UserHandle"),
        "createdAt": time(),
        "passkeys": count(),
        "operator": boolean(),
    }));
    let session = object(json!({
        "id": text(),
        "label": text(),
        "device": nullable(text()),
        "createdAt": time(),
        "seenAt": time(),
        "verifiedAt": time(),
        "current": boolean(),
    }));
    let account = object(json!({
        "name": text(),
        "userHandle": reference("UserHandle"),
        "createdAt": time(),
        "operatorSince": nullable(time()),
        "own": boolean(),
        "unusedCodes": count(),
        "codesCreatedAt": nullable(time()),
        "codeUsedAt": nullable(time()),
        "passkeys": list(reference("Passkey")),
        "sessions": list(session),
    }));
    vec![
        ("FoundAccounts", object(json!({ "accounts": list(found), "next": nullable(text()) }))),
        ("ShownAccount", account),
        ("Passkey", passkey()),
    ]
}

fn passkey() -> Value {
    let proof = json!({
        "enum": ["none", "proven", "proven-then", "unproven", "rejected", "unusable"],
        "description": "What the attestation proves about the model today.",
    });
    let attestation = object(json!({
        "format": text(), "type": text(), "proof": proof, "sentences": list(text()),
    }));
    object(json!({
        "id": reference("CredentialId"),
        "label": text(),
        "aaguid": aaguid(),
        "model": nullable(text()),
        "icon": nullable(text()),
        "algorithm": text(),
        "transports": list(text()),
        "backupEligible": nullable(boolean()),
        "backupState": boolean(),
        "userVerified": boolean(),
        "signCount": { "type": "integer", "minimum": 0, "maximum": u32::MAX },
        "createdAt": time(),
        "lastUsedAt": nullable(time()),
        "flag": nullable(object(json!({ "reason": text(), "at": time() }))),
        "attestation": attestation,
    }))
}

/// The last change of the metadata.
fn change() -> Value {
    let changed = object(json!({
        "key": text(),
        "name": nullable(text()),
        "changes": list(text()),
        "status": boolean(),
        "passkeys": nullable(count()),
    }));
    object(json!({
        "from": count(), "to": count(), "at": time(), "models": list(changed), "leftOut": count(),
    }))
}

fn overview() -> Schemas {
    let counted = object(json!({ "ceremony": text(), "outcome": text(), "count": count() }));
    let interval = object(json!({ "start": time(), "counts": list(counted) }));
    let model = object(json!({
        "aaguid": aaguid(),
        "name": nullable(text()),
        "status": nullable(text()),
        "passkeys": count(),
        "flagged": count(),
        "lastUsedAt": nullable(time()),
    }));
    let row = object(json!({
        "at": time(),
        "kind": text(),
        "actor": text(),
        "account": nullable(text()),
        "address": nullable(text()),
        "traceId": nullable(text()),
    }));
    vec![
        (
            "CeremonyCounts",
            object(json!({
                "since": time(), "intervalSeconds": count(), "latest": time(), "intervals": list(interval),
            })),
        ),
        (
            "Metadata",
            object(json!({
                "source": nullable(text()),
                "number": nullable(count()),
                "nextUpdate": { "type": ["string", "null"], "format": "date" },
                "models": nullable(count()),
                "usedSince": nullable(time()),
                "checkedAt": nullable(time()),
                "problem": nullable(text()),
                "change": nullable(change()),
            })),
        ),
        (
            "Models",
            object(json!({
                "running": reference("Running"),
                "at": nullable(time()),
                "models": list(model),
                "others": nullable(count()),
                "unreadable": nullable(count()),
                "failure": nullable(text()),
            })),
        ),
        ("AuditRows", object(json!({ "rows": list(row) }))),
    ]
}

fn assessment() -> Schemas {
    let finding = || json!({ "enum": Finding::ALL.map(Finding::as_str) });
    let notable = object(json!({
        "id": reference("CredentialId"),
        "account": reference("UserHandle"),
        "label": nullable(text()),
        "aaguid": nullable(aaguid()),
        "model": nullable(text()),
        "finding": finding(),
        "code": nullable(text()),
        "detail": text(),
        "flagged": boolean(),
        "newlyFlagged": boolean(),
    }));
    let result = object(json!({
        "startedAt": time(),
        "finishedAt": time(),
        "metadata": count(),
        "flags": boolean(),
        "assessed": count(),
        "findings": list(object(json!({ "finding": finding(), "passkeys": count() }))),
        "trustLost": count(),
        "newlyFlagged": count(),
        "notable": list(notable),
        "leftOut": count(),
    }));
    let running = object(json!({
        "startedAt": time(), "done": count(), "total": count(), "flags": boolean(),
    }));
    vec![
        ("Running", nullable(running)),
        (
            "Assessment",
            object(json!({
                "running": reference("Running"), "latest": nullable(result), "failure": nullable(text()),
            })),
        ),
    ]
}
