//! Certificates, revocation lists and certificate authorities for tests ([RFC 5280](https://www.rfc-editor.org/rfc/rfc5280)).

pub mod oid;

mod authority;
mod draft;
mod parts;
mod revocation;

pub use authority::CertificateAuthority;
pub use draft::CertificateDraft;
pub(crate) use parts::directory_name;
pub use parts::{Attribute, Critical, Extension, Time, name, signature_algorithm};
pub use revocation::{RevocationListDraft, RevokedCertificate};
