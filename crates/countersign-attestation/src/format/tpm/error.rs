//! Errors in the structures of a TPM.

/// The most bytes of a structure. TPMs have buffers of 4096 bytes for a whole response; the structures in use have some
/// 400. Fields need no further limit: they are parts of the structure, and are compared, not copied.
pub(super) const STRUCTURE_MAX: usize = 4096;

/// How a TPM structure of the statement breaks its definition. `structure` is the member of the statement, `field` the
/// name in [TPM 2.0 Part 2](https://trustedcomputinggroup.org/resource/tpm-library-specification/).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TpmError {
    /// The structure ends within a field.
    #[error("{structure} ends within {field}")]
    Truncated {
        /// The structure.
        structure: &'static str,
        /// The field.
        field: &'static str,
    },
    /// Bytes follow the structure.
    #[error("{length} bytes follow {structure}")]
    TrailingData {
        /// The structure.
        structure: &'static str,
        /// The number of bytes that follow.
        length: usize,
    },
    /// The structure is longer than 4096 bytes.
    #[error("{structure} of {length} bytes, at most {STRUCTURE_MAX} expected")]
    TooLong {
        /// The structure.
        structure: &'static str,
        /// The number of bytes in the structure.
        length: usize,
    },
    /// A field has an unknown value, or one that an attested signing key can't have.
    #[error("{field} has the invalid value {got:#x}")]
    Value {
        /// The field.
        field: &'static str,
        /// The value of the field.
        got: u32,
    },
}
