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
    de::{self, DeserializeOwned, MapAccess, SeqAccess, Visitor},
    ser,
};
use serde_json::{Map, Value};

use super::{
    AttestationEvidence, CredentialRecord, DynamicPart, Standing, StaticPart,
    bounds::{ITEMS_MAX, OutOfBounds},
};
use crate::error::Shortened;

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
    fn check(&self) -> Result<(), OutOfBounds> {
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
        let versioned = deserializer.deserialize_map(Versioned("credential record"))?;
        let record = match versioned.number {
            1 => Self::from(versioned.read::<Version1, _>()?),
            VERSION => Self::from(versioned.read::<Version2, _>()?),
            _ => return Err(versioned.unknown()),
        };
        record.check().map_err(de::Error::custom)?;
        Ok(record)
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
                self.check().map_err(ser::Error::custom)?;
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
        let mut others = read_members(&mut object)?;
        let version = others.remove("version").ok_or_else(|| de::Error::missing_field("version"))?;
        let number = version.as_u64().ok_or_else(|| de::Error::custom("version is not a number"))?;
        Ok(Members { what: self.0, number, others })
    }
}

/// The members of an object: not too many, and each name once, in the objects within as well.
fn read_members<'de, A: MapAccess<'de>>(object: &mut A) -> Result<Map<String, Value>, A::Error> {
    let mut members = Map::new();
    while let Some(name) = object.next_key::<String>()? {
        if members.contains_key(&name) {
            return Err(de::Error::custom(format_args!("{} occurs twice", Shortened(&name))));
        }
        if members.len() >= ITEMS_MAX {
            return Err(de::Error::custom("an object has too many members"));
        }
        let Strict(value) = object.next_value()?;
        members.insert(name, value);
    }
    Ok(members)
}

/// A value in which no object has a member twice, and no list too many items. `Value` itself keeps the last of two members
/// of one name.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Strict;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_string<E>(self, value: String) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_unit<E>(self) -> Result<Strict, E> {
        Ok(Strict(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Strict, E> {
        Ok(Strict(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Strict, D::Error> {
        Strict::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Strict, A::Error> {
        let mut items = Vec::new();
        while let Some(Strict(item)) = list.next_element()? {
            if items.len() >= ITEMS_MAX {
                return Err(de::Error::custom("a list has too many items"));
            }
            items.push(item);
        }
        Ok(Strict(items.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Strict, A::Error> {
        read_members(&mut object).map(|members| Strict(members.into()))
    }
}
