//! `docs/METRICS.md` lists the metrics of the program, with their types and labels.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_authenticator::BlobSigner;
use countersign_server::MetadataConfig;
use serde_json::json;

use crate::document;
use crate::site::Site;

/// The type of each metric, and its labels.
type Metrics = BTreeMap<String, (String, BTreeSet<String>)>;

/// The metrics that exist with PostgreSQL only.
const OF_POSTGRES: &str = "countersign_store_pool_";

/// The metrics of the tables: name, type and labels are the first three cells of a row.
pub(crate) fn documented() -> Metrics {
    let text = document("METRICS.md");
    let rows = text.lines().filter(|line| line.starts_with("| `countersign_"));
    rows.map(|row| {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let labels = cells[3].split(", ").map(|label| label.trim_matches('`').to_owned());
        let labels = labels.filter(|label| !label.is_empty()).collect();
        (cells[1].trim_matches('`').to_owned(), (cells[2].to_owned(), labels))
    })
    .collect()
}

/// The metrics in an answer of `/metrics`.
fn read(text: &str) -> Metrics {
    let mut metrics = Metrics::new();
    for line in text.lines() {
        if let Some(described) = line.strip_prefix("# TYPE ") {
            let (name, kind) = described.split_once(' ').unwrap();
            let earlier = metrics.insert(name.to_owned(), (kind.to_owned(), BTreeSet::new()));
            assert!(earlier.is_none(), "{name} is there twice");
        } else if !line.starts_with('#') {
            let (name, labels) = line.split_once('{').map_or((line, ""), |(name, rest)| (name, rest));
            let name = name.split(' ').next().unwrap();
            let suffixes = ["", "_bucket", "_count", "_sum"].iter();
            let family =
                suffixes.filter_map(|suffix| name.strip_suffix(suffix)).find(|it| metrics.contains_key(*it));
            let (_, known) = metrics.get_mut(family.unwrap_or_else(|| panic!("{name} has no type"))).unwrap();
            let labels = labels
                .split("\",")
                .filter_map(|label| label.split_once("=\""))
                .map(|(key, _)| key.to_owned());
            known.extend(labels.filter(|label| label != "le"));
        }
    }
    metrics
}

/// A server with metadata, which has answered one ceremony of each group and failed once.
async fn busy() -> String {
    let site = Site::with(|config, folder| {
        let signer = BlobSigner::new();
        let root = STANDARD.encode(&signer.root);
        let pem = format!("-----BEGIN CERTIFICATE-----\n{root}\n-----END CERTIFICATE-----\n");
        fs::write(folder.join("root.pem"), pem).unwrap();
        let payload = json!({ "no": 1, "nextUpdate": "2054-01-01", "entries": [] });
        fs::write(folder.join("blob"), signer.sign(payload.to_string().as_bytes())).unwrap();
        let mut metadata = MetadataConfig::new(folder.join("blob"));
        metadata.roots = vec![folder.join("root.pem")];
        config.metadata = Some(metadata);
    });
    let site = site.await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    client.sign_in(&passkey).await.expect(200);
    String::from_utf8(client.get("/metrics").await.expect(200).body).unwrap()
}

#[tokio::test]
async fn the_tables_have_the_metrics_of_the_program() {
    let (mut documented, found) = (documented(), read(&busy().await));
    documented.retain(|name, _| !name.starts_with(OF_POSTGRES));
    let names = |metrics: &Metrics| metrics.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&documented), names(&found));
    assert_eq!(documented, found);
}

#[test]
fn names_follow_the_conventions_of_prometheus() {
    for (name, (kind, labels)) in documented() {
        assert!(name.starts_with("countersign_"), "{name}");
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
        assert_eq!(name.ends_with("_total"), kind == "counter", "{name}");
        assert_eq!(name.ends_with("_duration_seconds"), kind == "histogram", "{name}");
        assert!(labels.len() <= 3, "{name}");
    }
}
