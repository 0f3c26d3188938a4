//! The passkeys of all accounts: IDs that follow from the number of the account, and one key.

use std::sync::LazyLock;

use countersign::types::{CredentialId, UserHandle};
use countersign_authenticator::{
    Algorithm, AuthenticatorDataDraft, Generator, PrivateKey, flags, types::base64url,
};
use serde_json::{Value, json};

use crate::result::Result;

pub(crate) const RP_ID: &str = "localhost";

static KEY: LazyLock<PrivateKey> = LazyLock::new(|| {
    PrivateKey::generate(Algorithm::Es256, &mut Generator::new([1], "load")).expect("a key for ES256")
});

/// The key of all passkeys.
pub(crate) fn key() -> &'static PrivateKey {
    &KEY
}

/// 32 bytes spread evenly over all there are, in the order of the numbers below `count`.
fn spread(number: u64, count: u64) -> [u8; 32] {
    let mut bytes = [0xa5; 32];
    let place = (u64::MAX / count).wrapping_mul(number);
    bytes[..8].copy_from_slice(&place.to_be_bytes());
    bytes
}

pub(crate) fn credential_id(number: u64, count: u64) -> Result<CredentialId> {
    Ok(CredentialId::new(spread(number, count)).ok_or("a credential ID")?)
}

pub(crate) fn user_handle(number: u64, count: u64) -> Result<UserHandle> {
    Ok(UserHandle::new(spread(number, count)).ok_or("a user handle")?)
}

/// The response of passkey `number` of `count` to the options of a sign-in, as a browser sends it.
pub(crate) fn response(options: &Value, origin: &str, number: u64, count: u64) -> Value {
    let challenge = &options["challenge"];
    let client_data =
        json!({ "type": "webauthn.get", "challenge": challenge, "origin": origin, "crossOrigin": false })
            .to_string();
    let flags = flags::USER_PRESENT | flags::USER_VERIFIED;
    let data = AuthenticatorDataDraft::new(RP_ID, flags, 0).to_vec();
    let signature = KEY.sign_response(&data, client_data.as_bytes());
    let id = base64url::encode(spread(number, count));
    json!({
        "id": id,
        "rawId": id,
        "type": "public-key",
        "authenticatorAttachment": "platform",
        "clientExtensionResults": {},
        "response": {
            "clientDataJSON": base64url::encode(client_data),
            "authenticatorData": base64url::encode(data),
            "signature": base64url::encode(signature),
            "userHandle": id,
        },
    })
}
