//! The settings for the operator: metrics and health, the operator's page, and the page that explains.

use crate::config::configuration::{InspectPage, Listen, OperatorPage};
use crate::config::draft::Draft;
use crate::config::setting;

type Entry = setting::Entry<Draft>;

pub(super) const ENTRIES: &[Entry] = &[
    Entry::text("metrics.listen", "an address", |draft, text| {
        draft.config.metrics_listen = Some(Listen::parse(text)?);
        Ok(())
    })
    .meaning("Separate address for /metrics, which also has /health/live and /health/ready")
    .default("all are at `listen`")
    .option("metrics-listen", "ADDRESS")
    .at_restart(),
    Entry::flag("operator.page", |draft, is_on| {
        draft.config.operator_page = if is_on { OperatorPage::On } else { OperatorPage::Off };
    })
    .meaning("Whether there is a page for operators at /operator; not with `cookie_domain`")
    .option_that_sets("operator-page", "true")
    .at_restart(),
    Entry::number("operator.link_minutes", (1, 1440), "minutes", |draft, minutes| {
        draft.config.operator_link_minutes = minutes;
    })
    .meaning("How long a link to the operator's page can be used: that of the first operator, or of `countersign operator link`")
    .default("60"),
    Entry::flag("inspect.off", |draft, is_off| {
        draft.config.inspect_page = if is_off { InspectPage::Off } else { InspectPage::On };
    })
    .meaning("Have no page at /inspect that explains what signed-in users paste")
    .at_restart(),
];
