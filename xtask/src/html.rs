//! The links of a site of HTML pages, which a tool made.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Component, Path, PathBuf},
};

use crate::tree::has_extension;

/// The pages of a site by their path from its root.
pub(crate) type Pages = BTreeMap<PathBuf, Page>;

/// What other pages may link to, and what this one links to.
#[derive(Debug, Default)]
pub(crate) struct Page {
    places: BTreeSet<String>,
    pub(crate) links: BTreeSet<String>,
    /// The page that this one only leads to. rustdoc writes such pages for items that another module shows, and its links
    /// sometimes name them.
    moved: Option<String>,
}

impl Page {
    /// A page that only links.
    pub(crate) fn of_links(links: impl IntoIterator<Item = String>) -> Self {
        Self { links: links.into_iter().collect(), ..Self::default() }
    }
}

/// Reads all pages below a folder but those in a place, a folder or a page, that is left out.
pub(crate) fn read(root: &Path, is_left_out: &dyn Fn(&Path) -> bool) -> io::Result<Pages> {
    let (mut pages, mut open) = (Pages::new(), vec![root.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.strip_prefix(root).unwrap_or(&path);
            if is_left_out(name) {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else if has_extension(&path.to_string_lossy(), "html") {
                pages.insert(name.to_owned(), page(&fs::read_to_string(&path)?));
            }
        }
    }
    Ok(pages)
}

fn page(html: &str) -> Page {
    let of = |attribute| values(html, attribute);
    Page {
        places: of(" id=\"").collect(),
        links: of(" href=\"").chain(of(" src=\"")).collect(),
        moved: of(" content=\"0;URL=").next(),
    }
}

/// The values of an attribute, of which the beginning up to its opening quote is given.
fn values(html: &str, attribute: &'static str) -> impl Iterator<Item = String> {
    html.split(attribute).skip(1).filter_map(|rest| rest.split_once('"')).map(|(value, _)| unescaped(value))
}

/// The characters that HTML writes as entities in an address.
fn unescaped(value: &str) -> String {
    value
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

/// Links to a page, a place or a file of the site that is not there. `is_file` is asked about what is not among the pages.
pub(crate) fn dead_links(pages: &Pages, is_file: &dyn Fn(&Path) -> bool) -> Vec<String> {
    let mut problems = Vec::new();
    for (path, page) in pages {
        for link in page.links.iter().filter(|link| is_ours(link)) {
            let (target, place) = link.split_once('#').unwrap_or((link, ""));
            let target = target.split('?').next().unwrap_or_default();
            let Some(to) =
                (if target.is_empty() { Some(path.clone()) } else { resolve(path, &decoded(target)) })
            else {
                problems.push(format!("{}: {link} leads out of the site", path.display()));
                continue;
            };
            let to = destination(pages, to);
            match pages.get(&to) {
                Some(other) if place.is_empty() || has_place(other, place) => {}
                Some(_) => problems.push(format!("{}: {link} names no place of that page", path.display())),
                // The pages of the source, which are not read: their places are numbers of lines.
                None if is_file(&to) => {}
                None => problems.push(format!("{}: {link} leads nowhere", path.display())),
            }
        }
    }
    problems
}

/// The page that a browser shows for one that may only lead to another. It keeps the place that the link names.
fn destination(pages: &Pages, mut path: PathBuf) -> PathBuf {
    // Two such pages may lead to each other.
    for _ in 0..4 {
        let moved = pages.get(&path).and_then(|page| page.moved.as_deref());
        let Some(next) = moved.and_then(|moved| resolve(&path, &decoded(moved))) else { break };
        path = next;
    }
    path
}

/// Whether a link stays in the site.
fn is_ours(link: &str) -> bool {
    let scheme = link.split(['/', '#', '?']).next().unwrap_or_default();
    !scheme.contains(':') && !link.starts_with("//")
}

/// Whether a page has a place of this name. rustdoc writes percent signs into names too, and browsers try both.
fn has_place(page: &Page, place: &str) -> bool {
    page.places.contains(place) || page.places.contains(&decoded(place))
}

/// The path that a link in a page leads to, from the root of the site; `None` above it.
fn resolve(from: &Path, target: &str) -> Option<PathBuf> {
    let mut path = from.parent().unwrap_or(Path::new("")).to_owned();
    for component in Path::new(target).components() {
        match component {
            Component::ParentDir => {
                if !path.pop() {
                    return None;
                }
            }
            Component::Normal(name) => path.push(name),
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    if target.ends_with('/') {
        path.push("index.html");
    }
    Some(path)
}

/// An address without its percent signs.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        if *first == b'%'
            && let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok())
        {
            bytes.push(byte);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dead(link: &str) -> usize {
        let html = format!("<h1 id=\"top\"></h1><a class=\"a\" href=\"{link}\">a</a>");
        let pages = BTreeMap::from([
            (PathBuf::from("a/index.html"), page(&html)),
            (
                PathBuf::from("a/b/struct.B.html"),
                page("<b id=\"method.new\"><b id=\"impl-A%3CB%3E\"><b id=\"a b\">"),
            ),
            (
                PathBuf::from("a/c/struct.B.html"),
                page("<meta http-equiv=\"refresh\" content=\"0;URL=../../a/b/struct.B.html\">"),
            ),
        ]);
        dead_links(&pages, &|path| path == Path::new("src/a/lib.rs.html")).len()
    }

    #[test]
    fn links_to_pages_places_and_files_are_good() {
        for link in [
            "#top",
            "b/struct.B.html",
            "b/struct.B.html#method.new",
            "c/struct.B.html#method.new",
            "b/struct.B.html#impl-A%3CB%3E",
            "b/struct.B.html#a%20b",
            "../src/a/lib.rs.html#12",
            "./index.html",
        ] {
            assert_eq!(dead(link), 0, "{link}");
        }
        for link in ["https://example.org/a#b", "mailto:a@example.org", "//example.org", "data:,a"] {
            assert_eq!(dead(link), 0, "{link}");
        }
    }

    #[test]
    fn dead_links_are_found() {
        for link in [
            "#bottom",
            "b/struct.C.html",
            "b/struct.B.html#method.old",
            "c/struct.B.html#method.old",
            "../docs/A.md",
            "../../out.html",
            "/a",
        ] {
            assert_eq!(dead(link), 1, "{link}");
        }
    }

    #[test]
    fn an_address_is_decoded() {
        assert_eq!(decoded("impl-From%3CA%3E"), "impl-From<A>");
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(unescaped("a&amp;lt;"), "a&lt;");
    }
}
