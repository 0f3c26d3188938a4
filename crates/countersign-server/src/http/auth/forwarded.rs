//! The request that a proxy asks about, from the fields `X-Forwarded-…` that it sets.

use axum::http::HeaderMap;

/// The address of the request that the proxy asks about; `None` if a field is missing, repeated or a list.
///
/// Nothing but the way back depends on it, and only configured addresses are ways back, so that a client that sets the
/// fields itself achieves nothing.
pub(super) fn address(headers: &HeaderMap) -> Option<String> {
    let [proto, host, uri] =
        ["x-forwarded-proto", "x-forwarded-host", "x-forwarded-uri"].map(|name| one(headers, name));
    let uri = uri?;
    uri.starts_with('/').then_some(())?;
    Some(format!("{}://{}{uri}", proto?, host?))
}

/// Whether a browser is going to the address, so that it can be sent to another page instead. The requests of scripts need
/// an answer of their own, and what a form sends would be lost.
pub(super) fn is_navigation(headers: &HeaderMap) -> bool {
    let is = |name, accepted: &[&str]| {
        headers.get_all(name).iter().all(|value| accepted.iter().any(|accepted| value == accepted))
    };
    // Browsers say so by https://www.w3.org/TR/fetch-metadata/#sec-fetch-mode-header, and old ones say nothing.
    is("sec-fetch-mode", &["navigate"]) && is("x-forwarded-method", &["GET", "HEAD"])
}

/// The value of a field that is there once, and not a list of the values of several proxies.
fn one<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    let is_one = values.next().is_none() && !value.is_empty();
    // A comma may be in a path.
    (is_one && (name == "x-forwarded-uri" || !value.contains(','))).then_some(value)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn fields(fields: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap())
        };
        let mut headers = HeaderMap::new();
        for (name, value) in fields.iter().map(pair) {
            headers.append(name, value);
        }
        headers
    }

    const PROTO: (&str, &str) = ("x-forwarded-proto", "https");
    const HOST: (&str, &str) = ("x-forwarded-host", "app.example.org");
    const URI: (&str, &str) = ("x-forwarded-uri", "/a,b?c=d&e=f");

    #[test]
    fn the_address_is_joined_from_three_fields() {
        let expected = "https://app.example.org/a,b?c=d&e=f";
        assert_eq!(address(&fields(&[PROTO, HOST, URI])).as_deref(), Some(expected));
    }

    #[test]
    fn a_missing_repeated_or_joined_field_is_no_address() {
        for these in [
            &[HOST, URI][..],
            &[PROTO, URI],
            &[PROTO, HOST],
            &[PROTO, HOST, URI, HOST],
            &[PROTO, HOST, URI, URI],
            &[PROTO, URI, ("x-forwarded-host", "app.example.org, evil.example")],
            &[PROTO, URI, ("x-forwarded-host", "")],
            &[PROTO, HOST, ("x-forwarded-uri", "@evil.example/")],
            &[PROTO, HOST, ("x-forwarded-uri", "")],
            &[PROTO, HOST, ("x-forwarded-uri", "/\u{e9}")],
        ] {
            assert_eq!(address(&fields(these)), None, "{these:?}");
        }
    }

    #[test]
    fn scripts_and_forms_do_not_navigate() {
        let mode = |value| ("sec-fetch-mode", value);
        let method = |value| ("x-forwarded-method", value);
        for these in [&[][..], &[mode("navigate")], &[method("GET")], &[mode("navigate"), method("HEAD")]] {
            assert!(is_navigation(&fields(these)), "{these:?}");
        }
        for these in [
            &[mode("cors")][..],
            &[mode("no-cors"), method("GET")],
            &[mode("navigate"), method("POST")],
            &[mode("navigate"), mode("cors")],
            &[method("get")],
        ] {
            assert!(!is_navigation(&fields(these)), "{these:?}");
        }
    }
}
