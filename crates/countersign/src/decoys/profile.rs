//! What real accounts look like from outside, for decoys to look the same
//! ([section 14.6.3](https://www.w3.org/TR/webauthn-3/#sctn-credential-id-privacy-leak)).

use core::fmt;
use std::collections::BTreeMap;

use countersign_types::{
    enumerations::Transport, identifiers::CREDENTIAL_ID_MAX, options::CredentialDescriptor,
};
use serde::{Deserialize, Serialize};

/// The fewest bytes of a decoy's credential ID: the least that
/// [section 4](https://www.w3.org/TR/webauthn-3/#credential-id) allows an authenticator.
const ID_LENGTH_MIN: usize = 16;

/// The most decoys of an account: more credentials than people have, and few enough to derive at each attempt.
const COUNT_MAX: usize = 64;

/// The most shapes: more than there are authenticators in use with a shape of their own.
const SHAPES_MAX: usize = 1024;

/// How many credentials accounts have, and of what shapes they are, each with a weight.
///
/// It can be serialised, to be kept: a profile that changes changes the decoys of every name, and decoys that change
/// are no longer plausible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Form")]
pub struct DecoyProfile {
    /// The weight of one credential, of two, and so on.
    counts: Vec<u32>,
    shapes: Vec<DecoyShape>,
}

/// What is seen of a credential: the length of its ID, and its transports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecoyShape {
    id_length: usize,
    transports: Vec<Transport>,
    weight: u32,
}

impl DecoyShape {
    /// IDs of this many bytes, these transports in this order, and how many credentials have them.
    pub fn new(id_length: usize, transports: impl IntoIterator<Item = Transport>, weight: u32) -> Self {
        Self { id_length, transports: transports.into_iter().collect(), weight }
    }

    pub(super) const fn id_length(&self) -> usize {
        self.id_length
    }

    pub(super) fn transports(&self) -> &[Transport] {
        &self.transports
    }
}

impl DecoyProfile {
    /// `counts` are the weights of one credential, of two, and so on, up to 64; `shapes` are those of single credentials,
    /// up to 1024, with IDs of 16 to 1023 bytes. The weights of neither may all be 0.
    pub fn new(
        counts: impl IntoIterator<Item = u32>,
        shapes: impl IntoIterator<Item = DecoyShape>,
    ) -> Result<Self, DecoyProfileError> {
        let counts: Vec<_> = counts.into_iter().take(COUNT_MAX.saturating_add(1)).collect();
        let shapes: Vec<_> = shapes.into_iter().take(SHAPES_MAX.saturating_add(1)).collect();
        if counts.len() > COUNT_MAX || counts.iter().all(|weight| *weight == 0) {
            return Err(DecoyProfileError::Counts);
        }
        if shapes.len() > SHAPES_MAX || shapes.iter().all(|shape| shape.weight == 0) {
            return Err(DecoyProfileError::Shapes);
        }
        let in_range = |shape: &&DecoyShape| (ID_LENGTH_MIN..=CREDENTIAL_ID_MAX).contains(&shape.id_length);
        if let Some(shape) = shapes.iter().find(|shape| !in_range(shape)) {
            return Err(DecoyProfileError::IdLength(shape.id_length));
        }
        Ok(Self { counts, shapes })
    }

    /// The profile of a relying party's own accounts: the most plausible one. Each item is the credentials of one account.
    ///
    /// Passed over are accounts without credentials or with more than 64, IDs of fewer than 16 bytes, and credentials with
    /// a transport that isn't known here: a decoy must not repeat what one client alone has written. An error where
    /// nothing is left.
    pub fn observed<A: AsRef<[CredentialDescriptor]>>(
        accounts: impl IntoIterator<Item = A>,
    ) -> Result<Self, DecoyProfileError> {
        let mut counts = vec![0_u32; COUNT_MAX];
        let mut shapes = BTreeMap::<(usize, Vec<String>), DecoyShape>::new();
        for account in accounts {
            let credentials = account.as_ref();
            let weight = credentials.len().checked_sub(1).and_then(|index| counts.get_mut(index));
            let Some(weight) = weight else { continue };
            *weight = weight.saturating_add(1);
            for credential in credentials.iter().filter(|credential| is_common(credential)) {
                let words = credential.transports.iter().map(|transport| transport.as_str().to_owned());
                let key = (credential.id.as_bytes().len(), words.collect());
                if shapes.len() >= SHAPES_MAX && !shapes.contains_key(&key) {
                    continue;
                }
                let shape = DecoyShape::new(key.0, credential.transports.iter().cloned(), 0);
                let counted = shapes.entry(key).or_insert(shape);
                counted.weight = counted.weight.saturating_add(1);
            }
        }
        Self::new(counts, shapes.into_values())
    }

    /// How many credentials an account has that drew this number: 1 or more.
    pub(super) fn count(&self, drawn: u64) -> usize {
        pick(&self.counts, |weight| *weight, drawn).map_or(1, |(index, _)| index.saturating_add(1))
    }

    pub(super) fn shape(&self, drawn: u64) -> Option<&DecoyShape> {
        pick(&self.shapes, |shape| shape.weight, drawn).map(|(_, shape)| shape)
    }
}

fn is_common(credential: &CredentialDescriptor) -> bool {
    (ID_LENGTH_MIN..=CREDENTIAL_ID_MAX).contains(&credential.id.as_bytes().len())
        && !credential.transports.iter().any(|transport| matches!(transport, Transport::Unknown(_)))
}

/// The item that a number falls on, where each is as wide as its weight.
fn pick<T>(items: &[T], weight: impl Fn(&T) -> u32, drawn: u64) -> Option<(usize, &T)> {
    let total: u64 = items.iter().map(|item| u64::from(weight(item))).sum();
    let mut left = drawn.checked_rem(total)?;
    items.iter().enumerate().find(|(_, item)| match left.checked_sub(u64::from(weight(item))) {
        Some(rest) => {
            left = rest;
            false
        }
        None => true,
    })
}

impl Default for DecoyProfile {
    /// A guess, for a relying party with no accounts of its own to go by: mostly one credential, rarely more than two; IDs
    /// of 16 bytes from passkey providers, of 20 and 32 from platforms, of 48 and 64 from security keys.
    fn default() -> Self {
        use Transport::{Hybrid, Internal, Nfc, Usb};
        let shapes = [
            DecoyShape::new(16, [Hybrid, Internal], 40),
            DecoyShape::new(20, [Hybrid, Internal], 30),
            DecoyShape::new(32, [Internal], 18),
            DecoyShape::new(48, [Nfc, Usb], 6),
            DecoyShape::new(64, [Usb], 6),
        ];
        Self { counts: vec![75, 20, 5], shapes: shapes.into() }
    }
}

/// The serialised form, before its numbers are looked at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    counts: Vec<u32>,
    shapes: Vec<DecoyShape>,
}

impl TryFrom<Form> for DecoyProfile {
    type Error = DecoyProfileError;

    fn try_from(form: Form) -> Result<Self, DecoyProfileError> {
        Self::new(form.counts, form.shapes)
    }
}

/// A profile that no decoys can be made by. The caller's to mend.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecoyProfileError {
    /// Every number of credentials has weight 0, or there are weights of more than 64.
    Counts,
    /// Every shape has weight 0, or there are more than 1024.
    Shapes,
    /// IDs of so many bytes.
    IdLength(usize),
}

impl fmt::Display for DecoyProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Counts => {
                write!(f, "a decoy profile gives weights to 1 to {COUNT_MAX} credentials, one of them not 0")
            }
            Self::Shapes => write!(f, "a decoy profile has 1 to {SHAPES_MAX} shapes, one with a weight"),
            Self::IdLength(got) => {
                write!(f, "decoy ids of {got} bytes, {ID_LENGTH_MIN} to {CREDENTIAL_ID_MAX} expected")
            }
        }
    }
}

impl core::error::Error for DecoyProfileError {}
