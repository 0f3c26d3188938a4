//! The limits on untrusted input. The comment of each limit explains its number.

/// The most certificates in `x5c`. The longest chains in use have four, root included.
pub const X5C_MAX: usize = 8;

/// The most bytes of a certificate. A certificate with an ML-DSA-87 key and signature has some 8 KiB; no other kind
/// used for attestation has half of that.
pub const CERTIFICATE_MAX: usize = 16 * 1024;

/// The most extensions of a certificate. Certificates in use have a dozen.
pub const EXTENSIONS_MAX: usize = 64;

/// The most parts of a compound statement. The specification sets no limit; no authenticator is known to send more than
/// a handful, and each part costs a signature check.
pub const PARTS_MAX: usize = 16;

/// The most certificates in all parts of a compound statement: three for each of ten parts, and two to spare.
pub const PART_CERTIFICATES_MAX: usize = 32;

/// The most bytes of a certificate revocation list. Lists of attestation CAs have some kilobytes; those of the busiest
/// public CAs, a few megabytes.
pub const CRL_MAX: usize = 16 * 1024 * 1024;

/// The most bytes of a status list of Android's attestation keys. The list in use has some 2000 entries of some 100
/// bytes.
pub const STATUS_LIST_MAX: usize = 8 * 1024 * 1024;
