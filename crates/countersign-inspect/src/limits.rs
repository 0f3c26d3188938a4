//! The limits on the input and on the explanation. The comment of each limit explains its number.

/// The most bytes of an input: 64 MiB. A metadata BLOB has 10 MB, and a HAR file of a long session some tens.
pub const INPUT_MAX: usize = 64 * 1024 * 1024;

/// The most fields of an explanation. The largest statements have some 300; a HAR file of a hundred ceremonies has 20,000.
pub const FIELDS_MAX: usize = 100_000;

/// The most layers of encodings that are decoded: a JSON string, percent signs, base64url and the bytes leave one to spare.
pub const ENCODINGS_MAX: usize = 5;

/// The deepest nesting of CBOR, DER and JSON that is explained. A certificate in a statement in a response nests 14 levels.
pub const DEPTH_MAX: usize = 24;

/// The most values of a JSON text. A metadata BLOB has some 200,000, and a HAR file of a long session as many.
pub const JSON_VALUES_MAX: usize = 1_000_000;

/// The most items of a CBOR text: as many as fit into the 64 KiB that the strict parsers accept. An attestation object of
/// the longest known chain has some 60.
pub const CBOR_ITEMS_MAX: usize = 65_536;

/// The most bytes of a field that are shown in hexadecimal digits: an ML-DSA-87 signature has 4627.
pub const HEX_MAX: usize = 5_000;

/// The most characters of a field's value. The longest are texts of metadata statements.
pub const VALUE_MAX: usize = 4_000;

/// The most bytes of a blob that a statement or key is read from. The libraries accept 64 KiB of authenticator data.
pub const BINARY_MAX: usize = 1024 * 1024;
