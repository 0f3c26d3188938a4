//! Challenges
//! ([section 13.4.3](https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges)).

use core::fmt;

use serde::{Deserialize, Deserializer, Serializer};

use countersign_types::{Base64Url, base64url};

use crate::ceremony::entropy::{Entropy, EntropyError};

/// The fewest bytes of a challenge that a ceremony issues
/// ([section 13.4.3](https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges)).
pub const CHALLENGE_MIN: usize = 16;

/// The most bytes of a challenge, which is repeated in client data and in stored states. A hash has at most 64.
pub const CHALLENGE_MAX: usize = 1024;

/// Bytes of a random challenge: twice the minimum.
const RANDOM_LENGTH: usize = 32;

/// Bytes of the hash at the end of a challenge that binds data.
pub(crate) const BOUND_HASH_LENGTH: usize = 32;

/// A challenge: one of the caller's own instead of a random one, for protocols that derive it from signed data, or one
/// that another service issued.
///
/// It must be unpredictable, and no other ceremony may have used it. A [`SingleUse`](crate::ceremony::SingleUse) store
/// ensures the second: it identifies ceremonies by their challenges.
///
/// ```
/// use countersign::ceremony::Challenge;
/// assert!(Challenge::new([7; 32]).is_ok());
/// assert_eq!(Challenge::new([7; 15]).unwrap_err().length, 15);
/// ```
///
/// It does not implement `Deserialize`, which would accept short challenges silently:
///
/// ```compile_fail,E0277
/// let challenge: countersign::ceremony::Challenge = serde_json::from_str(r#""Bw""#)?;
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge(Vec<u8>);

impl Challenge {
    /// Creates a challenge of [`CHALLENGE_MIN`] to [`CHALLENGE_MAX`] bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, ChallengeLengthError> {
        Self::of_length(bytes.into(), CHALLENGE_MIN, CHALLENGE_MAX)
    }

    /// Creates a challenge that another service issued, with at least one byte. A challenge of fewer than
    /// [`CHALLENGE_MIN`] bytes may be guessed, and a response created before it is issued; it can't be issued by a
    /// ceremony of this crate.
    pub fn dangerous_short(bytes: impl Into<Vec<u8>>) -> Result<Self, ChallengeLengthError> {
        Self::of_length(bytes.into(), 1, CHALLENGE_MAX)
    }

    /// The bytes of the challenge: one or more.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Creates a random challenge.
    pub(crate) fn random(entropy: &mut impl Entropy) -> Result<Self, EntropyError> {
        let mut bytes = vec![0; RANDOM_LENGTH];
        entropy.fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Whether it is too short to be issued.
    pub(crate) fn is_short(&self) -> bool {
        self.0.len() < CHALLENGE_MIN
    }

    /// Appends the hash of the data that the challenge binds.
    pub(crate) fn binding(mut self, hash: [u8; BOUND_HASH_LENGTH]) -> Self {
        self.0.extend(hash);
        self
    }

    /// Converts the challenge into the type of options.
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

/// Prints only the length: the bytes are a secret of the two sides until the ceremony is over.
impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Challenge({} bytes)", self.0.len())
    }
}

/// The form of a challenge in a state. The type itself has no serialised form, which would accept short challenges
/// silently.
pub(crate) mod stored {
    use super::{
        BOUND_HASH_LENGTH, Base64Url, CHALLENGE_MAX, Challenge, Deserialize, Deserializer, Serializer,
        base64url,
    };
    use serde::de::Error as _;

    pub(crate) fn serialize<S: Serializer>(challenge: &Challenge, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base64url::encode(&challenge.0))
    }

    /// A challenge that binds data is longer than others.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Challenge, D::Error> {
        const MOST: usize = CHALLENGE_MAX + BOUND_HASH_LENGTH;
        let bytes = Base64Url::deserialize(deserializer)?;
        Challenge::of_length(bytes.to_vec(), 1, MOST).map_err(D::Error::custom)
    }
}

/// A challenge is too short to be unpredictable, or longer than [`CHALLENGE_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a challenge of {length} bytes, {least} to {CHALLENGE_MAX} expected")]
#[non_exhaustive]
pub struct ChallengeLengthError {
    /// The number of bytes.
    pub length: usize,
    /// The required minimum.
    pub least: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_374_a_chosen_challenge_has_at_least_16_bytes() {
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
    fn a_short_challenge_needs_its_own_constructor_and_is_not_empty() {
        assert!(Challenge::dangerous_short([7]).is_ok_and(|challenge| challenge.is_short()));
        assert!(Challenge::dangerous_short([7; 16]).is_ok_and(|challenge| !challenge.is_short()));
        for length in [0, CHALLENGE_MAX + 1] {
            let error = Challenge::dangerous_short(vec![7; length]).unwrap_err();
            assert_eq!(error, ChallengeLengthError { length, least: 1 });
        }
    }

    #[test]
    fn a_state_accepts_challenges_of_exactly_the_lengths_of_ceremonies() {
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
