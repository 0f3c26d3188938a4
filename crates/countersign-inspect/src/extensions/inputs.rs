//! Client extension inputs:
//! [section 5.7](https://www.w3.org/TR/webauthn-3/#iface-authentication-extensions-client-inputs).

use crate::{
    binary,
    object::{Member, Others, Shape, Table},
    source::{self, webauthn},
};

static VALUES: Table = Table {
    source: webauthn!("dictdef-authenticationextensionsprfvalues"),
    members: &[
        Member::required("first", Shape::Bytes(binary::plain), &[]),
        Member::optional("second", Shape::Bytes(binary::plain)),
    ],
    others: Others::Unknown,
    code: None,
};

static PRF: Table = Table {
    source: webauthn!("dictdef-authenticationextensionsprfinputs"),
    members: &[
        Member::optional("eval", Shape::Object(&VALUES)),
        Member::optional("evalByCredential", Shape::Any).means("values for each credential ID"),
    ],
    others: Others::Unknown,
    code: None,
};

static LARGE_BLOB: Table = Table {
    source: webauthn!("dictdef-authenticationextensionslargeblobinputs"),
    members: &[
        Member::optional("support", Shape::Choice(&["required", "preferred"])),
        Member::optional("read", Shape::Boolean),
        Member::optional("write", Shape::Bytes(binary::plain)),
    ],
    others: Others::Unknown,
    code: None,
};

static HMAC: Table = Table {
    source: source::CTAP,
    members: &[
        Member::required("salt1", Shape::Bytes(binary::plain), &[]),
        Member::optional("salt2", Shape::Bytes(binary::plain)),
    ],
    others: Others::Unknown,
    code: None,
};

/// `AuthenticationExtensionsClientInputsJSON`.
pub(crate) static CLIENT_INPUTS: Table = Table {
    source: webauthn!("dictdef-authenticationextensionsclientinputsjson"),
    members: &[
        Member::optional("appid", Shape::Text).means("the AppID of credentials that U2F registered"),
        Member::optional("appidExclude", Shape::Text),
        Member::optional("credProps", Shape::Boolean),
        Member::optional("prf", Shape::Object(&PRF)),
        Member::optional("largeBlob", Shape::Object(&LARGE_BLOB)),
        Member::optional("remoteClientDataJSON", Shape::Text),
        Member::optional("uvm", Shape::Boolean),
        Member::optional("hmacCreateSecret", Shape::Boolean),
        Member::optional("hmacGetSecret", Shape::Object(&HMAC)),
        Member::optional(
            "credentialProtectionPolicy",
            Shape::Choice(&[
                "userVerificationOptional",
                "userVerificationOptionalWithCredentialIDList",
                "userVerificationRequired",
            ]),
        ),
        Member::optional("enforceCredentialProtectionPolicy", Shape::Boolean),
        Member::optional("minPinLength", Shape::Boolean),
        Member::optional("credBlob", Shape::Bytes(binary::plain)),
        Member::optional("getCredBlob", Shape::Boolean),
        Member::optional("payment", Shape::Any),
    ],
    others: Others::Unknown,
    code: None,
};
