//! The metadata in use.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::counter::ConstCounter;

use super::families::{number, write_gauge};
use super::metadata_source::MetadataSource;
use crate::clock::now;

/// The metadata, which is asked at each request for metrics.
#[derive(Debug)]
pub(super) struct MetadataInUse(pub(super) MetadataSource);

impl Collector for MetadataInUse {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let Some(service) = self.0.get() else { return Ok(()) };
        let (metadata, now) = (service.current(), now());
        let failures = ConstCounter::new(metadata.failures());
        let help = "Times that metadata was rejected, or could not be read, fetched or stored.";
        failures.encode(encoder.encode_descriptor(
            "metadata_failures",
            help,
            None,
            failures.metric_type(),
        )?)?;
        let mut write = |name, help, value| write_gauge(&mut encoder, name, help, value);
        write(
            "metadata_trouble",
            "1 while newer metadata can't be used, or the metadata in use is out of date.",
            i64::from(metadata.problem(now).is_some()),
        )?;
        write(
            "metadata_roots_expiring",
            "Roots that may sign metadata and expire within 90 days.",
            number(metadata.expiring_roots(now)),
        )?;
        if let Some(at) = metadata.checked_at() {
            let help = "When the source of the metadata last had nothing newer.";
            write("metadata_checked_timestamp_seconds", help, at.unix_seconds())?;
        }
        let Some(blob) = metadata.blob() else { return Ok(()) };
        let age = now.unix_seconds().saturating_sub(metadata.used_since().unix_seconds());
        write("metadata_number", "The number of the metadata in use.", number(blob.number()))?;
        write(
            "metadata_next_update_timestamp_seconds",
            "The day by which the next metadata is due.",
            blob.next_update().start().unix_seconds(),
        )?;
        write("metadata_entries", "Models in the metadata in use.", number(blob.entries().len()))?;
        write(
            "metadata_skipped_entries",
            "Models of it that are skipped because they are malformed.",
            number(blob.skipped().len()),
        )?;
        write("metadata_age_seconds", "How long ago the metadata in use was first used.", age.max(0))
    }
}
