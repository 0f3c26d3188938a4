//! The origins of apps, as their platforms write them.
//!
//! Android: `android:apk-key-hash:` and the base64url of the SHA-256 of the app's signing certificate
//! ([Credential Manager, verify the origin](https://developer.android.com/identity/sign-in/credential-manager#verify-origin)).
//! Apple: `ios:bundle-id:` and the
//! [bundle identifier](https://developer.apple.com/documentation/bundleresources/information-property-list/cfbundleidentifier).

use countersign_types::base64url;

const ANDROID: &str = "android:apk-key-hash:";
const IOS: &str = "ios:bundle-id:";

/// The origin of an Android app, from the SHA-256 of its signing certificate.
pub(crate) fn android(certificate_sha256: &[u8; 32]) -> String {
    format!("{ANDROID}{}", base64url::encode(certificate_sha256))
}

/// The origin of an app on Apple's platforms, from its bundle identifier.
pub(crate) fn ios(bundle_id: &str) -> String {
    format!("{IOS}{bundle_id}")
}

/// Whether `text` names an app, exactly as its platform writes it.
pub(crate) fn is_app_origin(text: &str) -> bool {
    let is_hash = |text| base64url::decode(text).is_ok_and(|hash| hash.len() == 32);
    match (text.strip_prefix(ANDROID), text.strip_prefix(IOS)) {
        (Some(hash), _) => is_hash(hash),
        (_, Some(id)) => is_bundle_id(id),
        _ => false,
    }
}

/// Whether `text` begins like the origin of an app.
pub(super) fn has_app_prefix(text: &str) -> bool {
    text.starts_with(ANDROID) || text.starts_with(IOS)
}

/// Letters, digits, hyphens and periods.
fn is_bundle_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apps_are_named_as_their_platforms_name_them() {
        let android = android(&[0xfb; 32]);
        assert_eq!(android, "android:apk-key-hash:-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s");
        assert!(is_app_origin(&android));
        assert_eq!(ios("org.example.App-2"), "ios:bundle-id:org.example.App-2");
        assert!(is_app_origin("ios:bundle-id:org.example.App-2"));
    }

    #[test]
    fn rule_372_what_names_no_app_is_no_app_origin() {
        let hash = "-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s";
        for origin in [
            "android:apk-key-hash:",
            // SHA-1, padding, the other alphabet, and hexadecimal digits.
            "android:apk-key-hash:Rq1deLwpbZ1dUcuFHUS4JDyvELk",
            &format!("android:apk-key-hash:{hash}="),
            &format!("android:apk-key-hash:{}", hash.replace('-', "+").replace('_', "/")),
            &format!("android:apk-key-hash:{}", "fb".repeat(32)),
            &format!("android:apk-key-hash-sha256:{hash}"),
            &format!("ANDROID:apk-key-hash:{hash}"),
            "android:",
            "ios:bundle-id:",
            "ios:bundle-id:a b",
            "ios:bundle-id:org.example.*",
            "symbian:org.example",
            "https://example.org",
        ] {
            assert!(!is_app_origin(origin), "{origin}");
        }
    }
}
