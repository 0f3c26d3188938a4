//! The rows of webauthn-rs, whose keys are in their parts
//! ([`Passkey`](https://docs.rs/webauthn-rs/latest/webauthn_rs/prelude/struct.Passkey.html)).

use countersign_types::base64url;
use serde_json::json;

use super::imported::{ImportedRow, RowKey};
use super::{error::RowError, forms::row, library::Library, members::Members};

pub(super) fn read(members: Members<'_>) -> Result<ImportedRow, RowError> {
    let key = RowKey::Jwk(jwk(members)?);
    // Version 0.3 had another name for it, and no flags of backups.
    let verified = members.boolean(&["user_verified", "verified"])?;
    Ok(ImportedRow {
        sign_count: members.number(&["counter"])?.unwrap_or_default(),
        transports: members.transports(&["transports"])?,
        backup_eligible: members.boolean(&["backup_eligible"])?,
        backup_state: members.boolean(&["backup_state"])?.unwrap_or_default(),
        uv_initialized: verified,
        ..row(Library::WebauthnRs, members, &["cred_id"], key)?
    })
}

/// The key as a JSON Web Key ([RFC 7518, section 6](https://www.rfc-editor.org/rfc/rfc7518#section-6)).
fn jwk(members: Members<'_>) -> Result<String, RowError> {
    const KEY: RowError = RowError::Member { member: "cred", expected: "a key of webauthn-rs" };
    let key = members.object(&["cred"])?.ok_or(RowError::Missing("cred"))?;
    let algorithm = key.text(&["type_"])?.ok_or(KEY)?;
    let parts = key.object(&["key"])?.ok_or(KEY)?;
    let part = |of: Members<'_>, name| Ok::<_, RowError>(base64url::encode(of.required_bytes(&[name])?));
    if let Some(ec) = parts.object(&["EC_EC2"])? {
        let curve = match ec.text(&["curve"])? {
            Some("SECP256R1") => "P-256",
            Some("SECP384R1") => "P-384",
            Some("SECP521R1") => "P-521",
            _ => return Err(RowError::Member { member: "curve", expected: "a curve of webauthn-rs" }),
        };
        let (x, y) = (part(ec, "x")?, part(ec, "y")?);
        return Ok(json!({ "kty": "EC", "alg": algorithm, "crv": curve, "x": x, "y": y }).to_string());
    }
    if let Some(okp) = parts.object(&["EC_OKP"])? {
        return Ok(
            json!({ "kty": "OKP", "alg": "EdDSA", "crv": "Ed25519", "x": part(okp, "x")? }).to_string()
        );
    }
    let rsa = parts.object(&["RSA"])?.ok_or(KEY)?;
    Ok(json!({ "kty": "RSA", "alg": algorithm, "n": part(rsa, "n")?, "e": part(rsa, "e")? }).to_string())
}
