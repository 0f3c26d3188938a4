//! Client extension outputs:
//! [section 5.7](https://www.w3.org/TR/webauthn-3/#iface-authentication-extensions-client-outputs).

use countersign::types::Code;

use crate::{
    binary,
    object::{Member, Others, Shape, Table},
    source::webauthn,
};

const PRF_VALUES: Table = Table {
    source: webauthn!("dictdef-authenticationextensionsprfvalues"),
    members: &[
        Member::required("first", Shape::Bytes(binary::plain), &[]),
        Member::optional("second", Shape::Bytes(binary::plain)),
    ],
    others: Others::Unknown,
    code: Some(Code::ExtensionInvalid),
};

static RESULTS: Table = PRF_VALUES;

static CRED_PROPS: Table = Table {
    source: webauthn!("dictdef-credentialpropertiesoutput"),
    members: &[Member::optional("rk", Shape::Boolean).means("whether the credential is discoverable")],
    others: Others::Unknown,
    code: Some(Code::ExtensionInvalid),
};

static PRF: Table = Table {
    source: webauthn!("dictdef-authenticationextensionsprfoutputs"),
    members: &[
        Member::optional("enabled", Shape::Boolean).means("whether the credential has the function"),
        Member::optional("results", Shape::Object(&RESULTS)).means("secrets, which a server rarely needs"),
    ],
    others: Others::Unknown,
    code: Some(Code::ExtensionInvalid),
};

static LARGE_BLOB: Table = Table {
    source: webauthn!("dictdef-authenticationextensionslargebloboutputs"),
    members: &[
        Member::optional("supported", Shape::Boolean).means("at registration: whether blobs can be stored"),
        Member::optional("blob", Shape::Bytes(binary::plain)).means("at authentication: what was read"),
        Member::optional("written", Shape::Boolean).means("at authentication: whether it was written"),
    ],
    others: Others::Unknown,
    code: Some(Code::ExtensionInvalid),
};

static HMAC: Table = Table {
    source: crate::source::CTAP,
    members: &[
        Member::required("output1", Shape::Bytes(binary::plain), &[]),
        Member::optional("output2", Shape::Bytes(binary::plain)),
    ],
    others: Others::Unknown,
    code: Some(Code::ExtensionInvalid),
};

static PAYMENT: Table = Table {
    source: "https://www.w3.org/TR/secure-payment-confirmation/#dictdef-authenticationextensionspaymentoutputs",
    members: &[
        Member::optional("browserBoundSignature", Shape::Any).means("a signature by a key of the browser")
    ],
    others: Others::Unknown,
    code: Some(Code::ExtensionInvalid),
};

/// `AuthenticationExtensionsClientOutputsJSON`.
pub(crate) static CLIENT_OUTPUTS: Table = Table {
    source: webauthn!("dictdef-authenticationextensionsclientoutputsjson"),
    members: &[
        Member::optional("appid", Shape::Boolean).means("whether the AppID was used in place of the RP ID"),
        Member::optional("appidExclude", Shape::Boolean),
        Member::optional("credProps", Shape::Object(&CRED_PROPS)),
        Member::optional("prf", Shape::Object(&PRF)),
        Member::optional("largeBlob", Shape::Object(&LARGE_BLOB)),
        Member::optional("remoteClientDataJSON", Shape::Boolean),
        Member::optional("uvm", Shape::List(&Shape::Any)).means("how the user was verified"),
        Member::optional("hmacCreateSecret", Shape::Boolean),
        Member::optional("hmacGetSecret", Shape::Object(&HMAC)),
        Member::optional("credProtect", Shape::Any),
        Member::optional("minPinLength", Shape::Number),
        Member::optional("credBlob", Shape::Boolean),
        Member::optional("getCredBlob", Shape::Bytes(binary::plain)),
        Member::optional("payment", Shape::Object(&PAYMENT)),
    ],
    others: Others::Unknown,
    code: Some(Code::ExtensionInvalid),
};
