//! The serialised form of the credential record and its parts: versions 1 and 2 are read, version 2 is written.
//!
//! A version is looked for before anything else is read, wherever it stands: databases that keep JSON in a form of their
//! own put the members in an order of their own.

use core::fmt;

use countersign_types::{
    Aaguid, AlgorithmIdentifier, Base64Url, CredentialId, UserHandle,
    enumerations::{CredentialType, Transport},
};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, DeserializeOwned, MapAccess, Visitor},
};
use serde_json::{Map, Value};

use super::{AttestationEvidence, CredentialRecord, DynamicPart, Standing, StaticPart};

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

impl Serialize for CredentialRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
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
        let versioned = deserializer.deserialize_map(Versioned("credential record"))?;
        match versioned.number {
            1 => versioned.read::<Version1, _>().map(Self::from),
            VERSION => versioned.read::<Version2, _>().map(Self::from),
            _ => Err(versioned.unknown()),
        }
    }
}

/// Makes a part serialisable by itself, with its version.
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
                Alone { version: VERSION, part: self }.serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $part {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[derive(Deserialize)]
                #[serde(transparent)]
                struct Alone(#[serde(with = $what)] $part);
                let versioned = deserializer.deserialize_map(Versioned($what))?;
                if versioned.number != VERSION {
                    return Err(versioned.unknown());
                }
                versioned.read::<Alone, _>().map(|Alone(part)| part)
            }
        }
    };
}

part!(StaticPart, "StaticPart");
part!(DynamicPart, "DynamicPart");
part!(AttestationEvidence, "AttestationEvidence");

/// Reads an object that says its version.
struct Versioned(&'static str);

struct Members {
    what: &'static str,
    number: u64,
    others: Map<String, Value>,
}

impl Members {
    fn read<T: DeserializeOwned, E: de::Error>(self) -> Result<T, E> {
        serde_json::from_value(Value::Object(self.others)).map_err(de::Error::custom)
    }

    fn unknown<E: de::Error>(&self) -> E {
        let Self { what, number, .. } = self;
        E::custom(format_args!("{what} of version {number}, and this program knows none above {VERSION}"))
    }
}

impl<'de> Visitor<'de> for Versioned {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a {} with its version", self.0)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Members, A::Error> {
        let mut others = Map::new();
        while let Some(name) = object.next_key::<String>()? {
            if others.contains_key(&name) {
                return Err(de::Error::custom(format_args!("{name} occurs twice")));
            }
            others.insert(name, object.next_value()?);
        }
        let version = others.remove("version").ok_or_else(|| de::Error::missing_field("version"))?;
        let number = version.as_u64().ok_or_else(|| de::Error::custom("version is not a number"))?;
        Ok(Members { what: self.0, number, others })
    }
}
