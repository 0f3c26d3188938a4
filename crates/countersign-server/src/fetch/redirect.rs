//! The targets of redirects
//! ([RFC 9110, section 10.2.2](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.2)).
//!
//! `ureq` could follow redirects itself, but without restrictions: it sends a user name in the address as a login, and
//! requests the path of a `file:` location from the previous host.

use ureq::http::{Uri, uri::Scheme};

use super::error::FetchError;

/// The address that `location` leads to from `base`
/// ([RFC 3986, section 5.2](https://www.rfc-editor.org/rfc/rfc3986#section-5.2)): over https, and without a user name.
pub(super) fn resolve(base: &Uri, location: &str) -> Result<Uri, FetchError> {
    let (location, _fragment) = location.split_once('#').unwrap_or((location, ""));
    let authority = base.authority().map_or("", |authority| authority.as_str());
    let target = match scheme(location) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") && rest.starts_with("//") => {
            format!("https:{rest}")
        }
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("https") => return Err(FetchError::Redirects),
        Some(_) => return Err(FetchError::NotHttps),
        None if location.starts_with("//") => format!("https:{location}"),
        None if location.is_empty() => base.to_string(),
        None => {
            let (path, query) = location.find('?').map_or((location, ""), |at| location.split_at(at));
            let path = match path {
                "" => base.path().to_owned(),
                path if path.starts_with('/') => without_dots(path),
                path => {
                    let folder = base.path().rsplit_once('/').map_or("", |(folder, _)| folder);
                    without_dots(&format!("{folder}/{path}"))
                }
            };
            format!("https://{authority}{path}{query}")
        }
    };
    let uri: Uri = target.parse().map_err(|_| FetchError::Redirects)?;
    let Some(authority) = uri.authority().filter(|it| !it.host().is_empty()) else {
        return Err(FetchError::Redirects);
    };
    if authority.as_str().contains('@') {
        return Err(FetchError::RedirectWithUser);
    }
    if uri.scheme() == Some(&Scheme::HTTPS) { Ok(uri) } else { Err(FetchError::NotHttps) }
}

/// The scheme of an absolute reference, and the text after its colon.
fn scheme(location: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = location.split_once(':')?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    is_scheme.then_some((scheme, rest))
}

/// A path without `.` and `..` ([RFC 3986, section 5.2.4](https://www.rfc-editor.org/rfc/rfc3986#section-5.2.4)).
fn without_dots(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/').skip(1) {
        match segment {
            "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    if path.ends_with("/.") || path.ends_with("/..") {
        segments.push("");
    }
    format!("/{}", segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(location: &str) -> Result<String, FetchError> {
        resolve(&"https://a.example:1/b/c?d".parse().unwrap(), location).map(|uri| uri.to_string())
    }

    #[test]
    fn a_location_is_absolute_or_relative_to_its_page() {
        for (location, expected) in [
            ("https://b.example/x?y#z", "https://b.example/x?y"),
            ("HTTPS://b.example", "https://b.example/"),
            ("//b.example/x", "https://b.example/x"),
            ("/x:y", "https://a.example:1/x:y"),
            ("x", "https://a.example:1/b/x"),
            ("./x/../y/.", "https://a.example:1/b/y/"),
            ("../../..", "https://a.example:1/"),
            ("?e", "https://a.example:1/b/c?e"),
            ("#f", "https://a.example:1/b/c?d"),
        ] {
            assert_eq!(from(location).as_deref(), Ok(expected), "{location}");
        }
    }

    #[test]
    fn rule_353_a_location_with_a_user_name_or_another_scheme_is_rejected() {
        for location in ["https://user:word@b.example/", "//user@b.example/", "https://@b.example/"] {
            assert_eq!(from(location), Err(FetchError::RedirectWithUser), "{location}");
        }
        for location in
            ["file:///etc/passwd", "file:/x", "FILE:x", "http://b.example/", "ftp://b", "data:,x", "a:b"]
        {
            assert_eq!(from(location), Err(FetchError::NotHttps), "{location}");
        }
        for location in ["https:///x", "https:x", "https://", "//", "/ x", "/\u{e9}x y"] {
            assert_eq!(from(location), Err(FetchError::Redirects), "{location}");
        }
    }
}
