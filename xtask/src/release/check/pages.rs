//! The documentation without warnings, and without a link that leads nowhere: pages, places in them, and files.

use std::{error::Error, path::Path};

use super::{outcome::Outcome, rustdoc};
use crate::{html, release::candidate::Candidate, tree::has_extension};

/// A link in the text of another crate that is shown on our pages: tracing's, of a trait that every type has.
const OF_OTHERS: [&str; 1] = ["dispatcher#setting-the-default-subscriber"];

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
    let links: usize = pages.values().map(|page| page.links.len()).sum();
    let problems = html::dead_links(&pages, &|path| folder.join(path).is_file());
    Ok(Outcome::of(
        problems,
        format!("no warning; {links} links in {} pages lead to a page, a place or a file", pages.len()),
    ))
}
