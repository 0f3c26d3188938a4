use alloc::{format, string::ToString, vec::Vec};

use super::*;
use crate::code::Code;

fn outputs(text: &str) -> ClientExtensionOutputs {
    serde_json::from_str(text).unwrap()
}

fn inputs(text: &str) -> ClientExtensionInputs {
    serde_json::from_str(text).unwrap()
}

#[test]
fn outputs_survive_a_round_trip() {
    let text =
        r#"{"appid":false,"future":{"a":[1,-2,2.5,"é",null,true]},"prf":{"results":{"first":"AQID"}}}"#;
    let outputs = outputs(text);
    assert_eq!(serde_json::to_string(&outputs).unwrap(), text);
    assert_eq!(outputs.names().collect::<Vec<_>>(), ["appid", "future", "prf"]);
    assert!(!outputs.is_empty());
    assert!(ClientExtensionOutputs::default().is_empty());
}

#[test]
fn no_value_of_an_input_or_output_is_in_debug_text() {
    let text = r#"{"prf":{"results":"c2VjcmV0"}}"#;
    assert_eq!(format!("{:?}", outputs(text)), r#"ClientExtensionOutputs{"prf"}"#);
    assert_eq!(format!("{:?}", inputs(text)), r#"ClientExtensionInputs{"prf"}"#);
}

#[test]
fn secrets_can_be_removed_from_outputs() {
    let text = r#"{"credProps":{"rk":true},"getCredBlob":"AQI","hmacGetSecret":{"output1":"AQI"},"largeBlob":{"blob":"AQI","written":true},"prf":{"enabled":true,"results":{"first":"AQI"}}}"#;
    let left = serde_json::to_string(&outputs(text).without_secrets()).unwrap();
    assert_eq!(left, r#"{"credProps":{"rk":true},"largeBlob":{"written":true},"prf":{"enabled":true}}"#);
}

#[test]
fn inputs_hold_known_and_unknown_extensions() {
    let both = ClientExtensionInputs::new().with_cred_props().with_other("future", &[1]).unwrap();
    let text = serde_json::to_string(&both).unwrap();
    assert_eq!(text, r#"{"credProps":true,"future":[1]}"#);
    assert_eq!(inputs(&text), both);
    both.check().unwrap();
    let outputs = outputs(&text);
    assert_eq!(outputs.other::<Vec<u8>>("future"), Ok(Some([1].to_vec())));
    assert_eq!(outputs.other::<bool>("future"), Err(ExtensionError::Other));
    assert_eq!(outputs.other::<bool>("other"), Ok(None));
    assert!(outputs.contains("future") && !outputs.contains("other"));
}

#[test]
fn rule_335_the_input_of_a_supported_extension_is_not_added_as_another() {
    let other = |name: &str| ClientExtensionInputs::new().with_other(name, &true);
    other("example.org/future").unwrap();
    for name in ["credProps", "credprops", "PRF", "credProtect", "hmac-secret", "getcredblob", "AppID"] {
        let error = ExtensionInputError::Modelled { name: name.into() };
        assert_eq!(other(name), Err(error), "{name}");
    }
    for name in ["", "a b", "é"] {
        let error = ExtensionInputError::NotIdentifier { name: name.into() };
        assert_eq!(other(name), Err(error), "{name}");
    }
}

#[test]
fn rule_335_inputs_from_json_can_be_checked_too() {
    inputs(r#"{"credProps":true,"enforceCredentialProtectionPolicy":null,"future":1}"#).check().unwrap();
    for name in ["credprops", "credProtect", "hmac-secret"] {
        let error = ExtensionInputError::Modelled { name: name.into() };
        assert_eq!(inputs(&format!(r#"{{"{name}":true}}"#)).check(), Err(error));
    }
    let error = inputs(r#"{"credProps":1}"#).check().unwrap_err();
    assert_eq!(error.to_string(), "extension input `credProps` is not a boolean");
}

#[test]
fn an_extension_error_names_the_output_and_its_type() {
    let error = outputs(r#"{"appid":1}"#).appid().unwrap_err();
    assert_eq!(error.code(), Code::ExtensionInvalid);
    assert_eq!(error.to_string(), "extension output `appid` is not a boolean");
}
