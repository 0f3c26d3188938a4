//! Explanations: any input has one, its places are those of the input, and what the strict parsers accept has no fault.

use countersign::{AuthenticationResponse, RegistrationResponse};
use countersign_inspect::{Field, Kind, Options};
use countersign_types::{AttestationObject, AuthenticatorData, ClientData};

/// Explains the input as the kind that it looks like, and as each kind whose strict parser accepts it.
pub fn inspect(data: &[u8]) {
    let explanation = countersign_inspect::inspect(data, &Options::new());
    assert!(explanation.field.source.is_some(), "{:?}", explanation.kind);
    check(&explanation.field);
    assert!(serde_json::to_value(&explanation).unwrap().is_object());
    // Text may be an encoding of other bytes.
    let is_text = core::str::from_utf8(data).is_ok();
    let without_fault = |kind, is_accepted: bool| {
        if is_accepted {
            let explanation = countersign_inspect::inspect(data, &Options::new().with_kind(kind));
            assert_eq!(explanation.fault, None, "{kind}");
        }
    };
    without_fault(Kind::AuthenticatorData, !is_text && AuthenticatorData::parse(data).is_ok());
    without_fault(Kind::AttestationObject, !is_text && is_whole_object(data));
    without_fault(Kind::ClientData, ClientData::parse(data).is_ok());
    let is_registration = RegistrationResponse::from_json(data).is_ok_and(|response| {
        is_whole_object(response.attestation_object()) && is_client_data(response.client_data_json())
    });
    without_fault(Kind::RegistrationResponse, is_registration);
    let is_authentication = AuthenticationResponse::from_json(data).is_ok_and(|response| {
        AuthenticatorData::parse(response.authenticator_data()).is_ok()
            && is_client_data(response.client_data_json())
    });
    // Signatures are not parsed before they are verified.
    if is_authentication {
        let options = Options::new().with_kind(Kind::AuthenticationResponse);
        let fault = countersign_inspect::inspect(data, &options).fault;
        assert!(fault.is_none_or(|fault| fault.path.iter().any(|name| name == "signature")));
    }
}

/// Whether an attestation object and the authenticator data in it are accepted, and its statement has no parts that
/// could break.
fn is_whole_object(bytes: &[u8]) -> bool {
    AttestationObject::parse(bytes).is_ok_and(|object| {
        object.format == "none"
            && AuthenticatorData::parse(object.authenticator_data).is_ok_and(|data| {
                data.attested_credential_data
                    .is_none_or(|data| countersign_cose::PublicKey::from_cose(data.public_key).is_ok())
            })
    })
}

fn is_client_data(bytes: &[u8]) -> bool {
    ClientData::parse(bytes).is_ok()
}

fn check(field: &Field) {
    assert!(field.range.as_ref().is_none_or(|range| range.start <= range.end), "{field:?}");
    assert!(!field.name.is_empty(), "{field:?}");
    field.fields.iter().for_each(check);
}
