//! The files of the page, compiled into the program.
//!
//! Each file is compressed and tagged with its hash when the server starts. Browsers request it each time (`no-cache`),
//! and get 304 as long as they have the current one.

use std::io::Write as _;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use countersign::{cose::sha256, types::hex::Hex};

use crate::config::configuration::InspectPage;

/// A file of the page: its path, its media type, its content.
type File = (&'static str, &'static str, &'static str);

/// The page's files, each with its own route.
const FILES: [File; 14] = [
    ("/", "text/html; charset=utf-8", include_str!("../page/index.html")),
    ("/app.js", "text/javascript; charset=utf-8", include_str!("../page/app.js")),
    ("/account.js", "text/javascript; charset=utf-8", include_str!("../page/account.js")),
    ("/actions.js", "text/javascript; charset=utf-8", include_str!("../page/actions.js")),
    ("/client.js", "text/javascript; charset=utf-8", include_str!("../page/client.js")),
    ("/entrance.js", "text/javascript; charset=utf-8", include_str!("../page/entrance.js")),
    ("/items.js", "text/javascript; charset=utf-8", include_str!("../page/items.js")),
    ("/passkeys.js", "text/javascript; charset=utf-8", include_str!("../page/passkeys.js")),
    ("/recovery.js", "text/javascript; charset=utf-8", include_str!("../page/recovery.js")),
    ("/returning.js", "text/javascript; charset=utf-8", include_str!("../page/returning.js")),
    ("/sessions.js", "text/javascript; charset=utf-8", include_str!("../page/sessions.js")),
    ("/view.js", "text/javascript; charset=utf-8", include_str!("../page/view.js")),
    ("/style.css", "text/css; charset=utf-8", include_str!("../page/style.css")),
    ("/icon.svg", "image/svg+xml", include_str!("../page/icon.svg")),
];

/// The files of the operator's page.
const OPERATOR_FILES: [File; 11] = [
    ("/operator", "text/html; charset=utf-8", include_str!("../page/operator/index.html")),
    ("/operator/app.js", "text/javascript; charset=utf-8", include_str!("../page/operator/app.js")),
    ("/operator/server.js", "text/javascript; charset=utf-8", include_str!("../page/operator/server.js")),
    ("/operator/parts.js", "text/javascript; charset=utf-8", include_str!("../page/operator/parts.js")),
    ("/operator/entrance.js", "text/javascript; charset=utf-8", include_str!("../page/operator/entrance.js")),
    ("/operator/accounts.js", "text/javascript; charset=utf-8", include_str!("../page/operator/accounts.js")),
    ("/operator/account.js", "text/javascript; charset=utf-8", include_str!("../page/operator/account.js")),
    ("/operator/overview.js", "text/javascript; charset=utf-8", include_str!("../page/operator/overview.js")),
    (
        "/operator/assessment.js",
        "text/javascript; charset=utf-8",
        include_str!("../page/operator/assessment.js"),
    ),
    ("/operator/charts.js", "text/javascript; charset=utf-8", include_str!("../page/operator/charts.js")),
    ("/operator/style.css", "text/css; charset=utf-8", include_str!("../page/operator/style.css")),
];

/// The files of the page that explains.
const INSPECT_FILES: [File; 4] = [
    ("/inspect", "text/html; charset=utf-8", include_str!("../page/inspect/index.html")),
    ("/inspect/app.js", "text/javascript; charset=utf-8", include_str!("../page/inspect/app.js")),
    (
        "/inspect/explanation.js",
        "text/javascript; charset=utf-8",
        include_str!("../page/inspect/explanation.js"),
    ),
    ("/inspect/style.css", "text/css; charset=utf-8", include_str!("../page/inspect/style.css")),
];

/// The link to the page that explains, in the users' page. It is left out if there is no such page.
const INSPECT_LINK: &str = " <a href=\"/inspect\">Inspect</a>";

/// The place of the version in each document. It is empty in the files, and filled in when the server starts.
const VERSION_EMPTY: &str = "<meta name=\"countersign-page\" content=\"\">";

/// The files as they are sent.
#[derive(Debug)]
pub(super) struct Assets {
    version: String,
    assets: Vec<Asset>,
}

/// A file as it is sent.
#[derive(Debug)]
pub(super) struct Asset {
    path: &'static str,
    content_type: &'static str,
    plain: Representation,
    /// `None` if compression does not make it smaller.
    gzip: Option<Representation>,
}

/// Content, and the strong entity tag of exactly these bytes
/// ([RFC 9110, section 8.8.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3)).
#[derive(Debug)]
struct Representation {
    content: Bytes,
    tag: String,
}

impl Assets {
    /// Compresses and tags all files, with or without a link to the page that explains.
    pub(super) fn new(inspect: InspectPage) -> Self {
        let link = if inspect == InspectPage::On { INSPECT_LINK } else { "" };
        let files: Vec<_> = FILES
            .iter()
            .chain(&OPERATOR_FILES)
            .chain(&INSPECT_FILES)
            .map(|(path, content_type, content)| (*path, *content_type, content.replace(INSPECT_LINK, link)))
            .collect();
        let parts: Vec<&[u8]> = files.iter().map(|(_, _, content)| content.as_bytes()).collect();
        // A hash of hashes, so that moving a byte from one file to the next changes it.
        let hashes: Vec<_> = parts.iter().map(|part| sha256(&[part])).collect();
        let version = Hex(&sha256(&hashes.iter().map(|hash| &hash[..]).collect::<Vec<_>>())).to_string();
        let filled = VERSION_EMPTY.replace("content=\"\"", &format!("content=\"{version}\""));
        let assets = files
            .into_iter()
            .map(|(path, content_type, content)| {
                Asset::new(path, content_type, content.replace(VERSION_EMPTY, &filled))
            })
            .collect();
        Self { version, assets }
    }

    /// The hash of the page's files, which every answer has in its header `countersign-page`.
    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// The answer to a request for the file of this path, if there is one.
    pub(super) fn response(&self, path: &str, request: &HeaderMap) -> Option<Response> {
        let asset = self.assets.iter().find(|asset| asset.path == path);
        asset.map(|asset| asset.response(request))
    }

    /// The paths of the files of the operator's page.
    pub(super) fn operator_paths() -> impl Iterator<Item = &'static str> {
        OPERATOR_FILES.iter().map(|(path, _, _)| *path)
    }

    /// The paths of the files of the page that explains.
    pub(super) fn inspect_paths() -> impl Iterator<Item = &'static str> {
        INSPECT_FILES.iter().map(|(path, _, _)| *path)
    }

    /// The paths of the files of the users' page.
    pub(super) fn paths() -> impl Iterator<Item = &'static str> {
        FILES.iter().map(|(path, _, _)| *path)
    }
}

impl Asset {
    /// Compresses and tags a file.
    pub(super) fn new(path: &'static str, content_type: &'static str, content: String) -> Self {
        let compressed = compress(content.as_bytes()).filter(|it| it.len() < content.len());
        Self {
            path,
            content_type,
            plain: Representation::new(content.into_bytes()),
            gzip: compressed.map(Representation::new),
        }
    }

    /// The answer to a request for the file.
    pub(super) fn response(&self, request: &HeaderMap) -> Response {
        let gzip = self.gzip.as_ref().filter(|_| accepts_gzip(request));
        let chosen = gzip.unwrap_or(&self.plain);
        let is_known = is_known(request, &chosen.tag);
        let content = if is_known { Body::empty() } else { Body::from(chosen.content.clone()) };
        let mut response = Response::new(content);
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = response.headers_mut();
        headers.extend(HeaderValue::try_from(&chosen.tag).map(|tag| (header::ETAG, tag)));
        if self.gzip.is_some() {
            headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        if !is_known {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
            if gzip.is_some() {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
        }
        response
    }
}

impl Representation {
    fn new(content: Vec<u8>) -> Self {
        let tag = format!("\"{}\"", Hex(&sha256(&[&content])));
        Self { content: content.into(), tag }
    }
}

/// Compresses content; `None` if memory can't be written to.
fn compress(content: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).ok()?;
    encoder.finish().ok()
}

/// Whether the request accepts gzip
/// ([RFC 9110, section 12.5.3](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3)): by name, under its other name
/// (section 8.4.1.3), or by `*`, and not with a weight of zero.
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let mut any = false;
    for (coding, is_wanted) in items(headers, &header::ACCEPT_ENCODING).map(weighted) {
        if coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip") {
            return is_wanted;
        }
        any = any || (coding == "*" && is_wanted);
    }
    any
}

/// A coding, and whether its weight is more than zero.
fn weighted(item: &str) -> (&str, bool) {
    let (coding, parameter) = item.split_once(';').unwrap_or((item, ""));
    let weight = parameter.trim().split_once('=').map(|(_, weight)| weight.trim());
    let is_zero = weight.is_some_and(|weight| weight.parse::<f32>().is_ok_and(|weight| weight <= 0.0));
    (coding.trim(), !is_zero)
}

/// Whether the client has this representation, by the weak comparison of `If-None-Match`
/// ([RFC 9110, section 13.1.2](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2)). Our tags have no comma in them.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    items(headers, &header::IF_NONE_MATCH)
        .any(|item| item == "*" || item.strip_prefix("W/").unwrap_or(item) == tag)
}

fn items<'h>(headers: &'h HeaderMap, name: &header::HeaderName) -> impl Iterator<Item = &'h str> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn gzip_is_for_clients_that_ask_for_it() {
        for (value, expected) in [
            ("gzip, deflate, br, zstd", true),
            ("br;q=1.0, GZIP ; q=0.5", true),
            ("x-gzip", true),
            ("*", true),
            ("gzip;q=0, *", false),
            ("*;q=0.000", false),
            ("br, identity", false),
            ("gzipped", false),
            ("", false),
        ] {
            assert_eq!(accepts_gzip(&with(header::ACCEPT_ENCODING, value)), expected, "{value}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }

    #[test]
    fn a_tag_is_found_in_a_list_even_if_it_is_weak() {
        for value in ["\"a\"", "W/\"a\"", "\"b\", \"a\"", "*"] {
            assert!(is_known(&with(header::IF_NONE_MATCH, value), "\"a\""), "{value}");
        }
        for value in ["a", "\"b\"", "\"a", ""] {
            assert!(!is_known(&with(header::IF_NONE_MATCH, value), "\"a\""), "{value}");
        }
    }

    #[test]
    fn each_page_has_exactly_one_place_for_its_version() {
        let assets = Assets::new(InspectPage::On);
        for (path, _, page) in [FILES[0], OPERATOR_FILES[0], INSPECT_FILES[0]] {
            assert_eq!(page.matches(VERSION_EMPTY).count(), 1, "{path}");
            let asset = assets.assets.iter().find(|asset| asset.path == path).unwrap();
            let sent = str::from_utf8(&asset.plain.content).unwrap();
            assert!(sent.contains(&format!("content=\"{}\"", assets.version())), "{path}");
        }
    }

    #[test]
    fn the_users_page_has_a_link_to_the_page_that_explains_if_there_is_one() {
        assert_eq!(FILES[0].2.matches(INSPECT_LINK).count(), 1);
        let links = |inspect| {
            let assets = Assets::new(inspect);
            let page = str::from_utf8(&assets.assets[0].plain.content).unwrap().to_owned();
            (page.contains("/inspect"), assets.version().to_owned())
        };
        let (on, off) = (links(InspectPage::On), links(InspectPage::Off));
        assert!(on.0 && !off.0);
        assert_ne!(on.1, off.1, "another page is another version");
    }
}
