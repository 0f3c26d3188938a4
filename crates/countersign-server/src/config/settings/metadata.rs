//! The settings of FIDO metadata, and which of its models are accepted.

use countersign_metadata::{CertificationLevel, ContradictionPolicy, MetadataPolicy, Status, UnnamedModels};

use crate::config::draft::Draft;
use crate::config::setting::{self, each};

type Entry = setting::Entry<Draft>;

pub(super) const ENTRIES: &[Entry] = &[
    Entry::text("metadata.url", "an address", |draft, text| {
        draft.metadata.url = Some(text.to_owned());
        Ok(())
    })
    .meaning(
        "Address to fetch the FIDO metadata BLOB from, over https, whenever a newer one is due, such as \
         https://mds3.fidoalliance.org/; the last good one is stored: see `metadata.folder`",
    )
    .option("metadata-url", "URL"),
    Entry::text("metadata.file", "a path", |draft, text| {
        draft.metadata.file = Some(text.into());
        Ok(())
    })
    .meaning(
        "FIDO metadata BLOB, as downloaded; names authenticators and flags compromised models; it is read again when it \
         changes",
    )
    .option("metadata", "FILE"),
    Entry::list("metadata.authorities", "paths", |draft, texts| {
        draft.metadata.authorities = each(texts, |text| Ok(text.into()))?;
        Ok(())
    })
    .meaning("Files of certificates, in PEM, that the https server of `metadata.url` must lead to")
    .default("Mozilla's")
    .option("metadata-ca", "FILE"),
    Entry::list("metadata.roots", "paths", |draft, texts| {
        draft.metadata.roots = each(texts, |text| Ok(text.into()))?;
        Ok(())
    })
    .meaning("Root certificates, in PEM, that the metadata must be signed under")
    .default("those of FIDO's service")
    .option("metadata-root", "FILE"),
    Entry::text("metadata.folder", "a path", |draft, text| {
        draft.metadata.folder = Some(text.into());
        Ok(())
    })
    .meaning("Folder for the last good metadata BLOB")
    .default("that of the database file, or the working folder")
    .option("metadata-folder", "FOLDER"),
    Entry::word(
        "metadata.certification",
        &["none", "functional", "L1", "L1+", "L2", "L2+", "L3", "L3+"],
        |draft, text| {
            change(draft, |policy| match level(text) {
                Some(level) => policy.with_certification(level),
                None => policy,
            });
            Ok(())
        },
    )
    .meaning("The least certification by FIDO of a model that is attested"),
    Entry::list("metadata.key_protection", "words of the metadata, such as \"hardware\"", |draft, texts| {
        for word in texts {
            change(draft, |policy| policy.with_key_protection(*word));
        }
        Ok(())
    })
    .meaning("Protections of keys that the statement of a model must all list"),
    Entry::list("metadata.rejected_statuses", "statuses of the metadata", |draft, texts| {
        for status in each(texts, status)? {
            change(draft, |policy| policy.with_rejected_status(status));
        }
        Ok(())
    })
    .meaning("Statuses of models that are rejected in addition to those of FIDO's guidance"),
    Entry::list("metadata.dangerous_accepted_statuses", "statuses of the metadata", |draft, texts| {
        for status in each(texts, status)? {
            change(draft, |policy| policy.dangerous_accept_status(&status));
        }
        Ok(())
    })
    .meaning("Statuses of models that are accepted although FIDO's guidance rejects them"),
    Entry::flag("metadata.dangerous_unknown_models", |draft, accepts| {
        if accepts {
            change(draft, MetadataPolicy::dangerous_accept_unknown_models);
        }
    })
    .meaning("Accept models that the metadata has no entry for"),
    Entry::flag("metadata.dangerous_rogue_lists", |draft, accepts| {
        if accepts {
            change(draft, MetadataPolicy::dangerous_accept_rogue_lists);
        }
    })
    .meaning("Accept models for which there is a list of rogue authenticators, with the rogue ones"),
    Entry::word("metadata.unlisted_algorithms", &["report", "reject"], |draft, text| {
        let contradiction = contradiction(text);
        change(draft, |policy| policy.with_unlisted_algorithms(contradiction));
        Ok(())
    })
    .meaning("What happens if the statement of a model does not list the algorithm of its credential"),
    Entry::word("metadata.unlisted_user_verification", &["reject", "report"], |draft, text| {
        let contradiction = contradiction(text);
        change(draft, |policy| policy.with_unlisted_user_verification(contradiction));
        Ok(())
    })
    .meaning("What happens if the user was verified, and the statement of the model has no method to do so"),
    Entry::word("metadata.unnamed_models", &["reject", "judge-together"], |draft, text| {
        let unnamed =
            if text == "judge-together" { UnnamedModels::JudgeTogether } else { UnnamedModels::Reject };
        change(draft, |policy| policy.with_unnamed_models(unnamed));
        Ok(())
    })
    .meaning("What happens if a certificate does not name its model, below a root of several models"),
];

fn change(draft: &mut Draft, change: impl FnOnce(MetadataPolicy) -> MetadataPolicy) {
    draft.metadata.policy = change(draft.metadata.policy.clone());
}

fn level(word: &str) -> Option<CertificationLevel> {
    Some(match word {
        "functional" => CertificationLevel::Functional,
        "L1" => CertificationLevel::L1,
        "L1+" => CertificationLevel::L1Plus,
        "L2" => CertificationLevel::L2,
        "L2+" => CertificationLevel::L2Plus,
        "L3" => CertificationLevel::L3,
        "L3+" => CertificationLevel::L3Plus,
        _ => return None,
    })
}

fn status(word: &str) -> Result<Status, String> {
    match Status::from(word) {
        Status::Other(word) => Err(format!("{word:?} is not a status of the metadata, such as \"REVOKED\"")),
        status => Ok(status),
    }
}

fn contradiction(word: &str) -> ContradictionPolicy {
    if word == "reject" { ContradictionPolicy::Reject } else { ContradictionPolicy::Report }
}
