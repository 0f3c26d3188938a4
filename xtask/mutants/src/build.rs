//! A copy of the repository with the mutants woven in, and the test programs made from it.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    ffi::OsStr,
    fs,
    ops::Range,
    path::{Path, PathBuf},
    process::Command,
};

use serde::Deserialize;

use crate::repository::root;

use crate::{
    list::Mutant,
    weave::{Woven, weave},
};

/// The code that chooses a mutant, in each crate that has any. The environment is read once.
const SWITCH: &str = include_str!("switch.txt");

/// The packages whose tests are run, and their targets.
const TESTS: [&str; 21] = [
    "--package",
    "countersign-types",
    "--package",
    "countersign-cose",
    "--package",
    "countersign-attestation",
    "--package",
    "countersign",
    "--package",
    "countersign-authenticator",
    "--lib",
    "--test",
    "codes",
    "--test",
    "json",
    "--test",
    "policy",
    "--test",
    "ceremonies",
    "--features",
    "countersign/sealed,countersign/jwk,countersign/vendor-roots,countersign/store-kit,countersign/ed448,countersign-authenticator/ed448",
];

/// The most rounds of taking out mutants that don't compile: a round shows the errors of one stage of the compiler in one
/// crate.
const ROUNDS_MAX: usize = 40;

/// A test program.
pub(super) struct Program {
    pub(super) path: PathBuf,
    pub(super) package: String,
    /// Where cargo would start it.
    pub(super) folder: PathBuf,
}

/// The result of the weaving.
pub(super) struct Built {
    pub(super) programs: Vec<Program>,
    /// Numbers of the mutants that don't compile in their place.
    pub(super) unviable: BTreeSet<u32>,
    /// Numbers of those that only a build of their own can show.
    pub(super) left: BTreeSet<u32>,
}

#[derive(Deserialize)]
struct Line {
    reason: String,
    package_id: Option<String>,
    manifest_path: Option<PathBuf>,
    executable: Option<PathBuf>,
    message: Option<Message>,
}

#[derive(Deserialize)]
struct Message {
    level: String,
    #[serde(rename = "message")]
    text: String,
    rendered: Option<String>,
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Span {
    file_name: PathBuf,
    byte_start: usize,
    byte_end: usize,
    is_primary: bool,
}

/// The mutants that don't compile, as earlier runs found.
struct Unbuildable {
    folder: PathBuf,
    /// Keys of mutants.
    unviable: BTreeSet<String>,
    /// Names of functions that have to stay `const`.
    constant: BTreeSet<String>,
}

impl Unbuildable {
    fn read(folder: &Path) -> Self {
        let read = |name: &str| {
            let text = fs::read_to_string(folder.join(name)).unwrap_or_default();
            text.lines().map(str::to_owned).collect()
        };
        Self { folder: folder.to_path_buf(), unviable: read("unviable.txt"), constant: read("constant.txt") }
    }

    fn write(&self) -> std::io::Result<()> {
        let write = |name: &str, lines: &BTreeSet<String>| {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            fs::write(self.folder.join(name), lines.join("\n"))
        };
        write("unviable.txt", &self.unviable)?;
        write("constant.txt", &self.constant)
    }

    fn has(&self, mutant: &Mutant) -> bool {
        self.unviable.contains(&mutant.key)
    }

    fn count(&self) -> usize {
        self.unviable.len().saturating_add(self.constant.len())
    }

    /// Takes out the mutants of an error.
    fn take_out(
        &mut self,
        error: &Message,
        woven: &BTreeMap<PathBuf, Woven>,
        mutants: &[Mutant],
    ) -> Result<(), Box<dyn Error>> {
        if let Some(name) = called_by_constant(&error.text) {
            self.constant.insert(name.to_owned());
            return Ok(());
        }
        let numbers = blame(error, woven)?;
        let blamed = mutants.iter().filter(|mutant| numbers.contains(&mutant.number));
        self.unviable.extend(blamed.map(|mutant| mutant.key.clone()));
        Ok(())
    }
}

/// Weaves and builds until it compiles.
pub(super) fn build(mutants: &[Mutant], folder: &Path) -> Result<Built, Box<dyn Error>> {
    let tree = folder.join("tree");
    copy(root(), &tree, mutants)?;
    let mut unbuildable = Unbuildable::read(folder);
    for _ in 0..ROUNDS_MAX {
        let woven = weave_all(&tree, mutants, &unbuildable)?;
        let mut command = Command::new("cargo");
        command.args([
            "test",
            "--no-run",
            "--no-fail-fast",
            "--message-format",
            "json",
            "--profile",
            "mutants",
        ]);
        let output = command.args(TESTS).current_dir(&tree).output()?;
        let lines = output.stdout.split(|&byte| byte == b'\n');
        let lines: Vec<Line> = lines.filter_map(|line| serde_json::from_slice(line).ok()).collect();
        if output.status.success() {
            let unviable =
                mutants.iter().filter(|mutant| unbuildable.has(mutant)).map(|mutant| mutant.number);
            return Ok(Built {
                unviable: unviable.collect(),
                left: woven.values().flat_map(|woven| woven.left.iter().copied()).collect(),
                programs: lines.into_iter().filter_map(program).collect(),
            });
        }
        let before = unbuildable.count();
        for error in lines.iter().filter_map(|line| line.message.as_ref()).filter(|m| m.level == "error") {
            unbuildable.take_out(error, &woven, mutants)?;
        }
        if unbuildable.count() == before {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        unbuildable.write()?;
        println!(
            "don't compile: {} mutants, {} functions as not const",
            unbuildable.unviable.len(),
            unbuildable.constant.len()
        );
    }
    Err("the woven code doesn't compile".into())
}

/// The function that a constant, or a function that stays `const`, can no longer call.
fn called_by_constant(message: &str) -> Option<&str> {
    let (_, rest) = message.strip_prefix("cannot call non-const ")?.split_once('`')?;
    let (path, _) = rest.split_once('`')?;
    path.rsplit("::").find(|name| name.starts_with(|first: char| first.is_alphabetic() || first == '_'))
}

fn program(line: Line) -> Option<Program> {
    if line.reason != "compiler-artifact" {
        return None;
    }
    let folder = line.manifest_path?.parent()?.to_path_buf();
    let package = folder.file_name()?.to_string_lossy().into_owned();
    line.package_id.is_some().then_some(())?;
    Some(Program { path: line.executable?, package, folder })
}

/// Numbers of the mutants that an error is about.
fn blame(error: &Message, woven: &BTreeMap<PathBuf, Woven>) -> Result<Vec<u32>, Box<dyn Error>> {
    let about = |spans: &[&Span], wide: bool| -> Vec<u32> {
        let mut found = Vec::new();
        for span in spans {
            let Some(file) = woven.get(&span.file_name) else { continue };
            let range = if wide { line_around(&file.text, span) } else { span.byte_start..span.byte_end };
            let meets = |place: &Range<usize>| place.start < range.end && range.start < place.end;
            found.extend(file.places.iter().filter(|(place, _)| meets(place)).map(|(_, number)| *number));
        }
        found
    };
    // "aborting due to …"
    if error.spans.is_empty() {
        return Ok(Vec::new());
    }
    let primary: Vec<&Span> = error.spans.iter().filter(|span| span.is_primary).collect();
    let all: Vec<&Span> = error.spans.iter().collect();
    let tries = [about(&primary, false), about(&all, false), about(&primary, true), about(&all, true)];
    let found = tries.into_iter().find(|found| !found.is_empty());
    found.ok_or_else(|| error.rendered.clone().unwrap_or_default().into())
}

fn line_around(text: &str, span: &Span) -> Range<usize> {
    let start = text.get(..span.byte_start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let end = text
        .get(span.byte_end..)
        .and_then(|after| after.find('\n'))
        .map_or(text.len(), |at| span.byte_end + at);
    start..end
}

/// Writes each file's woven text into the tree.
fn weave_all(
    tree: &Path,
    mutants: &[Mutant],
    unbuildable: &Unbuildable,
) -> Result<BTreeMap<PathBuf, Woven>, Box<dyn Error>> {
    let mut by_file: BTreeMap<&Path, Vec<&Mutant>> = BTreeMap::new();
    for mutant in mutants {
        let of_file = by_file.entry(&mutant.file).or_default();
        if !unbuildable.has(mutant) {
            of_file.push(mutant);
        }
    }
    let mut all = BTreeMap::new();
    for (file, mutants) in by_file {
        let source = fs::read_to_string(root().join(file))?;
        let mut woven = weave(&source, &mutants, &unbuildable.constant)
            .map_err(|error| format!("{}: {error}", file.display()))?;
        if file.file_name() == Some(OsStr::new("lib.rs")) {
            woven.text.push_str(SWITCH);
        }
        write(&tree.join(file), woven.text.as_bytes())?;
        all.insert(file.to_path_buf(), woven);
    }
    Ok(all)
}

/// The files of the repository, and the switch in each crate that has mutants.
fn copy(root: &Path, tree: &Path, mutants: &[Mutant]) -> Result<(), Box<dyn Error>> {
    let mut git = Command::new("git");
    git.current_dir(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let output = git.output()?;
    if !output.status.success() {
        return Err("git ls-files failed".into());
    }
    let woven: BTreeSet<&Path> = mutants.iter().map(|mutant| mutant.file.as_path()).collect();
    let libraries: BTreeSet<PathBuf> =
        mutants.iter().map(|mutant| Path::new("crates").join(&mutant.package).join("src/lib.rs")).collect();
    for name in output.stdout.split(|&byte| byte == 0).filter(|name| !name.is_empty()) {
        let name = Path::new(std::str::from_utf8(name)?);
        if woven.contains(name) || !root.join(name).is_file() {
            continue;
        }
        let mut content = fs::read(root.join(name))?;
        if libraries.contains(name) {
            content.extend_from_slice(SWITCH.as_bytes());
        }
        write(&tree.join(name), &content)?;
    }
    Ok(())
}

/// Writes a file only if it differs: cargo goes by the time of the last change.
fn write(path: &Path, content: &[u8]) -> std::io::Result<()> {
    if fs::read(path).is_ok_and(|there| there == content) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, content)
}
