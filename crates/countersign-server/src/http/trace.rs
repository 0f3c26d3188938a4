//! The ID of a request, by which its lines in logs are found: the trace ID of
//! [W3C Trace Context](https://www.w3.org/TR/trace-context/), that of the request's `traceparent` if it has one.
//!
//! A client can choose the ID, so it proves nothing. It has 32 hexadecimal digits whatever the client sends.

use std::fmt;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use countersign::types::hex;

/// The header with the ID, in answers that are errors.
pub(super) const TRACE_ID: HeaderName = HeaderName::from_static("countersign-trace-id");

/// The header with the caller's trace
/// ([section 3.2](https://www.w3.org/TR/trace-context/#traceparent-header)).
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The length of version 00: two digits, 32, 16 and two, with hyphens between.
const LENGTH: usize = 55;

/// The version that no `traceparent` has.
const NO_VERSION: &str = "ff";

/// The ID of a request: 32 hexadecimal digits, not all of them zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TraceId(String);

impl TraceId {
    /// The trace ID of the request's only `traceparent` if that is valid, and otherwise a new one.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let mut values = headers.get_all(TRACEPARENT).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => value.to_str().ok().and_then(Self::parse).unwrap_or_else(Self::new),
            _ => Self::new(),
        }
    }

    fn new() -> Self {
        let mut bytes = [0; 16];
        // Without random bytes, which the system always has, the ID is not the request's own.
        if getrandom::fill(&mut bytes).is_err() || bytes == [0; 16] {
            bytes = [1; 16];
        }
        Self(format!("{:032x}", u128::from_be_bytes(bytes)))
    }

    /// The trace ID of a `traceparent`. A later version may have more behind another hyphen
    /// ([section 4](https://www.w3.org/TR/trace-context/#versioning-of-traceparent)).
    fn parse(value: &str) -> Option<Self> {
        let mut parts = value.splitn(5, '-');
        let (version, trace, parent) = (parts.next()?, parts.next()?, parts.next()?);
        let (flags, rest) = (parts.next()?, parts.next());
        let is_known = version != "00" || (rest.is_none() && value.len() == LENGTH);
        let is_valid = is_known
            && is_hex(version, 2)
            && version != NO_VERSION
            && is_hex(trace, 32)
            && is_hex(parent, 16)
            && is_hex(flags, 2)
            && !is_zero(trace)
            && !is_zero(parent);
        is_valid.then(|| Self(trace.to_owned()))
    }

    /// The 16 bytes of the ID.
    pub(super) fn bytes(&self) -> Option<[u8; 16]> {
        hex::decode(&self.0).ok()?.try_into().ok()
    }

    /// The ID as the value of a header.
    pub(super) fn header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a text has this many digits: upper case is not valid.
fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_zero(digits: &str) -> bool {
    digits.bytes().all(|digit| digit == b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn id(values: &[&[u8]]) -> String {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(TRACEPARENT, HeaderValue::from_bytes(value).unwrap());
        }
        TraceId::of(&headers).to_string()
    }

    #[test]
    fn the_trace_of_a_valid_traceparent_is_taken_over() {
        let later = GOOD.replacen("00", "cc", 1);
        for valid in [GOOD, &GOOD.replace("-01", "-00"), &later, &format!("{later}-what-ever")] {
            assert_eq!(id(&[valid.as_bytes()]), "4bf92f3577b34da6a3ce929d0e0e4736", "{valid}");
        }
    }

    #[test]
    fn without_a_valid_traceparent_the_request_has_an_id_of_its_own() {
        let invalid = [
            GOOD.replacen("00", "ff", 1),
            GOOD.replacen("00", "0", 1),
            GOOD.replacen("00", "0x", 1),
            GOOD.replace("4bf9", "4BF9"),
            GOOD.replace("4bf9", "4bf"),
            GOOD.replace("4bf9", "4bg9"),
            GOOD.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            GOOD.replace("00f067aa0ba902b7", &"0".repeat(16)),
            GOOD.replace("00f067aa0ba902b7", "00f067aa0ba902b"),
            GOOD.replace("-01", "-1"),
            GOOD.replace("-01", "-0G"),
            GOOD.replace("-01", ""),
            format!("{GOOD}-"),
            format!("{GOOD}-00"),
            format!("{GOOD}0"),
            format!(" {GOOD}"),
            GOOD.replacen("00", "cc", 1) + "x",
            String::new(),
        ];
        let mut seen = std::collections::BTreeSet::new();
        let tries = invalid.iter().map(|value| vec![value.as_bytes()]);
        let others = [vec![], vec![GOOD.as_bytes(), GOOD.as_bytes()], vec![&b"00-\xff"[..]]];
        for values in tries.chain(others) {
            let found = id(&values);
            assert!(is_hex(&found, 32) && !is_zero(&found), "{found}");
            assert_ne!(found, "4bf92f3577b34da6a3ce929d0e0e4736", "{values:?}");
            assert!(seen.insert(found), "{values:?}");
        }
    }
}
