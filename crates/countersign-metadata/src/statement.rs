//! Metadata statements: a vendor's description of an authenticator model ([FIDO Metadata Statement, section
//! 3.12](https://fidoalliance.org/specs/mds/fido-metadata-statement-v3.0-ps-20210518.html)).

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_attestation::{AttestationType, Certificate};
use countersign_types::Aaguid;

use crate::{
    entry_error::EntryError,
    json::{JsonError, Reader, Text, Texts, members},
    keys::{Aaid, KeyIdentifier},
};

/// A vendor's description of an authenticator model. It borrows from the BLOB: nothing is copied or decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statement<'a> {
    /// The FIDO2 identifier of the model.
    pub aaguid: Option<Aaguid>,
    /// The UAF identifier of the model.
    pub aaid: Option<Aaid>,
    /// The name of the model, in English.
    pub description: Text<'a>,
    /// The earliest firmware version that the statement is about.
    pub authenticator_version: u64,
    /// The protocol family: `fido2`, `u2f` or `uaf`.
    pub protocol_family: Text<'a>,
    /// The signature algorithms of the model's credentials, by the names of the FIDO registry, such as
    /// `secp256r1_ecdsa_sha256_raw`.
    pub authentication_algorithms: Texts<'a>,
    /// The attestation types, such as `basic_full`.
    pub attestation_types: Texts<'a>,
    /// Where keys are kept, such as `hardware` and `secure_element`.
    pub key_protection: Option<Texts<'a>>,
    /// Where biometric samples are matched.
    pub matcher_protection: Option<Texts<'a>>,
    /// The ways to connect the authenticator, such as `external` and `nfc`.
    pub attachment_hint: Option<Texts<'a>>,
    /// The icon as a `data:` URL of any length.
    pub icon: Option<Text<'a>>,
    /// The icon for dark backgrounds, as a `data:` URL of any length.
    pub icon_dark: Option<Text<'a>>,
    /// The vendor's logo, as a `data:` URL of any length.
    pub provider_logo_light: Option<Text<'a>>,
    /// The vendor's logo for dark backgrounds, as a `data:` URL of any length.
    pub provider_logo_dark: Option<Text<'a>>,
    friendly_names: Option<&'a str>,
    user_verification: Option<&'a str>,
    get_info: Option<&'a str>,
    key_identifiers: Texts<'a>,
    roots: Texts<'a>,
}

/// The error for text that is not a certificate in base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a certificate in base64")]
#[non_exhaustive]
pub struct CertificateTextError;

impl<'a> Statement<'a> {
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Self, EntryError> {
        let members = StatementMembers::read(reader)?;
        let missing = |name| EntryError::from(JsonError::Missing(name));
        let aaguid = members.aaguid.map(|text| text.decode().parse()).transpose();
        let aaid = members.aaid.map(|text| text.decode().parse()).transpose();
        Ok(Self {
            aaguid: aaguid.map_err(|_| EntryError::Identifier("aaguid"))?,
            aaid: aaid.map_err(|_| EntryError::Identifier("aaid"))?,
            description: members.description.ok_or_else(|| missing("description"))?,
            authenticator_version: members.version.ok_or_else(|| missing("authenticatorVersion"))?,
            protocol_family: members.protocol_family.ok_or_else(|| missing("protocolFamily"))?,
            authentication_algorithms: members
                .algorithms
                .ok_or_else(|| missing("authenticationAlgorithms"))?,
            attestation_types: members.attestation_types.ok_or_else(|| missing("attestationTypes"))?,
            key_protection: members.key_protection,
            matcher_protection: members.matcher_protection,
            attachment_hint: members.attachment_hint,
            icon: members.icon,
            icon_dark: members.icon_dark,
            provider_logo_light: members.logo_light,
            provider_logo_dark: members.logo_dark,
            friendly_names: members.friendly_names,
            user_verification: members.user_verification,
            get_info: members.get_info,
            key_identifiers: members.key_identifiers.unwrap_or_default(),
            roots: members.roots.ok_or_else(|| missing("attestationRootCertificates"))?,
        })
    }

    /// The certificates that attestations of the model lead to: those of issuers, or of the attestation keys
    /// themselves. A certificate that cannot be read is an error.
    ///
    /// [`Entry::roots`](crate::Entry::roots) says which attestations each certificate serves.
    pub fn certificates(&self) -> impl Iterator<Item = Result<Certificate, CertificateTextError>> + use<'a> {
        self.roots.iter().map(certificate)
    }

    /// The attestation statement formats in `authenticatorGetInfo` ([CTAP 2.2,
    /// `attestationFormats`](https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#authenticatorGetInfo));
    /// empty if the member is absent.
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

    /// Whether the statement is about exactly these attestation keys, in any order.
    pub(crate) fn has_key_identifiers(&self, keys: &[KeyIdentifier]) -> bool {
        let stated = self.key_identifiers.iter().map(|text| text.decode().parse());
        stated.collect::<Result<BTreeSet<_>, _>>() == Ok(keys.iter().copied().collect())
    }

    /// The root certificates in base64, to compare them without parsing.
    pub const fn root_texts(&self) -> Texts<'a> {
        self.roots
    }

    /// The statement without its roots and its version, to compare the rest.
    pub(crate) fn without_roots_and_version(&self) -> Self {
        Self { roots: Texts::default(), authenticator_version: 0, ..self.clone() }
    }

    /// Whether the model's attestations have this type. A type that is still basic or attestation CA passes as either.
    pub fn attests(&self, attestation_type: AttestationType) -> bool {
        let words: &[&str] = match attestation_type {
            AttestationType::Basic => &["basic_full"],
            AttestationType::AttCa => &["attca"],
            AttestationType::AnonCa => &["anonca"],
            AttestationType::SelfAttestation => &["basic_surrogate"],
            AttestationType::None => &["none"],
            // The type is not decided yet between these two.
            _ => &["basic_full", "attca"],
        };
        self.attestation_types.iter().any(|own| words.contains(&&*own.decode()))
    }

    /// Whether attestations of the model may have certificates: it lists a type other than none and self attestation.
    pub(crate) fn attests_with_certificates(&self) -> bool {
        let has_none = |own: Text<'_>| matches!(&*own.decode(), "basic_surrogate" | "none");
        self.attestation_types.iter().any(|own| !has_none(own))
    }

    /// The name of the model in a language, given by its tag such as `de-DE`. MDS 3.1 introduced these names.
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

    /// The alternatives for user verification. Each is a list of methods, such as `fingerprint_internal`, that are all
    /// needed. Empty if the statement has none.
    pub fn user_verification(&self) -> Vec<Vec<Text<'a>>> {
        let Some(text) = self.user_verification else { return Vec::new() };
        let mut ways = Vec::new();
        let _ = user_verification(&mut Reader::new(text), |way| ways.push(way));
        ways
    }
}

/// Reads `userVerificationDetails`, an array of arrays of objects, and passes on the methods.
fn user_verification<'a>(
    reader: &mut Reader<'a>,
    mut each: impl FnMut(Vec<Text<'a>>),
) -> Result<(), JsonError> {
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

/// Reads a certificate in base64 with padding ([RFC 4648 section
/// 4](https://www.rfc-editor.org/rfc/rfc4648#section-4)). Whitespace around it and line breaks in it are accepted: the
/// BLOB's signature covers the text.
pub(crate) fn certificate(text: Text<'_>) -> Result<Certificate, CertificateTextError> {
    let text = text.decode();
    let decoded = if text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        STANDARD.decode(text.split_ascii_whitespace().collect::<String>())
    } else {
        STANDARD.decode(text.as_bytes())
    };
    Certificate::from_der(&decoded.map_err(|_| CertificateTextError)?).map_err(|_| CertificateTextError)
}

members! {
    StatementMembers<'a> {
        aaguid: Text<'a> = "aaguid", Reader::text;
        aaid: Text<'a> = "aaid", Reader::text;
        description: Text<'a> = "description", Reader::text;
        version: u64 = "authenticatorVersion", Reader::unsigned;
        protocol_family: Text<'a> = "protocolFamily", Reader::text;
        algorithms: Texts<'a> = "authenticationAlgorithms", Texts::read;
        attestation_types: Texts<'a> = "attestationTypes", Texts::read;
        key_protection: Texts<'a> = "keyProtection", Texts::read;
        matcher_protection: Texts<'a> = "matcherProtection", Texts::read;
        attachment_hint: Texts<'a> = "attachmentHint", Texts::read;
        icon: Text<'a> = "icon", Reader::text;
        icon_dark: Text<'a> = "iconDark", Reader::text;
        logo_light: Text<'a> = "providerLogoLight", Reader::text;
        logo_dark: Text<'a> = "providerLogoDark", Reader::text;
        friendly_names: &'a str = "friendlyNames", friendly_names;
        user_verification: &'a str = "userVerificationDetails", user_verification_details;
        get_info: &'a str = "authenticatorGetInfo", Reader::skip;
        key_identifiers: Texts<'a> = "attestationCertificateKeyIdentifiers", Texts::read;
        roots: Texts<'a> = "attestationRootCertificates", Texts::read;
    }
}

fn friendly_names<'a>(reader: &mut Reader<'a>) -> Result<&'a str, JsonError> {
    reader.slice(|reader| reader.object(|reader, _| reader.text().map(drop)))
}

fn user_verification_details<'a>(reader: &mut Reader<'a>) -> Result<&'a str, JsonError> {
    reader.slice(|reader| user_verification(reader, drop))
}
