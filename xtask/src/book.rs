//! `cargo xtask book`: the documents as a book, by mdBook.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use serde_json::Value;

use crate::{
    html,
    markdown::{links, prose, relative, resolve},
    tools,
    tree::has_extension,
};

pub(crate) const HELP: &str = "\
cargo xtask book

Builds the documents of docs/ as a book with search, in target/book, and checks that each link of its pages leads to a
page, a file or an anchor. Installs mdBook below target/ if the version that this needs is not on the PATH.

cargo xtask book links is called by mdBook: it makes links that lead out of docs/ lead to the repository.

Exit codes: 0 built, 1 mdBook warns or a link is dead, 2 the book can't be built.
";

/// The version of mdBook, exact because the pages' look and the preprocessor's input depend on it.
const VERSION: &str = "0.5.4";

/// The folder of the documents, with which the paths of chapters begin.
const SOURCE: &str = "docs/";
const OUTPUT: &str = "target/book";

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    match arguments.next()? {
        None => build(),
        Some(lexopt::Arg::Value(command)) if command == "links" => preprocess(arguments),
        Some(other) => Err(other.unexpected().into()),
    }
}

fn build() -> Result<ExitCode, Box<dyn Error>> {
    let output = tools::root().join(OUTPUT);
    // A page that is no longer in the book would stay.
    if output.exists() {
        std::fs::remove_dir_all(&output)?;
    }
    let run = Command::new(mdbook()?).current_dir(tools::root()).arg("build").output()?;
    let log = String::from_utf8_lossy(&run.stderr);
    eprint!("{log}");
    if !run.status.success() {
        return Err("mdbook can't build the book".into());
    }
    let warns = log.lines().any(|line| line.contains("WARN") || line.contains("ERROR"));
    // The links of the page for missing addresses depend on where the book is served.
    let pages = html::read(&output, &|path| path == Path::new("404.html"))?;
    let dead = html::dead_links(&pages, &|path| output.join(path).is_file());
    for link in &dead {
        println!("{link}");
    }
    println!("{} pages in {OUTPUT}", pages.len());
    Ok(if warns || !dead.is_empty() { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// The program of this version: that on the search path, or one of our own.
fn mdbook() -> Result<PathBuf, Box<dyn Error>> {
    let folder = tools::root().join(format!("target/tools/mdbook-{VERSION}"));
    let installed = folder.join("bin").join(if cfg!(windows) { "mdbook.exe" } else { "mdbook" });
    let is_it = |program: &Path| {
        let output = Command::new(program).arg("--version").output().ok();
        output.is_some_and(|output| {
            String::from_utf8_lossy(&output.stdout).trim().trim_start_matches("mdbook v") == VERSION
        })
    };
    if let Some(found) = tools::find("mdbook").into_iter().chain([installed.clone()]).find(|path| is_it(path))
    {
        return Ok(found);
    }
    let mut install =
        tools::cargo_install(&["--quiet", "--no-default-features", "--features", "search", "--root"]);
    if !install.arg(&folder).arg(format!("mdbook@{VERSION}")).status()?.success() {
        return Err(format!("mdbook {VERSION} can't be installed").into());
    }
    Ok(installed)
}

/// mdBook's side: `supports RENDERER` asks whether to call at all; without arguments the book comes on standard input and
/// goes back changed on standard output.
fn preprocess(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    if arguments.next()?.is_some() {
        return Ok(ExitCode::SUCCESS);
    }
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input)?;
    let input: Value = serde_json::from_str(&input)?;
    let [context, book] = input.as_array().map(Vec::as_slice).unwrap_or_default() else {
        return Err("mdbook sends a context and a book".into());
    };
    let repository = context.pointer("/config/output/html/git-repository-url").and_then(Value::as_str);
    let repository = repository.ok_or("book.toml has no git-repository-url")?;
    let mut book = book.clone();
    let mut places = BTreeMap::new();
    each_chapter(&mut book, &mut |chapter| {
        if let Some((source, page)) = place(chapter) {
            places.insert(source, page);
        }
    });
    each_chapter(&mut book, &mut |chapter| {
        let Some((source, page)) = place(chapter) else { return };
        let text = chapter.get("content").and_then(Value::as_str).unwrap_or_default();
        let text = with_links(text, |link| new_link(link, &source, &page, &places, repository));
        if let Some(chapter) = chapter.as_object_mut() {
            chapter.insert("content".into(), text.into());
            chapter.insert("path".into(), page.into());
        }
    });
    std::io::stdout().write_all(serde_json::to_string(&book)?.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Calls a function with each chapter, at any depth.
fn each_chapter(value: &mut Value, call: &mut impl FnMut(&mut Value)) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| each_chapter(value, call)),
        Value::Object(members) => {
            if let Some(chapter) = members.get_mut("Chapter") {
                call(chapter);
            }
            members.values_mut().for_each(|value| each_chapter(value, call));
        }
        _ => {}
    }
}

/// The file that a chapter is made from, from the root of the repository, and its place in the book. Files outside docs/
/// have paths that begin with `../`, which would lead out of the book.
fn place(chapter: &Value) -> Option<(String, String)> {
    let source = chapter.get("source_path")?.as_str()?;
    let page = chapter.get("path")?.as_str()?.trim_start_matches("../");
    Some((resolve(SOURCE, source)?.0, page.to_owned()))
}

/// The text with each link replaced, if there is a replacement.
fn with_links(text: &str, new: impl Fn(&str) -> Option<String>) -> String {
    let prose: BTreeSet<_> = prose(text).map(|(number, _)| number).collect();
    let line = |(number, line): (usize, &str)| {
        let links = if prose.contains(&number) { links(line) } else { Vec::new() };
        let replaced = links.into_iter().filter_map(|link| Some((link, new(link)?)));
        let line = replaced.fold(line.to_owned(), |line, (link, new)| {
            line.replace(&format!("]({link})"), &format!("]({new})"))
                .replace(&format!("]: {link}"), &format!("]: {new}"))
        });
        line + "\n"
    };
    (1..).zip(text.lines()).map(line).collect()
}

/// Where a link of a page leads in the book: to the page of a file, to a file of docs/, or to the repository.
fn new_link(
    link: &str,
    source: &str,
    page: &str,
    places: &BTreeMap<String, String>,
    repository: &str,
) -> Option<String> {
    let (target, anchor) = resolve(source, link)?;
    let anchor = anchor.map(|anchor| format!("#{anchor}")).unwrap_or_default();
    if target == source {
        return Some(anchor).filter(|anchor| !anchor.is_empty());
    }
    let new = match (places.get(&target), target.strip_prefix(SOURCE)) {
        (Some(target), _) => relative(page, target),
        // Copied as it is; a document that is no chapter is not.
        (None, Some(target)) if is_file(target) && !has_extension(target, "md") => relative(page, target),
        _ => {
            let kind = if is_file(&target) { "blob" } else { "tree" };
            format!("{repository}/{kind}/main/{target}")
        }
    };
    Some(new + &anchor)
}

/// Files have an extension, and folders have none.
fn is_file(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.trim_start_matches('.').contains('.'))
        || path.rsplit('/').next().is_some_and(|name| name.starts_with("LICENSE"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_pages_files_or_the_repository() {
        let places = [("docs/A.md", "A.md"), ("docs/b/C.md", "b/C.md"), ("README.md", "README.md")];
        let places = places.map(|(source, page)| (source.to_owned(), page.to_owned())).into();
        let new = |link| new_link(link, "docs/b/C.md", "b/C.md", &places, "https://example.org/r");
        assert_eq!(new("../A.md#x").unwrap(), "../A.md#x");
        assert_eq!(new("../../README.md").unwrap(), "../README.md");
        assert_eq!(new("../list.tsv").unwrap(), "../list.tsv");
        assert_eq!(
            new("../../crates/a/src/b.rs").unwrap(),
            "https://example.org/r/blob/main/crates/a/src/b.rs"
        );
        assert_eq!(new("../SUMMARY.md").unwrap(), "https://example.org/r/blob/main/docs/SUMMARY.md");
        assert_eq!(new("../../crates").unwrap(), "https://example.org/r/tree/main/crates");
        assert_eq!(new("#here").unwrap(), "#here");
        assert_eq!(new("https://example.org/"), None);
        let text = "[a](b) and [c](d)\n[e]: b\n```\n[a](b)\n```\n";
        let changed = with_links(text, |link| (link == "b").then(|| "e".to_owned()));
        assert_eq!(changed, "[a](e) and [c](d)\n[e]: e\n```\n[a](b)\n```\n");
    }

    #[test]
    fn chapters_at_any_depth_are_visited_and_stay_in_the_book() {
        let mut book: Value = serde_json::from_str(
            r#"{"items": ["Separator", {"Chapter": {"source_path": "../A.md", "path": "../A.md", "sub_items":
            [{"Chapter": {"source_path": "b/C.md", "path": "b/C.md", "sub_items": []}}]}}]}"#,
        )
        .unwrap();
        let mut places = Vec::new();
        each_chapter(&mut book, &mut |chapter| places.extend(place(chapter)));
        let places: Vec<_> = places.iter().map(|(source, page)| (source.as_str(), page.as_str())).collect();
        assert_eq!(places, [("A.md", "A.md"), ("docs/b/C.md", "b/C.md")]);
    }
}
