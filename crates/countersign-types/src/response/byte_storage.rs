//! The decoded bytes of a response's members, one behind the other in a single buffer.

use alloc::vec::Vec;
use core::ops::Range;

use super::error::{MemberErrorKind, ResponseError};
use crate::base64url;

/// A buffer that members are appended to. A member is the range that it got.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct ByteStorage(Vec<u8>);

impl ByteStorage {
    /// Empty storage in the allocation of `buffer`, with room for all members of a JSON text of this length: the quotation
    /// marks around each outweigh what decoding rounds up.
    pub(super) fn reusing(mut buffer: Vec<u8>, json_length: usize) -> Self {
        buffer.clear();
        buffer.reserve(base64url::decoded_estimate(json_length));
        Self(buffer)
    }

    /// Appends the bytes behind the text of this member. On an error nothing is appended.
    pub(super) fn append(&mut self, text: &str, member: &'static str) -> Result<Range<usize>, ResponseError> {
        let start = self.0.len();
        match base64url::append(text, &mut self.0) {
            Ok(()) => Ok(start..self.0.len()),
            Err(_) => Err(ResponseError::Malformed { member, kind: MemberErrorKind::of_text(text) }),
        }
    }

    pub(super) fn get(&self, member: &Range<usize>) -> &[u8] {
        self.0.get(member.clone()).unwrap_or_default()
    }

    pub(super) fn into_buffer(self) -> Vec<u8> {
        self.0
    }
}
