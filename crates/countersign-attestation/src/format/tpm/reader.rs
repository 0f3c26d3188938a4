//! A reader of what a TPM marshals: big-endian integers, and byte strings with their length in two bytes before them.
//! TPM 2.0 Part 2, sections 4.10 and 10.4.

use super::error::{STRUCTURE_MAX, TpmError};

/// Reads fields one after the other. Errors name `structure`.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    structure: &'static str,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) const fn new(structure: &'static str, bytes: &'a [u8]) -> Result<Self, TpmError> {
        if bytes.len() > STRUCTURE_MAX {
            return Err(TpmError::TooLong { structure, length: bytes.len() });
        }
        Ok(Self { structure, rest: bytes })
    }

    pub(super) fn u16(&mut self, field: &'static str) -> Result<u16, TpmError> {
        self.array(field).map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self, field: &'static str) -> Result<u32, TpmError> {
        self.array(field).map(u32::from_be_bytes)
    }

    pub(super) fn u64(&mut self, field: &'static str) -> Result<u64, TpmError> {
        self.array(field).map(u64::from_be_bytes)
    }

    /// The bytes of a `TPM2B_…` structure.
    pub(super) fn sized(&mut self, field: &'static str) -> Result<&'a [u8], TpmError> {
        let length = usize::from(self.u16(field)?);
        let truncated = TpmError::Truncated { structure: self.structure, field };
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(truncated)?;
        self.rest = rest;
        Ok(bytes)
    }

    /// The next `LENGTH` bytes.
    pub(super) fn array<const LENGTH: usize>(
        &mut self,
        field: &'static str,
    ) -> Result<[u8; LENGTH], TpmError> {
        let truncated = TpmError::Truncated { structure: self.structure, field };
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(truncated)?;
        self.rest = rest;
        Ok(*bytes)
    }

    /// Fails if bytes are left.
    pub(super) const fn end(&self) -> Result<(), TpmError> {
        match self.rest.len() {
            0 => Ok(()),
            length => Err(TpmError::TrailingData { structure: self.structure, length }),
        }
    }
}
