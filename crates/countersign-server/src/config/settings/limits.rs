//! The settings of limits on clients, and of the proxies that name them.

use crate::client_address::network::{Network, NetworkError};
use crate::client_address::{ForwardedField, ForwardedFieldError};
use crate::config::draft::Draft;
use crate::config::setting::{self, each};
use crate::limits::config::{LimitError, LimitsConfig};

type Entry = setting::Entry<Draft>;

/// The setting of one limit.
macro_rules! limit {
    ($key:literal, $field:ident, $default:literal, $meaning:literal) => {
        Entry::text($key, "a rate and a burst such as \"5/s:100\", or \"off\"", |draft, text| {
            let limit = text.parse().map_err(|error: LimitError| error.to_string())?;
            draft.limits.push((|limits: &mut LimitsConfig| &mut limits.$field, limit));
            Ok(())
        })
        .meaning($meaning)
        .default($default)
    };
}

pub(super) const ENTRIES: &[Entry] = &[
    Entry::list("proxies.trusted", "addresses or networks, such as \"10.0.0.0/8\"", |draft, texts| {
        let network = |text: &str| text.parse::<Network>().map_err(|error: NetworkError| error.to_string());
        draft.config.proxies.trusted = each(texts, network)?;
        Ok(())
    })
    .meaning("Addresses and networks of proxies that name their client")
    .option("trusted-proxy", "NETWORK"),
    Entry::word("proxies.field", &["x-forwarded-for", "forwarded"], |draft, text| {
        let field = text.parse::<ForwardedField>();
        draft.config.proxies.field = field.map_err(|error: ForwardedFieldError| error.to_string())?;
        Ok(())
    })
    .meaning("Field in which they name it"),
    Entry::flag("limits.off", |draft, is_off| draft.limits_off = is_off)
        .meaning("Do not limit how often clients may ask, but for the limits that are set")
        .option_that_sets("no-limits", "true"),
    limit!(
        "limits.connections",
        connections,
        "50/s:500",
        "New connections of an address; further ones are closed without an answer"
    ),
    limit!("limits.reads", reads, "100/s:1000", "Requests of an address that cost little"),
    limit!("limits.starts", starts, "5/s:100", "Starts of sign-ins, of an address"),
    limit!("limits.finishes", finishes, "5/s:100", "Ends of sign-ins and sign-ups, of an address"),
    limit!("limits.sign_ups", sign_ups, "1/s:50", "Starts of new accounts, of an address"),
    limit!(
        "limits.checks",
        checks,
        "1000/s:5000",
        "Questions about sessions at `/auth/check` and `/auth/session`, of an address"
    ),
    limit!(
        "limits.sessions",
        sessions,
        "10/s:200",
        "All requests of a session, in place of the limits of its address and of those of all"
    ),
    limit!(
        "limits.names",
        names,
        "1/s:30",
        "Starts of sign-ins with the name of one account, from all addresses"
    ),
    limit!(
        "limits.recoveries",
        recoveries,
        "20/h:10",
        "Attempts to use a recovery code of one account, from one address"
    ),
    limit!(
        "limits.account_recoveries",
        account_recoveries,
        "1/s:30",
        "Attempts to use a recovery code of one account, from all addresses"
    ),
    limit!("limits.all_starts", all_starts, "500/s:2000", "Starts of sign-ins by all strangers"),
    limit!(
        "limits.all_finishes",
        all_finishes,
        "200/s:1000",
        "Ends of sign-ins and sign-ups by all strangers"
    ),
    limit!("limits.all_sign_ups", all_sign_ups, "20/s:500", "Starts of new accounts by all strangers"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::setting::Set;

    #[test]
    fn the_documented_defaults_are_those_of_the_limits() {
        let mut draft = Draft::new(None);
        draft.limits_off = true;
        for entry in ENTRIES.iter().filter(|entry| entry.setting.key != "limits.off") {
            if let (Set::Text(set), true) = (entry.set, entry.setting.key.starts_with("limits.")) {
                set(&mut draft, entry.setting.default).unwrap();
            }
        }
        assert_eq!(draft.limits.len(), 13);
        assert_eq!(draft.finish_limits(), LimitsConfig::default());
    }
}
