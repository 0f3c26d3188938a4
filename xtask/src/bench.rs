//! `cargo xtask bench`: what our calls cost, next to the libraries that they call and to other libraries.

mod budgets;
mod build;
mod chart;
mod document;
mod instructions;
mod results;
mod run;

use std::{error::Error, process::ExitCode};

use results::{Builds, Results};
use run::{Extent, PARTS};

pub(crate) const HELP: &str = "\
cargo xtask bench [--quick] [--peers] [--builds] [--only PART]...
cargo xtask bench document
cargo xtask bench instructions [--update]
cargo xtask bench build [--runs N] [NAME]...
cargo xtask bench crates

Without a command: measures every part, and writes benches/results.json, docs/BENCHMARKS.md and its charts. The figures of a run are
comparable with each other only. Builds the programs of benches/ first, which takes minutes. Needs Linux.

  --quick      a few turns; prints the tables and writes nothing
  --peers      measures libraries that have to be installed too: webauthn-rs-core, whose older version needs OpenSSL's headers,
               py_webauthn, python-fido2 and @simplewebauthn/server. What can't be installed has a line that says so.
  --builds     builds from nothing too, as `build` does; otherwise the document keeps the last figures
  --only PART  verify, ceremony, metadata or peers; prints the tables and writes nothing

document      Writes the document from benches/results.json.
instructions  Counts the instructions of fixed operations under callgrind, and fails if one differs by more than 3 % from
              benches/instructions.tsv. With --update writes that file. Installs valgrind if it is missing.
build         Builds each subject from nothing in release mode, in a folder below target/bench, and prints its crates, the
              processor time (user and system) and the time of the clock, and the size of the program. With several runs the
              subjects take turns, and the medians are printed. Needs Linux.
crates        Counts the crates of our own subjects; fails if one has more than its limit. Builds nothing.

The subjects:

  program       the program `countersign`
  countersign   a program that verifies a sign-in, the smallest there is, in benches/minimal
  webauthn_rp   the same over webauthn_rp
  webauthn-rs   the same over webauthn-rs, which links OpenSSL: its headers are installed if they are missing
  dev           the program `countersign` in the profile `dev`

Exit codes: 0 done, 1 a limit is exceeded, 2 the command could not do its work.
";

/// A whole run, of which a document can be written.
const WHOLE: Extent = Extent { runs: 3, turns: 25, with_peers: false };

const QUICK: Extent = Extent { runs: 1, turns: 5, with_peers: false };

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    use lexopt::Arg::{Long, Value};
    let mut options = Options::default();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("quick") => options.is_quick = true,
            Long("peers") => options.with_peers = true,
            Long("builds") => options.with_builds = true,
            Long("only") => options.parts.push(arguments.value()?.to_string_lossy().into_owned()),
            Value(command) if options == Options::default() => {
                return run_command(&command.to_string_lossy(), arguments);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    options.run()
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    is_quick: bool,
    with_peers: bool,
    with_builds: bool,
    parts: Vec<String>,
}

impl Options {
    fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        if let Some(unknown) = self.parts.iter().find(|name| PARTS.iter().all(|part| part.name != **name)) {
            return Err(format!("no part `{unknown}`; `cargo xtask bench --help` lists them").into());
        }
        let is_wanted = |name: &str| self.parts.is_empty() || self.parts.iter().any(|part| part == name);
        let parts: Vec<_> = PARTS.iter().filter(|part| is_wanted(part.name)).collect();
        let extent = if self.is_quick { QUICK } else { WHOLE };
        let mut results = run::measure(&parts, Extent { with_peers: self.with_peers, ..extent })?;
        println!("{}", document::print(&results));
        if self.is_quick || !self.parts.is_empty() {
            return Ok(ExitCode::SUCCESS);
        }
        results.builds = if self.with_builds {
            Some(Builds { date: results.machine.date.clone(), subjects: build::measure(1, &[])? })
        } else {
            Results::read().ok().and_then(|before| before.builds)
        };
        results.write()?;
        document::write(&results)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn run_command(command: &str, mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    use lexopt::Arg::{Long, Value};
    let (mut runs, mut names, mut update) = (1, Vec::new(), false);
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("runs") if command == "build" => runs = arguments.value()?.to_string_lossy().parse()?,
            Value(name) if command == "build" => names.push(name.to_string_lossy().into_owned()),
            Long("update") if command == "instructions" => update = true,
            other => return Err(other.unexpected().into()),
        }
    }
    match command {
        "document" => {
            document::write(&Results::read()?)?;
            Ok(ExitCode::SUCCESS)
        }
        "instructions" => instructions::main(update),
        "build" => build::measure(runs, &names).map(|_| ExitCode::SUCCESS),
        "crates" => build::check_crates(),
        _ => Err(format!("no measurement `{command}`").into()),
    }
}
