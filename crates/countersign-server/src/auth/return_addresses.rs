//! The addresses of other applications that a user may be sent to after a sign-in. Any other would make the page an open
//! redirector: a link to a trusted host that leads to a stranger's.
//!
//! The text of a request is parsed like browsers parse it ([URL Standard](https://url.spec.whatwg.org/#url-parsing)), the
//! result is compared with what is configured, and only its serialisation is sent. A text that other parsers could read as
//! another address is rejected, though browsers would be sent to the right one.

use url::{Host, Origin, Url};

use crate::start_error::StartError;

/// The most bytes of an address: what servers accept as a request's target at least, and half of what fits in a field of
/// common proxies.
const ADDRESS_MAX: usize = 2048;

/// The configured addresses.
#[derive(Debug, Default)]
pub(crate) struct ReturnAddresses(Vec<Allowed>);

/// An origin, and the path below which addresses are allowed.
#[derive(Debug)]
struct Allowed {
    origin: Origin,
    /// Without a slash at its end: empty for the whole origin.
    path: String,
}

/// An allowed address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReturnAddress(Url);

impl ReturnAddresses {
    /// Reads the configured addresses: origins as browsers write them, each with a path or without.
    pub(crate) fn new(configured: &[String]) -> Result<Self, StartError> {
        configured.iter().map(|text| Allowed::new(text)).collect::<Result<_, _>>().map(Self)
    }

    /// Parses the address of a request; `None` if it is not allowed.
    pub(crate) fn find(&self, text: &str) -> Option<ReturnAddress> {
        if text.len() > ADDRESS_MAX || !is_unambiguous(text) {
            return None;
        }
        let url = Url::parse(text).ok()?;
        let has_user = !url.username().is_empty() || url.password().is_some();
        // The origin of a `blob:` address is that of the address in it.
        let is_web = matches!(url.scheme(), "https" | "http");
        let is_allowed = is_web && !has_user && self.0.iter().any(|allowed| allowed.includes(&url));
        is_allowed.then_some(ReturnAddress(url))
    }
}

impl Allowed {
    fn new(text: &str) -> Result<Self, StartError> {
        let rejected = |reason| StartError::ReturnAddress { address: text.to_owned(), reason };
        let url = Url::parse(text).map_err(|_| rejected("it is not a URL"))?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            _ => return Err(rejected("it must begin with https://, or with http:// on this machine")),
        }
        let path = url.path().trim_end_matches('/');
        let origin = url.origin();
        let canonical = format!("{}{path}", origin.ascii_serialization());
        if text.trim_end_matches('/') != canonical || text.contains('*') {
            return Err(rejected("it is not an origin, or an origin and a path, as browsers write it"));
        }
        if !is_plain(path) {
            return Err(rejected("its path has encoded slashes or two dots"));
        }
        Ok(Self { origin, path: path.to_owned() })
    }

    /// Whether this address has the origin, and the path or one below it.
    fn includes(&self, url: &Url) -> bool {
        let is_below = || {
            let rest = url.path().strip_prefix(self.path.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) && is_plain(url.path())
        };
        url.origin() == self.origin && (self.path.is_empty() || is_below())
    }
}

impl ReturnAddress {
    /// The address as browsers write it: ASCII, without spaces.
    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Whether parsers of other rules than those of browsers find the same host in a text: an authority after `://` without
/// user, without encoded characters, and no character that some of them drop or read as a slash.
fn is_unambiguous(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    !authority.is_empty()
        && !authority.contains(['@', '%'])
        && !text.contains(|character: char| {
            character.is_control() || character.is_whitespace() || character == '\\'
        })
}

/// Whether applications find the same folder in a path as browsers do. Browsers resolve dots, but neither after an encoded
/// slash nor before a parameter (`..;`), as some applications do.
fn is_plain(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    !["..", "%2f", "%5c", "%2e"].iter().any(|part| lower.contains(part))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost" || domain.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(configured: &[&str]) -> ReturnAddresses {
        let configured: Vec<_> = configured.iter().map(ToString::to_string).collect();
        ReturnAddresses::new(&configured).unwrap_or_else(|error| panic!("{error}"))
    }

    fn found(configured: &str, text: &str) -> Option<String> {
        addresses(&[configured]).find(text).map(|address| address.as_str().to_owned())
    }

    const APP: &str = "https://app.example.org";

    #[test]
    fn an_address_of_an_allowed_origin_is_sent_as_browsers_write_it() {
        for (text, sent) in [
            ("https://app.example.org", "https://app.example.org/"),
            ("https://app.example.org/", "https://app.example.org/"),
            ("https://app.example.org/a/b?c=d&e=f#g", "https://app.example.org/a/b?c=d&e=f#g"),
            ("https://app.example.org/%C3%A9", "https://app.example.org/%C3%A9"),
            ("https://app.example.org/é", "https://app.example.org/%C3%A9"),
            ("https://app.example.org/?to=//evil.example", "https://app.example.org/?to=//evil.example"),
            ("https://app.example.org//evil.example", "https://app.example.org//evil.example"),
            ("HTTPS://APP.EXAMPLE.ORG/A", "https://app.example.org/A"),
            ("https://app.example.org:443/", "https://app.example.org/"),
            ("https://app.example.org/a/../b", "https://app.example.org/b"),
            ("https://app.example.org/..%2fb", "https://app.example.org/..%2fb"),
        ] {
            assert_eq!(found(APP, text).as_deref(), Some(sent), "{text}");
        }
    }

    #[test]
    fn an_address_of_another_origin_is_rejected() {
        for text in [
            "https://evil.example/",
            "http://app.example.org/",
            "https://example.org/",
            "https://a.app.example.org/",
            "https://app.example.org.evil.example/",
            "https://app.example.org./",
            "https://app.example.orgevil/",
            "https://app.example.org:444/",
            "https://app.example.org:80/",
            "https://evil.example/https://app.example.org/",
            "https://evil.example?https://app.example.org/",
            "https://evil.example#https://app.example.org/",
            "https://evil.example#@app.example.org/",
            "https://аpp.example.org/",
            "https://xn--pp-7kc.example.org/",
            "https://[::1]/",
            "https://2130706433/",
            "ftp://app.example.org/",
            "ws://app.example.org/",
            "javascript://app.example.org/%0aalert(1)",
            "blob:https://app.example.org/a",
            "view-source:https://app.example.org/",
            "data://app.example.org/",
            "file://app.example.org/",
        ] {
            assert_eq!(found(APP, text), None, "{text}");
        }
    }

    #[test]
    fn text_that_parsers_read_in_different_ways_is_rejected() {
        for text in [
            "",
            "/",
            "//app.example.org/",
            "//evil.example/",
            "/\\evil.example",
            "app.example.org",
            "https:app.example.org",
            "https:/app.example.org",
            "https:///app.example.org",
            "https:\\\\app.example.org",
            "https://app.example.org\\@evil.example/",
            "https://app.example.org\\.evil.example/",
            "https:\\\\evil.example",
            "https://app.example.org@evil.example/",
            "https://user@app.example.org/",
            "https://user:word@app.example.org/",
            "https://@app.example.org/",
            "https://:@app.example.org/",
            "https://evil.example%2f@app.example.org/",
            "https://app%2eexample.org/",
            "https://app.example.org%00.evil.example/",
            "https://app.example.org:99999/",
            "https://app.example.org:a/",
            " https://app.example.org/",
            "https://app.example.org/ ",
            "https://app.example.org/a b",
            "ht\ttps://app.example.org/",
            "https://app.exam\nple.org/",
            "https://app.example.org/\r\nSet-Cookie: a=b",
            "https://app.example.org/\0",
            "https://app.example.org\u{2028}/",
            "\u{feff}https://app.example.org/",
            "javascript:alert(1)",
            "java\tscript:alert(1)",
            "data:text/html,x",
            "https://",
            "https://?",
            "://app.example.org/",
        ] {
            assert_eq!(found(APP, text), None, "{text:?}");
        }
    }

    #[test]
    fn an_address_is_at_most_two_kibibytes() {
        let address = |length: usize| format!("{APP}/{}", "a".repeat(length - APP.len() - 1));
        assert!(found(APP, &address(ADDRESS_MAX)).is_some());
        assert_eq!(found(APP, &address(ADDRESS_MAX + 1)), None);
    }

    #[test]
    fn a_path_allows_itself_and_what_is_below_it() {
        for configured in ["https://example.org/wiki", "https://example.org/wiki/"] {
            for text in
                ["wiki", "wiki/", "wiki/a?b=/../c", "wiki?a", "x/../wiki/a", "wiki/a.b", "wiki#..", "wiki/."]
            {
                let text = format!("https://example.org/{text}");
                assert!(found(configured, &text).is_some(), "{text}");
            }
            for text in [
                "",
                "wiki2",
                "wik",
                "WIKI",
                "wiki/../admin",
                "wiki/%2e%2e/admin",
                "wiki/..%2fadmin",
                "wiki/..%5Cadmin",
                "wiki/..;/admin",
                "wiki%2fa",
                "admin?/wiki",
                "./admin",
                "wiki/%2E%2E%2Fadmin",
            ] {
                let text = format!("https://example.org/{text}");
                assert_eq!(found(configured, &text), None, "{text}");
            }
        }
    }

    #[test]
    fn every_configured_address_is_allowed_and_none_if_there_is_none() {
        let two = addresses(&[APP, "http://localhost:3000", "https://xn--bcher-kva.example"]);
        for text in ["https://app.example.org/", "http://localhost:3000/a", "https://bücher.example/"] {
            assert!(two.find(text).is_some(), "{text}");
        }
        assert!(two.find("http://localhost:3001/a").is_none());
        assert!(addresses(&[]).find(APP).is_none());
    }

    #[test]
    fn a_configured_address_is_an_origin_with_or_without_a_path() {
        for text in [
            "",
            "app.example.org",
            "https://",
            "http://app.example.org",
            "https://APP.example.org",
            "https://app.example.org:443",
            "https://app.example.org/?a",
            "https://app.example.org/#a",
            "https://user@app.example.org",
            "https://bücher.example",
            "https:\\\\app.example.org",
            "https://app.example.org/a/../b",
            "https://app.example.org/%2e/b",
            "https://app.example.org/a%2Fb",
            "https://app.example.org/a b",
            "https://*.example.org",
            "javascript:alert(1)",
            " https://app.example.org",
            "http://10.0.0.1",
            "http://localhost.example.org",
        ] {
            let error = ReturnAddresses::new(&[text.into()]).unwrap_err();
            assert!(
                matches!(&error, StartError::ReturnAddress { address, .. } if address == text),
                "{error}"
            );
        }
        for text in ["http://localhost:3000", "http://app.localhost", "http://127.0.0.1:1", "http://[::1]:1"]
        {
            ReturnAddresses::new(&[text.into()]).unwrap();
        }
    }
}
