//! What a client is, as words for its user, who looks through the list of sessions.

use axum::http::{HeaderMap, header};

/// The marks of browsers in `User-Agent`. Most browsers also have those of others, so the order counts.
const BROWSERS: [(&str, &str); 10] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// The marks of systems. An iPad says that it is a Mac, unless its user wants pages for mobile devices.
const SYSTEMS: [(&str, &str); 7] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
];

/// The browser and the system by the request's own claim, such as "Firefox on Linux"; `None` if neither is known. The words
/// are ours, so that a client can't write into another user's page, and no version is stored.
pub(super) fn words(headers: &HeaderMap) -> Option<String> {
    let claim = headers.get(header::USER_AGENT)?.to_str().ok()?;
    let find = |marks: &[(&str, &'static str)]| {
        marks.iter().find(|(mark, _)| claim.contains(mark)).map(|(_, word)| *word)
    };
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => Some(format!("{browser} on {system}")),
        (one, other) => one.or(other).map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn browsers_and_systems_are_named() {
        let words = |claim: &str| {
            let value = HeaderValue::from_str(claim).unwrap();
            words(&HeaderMap::from_iter([(header::USER_AGENT, value)]))
        };
        let safari = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 \
                      Safari/605.1.15";
        let chrome = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile \
                      Safari/537.36";
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 \
                    Safari/537.36 Edg/131.0.0.0";
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0";
        for (claim, expected) in [
            (safari, Some("Safari on macOS")),
            (chrome, Some("Chrome on Android")),
            (edge, Some("Edge on Windows")),
            (firefox, Some("Firefox on Linux")),
            ("Firefox/1", Some("Firefox")),
            ("Windows", Some("Windows")),
            ("curl/8.0", None),
            ("", None),
        ] {
            assert_eq!(words(claim).as_deref(), expected, "{claim}");
        }
        assert_eq!(super::words(&HeaderMap::new()), None);
    }
}
