//! A registry on the loopback interface that replaces crates.io in a rehearsal. It has the packages that are uploaded to it,
//! and redirects requests for all others to crates.io.

use std::{
    collections::BTreeMap,
    error::Error,
    fmt::Write as _,
    fs,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use serde_json::{Value, json};

use super::archive::checksum;

const CRATES_IO_INDEX: &str = "https://index.crates.io";
const CRATES_IO_FILES: &str = "https://static.crates.io/crates";

/// The names of the public index in the descriptions that cargo uploads.
const CRATES_IO_REGISTRY: &str = "https://github.com/rust-lang/crates.io-index";

/// A running registry. It ends with the process.
pub(super) struct StandIn {
    port: u16,
}

/// The packages of the registry.
struct Store {
    /// The names that it has, or will have; it never asks crates.io for them.
    ours: Vec<String>,
    /// The line of the index and the file, by name and version.
    packages: BTreeMap<(String, String), (String, Vec<u8>)>,
    /// Folders with files of crates.io that need no download.
    downloads: Vec<PathBuf>,
}

/// A response: the status line, a field of its head, the body.
struct Response(&'static str, String, Vec<u8>);

impl StandIn {
    /// Starts a registry for packages of these names. Files of other packages may be in one of these folders.
    pub(super) fn start(ours: Vec<String>, downloads: Vec<PathBuf>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let store = Arc::new(Mutex::new(Store { ours, packages: BTreeMap::new(), downloads }));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let store = Arc::clone(&store);
                thread::spawn(move || {
                    if let Err(error) = answer(&stream, port, &store) {
                        eprintln!("stand-in registry: {error}");
                    }
                });
            }
        });
        Ok(Self { port })
    }

    /// A configuration of cargo in which this registry replaces crates.io.
    pub(super) fn configuration(&self) -> String {
        format!(
            "[source.crates-io]\nreplace-with = \"stand-in\"\n\
             [registries.stand-in]\nindex = \"sparse+http://127.0.0.1:{}/index/\"\n",
            self.port
        )
    }
}

fn answer(stream: &TcpStream, port: u16, store: &Mutex<Store>) -> Result<(), Box<dyn Error>> {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        if line.trim_end().is_empty() {
            break;
        }
        head.push(line.trim_end().to_owned());
    }
    let field = |name: &str| {
        head.iter().filter_map(|line| line.split_once(':')).find(|(it, _)| it.eq_ignore_ascii_case(name))
    };
    if field("expect").is_some() {
        (&*stream).write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    let length = field("content-length").map_or(Ok(0), |(_, value)| value.trim().parse())?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let mut words = head.first().ok_or("no request line")?.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
    let Response(status, field, body) = store.respond(method, path, port, &body)?;
    let mut response =
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n", body.len());
    if !field.is_empty() {
        let _ = write!(response, "{field}\r\n");
    }
    response.push_str("\r\n");
    (&*stream).write_all(response.as_bytes())?;
    (&*stream).write_all(&body)?;
    Ok(())
}

impl Store {
    fn respond(
        &mut self,
        method: &str,
        path: &str,
        port: u16,
        body: &[u8],
    ) -> Result<Response, Box<dyn Error>> {
        let ok = |body: Vec<u8>| Response("200 OK", String::new(), body);
        let absent = || Response("404 Not Found", String::new(), Vec::new());
        let redirect = |to: String| Response("302 Found", format!("Location: {to}"), Vec::new());
        let segments: Vec<_> = path.split('/').skip(1).collect();
        Ok(match (method, segments.as_slice()) {
            ("GET", ["index", "config.json"]) => {
                let here = format!("http://127.0.0.1:{port}");
                ok(json!({"dl": format!("{here}/file/{{crate}}/{{version}}"), "api": here})
                    .to_string()
                    .into())
            }
            ("GET", ["index", .., name]) if self.ours.iter().any(|it| it == name) => {
                let versions = self.packages.iter().filter(|((it, _), _)| it == name);
                let lines: String = versions.map(|(_, (line, _))| line.as_str()).collect();
                if lines.is_empty() { absent() } else { ok(lines.into()) }
            }
            ("GET", ["index", rest @ ..]) => redirect(format!("{CRATES_IO_INDEX}/{}", rest.join("/"))),
            ("GET", ["file", name, version]) => {
                let file = format!("{name}-{version}.crate");
                let key = ((*name).to_owned(), (*version).to_owned());
                let ours = self.packages.get(&key).map(|(_, file)| file.clone());
                let downloaded =
                    || self.downloads.iter().find_map(|folder| fs::read(folder.join(&file)).ok());
                ours.or_else(downloaded)
                    .map_or_else(|| redirect(format!("{CRATES_IO_FILES}/{name}/{file}")), ok)
            }
            ("PUT", ["api", "v1", "crates", "new"]) => {
                let (description, file) = upload(body).ok_or("an upload that can't be read")?;
                let line = index_line(&description, &checksum(file));
                let text = |member: &str| description[member].as_str().unwrap_or_default().to_owned();
                let key = (text("name"), text("vers"));
                if self.packages.contains_key(&key) {
                    let answer =
                        json!({"errors": [{"detail": format!("{} {} is uploaded already", key.0, key.1)}]});
                    return Ok(Response("400 Bad Request", String::new(), answer.to_string().into()));
                }
                self.packages.insert(key, (format!("{line}\n"), file.to_owned()));
                ok(br#"{"warnings":{"invalid_categories":[],"invalid_badges":[],"other":[]}}"#.to_vec())
            }
            _ => absent(),
        })
    }
}

/// The description and the file of an upload. Each is preceded by its length in four bytes, the least first:
/// <https://doc.rust-lang.org/cargo/reference/registry-web-api.html#publish>.
fn upload(body: &[u8]) -> Option<(Value, &[u8])> {
    let (description, rest) = with_length(body)?;
    let (file, _) = with_length(rest)?;
    Some((serde_json::from_slice(description).ok()?, file))
}

fn with_length(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)
}

/// The line of the index for an upload:
/// <https://doc.rust-lang.org/cargo/reference/registry-index.html#json-schema>.
fn index_line(description: &Value, checksum: &str) -> Value {
    let dependency = |dependency: &Value| {
        let renamed = &dependency["explicit_name_in_toml"];
        let (name, package) = match renamed.as_str() {
            Some(_) => (renamed, &dependency["name"]),
            None => (&dependency["name"], &Value::Null),
        };
        // Packages of the public registry are those of this one, which replaces it.
        let registry = match dependency["registry"].as_str() {
            Some(CRATES_IO_REGISTRY) | None => Value::Null,
            Some(other) => other.into(),
        };
        json!({
            "name": name, "package": package, "req": dependency["version_req"], "registry": registry,
            "features": dependency["features"], "optional": dependency["optional"], "kind": dependency["kind"],
            "default_features": dependency["default_features"], "target": dependency["target"],
        })
    };
    let dependencies: Vec<_> = description["deps"].as_array().into_iter().flatten().map(dependency).collect();
    json!({
        "name": description["name"], "vers": description["vers"], "deps": dependencies, "cksum": checksum,
        // All features are of the second form, which has every syntax.
        "features": {}, "features2": description["features"], "yanked": false, "v": 2,
        "links": description["links"], "rust_version": description["rust_version"],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> Store {
        Store { ours: vec!["ours".to_owned()], packages: BTreeMap::new(), downloads: Vec::new() }
    }

    fn upload_of_ours() -> Vec<u8> {
        let description = json!({
            "name": "ours", "vers": "1.0.0", "features": {"a": ["dep:b"]}, "links": null, "rust_version": "1.88",
            "deps": [{
                "name": "b", "version_req": "^2", "registry": CRATES_IO_REGISTRY, "features": [], "optional": true,
                "kind": "normal", "default_features": false, "target": null, "explicit_name_in_toml": "c",
            }],
        })
        .to_string();
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap().to_le_bytes();
        [&length(description.as_bytes())[..], description.as_bytes(), &length(b"file"), b"file"].concat()
    }

    fn uploaded() -> Store {
        let mut store = store();
        let Response(status, ..) = store.respond("PUT", "/api/v1/crates/new", 1, &upload_of_ours()).unwrap();
        assert_eq!(status, "200 OK");
        store
    }

    fn get(store: &mut Store, path: &str) -> (&'static str, String, String) {
        let Response(status, field, body) = store.respond("GET", path, 1, &[]).unwrap();
        (status, field, String::from_utf8(body).unwrap())
    }

    #[test]
    fn what_is_uploaded_is_in_the_index_with_its_checksum() {
        let mut store = uploaded();
        let (status, _, line) = get(&mut store, "/index/ou/rs/ours");
        assert_eq!(status, "200 OK");
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["cksum"], checksum(b"file"));
        assert_eq!(line["features2"], json!({"a": ["dep:b"]}));
        let dependency = &line["deps"][0];
        assert_eq!((&dependency["name"], &dependency["package"]), (&json!("c"), &json!("b")));
        assert_eq!(dependency["registry"], Value::Null);
        assert_eq!(get(&mut store, "/file/ours/1.0.0").2, "file");
    }

    #[test]
    fn a_package_of_ours_is_never_that_of_the_public_registry() {
        assert_eq!(get(&mut store(), "/index/ou/rs/ours").0, "404 Not Found");
    }

    #[test]
    fn other_packages_are_those_of_the_public_registry() {
        let found = get(&mut uploaded(), "/index/se/rd/serde");
        assert_eq!(
            (found.0, found.1.as_str()),
            ("302 Found", "Location: https://index.crates.io/se/rd/serde")
        );
        let found = get(&mut uploaded(), "/file/serde/1.0.0");
        assert_eq!(found.1, "Location: https://static.crates.io/crates/serde/serde-1.0.0.crate");
    }

    #[test]
    fn a_version_is_uploaded_once() {
        let Response(status, ..) =
            uploaded().respond("PUT", "/api/v1/crates/new", 1, &upload_of_ours()).unwrap();
        assert_eq!(status, "400 Bad Request");
    }

    #[test]
    fn an_upload_that_is_cut_off_is_an_error() {
        assert!(store().respond("PUT", "/api/v1/crates/new", 1, &[9, 0, 0, 0, b'{']).is_err());
    }
}
