//! What `docs/` says about operating a server is what the program does.

#[allow(dead_code, reason = "the HTTP tests use more of it")]
#[path = "../http/authenticator.rs"]
mod authenticator;
mod dashboard;
mod metrics;
#[allow(dead_code, reason = "the HTTP tests use more of it")]
#[path = "../http/site.rs"]
mod site;
#[allow(dead_code, reason = "the HTTP tests use more of it")]
#[path = "../http/store.rs"]
mod store;
#[cfg(target_os = "linux")]
mod unit;

/// The text of a file below `docs/`.
fn document(path: &str) -> String {
    let path = format!("{}/../../docs/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}
