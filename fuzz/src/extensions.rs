//! Extensions: a value that is written and read again is equal, secrets are not shown, and a second reader of CBOR agrees.

use core::fmt::Debug;

use countersign_types::extensions::{
    AuthenticatorExtensionOutputs, ClientExtensionInputs, ClientExtensionOutputs, PaymentClientData,
};

/// Client inputs and outputs as JSON, authenticator outputs as CBOR, and a payment in client data.
pub fn extensions(data: &[u8]) {
    if let Ok(inputs) = serde_json::from_slice::<ClientExtensionInputs>(data)
        && inputs.check().is_ok()
    {
        asked_again(&inputs);
    }
    if let Ok(outputs) = serde_json::from_slice::<ClientExtensionOutputs>(data) {
        client(&outputs);
    }
    if let Ok(outputs) = AuthenticatorExtensionOutputs::parse(data) {
        authenticator(&outputs);
    }
    if let Ok(payment) = PaymentClientData::from_client_data(data) {
        let text = serde_json::to_vec(&serde_json::json!({ "payment": payment })).unwrap();
        assert_eq!(PaymentClientData::from_client_data(&text), Ok(payment));
    }
}

/// What `inputs` ask, asked by the constructors, is read as the same.
fn asked_again(inputs: &ClientExtensionInputs) {
    let none = ClientExtensionInputs::new;
    if let Some(appid) = inputs.appid().unwrap() {
        assert_eq!(none().with_appid(appid).appid(), Ok(Some(appid)));
    }
    if let Some(prf) = inputs.prf().unwrap() {
        assert_eq!(none().with_prf(&prf).prf(), Ok(Some(prf)));
    }
    if let Some(blob) = inputs.large_blob().unwrap() {
        assert_eq!(none().with_large_blob(&blob).large_blob(), Ok(Some(blob)));
    }
    if let Some(level) = inputs.cred_protect().unwrap() {
        let again = none().with_cred_protect(level.policy, level.enforcement);
        assert_eq!(again.cred_protect(), Ok(Some(level)));
    }
    if let Some(blob) = inputs.cred_blob().unwrap() {
        assert_eq!(none().with_cred_blob(&blob).cred_blob(), Ok(Some(blob)));
    }
    if let Some(salts) = inputs.hmac_get_secret().unwrap() {
        assert_eq!(none().with_hmac_get_secret(salts).hmac_get_secret(), Ok(Some(salts)));
    }
    if let Some(payment) = inputs.payment().unwrap() {
        assert_eq!(none().with_payment(&payment).payment(), Ok(Some(payment)));
    }
}

fn client(outputs: &ClientExtensionOutputs) {
    // None of them panics, whatever comes.
    let _ = (outputs.appid(), outputs.appid_exclude(), outputs.cred_props(), outputs.uvm());
    let _ = (outputs.cred_blob(), outputs.hmac_create_secret(), outputs.remote_client_data_json());
    let _ = outputs.payment();
    let bare = outputs.clone().without_secrets();
    assert!(!bare.has_prf_results() && !bare.has_hmac_results());
    assert_eq!(bare.prf_enabled(), outputs.prf_enabled());
    assert!(!matches!(bare.large_blob(), Ok(Some(output)) if output.blob.is_some()));
    assert_eq!((bare.get_cred_blob(), bare.hmac_get_secret()), (Ok(None), Ok(None)));
    assert_eq!(bare.clone().without_secrets(), bare);
    if let Ok(Some(results)) = outputs.hmac_get_secret() {
        shows_lengths_alone(&results);
    }
    if let Ok(Some(results)) = outputs.prf_results() {
        assert!(outputs.has_prf_results());
        shows_lengths_alone(&results);
    }
}

/// 32 bytes have no digits of their own in debug text.
fn shows_lengths_alone(secret: &impl Debug) {
    let text = format!("{secret:?}");
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    assert!(["", "32", "3232"].contains(&&*digits), "{text}");
}

fn authenticator(outputs: &AuthenticatorExtensionOutputs<'_>) {
    // ciborium knows fewer simple values.
    let Ok(value) = ciborium::from_reader::<ciborium::Value, _>(outputs.as_bytes()) else { return };
    let members = value.as_map().unwrap();
    assert_eq!(outputs.names().count(), members.len());
    // Each is looked for from the start.
    for (name, value) in members.iter().take(64) {
        let item = outputs.get(name.as_text().unwrap()).unwrap();
        let again: ciborium::Value = ciborium::from_reader(item).unwrap();
        assert!(again == *value || item.windows(1).any(|byte| matches!(byte, [0xf9..=0xfb])));
    }
    let number = |name: &str| {
        let found = members.iter().find(|(key, _)| key.as_text() == Some(name));
        found.and_then(|(_, value)| value.as_integer()).and_then(|number| u32::try_from(number).ok())
    };
    assert_eq!(outputs.min_pin_length().ok().flatten(), number("minPinLength"));
    let level = number("credProtect").filter(|level| (1..=3).contains(level));
    assert_eq!(outputs.cred_protect().ok().flatten().is_some(), level.is_some());
    let _ = (outputs.hmac_secret_created(), outputs.hmac_secret_results(), outputs.hmac_secret_mc());
    let _ = (outputs.cred_blob(), outputs.cred_blob_stored(), outputs.uvm(), outputs.third_party_payment());
}
