//! The files whose mutants are tried.

use std::{fs, io, path::Path};

/// The verifying code: paths and patterns.
pub(super) const FILES: [&str; 38] = [
    // The ceremonies.
    "crates/countersign/src/ceremony/registration.rs",
    "crates/countersign/src/ceremony/registration/*.rs",
    "crates/countersign/src/ceremony/authentication.rs",
    "crates/countersign/src/ceremony/authentication/*.rs",
    "crates/countersign/src/ceremony/checks.rs",
    "crates/countersign/src/ceremony/checks/*.rs",
    "crates/countersign/src/ceremony/extensions/*.rs",
    "crates/countersign/src/ceremony/finish_options.rs",
    "crates/countersign/src/ceremony/session.rs",
    "crates/countersign/src/ceremony/state/*.rs",
    "crates/countersign/src/ceremony/step_up.rs",
    "crates/countersign/src/relying_party/appid.rs",
    "crates/countersign/src/relying_party/origin.rs",
    "crates/countersign/src/relying_party/origin/*.rs",
    "crates/countersign/src/relying_party/policy/*.rs",
    "crates/countersign/src/relying_party/warnings.rs",
    "crates/countersign/src/report/encoding.rs",
    "crates/countersign/src/record/update.rs",
    // Certificates, paths, revocation, and every attestation format.
    "crates/countersign-attestation/src/**/*.rs",
    // Received data.
    "crates/countersign-types/src/cbor.rs",
    "crates/countersign-types/src/client_data.rs",
    "crates/countersign-types/src/authenticator_data.rs",
    "crates/countersign-types/src/attestation_object.rs",
    "crates/countersign-types/src/base64url.rs",
    "crates/countersign-types/src/extensions/*.rs",
    "crates/countersign-types/src/response/*.rs",
    // Keys and signatures.
    "crates/countersign-cose/src/key/*.rs",
    "crates/countersign-cose/src/ecdsa_der.rs",
    "crates/countersign-cose/src/ecdsa_padding.rs",
    "crates/countersign-cose/src/verifiers.rs",
    "crates/countersign-cose/src/algorithm.rs",
    "crates/countersign-cose/src/hash.rs",
    "crates/countersign-cose/src/rust_crypto/ecdsa.rs",
    "crates/countersign-cose/src/rust_crypto/ed25519.rs",
    "crates/countersign-cose/src/rust_crypto/ed448.rs",
    "crates/countersign-cose/src/rust_crypto/ml_dsa.rs",
    "crates/countersign-cose/src/rust_crypto/rsa.rs",
    "crates/countersign-cose/src/rust_crypto.rs",
];

/// Checks that each path or pattern matches a file, so that a file which moves is not left out in silence.
pub(super) fn check(root: &Path, patterns: &[String]) -> Result<(), String> {
    for pattern in patterns {
        let fixed = pattern.split('*').next().unwrap_or_default();
        let folder = fixed.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut files = Vec::new();
        // A folder that is not there has no file.
        let _ = collect(root, folder, &mut files);
        if !files.iter().any(|file| matches(pattern, file)) {
            return Err(format!("no file matches `{pattern}`: mend the list in xtask/mutants/src/files.rs"));
        }
    }
    Ok(())
}

fn collect(root: &Path, folder: &str, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(root, &path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Whether a path matches a pattern: `*` is a part of a name, `**` any folders.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
    parts_match(&pattern, &path)
}

fn parts_match(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern, path) {
        ([], []) => true,
        (["**", rest @ ..], _) => {
            parts_match(rest, path) || path.split_first().is_some_and(|(_, path)| parts_match(pattern, path))
        }
        ([first, rest @ ..], [name, path @ ..]) => name_matches(first, name) && parts_match(rest, path),
        _ => false,
    }
}

fn name_matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => {
            name.strip_prefix(start).is_some_and(|rest| rest.len() >= end.len() && rest.ends_with(end))
        }
        None => pattern == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::root;

    #[test]
    fn every_pattern_matches_a_file() {
        check(root(), &FILES.map(str::to_owned)).unwrap();
    }

    #[test]
    fn a_pattern_without_a_file_is_an_error() {
        for pattern in [
            "crates/countersign/src/no_such.rs",
            "crates/countersign/src/ceremony/no_such/*.rs",
            "no_such/**/*.rs",
        ] {
            let error = check(root(), &[pattern.to_owned()]).unwrap_err();
            assert!(error.contains(pattern), "{error}");
        }
    }

    #[test]
    fn stars_match_names_and_folders() {
        assert!(
            matches("a/*.rs", "a/b.rs") && !matches("a/*.rs", "a/b/c.rs") && !matches("a/*.rs", "a/b.md")
        );
        assert!(matches("a/**/*.rs", "a/b.rs") && matches("a/**/*.rs", "a/b/c/d.rs"));
        assert!(matches("a/**", "a/b/c.rs") && !matches("a/**/*.rs", "b/c.rs"));
    }
}
