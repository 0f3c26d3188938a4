//! What a client's URL parser finds in an item of the document
//! ([URL standard, basic URL parser](https://url.spec.whatwg.org/#concept-basic-url-parser) and
//! [host parser](https://url.spec.whatwg.org/#concept-host-parser)).
//!
//! A label that only a client can read would be missing from our count of its budget. So an item that needs the standard's
//! tables, or that clients read differently, is [`Item::Unknown`] and counts.

use crate::relying_party::origin::punycode::is_known_a_label;
use crate::relying_party::origin::{Scheme, WebOrigin, is_domain};
use crate::relying_party::public_suffixes::{PublicSuffixes, registrable_label};

/// What is found in an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    /// No URL, or one whose host is no domain: every client skips it.
    Skipped,
    /// A URL of a domain.
    Found(Found),
    /// Clients may read a domain in it, which is not decided here.
    Unknown,
}

/// A URL of a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The registrable origin label, `None` if the host is a public suffix.
    pub(super) label: Option<String>,
    /// The origin as browsers write it, `None` if pages of it are no secure context.
    pub(super) origin: Option<String>,
}

/// Reads an item. `known_host` is one that a client is known to accept, such as that of a page's origin, which the client
/// has parsed before.
pub(super) fn read(item: &str, known_host: Option<&str>, suffixes: &dyn PublicSuffixes) -> Item {
    let text = item.trim_matches(|character| character <= ' ');
    let text: String = text.chars().filter(|character| !matches!(character, '\t' | '\n' | '\r')).collect();
    let Some((scheme, rest)) = text.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) else {
        return Item::Skipped;
    };
    let scheme = scheme.to_ascii_lowercase();
    let default_port = match &*scheme {
        "https" | "wss" => 443,
        "http" | "ws" => 80,
        "ftp" => 21,
        // A host after two slashes is no domain by the standard, and one by some clients. The origins of the first two are
        // those of other URLs within.
        "blob" | "filesystem" | "file" => return Item::Unknown,
        _ if rest.starts_with("//") => return Item::Unknown,
        _ => return Item::Skipped,
    };
    // Any number of slashes of either kind, none too, comes before the host.
    let authority =
        rest.trim_start_matches(['/', '\\']).split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let address = authority.rsplit('@').next().unwrap_or_default();
    let (host, port) = address.split_once(':').unwrap_or((address, ""));
    let Ok(port) = read_port(port) else { return Item::Skipped };
    let host = match read_host(host, known_host) {
        Host::Domain(host) => host,
        Host::NoDomain => return Item::Skipped,
        Host::Unknown => return Item::Unknown,
    };
    // A dot at the end makes another host of the same registrable domain.
    let domain = host.strip_suffix('.').unwrap_or(&host);
    let scheme = match &*scheme {
        "https" => Some(Scheme::Https),
        "http" => Some(Scheme::Http),
        _ => None,
    };
    let port = port.filter(|port| *port != default_port);
    let is_secure = |scheme: &Scheme| WebOrigin { scheme: *scheme, host: domain, port }.is_secure();
    let written = scheme.filter(is_secure).map(|scheme| match port {
        Some(port) => format!("{}://{host}:{port}", scheme.as_str()),
        None => format!("{}://{host}", scheme.as_str()),
    });
    Item::Found(Found { label: registrable_label(suffixes, domain).map(str::to_owned), origin: written })
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// No number from 0 to 65535.
struct NoPort;

/// The port, if one is written: a number in any count of digits.
fn read_port(text: &str) -> Result<Option<u16>, NoPort> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NoPort);
    }
    match text.trim_start_matches('0') {
        "" => Ok((!text.is_empty()).then_some(0)),
        digits => digits.parse().map(Some).map_err(|_| NoPort),
    }
}

enum Host {
    Domain(String),
    /// An IP address, or none that a parser accepts.
    NoDomain,
    Unknown,
}

fn read_host(text: &str, known: Option<&str>) -> Host {
    let decoded = percent_decoded(text);
    let Some(host) = core::str::from_utf8(&decoded).ok().filter(|host| host.is_ascii()) else {
        return Host::Unknown;
    };
    let host = host.to_ascii_lowercase();
    if host.is_empty() || host.bytes().any(is_forbidden) {
        return Host::NoDomain;
    }
    let domain = host.strip_suffix('.').unwrap_or(&host);
    // The standard's "ends in a number": an IPv4 address or an error.
    let last = domain.rsplit('.').next().unwrap_or_default();
    let is_hexadecimal = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_number = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    if is_number || last.strip_prefix("0x").is_some_and(is_hexadecimal) {
        return Host::NoDomain;
    }
    let is_known = |label: &str| !label.starts_with("xn--") || is_known_a_label(label);
    let is_certain = known == Some(&*host) || is_domain(domain) && domain.split('.').all(is_known);
    if is_certain { Host::Domain(host) } else { Host::Unknown }
}

/// The standard's [forbidden domain code points](https://url.spec.whatwg.org/#forbidden-domain-code-point).
fn is_forbidden(byte: u8) -> bool {
    byte <= b' '
        || matches!(
            byte,
            b'#' | b'/' | b':' | b'<' | b'>' | b'?' | b'@' | b'[' | b'\\' | b']' | b'^' | b'|' | b'%' | 0x7f
        )
}

/// [Percent-decode](https://url.spec.whatwg.org/#string-percent-decode): what is no escape stays.
fn percent_decoded(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        let escaped = match after {
            [high, low, ..] if *first == b'%' => digit(*high).zip(digit(*low)),
            _ => None,
        };
        match escaped {
            Some((high, low)) => {
                decoded.push(high << 4 | low);
                rest = after.get(2..).unwrap_or_default();
            }
            None => decoded.push(*first),
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::{Host as UrlHost, Url};

    use super::*;
    use crate::relying_party::public_suffixes::PublicSuffixList;

    /// What the crate `url` finds, by the same table of public suffixes.
    fn theirs(item: &str) -> Option<(Option<String>, String)> {
        let url = Url::parse(item).ok()?;
        let special = matches!(url.scheme(), "https" | "http" | "ws" | "wss" | "ftp");
        let Some(UrlHost::Domain(host)) = url.host().filter(|_| special) else { return None };
        let label =
            registrable_label(&PublicSuffixList, host.strip_suffix('.').unwrap_or(host)).map(str::to_owned);
        Some((label, url.origin().ascii_serialization()))
    }

    fn compare(item: &str) {
        match (read(item, None, &PublicSuffixList), theirs(item)) {
            (Item::Unknown, _) | (Item::Skipped, None) => {}
            (Item::Found(found), Some((label, origin))) => {
                assert_eq!(found.label, label, "{item:?}");
                assert!(found.origin.is_none_or(|it| it == origin), "{item:?}");
            }
            (ours, theirs) => panic!("{item:?}: {ours:?}, and {theirs:?} by the crate url"),
        }
    }

    const SCHEMES: [&str; 27] = [
        "https://",
        "https:/",
        "https:",
        "https:///",
        "https:\\\\",
        "https:/\\/",
        "HTTPS://",
        "ht\ntps://",
        "\t https://",
        "https //",
        "://",
        "//",
        "",
        "http://",
        "http:",
        "ws://",
        "wss:/",
        "ftp:",
        "file://",
        "blob:https://",
        "custom://",
        "custom:",
        "x+y-z.1:",
        "1https://",
        "https://jo@",
        "https://a:b@c@",
        "https://@",
    ];
    const HOSTS: [&str; 44] = [
        "example.org",
        "EXAMPLE.org",
        "a.example.co.uk",
        "co.uk",
        "localhost",
        "a.localhost",
        "example.org.",
        "example.org..",
        ".example.org",
        "a..example.org",
        "ex%61mple.org",
        "%65xample%2Eorg",
        "ex%zzmple.org",
        "ex%6",
        "%",
        "%00.org",
        "ex%20ample.org",
        "%C3%BC.example",
        "b\u{fc}cher.example",
        "xn--bcher-kva.example",
        "XN--BCHER-KVA.example",
        "xn--a.example",
        "xn--.example",
        "xn--n3h.example",
        "\u{2603}.example",
        "a\u{3002}example",
        "a\u{ad}b.example",
        "a_b.example",
        "-a-.example",
        "a!b.example",
        "a b.example",
        "a<b.example",
        "a|b.example",
        "a*b.example",
        "127.0.0.1",
        "0x7f.1",
        "1.0x",
        "256",
        "09.example.09",
        "1.2.3.4.",
        "[::1]",
        "[::",
        "a\tb\n.example",
        "",
    ];
    const ENDS: [&str; 15] = [
        "", "/", "/a@b", "?x", "#x", "\\a", ":443", ":0443", ":80", ":8443/", ":", ":0", ":65536", ":x",
        ":1:2",
    ];

    #[test]
    fn no_form_is_read_otherwise_than_by_the_url_standard() {
        for scheme in SCHEMES {
            for host in HOSTS {
                for end in ENDS {
                    compare(&format!("{scheme}{host}{end}"));
                }
            }
        }
    }

    proptest! {
        #[test]
        fn no_text_is_read_otherwise_than_by_the_url_standard(
            text in "(https?|wss?|ftp|x)?:?[/\\\\]{0,3}[-a-z0-9.@:%/?#\\\\\\[\\]_ \\t\u{fc}]{0,24}",
        ) {
            compare(&text);
        }
    }

    #[test]
    fn what_takes_tables_or_is_read_differently_is_unknown() {
        for item in [
            "https://b\u{fc}cher.example",
            "https://%C3%BC.example",
            "https://xn--n3h.example",
            "https://a..example.org",
            "https://a!b.example",
            "custom://example.org",
            "blob:https://example.org",
            &format!("https://{}.example", "a".repeat(64)),
        ] {
            assert_eq!(read(item, None, &PublicSuffixList), Item::Unknown, "{item}");
        }
    }

    #[test]
    fn a_host_that_a_client_has_parsed_is_known() {
        let item = "https://xn--n3h.example";
        let Item::Found(found) = read(item, Some("xn--n3h.example"), &PublicSuffixList) else {
            panic!("{item}")
        };
        assert_eq!((found.label.as_deref(), found.origin.as_deref()), (Some("xn--n3h"), Some(item)));
    }
}
