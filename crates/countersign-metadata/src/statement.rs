//! Metadata statements ([FIDO Metadata Statement, section
//! 3.12](https://fidoalliance.org/specs/mds/fido-metadata-statement-v3.0-ps-20210518.html)): what a vendor says of a
//! model.

use core::fmt;
use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_attestation::{AttestationType, Certificate};
use countersign_types::Aaguid;

use crate::{
    entry::EntryFault,
    json::{Fault, Reader, Text, Texts, once},
    keys::{Aaid, KeyIdentifier},
};

/// What a vendor says of a model. It borrows from the BLOB: nothing is copied, and icons are not decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statement<'a> {
    /// The model's FIDO2 identifier.
    pub aaguid: Option<Aaguid>,
    /// The model's UAF identifier.
    pub aaid: Option<Aaid>,
    /// What the model is called, in English.
    pub description: Text<'a>,
    /// The earliest version (of the firmware) that the statement is about.
    pub authenticator_version: u64,
    /// `fido2`, `u2f` or `uaf`.
    pub protocol_family: Text<'a>,
    /// The signature algorithms of its credentials, by the names of the FIDO registry, such as
    /// `secp256r1_ecdsa_sha256_raw`.
    pub authentication_algorithms: Texts<'a>,
    /// The attestation types, such as `basic_full`.
    pub attestation_types: Texts<'a>,
    /// Where keys are kept, such as `hardware` and `secure_element`.
    pub key_protection: Option<Texts<'a>>,
    /// Where biometric samples are matched.
    pub matcher_protection: Option<Texts<'a>>,
    /// How it can be attached.
    pub attachment_hint: Option<Texts<'a>>,
    /// The icon as a `data:` URL; as long as it likes.
    pub icon: Option<Text<'a>>,
    /// The icon for dark backgrounds, likewise.
    pub icon_dark: Option<Text<'a>>,
    /// The vendor's logo, likewise.
    pub provider_logo_light: Option<Text<'a>>,
    /// The vendor's logo for dark backgrounds, likewise.
    pub provider_logo_dark: Option<Text<'a>>,
    friendly_names: Option<&'a str>,
    user_verification: Option<&'a str>,
    get_info: Option<&'a str>,
    key_identifiers: Texts<'a>,
    roots: Texts<'a>,
}

/// Not a certificate in base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotACertificate;

impl<'a> Statement<'a> {
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Self, EntryFault> {
        let mut parts = Parts::default();
        reader.object(|reader, name| parts.member(reader, name))?;
        let missing = |name| EntryFault::from(Fault::Missing(name));
        let identifier = |name| move |_| EntryFault::Identifier(name);
        Ok(Self {
            aaguid: parts
                .aaguid
                .map(|text| text.decode().parse())
                .transpose()
                .map_err(identifier("aaguid"))?,
            aaid: parts
                .aaid
                .map(|text| text.decode().parse())
                .transpose()
                .map_err(|_| EntryFault::Identifier("aaid"))?,
            description: parts.description.ok_or_else(|| missing("description"))?,
            authenticator_version: parts.version.ok_or_else(|| missing("authenticatorVersion"))?,
            protocol_family: parts.protocol_family.ok_or_else(|| missing("protocolFamily"))?,
            authentication_algorithms: parts.algorithms.ok_or_else(|| missing("authenticationAlgorithms"))?,
            attestation_types: parts.attestation_types.ok_or_else(|| missing("attestationTypes"))?,
            key_protection: parts.key_protection,
            matcher_protection: parts.matcher_protection,
            attachment_hint: parts.attachment_hint,
            icon: parts.icon,
            icon_dark: parts.icon_dark,
            provider_logo_light: parts.logo_light,
            provider_logo_dark: parts.logo_dark,
            friendly_names: parts.friendly_names,
            user_verification: parts.user_verification,
            get_info: parts.get_info,
            key_identifiers: parts.key_identifiers.unwrap_or_default(),
            roots: parts.roots.ok_or_else(|| missing("attestationRootCertificates"))?,
        })
    }

    /// The certificates that the model's attestation leads to: of issuers, or of the attestation keys themselves. An
    /// error in place of one that can't be read.
    ///
    /// What each of them serves, [`Entry::roots`](crate::Entry::roots) says.
    pub fn certificates(&self) -> impl Iterator<Item = Result<Certificate, NotACertificate>> + use<'a> {
        self.roots.iter().map(certificate)
    }

    /// The statement formats that the authenticator says it has, in `authenticatorGetInfo`
    /// ([CTAP 2.2, `attestationFormats`](https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#authenticatorGetInfo));
    /// empty if it does not say.
    pub fn attestation_formats(&self) -> Vec<Text<'a>> {
        let mut formats = None;
        if let Some(text) = self.get_info {
            let _ = Reader::new(text).object(|reader, name| {
                if name == "attestationFormats" {
                    formats = Some(Texts::read(reader)?);
                    return Ok(());
                }
                reader.skip().map(drop)
            });
        }
        formats.into_iter().flat_map(Texts::iter).collect()
    }

    /// Whether the statement is about these attestation keys, in whatever order, and no others.
    pub(crate) fn has_key_identifiers(&self, keys: &[KeyIdentifier]) -> bool {
        let stated = self.key_identifiers.iter().map(|text| text.decode().parse());
        stated.collect::<Result<BTreeSet<_>, _>>() == Ok(keys.iter().copied().collect())
    }

    /// The roots as they stand in the metadata, in base64, to compare.
    pub const fn root_texts(&self) -> Texts<'a> {
        self.roots
    }

    /// The rest of the statement, to compare.
    pub(crate) fn without_roots_and_version(&self) -> Self {
        Self { roots: Texts::default(), authenticator_version: 0, ..self.clone() }
    }

    /// Whether the model attests this way. A statement that may be of type basic or attestation CA passes for either.
    pub fn attests(&self, attestation_type: AttestationType) -> bool {
        let words: &[&str] = match attestation_type {
            AttestationType::Basic => &["basic_full"],
            AttestationType::AttCa => &["attca"],
            AttestationType::AnonCa => &["anonca"],
            AttestationType::SelfAttestation => &["basic_surrogate"],
            AttestationType::None => &["none"],
            // What the type will turn out to be is one of these.
            _ => &["basic_full", "attca"],
        };
        self.attestation_types.iter().any(|own| words.contains(&&*own.decode()))
    }

    /// Whether a statement of the model may have a certificate: what it lists is neither none nor self attestation.
    pub(crate) fn attests_with_certificates(&self) -> bool {
        let has_none = |own: Text<'_>| matches!(&*own.decode(), "basic_surrogate" | "none");
        self.attestation_types.iter().any(|own| !has_none(own))
    }

    /// What the model is called in a language, by its tag such as `de-DE`, of the names in MDS 3.1.
    pub fn friendly_name(&self, language: &str) -> Option<Text<'a>> {
        let mut found = None;
        let _ = Reader::new(self.friendly_names?).object(|reader, name| {
            let text = reader.text()?;
            if name.eq_ignore_ascii_case(language) {
                found = Some(text);
            }
            Ok(())
        });
        found
    }

    /// The ways in which it verifies users, each a list of methods such as `fingerprint_internal` that are all needed.
    /// Empty where the statement does not tell.
    pub fn user_verification(&self) -> Vec<Vec<Text<'a>>> {
        let Some(text) = self.user_verification else { return Vec::new() };
        let mut ways = Vec::new();
        let _ = user_verification(&mut Reader::new(text), |way| ways.push(way));
        ways
    }
}

/// Reads `userVerificationDetails`: an array of arrays of objects, of which the method is of interest.
fn user_verification<'a>(reader: &mut Reader<'a>, mut each: impl FnMut(Vec<Text<'a>>)) -> Result<(), Fault> {
    reader.array(|reader| {
        let mut methods = Vec::new();
        reader.array(|reader| {
            reader.object(|reader, name| {
                if name == "userVerificationMethod" {
                    methods.push(reader.text()?);
                    return Ok(());
                }
                reader.skip().map(drop)
            })
        })?;
        each(methods);
        Ok(())
    })
}

/// A certificate in base64 with padding, as in [RFC 4648 section
/// 4](https://www.rfc-editor.org/rfc/rfc4648#section-4). White space around it and line breaks in it pass: what matters
/// is under the BLOB's signature.
pub(crate) fn certificate(text: Text<'_>) -> Result<Certificate, NotACertificate> {
    let text = text.decode();
    let decoded = if text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        STANDARD.decode(text.split_ascii_whitespace().collect::<String>())
    } else {
        STANDARD.decode(text.as_bytes())
    };
    Certificate::from_der(&decoded.map_err(|_| NotACertificate)?).map_err(|_| NotACertificate)
}

#[derive(Default)]
struct Parts<'a> {
    aaguid: Option<Text<'a>>,
    aaid: Option<Text<'a>>,
    description: Option<Text<'a>>,
    version: Option<u64>,
    protocol_family: Option<Text<'a>>,
    algorithms: Option<Texts<'a>>,
    attestation_types: Option<Texts<'a>>,
    key_protection: Option<Texts<'a>>,
    matcher_protection: Option<Texts<'a>>,
    attachment_hint: Option<Texts<'a>>,
    icon: Option<Text<'a>>,
    icon_dark: Option<Text<'a>>,
    logo_light: Option<Text<'a>>,
    logo_dark: Option<Text<'a>>,
    friendly_names: Option<&'a str>,
    user_verification: Option<&'a str>,
    get_info: Option<&'a str>,
    key_identifiers: Option<Texts<'a>>,
    roots: Option<Texts<'a>>,
}

impl<'a> Parts<'a> {
    fn member(&mut self, reader: &mut Reader<'a>, name: &str) -> Result<(), Fault> {
        let (slot, name) = match name {
            "authenticatorVersion" => {
                return once(&mut self.version, "authenticatorVersion", reader.unsigned()?);
            }
            "aaguid" => (&mut self.aaguid, "aaguid"),
            "aaid" => (&mut self.aaid, "aaid"),
            "description" => (&mut self.description, "description"),
            "protocolFamily" => (&mut self.protocol_family, "protocolFamily"),
            "icon" => (&mut self.icon, "icon"),
            "iconDark" => (&mut self.icon_dark, "iconDark"),
            "providerLogoLight" => (&mut self.logo_light, "providerLogoLight"),
            "providerLogoDark" => (&mut self.logo_dark, "providerLogoDark"),
            _ => return self.other_member(reader, name),
        };
        once(slot, name, reader.text()?)
    }

    fn other_member(&mut self, reader: &mut Reader<'a>, name: &str) -> Result<(), Fault> {
        let (slot, name) = match name {
            "authenticationAlgorithms" => (&mut self.algorithms, "authenticationAlgorithms"),
            "attestationTypes" => (&mut self.attestation_types, "attestationTypes"),
            "keyProtection" => (&mut self.key_protection, "keyProtection"),
            "matcherProtection" => (&mut self.matcher_protection, "matcherProtection"),
            "attachmentHint" => (&mut self.attachment_hint, "attachmentHint"),
            "attestationCertificateKeyIdentifiers" => {
                (&mut self.key_identifiers, "attestationCertificateKeyIdentifiers")
            }
            "attestationRootCertificates" => (&mut self.roots, "attestationRootCertificates"),
            "friendlyNames" => {
                let names = reader.slice(|reader| reader.object(|reader, _| reader.text().map(drop)))?;
                return once(&mut self.friendly_names, "friendlyNames", names);
            }
            "userVerificationDetails" => {
                let ways = reader.slice(|reader| user_verification(reader, drop))?;
                return once(&mut self.user_verification, "userVerificationDetails", ways);
            }
            "authenticatorGetInfo" => {
                return once(&mut self.get_info, "authenticatorGetInfo", reader.skip()?);
            }
            _ => return reader.skip().map(drop),
        };
        once(slot, name, Texts::read(reader)?)
    }
}

impl fmt::Display for NotACertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a certificate in base64")
    }
}

impl core::error::Error for NotACertificate {}
