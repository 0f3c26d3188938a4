//! `TPMS_ATTEST` with a `TPMS_CERTIFY_INFO`, what the TPM signed: TPM 2.0 Part 2, sections 10.12.8 and 10.12.3.

use super::{error::TpmError, reader::Reader};

/// `TPM_GENERATED_VALUE`: a restricted key signs data with this prefix only if the TPM made the data.
const GENERATED: u32 = 0xff54_4347;

/// `TPM_ST_ATTEST_CERTIFY`.
const ATTEST_CERTIFY: u16 = 0x8017;

/// The fields that the procedure checks, and the firmware version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CertifyInfo<'a> {
    pub(super) extra_data: &'a [u8],
    pub(super) firmware_version: u64,
    /// The name of the object that was certified.
    pub(super) name: &'a [u8],
}

impl<'a> CertifyInfo<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, TpmError> {
        let mut reader = Reader::new("certInfo", bytes)?;
        let magic = reader.u32("magic")?;
        if magic != GENERATED {
            return Err(TpmError::Value { field: "magic", got: magic });
        }
        let attestation_type = reader.u16("type")?;
        if attestation_type != ATTEST_CERTIFY {
            return Err(TpmError::Value { field: "type", got: attestation_type.into() });
        }
        reader.sized("qualifiedSigner")?;
        let extra_data = reader.sized("extraData")?;
        // Clock, reset count, restart count, and whether the clock is safe: 8, 4, 4 and 1 bytes, not checked.
        reader.array::<17>("clockInfo")?;
        let firmware_version = reader.u64("firmwareVersion")?;
        let name = reader.sized("name")?;
        reader.sized("qualifiedName")?;
        reader.end()?;
        Ok(Self { extra_data, firmware_version, name })
    }
}
