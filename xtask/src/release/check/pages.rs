//! The documentation without warnings, and without a link that leads nowhere: pages, places in them, and files. The links
//! of our documents to the pages on docs.rs are among them, because only rustdoc knows what these are called.

use std::{collections::BTreeSet, error::Error, path::Path};

use super::{outcome::Outcome, rustdoc};
use crate::{
    html::{self, Page},
    markdown,
    release::candidate::Candidate,
    tree::{Tree, has_extension},
};

/// A link in the text of another crate that is shown on our pages: tracing's, of a trait that every type has.
const OF_OTHERS: [&str; 1] = ["dispatcher#setting-the-default-subscriber"];

/// The address of the pages of every crate.
const DOCS_RS: &str = "https://docs.rs/";

pub(super) fn check(candidate: &Candidate) -> Result<Outcome, Box<dyn Error>> {
    let Some(folder) = rustdoc::pages(candidate)? else {
        return Ok(Outcome::Failed("rustdoc warns; see above".to_owned()));
    };
    // `src` shows the code itself, and `static.files` and the pages at the root are rustdoc's own.
    let mut pages = html::read(&folder, &|path| {
        path.ends_with("static.files")
            || path.ends_with("src")
            || path.extension().is_some() && path.components().count() == 1
    })?;
    for page in pages.values_mut() {
        // A trait without implementors elsewhere names a script of them that rustdoc does not write.
        page.links.retain(|link| !OF_OTHERS.contains(&link.as_str()) && !has_extension(link, "js"));
    }
    for package in candidate.libraries() {
        let front = Path::new(&package.name.replace('-', "_")).join("index.html");
        if pages.get(&front).is_none_or(|page| page.links.is_empty()) {
            return Err(format!("{} has no links", folder.join(front).display()).into());
        }
    }
    let programs: BTreeSet<&str> = candidate.packages.iter().map(|package| package.name.as_str()).collect();
    for (path, page) in &mut pages {
        let from = path.to_string_lossy();
        let ours = page.links.iter().filter_map(|link| on_docs_rs(link, &programs));
        let ours: Vec<_> = ours.map(|target| markdown::relative(&from, &target)).collect();
        page.links.extend(ours);
    }
    let mut in_documents = 0;
    for (path, text) in Tree::read(&candidate.root)?.files().filter(|(path, _)| has_extension(path, "md")) {
        let links = markdown::prose(text).flat_map(|(_, line)| markdown::links(line));
        let ours = links.filter_map(|link| on_docs_rs(link, &programs));
        let page = Page::of_links(ours.map(|target| markdown::relative(path, &target)));
        in_documents += page.links.len();
        pages.insert(path.into(), page);
    }
    if in_documents == 0 {
        return Err(format!("no document links to {DOCS_RS}").into());
    }
    let links: usize = pages.values().map(|page| page.links.len()).sum();
    let problems = html::dead_links(&pages, &|path| folder.join(path).is_file());
    Ok(Outcome::of(
        problems,
        format!(
            "no warning; {links} links in {} pages lead to a page, a place or a file, and so do {in_documents} of documents",
            pages.len()
        ),
    ))
}

/// Where the address of one of our pages on docs.rs leads, from the root of the pages. A page of a package without a library
/// is made by docs.rs.
fn on_docs_rs(link: &str, packages: &BTreeSet<&str>) -> Option<String> {
    let rest = link.strip_prefix(DOCS_RS)?;
    let (name, rest) = rest.split_once('/').unwrap_or((rest, ""));
    if name == "crate" {
        return (rest.starts_with("countersign") && !packages.contains(rest)).then(|| rest.to_owned());
    }
    if !name.starts_with("countersign") {
        return None;
    }
    match rest.strip_prefix("latest/") {
        Some(page) if packages.contains(name) => Some(page.to_owned()),
        None if rest.is_empty() => Some(format!("{}/index.html", name.replace('-', "_"))),
        // Of another version, or of a package that is not there.
        _ => Some(link.replace(':', "")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_on_docs_rs_are_paths_of_pages() {
        let packages = ["countersign", "countersign-cli"].into();
        let path = |link: &str| on_docs_rs(&format!("{DOCS_RS}{link}"), &packages);
        assert_eq!(path("countersign").unwrap(), "countersign/index.html");
        assert_eq!(path("countersign/latest/countersign/a/").unwrap(), "countersign/a/");
        let method = "countersign/struct.A.html#method.b";
        assert_eq!(path(&format!("countersign/latest/{method}")).unwrap(), method);
        assert_eq!(path("serde"), None);
        assert_eq!(path("crate/countersign-cli"), None);
        assert_eq!(on_docs_rs("https://example.org/countersign", &packages), None);
        for dead in ["crate/countersign-cly", "countersign-cly/latest/a/", "countersign/0.1.0/countersign/"] {
            assert!(path(dead).is_some(), "{dead}");
        }
    }

    #[test]
    fn a_dead_address_in_a_document_is_found() {
        let problems = |link: &str| {
            let target = on_docs_rs(&format!("{DOCS_RS}{link}"), &["countersign"].into()).unwrap();
            let page = Page::of_links([markdown::relative("docs/a/B.md", &target)]);
            let front = Page::default();
            let pages = [("docs/a/B.md".into(), page), ("countersign/index.html".into(), front)].into();
            html::dead_links(&pages, &|_| false).len()
        };
        assert_eq!(problems("countersign"), 0);
        assert_eq!(problems("countersign/latest/countersign/"), 0);
        assert_eq!(problems("countersign/latest/countersign/#a"), 1);
        assert_eq!(problems("countersign/latest/countersign/struct.A.html"), 1);
        assert_eq!(problems("countersign/0.1.0/countersign/"), 1);
        assert_eq!(problems("countersign-cly"), 1);
    }
}
