//! The domain of the session's cookie
//! ([RFC 6265, section 5.2.3](https://www.rfc-editor.org/rfc/rfc6265#section-5.2.3)).

use std::net::Ipv4Addr;

use countersign::relying_party::{PublicSuffixList, PublicSuffixes as _};
use url::{Host, Url};

use crate::start_error::StartError;

/// A domain all of whose hosts get the session's cookie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CookieDomain(String);

impl CookieDomain {
    /// Checks that browsers accept a cookie for this domain from each of the page's origins, and that the domain has one
    /// owner.
    pub(crate) fn new(domain: &str, origins: &[String]) -> Result<Self, StartError> {
        let rejected = |reason| StartError::CookieDomain { domain: domain.to_owned(), reason };
        if !is_domain(domain) {
            return Err(rejected("it is not a domain in lower case, such as example.org"));
        }
        if PublicSuffixList.public_suffix(domain).len() == domain.len() {
            return Err(rejected("anyone can register a name below it"));
        }
        for origin in origins {
            let Ok(origin) = Url::parse(origin) else { return Err(rejected("an origin is malformed")) };
            if origin.scheme() != "https" {
                return Err(rejected("its cookie needs https, and an origin of the page has none"));
            }
            let is_below = match origin.host() {
                Some(Host::Domain(host)) => host == domain || is_below(host, domain),
                _ => false,
            };
            if !is_below {
                return Err(rejected("the host of an origin of the page is not in it"));
            }
        }
        Ok(Self(domain.to_owned()))
    }

    /// The domain, in lower case and without a leading dot.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

/// Whether a text is a domain as browsers write it: labels in lower-case ASCII, and no address.
fn is_domain(text: &str) -> bool {
    text.len() <= 253
        && text.split('.').all(is_label)
        // What ends in a number is an address to browsers: https://url.spec.whatwg.org/#ends-in-a-number-checker
        && !text.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()))
        && text.parse::<Ipv4Addr>().is_err()
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(domain: &str, origins: &[&str]) -> Option<&'static str> {
        let origins: Vec<_> = origins.iter().map(ToString::to_string).collect();
        match CookieDomain::new(domain, &origins) {
            Ok(accepted) => {
                assert_eq!(accepted.as_str(), domain);
                None
            }
            Err(StartError::CookieDomain { domain: named, reason }) => {
                assert_eq!(named, domain);
                Some(reason)
            }
            Err(error) => panic!("{error}"),
        }
    }

    const LOGIN: &str = "https://login.example.org";

    #[test]
    fn the_pages_host_and_the_domains_above_it_are_accepted() {
        for (domain, origin) in [
            ("example.org", LOGIN),
            ("login.example.org", LOGIN),
            ("example.org", "https://example.org:8443"),
            ("example.co.uk", "https://login.example.co.uk"),
            ("someone.github.io", "https://login.someone.github.io"),
            ("xn--bcher-kva.example", "https://login.xn--bcher-kva.example"),
            ("corp.internal", "https://login.corp.internal"),
        ] {
            assert_eq!(reason(domain, &[origin]), None, "{domain} {origin}");
        }
        assert_eq!(reason("example.org", &[LOGIN, "https://example.org"]), None);
    }

    #[test]
    fn a_public_suffix_is_rejected() {
        for (domain, origin) in [
            ("org", LOGIN),
            ("co.uk", "https://login.example.co.uk"),
            ("github.io", "https://someone.github.io"),
            ("localhost", "https://localhost"),
            ("internal", "https://login.corp.internal"),
        ] {
            assert_eq!(reason(domain, &[origin]), Some("anyone can register a name below it"), "{domain}");
        }
    }

    #[test]
    fn a_domain_that_the_page_is_not_in_is_rejected() {
        let expected = Some("the host of an origin of the page is not in it");
        for domain in ["app.example.org", "example.com", "ample.org", "n.example.org"] {
            assert_eq!(reason(domain, &[LOGIN]), expected, "{domain}");
        }
        assert_eq!(reason("example.org", &[LOGIN, "https://example.com"]), expected);
        assert_eq!(reason("example.org", &["https://192.0.2.1"]), expected);
    }

    #[test]
    fn a_page_without_https_has_no_such_cookie() {
        let expected = Some("its cookie needs https, and an origin of the page has none");
        assert_eq!(reason("example.org", &["http://login.example.org"]), expected);
    }

    #[test]
    fn text_that_is_no_domain_is_rejected() {
        let expected = Some("it is not a domain in lower case, such as example.org");
        let long = format!("{}.org", "a".repeat(64));
        for text in [
            "",
            ".",
            ".example.org",
            "example.org.",
            "Example.org",
            "exa mple.org",
            "example.org; Path=/x",
            "example.org\r\nSet-Cookie: a=b",
            "https://example.org",
            "example.org:443",
            "bücher.example",
            "-a.org",
            "a-.org",
            "192.0.2.1",
            "example.1",
            "[::1]",
            "a..org",
            "*.example.org",
            "a_b.example.org",
            &long,
        ] {
            assert_eq!(reason(text, &[LOGIN]), expected, "{text}");
        }
    }
}
