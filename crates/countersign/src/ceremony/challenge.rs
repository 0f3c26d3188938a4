//! Challenges
//! ([section 13.4.3](https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges)).

use core::fmt;

use serde::{Deserialize, Deserializer, Serializer};

use countersign_types::{Base64Url, base64url};

use crate::ceremony::entropy::{Entropy, EntropyError};

/// The fewest bytes of a challenge that is issued here
/// ([section 13.4.3](https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges)).
pub const CHALLENGE_MIN: usize = 16;

/// The most bytes of a challenge: it comes back in client data, and twice in what a store keeps. A hash has 64 at most.
pub const CHALLENGE_MAX: usize = 1024;

/// Bytes of a random challenge: twice the minimum.
const RANDOM_LENGTH: usize = 32;

/// Bytes of the hash at the end of a challenge that binds data.
pub(crate) const BOUND_HASH_LENGTH: usize = 32;

/// A challenge: the caller's own in place of a random one, for protocols that derive it from what is to be signed, or one
/// that another service issued.
///
/// It must be unpredictable, and no other ceremony may have had it. The second is for a
/// [`SingleUse`](crate::ceremony::SingleUse) store to see to: it knows ceremonies by their challenges.
///
/// ```
/// use countersign::ceremony::Challenge;
/// assert!(Challenge::new([7; 32]).is_ok());
/// assert_eq!(Challenge::new([7; 15]).unwrap_err().length, 15);
/// ```
///
/// It is not read from JSON: that would be a way to a short one that does not say so.
///
/// ```compile_fail,E0277
/// let challenge: countersign::ceremony::Challenge = serde_json::from_str(r#""Bw""#)?;
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge(Vec<u8>);

impl Challenge {
    /// A challenge of [`CHALLENGE_MIN`] to [`CHALLENGE_MAX`] bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, ChallengeLengthError> {
        Self::of_length(bytes.into(), CHALLENGE_MIN, CHALLENGE_MAX)
    }

    /// A challenge that another service issued with fewer than [`CHALLENGE_MIN`] bytes, though with one at least. It may
    /// be guessed, and a response to it made before it is issued. No ceremony that begins here accepts it.
    pub fn dangerous_short(bytes: impl Into<Vec<u8>>) -> Result<Self, ChallengeLengthError> {
        Self::of_length(bytes.into(), 1, CHALLENGE_MAX)
    }

    /// Its bytes: one or more.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Creates a random challenge.
    pub(crate) fn random(entropy: &mut impl Entropy) -> Result<Self, EntropyError> {
        let mut bytes = vec![0; RANDOM_LENGTH];
        entropy.fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Whether it has fewer bytes than one that is issued.
    pub(crate) fn is_short(&self) -> bool {
        self.0.len() < CHALLENGE_MIN
    }

    /// Itself, with the hash of what it binds behind.
    pub(crate) fn binding(mut self, hash: [u8; BOUND_HASH_LENGTH]) -> Self {
        self.0.extend(hash);
        self
    }

    /// As options have it.
    pub(crate) fn to_base64url(&self) -> Base64Url {
        self.0.clone().into()
    }

    fn of_length(bytes: Vec<u8>, least: usize, most: usize) -> Result<Self, ChallengeLengthError> {
        let length = bytes.len();
        if (least..=most).contains(&length) {
            Ok(Self(bytes))
        } else {
            Err(ChallengeLengthError { length, least })
        }
    }
}

/// Prints the length only: until the ceremony is over the bytes are a secret of the two sides.
impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Challenge({} bytes)", self.0.len())
    }
}

/// A challenge in a state. The type itself has no serialised form: to read it would be a second way to a short one, and to
/// one that no ceremony can end with.
pub(crate) mod stored {
    use super::BOUND_HASH_LENGTH;
    use super::Base64Url;
    use super::CHALLENGE_MAX;
    use super::Challenge;
    use super::Deserialize;
    use super::Deserializer;
    use super::Serializer;
    use super::base64url;
    use serde::de::Error as _;

    pub(crate) fn serialize<S: Serializer>(challenge: &Challenge, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base64url::encode(&challenge.0))
    }

    /// One that binds data is longer than others.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Challenge, D::Error> {
        const MOST: usize = CHALLENGE_MAX + BOUND_HASH_LENGTH;
        let bytes = Base64Url::deserialize(deserializer)?;
        Challenge::of_length(bytes.to_vec(), 1, MOST).map_err(D::Error::custom)
    }
}

/// A challenge that is too short to be unpredictable, or longer than any has a use for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChallengeLengthError {
    /// How many bytes it has.
    pub length: usize,
    /// How many it must have at least.
    pub least: usize,
}

impl fmt::Display for ChallengeLengthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { length, least } = self;
        write!(f, "a challenge of {length} bytes, {least} to {CHALLENGE_MAX} expected")
    }
}

impl core::error::Error for ChallengeLengthError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_374_a_challenge_of_one_s_own_has_16_bytes_at_least() {
        for length in [CHALLENGE_MIN, CHALLENGE_MAX] {
            let challenge = Challenge::new(vec![7; length]).unwrap();
            assert_eq!(format!("{challenge:?}"), format!("Challenge({length} bytes)"));
        }
        for length in [0, CHALLENGE_MIN - 1, CHALLENGE_MAX + 1] {
            let error = Challenge::new(vec![7; length]).unwrap_err();
            assert_eq!(error, ChallengeLengthError { length, least: CHALLENGE_MIN });
            assert_eq!(error.to_string(), format!("a challenge of {length} bytes, 16 to 1024 expected"));
        }
    }

    #[test]
    fn a_short_challenge_is_named_so_and_none_is_empty() {
        assert!(Challenge::dangerous_short([7]).is_ok_and(|challenge| challenge.is_short()));
        assert!(Challenge::dangerous_short([7; 16]).is_ok_and(|challenge| !challenge.is_short()));
        for length in [0, CHALLENGE_MAX + 1] {
            let error = Challenge::dangerous_short(vec![7; length]).unwrap_err();
            assert_eq!(error, ChallengeLengthError { length, least: 1 });
        }
    }

    #[test]
    fn a_state_keeps_a_challenge_of_each_length_that_a_ceremony_has_and_no_other() {
        let read = |length: usize| {
            let text = serde_json::Value::from(base64url::encode(vec![7; length]));
            stored::deserialize(text).map(|challenge| challenge.as_bytes().len())
        };
        for length in [1, CHALLENGE_MIN, CHALLENGE_MAX, CHALLENGE_MAX + BOUND_HASH_LENGTH] {
            assert_eq!(read(length).unwrap(), length);
        }
        for length in [0, CHALLENGE_MAX + BOUND_HASH_LENGTH + 1] {
            read(length).unwrap_err();
        }
    }
}
