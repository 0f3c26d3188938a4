//! Client data: [section 5.8.1](https://www.w3.org/TR/webauthn-3/#dictionary-client-data), `CollectedClientData` as
//! the client serialised it.

use alloc::borrow::Cow;
use core::{fmt, str};

use serde::de::{self, IgnoredAny, MapAccess};
use serde::{Deserialize, Deserializer};

use crate::code::Code;
use crate::response::json_slot::{JsonShape, JsonSlot, MemberName, Text};

/// The members of client data that a relying party needs. The signed hash is that of the bytes as received, never of a
/// new serialisation.
///
/// Unknown members are skipped. Some clients add one so that relying parties do not compare with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientData<'a> {
    /// `webauthn.create` or `webauthn.get`.
    pub type_: Cow<'a, str>,
    /// The challenge as text: its base64url encoding.
    pub challenge: Cow<'a, str>,
    /// The serialised origin of the caller.
    pub origin: Cow<'a, str>,
    /// Whether the caller was in a frame that is not same-origin with its ancestors. Level 1 clients leave it out.
    pub cross_origin: Option<bool>,
    /// The serialised origin of the top-level page, if it differs from `origin`.
    pub top_origin: Option<Cow<'a, str>>,
}

impl<'a> ClientData<'a> {
    /// Parses all of `bytes`: UTF-8, with at most one byte order mark before one JSON object.
    ///
    /// `type`, `challenge` and `origin` are required; none of the five members may occur twice; `null` means that an
    /// optional one is absent.
    ///
    /// ```
    /// use countersign_types::ClientData;
    /// let json = br#"{"type":"webauthn.get","challenge":"AQI","origin":"https://example.org"}"#;
    /// assert_eq!(ClientData::parse(json)?.origin, "https://example.org");
    /// # Ok::<(), countersign_types::client_data::ClientDataError>(())
    /// ```
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ClientDataError> {
        // The whole buffer is checked: a JSON parser need not check the text that it skips.
        let text =
            str::from_utf8(bytes).map_err(|error| ClientDataError::NotUtf8 { at: error.valid_up_to() })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let Object(client_data) = serde_json::from_str(text)
            .map_err(|error| ClientDataError::NotClientData { line: error.line(), column: error.column() })?;
        Ok(client_data)
    }
}

/// Client data as a JSON value.
struct Object<'a>(ClientData<'a>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ClientDataVisitor).map(Self)
    }
}

/// Reads the object member by member: a derived implementation would accept an array too.
struct ClientDataVisitor;

impl<'de> de::Visitor<'de> for ClientDataVisitor {
    type Value = ClientData<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a client data object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut type_ = None;
        let mut challenge = None;
        let mut origin = None;
        let mut cross_origin = None;
        let mut top_origin = None;
        while let Some(MemberName(name)) = map.next_key()? {
            match &*name {
                "type" => once(&mut type_, required(&mut map)?, "type")?,
                "challenge" => once(&mut challenge, required(&mut map)?, "challenge")?,
                "origin" => once(&mut origin, required(&mut map)?, "origin")?,
                "crossOrigin" => once(&mut cross_origin, optional(&mut map)?, "crossOrigin")?,
                "topOrigin" => once(&mut top_origin, optional(&mut map)?, "topOrigin")?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let there = |member: Option<Text<'de>>, name| match member {
            Some(Text(text)) => Ok(text),
            None => Err(de::Error::missing_field(name)),
        };
        Ok(ClientData {
            type_: there(type_, "type")?,
            challenge: there(challenge, "challenge")?,
            origin: there(origin, "origin")?,
            cross_origin: cross_origin.flatten(),
            top_origin: top_origin.flatten().map(|Text(text)| text),
        })
    }
}

/// Reads a required value. An error of serde's own would contain the wrong text, escaped at hundreds of instructions a
/// character.
fn required<'de, T: JsonShape<'de>, M: MapAccess<'de>>(map: &mut M) -> Result<T, M::Error> {
    optional(map)?.ok_or_else(|| de::Error::custom("null"))
}

/// Reads a value or `null`.
fn optional<'de, T: JsonShape<'de>, M: MapAccess<'de>>(map: &mut M) -> Result<Option<T>, M::Error> {
    match map.next_value::<JsonSlot<T>>()? {
        JsonSlot::Present(Ok(value)) => Ok(Some(value)),
        JsonSlot::Absent | JsonSlot::Null => Ok(None),
        JsonSlot::Present(Err(_)) => Err(de::Error::custom("a member of another type")),
    }
}

fn once<T, E: de::Error>(slot: &mut Option<T>, value: T, name: &'static str) -> Result<(), E> {
    match slot.replace(value) {
        Some(_) => Err(E::duplicate_field(name)),
        None => Ok(()),
    }
}

/// Bytes are not client data. The code is `client-data-malformed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientDataError {
    /// The bytes are not UTF-8.
    #[error("client data is not utf-8 at byte {at}")]
    NotUtf8 {
        /// The offset of the first wrong byte.
        at: usize,
    },
    /// The text is not one JSON object with the members of client data and their types.
    #[error("client data is not the expected json object, at line {line} column {column}")]
    NotClientData {
        /// The line of the text, from 1.
        line: usize,
        /// The column within that line, in bytes.
        column: usize,
    },
}

impl ClientDataError {
    /// `client-data-malformed`.
    pub const fn code(&self) -> Code {
        Code::ClientDataMalformed
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String, vec::Vec};

    use super::*;
    use proptest::prelude::*;

    const PLAIN: &str = r#"{"type":"webauthn.get","challenge":"AQI","origin":"https://example.org"}"#;

    fn parse(text: &str) -> Result<ClientData<'_>, ClientDataError> {
        ClientData::parse(text.as_bytes())
    }

    /// `PLAIN` with this member before the others.
    fn with(member: &str) -> String {
        PLAIN.replacen('{', &format!("{{{member},"), 1)
    }

    fn rejected(text: &str) {
        let error = parse(text).unwrap_err();
        assert!(matches!(error, ClientDataError::NotClientData { .. }), "{error:?}");
        assert_eq!(error.code(), Code::ClientDataMalformed);
    }

    #[test]
    fn client_data_of_browsers_is_parsed() {
        let text = with(r#""crossOrigin":true,"topOrigin":"https://top.example","x":{"type":[1]}"#);
        let data = parse(&text).unwrap();
        assert_eq!((&*data.type_, &*data.challenge), ("webauthn.get", "AQI"));
        assert_eq!(data.cross_origin, Some(true));
        assert_eq!(data.top_origin.as_deref(), Some("https://top.example"));
    }

    #[test]
    fn escapes_are_resolved() {
        let text = PLAIN.replace("https://", "https:\\/\\u002f");
        assert_eq!(parse(&text).unwrap().origin, "https://example.org");
        let text = PLAIN.replace("\"type\"", "\"t\\u0079pe\"");
        assert_eq!(parse(&text).unwrap().type_, "webauthn.get");
    }

    #[test]
    fn null_means_that_an_optional_member_is_absent() {
        assert_eq!(parse(&with(r#""crossOrigin":null,"topOrigin":null"#)), parse(PLAIN));
    }

    #[test]
    fn one_byte_order_mark_is_stripped() {
        let marked = format!("\u{feff}{PLAIN}");
        assert_eq!(parse(&marked).unwrap(), parse(PLAIN).unwrap());
        rejected(&format!("\u{feff}\u{feff}{PLAIN}"));
    }

    #[test]
    fn rule_051_token_binding_is_ignored() {
        for member in [
            r#""tokenBinding":"present""#,
            r#""tokenBinding":{"status":"future"}"#,
            r#""tokenBinding":{"status":"present"}"#,
        ] {
            assert_eq!(parse(&with(member)), parse(PLAIN), "{member}");
        }
    }

    #[test]
    fn rule_022_bytes_that_are_not_utf_8_are_rejected() {
        let mut bytes: Vec<u8> = with(r#""x":"y""#).into_bytes();
        ClientData::parse(&bytes).unwrap();
        bytes[6] = 0xff;
        let error = ClientData::parse(&bytes).unwrap_err();
        assert_eq!(error, ClientDataError::NotUtf8 { at: 6 });
        assert_eq!(error.code(), Code::ClientDataMalformed);
    }

    #[test]
    fn rule_023_anything_but_one_json_object_is_rejected() {
        let array = r#"["webauthn.get","AQI","https://example.org",null,null]"#;
        for text in ["", "null", "1", "\"{}\"", array, &format!("{PLAIN}{PLAIN}"), &format!("{PLAIN},")] {
            rejected(text);
        }
        rejected(&PLAIN[..PLAIN.len() - 1]);
        rejected(&PLAIN.replace('"', "'"));
        parse(&format!(" \n{PLAIN}\t\r\n")).unwrap();
    }

    #[test]
    fn rule_024_a_duplicate_member_is_rejected() {
        for member in [
            r#""type":"webauthn.get""#,
            r#""challenge":"AQI""#,
            r#""origin":"https://example.org""#,
            r#""t\u0079pe":"webauthn.get""#,
        ] {
            rejected(&with(member));
        }
        rejected(&with(r#""crossOrigin":false,"crossOrigin":false"#));
        rejected(&with(r#""crossOrigin":null,"crossOrigin":false"#));
        rejected(&with(r#""topOrigin":null,"topOrigin":null"#));
        parse(&with(r#""x":1,"x":1"#)).unwrap();
    }

    #[test]
    fn rule_025_030_034_the_required_members_are_texts() {
        for (name, value) in
            [("type", "webauthn.get"), ("challenge", "AQI"), ("origin", "https://example.org")]
        {
            rejected(&PLAIN.replace(&format!("\"{name}\""), "\"x\""));
            for other in ["null", "1", "true", "[]", "{}", &format!("[\"{value}\"]")] {
                rejected(&PLAIN.replace(&format!("\"{value}\""), other));
            }
        }
    }

    #[test]
    fn rule_044_cross_origin_is_a_boolean() {
        parse(&with(r#""crossOrigin":true"#)).unwrap();
        for other in ["\"true\"", "1", "[]", "{}"] {
            rejected(&with(&format!("\"crossOrigin\":{other}")));
        }
        for other in ["true", "1", "[]", "{}"] {
            rejected(&with(&format!("\"topOrigin\":{other}")));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_parsed_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = ClientData::parse(&bytes);
        }
    }
}
