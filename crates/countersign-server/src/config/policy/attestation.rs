//! What the preset `attested` requires: [`AttestationPolicy`](countersign::relying_party::policy::AttestationPolicy), and of
//! the devices [`DevicePolicy`](countersign::relying_party::policy::DevicePolicy).

use countersign::attestation::format::tpm::TpmManufacturer;
use countersign::types::Aaguid;

use super::draft::PolicyDraft;
use crate::config::setting::{self, each};
use crate::config::words::word;

type Entry = setting::Entry<PolicyDraft>;

pub(super) const ENTRIES: &[Entry] = &[
    Entry::list("policy.attestation.formats", "formats, such as \"packed\"", |draft, texts| {
        draft.requirements = draft.requirements.clone().with_formats(texts.iter().copied());
        Ok(())
    })
    .meaning("The formats of attestations that are accepted")
    .default("every one that can be verified"),
    Entry::list("policy.attestation.accepted_models", "AAGUIDs", |draft, texts| {
        draft.requirements = draft.requirements.clone().with_accepted_models(each(texts, model)?);
        Ok(())
    })
    .meaning("The only authenticator models that are accepted")
    .default("every one"),
    Entry::list("policy.attestation.rejected_models", "AAGUIDs", |draft, texts| {
        draft.requirements = draft.requirements.clone().with_rejected_models(each(texts, model)?);
        Ok(())
    })
    .meaning("The authenticator models that are rejected"),
    Entry::word(
        "policy.attestation.android_key_protection",
        &["any", "trusted-environment", "strong-box"],
        |draft, text| {
            if text != "any" {
                draft.device = draft.device.clone().with_android_key_protection(word(text)?);
            }
            Ok(())
        },
    )
    .meaning("The least protection of keys on Android devices"),
    Entry::word(
        "policy.attestation.android_verified_boot",
        &["any", "verified", "verified-or-self-signed"],
        |draft, text| {
            if text != "any" {
                draft.device = draft.device.clone().with_android_verified_boot(word(text)?);
            }
            Ok(())
        },
    )
    .meaning("The system that Android devices must have booted"),
    Entry::word("policy.attestation.tpm_key_binding", &["any", "required"], |draft, text| {
        draft.device = draft.device.clone().with_tpm_key_binding(word(text)?);
        Ok(())
    })
    .meaning("Whether a key must have been made in its TPM and stay there"),
    Entry::list(
        "policy.attestation.rejected_tpm_manufacturers",
        "identifiers, such as \"id:494E5443\"",
        |draft, texts| {
            let manufacturers = each(texts, manufacturer)?;
            draft.device = draft.device.clone().with_rejected_tpm_manufacturers(manufacturers);
            Ok(())
        },
    )
    .meaning("Manufacturers whose TPMs are rejected"),
    Entry::number(
        "policy.attestation.safetynet_max_age_seconds",
        (0, u32::MAX),
        "seconds",
        |draft, seconds| {
            draft.device = draft.device.clone().with_safetynet_max_age_seconds(seconds);
        },
    )
    .meaning("How old a SafetyNet response may be")
    .default("60"),
    Entry::number(
        "policy.attestation.safetynet_clock_skew_seconds",
        (0, u32::MAX),
        "seconds",
        |draft, seconds| {
            draft.device = draft.device.clone().with_safetynet_clock_skew_seconds(seconds);
        },
    )
    .meaning("By how much Google's clock may be ahead of this server's")
    .default("0"),
];

fn model(text: &str) -> Result<Aaguid, String> {
    text.parse()
        .map_err(|_| format!("{text:?} is not an AAGUID, such as \"cb69481e-8ff7-4039-93ec-0a2729a154a8\""))
}

fn manufacturer(text: &str) -> Result<TpmManufacturer, String> {
    text.parse().map_err(|_| {
        format!("{text:?} is not the identifier of a manufacturer: id: and eight hexadecimal digits")
    })
}
