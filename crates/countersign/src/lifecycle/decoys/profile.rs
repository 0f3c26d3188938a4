//! What real accounts look like from outside, so that decoys look the same
//! ([section 14.6.3](https://www.w3.org/TR/webauthn-3/#sctn-credential-id-privacy-leak)).

use std::collections::BTreeMap;

use countersign_types::enumerations::Transport;
use countersign_types::identifiers::CREDENTIAL_ID_MAX;
use countersign_types::options::CredentialDescriptor;
use serde::{Deserialize, Serialize};

use crate::record::version::FormatVersion;

/// The fewest bytes of a decoy's credential ID: the least that
/// [section 4](https://www.w3.org/TR/webauthn-3/#credential-id) allows an authenticator.
const ID_LENGTH_MIN: usize = 16;

/// The most decoys of an account: more credentials than people have, and few enough to derive at each attempt.
const COUNT_MAX: usize = 64;

/// The most shapes: more than there are authenticators in use with a shape of their own.
const SHAPES_MAX: usize = 1024;

/// How many credentials accounts have, and of what shapes they are, each with a weight.
///
/// Serialise and keep it: another profile changes the decoys of every name, and decoys that change are not plausible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Kept", into = "Kept")]
pub struct DecoyProfile(Drawn);

/// A profile as it is serialised.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    version: FormatVersion<1>,
    profile: Drawn,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Drawn {
    /// A number of credentials, and each of them by itself.
    Credentials {
        /// The weight of one credential, of two, and so on.
        counts: Vec<u32>,
        shapes: Vec<Weighted<DecoyShape>>,
    },
    /// All credentials of an account at once.
    Accounts(Vec<Weighted<Vec<DecoyShape>>>),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Weighted<T> {
    shape: T,
    weight: u32,
}

/// The visible shape of a credential: the length of its ID, and its transports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecoyShape {
    id_length: usize,
    transports: Vec<Transport>,
}

impl DecoyShape {
    /// Creates a shape with IDs of this many bytes, and these transports in this order.
    pub fn new(id_length: usize, transports: impl IntoIterator<Item = Transport>) -> Self {
        Self { id_length, transports: transports.into_iter().collect() }
    }

    pub(super) const fn id_length(&self) -> usize {
        self.id_length
    }

    pub(super) fn transports(&self) -> &[Transport] {
        &self.transports
    }
}

/// Which properties of real accounts [`DecoyProfile::observed`] uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Observation {
    least_accounts: u32,
    whole_accounts: bool,
}

impl Observation {
    /// The default number of accounts that must have a shape. With fewer, a decoy that repeats the shape reveals that one of
    /// a few accounts is registered; with many more, a relying party of some hundreds has no profile.
    pub const LEAST_ACCOUNTS: u32 = 10;

    /// Uses shapes that at least [`LEAST_ACCOUNTS`](Self::LEAST_ACCOUNTS) accounts have, drawn credential by credential.
    pub const fn new() -> Self {
        Self { least_accounts: Self::LEAST_ACCOUNTS, whole_accounts: false }
    }

    /// Uses only shapes that at least this many accounts have.
    pub const fn with_least_accounts(mut self, least: u32) -> Self {
        self.least_accounts = least;
        self
    }

    /// Draws the shapes of all of an account's credentials at once.
    ///
    /// Drawn one by one, decoys mix shapes that no account has together, such as a phone's passkey with three of a security
    /// key, which an observer of real accounts may notice. In exchange, only combinations are used that enough accounts
    /// have.
    pub const fn with_whole_accounts(mut self) -> Self {
        self.whole_accounts = true;
        self
    }
}

impl Default for Observation {
    fn default() -> Self {
        Self::new()
    }
}

impl DecoyProfile {
    /// `counts` are the weights of one credential, of two, and so on, up to 64; `shapes` are those of single credentials,
    /// up to 1024, with IDs of 16 to 1023 bytes, each with a weight. The weights of neither may all be 0.
    pub fn new(
        counts: impl IntoIterator<Item = u32>,
        shapes: impl IntoIterator<Item = (DecoyShape, u32)>,
    ) -> Result<Self, DecoyProfileError> {
        let counts = counts.into_iter().take(COUNT_MAX.saturating_add(1)).collect();
        Drawn::Credentials { counts, shapes: weighted(shapes) }.try_into()
    }

    /// `accounts` are the shapes of whole accounts, up to 1024, of 1 to 64 credentials, each with a weight. The weights may
    /// not all be 0.
    pub fn of_accounts(
        accounts: impl IntoIterator<Item = (Vec<DecoyShape>, u32)>,
    ) -> Result<Self, DecoyProfileError> {
        Drawn::Accounts(weighted(accounts)).try_into()
    }

    /// The profile of a relying party's own accounts: the most plausible one. Each item is the credentials of one account,
    /// in the order in which options list them.
    ///
    /// A decoy must not repeat what one client has written by itself, or what few accounts have. So ignored are numbers of
    /// credentials, and shapes, that fewer accounts have than `observation` asks for; accounts without credentials or with
    /// more than 64; IDs of fewer than 16 bytes; and credentials with a transport that isn't known here. An error if
    /// nothing is left.
    pub fn observed<A: AsRef<[CredentialDescriptor]>>(
        accounts: impl IntoIterator<Item = A>,
        observation: Observation,
    ) -> Result<Self, DecoyProfileError> {
        let mut counts = vec![0_u32; COUNT_MAX];
        let (mut shapes, mut wholes) = (BTreeMap::new(), BTreeMap::new());
        for account in accounts {
            let credentials = account.as_ref();
            let weight = credentials.len().checked_sub(1).and_then(|index| counts.get_mut(index));
            let Some(weight) = weight else { continue };
            *weight = weight.saturating_add(1);
            let common = credentials.iter().filter(|credential| is_common(credential));
            let keys: Vec<Key> = common.map(Key::of).collect();
            if observation.whole_accounts {
                if keys.len() == credentials.len() {
                    count(&mut wholes, keys, 1);
                }
                continue;
            }
            let mut of_account = BTreeMap::<Key, u32>::new();
            for key in keys {
                let credentials = of_account.entry(key).or_default();
                *credentials = credentials.saturating_add(1);
            }
            for (key, credentials) in of_account {
                count(&mut shapes, key, credentials);
            }
        }
        let least = observation.least_accounts.max(1);
        let too_few = |error| match error {
            DecoyProfileError::IdLength(_) => error,
            _ => DecoyProfileError::TooFewAccounts { least },
        };
        if observation.whole_accounts {
            let shapes = |keys: Vec<Key>| keys.into_iter().map(Key::shape).collect();
            let accounts = most_common(wholes, least).map(|(keys, weight)| (shapes(keys), weight));
            return Self::of_accounts(accounts).map_err(too_few);
        }
        let counts = counts.into_iter().map(|accounts| if accounts < least { 0 } else { accounts });
        let shapes = most_common(shapes, least).map(|(key, weight)| (key.shape(), weight));
        Self::new(counts, shapes).map_err(too_few)
    }

    /// The account that a stream of numbers draws.
    pub(super) fn draw(&self, number: impl FnOnce() -> u64) -> DrawnAccount<'_> {
        match &self.0 {
            Drawn::Credentials { counts, shapes } => {
                let left =
                    pick(counts, |weight| *weight, number()).map_or(1, |(index, _)| index.saturating_add(1));
                DrawnAccount::Credentials { left, shapes }
            }
            Drawn::Accounts(accounts) => {
                let account = pick(accounts, |account| account.weight, number());
                DrawnAccount::Whole(account.map_or(&[], |(_, account)| &account.shape))
            }
        }
    }
}

/// An account whose shape is being drawn.
pub(super) enum DrawnAccount<'a> {
    Credentials { left: usize, shapes: &'a [Weighted<DecoyShape>] },
    Whole(&'a [DecoyShape]),
}

impl<'a> DrawnAccount<'a> {
    /// The shape of the next credential.
    pub(super) fn next(&mut self, number: impl FnOnce() -> u64) -> Option<&'a DecoyShape> {
        match self {
            Self::Credentials { left, shapes } => {
                *left = left.checked_sub(1)?;
                pick(shapes, |shape| shape.weight, number()).map(|(_, shape)| &shape.shape)
            }
            Self::Whole(shapes) => {
                let (first, rest) = shapes.split_first()?;
                *shapes = rest;
                Some(first)
            }
        }
    }
}

fn weighted<T>(items: impl IntoIterator<Item = (T, u32)>) -> Vec<Weighted<T>> {
    let items = items.into_iter().take(SHAPES_MAX.saturating_add(1));
    items.map(|(shape, weight)| Weighted { shape, weight }).collect()
}

/// A shape by which it is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key(usize, Vec<Transport>);

impl Key {
    fn of(credential: &CredentialDescriptor) -> Self {
        Self(credential.id.as_bytes().len(), credential.transports.clone())
    }

    fn shape(self) -> DecoyShape {
        DecoyShape::new(self.0, self.1)
    }
}

/// How many credentials have a shape, and in how many accounts.
#[derive(Default)]
struct Counted {
    credentials: u32,
    accounts: u32,
}

fn count<K: Ord>(counted: &mut BTreeMap<K, Counted>, key: K, credentials: u32) {
    let counted = counted.entry(key).or_default();
    counted.credentials = counted.credentials.saturating_add(credentials);
    counted.accounts = counted.accounts.saturating_add(1);
}

/// The shapes of enough accounts, the most common first, and no more than a profile holds.
fn most_common<K: Ord>(counted: BTreeMap<K, Counted>, least: u32) -> impl Iterator<Item = (K, u32)> {
    let mut common: Vec<_> = counted.into_iter().filter(|(_, counted)| counted.accounts >= least).collect();
    common.sort_by_key(|(_, counted)| core::cmp::Reverse(counted.credentials));
    common.into_iter().take(SHAPES_MAX).map(|(key, counted)| (key, counted.credentials))
}

fn is_common(credential: &CredentialDescriptor) -> bool {
    (ID_LENGTH_MIN..=CREDENTIAL_ID_MAX).contains(&credential.id.as_bytes().len())
        && !credential.transports.iter().any(|transport| matches!(transport, Transport::Unknown(_)))
}

/// The item that a number falls on; each is as wide as its weight.
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
    /// A guess, for a relying party without accounts of its own: mostly one credential, rarely more than two; IDs
    /// of 16 bytes from passkey providers, of 20 and 32 from platforms, of 48 and 64 from security keys.
    fn default() -> Self {
        use Transport::{Hybrid, Internal, Nfc, Usb};
        let shapes = [
            (DecoyShape::new(16, [Hybrid, Internal]), 40),
            (DecoyShape::new(20, [Hybrid, Internal]), 30),
            (DecoyShape::new(32, [Internal]), 18),
            (DecoyShape::new(48, [Nfc, Usb]), 6),
            (DecoyShape::new(64, [Usb]), 6),
        ];
        Self(Drawn::Credentials { counts: vec![75, 20, 5], shapes: weighted(shapes) })
    }
}

impl From<DecoyProfile> for Kept {
    fn from(DecoyProfile(profile): DecoyProfile) -> Self {
        Self { version: FormatVersion, profile }
    }
}

impl TryFrom<Kept> for DecoyProfile {
    type Error = DecoyProfileError;

    fn try_from(kept: Kept) -> Result<Self, DecoyProfileError> {
        kept.profile.try_into()
    }
}

impl TryFrom<Drawn> for DecoyProfile {
    type Error = DecoyProfileError;

    fn try_from(drawn: Drawn) -> Result<Self, DecoyProfileError> {
        match &drawn {
            Drawn::Credentials { counts, shapes } => {
                if counts.len() > COUNT_MAX || counts.iter().all(|weight| *weight == 0) {
                    return Err(DecoyProfileError::Counts);
                }
                check_weights(shapes)?;
                shapes.iter().try_for_each(|weighted| check_length(&weighted.shape))?;
            }
            Drawn::Accounts(accounts) => {
                check_weights(accounts)?;
                if accounts.iter().any(|account| !(1..=COUNT_MAX).contains(&account.shape.len())) {
                    return Err(DecoyProfileError::Counts);
                }
                accounts.iter().flat_map(|account| &account.shape).try_for_each(check_length)?;
            }
        }
        Ok(Self(drawn))
    }
}

fn check_weights<T>(items: &[Weighted<T>]) -> Result<(), DecoyProfileError> {
    if items.len() > SHAPES_MAX || items.iter().all(|item| item.weight == 0) {
        return Err(DecoyProfileError::Shapes);
    }
    Ok(())
}

fn check_length(shape: &DecoyShape) -> Result<(), DecoyProfileError> {
    let is_in_range = (ID_LENGTH_MIN..=CREDENTIAL_ID_MAX).contains(&shape.id_length);
    if is_in_range { Ok(()) } else { Err(DecoyProfileError::IdLength(shape.id_length)) }
}

/// Why a profile can't produce decoys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecoyProfileError {
    /// Every number of credentials has weight 0, or there are weights of more than 64.
    #[error("a decoy profile gives weights to 1 to {COUNT_MAX} credentials, one of them not 0")]
    Counts,
    /// Every shape has weight 0, or there are more than 1024.
    #[error("a decoy profile has 1 to {SHAPES_MAX} shapes, one with a weight")]
    Shapes,
    /// IDs have this length, which is out of range.
    #[error("decoy ids of {0} bytes, {ID_LENGTH_MIN} to {CREDENTIAL_ID_MAX} expected")]
    IdLength(usize),
    /// No shape is common to enough of the observed accounts.
    #[error("no number of credentials, or no shape, is that of {least} accounts or more")]
    TooFewAccounts {
        /// The number of accounts that must have a shape.
        least: u32,
    },
}
