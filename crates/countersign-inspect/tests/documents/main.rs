//! `docs/GLOSSARY.md`, which is made from the glossary, as the answers of `countersign explain` are, and
//! `docs/inspect.schema.json`, a copy of the crate's schema for readers without its source.

use std::fmt::Write as _;
use std::fs;

use countersign_inspect::SCHEMA;
use countersign_inspect::glossary::{FLAGS, OIDS, Registry, Term};

/// The folder of the documents.
const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");

/// What writes the documents.
const WRITE: &str = "WRITE_DOCS=1 cargo test -p countersign-inspect --test documents";

/// Checks that a document is this text, or writes it.
#[track_caller]
fn assert_document(name: &str, expected: &str) {
    let path = format!("{DOCS}/{name}");
    if std::env::var_os("WRITE_DOCS").is_some() {
        fs::write(path, expected).unwrap();
    } else {
        assert!(fs::read_to_string(path).unwrap() == expected, "docs/{name} is out of date: run {WRITE}");
    }
}

#[test]
fn the_page_is_the_glossary() {
    assert_document("GLOSSARY.md", &page());
}

#[test]
fn the_schema_is_that_of_the_crate() {
    assert_document("inspect.schema.json", SCHEMA);
}

fn page() -> String {
    let mut page = format!(
        "# Flags, numbers and object identifiers\n\n\
         Written by `{WRITE}`\nfrom `crates/countersign-inspect/src/glossary`; don't edit it by hand. \
         `countersign explain BE`, `countersign explain -7` and\n`countersign explain 2.5.29.19` print a row. \
         [Inspecting anything](INSPECT.md) shows them where they occur.\n"
    );
    table(&mut page, "Flags of authenticator data", "flag", FLAGS);
    for registry in Registry::ALL {
        table(&mut page, &format!("{}s", registry.title()), "number", registry.terms());
    }
    table(&mut page, "Object identifiers", "identifier", OIDS);
    page
}

fn table(page: &mut String, title: &str, column: &str, terms: &[Term]) {
    let _ = write!(page, "\n## {title}\n\n| {column} | name | meaning |\n| --- | --- | --- |\n");
    for term in terms {
        let _ = writeln!(page, "| `{}` | [{}]({}) | {} |", term.word, term.name, term.source, term.meaning);
    }
}
