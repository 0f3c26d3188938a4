//! Concepts, questions and migrating: each of their examples is compiled and run as a test.

mod concepts {
    #[doc = include_str!("../../../docs/concepts/ceremonies.md")]
    struct Ceremonies;
    #[doc = include_str!("../../../docs/concepts/origins.md")]
    struct Origins;
    #[doc = include_str!("../../../docs/concepts/discoverable.md")]
    struct Discoverable;
    #[doc = include_str!("../../../docs/concepts/user-verification.md")]
    struct UserVerification;
    #[doc = include_str!("../../../docs/concepts/backup.md")]
    struct Backup;
    #[doc = include_str!("../../../docs/concepts/counters.md")]
    struct Counters;
    #[doc = include_str!("../../../docs/concepts/attestation.md")]
    struct Attestation;
    #[doc = include_str!("../../../docs/concepts/metadata.md")]
    struct Metadata;
    #[doc = include_str!("../../../docs/concepts/trust.md")]
    struct Trust;
}

#[doc = include_str!("../../../docs/FAQ.md")]
struct Questions;

mod migrating {
    #[doc = include_str!("../../../docs/migrating/README.md")]
    struct Common;
    #[doc = include_str!("../../../docs/migrating/webauthn-rs.md")]
    struct WebauthnRs;
    #[doc = include_str!("../../../docs/migrating/webauthn_rp.md")]
    struct WebauthnRp;
    #[doc = include_str!("../../../docs/migrating/go-webauthn.md")]
    struct GoWebauthn;
    #[doc = include_str!("../../../docs/migrating/simplewebauthn.md")]
    struct SimpleWebAuthn;
    #[doc = include_str!("../../../docs/migrating/py_webauthn.md")]
    struct PyWebauthn;
    #[doc = include_str!("../../../docs/migrating/java-webauthn-server.md")]
    struct JavaWebauthnServer;
}
