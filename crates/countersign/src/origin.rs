//! Origins and RP IDs as configuration: checked once, then compared exactly
//! ([section 13.4.9](https://www.w3.org/TR/webauthn-3/#sctn-validating-origin)).

/// Whether `text` is the ASCII serialisation of a web origin in a secure context: `https://host[:port]`, or the same
/// with `http` for `localhost` and the names below it.
///
/// A browser writes an origin in one way only ([RFC 6454 section 6.2](https://www.rfc-editor.org/rfc/rfc6454#section-6.2)),
/// so what differs from it could never match: a path, user information, capital letters, a default port, a Unicode host.
pub(crate) fn is_web_origin(text: &str) -> bool {
    match text.split_once("://") {
        Some(("https", authority)) => is_authority(authority, 443),
        Some(("http", authority)) => {
            let host = authority.split(':').next().unwrap_or_default();
            (host == "localhost" || host.ends_with(".localhost")) && is_authority(authority, 80)
        }
        _ => false,
    }
}

/// Whether `text` is the ASCII serialisation of an `http` origin, whatever its host.
pub(crate) fn is_insecure_origin(text: &str) -> bool {
    text.strip_prefix("http://").is_some_and(|authority| is_authority(authority, 80))
}

/// Whether `text` is a host, with a port unless that is the scheme's own.
fn is_authority(text: &str, default_port: u16) -> bool {
    match text.rsplit_once(':') {
        Some((host, port)) => is_domain(host) && is_port(port, default_port),
        None => is_domain(text),
    }
}

fn is_port(text: &str, default: u16) -> bool {
    text.parse::<u16>().is_ok_and(|port| port != 0 && port != default && port.to_string() == text)
}

/// The identifiers by which platforms name an app where a browser names a page.
const APP_PREFIXES: [&str; 2] = ["android:apk-key-hash:", "ios:bundle-id:"];

/// Whether `text` names an app: `android:apk-key-hash:…` or `ios:bundle-id:…`.
pub(crate) fn is_app_origin(text: &str) -> bool {
    APP_PREFIXES.iter().any(|prefix| {
        text.strip_prefix(prefix)
            .is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic()))
    })
}

/// The most bytes of a domain name in text ([RFC 1035 section 2.3.4](https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4),
/// less the root's dot and length).
const DOMAIN_MAX: usize = 253;

/// The most bytes of one label, likewise.
const LABEL_MAX: usize = 63;

/// Whether `text` is a domain name in ASCII, lower case, without a trailing dot, and no IP address: what an RP ID must
/// be ([section 4, "RP ID"](https://www.w3.org/TR/webauthn-3/#rp-id)).
pub(crate) fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=LABEL_MAX).contains(&label.len())
            && label.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // A last label of digits alone makes the text an IPv4 address (URL standard, "ends in a number").
    let last = text.rsplit('.').next().unwrap_or_default();
    text.len() <= DOMAIN_MAX
        && text.split('.').all(is_label)
        && !last.bytes().all(|byte| byte.is_ascii_digit())
        && !last.starts_with("0x")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serialised_web_origins_are_taken() {
        for origin in [
            "https://example.org",
            "https://login.example.org",
            "https://example.org:8443",
            "https://localhost:8443",
            "https://xn--bcher-kva.example",
            "http://localhost",
            "http://localhost:8080",
            "http://app.localhost:3000",
        ] {
            assert!(is_web_origin(origin), "{origin}");
        }
    }

    #[test]
    fn rule_039_http_is_for_localhost_alone() {
        for origin in ["http://example.org", "http://localhost.example.org", "http://127.0.0.1:8080"] {
            assert!(!is_web_origin(origin), "{origin}");
        }
    }

    #[test]
    fn rule_040_043_372_text_that_no_browser_serialises_is_no_origin() {
        for origin in [
            "",
            "null",
            "example.org",
            "https://",
            "https://example.org/",
            "https://example.org/path",
            "https://example.org?query",
            "https://example.org#fragment",
            "https://user@example.org",
            "https://example.org:443",
            "https://example.org:0",
            "https://example.org:08443",
            "https://example.org:65536",
            "https://example.org:",
            "https://Example.org",
            "HTTPS://example.org",
            "https://example.org.",
            "https://b\u{fc}cher.example",
            "https://example%2eorg",
            "https://*.example.org",
            "https://[::1]",
            "https://192.0.2.1",
            "ftp://example.org",
            " https://example.org",
        ] {
            assert!(!is_web_origin(origin), "{origin}");
        }
    }

    #[test]
    fn rule_369_an_rp_id_is_a_lower_case_domain() {
        for domain in
            ["example.org", "localhost", "a.b.c.example", "xn--bcher-kva.example", "1password.example"]
        {
            assert!(is_domain(domain), "{domain}");
        }
        let long_label = format!("{}.example", "a".repeat(64));
        let long = ["a".repeat(63).as_str(); 4].join(".");
        for text in [
            "",
            "Example.org",
            "example.org.",
            ".example.org",
            "example..org",
            "https://example.org",
            "example.org:443",
            "example.org/",
            "user@example.org",
            "192.0.2.1",
            "1.0x7f",
            "[::1]",
            "-example.org",
            "example-.org",
            "b\u{fc}cher.example",
            &long_label,
            &long,
        ] {
            assert!(!is_domain(text), "{text}");
        }
    }

    #[test]
    fn apps_are_named_by_their_prefixes() {
        assert!(is_app_origin("android:apk-key-hash:7d1043473d55bfa90e8530d35801d4e381bc69f0"));
        assert!(is_app_origin("ios:bundle-id:org.example.app"));
        for origin in ["android:apk-key-hash:", "android:", "ios:bundle-id:a b", "https://example.org"] {
            assert!(!is_app_origin(origin), "{origin}");
        }
    }
}
