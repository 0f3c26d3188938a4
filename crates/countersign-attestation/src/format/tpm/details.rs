//! What a TPM statement reports about the TPM and the key.

use core::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The TPM that holds the credential's key, as described by the certificate of its attestation key and by what it signed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TpmDetails {
    /// The manufacturer.
    pub manufacturer: TpmManufacturer,
    /// The manufacturer's name of the model, such as `SLB9670`.
    pub model: String,
    /// The firmware version in the certificate, such as `id:0007003D`.
    pub version: String,
    /// The firmware version that the TPM signed. TPMs obfuscate it if the attestation key is not of the endorsement or
    /// the platform hierarchy.
    pub firmware_version: u64,
    /// The attributes of the credential's key.
    pub key_attributes: ObjectAttributes,
}

/// A TPM manufacturer's identifier in the
/// [TCG's registry](https://trustedcomputinggroup.org/resource/vendor-id-registry/): four characters, such as `INTC`.
///
/// Any four bytes are an identifier, registered or not, because the registry grows.
///
/// ```
/// # use countersign_attestation::format::tpm::TpmManufacturer;
/// let intel: TpmManufacturer = "id:494E5443".parse()?;
/// assert_eq!(intel.as_bytes(), b"INTC");
/// assert_eq!(intel.to_string(), "id:494E5443");
/// # Ok::<(), countersign_attestation::format::tpm::TpmManufacturerError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TpmManufacturer([u8; 4]);

impl TpmManufacturer {
    /// Creates an identifier from its four bytes.
    pub const fn from_bytes(bytes: [u8; 4]) -> Self {
        Self(bytes)
    }

    /// The four bytes; shorter names end with spaces or zero bytes.
    pub const fn as_bytes(&self) -> &[u8; 4] {
        &self.0
    }
}

/// The error of a text that is not `id:` followed by eight hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not id: followed by eight hexadecimal digits")]
pub struct TpmManufacturerError;

impl FromStr for TpmManufacturer {
    type Err = TpmManufacturerError;

    /// Parses the form in certificates: `id:` and eight hexadecimal digits of either case.
    fn from_str(text: &str) -> Result<Self, TpmManufacturerError> {
        let digits = text.strip_prefix("id:").ok_or(TpmManufacturerError)?;
        // A sign would pass for a digit below.
        if digits.len() != 8 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(TpmManufacturerError);
        }
        let number = u32::from_str_radix(digits, 16).map_err(|_| TpmManufacturerError)?;
        Ok(Self(number.to_be_bytes()))
    }
}

impl fmt::Display for TpmManufacturer {
    /// Writes the form in certificates.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("id:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl Serialize for TpmManufacturer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TpmManufacturer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl fmt::Debug for TpmManufacturer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TpmManufacturer({})", self.0.escape_ascii())
    }
}

/// `TPMA_OBJECT`, the attributes of a key in a TPM: TPM 2.0 Part 2, section 8.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ObjectAttributes(u32);

impl ObjectAttributes {
    /// Creates attributes from the TPM's bits.
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// The TPM's bits.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Bit 1, `fixedTPM`: the key can't be moved to another TPM, neither by itself nor with its parent.
    pub const fn is_fixed_to_tpm(self) -> bool {
        self.0 & 1 << 1 != 0
    }

    /// Bit 5, `sensitiveDataOrigin`: the TPM made the private key itself.
    pub const fn originated_in_tpm(self) -> bool {
        self.0 & 1 << 5 != 0
    }

    /// Bit 6, `userWithAuth`: the key can be used with its secret; otherwise a policy must be met.
    pub const fn user_with_auth(self) -> bool {
        self.0 & 1 << 6 != 0
    }

    /// Bit 10, `noDA`: wrong secrets aren't counted against dictionary attacks.
    pub const fn no_dictionary_attack_protection(self) -> bool {
        self.0 & 1 << 10 != 0
    }

    /// Bit 18, `sign`: the key makes signatures.
    pub const fn signs(self) -> bool {
        self.0 & 1 << 18 != 0
    }
}
