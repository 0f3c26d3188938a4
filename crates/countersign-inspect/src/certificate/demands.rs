//! What each attestation format requires of its certificates, one by one.

use countersign::attestation::{
    Certificate,
    certificate::{Name, SubjectAttribute},
    format::tpm::TpmManufacturer,
    oid::{self, Oid},
};
use countersign::cose::{Curve, KeyMaterial};
use countersign::types::Code;

use crate::explanation::Note;

const CODE: Code = Code::AttestationCertificateInvalid;

/// The requirements of a format on its attestation certificate, the first of `x5c`.
pub(crate) fn of_format(format: &str, certificate: &Certificate) -> Vec<Note> {
    match format {
        "packed" => packed(certificate),
        "tpm" => tpm(certificate),
        "android-key" => vec![has_extension(certificate, &oid::ANDROID_KEY_DESCRIPTION, 206)],
        "apple" | "apple-appattest" => vec![has_extension(certificate, &oid::APPLE_NONCE, 246)],
        "fido-u2f" => vec![on_p256(certificate)],
        "android-safetynet" => vec![issued_to_android(certificate)],
        _ => Vec::new(),
    }
}

fn demand(is_met: bool, text: impl Into<String>, rule: u16) -> Note {
    let note = Note::requirement(is_met, text).with_rules(&[rule]);
    if is_met { note } else { note.with_code(CODE) }
}

/// [Section 8.2.1](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements).
fn packed(certificate: &Certificate) -> Vec<Note> {
    let subject = certificate.subject();
    let text = |attribute| subject.only_value(attribute).and_then(|value| value.text()).map(str::to_owned);
    let shown =
        |value: Option<String>| value.map_or_else(|| "missing".to_owned(), |value| format!("{value:?}"));
    let country = text(SubjectAttribute::Country);
    let organization = text(SubjectAttribute::Organization);
    let unit = text(SubjectAttribute::OrganizationalUnit);
    let common = text(SubjectAttribute::CommonName);
    let mut notes = vec![
        version(certificate, 150),
        demand(
            country.as_ref().is_some_and(|country| matches!(country.as_bytes(), [b'A'..=b'Z', b'A'..=b'Z'])),
            format!("Subject-C is two capital letters: {}", shown(country)),
            151,
        ),
        demand(
            organization.as_ref().is_some_and(|organization| !organization.is_empty()),
            format!("Subject-O is there: {}", shown(organization)),
            152,
        ),
        demand(
            unit.as_deref() == Some("Authenticator Attestation"),
            format!("Subject-OU is \"Authenticator Attestation\": {}", shown(unit)),
            153,
        ),
        demand(common.is_some(), format!("Subject-CN is there: {}", shown(common)), 154),
        no_authority(certificate, 155),
    ];
    for identifier in [oid::FIDO_AAGUID, oid::FIDO_FIRMWARE_VERSION, oid::FIDO_SERIAL_NUMBER] {
        if let Some(extension) = certificate.extension(&identifier) {
            notes.push(demand(
                !extension.critical,
                format!("the extension {identifier} is not critical"),
                158,
            ));
        }
    }
    notes
}

/// [Section 8.3.1](https://www.w3.org/TR/webauthn-3/#sctn-tpm-cert-requirements).
fn tpm(certificate: &Certificate) -> Vec<Note> {
    let names = certificate.alternative_directory_names().and_then(Result::ok).unwrap_or_default();
    let text = |wanted: &Oid<'_>| {
        let mut values =
            names.iter().flat_map(Name::attributes).filter(|attribute| attribute.attribute_type() == wanted);
        let first = values.next().and_then(|attribute| attribute.text().map(str::to_owned));
        if values.next().is_none() { first } else { None }
    };
    let manufacturer = text(&oid::TPM_MANUFACTURER);
    let is_identifier = manufacturer.as_ref().is_some_and(|text| text.parse::<TpmManufacturer>().is_ok());
    let shown = |value: Option<String>| value.unwrap_or_else(|| "missing".to_owned());
    let model = text(&oid::TPM_MODEL);
    let firmware = text(&oid::TPM_VERSION);
    let has_names = model.is_some() && firmware.is_some();
    let purposes = certificate.extended_key_usage().unwrap_or_default();
    vec![
        version(certificate, 192),
        demand(certificate.subject().is_empty(), "the subject is empty", 193),
        demand(
            is_identifier,
            format!("the alternative name has the TPM's manufacturer: {}", shown(manufacturer)),
            197,
        ),
        demand(
            has_names,
            format!("the alternative name has model and version: {}, {}", shown(model), shown(firmware)),
            196,
        ),
        demand(
            purposes.contains(&oid::TPM_AIK_CERTIFICATE),
            "the extended key usage has tcg-kp-AIKCertificate",
            198,
        ),
        no_authority(certificate, 199),
    ]
}

fn version(certificate: &Certificate, rule: u16) -> Note {
    demand(certificate.version() == 3, format!("the version is 3: {}", certificate.version()), rule)
}

fn no_authority(certificate: &Certificate, rule: u16) -> Note {
    let constraints = certificate.basic_constraints();
    let is_met = constraints.is_some_and(|constraints| !constraints.ca);
    demand(is_met, "the basic constraints say that it is no certificate authority", rule)
}

fn has_extension(certificate: &Certificate, identifier: &Oid<'_>, rule: u16) -> Note {
    let is_met = certificate.extension(identifier).is_some();
    demand(is_met, format!("the extension {} is there", crate::glossary::named_oid(identifier)), rule)
}

/// [Section 8.6](https://www.w3.org/TR/webauthn-3/#sctn-fido-u2f-attestation).
fn on_p256(certificate: &Certificate) -> Note {
    let is_met = certificate
        .public_key()
        .is_ok_and(|key| matches!(key.material(), KeyMaterial::Ec { curve: Curve::P256, .. }));
    demand(is_met, "the key is on P-256", 237)
}

/// [Section 8.5](https://www.w3.org/TR/webauthn-3/#sctn-android-safetynet-attestation).
fn issued_to_android(certificate: &Certificate) -> Note {
    let names = certificate.alternative_dns_names().and_then(Result::ok).unwrap_or_default();
    demand(names.contains(&"attest.android.com"), "it was issued to attest.android.com", 229)
}
