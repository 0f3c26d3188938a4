//! `cargo xtask metadata-served`: the statement formats and models of the roots of a metadata payload, as the page
//! `docs/attestation/metadata-roots.md`.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fmt::Write as _,
    fs,
    path::PathBuf,
    process::ExitCode,
};

use countersign::{
    attestation::{Certificate, certificate::SubjectAttribute},
    cose::Verifiers,
    types::Aaguid,
};
use countersign_authenticator::{BlobSigner, METADATA_HOST};
use countersign_metadata::{Blob, BlobPolicy, Date, Entry, Root, Seen};

use crate::signer::anchor_of;

pub(crate) const HELP: &str = "\
cargo xtask metadata-served FILE

Prints the statement formats that the roots in FILE serve, and the models that share them, by the public API: the
page docs/attestation/metadata-roots.md. FILE is the payload of a metadata BLOB as JSON; it is not part of this
repository.
";

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    use lexopt::prelude::Value;
    let mut file = None;
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(path) if file.is_none() => file = Some(PathBuf::from(path)),
            other => return Err(other.unexpected().into()),
        }
    }
    let file = file.ok_or("which file? `cargo xtask metadata-served --help` says more")?;
    let payload = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let signer = BlobSigner::new();
    let policy =
        BlobPolicy::new([anchor_of(&signer)?]).with_host_name(METADATA_HOST).dangerous_accept_outdated();
    let now = "2026-10-15".parse::<Date>()?.start();
    let blob = policy.verify(&signer.sign(&payload), Seen::Nothing, now, &Verifiers::default())?;
    print!("{}", page(&blob));
    Ok(ExitCode::SUCCESS)
}

/// What is counted in one BLOB.
pub(crate) struct Served {
    /// FIDO2 models by how their roots are shared.
    pub(crate) alone: usize,
    pub(crate) shared: usize,
    pub(crate) mixed: usize,
    pub(crate) without_roots: usize,
    /// Distinct roots by the formats that they serve.
    pub(crate) by_formats: BTreeMap<String, usize>,
}

pub(crate) fn served(blob: &Blob) -> Served {
    let mut counted = Served { alone: 0, shared: 0, mixed: 0, without_roots: 0, by_formats: BTreeMap::new() };
    for entry in blob.entries().filter(|entry| entry.aaguid().is_some()) {
        let is_shared = |root: &Root| root.anchor().models().is_some_and(|models| models.len() > 1);
        let shared = entry.roots().iter().filter(|root| is_shared(root)).count();
        let slot = match (entry.roots().len(), shared) {
            (0, _) => &mut counted.without_roots,
            (_, 0) => &mut counted.alone,
            (all, shared) if all == shared => &mut counted.shared,
            _ => &mut counted.mixed,
        };
        *slot += 1;
    }
    let distinct: BTreeSet<(String, &[u8])> = blob
        .entries()
        .flat_map(Entry::roots)
        .map(|root| (formats(root), root.anchor().certificate().as_der()))
        .collect();
    for (formats, _) in distinct {
        *counted.by_formats.entry(formats).or_default() += 1;
    }
    counted
}

fn formats(root: &Root) -> String {
    match root.formats() {
        Some(formats) => formats.map(|format| format!("`{format}`")).collect::<Vec<_>>().join(", "),
        None => "any but `android-key`".to_owned(),
    }
}

fn page(blob: &Blob) -> String {
    let counted = served(blob);
    let mut page = format!(
        "# Roots of the FIDO metadata\n\nBLOB {}, {} entries. Written by `cargo xtask metadata-served FILE`; \
         [Trust](trust.md#roots-of-the-metadata) says what follows from it.\n\n## Formats\n\n\
         A root that two entries narrow differently is counted for each.\n\n\
         | formats | roots |\n| --- | --- |\n",
        blob.number(),
        blob.entries().len()
    );
    for (formats, count) in &counted.by_formats {
        let _ = writeln!(page, "| {formats} | {count} |");
    }
    page.push_str("\nThose that serve `android-safetynet` only, with the entries that list them:\n\n");
    page.push_str("| root | entries |\n| --- | --- |\n");
    for (root, entries) in narrowed(blob, "`android-safetynet`") {
        let _ = writeln!(page, "| {root} | {} |", entries.into_iter().collect::<Vec<_>>().join("; "));
    }
    page.push_str("\nThose that serve `android-key` only:\n\n| root | entries |\n| --- | --- |\n");
    for (root, entries) in narrowed(blob, "`android-key`") {
        let _ = writeln!(page, "| {root} | {} |", entries.into_iter().collect::<Vec<_>>().join("; "));
    }
    let _ = write!(
        page,
        "\n## Models\n\n| FIDO2 models | number |\n| --- | --- |\n| each root is that of the model only | {} |\n\
         | each root is that of several models | {} |\n| some are | {} |\n| without a root | {} |\n\n\
         ## Roots of several models\n\nA family is what issued one another.\n\n\
         | models | roots | the first root | among the models |\n| --- | --- | --- | --- |\n",
        counted.alone, counted.shared, counted.mixed, counted.without_roots
    );
    for family in families(blob) {
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} |",
            family.models,
            family.roots.len(),
            family.roots.first().map(String::as_str).unwrap_or_default(),
            family.names.iter().take(2).cloned().collect::<Vec<_>>().join("; ")
        );
    }
    page
}

/// The roots that serve these formats only, each with the entries that list it.
fn narrowed(blob: &Blob, only: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in blob.entries() {
        for root in entry.roots().iter().filter(|root| formats(root) == only) {
            found.entry(name(root.anchor().certificate())).or_default().insert(description(entry));
        }
    }
    found
}

struct Family {
    models: usize,
    roots: Vec<String>,
    names: BTreeSet<String>,
}

/// The roots that several models share, by the models that do; the largest first.
fn families(blob: &Blob) -> Vec<Family> {
    /// Names of roots by their DER, and of models.
    type Members<'a> = (BTreeMap<&'a [u8], String>, BTreeSet<String>);
    let mut families: BTreeMap<&[Aaguid], Members<'_>> = BTreeMap::new();
    for entry in blob.entries() {
        for root in entry.roots() {
            let certificate = root.anchor().certificate();
            if let Some(models) = root.anchor().models().filter(|models| models.len() > 1) {
                let (roots, names) = families.entry(models).or_default();
                roots.insert(certificate.as_der(), name(certificate));
                names.insert(description(entry));
            }
        }
    }
    let mut families: Vec<Family> = families
        .into_iter()
        .map(|(models, (roots, names))| {
            let mut roots: Vec<_> = roots.into_values().collect();
            roots.sort();
            Family { models: models.len(), roots, names }
        })
        .collect();
    families.sort_by(|one, other| other.models.cmp(&one.models).then_with(|| one.roots.cmp(&other.roots)));
    families
}

fn description(entry: Entry<'_>) -> String {
    let text = entry.statement().map(|statement| statement.description.decode().into_owned());
    cell(&text.unwrap_or_default())
}

fn name(certificate: &Certificate) -> String {
    let subject = certificate.subject();
    let value = |attribute| subject.values(attribute).find_map(|value| value.text());
    let organization = value(SubjectAttribute::Organization);
    let name = match (value(SubjectAttribute::CommonName), organization) {
        (Some(name), Some(organization)) if name != organization => format!("{name} ({organization})"),
        (Some(name), _) | (None, Some(name)) => name.to_owned(),
        (None, None) => {
            let texts = subject.attributes().filter_map(|attribute| attribute.text().map(str::to_owned));
            texts.collect::<Vec<_>>().join(", ")
        }
    };
    cell(&name)
}

/// A text for a cell of a table.
fn cell(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_control())
        .collect::<String>()
        .replace('|', "/")
        .trim()
        .to_owned()
}
