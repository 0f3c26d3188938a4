//! Packages as the files that are uploaded: packing, checksums and unpacking.

use std::{
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use sha2::{Digest as _, Sha256};

use super::{
    candidate::{Candidate, Package},
    upload::Archive,
};
use crate::tools;

/// Packs every package, in the order of the release, without building any. Cargo resolves dependencies on each other among
/// the packages that it has just packed.
pub(super) fn pack(candidate: &Candidate) -> Result<Vec<Archive>, Box<dyn Error>> {
    let mut cargo = tools::cargo(&["package", "--quiet", "--locked", "--no-verify", "--allow-dirty"]);
    for package in &candidate.packages {
        cargo.args(["--package", &package.name]);
    }
    if !cargo.status()?.success() {
        return Err("a package can't be packed".into());
    }
    candidate.packages.iter().map(|package| read(candidate, package)).collect()
}

/// The file of a package that was packed.
pub(crate) fn file(candidate: &Candidate, package: &Package) -> PathBuf {
    candidate.target.join("package").join(format!("{}-{}.crate", package.name, package.version))
}

fn read(candidate: &Candidate, package: &Package) -> Result<Archive, Box<dyn Error>> {
    let path = file(candidate, package);
    let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(Archive { name: package.name.clone(), version: package.version.clone(), checksum: checksum(&bytes) })
}

/// SHA-256 in hexadecimal.
pub(super) fn checksum(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Unpacks a package's file into a folder, and returns the package's own folder in it.
pub(crate) fn unpack(file: &Path, package: &Package, into: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let unpacked = Command::new("tar").arg("-xzf").arg(file).arg("-C").arg(into).status()?;
    if !unpacked.success() {
        return Err(format!("{} can't be unpacked", file.display()).into());
    }
    Ok(into.join(format!("{}-{}", package.name, package.version)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_sha_256_in_hexadecimal() {
        assert_eq!(checksum(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
