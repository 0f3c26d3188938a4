//! The public APIs of the libraries, by cargo-public-api, which reads the JSON of a nightly rustdoc.

use std::{
    collections::BTreeSet,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::candidate::Candidate;
use crate::tools;

/// Prints the changes of each library's public API since the tag, or counts its items if there is none.
pub(super) fn print_changes(candidate: &Candidate, tag: Option<&str>) -> Result<(), Box<dyn Error>> {
    if !tools::answers(Command::new("rustdoc").args(["+nightly", "--version"])) {
        println!("  not compared: there is no nightly toolchain, which cargo-public-api needs");
        return Ok(());
    }
    tools::install("public-api")?;
    let before = match tag {
        Some(tag) => Some(checkout(candidate, tag)?),
        None => None,
    };
    for package in candidate.libraries() {
        let new = items(&package.folder, &candidate.target.join("public-api"))?;
        let Some(before) = &before else {
            println!("  {}: {} items, the first release", package.name, new.len());
            continue;
        };
        let place = package.folder.strip_prefix(&candidate.root)?;
        let folder = before.join(place);
        if !folder.is_dir() {
            println!("  {}: {} items, new in this release", package.name, new.len());
            continue;
        }
        print!("{}", changes(&package.name, &items(&folder, &candidate.target.join("public-api"))?, &new));
    }
    Ok(())
}

/// The items of a package's public API, a line each.
fn items(folder: &Path, target: &Path) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let mut cargo = Command::new("cargo");
    // Without what every type has: implementations of the standard library's blanket and auto traits.
    cargo.current_dir(folder).args(["+nightly", "public-api", "--all-features", "-sss", "--color", "never"]);
    let output =
        cargo.env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN").env("CARGO_TARGET_DIR", target).output()?;
    if !output.status.success() {
        return Err(format!("cargo public-api: {}", String::from_utf8_lossy(&output.stderr).trim()).into());
    }
    Ok(String::from_utf8(output.stdout)?.lines().map(str::to_owned).collect())
}

/// The lines that are only in one of the two lists.
fn changes(name: &str, old: &BTreeSet<String>, new: &BTreeSet<String>) -> String {
    let (removed, added): (Vec<_>, Vec<_>) = (old.difference(new).collect(), new.difference(old).collect());
    if removed.is_empty() && added.is_empty() {
        return format!("  {name}: {} items, unchanged\n", new.len());
    }
    let mut text =
        format!("  {name}: {} items, {} added, {} removed\n", new.len(), added.len(), removed.len());
    for (sign, lines) in [('-', removed), ('+', added)] {
        for line in lines {
            let _ = writeln!(text, "    {sign} {line}");
        }
    }
    text
}

/// The files of a tag, in a folder below the target folder. The checkout stays as it is.
fn checkout(candidate: &Candidate, tag: &str) -> Result<PathBuf, Box<dyn Error>> {
    let folder = candidate.target.join("release").join(tag);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let archive = folder.join("tag.tar");
    let mut git = Command::new("git");
    git.current_dir(&candidate.root)
        .args(["-c", "safe.directory=*", "archive", "--output"])
        .arg(&archive)
        .arg(tag);
    let mut tar = Command::new("tar");
    tar.arg("-xf").arg(&archive).arg("-C").arg(&folder);
    if git.status()?.success() && tar.status()?.success() {
        return Ok(folder);
    }
    Err(format!("the files of {tag} can't be read").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(lines: &[&str]) -> BTreeSet<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn added_and_removed_items_are_listed() {
        let found = changes("a", &lines(&["fn kept", "fn old"]), &lines(&["fn kept", "fn new"]));
        assert_eq!(found, "  a: 2 items, 1 added, 1 removed\n    - fn old\n    + fn new\n");
    }

    #[test]
    fn an_unchanged_api_is_one_line() {
        assert_eq!(changes("a", &lines(&["fn kept"]), &lines(&["fn kept"])), "  a: 1 items, unchanged\n");
    }
}
