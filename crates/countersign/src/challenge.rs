//! Challenges that the caller chooses
//! ([section 13.4.3](https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges)).

use core::fmt;

use crate::state::CHALLENGE_MIN;

/// The most bytes of a challenge: it comes back in client data, and twice in what a store keeps. A hash has 64 at most.
pub const CHALLENGE_MAX: usize = 1024;

/// A challenge of the caller's own in place of a random one, for protocols that derive it from what is to be signed.
///
/// It must be unpredictable, and no other ceremony may have had it. The second a
/// [`SingleUse`](crate::SingleUse) store sees to: it knows ceremonies by their challenges.
///
/// ```
/// use countersign::ChosenChallenge;
/// assert!(ChosenChallenge::new([7; 32]).is_ok());
/// assert_eq!(ChosenChallenge::new([7; 15]).unwrap_err().length, 15);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ChosenChallenge(Vec<u8>);

impl ChosenChallenge {
    /// These bytes, from [`CHALLENGE_MIN`](crate::CHALLENGE_MIN) to [`CHALLENGE_MAX`] of them.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, ChallengeLength> {
        let bytes = bytes.into();
        let length = bytes.len();
        if (CHALLENGE_MIN..=CHALLENGE_MAX).contains(&length) {
            Ok(Self(bytes))
        } else {
            Err(ChallengeLength { length })
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The bytes are not shown: until the ceremony is over they are a secret of the two sides.
impl fmt::Debug for ChosenChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChosenChallenge({} bytes)", self.0.len())
    }
}

/// A challenge that is too short to be unpredictable, or longer than any has a use for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChallengeLength {
    /// How many bytes it has.
    pub length: usize,
}

impl fmt::Display for ChallengeLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a challenge of {} bytes, {CHALLENGE_MIN} to {CHALLENGE_MAX} expected", self.length)
    }
}

impl core::error::Error for ChallengeLength {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_374_a_challenge_of_one_s_own_has_16_bytes_at_least() {
        for length in [CHALLENGE_MIN, CHALLENGE_MAX] {
            let challenge = ChosenChallenge::new(vec![7; length]).unwrap();
            assert_eq!(format!("{challenge:?}"), format!("ChosenChallenge({length} bytes)"));
        }
        for length in [0, CHALLENGE_MIN - 1, CHALLENGE_MAX + 1] {
            let error = ChosenChallenge::new(vec![7; length]).unwrap_err();
            assert_eq!(error, ChallengeLength { length });
            assert_eq!(error.to_string(), format!("a challenge of {length} bytes, 16 to 1024 expected"));
        }
    }
}
