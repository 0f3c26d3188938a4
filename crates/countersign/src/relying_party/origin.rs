//! Origins and RP IDs as configuration, checked once, and how a response's origin is checked against them
//! ([section 13.4.9](https://www.w3.org/TR/webauthn-3/#sctn-validating-origin)).

use core::fmt;

use crate::{record::bounds::RP_ID_MAX, relying_party::public_suffixes::PublicSuffixes};

pub(crate) mod advice;
pub(crate) mod app;
pub(crate) mod extension;
pub(crate) mod punycode;

/// One rule about the origins from which responses are accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OriginRule {
    /// Exactly this origin: a web origin, an app's, or a browser extension's.
    Exact(String),
    /// Web origins of this scheme and host, on any port.
    AnyPort {
        /// `https`, or `http` for `localhost`.
        scheme: Scheme,
        /// The host.
        host: String,
    },
    /// Web origins of this scheme and port, whose host is below this domain, with no public suffix between the two if a list
    /// is given ([`public_suffixes`](crate::RelyingPartyBuilder::public_suffixes)).
    Subdomains {
        /// `https`, or `http` for `localhost`.
        scheme: Scheme,
        /// The domain; it is not among them.
        domain: String,
        /// The port, unless it is the scheme's own.
        port: Option<u16>,
    },
}

impl OriginRule {
    /// Whether the rule accepts an origin.
    fn matches(&self, text: &str, suffixes: &dyn PublicSuffixes) -> bool {
        match self {
            Self::Exact(accepted) => accepted == text,
            Self::AnyPort { scheme, host } => {
                WebOrigin::parse(text).is_some_and(|it| it.scheme == *scheme && it.host == host)
            }
            Self::Subdomains { scheme, domain, port } => WebOrigin::parse(text).is_some_and(|it| {
                it.scheme == *scheme && it.port == *port && it.is_of_site_below(suffixes, domain)
            }),
        }
    }
}

/// As in `https://example.org`, `http://localhost:*` or `https://*.example.org:8443`.
impl fmt::Display for OriginRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(origin) => f.write_str(origin),
            Self::AnyPort { scheme, host } => write!(f, "{}://{host}:*", scheme.as_str()),
            Self::Subdomains { scheme, domain, port: None } => write!(f, "{}://*.{domain}", scheme.as_str()),
            Self::Subdomains { scheme, domain, port: Some(port) } => {
                write!(f, "{}://*.{domain}:{port}", scheme.as_str())
            }
        }
    }
}

/// Whether one of the rules accepts an origin. Nothing is allocated.
pub(crate) fn is_accepted(rules: &[OriginRule], origin: &str, suffixes: &dyn PublicSuffixes) -> bool {
    rules.iter().any(|rule| rule.matches(origin, suffixes))
}

/// The scheme of a web origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "Web Authentication knows pages of no other scheme")]
pub enum Scheme {
    /// `https`.
    Https,
    /// `http`.
    Http,
}

impl Scheme {
    /// The scheme's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
        }
    }

    const fn default_port(self) -> u16 {
        match self {
            Self::Https => 443,
            Self::Http => 80,
        }
    }
}

/// A parsed web origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WebOrigin<'a> {
    pub(crate) scheme: Scheme,
    pub(crate) host: &'a str,
    /// Unless it is the scheme's own.
    pub(crate) port: Option<u16>,
}

impl<'a> WebOrigin<'a> {
    /// Parses the ASCII serialisation of an `https` or `http` origin.
    ///
    /// A browser writes an origin in one way only
    /// ([RFC 6454 section 6.2](https://www.rfc-editor.org/rfc/rfc6454#section-6.2)), so what differs from it could never
    /// match: a path, user information, capital letters, a default port, a Unicode host.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (scheme, authority) = match text.split_once("://")? {
            ("https", authority) => (Scheme::Https, authority),
            ("http", authority) => (Scheme::Http, authority),
            _ => return None,
        };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, Some(parse_port(port, scheme.default_port())?)),
            None => (authority, None),
        };
        is_domain(host).then_some(Self { scheme, host, port })
    }

    /// Whether pages there are a secure context: over `https`, or on `localhost` and the names below it.
    pub(crate) fn is_secure(&self) -> bool {
        self.scheme == Scheme::Https || self.host == LOCALHOST || is_below(self.host, LOCALHOST)
    }

    /// Whether pages there may use this RP ID by their domain: their host is it, or below it and of the same site
    /// ([section 5.1.3](https://www.w3.org/TR/webauthn-3/#sctn-createCredential), by HTML's
    /// [is a registrable domain suffix of or is equal to](https://html.spec.whatwg.org/multipage/browsers.html#is-a-registrable-domain-suffix-of-or-is-equal-to)).
    pub(crate) fn may_use(&self, suffixes: &dyn PublicSuffixes, rp_id: &str) -> bool {
        self.host == rp_id || self.is_of_site_below(suffixes, rp_id)
    }

    /// Whether the host is below a domain, and everything between the two is registered by one party.
    ///
    /// Below a public suffix anyone may register names. So HTML requires that the domain is no public suffix, and that
    /// the host's public suffix is not below the domain: `s3.amazonaws.com` is one below `amazonaws.com`. Both suffixes end
    /// as the host does, so that the two conditions are one: the public suffix is the shorter.
    pub(crate) fn is_of_site_below(&self, suffixes: &dyn PublicSuffixes, domain: &str) -> bool {
        is_below(self.host, domain) && suffixes.public_suffix(self.host).len() < domain.len()
    }
}

/// The only single label that may be an RP ID: every machine's own name
/// ([RFC 6761 section 6.3](https://www.rfc-editor.org/rfc/rfc6761#section-6.3)).
pub(crate) const LOCALHOST: &str = "localhost";

/// A port in its one text, unless it is the scheme's own.
fn parse_port(text: &str, default: u16) -> Option<u16> {
    let is_plain = !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| is_plain && *port != default)
}

/// Whether a host is a name below a domain, which it isn't itself.
pub(crate) fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|labels| labels.ends_with('.'))
}

/// Whether `text` is the ASCII serialisation of a web origin in a secure context.
pub(crate) fn is_web_origin(text: &str) -> bool {
    WebOrigin::parse(text).is_some_and(|origin| origin.is_secure())
}

/// The most bytes of a label ([RFC 1035 section 2.3.4](https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4)).
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
    // A last label of digits only makes the text an IPv4 address (URL standard, "ends in a number").
    let last = text.rsplit('.').next().unwrap_or_default();
    text.len() <= RP_ID_MAX
        && text.split('.').all(is_label)
        && !last.bytes().all(|byte| byte.is_ascii_digit())
        && !last.starts_with("0x")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relying_party::public_suffixes::PublicSuffixList;

    fn is_accepted(rules: &[OriginRule], origin: &str) -> bool {
        super::is_accepted(rules, origin, &PublicSuffixList)
    }

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

    fn rules() -> [OriginRule; 4] {
        [
            OriginRule::Exact("https://example.org".into()),
            OriginRule::AnyPort { scheme: Scheme::Http, host: "localhost".into() },
            OriginRule::Subdomains { scheme: Scheme::Https, domain: "example.net".into(), port: None },
            OriginRule::Subdomains { scheme: Scheme::Https, domain: "example.com".into(), port: Some(8443) },
        ]
    }

    #[test]
    fn each_rule_accepts_its_own_origins() {
        for origin in [
            "https://example.org",
            "http://localhost",
            "http://localhost:8080",
            "https://a.example.net",
            "https://a.b.example.net",
            "https://a.example.com:8443",
        ] {
            assert!(is_accepted(&rules(), origin), "{origin}");
        }
    }

    #[test]
    fn rule_036_037_038_040_no_rule_accepts_what_only_looks_like_its_origins() {
        for origin in [
            "",
            "null",
            "https://example.org:8443",
            "https://sub.example.org",
            "https://example.org.evil.example",
            "https://localhost",
            "http://localhost:",
            "http://localhost:80",
            "http://localhost:080",
            "http://localhost:+81",
            "http://localhost:8080/",
            "http://localhost:8080@evil.example",
            "http://user@localhost:8080",
            "http://app.localhost",
            "https://example.net",
            "https://evilexample.net",
            "https://.example.net",
            "https://a.example.net.",
            "https://a.example.net:8443",
            "https://A.example.net",
            "http://a.example.net",
            "https://evil.example/.example.net",
            "https://evil.example#.example.net",
            "https://evil.example?.example.net",
            "https://evil.example\\.example.net",
            "https://evil.example:1.example.net",
            "https://a.example.com",
            "https://a.example.com:8444",
        ] {
            assert!(!is_accepted(&rules(), origin), "{origin}");
        }
    }

    #[test]
    fn rule_371_pages_below_a_domain_are_not_those_below_a_public_suffix_in_it() {
        let rule = |domain: &str| {
            [OriginRule::Subdomains { scheme: Scheme::Https, domain: domain.into(), port: None }]
        };
        assert!(is_accepted(&rule("amazonaws.com"), "https://test.amazonaws.com"));
        for origin in
            ["https://evil.s3.amazonaws.com", "https://s3.amazonaws.com", "https://a.b.compute.amazonaws.com"]
        {
            assert!(!is_accepted(&rule("amazonaws.com"), origin), "{origin}");
        }
        assert!(!is_accepted(&rule("github.io"), "https://someone.github.io"));
        assert!(is_accepted(&rule("someone.github.io"), "https://a.someone.github.io"));
    }

    #[test]
    fn rules_are_written_with_an_asterisk_for_what_may_be_anything() {
        let texts: Vec<_> = rules().iter().map(ToString::to_string).collect();
        let expected = [
            "https://example.org",
            "http://localhost:*",
            "https://*.example.net",
            "https://*.example.com:8443",
        ];
        assert_eq!(texts, expected);
    }

    #[test]
    fn rule_371_an_rp_id_is_for_its_host_and_those_below() {
        let may_use =
            |origin: &str, rp_id| WebOrigin::parse(origin).unwrap().may_use(&PublicSuffixList, rp_id);
        for (origin, rp_id, expected) in [
            ("https://example.org", "example.org", true),
            ("https://login.example.org:8443", "example.org", true),
            ("http://localhost:8080", "localhost", true),
            ("https://example.org", "login.example.org", false),
            ("https://evilexample.org", "example.org", false),
            ("https://example.org", "org", false),
            ("https://someone.github.io", "github.io", false),
            ("https://github.io", "github.io", true),
            ("http://app.localhost", "localhost", false),
            // HTML's own examples.
            ("https://example.compute.amazonaws.com", "example.compute.amazonaws.com", true),
            ("https://www.example.compute.amazonaws.com", "example.compute.amazonaws.com", false),
            ("https://example.compute.amazonaws.com", "compute.amazonaws.com", false),
            ("https://www.example.compute.amazonaws.com", "amazonaws.com", false),
            ("https://test.amazonaws.com", "amazonaws.com", true),
            ("https://amazonaws.com", "amazonaws.com", true),
            ("https://evil.s3.amazonaws.com", "amazonaws.com", false),
            ("https://s3.amazonaws.com", "amazonaws.com", false),
            ("https://a.www.ck", "www.ck", true),
            ("https://a.b.ck", "ck", false),
        ] {
            assert_eq!(may_use(origin, rp_id), expected, "{origin} {rp_id}");
        }
    }
}
