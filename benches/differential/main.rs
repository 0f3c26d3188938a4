//! `cargo xtask differential`: the same responses to ours and to published peers, and which verdicts differ.

mod answer;
mod cases;
mod known;
mod mutate;
mod peers;
mod webauthn_rp;

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use countersign::cose::Verifiers;

use answer::Answer;
use cases::Asked;
use known::{Class, Direction, Known};
use peers::{PEERS, Peer};

const HELP: &str = "\
cargo xtask differential [--seed N] [--count N] [--peer NAME]... [--list] [--filter TEXT]
                         [--write FILE]

Compares our verdicts with those of published libraries, the peers: on every step of our suites, of the neighbour
folder ../shared/conformance if it exists, of the software authenticator's formats and faults, and of random changes
to valid ceremonies. Prints for each peer how many steps it was asked, how many verdicts are the same, and the classes
of those that differ: `accepts CODE` if we reject with this code and it accepts, `rejects REASON` if we accept.

  --seed N       the seed of the random changes [1]
  --count N      the number of random changes [4000]
  --peer NAME    only this peer; may be repeated: webauthn_rp, py_webauthn, fido2, simplewebauthn
  --list         print every step whose verdicts differ, not three a class
  --filter TEXT  only steps whose ID contains TEXT
  --write FILE   write the request of each step as a JSON line, as the peers' drivers get it

The peers come from PyPI and npm, in the versions of benches/peers/, into benches/target/peers/.
benches/differential/known.txt lists the classes that are explained in docs/DIVERGENCES.md.

Exit codes: 0 every class is known; 1 a class is not known or, in a run that leaves nothing out, a known one no longer
occurs; 2 the run could not be made.
";

struct Options {
    seed: u64,
    count: u64,
    peers: Vec<String>,
    list: bool,
    filter: Option<String>,
    write: Option<PathBuf>,
    /// Whether everything that the list of known classes was made with is in the run.
    whole: bool,
}

impl Options {
    fn parse() -> Result<Option<Self>, lexopt::Error> {
        use lexopt::prelude::*;
        let mut arguments = lexopt::Parser::from_env();
        let mut options = Self {
            seed: 1,
            count: 4000,
            peers: Vec::new(),
            list: false,
            filter: None,
            write: None,
            whole: true,
        };
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("seed") => options.seed = arguments.value()?.parse()?,
                Long("count") => options.count = arguments.value()?.parse()?,
                Long("peer") => {
                    options.peers.push(arguments.value()?.string()?);
                    continue;
                }
                Long("filter") => options.filter = Some(arguments.value()?.string()?),
                Long("write") => {
                    options.write = Some(arguments.value()?.into());
                    continue;
                }
                Long("list") => {
                    options.list = true;
                    continue;
                }
                Long("help") | Short('h') => return Ok(None),
                other => return Err(other.unexpected()),
            }
            options.whole = false;
        }
        Ok(Some(options))
    }

    fn chosen(&self) -> Result<Vec<&'static Peer>, String> {
        if let Some(name) = self.peers.iter().find(|name| PEERS.iter().all(|peer| peer.name != *name)) {
            return Err(format!("no peer {name}"));
        }
        let wanted = |peer: &&Peer| self.peers.is_empty() || self.peers.iter().any(|name| name == peer.name);
        Ok(PEERS.iter().filter(wanted).collect())
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode, Box<dyn Error>> {
    let Some(mut options) = Options::parse()? else {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let chosen = options.chosen()?;
    let asked = collect(&root, &mut options)?;
    // The message of a panic would be between the lines of the table.
    std::panic::set_hook(Box::new(|_| ()));
    let mut found = BTreeSet::new();
    for peer in &chosen {
        let classes = compare(peer, &asked, &options)?;
        found.extend(classes);
    }
    let known = Known::parse(&fs::read_to_string(root.join("benches/differential/known.txt"))?)?;
    let names: Vec<_> = chosen.iter().map(|peer| peer.name).collect();
    let (missing, stale) = (known.missing(&found), known.stale(&found, &names));
    for class in &missing {
        println!("not known: {class}");
    }
    for class in &stale {
        println!("no longer occurs: {class}");
    }
    let wrong = !missing.is_empty() || (options.whole && !stale.is_empty());
    Ok(if wrong { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// Everything that is asked.
fn collect(root: &Path, options: &mut Options) -> Result<Vec<Asked>, Box<dyn Error>> {
    let verifiers = Verifiers::rust_crypto();
    let mut asked = cases::of_folder(&root.join("conformance"), &verifiers)?;
    let shared: PathBuf = root.join("../shared/conformance");
    if shared.is_dir() {
        asked.extend(cases::of_folder(&shared, &verifiers)?);
    } else {
        options.whole = false;
    }
    asked.extend(cases::made(&verifiers)?);
    let from_suites = asked.len();
    asked.extend(cases::mutated(options.seed, options.count, &verifiers)?);
    let mutated = asked.len() - from_suites;
    if let Some(filter) = &options.filter {
        asked.retain(|asked| asked.step.id.contains(filter.as_str()));
    }
    if let Some(file) = &options.write {
        let lines = asked.iter().map(|asked| Ok(serde_json::to_string(&asked.step.request)? + "\n"));
        fs::write(file, lines.collect::<serde_json::Result<String>>()?)?;
    }
    let accepted = asked.iter().filter(|asked| asked.step.verdict() == "accept").count();
    let registrations = asked.iter().filter(|asked| !asked.is_authentication()).count();
    println!(
        "{} steps, {from_suites} of suites and {mutated} mutated with seed {}; {registrations} are registrations; \
         we accept {accepted}\n",
        asked.len(),
        options.seed
    );
    if let Some(panicked) = asked.iter().find(|asked| asked.step.verdict() == "panic") {
        return Err(format!("a panic of ours: {}", panicked.step.id).into());
    }
    Ok(asked)
}

/// Asks one peer, prints what differs, and returns the classes of that.
fn compare(peer: &Peer, asked: &[Asked], options: &Options) -> Result<BTreeSet<Class>, Box<dyn Error>> {
    let answers = peer.ask(asked)?;
    let (mut same_accepted, mut same_rejected) = (0, 0);
    let mut not_asked = BTreeMap::<&str, usize>::new();
    let mut classes = BTreeMap::<Class, Vec<&Asked>>::new();
    let mut messages = BTreeMap::<&str, &str>::new();
    for (asked, answer) in asked.iter().zip(&answers) {
        let (direction, reason) = match (asked.step.verdict(), answer) {
            (_, Answer::NotAsked(why)) => {
                *not_asked.entry(why).or_default() += 1;
                continue;
            }
            ("accept", Answer::Accepted) => {
                same_accepted += 1;
                continue;
            }
            ("accept", Answer::Rejected(reason)) => {
                messages.insert(&asked.step.id, reason);
                (Direction::Rejects, normalised(reason))
            }
            (code, Answer::Accepted) => {
                messages.insert(&asked.step.id, asked.step.message());
                (Direction::Accepts, code.to_owned())
            }
            (_, Answer::Rejected(_)) => {
                same_rejected += 1;
                continue;
            }
        };
        let class = Class { peer: peer.name.to_owned(), direction, reason };
        classes.entry(class).or_default().push(asked);
    }
    let count = |wanted| -> usize {
        classes.iter().filter(|(class, _)| class.direction == wanted).map(|(_, steps)| steps.len()).sum()
    };
    let (accepts, rejects) = (count(Direction::Accepts), count(Direction::Rejects));
    println!(
        "{} {}: asked {}, same {} (both accept {same_accepted}, both reject {same_rejected}), \
         we reject and it accepts {accepts}, we accept and it rejects {rejects}; not asked {}",
        peer.name,
        peer.version,
        same_accepted + same_rejected + accepts + rejects,
        same_accepted + same_rejected,
        not_asked.values().sum::<usize>(),
    );
    for (why, count) in not_asked {
        println!("    not asked {count}: {why}");
    }
    for (class, steps) in &classes {
        let rules: BTreeSet<_> = steps.iter().flat_map(|step| &step.rules).collect();
        let rules: Vec<_> = rules.iter().map(ToString::to_string).collect();
        let rules = if rules.is_empty() { String::new() } else { format!(" (rules {})", rules.join(", ")) };
        println!("  {:5} {class}{rules}", steps.len());
        let shown = if options.list { steps.len() } else { 3 };
        for step in steps.iter().take(shown) {
            let message = messages.get(step.step.id.as_str()).copied().unwrap_or_default();
            println!("          {} [{}]: {}", step.step.id, step.step.title, one_line(message));
        }
    }
    println!();
    Ok(classes.into_keys().collect())
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}

/// The beginning of a peer's reason, without the parts that belong to one response: quoted text, and words with digits.
fn normalised(reason: &str) -> String {
    let mut outside = String::new();
    let mut quote = None;
    for c in one_line(reason).chars() {
        match (quote, c) {
            (None, '"' | '`') => quote = Some(c),
            (Some(open), c) if c == open => {
                quote = None;
                outside.push('…');
            }
            (None, c) => outside.push(c),
            _ => {}
        }
    }
    let words = outside.split_whitespace().map(|word| {
        let odd = word.len() > 30 || (word.contains(|c: char| c.is_ascii_digit()) && word.len() > 6);
        if odd || word.chars().all(|c| c.is_ascii_digit()) { "…" } else { word }
    });
    let mut words: Vec<_> = words.filter(|word| *word != "JSON:").take(6).collect();
    words.dedup();
    words.join(" ").replace('|', "/")
}
