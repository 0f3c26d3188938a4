//! Codes that a user reads from paper and types: recovery codes and invitations.
//!
//! A code is 23 random characters of 5 bits and a check character, in six groups of four. It has 115 bits, so that it can't be
//! guessed, not even by a thief of the hashes: [NIST SP 800-63B-4, section
//! 3.1.2.2](https://pages.nist.gov/800-63-4/sp800-63b.html#lookupver) demands slow hashes and limits of attempts of secrets
//! that are shorter than 112 bits.

use core::fmt;

use countersign::ceremony::{Entropy, EntropyError};
use countersign::cose::sha256;
use countersign::store::TokenHash;
use countersign::types::UserHandle;

/// The random characters of a code.
const RANDOM: usize = 23;

/// The characters between two hyphens.
const GROUP: usize = 4;

/// The most characters that are read of a text. A code has 29 with its hyphens; users may add spaces.
const TEXT_MAX: usize = 100;

/// [Crockford's base 32](https://www.crockford.com/base32.html): no letter that is like a digit, and no U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The prefixes of the hashed data, so that no other hash can be used as one of these.
const RECOVERY: &[u8] = b"countersign recovery code\0";
const INVITATION: &[u8] = b"countersign invitation\0";

/// A secret code. It has no `Debug`, so that none gets into a log.
#[derive(Clone, PartialEq, Eq)]
pub struct TypedCode([u8; RANDOM]);

impl TypedCode {
    /// Creates a random code.
    pub(crate) fn new(entropy: &mut impl Entropy) -> Result<Self, EntropyError> {
        let mut values = [0; RANDOM];
        entropy.fill(&mut values)?;
        Ok(Self(values.map(|value| value & 0x1f)))
    }

    /// Reads what a user typed: in either case, with spaces and hyphens anywhere, with O for 0, and with I or L for 1. `None`
    /// if the check character is another one, as it is after most mistakes.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() > TEXT_MAX {
            return None;
        }
        let typed = text.chars().filter(|character| !matches!(character, ' ' | '-'));
        let values = typed.map(value).collect::<Option<Vec<_>>>()?;
        let (check, values) = values.split_last()?;
        let code = Self(values.try_into().ok()?);
        (code.check() == *check).then_some(code)
    }

    /// The hash of a recovery code of this account, for the database.
    pub(crate) fn recovery_hash(&self, account: &UserHandle) -> TokenHash {
        TokenHash::from_bytes(sha256(&[RECOVERY, account.as_bytes(), &self.0]))
    }

    /// The hash of an invitation, for the database.
    pub(crate) fn invitation_hash(&self) -> TokenHash {
        TokenHash::from_bytes(sha256(&[INVITATION, &self.0]))
    }

    /// The value of the check character, by [Luhn's algorithm modulo
    /// 32](https://en.wikipedia.org/wiki/Luhn_mod_N_algorithm): it finds every single wrong character, and two that are
    /// exchanged unless they are the first and the last of the alphabet.
    fn check(&self) -> u8 {
        // Below 24 · 31, so that no step overflows.
        let digits = self.0.iter().rev().zip([true, false].into_iter().cycle());
        let sum = digits.fold(0_u16, |sum, (value, is_doubled)| {
            let value = u16::from(*value);
            let doubled = value.saturating_mul(2);
            let part = if is_doubled { (doubled >> 5).saturating_add(doubled & 31) } else { value };
            sum.saturating_add(part)
        });
        let [low, _] = (32_u16.saturating_sub(sum & 31) & 31).to_le_bytes();
        low
    }
}

/// The code in groups, such as `7H3K-9QXM-2ABC-…`.
impl fmt::Display for TypedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let check = self.check();
        for (number, value) in self.0.iter().chain([&check]).enumerate() {
            if number > 0 && number.is_multiple_of(GROUP) {
                f.write_str("-")?;
            }
            let character = ALPHABET.get(usize::from(*value)).copied().ok_or(fmt::Error)?;
            write!(f, "{}", char::from(character))?;
        }
        Ok(())
    }
}

/// The value of a typed character.
fn value(character: char) -> Option<u8> {
    let character = match character.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let position = ALPHABET.iter().position(|other| char::from(*other) == character)?;
    u8::try_from(position).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new() -> TypedCode {
        TypedCode::new(&mut getrandom::fill).unwrap()
    }

    fn parses(text: &str, expected: &TypedCode) -> bool {
        TypedCode::parse(text).is_some_and(|code| code == *expected)
    }

    #[test]
    fn a_code_is_read_as_users_type_it() {
        let code = TypedCode([0; RANDOM]);
        assert_eq!(code.to_string(), "0000-0000-0000-0000-0000-0000");
        for text in ["000000000000000000000000", " oooo-OOOO 0000 0000 0000 00-00 ", "0000–"] {
            assert_eq!(parses(text, &code), !text.contains('–'), "{text}");
        }
        let mut values = [1; RANDOM];
        values[0] = 31;
        let code = TypedCode(values);
        let text = code.to_string();
        assert!(text.starts_with("Z111-1111-") && text.len() == 29, "{text}");
        for text in [&text, &text.to_lowercase(), &text.replace('1', "l"), &text.replace('1', "I")] {
            assert!(parses(text, &code), "{text}");
        }
    }

    #[test]
    fn a_mistake_in_one_character_or_two_neighbours_is_found() {
        let code = new();
        let plain: Vec<char> = code.to_string().replace('-', "").chars().collect();
        let is_read =
            |characters: &[char]| TypedCode::parse(&characters.iter().collect::<String>()).is_some();
        assert!(is_read(&plain));
        for place in 0..plain.len() {
            for other in
                ALPHABET.iter().map(|other| char::from(*other)).filter(|other| *other != plain[place])
            {
                let mut wrong = plain.clone();
                wrong[place] = other;
                assert!(!is_read(&wrong), "{place} {other}");
            }
        }
        for place in 1..plain.len() {
            let (one, other) = (plain[place - 1], plain[place]);
            let mut wrong = plain.clone();
            wrong.swap(place - 1, place);
            let is_unseen = one == other || [['0', 'Z'], ['Z', '0']].contains(&[one, other]);
            assert_eq!(is_read(&wrong), is_unseen, "{one}{other}");
        }
    }

    #[test]
    fn other_text_is_no_code() {
        let text = new().to_string();
        let longer = format!("{text}0");
        let spaces = format!("{text}{}", " ".repeat(TEXT_MAX));
        for other in ["", "-", &text[1..], &longer, &spaces, "U000-0000-0000-0000-0000-0000", "é"] {
            assert!(TypedCode::parse(other).is_none(), "{other}");
        }
    }

    #[test]
    fn hashes_depend_on_the_code_the_account_and_the_purpose() {
        let (one, other) = (new(), new());
        let handle = |text: &str| UserHandle::new(text).unwrap();
        let hash = one.recovery_hash(&handle("jo"));
        assert_eq!(hash, TypedCode::parse(&one.to_string()).unwrap().recovery_hash(&handle("jo")));
        for differing in
            [other.recovery_hash(&handle("jo")), one.recovery_hash(&handle("ada")), one.invitation_hash()]
        {
            assert_ne!(hash, differing);
        }
        assert_ne!(one.invitation_hash(), other.invitation_hash());
    }
}
