//! Where things are specified.

/// A section of Web Authentication Level 3, by its anchor.
macro_rules! webauthn {
    ($anchor:literal) => {
        concat!("https://www.w3.org/TR/webauthn-3/#", $anchor)
    };
}

/// A section of an RFC.
macro_rules! rfc {
    ($number:literal, $section:literal) => {
        concat!("https://www.rfc-editor.org/rfc/rfc", $number, "#", $section)
    };
}

pub(crate) use {rfc, webauthn};

/// The structures of TPMs, TPM 2.0 Part 2.
pub(crate) const TPM: &str = "https://trustedcomputinggroup.org/resource/tpm-library-specification/";

/// The schema of Android's description of a key.
pub(crate) const ANDROID_KEY: &str =
    "https://source.android.com/docs/security/features/keystore/attestation#schema";

/// The status list of Android's attestation keys.
pub(crate) const ANDROID_STATUS: &str =
    "https://developer.android.com/privacy-and-security/security-key-attestation#certificate_status";

/// FIDO metadata statements.
pub(crate) const METADATA_STATEMENT: &str =
    "https://fidoalliance.org/specs/mds/fido-metadata-statement-v3.1-ps-20250521.html#metadata-keys";

/// FIDO metadata BLOBs and their entries.
pub(crate) const METADATA_SERVICE: &str =
    "https://fidoalliance.org/specs/mds/fido-metadata-service-v3.1-ps-20250521.html#metadata-blob-format";

/// Apple's App Attest.
pub(crate) const APP_ATTEST: &str =
    "https://developer.apple.com/documentation/devicecheck/validating-apps-that-connect-to-your-server";

/// HTTP archives.
pub(crate) const HAR: &str = "https://w3c.github.io/web-performance/specs/HAR/Overview.html";

/// The extensions of CTAP 2.2.
pub(crate) const CTAP: &str = "https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#sctn-defined-extensions";
