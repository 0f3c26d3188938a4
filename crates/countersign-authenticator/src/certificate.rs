//! Certificates, revocation lists and certificate authorities for tests ([RFC 5280](https://www.rfc-editor.org/rfc/rfc5280)).

pub mod oid;

pub(crate) mod authority;
pub(crate) mod draft;
pub(crate) mod parts;
pub(crate) mod revocation;

pub use authority::CertificateAuthority;
pub use draft::CertificateDraft;
pub use parts::{Attribute, Critical, Extension, Time, name, signature_algorithm};
pub use revocation::{RevocationListDraft, RevokedCertificate};
