//! The state of an authenticator as JSON, private keys included, for programs that run once for each ceremony.

use countersign_types::{CredentialId, UserHandle, base64url};
use serde_json::{Map, Value, json};

use super::{Credential, CredentialKind};
use crate::private_key::PrivateKey;

/// The credential as JSON.
pub(crate) fn to_json(credential: &Credential) -> Value {
    let Credential { rp_id, id, key, user_handle, kind, prf_secret, blob, large_blob } = credential;
    let encoded = |bytes: &Option<Vec<u8>>| bytes.as_ref().map(base64url::encode);
    json!({
        "rp_id": rp_id,
        "id": base64url::encode(id.as_bytes()),
        "key": key.to_json(),
        "user_handle": user_handle.as_ref().map(base64url::encode),
        "discoverable": *kind == CredentialKind::Discoverable,
        "prf_secret": encoded(prf_secret),
        "blob": encoded(blob),
        "large_blob": encoded(large_blob),
    })
}

/// The credential that was written; `None` if the JSON is not that of one.
pub(crate) fn from_json(value: &Value) -> Option<Credential> {
    let members = value.as_object()?;
    let is_discoverable = members.get("discoverable")?.as_bool()?;
    let user_handle = optional(members, "user_handle").ok()?;
    Some(Credential {
        rp_id: members.get("rp_id")?.as_str()?.to_owned(),
        id: CredentialId::new(bytes(members.get("id")?)?)?,
        key: PrivateKey::from_json(members.get("key")?)?,
        user_handle: user_handle.map(|bytes| UserHandle::new(bytes).ok_or(NotStored)).transpose().ok()?,
        kind: if is_discoverable { CredentialKind::Discoverable } else { CredentialKind::ServerSide },
        prf_secret: optional(members, "prf_secret").ok()?,
        blob: optional(members, "blob").ok()?,
        large_blob: optional(members, "large_blob").ok()?,
    })
}

/// A member is missing, or not what was written.
struct NotStored;

/// The bytes of a text in base64url.
fn bytes(value: &Value) -> Option<Vec<u8>> {
    base64url::decode(value.as_str()?).ok()
}

/// The bytes of a member that may be `null`.
fn optional(members: &Map<String, Value>, name: &str) -> Result<Option<Vec<u8>>, NotStored> {
    match members.get(name) {
        Some(Value::Null) => Ok(None),
        Some(value) => bytes(value).map(Some).ok_or(NotStored),
        None => Err(NotStored),
    }
}
