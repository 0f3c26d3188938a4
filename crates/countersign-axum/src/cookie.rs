//! The cookies of the session and of the browser.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::token::Token;

/// Lifetime in seconds of the cookie that ceremonies are bound to: longer than any ceremony, and short, since each
/// start renews it.
const BROWSER_SECONDS: i64 = 60 * 60;

/// Lifetime in seconds of a session, used or not, and of its cookie: thirty days.
pub(crate) const SESSION_SECONDS: i64 = 30 * 24 * 60 * 60;

/// The cookies of an application.
pub(crate) struct Cookies {
    /// The cookie with the session's token.
    pub(crate) session: Cookie,
    /// The cookie that binds ceremonies to the browser that started them. All its windows share it. It shows that the
    /// browser stores cookies before anything is stored that requires one.
    pub(crate) browser: Cookie,
}

/// The name and the attributes of a cookie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cookie {
    name: String,
    seconds: i64,
    attributes: String,
}

impl Cookies {
    /// The cookies for these origins. With a domain, all its hosts get the session's cookie.
    pub(crate) fn for_origins(origins: &[String], domain: Option<&str>) -> Self {
        let secure = origins.iter().any(|origin| origin.starts_with("https:"));
        // Cookies ignore ports: without the port in the name, two servers on localhost would overwrite each other's.
        let port =
            origins.first().and_then(|origin| origin.rsplit(':').next()?.parse().ok()).unwrap_or(80_u16);
        let cookie = |name: &str, seconds: i64, domain: Option<&str>| {
            // Browsers bind a name with the first prefix to the host, the path and https, and one with the second to https.
            let (name, secure) = match (secure, domain) {
                (true, None) => (format!("__Host-countersign-{name}"), "; Secure"),
                (true, Some(_)) => (format!("__Secure-countersign-{name}"), "; Secure"),
                (false, _) => (format!("countersign-{name}-{port}"), ""),
            };
            let domain = domain.map(|domain| format!("Domain={domain}; ")).unwrap_or_default();
            Cookie { name, seconds, attributes: format!("{domain}HttpOnly; SameSite=Lax{secure}") }
        };
        Self {
            session: cookie("session", SESSION_SECONDS, domain),
            // Not `Strict`: browsers don't send such a cookie when they follow a link from another site. The answer
            // would replace it, and open ceremonies could not be finished.
            browser: cookie("browser", BROWSER_SECONDS, None),
        }
    }
}

impl Cookie {
    /// The token in the request, `None` if it is missing or malformed.
    pub(crate) fn read(&self, headers: &HeaderMap) -> Option<Token> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b';'))
            .filter_map(|pair| pair.trim_ascii().strip_prefix(self.name.as_bytes())?.strip_prefix(b"="))
            .find_map(Token::parse)
    }

    /// The `Set-Cookie` value that stores the token.
    pub(crate) fn set(&self, token: &Token) -> Option<HeaderValue> {
        self.header(&token.text(), self.seconds)
    }

    /// The `Set-Cookie` value that deletes the token.
    pub(crate) fn clear(&self) -> Option<HeaderValue> {
        self.header("", 0)
    }

    fn header(&self, value: &str, seconds: i64) -> Option<HeaderValue> {
        let text = format!("{}={value}; Path=/; Max-Age={seconds}; {}", self.name, self.attributes);
        let mut header = HeaderValue::try_from(text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookies(origin: &str) -> Cookies {
        Cookies::for_origins(&[origin.to_owned()], None)
    }

    fn read(origin: &str, values: &[&[u8]]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::COOKIE, HeaderValue::from_bytes(value).unwrap());
        }
        cookies(origin).session.read(&headers).map(|token| token.text())
    }

    const HTTP: &str = "http://localhost:8080";
    const HTTPS: &str = "https://example.org";

    #[test]
    fn a_token_is_found_among_other_cookies() {
        let text = Token::new(&mut getrandom::fill).unwrap().text();
        let pair = format!("countersign-session-8080={text}");
        assert_eq!(read(HTTP, &[pair.as_bytes()]), Some(text.clone()));
        assert_eq!(read(HTTP, &[format!("a=b; {pair} ;c").as_bytes()]), Some(text.clone()));
        assert_eq!(read(HTTP, &[b"a=b", pair.as_bytes()]), Some(text.clone()));
        assert_eq!(read(HTTPS, &[format!("__Host-countersign-session={text}").as_bytes()]), Some(text));
        assert_eq!(read(HTTPS, &[pair.as_bytes()]), None);
    }

    #[test]
    fn junk_is_no_token() {
        for junk in [
            &b""[..],
            b"countersign-session-8080",
            b"countersign-session-8080=",
            b"countersign-session-8080=\xff\xfe",
            b"countersign-session-8080==;=;;",
            b"xcountersign-session-8080=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert_eq!(read(HTTP, &[junk]), None);
        }
    }

    #[test]
    fn servers_on_two_ports_of_a_host_have_different_cookies() {
        let text = Token::new(&mut getrandom::fill).unwrap().text();
        let pair = format!("countersign-session-8081={text}");
        assert_eq!(read(HTTP, &[pair.as_bytes()]), None);
        assert_eq!(read("http://localhost:8081", &[pair.as_bytes()]), Some(text));
        assert_eq!(cookies("http://localhost").session.name, "countersign-session-80");
        assert_eq!(cookies("http://[::1]:81").browser.name, "countersign-browser-81");
    }

    #[test]
    fn https_makes_the_cookies_secure() {
        let token = Token::new(&mut getrandom::fill).unwrap();
        let header = |value: Option<HeaderValue>| value.unwrap().to_str().unwrap().to_owned();
        assert_eq!(
            header(cookies(HTTPS).session.set(&token)),
            format!(
                "__Host-countersign-session={}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure",
                token.text()
            )
        );
        assert_eq!(
            header(cookies(HTTPS).browser.set(&token)),
            format!(
                "__Host-countersign-browser={}; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure",
                token.text()
            )
        );
        assert_eq!(
            header(cookies(HTTP).session.clear()),
            "countersign-session-8080=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
        );
    }
}
