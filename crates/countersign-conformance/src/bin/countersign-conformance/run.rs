//! `countersign-conformance run`: runs suites on a program that speaks the protocol, or on the crate countersign.

use std::{
    error::Error,
    ffi::OsString,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use countersign::cose::Verifiers;
use countersign_conformance::{
    complete::CompleteList,
    format::Suite,
    implementation::{AnswerError, Implementation},
    library::Library,
    program::Program,
    report::{Counts, Report, StepOutcome},
    runner::Runner,
};

const HELP: &str = "\
countersign-conformance run --suite DIR... [OPTION]... [-- COMMAND [ARGUMENT]...]

Runs every case of every *.json below each DIR on COMMAND: a program that reads a request in each line of its
standard input, and writes an answer in one line of its standard output. Without COMMAND the cases run on the
crate countersign, in this process. Prints a line for each failing case, and last
`N passed, N failed, N unsupported`; without COMMAND `N passed, N failed`, because an unsupported case fails.

  --suite DIR              a folder of suites, or the file of one; may be repeated
  --filter TEXT            only cases whose SUITE/CASE contains TEXT
  --json FILE              write [{suite, id, step, expected, got, passed, outcome}], an object for each step
  --unsupported            print a line for each unsupported case too
  --strict                 a rejection needs its code and an outcome all expected members, and an unsupported case
                           fails; always so without COMMAND
  --timeout SECONDS        the time for each answer [10]
  --require-complete FILE  FILE names the suites that pass completely, one a line. Prints the counts of each suite.
                           Fails if a listed suite has a case that does not pass, or if a suite passes completely and
                           is not listed, so the list only grows. Other failures don't count
  --backend NAME           without COMMAND, the library that verifies signatures: rust-crypto or, if built with the
                           feature of the same name, aws-lc or graviola [rust-crypto]

Exit codes: 0 no case failed, 1 some did, 2 a suite can't be read, there is no case to run or COMMAND can't be started.
";

#[derive(Debug)]
struct Options {
    suites: Vec<PathBuf>,
    filter: Option<String>,
    json: Option<PathBuf>,
    unsupported: bool,
    strict: bool,
    timeout: Duration,
    require_complete: Option<PathBuf>,
    verifiers: Option<Verifiers>,
    command: Vec<OsString>,
}

impl Options {
    /// `None` if the help was asked for.
    fn parse(mut arguments: lexopt::Parser) -> Result<Option<Self>, lexopt::Error> {
        use lexopt::prelude::*;
        let mut options = Self {
            suites: Vec::new(),
            filter: None,
            json: None,
            unsupported: false,
            strict: false,
            timeout: Duration::from_secs(10),
            require_complete: None,
            verifiers: None,
            command: Vec::new(),
        };
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("suite") => options.suites.push(arguments.value()?.into()),
                Long("filter") => options.filter = Some(arguments.value()?.string()?),
                Long("json") => options.json = Some(arguments.value()?.into()),
                Long("unsupported") => options.unsupported = true,
                Long("strict") => options.strict = true,
                Long("timeout") => options.timeout = seconds(arguments.value()?.parse()?)?,
                Long("require-complete") => options.require_complete = Some(arguments.value()?.into()),
                Long("backend") => options.verifiers = Some(backend(&arguments.value()?.string()?)?),
                Long("help") | Short('h') => return Ok(None),
                // What follows `--` is the command, with its own options.
                Value(program) => {
                    options.command.push(program);
                    options.command.extend(arguments.raw_args()?);
                }
                other => return Err(other.unexpected()),
            }
        }
        options.check()?;
        Ok(Some(options))
    }

    fn check(&self) -> Result<(), lexopt::Error> {
        if self.suites.is_empty() {
            return Err("--suite DIR is missing".into());
        }
        if self.filter.is_some() && self.require_complete.is_some() {
            return Err("--filter leaves cases out, so --require-complete can't be checked".into());
        }
        if self.verifiers.is_some() && !self.command.is_empty() {
            return Err("--backend is for runs without a command".into());
        }
        Ok(())
    }
}

fn seconds(seconds: f64) -> Result<Duration, lexopt::Error> {
    Duration::try_from_secs_f64(seconds).map_err(|error| format!("--timeout: {error}").into())
}

fn backend(name: &str) -> Result<Verifiers, lexopt::Error> {
    match name {
        "rust-crypto" => Ok(Verifiers::rust_crypto()),
        #[cfg(feature = "aws-lc")]
        "aws-lc" => Ok(Verifiers::aws_lc()),
        #[cfg(feature = "graviola")]
        "graviola" => Verifiers::graviola().ok_or_else(|| "graviola does not work on this processor".into()),
        other => Err(format!("no backend `{other}` in this build").into()),
    }
}

pub(super) fn main(arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    let Some(options) = Options::parse(arguments)? else {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    };
    let complete = options.require_complete.as_deref().map(complete_list).transpose()?;
    let (suites, unreadable) = read(&options.suites);
    let report = report(&options, &suites)?;
    print!("{}", report.lines(StepOutcome::Failed));
    if options.unsupported {
        print!("{}", report.lines(StepOutcome::Unsupported));
    }
    if let Some(complete) = &complete {
        print!("{}", complete.summary(&report));
    }
    if let Some(file) = &options.json {
        std::fs::write(file, report.json()?).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let counts = report.counts();
    println!("{}", last_line(counts, &options));
    for error in &unreadable {
        eprintln!("error: {error}");
    }
    if report.cases.is_empty() {
        eprintln!("error: no case to run");
    }
    let wrong = complete.map_or(counts.failed > 0, |complete| !complete.is_met_by(&report));
    Ok(match (unreadable.is_empty() && !report.cases.is_empty(), wrong) {
        (false, _) => ExitCode::from(2),
        (true, true) => ExitCode::from(1),
        (true, false) => ExitCode::SUCCESS,
    })
}

/// The counts. Without a command none is unsupported, because the run is strict.
fn last_line(counts: Counts, options: &Options) -> String {
    let Counts { passed, failed, unsupported } = counts;
    if options.command.is_empty() {
        format!("{passed} passed, {failed} failed")
    } else {
        format!("{passed} passed, {failed} failed, {unsupported} unsupported")
    }
}

fn report(options: &Options, suites: &[Suite]) -> Result<Report, AnswerError> {
    let (mut program, mut library);
    let implementation: &mut dyn Implementation = if options.command.is_empty() {
        library = options.verifiers.clone().map_or_else(Library::default, Library::new);
        &mut library
    } else {
        program = Program::new(options.command.clone(), options.timeout);
        program.start()?;
        &mut program
    };
    let mut runner = Runner::new(implementation);
    if options.strict || options.command.is_empty() {
        runner = runner.strict();
    }
    if let Some(filter) = &options.filter {
        runner = runner.filter(filter);
    }
    Ok(runner.run(suites))
}

fn complete_list(file: &Path) -> Result<CompleteList, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(CompleteList::parse(&text))
}

/// The suites of all folders, in the order of their paths, and an error for each that can't be used.
fn read(places: &[PathBuf]) -> (Vec<Suite>, Vec<String>) {
    let (mut suites, mut errors) = (Vec::<Suite>::new(), Vec::new());
    for place in places {
        let mut files = Vec::new();
        if let Err(error) = collect(place, &mut files) {
            errors.push(format!("{}: {error}", place.display()));
        }
        if files.is_empty() {
            errors.push(format!("{}: no suite in this folder", place.display()));
        }
        files.sort();
        for file in files {
            let text = std::fs::read_to_string(&file).map_err(|error| error.to_string());
            match text.and_then(|text| Suite::from_json(&text)) {
                Ok(suite) if suites.iter().any(|other| other.name == suite.name) => {
                    errors.push(format!("{}: another suite has the name `{}`", file.display(), suite.name));
                }
                Ok(suite) => suites.push(suite),
                Err(error) => errors.push(format!("{}: {error}", file.display())),
            }
        }
    }
    (suites, errors)
}

/// The file, or every `*.json` below the folder.
fn collect(place: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if place.is_file() {
        files.push(place.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(place)? {
        let path = entry?.path();
        if path.is_dir() || path.extension().is_some_and(|extension| extension == "json") {
            collect(&path, files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(arguments: &[&str]) -> Result<Option<Options>, lexopt::Error> {
        Options::parse(lexopt::Parser::from_args(arguments))
    }

    /// A folder with a suite of this name in each of these files.
    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (file, name) in files {
            let suite = format!(r#"{{"schema": 1, "suite": "{name}", "cases": []}}"#);
            std::fs::write(folder.path().join(file), suite).unwrap();
        }
        folder
    }

    #[test]
    fn the_command_keeps_its_own_options() {
        let options =
            options(&["--suite", "a", "--suite=b", "--strict", "--", "python3", "rp.py", "--json"]).unwrap();
        let options = options.unwrap();
        assert_eq!(options.suites, [PathBuf::from("a"), PathBuf::from("b")]);
        assert_eq!(options.command, ["python3", "rp.py", "--json"]);
        assert!(options.strict && options.json.is_none());
    }

    #[test]
    fn unknown_and_contradicting_options_are_errors() {
        for arguments in [
            &["--vector", "a"][..],
            &[],
            &["--suite", "a", "--backend", "other"],
            &["--suite", "a", "--backend", "rust-crypto", "--", "python3"],
            &["--suite", "a", "--filter", "a", "--require-complete", "b"],
            &["--suite", "a", "--timeout", "-1"],
        ] {
            options(arguments).expect_err(&arguments.join(" "));
        }
        assert!(options(&["--help"]).unwrap().is_none());
    }

    #[test]
    fn a_folder_that_is_not_there_or_has_no_suite_is_an_error() {
        let (suites, errors) = read(&[PathBuf::from("no such folder")]);
        assert!(suites.is_empty() && !errors.is_empty());
        let (_, errors) = read(&[folder(&[]).path().to_owned()]);
        assert_eq!(errors.len(), 1);
    }

    #[test]
    fn a_file_is_a_suite_too() {
        let folder = folder(&[("a.json", "a"), ("b.json", "b")]);
        let (suites, errors) = read(&[folder.path().join("a.json")]);
        assert_eq!((suites.len(), errors.len()), (1, 0));
    }

    #[test]
    fn two_suites_of_one_name_are_an_error() {
        let folder = folder(&[("a.json", "same"), ("b.json", "same")]);
        let (suites, errors) = read(&[folder.path().to_owned()]);
        assert_eq!(suites.len(), 1);
        assert!(errors[0].contains("another suite has the name"));
    }
}
