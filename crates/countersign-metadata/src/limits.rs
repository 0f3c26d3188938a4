//! Limits of what is read: each rejects input that no honest service sends.

/// The longest BLOB in bytes, by default. That of November 2026 has 12 MB, and grew fourfold in three years.
pub const BLOB_MAX: usize = 64 * 1024 * 1024;

/// The most entries of a BLOB. That of November 2026 has 520.
pub const ENTRIES_MAX: usize = 16_384;

/// The most keys of an entry. The entry with the most, in November 2026, has some forty.
pub const KEYS_MAX: usize = 1024;

/// The most status reports of an entry. The entry with the most, in November 2026, has 4. All are read each time that
/// the model is judged.
pub const REPORTS_MAX: usize = 1024;

/// The longest icon, in bytes, that a [`ModelName`](crate::ModelName) carries. The longest of today has 106 000; most
/// have a tenth of that.
pub const ICON_MAX: usize = 256 * 1024;

/// The longest list of rogue authenticators in bytes: some hundred thousand authenticators, which is more than a batch.
pub const ROGUE_LIST_MAX: usize = 8 * 1024 * 1024;

/// The longest secret key of a rogue authenticator in bytes. That of the largest curve of ECDAA has 80.
pub const ROGUE_KEY_MAX: usize = 128;

/// The most certificates in `x5c`, as in an attestation statement.
pub(crate) const X5C_MAX: usize = 8;

/// The longest encoded header in bytes: that of [`X5C_MAX`] certificates of the greatest length, twice in base64.
pub(crate) const HEADER_MAX: usize = 256 * 1024;
