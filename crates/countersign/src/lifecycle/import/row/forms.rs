//! The rows of each library.

use super::imported::{ImportedRow, RowKey};
use super::{error::RowError, library::Library, members::Members};

/// The first line of a key in PEM.
const PEM_BEGIN: &[u8] = b"-----BEGIN ";

/// What all rows have: the credential ID and the key, of which the first name that is there counts.
pub(super) fn row(
    library: Library,
    row: Members<'_>,
    id: &[&'static str],
    key: RowKey,
) -> Result<ImportedRow, RowError> {
    Ok(ImportedRow {
        library,
        id: row.required_bytes(id)?,
        key,
        user_handle: None,
        sign_count: 0,
        transports: Vec::new(),
        backup_eligible: None,
        backup_state: false,
        uv_initialized: None,
        aaguid: row.aaguid(&["aaguid"])?,
        attestation: None,
    })
}

/// A `COSE_Key`, or PEM.
fn key(row: Members<'_>, names: &[&'static str]) -> Result<RowKey, RowError> {
    let bytes = row.required_bytes(names)?;
    if !bytes.starts_with(PEM_BEGIN) {
        return Ok(RowKey::Cose(bytes));
    }
    let member = names.first().copied().unwrap_or_default();
    let text = String::from_utf8(bytes);
    text.map(RowKey::Pem).map_err(|_| RowError::Member { member, expected: "PEM" })
}

/// A row of `SimpleWebAuthn`
/// ([passkeys](https://simplewebauthn.dev/docs/packages/server#additional-data-structures)).
pub(super) fn simple_web_authn(members: Members<'_>) -> Result<ImportedRow, RowError> {
    let device = ["deviceType", "credentialDeviceType", "device_type"];
    let is_multi = members.choice(&device, "multiDevice", "singleDevice")?;
    let key = key(members, &["publicKey", "credentialPublicKey", "cred_public_key"])?;
    Ok(ImportedRow {
        user_handle: members.bytes(&["webauthnUserID", "webauthn_user_id"])?,
        sign_count: members.number(&["counter"])?.unwrap_or_default(),
        transports: members.transports(&["transports"])?,
        backup_eligible: is_multi.or(members.boolean(&["backup_eligible"])?),
        backup_state: members
            .boolean(&["backedUp", "credentialBackedUp", "backup_status", "backed_up"])?
            .unwrap_or_default(),
        uv_initialized: members.boolean(&["userVerified", "user_verified"])?,
        ..row(Library::SimpleWebAuthn, members, &["credentialID", "cred_id", "id"], key)?
    })
}

/// A row of `py_webauthn`
/// ([`VerifiedRegistration`](https://github.com/duo-labs/py_webauthn/blob/master/webauthn/registration/verify_registration_response.py)).
pub(super) fn py_webauthn(members: Members<'_>) -> Result<ImportedRow, RowError> {
    let key = key(members, &["credential_public_key"])?;
    Ok(ImportedRow {
        sign_count: members.number(&["sign_count"])?.unwrap_or_default(),
        transports: members.transports(&["transports"])?,
        backup_eligible: members.choice(&["credential_device_type"], "multi_device", "single_device")?,
        backup_state: members.boolean(&["credential_backed_up"])?.unwrap_or_default(),
        uv_initialized: members.boolean(&["user_verified"])?,
        ..row(Library::PyWebauthn, members, &["credential_id"], key)?
    })
}

/// A row of go-webauthn ([`Credential`](https://pkg.go.dev/github.com/go-webauthn/webauthn/webauthn#Credential)), whose
/// members have the names of the fields in old releases.
pub(super) fn go_webauthn(members: Members<'_>) -> Result<ImportedRow, RowError> {
    let flags = members.object(&["flags", "Flags"])?;
    let authenticator = members.object(&["authenticator", "Authenticator"])?;
    let attestation = members.object(&["attestation", "Attestation"])?;
    let flag = |names: &[&'static str]| flags.map(|flags| flags.boolean(names)).transpose();
    let attestation = match attestation {
        Some(attestation) => {
            let object = attestation.bytes(&["object", "Object"])?.filter(|bytes| !bytes.is_empty());
            let client_data = attestation.bytes(&["clientDataJSON", "ClientDataJSON"])?;
            object.zip(client_data.filter(|bytes| !bytes.is_empty()))
        }
        None => None,
    };
    let sign_count = authenticator.map(|it| it.number(&["signCount", "SignCount"])).transpose()?.flatten();
    let aaguid = authenticator.map(|it| it.aaguid(&["AAGUID", "aaguid"])).transpose()?.unwrap_or_default();
    let key = key(members, &["publicKey", "PublicKey"])?;
    Ok(ImportedRow {
        sign_count: sign_count.unwrap_or_default(),
        transports: members.transports(&["transport", "Transport"])?,
        backup_eligible: flag(&["backupEligible", "BackupEligible"])?.flatten(),
        backup_state: flag(&["backupState", "BackupState"])?.flatten().unwrap_or_default(),
        attestation,
        aaguid,
        ..row(Library::GoWebauthn, members, &["id", "ID"], key)?
    })
}

/// A row of java-webauthn-server
/// ([`RegisteredCredential`](https://developers.yubico.com/java-webauthn-server/JavaDoc/webauthn-server-core/2.0.0/com/yubico/webauthn/RegisteredCredential.html)).
pub(super) fn java_webauthn_server(members: Members<'_>) -> Result<ImportedRow, RowError> {
    let key = key(members, &["publicKeyCose"])?;
    Ok(ImportedRow {
        user_handle: members.bytes(&["userHandle"])?,
        sign_count: members.number(&["signatureCount"])?.unwrap_or_default(),
        transports: members.transports(&["transports"])?,
        backup_eligible: members.boolean(&["backupEligible"])?,
        backup_state: members.boolean(&["backupState"])?.unwrap_or_default(),
        ..row(Library::JavaWebauthnServer, members, &["credentialId"], key)?
    })
}

/// A row of no library: the items of a
/// [credential record](https://www.w3.org/TR/webauthn-3/#credential-record), whose key is a `COSE_Key`, PEM, or a JSON Web Key
/// in an object.
pub(super) fn plain(members: Members<'_>) -> Result<ImportedRow, RowError> {
    let key = match members.jwk("public_key") {
        Some(jwk) => RowKey::Jwk(jwk),
        None => key(members, &["public_key"])?,
    };
    Ok(ImportedRow {
        user_handle: members.bytes(&["user_handle"])?,
        sign_count: members.number(&["sign_count"])?.unwrap_or_default(),
        transports: members.transports(&["transports"])?,
        backup_eligible: members.boolean(&["backup_eligible"])?,
        backup_state: members.boolean(&["backup_state"])?.unwrap_or_default(),
        uv_initialized: members.boolean(&["uv_initialized"])?,
        ..row(Library::Plain, members, &["id"], key)?
    })
}
