//! The words that layers above produce are what the documentation promises.

use countersign_types::Code;

#[test]
fn codes_have_the_documented_words() {
    let words = [
        (Code::AttestationCertificateRevoked, "attestation-certificate-revoked"),
        (Code::AuthenticatorNotAccepted, "authenticator-not-accepted"),
        (Code::ExtensionNotAccepted, "extension-not-accepted"),
        (Code::MetadataMalformed, "metadata-malformed"),
        (Code::MetadataSignatureInvalid, "metadata-signature-invalid"),
        (Code::MetadataUntrusted, "metadata-untrusted"),
        (Code::MetadataOutdated, "metadata-outdated"),
        (Code::MetadataRollback, "metadata-rollback"),
    ];
    for (code, word) in words {
        assert_eq!(code.as_str(), word);
    }
}
