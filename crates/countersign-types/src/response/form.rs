//! Where the bytes of a response are kept: in allocations of their own, or in a buffer that the caller has.

use alloc::vec::Vec;
use core::mem;

use super::{MemberFault, ResponseError};
use crate::{Base64Url, CredentialId, UserHandle, base64url, identifiers::USER_HANDLE_MAX};

/// Decodes the texts of members, and says what becomes of the bytes.
pub(super) trait Form {
    type Bytes;
    type CredentialId;
    type UserHandle;

    fn decode(&mut self, text: &str) -> Result<Self::Bytes, MemberFault>;

    /// `None` where there are no bytes.
    fn credential_id(bytes: Self::Bytes) -> Option<Self::CredentialId>;

    /// An empty one is `Ok(None)`: Safari's way of saying that there is none. `Err` where there are more than 64 bytes.
    fn user_handle(bytes: Self::Bytes) -> Result<Option<Self::UserHandle>, MemberFault>;

    fn member(&mut self, text: &str, member: &'static str) -> Result<Self::Bytes, ResponseError> {
        self.decode(text).map_err(|fault| ResponseError::Malformed { member, fault })
    }
}

/// An allocation for each member.
pub(super) struct Owned;

impl Form for Owned {
    type Bytes = Base64Url;
    type CredentialId = CredentialId;
    type UserHandle = UserHandle;

    fn decode(&mut self, text: &str) -> Result<Base64Url, MemberFault> {
        base64url::decode(text).map(Base64Url::from).map_err(|_| MemberFault::of_text(text))
    }

    fn credential_id(bytes: Base64Url) -> Option<CredentialId> {
        CredentialId::new(bytes.into_vec())
    }

    fn user_handle(bytes: Base64Url) -> Result<Option<UserHandle>, MemberFault> {
        if bytes.is_empty() {
            return Ok(None);
        }
        UserHandle::new(bytes.into_vec()).map(Some).ok_or(MemberFault::TooLong)
    }
}

/// One member after the other in a buffer.
pub(super) struct InScratch<'s> {
    left: &'s mut [u8],
}

impl<'s> Form for InScratch<'s> {
    type Bytes = &'s [u8];
    type CredentialId = &'s [u8];
    type UserHandle = &'s [u8];

    fn decode(&mut self, text: &str) -> Result<&'s [u8], MemberFault> {
        let (place, left) = mem::take(&mut self.left)
            .split_at_mut_checked(base64url::decoded_length(text.len()))
            .ok_or(MemberFault::TooLong)?;
        self.left = left;
        base64url::decode_into(text, place).map_err(|_| MemberFault::of_text(text))
    }

    fn credential_id(bytes: &'s [u8]) -> Option<&'s [u8]> {
        (!bytes.is_empty()).then_some(bytes)
    }

    fn user_handle(bytes: &'s [u8]) -> Result<Option<&'s [u8]>, MemberFault> {
        if bytes.len() > USER_HANDLE_MAX {
            Err(MemberFault::TooLong)
        } else {
            Ok(Some(bytes).filter(|it| !it.is_empty()))
        }
    }
}

/// The bytes that are there before any is allocated: 4 KiB.
///
/// An assertion's members come to some 500 bytes with ES256, EdDSA or RS256, to 3 KiB with ML-DSA-44 and to 4 KiB with
/// ML-DSA-65, of client data as browsers make them.
pub const RESPONSE_SCRATCH: usize = 4 * 1024;

/// Room for the decoded members of an [`AuthenticationResponseRef`](super::AuthenticationResponseRef): it can be used
/// again for the next one.
///
/// It has [`RESPONSE_SCRATCH`] bytes in itself. A JSON text of more than 4/3 of that makes it allocate, once, what is
/// missing; it keeps that.
#[derive(Clone)]
pub struct ResponseScratch {
    fixed: [u8; RESPONSE_SCRATCH],
    larger: Vec<u8>,
}

impl ResponseScratch {
    /// Empty.
    pub const fn new() -> Self {
        Self { fixed: [0; RESPONSE_SCRATCH], larger: Vec::new() }
    }

    /// Room for the members of a JSON text of so many bytes, which no caller lets be more than
    /// [`RESPONSE_JSON_MAX`](super::RESPONSE_JSON_MAX).
    pub(super) fn form(&mut self, json_length: usize) -> InScratch<'_> {
        let needed = base64url::decoded_length(json_length);
        if needed <= RESPONSE_SCRATCH {
            return InScratch { left: &mut self.fixed };
        }
        if self.larger.len() < needed {
            self.larger.resize(needed, 0);
        }
        InScratch { left: &mut self.larger }
    }
}

impl Default for ResponseScratch {
    fn default() -> Self {
        Self::new()
    }
}

/// Nothing of what it holds: that is of the last response.
impl core::fmt::Debug for ResponseScratch {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ResponseScratch").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_is_allocated_for_texts_of_more_than_5462_bytes_alone() {
        let mut scratch = ResponseScratch::new();
        // 4/3 of 4096, with what characters are over where the last group of four is not whole.
        for (json_length, room, allocated) in
            [(5462, 4096, 0), (5463, 4097, 4097), (9000, 6750, 6750), (0, 4096, 6750)]
        {
            assert_eq!(scratch.form(json_length).left.len(), room);
            assert_eq!(scratch.larger.len(), allocated);
        }
    }
}
