//! How extension outputs are checked: [`ExtensionPolicy`](countersign::relying_party::policy::ExtensionPolicy).

use countersign::ceremony::extensions::Extension;
use countersign::relying_party::policy::ExtensionPolicy;

use super::draft::PolicyDraft;
use crate::config::setting::{self, each};
use crate::config::words::word;

type Entry = setting::Entry<PolicyDraft>;

pub(super) const ENTRIES: &[Entry] = &[
    Entry::word(
        "policy.extensions.unsolicited_client_outputs",
        &["accept", "report", "reject"],
        |draft, text| {
            let unsolicited = word(text)?;
            change(draft, |policy| policy.with_unsolicited_client_outputs(unsolicited));
            Ok(())
        },
    )
    .meaning("What happens to outputs of the client, unsigned, that were not requested"),
    Entry::word(
        "policy.extensions.unsolicited_authenticator_outputs",
        &["accept", "report", "reject"],
        |draft, text| {
            let unsolicited = word(text)?;
            change(draft, |policy| policy.with_unsolicited_authenticator_outputs(unsolicited));
            Ok(())
        },
    )
    .meaning("What happens to outputs of the authenticator, signed, that were not requested"),
    Entry::list("policy.extensions.required", "extensions, such as \"prf\"", |draft, texts| {
        for extension in each(texts, extension)? {
            change(draft, |policy| policy.with_required(extension));
        }
        Ok(())
    })
    .meaning("Extensions that must have worked if they were requested"),
    Entry::word("policy.extensions.prf_results", &["strip", "reject", "keep"], |draft, text| {
        let results = word(text)?;
        change(draft, |policy| policy.with_prf_results(results));
        Ok(())
    })
    .meaning("What happens to results of prf, which are keys that only the user's device should have"),
    Entry::word("policy.extensions.prf_user_verification", &["required", "any"], |draft, text| {
        let verification = word(text)?;
        change(draft, |policy| policy.with_prf_user_verification(verification));
        Ok(())
    })
    .meaning("Whether prf may be requested only if user verification is required"),
    Entry::word("policy.extensions.cred_protect", &["at-least", "exact"], |draft, text| {
        let levels = word(text)?;
        change(draft, |policy| policy.with_cred_protect(levels));
        Ok(())
    })
    .meaning("Which levels of credProtect are accepted for the requested one"),
    Entry::number("policy.extensions.minimum_pin_length", (4, 63), "characters", |draft, length| {
        change(draft, |policy| policy.with_minimum_pin_length(length));
    })
    .meaning("The shortest PIN that an authenticator may accept"),
    Entry::word("policy.extensions.remote_clients", &["reject", "accept"], |draft, text| {
        let remote = word(text)?;
        change(draft, |policy| policy.with_remote_clients(remote));
        Ok(())
    })
    .meaning("Whether ceremonies may run in a browser on a remote machine, whose origin the local client did not check"),
];

fn change(draft: &mut PolicyDraft, change: impl FnOnce(ExtensionPolicy) -> ExtensionPolicy) {
    draft.extensions = change(draft.extensions.clone());
}

fn extension(name: &str) -> Result<Extension, String> {
    match Extension::from(name) {
        Extension::Unknown(name) => {
            Err(format!("{name:?} is not an extension, such as \"prf\" or \"credProtect\""))
        }
        extension => Ok(extension),
    }
}
