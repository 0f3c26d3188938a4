//! What is wrong with text that should be an origin or an RP ID, and what to write instead
//! ([section 13.4.9](https://www.w3.org/TR/webauthn-3/#sctn-validating-origin),
//! [section 4, "RP ID"](https://www.w3.org/TR/webauthn-3/#rp-id)).

use core::fmt;

use crate::relying_party::origin::{LOCALHOST, Scheme, WebOrigin, is_domain};
use crate::relying_party::origin::{
    app::has_app_prefix, extension::has_extension_scheme, punycode::to_ascii,
};

/// Prints what is wrong with a text that is no web origin in a secure context, and what to write.
pub(crate) struct OriginAdvice<'a>(pub(crate) &'a str);

impl fmt::Display for OriginAdvice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (fault, corrected) = origin_fault(self.0);
        f.write_str(&fault)?;
        corrected.map_or(Ok(()), |it| write!(f, "; write {it}"))
    }
}

/// Prints what is wrong with a text that is no domain in lower-case ASCII, and what to write.
pub(crate) struct RpIdAdvice<'a>(pub(crate) &'a str);

impl fmt::Display for RpIdAdvice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (fault, corrected) = rp_id_fault(self.0);
        f.write_str(&fault)?;
        corrected.map_or(Ok(()), |it| write!(f, "; write {it}"))
    }
}

type ProblemAndCorrection = (String, Option<String>);

const IP_ADDRESS: &str = "ip addresses can't be rp ids, so pages there can't use passkeys";

/// The first problem, in the order in which a reader would fix them.
fn origin_fault(text: &str) -> ProblemAndCorrection {
    let trimmed = text.trim();
    if let Some(fault) = no_single_value(text, "an origin", "https://example.org") {
        return (fault, None);
    }
    if trimmed == "null" {
        return (
            "it is what browsers write for pages without an origin, which can't use passkeys".into(),
            None,
        );
    }
    if has_app_prefix(trimmed) {
        return ("it names an app: `app_origin` accepts it".into(), None);
    }
    if has_extension_scheme(trimmed) {
        return ("it names a browser extension: `extension_origin` accepts it".into(), None);
    }
    let url = Parts::of(trimmed);
    if url.host.contains('*') || url.port == Some("*") {
        let fault = "an asterisk can't stand for a part of it: `subdomains_of` accepts the pages below a host, \
                     `any_port_of` those at any port";
        return (fault.into(), None);
    }
    let corrected = url.corrected();
    let corrected_text = corrected.as_ref().map(|(scheme, host, port)| {
        let port = port.map_or_else(String::new, |port| format!(":{port}"));
        format!("{}://{host}{port}", scheme.as_str())
    });
    let fault = url.scheme_fault().or_else(|| url.fault(text)).or_else(|| url.port_fault());
    if let Some(fault) = fault {
        return (fault, corrected_text.filter(|it| it != text));
    }
    if corrected.as_ref().is_some_and(|(scheme, ..)| *scheme == Scheme::Http) {
        let origin = WebOrigin::parse(text);
        let secure = origin.filter(|it| it.port.is_none()).map(|it| format!("https://{}", it.host));
        return ("pages over http can't use passkeys, except on localhost".into(), secure);
    }
    if WebOrigin::parse(text).is_some() {
        return ("it is an https origin: `origin` accepts it".into(), None);
    }
    ("the host is not a domain name".into(), None)
}

fn rp_id_fault(text: &str) -> ProblemAndCorrection {
    let trimmed = text.trim();
    if let Some(fault) = no_single_value(text, "a domain", "example.org") {
        return (fault, None);
    }
    let url = Parts::of(trimmed);
    let corrected = url.corrected().map(|(_, host, _)| host).filter(|host| host != text);
    let fault = match (url.scheme, url.port) {
        (Some(scheme), _) => Some(format!("leave out the scheme, {scheme}://")),
        (None, Some(port)) => Some(format!("leave out the port, :{port}")),
        (None, None) => None,
    };
    let asterisk = || {
        url.host.contains('*').then(|| "an rp id covers the hosts below it: leave out the asterisk".into())
    };
    match fault.or_else(asterisk).or_else(|| url.fault(text)) {
        Some(fault) => (fault, corrected),
        None => (
            "it is not a domain name: labels of 1 to 63 letters, digits and hyphens, 253 characters in all"
                .into(),
            None,
        ),
    }
}

/// Reports that there is no value, or more than one.
fn no_single_value(text: &str, what: &str, example: &str) -> Option<String> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Some(format!("it is empty; write {what} such as {example}"));
    }
    let is_list = trimmed.contains([',', ';']) || trimmed.contains(char::is_whitespace);
    is_list.then(|| format!("it is a list; give each {} by itself", what.rsplit(' ').next().unwrap_or(what)))
}

/// Text, parsed as far as possible.
struct Parts<'a> {
    scheme: Option<&'a str>,
    user: bool,
    host: &'a str,
    /// What follows the host after a colon.
    port: Option<&'a str>,
    /// Path, query and fragment.
    rest: &'a str,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Self {
        let (scheme, after) =
            text.split_once("://").map_or((None, text), |(scheme, after)| (Some(scheme), after));
        let end = after.find(['/', '?', '#', '\\']).unwrap_or(after.len());
        let (authority, rest) = after.split_at_checked(end).unwrap_or((after, ""));
        let (user, authority) = match authority.rsplit_once('@') {
            Some((_, authority)) => (true, authority),
            None => (false, authority),
        };
        // The colons of an IPv6 address are within brackets, or there are several.
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') && (host.ends_with(']') || !host.contains(':')) => {
                (host, Some(port))
            }
            _ => (authority, None),
        };
        Self { scheme, user, host, port, rest }
    }

    /// What is wrong with the scheme of an origin.
    fn scheme_fault(&self) -> Option<String> {
        match self.scheme {
            None => Some("the scheme is missing".into()),
            Some("https" | "http") => None,
            Some(scheme) if scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http") => {
                Some("write it in lower case".into())
            }
            Some(scheme) => Some(format!("pages over {scheme} can't use passkeys, only those over https")),
        }
    }

    /// What is wrong with the port of an origin.
    fn port_fault(&self) -> Option<String> {
        let port = self.port?;
        let default = if self.scheme == Some("http") { "80" } else { "443" };
        if port == default {
            return Some(format!("leave out :{port}, which browsers do not write"));
        }
        let is_plain = port.bytes().all(|byte| byte.is_ascii_digit()) && !port.starts_with('0');
        let is_port = is_plain && port.parse::<u16>().is_ok();
        (!is_port).then(|| format!("the port {port:?} is not a number from 1 to 65535"))
    }

    /// What is wrong with everything else.
    fn fault(&self, text: &str) -> Option<String> {
        let labels = self.host.rsplit('.').next().unwrap_or_default();
        let is_address = self.host.starts_with('[')
            || !labels.is_empty() && labels.bytes().all(|byte| byte.is_ascii_digit());
        if text.trim() != text {
            Some("leave out the white space around it".into())
        } else if self.user {
            Some("leave out the user name, all up to the @".into())
        } else if !self.rest.is_empty() {
            Some(format!("remove the path, {}", self.rest))
        } else if is_address || self.host.contains(':') {
            Some(IP_ADDRESS.into())
        } else if !self.host.is_ascii() {
            Some("a name in other letters is written in its xn-- form".into())
        } else if self.host.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Some("write it in lower case".into())
        } else if self.host.len() > 1 && self.host.ends_with('.') {
            Some("leave out the dot at the end".into())
        } else {
            None
        }
    }

    /// Scheme, host, and port unless it is the scheme's own, if they can be made those of a web origin.
    fn corrected(&self) -> Option<(Scheme, String, Option<u16>)> {
        let scheme = match self.scheme.map(str::to_ascii_lowercase).as_deref() {
            None if self.host.eq_ignore_ascii_case(LOCALHOST) => Scheme::Http,
            None | Some("https") => Scheme::Https,
            Some("http") => Scheme::Http,
            Some(_) => return None,
        };
        let host = match self.host {
            "127.0.0.1" | "[::1]" => LOCALHOST.to_owned(),
            host => to_ascii(host.strip_prefix("*.").unwrap_or(host))?,
        };
        let host = host.strip_suffix('.').map(str::to_owned).unwrap_or(host);
        let port = match self.port {
            None => None,
            Some(port) => Some(port.parse().ok().filter(|port| *port != 0)?),
        };
        is_domain(&host).then_some((scheme, host, port.filter(|port| *port != scheme.default_port())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_of_an_origin_is_named_with_what_to_write() {
        for (text, said) in [
            (
                "https://example.org:443",
                "leave out :443, which browsers do not write; write https://example.org",
            ),
            ("http://localhost:80", "leave out :80, which browsers do not write; write http://localhost"),
            ("https://example.org/", "remove the path, /; write https://example.org"),
            (
                "https://example.org/login?next#top",
                "remove the path, /login?next#top; write https://example.org",
            ),
            ("https://example.org:8443/", "remove the path, /; write https://example.org:8443"),
            ("https://Example.org", "write it in lower case; write https://example.org"),
            ("HTTPS://example.org", "write it in lower case; write https://example.org"),
            (
                "http://127.0.0.1:9499",
                "ip addresses can't be rp ids, so pages there can't use passkeys; write http://localhost:9499",
            ),
            (
                "http://[::1]:9499",
                "ip addresses can't be rp ids, so pages there can't use passkeys; write http://localhost:9499",
            ),
            ("https://192.0.2.1", "ip addresses can't be rp ids, so pages there can't use passkeys"),
            ("https://a.org,https://b.org", "it is a list; give each origin by itself"),
            ("https://a.org https://b.org", "it is a list; give each origin by itself"),
            (" https://example.org", "leave out the white space around it; write https://example.org"),
            ("https://jo@example.org", "leave out the user name, all up to the @; write https://example.org"),
            (
                "https://пример.рф",
                "a name in other letters is written in its xn-- form; write https://xn--e1afmkfd.xn--p1ai",
            ),
            ("https://☃.example", "a name in other letters is written in its xn-- form"),
            ("example.org", "the scheme is missing; write https://example.org"),
            ("LocalHost:8080", "the scheme is missing; write http://localhost:8080"),
            (
                "http://example.org",
                "pages over http can't use passkeys, except on localhost; write https://example.org",
            ),
            ("http://example.org:8080", "pages over http can't use passkeys, except on localhost"),
            ("ftp://example.org", "pages over ftp can't use passkeys, only those over https"),
            ("https://example.org.", "leave out the dot at the end; write https://example.org"),
            (
                "https://example.org:08443",
                "the port \"08443\" is not a number from 1 to 65535; write https://example.org:8443",
            ),
            ("https://example.org:x", "the port \"x\" is not a number from 1 to 65535"),
            ("https://example.org:", "the port \"\" is not a number from 1 to 65535"),
            ("https://", "the host is not a domain name"),
            ("https://-.example", "the host is not a domain name"),
            ("https://.", "the host is not a domain name"),
            ("null", "it is what browsers write for pages without an origin, which can't use passkeys"),
            ("", "it is empty; write an origin such as https://example.org"),
            ("android:apk-key-hash:x", "it names an app: `app_origin` accepts it"),
            ("moz-extension://x", "it names a browser extension: `extension_origin` accepts it"),
            ("https://example.org", "it is an https origin: `origin` accepts it"),
        ] {
            assert_eq!(OriginAdvice(text).to_string(), said, "{text}");
        }
        assert!(OriginAdvice("https://*.example.org").to_string().contains("`subdomains_of`"));
    }

    #[test]
    fn each_fault_of_an_rp_id_is_named_with_what_to_write() {
        for (text, said) in [
            ("https://example.org", "leave out the scheme, https://; write example.org"),
            ("example.org:443", "leave out the port, :443; write example.org"),
            ("example.org/", "remove the path, /; write example.org"),
            ("Example.org", "write it in lower case; write example.org"),
            ("example.org.", "leave out the dot at the end; write example.org"),
            (
                "*.example.org",
                "an rp id covers the hosts below it: leave out the asterisk; write example.org",
            ),
            ("пример.рф", "a name in other letters is written in its xn-- form; write xn--e1afmkfd.xn--p1ai"),
            ("192.168.1.20", "ip addresses can't be rp ids, so pages there can't use passkeys"),
            ("127.0.0.1", "ip addresses can't be rp ids, so pages there can't use passkeys; write localhost"),
            ("[::1]", "ip addresses can't be rp ids, so pages there can't use passkeys; write localhost"),
            ("2001:db8::1", "ip addresses can't be rp ids, so pages there can't use passkeys"),
            ("a.org,b.org", "it is a list; give each domain by itself"),
            ("", "it is empty; write a domain such as example.org"),
            (" example.org ", "leave out the white space around it; write example.org"),
            (
                "-example.org",
                "it is not a domain name: labels of 1 to 63 letters, digits and hyphens, 253 characters in all",
            ),
        ] {
            assert_eq!(RpIdAdvice(text).to_string(), said, "{text}");
        }
    }

    #[test]
    fn what_is_to_be_written_is_an_origin() {
        for text in [
            "https://Bücher.example:443/a",
            "localhost:8080",
            "HTTP://LOCALHOST:08080/",
            "https://jo@a.example.",
        ] {
            let said = OriginAdvice(text).to_string();
            let (_, corrected) = said.split_once("; write ").unwrap();
            assert!(crate::relying_party::origin::is_web_origin(corrected), "{said}");
        }
    }
}
