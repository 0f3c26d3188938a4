//! Authenticator data: [section 6.1](https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data), with attested
//! credential data of [section 6.5.1](https://www.w3.org/TR/webauthn-3/#sctn-attested-credential-data).

pub(crate) mod error;

use core::fmt;

pub use self::error::{AUTHENTICATOR_DATA_MAX, AuthenticatorDataError};
use crate::cbor::{self, Deviations, Key, MAX_DEPTH};
use crate::extensions::authenticator::AuthenticatorExtensionOutputs;
use crate::identifiers::{Aaguid, CREDENTIAL_ID_MAX};

/// Parsed authenticator data, with the bytes that signatures cover.
///
/// `rpIdHash` (32 bytes) ‖ flags (1) ‖ signature counter (4, big-endian) ‖ attested credential data (if AT) ‖
/// extensions (if ED).
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct AuthenticatorData<'a> {
    bytes: &'a [u8],
    /// SHA-256 of the RP ID that the credential is scoped to.
    pub rp_id_hash: &'a [u8; 32],
    /// The eight flags.
    pub flags: Flags,
    /// The signature counter; 0 if the authenticator has none.
    pub sign_count: u32,
    /// The attested credential data: present exactly if [`Flags::attested_credential_data`] is set.
    pub attested_credential_data: Option<AttestedCredentialData<'a>>,
    /// The CBOR map of authenticator extension outputs, with text keys: present exactly if [`Flags::extensions`] is
    /// set.
    pub extensions: Option<&'a [u8]>,
    /// The deviations from canonical CBOR in the public key and the extensions, which are accepted.
    pub deviations: Deviations,
}

impl<'a> AuthenticatorData<'a> {
    /// Parses all of `bytes`, at most [`AUTHENTICATOR_DATA_MAX`].
    ///
    /// ```
    /// use countersign_types::AuthenticatorData;
    /// let mut bytes = [0; 37];
    /// bytes[32] = 0x05;
    /// bytes[36] = 7;
    /// let data = AuthenticatorData::parse(&bytes)?;
    /// assert!(data.flags.user_present() && data.flags.user_verified());
    /// assert_eq!(data.sign_count, 7);
    /// # Ok::<(), countersign_types::authenticator_data::AuthenticatorDataError>(())
    /// ```
    pub fn parse(bytes: &'a [u8]) -> Result<Self, AuthenticatorDataError> {
        use AuthenticatorDataError as Error;
        if bytes.len() > AUTHENTICATOR_DATA_MAX {
            return Err(Error::TooLong { length: bytes.len() });
        }
        let too_short = Error::TooShort { length: bytes.len() };
        let (rp_id_hash, rest) = bytes.split_first_chunk::<32>().ok_or(too_short)?;
        let (&[flags], rest) = rest.split_first_chunk::<1>().ok_or(too_short)?;
        let (counter, mut rest) = rest.split_first_chunk::<4>().ok_or(too_short)?;
        let flags = Flags(flags);
        let mut deviations = Deviations::default();

        let mut attested_credential_data = None;
        if flags.attested_credential_data() {
            let (attested, left, key_deviations) = AttestedCredentialData::read(rest)?;
            attested_credential_data = Some(attested);
            rest = left;
            deviations = key_deviations;
        }
        let mut extensions = None;
        if flags.extensions() {
            let item = cbor::first_item(rest, MAX_DEPTH).map_err(Error::Extensions)?;
            let mut members = cbor::map_members(item.bytes).ok_or(Error::ExtensionsNotMap)?;
            if members.any(|(key, _)| !matches!(key, Key::Text(_))) {
                return Err(Error::ExtensionsNotMap);
            }
            extensions = Some(item.bytes);
            rest = item.rest;
            deviations.non_minimal |= item.deviations.non_minimal;
            deviations.unsorted_keys |= item.deviations.unsorted_keys;
        }
        if !rest.is_empty() {
            return Err(Error::TrailingData { length: rest.len() });
        }
        let sign_count = u32::from_be_bytes(*counter);
        Ok(Self { bytes, rp_id_hash, flags, sign_count, attested_credential_data, extensions, deviations })
    }

    /// The bytes as they were received.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The authenticator extension outputs, which [`parse`](Self::parse) has checked; empty if there are none.
    pub fn extension_outputs(&self) -> AuthenticatorExtensionOutputs<'a> {
        self.extensions.map(AuthenticatorExtensionOutputs::of_checked).unwrap_or_default()
    }
}

/// The flags of authenticator data, bit 0 the least significant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    /// Creates the flags from their byte.
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// The byte of the flags.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// UP, bit 0: the user was present.
    pub const fn user_present(self) -> bool {
        self.0 & 0x01 != 0
    }

    /// UV, bit 2: the user was verified.
    pub const fn user_verified(self) -> bool {
        self.0 & 0x04 != 0
    }

    /// BE, bit 3: the credential may be backed up.
    pub const fn backup_eligible(self) -> bool {
        self.0 & 0x08 != 0
    }

    /// BS, bit 4: the credential is backed up now.
    pub const fn backup_state(self) -> bool {
        self.0 & 0x10 != 0
    }

    /// AT, bit 6: attested credential data is included.
    pub const fn attested_credential_data(self) -> bool {
        self.0 & 0x40 != 0
    }

    /// ED, bit 7: extension data is included.
    pub const fn extensions(self) -> bool {
        self.0 & 0x80 != 0
    }

    /// RFU1 and RFU2, bits 1 and 5: reserved, to be zero.
    pub const fn reserved(self) -> bool {
        self.0 & 0x22 != 0
    }
}

/// Omits the bytes of the extensions, which may hold a secret, such as those of `credBlob`.
impl fmt::Debug for AuthenticatorData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticatorData")
            .field("rp_id_hash", &self.rp_id_hash)
            .field("flags", &self.flags)
            .field("sign_count", &self.sign_count)
            .field("attested_credential_data", &self.attested_credential_data)
            .field("deviations", &self.deviations)
            .finish_non_exhaustive()
    }
}

/// Prints the flags that are set, by the specification's short names in the order of their bits: `UP UV AT`.
impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [&str; 8] = ["UP", "RFU1", "UV", "BE", "BS", "RFU2", "AT", "ED"];
        let mut set = NAMES.iter().enumerate().filter(|(bit, _)| self.0 >> bit & 1 == 1);
        if let Some((_, first)) = set.next() {
            f.write_str(first)?;
        }
        set.try_for_each(|(_, name)| write!(f, " {name}"))
    }
}

/// Prints the displayed form in brackets.
impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flags(")?;
        fmt::Display::fmt(self, f)?;
        f.write_str(")")
    }
}

/// Attested credential data: AAGUID (16 bytes) ‖ length (2, big-endian) ‖ credential ID ‖ public key (CBOR).
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct AttestedCredentialData<'a> {
    /// The authenticator model that the authenticator claims.
    pub aaguid: Aaguid,
    /// The credential ID, 1 to [`CREDENTIAL_ID_MAX`] bytes.
    pub credential_id: &'a [u8],
    /// The `COSE_Key` as received: one strict CBOR item.
    pub public_key: &'a [u8],
}

impl<'a> AttestedCredentialData<'a> {
    /// Parses all of `bytes`: some stores keep credentials in this form, without the rest of authenticator data.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, AuthenticatorDataError> {
        match Self::read(bytes)? {
            (attested, [], _) => Ok(attested),
            (_, rest, _) => Err(AuthenticatorDataError::TrailingData { length: rest.len() }),
        }
    }

    /// Parses the start of `bytes`; returns the rest, and the key's deviations.
    fn read(bytes: &'a [u8]) -> Result<(Self, &'a [u8], Deviations), AuthenticatorDataError> {
        use AuthenticatorDataError as Error;
        let truncated = Error::AttestedCredentialDataTruncated;
        let (aaguid, rest) = bytes.split_first_chunk::<16>().ok_or(truncated)?;
        let (length, rest) = rest.split_first_chunk::<2>().ok_or(truncated)?;
        let length = usize::from(u16::from_be_bytes(*length));
        if length == 0 {
            return Err(Error::CredentialIdEmpty);
        }
        let (credential_id, rest) = rest.split_at_checked(length).ok_or(truncated)?;
        if length > CREDENTIAL_ID_MAX {
            return Err(Error::CredentialIdTooLong { length });
        }
        let key = cbor::first_item(rest, MAX_DEPTH).map_err(Error::PublicKey)?;
        let attested = Self { aaguid: Aaguid::from_bytes(*aaguid), credential_id, public_key: key.bytes };
        Ok((attested, key.rest, key.deviations))
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, vec, vec::Vec};

    use super::{AuthenticatorDataError as Error, *};
    use crate::{cbor::CborError, code::Code};
    use proptest::prelude::*;

    const EMPTY_KEY: u8 = 0xa0;

    /// 37 bytes with these flags, then `rest`.
    fn bytes(flags: u8, rest: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0xab; 32];
        bytes.push(flags);
        bytes.extend([0x80, 0, 0, 1]);
        bytes.extend(rest);
        bytes
    }

    fn attested(id: &[u8]) -> Vec<u8> {
        let mut attested = vec![7; 16];
        attested.extend(u16::try_from(id.len()).unwrap().to_be_bytes());
        attested.extend(id);
        attested.push(EMPTY_KEY);
        attested
    }

    fn rejected(bytes: &[u8], code: Code) -> Error {
        let error = AuthenticatorData::parse(bytes).unwrap_err();
        assert_eq!(error.code(), code);
        error
    }

    #[test]
    fn all_parts_are_read() {
        let mut rest = attested(&[1, 2, 3]);
        rest.extend([0xa1, 0x61, b'x', 0xf5]);
        let input = bytes(0xc5, &rest);
        let data = AuthenticatorData::parse(&input).unwrap();
        assert_eq!(data.rp_id_hash, &[0xab; 32]);
        assert_eq!(data.as_bytes(), input);
        let attested = data.attested_credential_data.unwrap();
        assert_eq!(attested.aaguid, Aaguid::from_bytes([7; 16]));
        assert_eq!(attested.credential_id, [1, 2, 3]);
        assert_eq!(attested.public_key, [EMPTY_KEY]);
        assert_eq!(data.extensions, Some(&[0xa1, 0x61, b'x', 0xf5][..]));
    }

    #[test]
    fn rule_301_the_counter_is_unsigned() {
        assert_eq!(AuthenticatorData::parse(&bytes(1, &[])).unwrap().sign_count, 0x8000_0001);
    }

    #[test]
    fn each_flag_is_its_own_bit() {
        let read = [
            Flags::user_present,
            Flags::user_verified,
            Flags::backup_eligible,
            Flags::backup_state,
            Flags::attested_credential_data,
            Flags::extensions,
        ];
        for (flag, bit) in read.iter().zip([0, 2, 3, 4, 6, 7]) {
            for other in 0..8 {
                assert_eq!(flag(Flags::from_bits(1 << other)), other == bit);
            }
        }
        assert!(Flags::from_bits(0x02).reserved() && Flags::from_bits(0x20).reserved());
        assert!(!Flags::from_bits(0xdd).reserved());
    }

    #[test]
    fn rule_052_fewer_than_37_bytes_are_rejected() {
        let input = bytes(0x01, &[]);
        AuthenticatorData::parse(&input).unwrap();
        for length in 0..37 {
            let error = rejected(&input[..length], Code::AuthenticatorDataMalformed);
            assert_eq!(error, Error::TooShort { length });
        }
    }

    #[test]
    fn rule_070_attested_credential_data_that_ends_early_is_rejected() {
        let whole = attested(&[1]);
        AuthenticatorData::parse(&bytes(0x41, &whole)).unwrap();
        for length in 0..18 {
            let error = rejected(&bytes(0x41, &whole[..length]), Code::AuthenticatorDataMalformed);
            assert_eq!(error, Error::AttestedCredentialDataTruncated);
        }
    }

    #[test]
    fn rule_071_a_credential_id_beyond_the_end_is_rejected() {
        let mut rest = attested(&[1, 2]);
        rest[17] = 4;
        let error = rejected(&bytes(0x41, &rest), Code::AuthenticatorDataMalformed);
        assert_eq!(error, Error::AttestedCredentialDataTruncated);
    }

    #[test]
    fn rule_072_an_empty_credential_id_is_rejected() {
        let error = rejected(&bytes(0x41, &attested(&[])), Code::AuthenticatorDataMalformed);
        assert_eq!(error, Error::CredentialIdEmpty);
    }

    #[test]
    fn rule_073_a_credential_id_of_1024_bytes_is_rejected() {
        AuthenticatorData::parse(&bytes(0x41, &attested(&[9; 1023]))).unwrap();
        let error = rejected(&bytes(0x41, &attested(&[9; 1024])), Code::CredentialIdTooLong);
        assert_eq!(error, Error::CredentialIdTooLong { length: 1024 });
    }

    #[test]
    fn a_public_key_that_is_not_strict_cbor_is_rejected() {
        let mut rest = attested(&[1]);
        rest.pop();
        let error = rejected(&bytes(0x41, &rest), Code::AuthenticatorDataMalformed);
        assert_eq!(error, Error::PublicKey(CborError::Truncated { at: 0 }));
    }

    #[test]
    fn rule_075_extensions_that_are_announced_and_absent_are_rejected() {
        AuthenticatorData::parse(&bytes(0x81, &[0xa0])).unwrap();
        let error = rejected(&bytes(0x81, &[]), Code::AuthenticatorDataMalformed);
        assert_eq!(error, Error::Extensions(CborError::Truncated { at: 0 }));
    }

    #[test]
    fn rule_076_bytes_without_the_extension_flag_are_rejected() {
        let error = rejected(&bytes(0x01, &[0xa0]), Code::AuthenticatorDataMalformed);
        assert_eq!(error, Error::TrailingData { length: 1 });
        let mut rest = attested(&[1]);
        rest.push(0xa0);
        let error = rejected(&bytes(0x41, &rest), Code::AuthenticatorDataMalformed);
        assert_eq!(error, Error::TrailingData { length: 1 });
    }

    #[test]
    fn rule_077_extensions_are_a_map_with_text_keys() {
        AuthenticatorData::parse(&bytes(0x81, &[0xa1, 0x61, b'a', 0x00])).unwrap();
        for rest in [&[0xa1, 0x01, 0x00][..], &[0x80], &[0xf6], &[0xa1, 0x41, b'a', 0x00]] {
            let error = rejected(&bytes(0x81, rest), Code::AuthenticatorDataMalformed);
            assert_eq!(error, Error::ExtensionsNotMap);
        }
    }

    #[test]
    fn rule_078_trailing_bytes_are_rejected() {
        let error = rejected(&bytes(0x81, &[0xa0, 0x00]), Code::AuthenticatorDataMalformed);
        assert_eq!(error, Error::TrailingData { length: 1 });
    }

    #[test]
    fn rule_397_authenticator_data_of_more_than_64_kib_is_rejected() {
        // 37 bytes, a map of one text of 1 byte, and the head of a byte string.
        let of = |length: usize| {
            let content = length - 37 - 3 - 5;
            let head = u32::try_from(content).unwrap().to_be_bytes();
            bytes(0x81, &[&[0xa1, 0x61, b'x', 0x5a][..], &head, &vec![0; content]].concat())
        };
        AuthenticatorData::parse(&of(AUTHENTICATOR_DATA_MAX)).unwrap();
        let error = rejected(&of(AUTHENTICATOR_DATA_MAX + 1), Code::AuthenticatorDataMalformed);
        assert_eq!(error, Error::TooLong { length: AUTHENTICATOR_DATA_MAX + 1 });
    }

    #[test]
    fn flags_are_printed_by_their_names_and_not_as_bits() {
        assert_eq!(format!("{}", Flags::from_bits(0xdd)), "UP UV BE BS AT ED");
        assert_eq!(format!("{:?}", Flags::from_bits(0x45)), "Flags(UP UV AT)");
        assert_eq!(format!("{:?}", Flags::from_bits(0x22)), "Flags(RFU1 RFU2)");
        assert_eq!(format!("{:?}", Flags::from_bits(0)), "Flags()");
    }

    #[test]
    fn extension_outputs_are_those_that_were_checked() {
        let input = bytes(0x81, &[0xa1, 0x61, b'x', 0xf5]);
        let outputs = AuthenticatorData::parse(&input).unwrap().extension_outputs();
        assert_eq!(outputs.get("x"), Some(&[0xf5][..]));
        assert!(AuthenticatorData::parse(&bytes(0x01, &[])).unwrap().extension_outputs().is_empty());
    }

    #[test]
    fn the_byte_of_flags_survives_a_round_trip() {
        assert_eq!(Flags::from_bits(0xc5).bits(), 0xc5);
    }

    #[test]
    fn deviations_of_extensions_are_reported() {
        let deviations = |rest: &[u8]| AuthenticatorData::parse(&bytes(0x80, rest)).unwrap().deviations;
        assert_eq!(deviations(&[0xa1, 0x61, b'x', 0x01]), Deviations::default());
        let long = Deviations { non_minimal: true, unsorted_keys: false };
        assert_eq!(deviations(&[0xa1, 0x61, b'x', 0x18, 0x01]), long);
        let unsorted = Deviations { non_minimal: false, unsorted_keys: true };
        assert_eq!(deviations(&[0xa2, 0x61, b'y', 0x01, 0x61, b'x', 0x01]), unsorted);
    }

    #[test]
    fn rule_339_extensions_with_trailing_bytes_are_rejected() {
        let error = rejected(&bytes(0x81, &[0xa1, 0x61, b'a', 0x00, 0xf6]), Code::AuthenticatorDataMalformed);
        assert_eq!(error, Error::TrailingData { length: 1 });
    }

    proptest! {
        #[test]
        fn any_bytes_are_parsed_without_a_panic(input in proptest::collection::vec(any::<u8>(), 30..160)) {
            if let Ok(data) = AuthenticatorData::parse(&input) {
                prop_assert_eq!(data.as_bytes(), input.as_slice());
                prop_assert_eq!(data.attested_credential_data.is_some(), data.flags.attested_credential_data());
                prop_assert_eq!(data.extensions.is_some(), data.flags.extensions());
            }
        }
    }
}
