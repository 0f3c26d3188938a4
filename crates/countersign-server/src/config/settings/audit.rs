//! The settings of the audit log.

use crate::audit::config::{AuditedAddresses, KEPT_DAYS_MIN};
use crate::config::draft::Draft;
use crate::config::setting;

type Entry = setting::Entry<Draft>;

/// Ten years.
const KEPT_DAYS_MAX: u32 = 3650;

pub(super) const ENTRIES: &[Entry] = &[
    Entry::flag("audit.off", |draft, is_off| draft.config.audit.is_on = !is_off)
        .meaning("Keep no audit log of what users do"),
    Entry::word("audit.addresses", &["network", "full", "omitted"], |draft, text| {
        draft.config.audit.addresses = match text {
            "full" => AuditedAddresses::Full,
            "omitted" => AuditedAddresses::Omitted,
            _ => AuditedAddresses::Network,
        };
        Ok(())
    })
    .meaning("What the audit log has of the address of a client: its network (24 bits of IPv4, 48 of IPv6), all, or nothing"),
    Entry::number("audit.kept_days", (KEPT_DAYS_MIN, KEPT_DAYS_MAX), "days", |draft, days| {
        draft.config.audit.kept_days = days;
    })
    .meaning("How long rows of the audit log are kept")
    .default("90"),
];
