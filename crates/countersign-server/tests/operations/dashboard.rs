//! The dashboard for Grafana in `docs/deploy/`.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{document, metrics::documented};

/// All queries of a dashboard.
fn queries(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value.as_str() {
                    Some(text) if name == "expr" || name == "query" => found.push(text.to_owned()),
                    _ => queries(value, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| queries(value, found)),
        _ => {}
    }
}

/// The words of a query that begin like a metric of the program.
fn metrics(query: &str) -> impl Iterator<Item = &str> {
    let words = query.split(|character: char| !(character.is_ascii_alphanumeric() || character == '_'));
    words.filter(|word| word.starts_with("countersign_"))
}

/// The labels by which a query groups.
fn grouped_by(query: &str) -> impl Iterator<Item = &str> {
    let lists = query.split("by (").skip(1).filter_map(|rest| rest.split(')').next());
    lists.flat_map(|list| list.split(',').map(str::trim))
}

#[test]
fn every_metric_of_the_dashboard_exists_and_none_is_left_out() {
    let dashboard: Value = serde_json::from_str(&document("deploy/grafana-dashboard.json")).unwrap();
    let (documented, mut found) = (documented(), Vec::new());
    queries(&dashboard, &mut found);
    let mut shown = BTreeSet::new();
    for query in &found {
        for name in metrics(query) {
            let family = name.strip_suffix("_bucket").unwrap_or(name);
            let Some((kind, labels)) = documented.get(family) else { panic!("{name} in {query}") };
            assert_eq!(name != family, kind == "histogram", "{query}");
            // Prometheus adds the first three.
            let is_label = |label: &str| matches!(label, "job" | "instance" | "le") || labels.contains(label);
            let unknown: Vec<_> = grouped_by(query).filter(|label| !is_label(label)).collect();
            assert!(unknown.is_empty(), "{unknown:?} in {query}");
            shown.insert(family.to_owned());
        }
    }
    // Numbers for whom the others say that something is wrong.
    let left_out = [
        "metadata_age_seconds",
        "metadata_checked_timestamp_seconds",
        "metadata_entries",
        "metadata_skipped_entries",
    ];
    let left_out = left_out.map(|name| format!("countersign_{name}"));
    let missing: Vec<_> =
        documented.keys().filter(|name| !shown.contains(*name) && !left_out.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn panels_have_different_numbers_and_do_not_overlap() {
    let dashboard: Value = serde_json::from_str(&document("deploy/grafana-dashboard.json")).unwrap();
    let (mut numbers, mut cells) = (BTreeSet::new(), BTreeSet::new());
    for panel in dashboard["panels"].as_array().unwrap() {
        assert!(numbers.insert(panel["id"].as_u64().unwrap()), "{}", panel["title"]);
        let [x, y, w, h] = ["x", "y", "w", "h"].map(|name| panel["gridPos"][name].as_u64().unwrap());
        assert!(x + w <= 24, "{}", panel["title"]);
        for cell in (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y))) {
            assert!(cells.insert(cell), "{} is above another panel", panel["title"]);
        }
    }
}
