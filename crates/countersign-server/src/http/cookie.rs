//! The session's cookie.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::{store::sessions::LIFETIME_SECONDS, token::Token};

/// How the cookie is called and guarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cookie {
    /// On https: `Secure`, and with a name that browsers hold to this host, path and scheme.
    Secure,
    /// On http, which is for this machine alone.
    Plain,
}

impl Cookie {
    /// The kind for a server of these origins.
    pub(super) fn for_origins(origins: &[String]) -> Self {
        if origins.iter().any(|origin| origin.starts_with("https:")) { Self::Secure } else { Self::Plain }
    }

    /// The token that the request has; `None` where there is none, or what can't be one.
    pub(super) fn read(self, headers: &HeaderMap) -> Option<Token> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b';'))
            .filter_map(|pair| pair.trim_ascii().strip_prefix(self.name().as_bytes())?.strip_prefix(b"="))
            .find_map(Token::parse)
    }

    /// The header that makes the browser keep the token.
    pub(super) fn keep(self, token: &Token) -> Option<HeaderValue> {
        self.header(&token.text(), LIFETIME_SECONDS)
    }

    /// The header that makes the browser forget it.
    pub(super) fn forget(self) -> Option<HeaderValue> {
        self.header("", 0)
    }

    fn header(self, value: &str, seconds: i64) -> Option<HeaderValue> {
        let name = self.name();
        let secure = if self == Self::Secure { "; Secure" } else { "" };
        let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
        let mut header = HeaderValue::try_from(text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Secure => "__Host-countersign_session",
            Self::Plain => "countersign_session",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: Cookie, cookies: &[&[u8]]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::COOKIE, HeaderValue::from_bytes(cookie).unwrap());
        }
        kind.read(&headers).map(|token| token.text())
    }

    #[test]
    fn a_token_is_found_among_other_cookies() {
        let text = Token::new().unwrap().text();
        let pair = format!("countersign_session={text}");
        assert_eq!(read(Cookie::Plain, &[pair.as_bytes()]), Some(text.clone()));
        assert_eq!(read(Cookie::Plain, &[format!("a=b; {pair} ;c").as_bytes()]), Some(text.clone()));
        assert_eq!(read(Cookie::Plain, &[b"a=b", pair.as_bytes()]), Some(text.clone()));
        assert_eq!(read(Cookie::Secure, &[format!("__Host-{pair}").as_bytes()]), Some(text));
        assert_eq!(read(Cookie::Secure, &[pair.as_bytes()]), None);
    }

    #[test]
    fn junk_is_no_token() {
        for junk in [
            &b""[..],
            b"countersign_session",
            b"countersign_session=",
            b"countersign_session=\xff\xfe",
            b"countersign_session==;=;;",
            b"xcountersign_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert_eq!(read(Cookie::Plain, &[junk]), None);
        }
    }

    #[test]
    fn https_makes_the_cookie_secure() {
        let token = Token::new().unwrap();
        let kind = |origin: &str| Cookie::for_origins(&[origin.to_owned()]);
        let secure = kind("https://example.org").keep(&token).unwrap();
        assert_eq!(
            secure.to_str().unwrap(),
            format!(
                "__Host-countersign_session={}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure",
                token.text()
            )
        );
        let plain = kind("http://localhost:8080").forget().unwrap();
        assert_eq!(
            plain.to_str().unwrap(),
            "countersign_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
        );
    }
}
