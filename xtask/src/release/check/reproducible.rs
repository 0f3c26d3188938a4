//! Two builds of the program in two folders give the same bytes.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{outcome::Outcome, program, run};
use crate::release::candidate::Candidate;

/// Two folders of different length and depth, and whether cargo's home is another one too, by a link.
const FOLDERS: [(&str, bool); 2] = [("a", false), ("another/folder/b", true)];

pub(super) fn check(candidate: &Candidate) -> Result<Outcome, Box<dyn Error>> {
    let above = candidate.target.join("release-check/reproducible");
    let own_home = cargo_home()?;
    let (mut programs, mut problems) = (Vec::new(), Vec::new());
    for (folder, has_other_home) in FOLDERS {
        let copy = above.join(folder);
        run::copy_tree(&candidate.root, &copy)?;
        let home = if has_other_home { linked_home(&above, &own_home)? } else { own_home.clone() };
        if !run::shown(&mut build(&copy, &home, &own_home))? {
            return Ok(Outcome::Failed(format!("the build in {} fails; see above", copy.display())));
        }
        let name = format!("{}{}", program::NAME, std::env::consts::EXE_SUFFIX);
        let program = fs::read(copy.join("target/release").join(name))?;
        for folder in [&copy, &home, &own_home].into_iter().filter(|folder| contains(&program, folder)) {
            problems.push(format!("the program contains the path {}", folder.display()));
        }
        programs.push(program);
    }
    let [one, other] = &programs[..] else { return Err("two programs are compared".into()) };
    problems.extend(difference(one, other));
    Ok(Outcome::of(
        problems,
        format!("two builds in two folders give the same {} bytes, without a path of either", one.len()),
    ))
}

/// The release build of the program, without the paths of this machine.
fn build(copy: &Path, home: &Path, own_home: &Path) -> Command {
    let mut cargo = run::cargo_in(copy, &["build", "--release", "--locked", "--package", program::PACKAGE]);
    cargo.env("CARGO_TARGET_DIR", copy.join("target")).env("CARGO_HOME", home);
    let prefixes = [(copy, "/countersign"), (home, "/cargo"), (own_home, "/cargo")];
    let remapped = |option: &str, separator: &str| {
        prefixes.map(|(from, to)| format!("{option}={}={to}", from.display())).join(separator)
    };
    cargo.env("CARGO_ENCODED_RUSTFLAGS", remapped("--remap-path-prefix", "\u{1f}"));
    // Assertions of libraries in C name their files.
    cargo.env("CFLAGS", remapped("-ffile-prefix-map", " "));
    cargo
}

fn cargo_home() -> Result<PathBuf, Box<dyn Error>> {
    if let Some(home) = std::env::var_os("CARGO_HOME") {
        return Ok(home.into());
    }
    Ok(PathBuf::from(std::env::var_os("HOME").ok_or("neither CARGO_HOME nor HOME is set")?).join(".cargo"))
}

/// A second home of cargo, with the packages of the first.
fn linked_home(above: &Path, own: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let home = above.join("home-of-another-user/.cargo");
    fs::create_dir_all(&home)?;
    for entry in fs::read_dir(own)? {
        let entry = entry?;
        let link = home.join(entry.file_name());
        if !link.exists() {
            run::stdout(Command::new("ln").arg("-s").arg(entry.path()).arg(&link))?;
        }
    }
    Ok(home)
}

/// Where two programs differ first.
fn difference(one: &[u8], other: &[u8]) -> Option<String> {
    let at = one.iter().zip(other).position(|(a, b)| a != b);
    match at {
        Some(at) => Some(format!("the programs differ from byte {at} of {}", one.len())),
        None if one.len() == other.len() => None,
        None => Some(format!("the programs have {} and {} bytes", one.len(), other.len())),
    }
}

fn contains(bytes: &[u8], folder: &Path) -> bool {
    let folder = folder.as_os_str().as_encoded_bytes();
    !folder.is_empty() && bytes.windows(folder.len()).any(|window| window == folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_named() {
        assert_eq!(difference(b"same", b"same"), None);
        assert!(difference(b"same", b"sane").unwrap().contains("byte 2"));
        assert!(difference(b"same", b"same and more").unwrap().contains("4 and 13 bytes"));
    }

    #[test]
    fn a_path_of_the_machine_is_found() {
        assert!(contains(b"..panicked at /home/me/src/a.rs..", Path::new("/home/me")));
        assert!(!contains(b"..panicked at /countersign/src/a.rs..", Path::new("/home/me")));
    }
}
