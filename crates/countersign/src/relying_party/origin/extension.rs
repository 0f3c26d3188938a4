//! The origins of browser extensions, which use an RP ID by permission instead of by domain.
//!
//! Chromium writes `chrome-extension://` and the extension's ID, 32 letters from `a` to `p`; Firefox, from version 150,
//! `moz-extension://` and SHA-256 of the extension's ID, 64 such letters. Both let an extension use the RP IDs of hosts that
//! it has permissions for ([MDN, extension origin and server-side
//! validation](https://developer.mozilla.org/en-US/docs/Mozilla/Add-ons/WebExtensions/Use_the_web_authn_api#extension_origin_and_server-side_validation)).
//! The UUID in the addresses of a Firefox extension's pages is another for each installation, and is never written.

/// The schemes, and how many letters follow each: half a byte a letter, of 128 and of 256 bits.
const FORMS: [(&str, usize); 2] = [("chrome-extension://", 32), ("moz-extension://", 64)];

/// Whether `text` is the origin of a browser extension, exactly as its browser writes it.
pub(crate) fn is_extension_origin(text: &str) -> bool {
    FORMS.into_iter().any(|(scheme, length)| {
        text.strip_prefix(scheme)
            .is_some_and(|id| id.len() == length && id.bytes().all(|byte| matches!(byte, b'a'..=b'p')))
    })
}

/// Whether `text` begins like the origin of an extension.
pub(super) fn has_extension_scheme(text: &str) -> bool {
    FORMS.into_iter().any(|(scheme, _)| text.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHROME: &str = "chrome-extension://abcdefghijklmnopabcdefghijklmnop";
    const FIREFOX: &str = "moz-extension://ngpncaopklanhjklijieoihgbhbgknjjdklmlpagjoaobbpmknfgmhgghbadgoai";

    #[test]
    fn extensions_are_named_as_their_browsers_name_them() {
        assert!(is_extension_origin(CHROME) && is_extension_origin(FIREFOX));
    }

    #[test]
    fn rule_372_what_names_no_extension_is_no_extension_origin() {
        for origin in [
            "",
            "chrome-extension://",
            "moz-extension://6d62a1b4-6e3b-4bd1-9d3c-2f8c1f3ad1f1",
            "safari-web-extension://6d62a1b4-6e3b-4bd1-9d3c-2f8c1f3ad1f1",
            &CHROME.replace('p', "q"),
            &CHROME.to_uppercase(),
            &CHROME.replace("ab", "AB"),
            &CHROME[..CHROME.len() - 1],
            &format!("{CHROME}a"),
            &format!("{CHROME}/"),
            &format!(" {CHROME}"),
            &CHROME.replace("chrome", "moz"),
            &FIREFOX.replace("moz", "chrome"),
            &FIREFOX.replace("moz", "edge"),
            "https://example.org",
        ] {
            assert!(!is_extension_origin(origin), "{origin}");
        }
    }
}
