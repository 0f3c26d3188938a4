//! What both ceremonies require: [`Policy`](countersign::Policy) itself.

use countersign::cose::Algorithm;
use countersign::relying_party::policy::StoredAlgorithms;
use countersign::report::Deviation;
use countersign::types::enumerations::{
    AttestationConveyance, AuthenticatorAttachment, ResidentKeyRequirement, UserVerificationRequirement,
};

use super::draft::{Frames, PolicyDraft, Preset};
use crate::config::setting::{self, each};
use crate::config::words::word;

type Entry = setting::Entry<PolicyDraft>;

pub(super) const ENTRIES: &[Entry] = &[
    Entry::word("policy.preset", &["passkeys", "second-factor", "attested"], |draft, text| {
        draft.preset = match text {
            "attested" => Preset::Attested,
            "second-factor" => Preset::SecondFactor,
            _ => Preset::Passkeys,
        };
        Ok(())
    })
    .meaning(
        "What the policy starts from; attested accepts registrations only from authenticators that the metadata vouches \
         for",
    )
    .option_that_sets("attested", "attested"),
    Entry::word("policy.user_verification", &["required", "preferred", "discouraged"], |draft, text| {
        let requirement = UserVerificationRequirement::from(text);
        draft.change(move |policy| policy.with_user_verification(requirement.clone()));
        Ok(())
    })
    .meaning("Whether users must be verified, by a PIN, a fingerprint or the like")
    .default("of the preset: required, for second-factor discouraged"),
    Entry::word("policy.resident_key", &["required", "preferred", "discouraged"], |draft, text| {
        let requirement = ResidentKeyRequirement::from(text);
        draft.change(move |policy| policy.with_resident_key(requirement.clone()));
        Ok(())
    })
    .meaning("Whether new credentials must be discoverable, so that they work without a user name")
    .default("required; in a file of its own that of the preset"),
    Entry::word("policy.attachment", &["any", "platform", "cross-platform"], |draft, text| {
        if text != "any" {
            let attachment = AuthenticatorAttachment::from(text);
            draft.change(move |policy| policy.with_attachment(attachment.clone()));
        }
        Ok(())
    })
    .meaning("The authenticators that new credentials are asked for: those of the device, or roaming ones"),
    Entry::list("policy.algorithms", "algorithms, such as \"ES256\"", |draft, texts| {
        let algorithms = each(texts, algorithm)?;
        draft.change(move |policy| policy.with_algorithms(algorithms.clone()));
        Ok(())
    })
    .meaning("The algorithms that are offered to new credentials, the preferred one first")
    .default("EdDSA, ES256, RS256"),
    Entry::list("policy.stored_algorithms", "algorithms, such as \"ES256\"", |draft, texts| {
        let algorithms = each(texts, algorithm)?;
        draft.change(move |policy| policy.with_stored_algorithms(StoredAlgorithms::Only(algorithms.clone())));
        Ok(())
    })
    .meaning("The algorithms that the keys of stored credentials may have")
    .default("every one that can be verified"),
    Entry::word(
        "policy.attestation_conveyance",
        &["none", "indirect", "direct", "enterprise"],
        |draft, text| {
            let conveyance = AttestationConveyance::from(text);
            draft.change(move |policy| policy.with_attestation_conveyance(conveyance.clone()));
            Ok(())
        },
    )
    .meaning("Which attestation clients are asked for")
    .default("of the preset: none, for attested direct"),
    Entry::word(
        "policy.cross_origin",
        &["reject", "any", "listed", "dangerous-listed-or-absent"],
        |draft, text| {
            draft.frames = match text {
                "any" => Frames::BelowAny,
                "listed" => Frames::BelowListed,
                "dangerous-listed-or-absent" => Frames::DangerousListedOrAbsent,
                _ => Frames::Rejected,
            };
            Ok(())
        },
    )
    .meaning(
        "Whether ceremonies may run in frames of other pages: below any page, or below those of `policy.top_origins`, \
         which clients of Level 2 never name",
    ),
    Entry::list("policy.top_origins", "origins", |draft, texts| {
        draft.top_origins = each(texts, |text| Ok(text.to_owned()))?;
        Ok(())
    })
    .meaning("The pages that may frame a ceremony"),
    Entry::word("policy.sign_count", &["reject", "report", "accept"], |draft, text| {
        let sign_count = word(text)?;
        draft.change(move |policy| policy.with_sign_count(sign_count));
        Ok(())
    })
    .meaning("What happens if a signature counter did not increase"),
    Entry::word("policy.backup", &["accept", "reject", "eligible-required", "required"], |draft, text| {
        let backup = word(text)?;
        draft.change(move |policy| policy.with_backup(backup));
        Ok(())
    })
    .meaning("Whether credentials may or must be backed up"),
    Entry::word(
        "policy.backup_eligibility_change",
        &["reject", "dangerous-accept-upgrade"],
        |draft, text| {
            let change = word(text)?;
            draft.change(move |policy| policy.with_backup_eligibility_change(change));
            Ok(())
        },
    )
    .meaning("What happens with a passkey that could not be backed up when it was registered, and can be now")
    .option_that_sets("dangerous-backup-upgrade", "dangerous-accept-upgrade"),
    Entry::word("policy.unknown_backup_eligibility", &["accept", "reject"], |draft, text| {
        let unknown = word(text)?;
        draft.change(move |policy| policy.with_unknown_backup_eligibility(unknown));
        Ok(())
    })
    .meaning("What happens if an imported record does not say whether its credential could be backed up"),
    Entry::word("policy.conditional_create", &["after-sign-in", "reject"], |draft, text| {
        draft.conditional_create = Some(text == "after-sign-in");
        Ok(())
    })
    .meaning("Whether browsers may create credentials without asking, after a sign-in")
    .default("of the preset: after-sign-in, for the others reject"),
    Entry::number("policy.conditional_create_seconds", (1, u32::MAX), "seconds", |draft, seconds| {
        draft.conditional_create_seconds = Some(seconds);
    })
    .meaning("The greatest age of that sign-in")
    .default("300"),
    Entry::word("policy.uninitialized_user_verification", &["reject", "dangerous-accept"], |draft, text| {
        let uninitialized = word(text)?;
        draft.change(move |policy| policy.with_uninitialized_user_verification(uninitialized));
        Ok(())
    })
    .meaning(
        "What happens if user verification is required and the user was never verified with the credential before",
    ),
    Entry::word("policy.unverified_discoverable", &["reject", "dangerous-accept"], |draft, text| {
        let unverified = word(text)?;
        draft.change(move |policy| policy.with_unverified_discoverable(unverified));
        Ok(())
    })
    .meaning("Whether a user who was not identified before may sign in without being verified"),
    Entry::word("policy.flagged_credentials", &["reject", "report"], |draft, text| {
        let flagged = word(text)?;
        draft.change(move |policy| policy.with_flagged_credentials(flagged));
        Ok(())
    })
    .meaning("What happens to authentications with credentials that were flagged"),
    Entry::list("policy.rejected_deviations", "deviations, such as \"byte-order-mark\"", |draft, texts| {
        let deviations = each(texts, deviation)?;
        draft.change(move |policy| policy.with_rejected_deviations(deviations.iter().copied()));
        Ok(())
    })
    .meaning("Deviations from the specification that are rejected and not only reported"),
    Entry::number("policy.credential_id_bytes", (1, 1023), "bytes", |draft, bytes| {
        let bytes = u16::try_from(bytes).unwrap_or(u16::MAX);
        draft.change(move |policy| policy.with_credential_id_bytes(bytes));
    })
    .meaning("The most bytes of a new credential's ID")
    .default("1023"),
    Entry::number("policy.timeout_seconds", (1, u32::MAX / 1000), "seconds", |draft, seconds| {
        draft.change(move |policy| policy.with_timeout_seconds(seconds));
    })
    .meaning("How long a ceremony may take")
    .default("300"),
];

fn algorithm(name: &str) -> Result<Algorithm, String> {
    let known = Algorithm::ALL.iter().copied().find(|algorithm| algorithm.name() == name);
    known.ok_or_else(|| {
        let names: Vec<_> = Algorithm::ALL.iter().map(|algorithm| algorithm.name()).collect();
        format!("{name:?} is not an algorithm; there are {}", names.join(", "))
    })
}

fn deviation(word: &str) -> Result<Deviation, String> {
    let known = Deviation::ALL.iter().copied().find(|deviation| deviation.as_str() == word);
    known.ok_or_else(|| {
        let words: Vec<_> = Deviation::ALL.iter().map(|deviation| deviation.as_str()).collect();
        format!("{word:?} is not a deviation; there are {}", words.join(", "))
    })
}
