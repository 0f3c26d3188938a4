//! The serialised form of the credential record and its parts: versions 1 and 2 are read, version 2 is written.
//!
//! The version is read first, wherever it is: databases that keep JSON in their own form change the order of members.

use countersign_types::enumerations::{CredentialType, Transport};
use countersign_types::{
    Aaguid, AlgorithmIdentifier, Base64Url, CredentialId, UserHandle, json::unique_names,
};
use serde::de::{self, DeserializeOwned};
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};
use serde_json::{Map, Value};

use crate::record::bounds::{ITEMS_MAX, OutOfBounds};
use crate::record::credential_record::CredentialRecord;
use crate::record::dynamic_part::{DynamicPart, Standing};
use crate::record::evidence::AttestationEvidence;
use crate::record::static_part::StaticPart;

/// The newest version, which is written. Version 1 had no parts, BE always, and no standing.
const VERSION: u64 = 2;

/// Version 2 of a record.
#[derive(Serialize)]
struct Written<'a> {
    version: u64,
    #[serde(rename = "static", with = "StaticPart")]
    fixed: &'a StaticPart,
    #[serde(with = "DynamicPart")]
    dynamic: &'a DynamicPart,
    evidence: Option<WrittenEvidence<'a>>,
}

#[derive(Serialize)]
#[serde(transparent)]
struct WrittenEvidence<'a>(#[serde(with = "AttestationEvidence")] &'a AttestationEvidence);

impl CredentialRecord {
    /// Checks that the record can be written, and read again.
    pub(crate) fn check(&self) -> Result<(), OutOfBounds> {
        self.fixed.check()?;
        self.dynamic.check()?;
        self.evidence.as_ref().map_or(Ok(()), AttestationEvidence::check)
    }
}

impl Serialize for CredentialRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.check().map_err(ser::Error::custom)?;
        let evidence = self.evidence.as_ref().map(WrittenEvidence);
        Written { version: VERSION, fixed: &self.fixed, dynamic: &self.dynamic, evidence }
            .serialize(serializer)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Version2 {
    #[serde(rename = "static", with = "StaticPart")]
    fixed: StaticPart,
    #[serde(with = "DynamicPart")]
    dynamic: DynamicPart,
    #[serde(deserialize_with = "Option::deserialize")]
    evidence: Option<ReadEvidence>,
}

#[derive(Deserialize)]
#[serde(transparent)]
struct ReadEvidence(#[serde(with = "AttestationEvidence")] AttestationEvidence);

impl From<Version2> for CredentialRecord {
    fn from(read: Version2) -> Self {
        let evidence = read.evidence.map(|ReadEvidence(evidence)| evidence);
        Self { fixed: read.fixed, dynamic: read.dynamic, evidence }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Version1 {
    id: CredentialId,
    rp_id: String,
    user_handle: UserHandle,
    public_key: Base64Url,
    algorithm: Option<AlgorithmIdentifier>,
    sign_count: u32,
    uv_initialized: bool,
    transports: Vec<Transport>,
    backup_eligible: bool,
    backup_state: bool,
    aaguid: Aaguid,
    attestation: Option<Attestation1>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Attestation1 {
    format: String,
    attestation_type: String,
    object: Base64Url,
    client_data: Base64Url,
}

impl From<Version1> for CredentialRecord {
    fn from(read: Version1) -> Self {
        let evidence = read.attestation.map(|read| AttestationEvidence {
            format: read.format,
            attestation_type: read.attestation_type,
            trusted: None,
            judged_at: None,
            object: read.object,
            client_data: read.client_data,
        });
        Self {
            fixed: StaticPart {
                credential_type: CredentialType::PublicKey,
                id: read.id,
                rp_id: read.rp_id,
                user_handle: read.user_handle,
                public_key: read.public_key,
                algorithm: read.algorithm,
                transports: read.transports,
                aaguid: read.aaguid,
            },
            dynamic: DynamicPart {
                sign_count: read.sign_count,
                backup_eligible: Some(read.backup_eligible),
                backup_state: read.backup_state,
                uv_initialized: read.uv_initialized,
                standing: Standing::Active,
            },
            evidence,
        }
    }
}

impl<'de> Deserialize<'de> for CredentialRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let versioned = Versioned::of("credential record", deserializer)?;
        let record = match versioned.number {
            1 => Self::from(versioned.read::<Version1, _>()?),
            VERSION => Self::from(versioned.read::<Version2, _>()?),
            _ => return Err(versioned.unknown()),
        };
        record.check().map_err(de::Error::custom)?;
        Ok(record)
    }
}

/// Makes a part serialisable on its own, with its version.
macro_rules! part {
    ($part:ident, $what:literal) => {
        impl Serialize for $part {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                #[derive(Serialize)]
                struct Alone<'a> {
                    version: u64,
                    #[serde(flatten, with = $what)]
                    part: &'a $part,
                }
                self.check().map_err(ser::Error::custom)?;
                Alone { version: VERSION, part: self }.serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $part {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[derive(Deserialize)]
                #[serde(transparent)]
                struct Alone(#[serde(with = $what)] $part);
                let versioned = Versioned::of($what, deserializer)?;
                if versioned.number != VERSION {
                    return Err(versioned.unknown());
                }
                let Alone(part) = versioned.read::<Alone, _>()?;
                part.check().map_err(de::Error::custom)?;
                Ok(part)
            }
        }
    };
}

part!(StaticPart, "StaticPart");
part!(DynamicPart, "DynamicPart");
part!(AttestationEvidence, "AttestationEvidence");

/// The members of an object that says its version.
struct Versioned {
    what: &'static str,
    number: u64,
    others: Map<String, Value>,
}

impl Versioned {
    fn of<'de, D: Deserializer<'de>>(what: &'static str, deserializer: D) -> Result<Self, D::Error> {
        let mut others: Map<String, Value> = unique_names(deserializer, ITEMS_MAX)?;
        let version = others.remove("version").ok_or_else(|| de::Error::missing_field("version"))?;
        let number = version.as_u64().ok_or_else(|| de::Error::custom("version is not a number"))?;
        Ok(Self { what, number, others })
    }

    fn read<T: DeserializeOwned, E: de::Error>(self) -> Result<T, E> {
        serde_json::from_value(Value::Object(self.others)).map_err(de::Error::custom)
    }

    fn unknown<E: de::Error>(&self) -> E {
        let Self { what, number, .. } = self;
        E::custom(format_args!("{what} of version {number}, and this program supports none above {VERSION}"))
    }
}
