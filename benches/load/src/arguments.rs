//! The command line.

use std::time::Duration;

use lexopt::{Arg, Parser, ValueExt as _};

use crate::result::Result;

const HELP: &str = "\
usage: countersign-load [OPTION]… PROGRAM…

Signs in at `countersign serve` over several connections, by turns for each program, database and number of stored
credentials, and prints what it measured.

  PROGRAM              a program `countersign`, such as target/release/countersign; NAME=PROGRAM to name it
  --database FOLDER    folder for SQLite files, which are made at the first run [default: target/load]
  --database URL       postgres://… of a database for this measurement alone, which is filled if it is empty; {} in it
                       stands for the number of credentials
  --credentials LIST   numbers of stored credentials, such as 1000,1000000 [default: 1000]
  --connections N      connections, each of which signs in without a pause [default: 32]
  --seconds N          length of a turn [default: 10]
  --rounds N           turns of each [default: 5]
  --soak SECONDS       measure nothing, but kill the last program under load, take its database away, then let it serve for
                       so long, and fail if it loses a session, does a request twice, rejects one or grows; with two programs,
                       first update the first to the last
  --kills N            how often to kill it [default: 20]
  --away N             how often its database goes away for three seconds [default: 3]
  --clock LIBRARY      libfaketime.so.1, with which its clock jumps by an hour, and by less than a minute back [default: none]
";

/// A program to measure.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) path: String,
}

/// What to measure.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) programs: Vec<Program>,
    pub(crate) databases: Vec<String>,
    pub(crate) credentials: Vec<u64>,
    pub(crate) connections: usize,
    pub(crate) seconds: u64,
    pub(crate) rounds: usize,
    pub(crate) soak: Option<Duration>,
    pub(crate) kills: u32,
    pub(crate) away: u32,
    pub(crate) clock: Option<String>,
}

impl Arguments {
    pub(crate) fn read() -> Result<Self> {
        let mut arguments = Self {
            programs: Vec::new(),
            databases: Vec::new(),
            credentials: vec![1000],
            connections: 32,
            seconds: 10,
            rounds: 5,
            soak: None,
            kills: 20,
            away: 3,
            clock: None,
        };
        let mut parser = Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Value(text) => arguments.programs.push(program(text.string()?)),
                Arg::Long("database") => arguments.databases.push(parser.value()?.string()?),
                Arg::Long("credentials") => {
                    let list = parser.value()?.string()?;
                    arguments.credentials =
                        list.split(',').map(str::parse).collect::<std::result::Result<_, _>>()?;
                }
                Arg::Long("connections") => arguments.connections = parser.value()?.parse()?,
                Arg::Long("seconds") => arguments.seconds = parser.value()?.parse()?,
                Arg::Long("rounds") => arguments.rounds = parser.value()?.parse()?,
                Arg::Long("soak") => arguments.soak = Some(Duration::from_secs(parser.value()?.parse()?)),
                Arg::Long("kills") => arguments.kills = parser.value()?.parse()?,
                Arg::Long("away") => arguments.away = parser.value()?.parse()?,
                Arg::Long("clock") => arguments.clock = Some(parser.value()?.string()?),
                Arg::Long("help") => {
                    print!("{HELP}");
                    std::process::exit(0);
                }
                other => return Err(other.unexpected().into()),
            }
        }
        if arguments.programs.is_empty() {
            return Err("name a program: see --help".into());
        }
        if arguments.databases.is_empty() {
            arguments.databases.push("target/load".into());
        }
        Ok(arguments)
    }
}

fn program(text: String) -> Program {
    match text.split_once('=') {
        Some((name, path)) => Program { name: name.into(), path: path.into() },
        None => Program { name: text.clone(), path: text },
    }
}
