//! The settings for the operator: metrics and health.

use crate::config::configuration::Listen;
use crate::config::draft::Draft;
use crate::config::setting;

type Entry = setting::Entry<Draft>;

pub(super) const ENTRIES: &[Entry] = &[Entry::text("metrics.listen", "an address", |draft, text| {
    draft.config.metrics_listen = Some(Listen::parse(text)?);
    Ok(())
})
.meaning("Separate address for /metrics, which also has /health/live and /health/ready")
.default("all are at `listen`")
.option("metrics-listen", "ADDRESS")
.at_restart()];
