//! Runs the programs that measure, and collects their figures.

use std::{
    collections::BTreeMap,
    error::Error,
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use serde::Deserialize;

use super::results::{Figure, Heap, Machine, Missing, Results, Spread};
use crate::{programs, tools};

/// The manifest of the programs, a workspace of its own.
const MANIFEST: &str = "benches/Cargo.toml";

/// A neighbour folder with a payload of the service, which is signed and measured if it is there.
const PAYLOAD: &str = "../shared/mds/payload-291.json";

/// A part that can be measured separately, and its programs.
pub(super) struct Part {
    pub(super) name: &'static str,
    programs: &'static [&'static str],
}

pub(super) const PARTS: [Part; 4] = [
    Part {
        name: "verify",
        programs: &["verify", "verify_ml_dsa_44", "verify_ml_dsa_65", "verify_ml_dsa_87"],
    },
    Part { name: "ceremony", programs: &["ceremony"] },
    Part { name: "metadata", programs: &["metadata"] },
    Part { name: "peers", programs: &["peers"] },
];

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    /// How often each program runs. Programs run by turns, so that a disturbance of the machine meets several.
    pub(super) runs: usize,
    /// The turns of a call and its control in each run of a program.
    pub(super) turns: usize,
    /// Whether libraries are measured that have to be installed.
    pub(super) with_peers: bool,
}

/// Figures of several runs, in the order of the first one.
#[derive(Default)]
struct Collected {
    figures: Vec<Samples>,
    missing: Vec<Missing>,
}

/// A line of a program.
#[derive(Debug, Deserialize)]
struct Samples {
    part: String,
    operation: String,
    subject: String,
    control: String,
    times: Vec<f64>,
    controls: Vec<f64>,
    #[serde(flatten)]
    heap: Option<Heap>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Samples(Samples),
    Missing(Missing),
}

/// Builds and runs the programs of the parts.
pub(super) fn measure(parts: &[&Part], extent: Extent) -> Result<Results, Box<dyn Error>> {
    let names: Vec<_> = parts.iter().flat_map(|part| part.programs).copied().collect();
    let programs = build(&names)?;
    let program = |name: &str| programs.get(name).ok_or_else(|| format!("cargo built no {name}"));
    if extent.with_peers && names.contains(&"peers") {
        // What is installed is no part of a run.
        lines(Command::new(program("peers")?).arg("--install"))?;
    }
    let mut machine = Machine::read(extent)?;
    let mut collected = Collected::default();
    for run in 1..=extent.runs {
        for name in &names {
            eprintln!("run {run} of {}: {name}", extent.runs);
            let mut command = Command::new(program(name)?);
            if *name == "peers" && extent.with_peers {
                command.arg("--all");
            }
            if *name == "metadata" && tools::root().join(PAYLOAD).is_file() {
                command.arg(tools::root().join(PAYLOAD));
            }
            collected.add(&lines(command.arg(extent.turns.to_string()))?)?;
        }
    }
    machine.load = [machine.load[0].clone(), load()];
    if !extent.with_peers && names.contains(&"peers") {
        collected.missing.push(Missing {
            operation: String::new(),
            subject: "libraries with programs of their own".to_owned(),
            reason: "not asked for with `--peers`".to_owned(),
        });
    }
    let versions = versions(&fs::read_to_string(tools::root().join("benches/Cargo.lock"))?);
    let Collected { figures, missing } = collected;
    let figures = figures.into_iter().filter_map(Samples::figure).collect();
    Ok(Results { machine, versions, figures, missing, builds: None })
}

/// The programs, by their names.
fn build(names: &[&str]) -> Result<BTreeMap<String, PathBuf>, Box<dyn Error>> {
    let mut cargo = tools::cargo(&["bench", "--no-run", "--locked", "--manifest-path", MANIFEST]);
    for name in names {
        cargo.args(["--bench", name]);
    }
    let output = cargo.args(["--message-format", "json"]).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err("the programs that measure can't be built".into());
    }
    let programs = programs::programs(&String::from_utf8(output.stdout)?);
    let by_name = |(source, program): (PathBuf, PathBuf)| {
        let name = source.file_stem()?.to_str()?.to_owned();
        Some((name, program))
    };
    Ok(programs.into_iter().filter_map(by_name).collect())
}

/// What a program prints.
fn lines(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let output = command.current_dir(tools::root()).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{command:?}: {}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

impl Collected {
    /// Adds what a program printed.
    fn add(&mut self, lines: &str) -> Result<(), Box<dyn Error>> {
        for line in lines.lines() {
            match serde_json::from_str(line).map_err(|error| format!("not a figure: {line}: {error}"))? {
                Line::Samples(samples) => match self.figures.iter_mut().find(|known| known.is_of(&samples)) {
                    Some(known) => {
                        known.times.extend(samples.times);
                        known.controls.extend(samples.controls);
                    }
                    None => self.figures.push(samples),
                },
                Line::Missing(missing) if self.missing.contains(&missing) => {}
                Line::Missing(missing) => self.missing.push(missing),
            }
        }
        Ok(())
    }
}

impl Samples {
    fn is_of(&self, other: &Self) -> bool {
        let names = |it: &Self| [&it.part, &it.operation, &it.subject, &it.control].map(Clone::clone);
        names(self) == names(other)
    }

    /// `None` of no turns.
    fn figure(self) -> Option<Figure> {
        let pairs = || self.times.iter().zip(&self.controls);
        Some(Figure {
            above: Spread::of(pairs().map(|(time, control)| time - control).collect())?,
            ratio: Spread::of(pairs().map(|(time, control)| time / control).collect())?,
            time: Spread::of(self.times.clone())?,
            control_time: Spread::of(self.controls.clone())?,
            part: self.part,
            operation: self.operation,
            subject: self.subject,
            control: self.control,
            heap: self.heap,
        })
    }
}

/// The newest version of each library that countersign-cose calls, from a lock file.
fn versions(lock: &str) -> BTreeMap<String, String> {
    const LIBRARIES: [&str; 11] = [
        "aws-lc-rs",
        "ed25519-dalek",
        "ed448-goldilocks",
        "graviola",
        "k256",
        "ml-dsa",
        "p256",
        "p384",
        "p521",
        "rsa",
        "sha2",
    ];
    let mut versions = BTreeMap::new();
    let mut name = None;
    for line in lock.lines() {
        let value = |key| line.strip_prefix(key)?.strip_suffix('"');
        if let Some(it) = value("name = \"") {
            name = Some(it);
        } else if let (Some(version), Some(name)) = (value("version = \""), name.take())
            && LIBRARIES.contains(&name)
        {
            // A lock file lists the versions of a library in their order.
            versions.insert(name.to_owned(), version.to_owned());
        }
    }
    versions
}

impl Machine {
    fn read(extent: Extent) -> Result<Self, Box<dyn Error>> {
        let printed = |program: &str, arguments: &[&str]| -> Result<String, Box<dyn Error>> {
            Ok(lines(Command::new(program).args(arguments))?.trim().to_owned())
        };
        let field = |text: &str, name: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(name));
            value.unwrap_or_default().trim_matches([' ', '\t', ':', '=', '"']).to_owned()
        };
        Ok(Self {
            date: printed("date", &["-u", "+%F"])?,
            revision: printed("git", &["rev-parse", "--short=10", "HEAD"])?,
            processor: field(&fs::read_to_string("/proc/cpuinfo")?, "model name"),
            processors: std::thread::available_parallelism()?.get(),
            system: field(&fs::read_to_string("/etc/os-release")?, "PRETTY_NAME"),
            compiler: printed("rustc", &["--version"])?,
            runs: extent.runs,
            turns: extent.turns,
            load: [load(), String::new()],
        })
    }
}

/// The average number of processes that wanted to run, of the last minute.
fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"part":"a","operation":"b","subject":"c","control":"d","times":[3.0,5.0],"controls":[2.0,2.0],"allocations":5,"bytes":60,"peak":40,"control_allocations":1}"#;

    #[test]
    fn the_turns_of_several_runs_are_one_figure() {
        let mut collected = Collected::default();
        collected.add(LINE).unwrap();
        collected.add(&LINE.replace("3.0", "4.0")).unwrap();
        collected.add(&LINE.replace(r#""b""#, r#""other""#)).unwrap();
        let [figure, other] = <[Samples; 2]>::try_from(collected.figures).unwrap().map(Samples::figure);
        let figure = figure.unwrap();
        assert_eq!(figure.time, Spread { p25: 4.0, median: 5.0, p75: 5.0 });
        assert_eq!(figure.above, Spread { p25: 2.0, median: 3.0, p75: 3.0 });
        assert_eq!(figure.ratio, Spread { p25: 2.0, median: 2.5, p75: 2.5 });
        assert_eq!(figure.heap, Some(Heap { allocations: 5, bytes: 60, peak: 40, control_allocations: 1 }));
        assert_eq!(other.unwrap().operation, "other");
    }

    #[test]
    fn a_figure_that_there_is_not_has_its_reason_once() {
        let mut collected = Collected::default();
        let line = r#"{"operation":"b","subject":"c","missing":"no such algorithm"}"#;
        collected.add(&format!("{line}\n{line}")).unwrap();
        assert_eq!(collected.missing.len(), 1);
        assert!(collected.add("no JSON").is_err());
        assert!(collected.add(r#"{"operation":"b"}"#).is_err());
    }

    #[test]
    fn the_newest_version_of_a_library_counts() {
        let lock = "[[package]]\nname = \"p256\"\nversion = \"0.13.2\"\n\n[[package]]\nname = \"p256\"\nversion = \"0.14.0\"\n\n[[package]]\nname = \"x\"\nversion = \"1.0.0\"\n";
        assert_eq!(versions(lock), BTreeMap::from([("p256".to_owned(), "0.14.0".to_owned())]));
    }
}
