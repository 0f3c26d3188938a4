//! `cargo xtask growth`: verifies that no parser's work grows faster than its input.

use std::{
    collections::BTreeSet,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    thread,
};

use crate::{
    callgrind,
    fuzz::fuzzer::{QUICK, without_fuzzer},
    tools,
};

pub(crate) const HELP: &str = "\
cargo xtask growth [--all]

Runs each parser on inputs that take long, in two sizes of which one is twice the other, and counts the instructions
under callgrind: twice the input may take 2.3 times the instructions, and no byte more than 4000. Then counts the
allocations of four times the input, which may be 9.2 times as large, because a list that grows by doubling is up to
half empty. A control, whose work and allocations grow with the square, must be found in each of these, and each parser
must have an input that takes long enough to measure.

Prints the cases that grow most, or all with --all. Installs valgrind if it is missing, on Debian and its relatives,
with root or sudo.

Exit codes: 0 nothing grows too fast, 1 something does, 2 the command could not do its work.
";

/// The most work for twice the input: a little more than twice, because maps are sorted, and tables that double are
/// filled again.
const TWICE: f64 = 2.3;

/// The most instructions for one more byte, for work that grows with the input but too steeply: a walk that begins again
/// at each of six levels.
const BYTE: u64 = 4_000;

/// The most allocations for four times the input.
const FOUR_TIMES: f64 = 9.2;

/// The fewest instructions to judge: one input may be rejected a step earlier than another.
const FEW_INSTRUCTIONS: u64 = 100_000;

/// The fewest allocations to judge, in bytes and in calls.
const FEW_BYTES: u64 = 64 * 1024;
const FEW_CALLS: u64 = 100;

/// The parser that must be found.
const CONTROL: &str = "control: ";

/// Parsers without a case that is large enough to judge. A `SubjectPublicKeyInfo` has 8 KiB at most, of which the lengths
/// of its few elements are read, and a long key is rejected for its length.
const BRIEF: [&str; 1] = ["spki_key"];

/// Callgrinds at a time: CI has two cores.
const JOBS: usize = 2;

/// Cases that are printed.
const SHOWN: usize = 10;

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    let mut shown = SHOWN;
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("all") => shown = usize::MAX,
            other => return Err(other.unexpected().into()),
        }
    }
    callgrind::install()?;
    let program = build()?;
    let parsers = run(&program, &["parsers"])?;
    let (instructions, lengths) = instructions(&program)?;
    let (bytes, calls) = memory(&program)?;
    let passed = [
        report("instructions, twice the input", &instructions, TWICE, FEW_INSTRUCTIONS, shown),
        per_byte(&instructions, &lengths),
        report("bytes allocated, four times the input", &bytes, FOUR_TIMES, FEW_BYTES, shown),
        report("allocations, four times the input", &calls, FOUR_TIMES, FEW_CALLS, shown),
    ];
    for (what, cases, limit, few) in [
        ("instructions", &instructions, TWICE, FEW_INSTRUCTIONS),
        ("bytes", &bytes, FOUR_TIMES, FEW_BYTES),
        ("allocations", &calls, FOUR_TIMES, FEW_CALLS),
    ] {
        if !beyond(cases, limit, few).any(|case| case.name.starts_with(CONTROL)) {
            return Err(format!("the control, which grows with the square, was not found in {what}").into());
        }
    }
    let unjudged: Vec<_> = unjudged(&parsers, &instructions).collect();
    for parser in &unjudged {
        println!(
            "NOT JUDGED: {parser}: is there an input that takes more than {FEW_INSTRUCTIONS} instructions?"
        );
    }
    let passed = passed == [true; 4] && unjudged.is_empty();
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The parsers, of those listed one a line, without a case that is large enough to judge, but for those of [`BRIEF`];
/// and those of [`BRIEF`] that have one.
fn unjudged<'a>(parsers: &'a str, cases: &[Growth]) -> impl Iterator<Item = &'a str> {
    let large = cases.iter().filter(|case| case.large > FEW_INSTRUCTIONS);
    let judged: BTreeSet<String> =
        large.filter_map(|case| Some(case.name.split_once(": ")?.0.to_owned())).collect();
    parsers.lines().filter(move |parser| judged.contains(*parser) == BRIEF.contains(parser))
}

/// Bytes of the small input, and of the larger one.
type Lengths = (u64, u64);

/// What a case costs with a small input, and with a larger one.
#[derive(Debug, Clone, PartialEq)]
struct Growth {
    name: String,
    small: u64,
    large: u64,
}

impl Growth {
    fn new(name: &str, small: u64, large: u64) -> Self {
        Self { name: name.to_owned(), small, large }
    }

    #[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "a ratio of two digits")]
    fn ratio(&self) -> f64 {
        self.large as f64 / self.small.max(1) as f64
    }
}

/// The cases that grow by more than `limit`, of those that cost more than `few`.
fn beyond(cases: &[Growth], limit: f64, few: u64) -> impl Iterator<Item = &Growth> {
    cases.iter().filter(move |case| case.large > few && case.ratio() > limit)
}

/// Prints the cases that grow most. Returns whether only the control grows too fast.
fn report(what: &str, cases: &[Growth], limit: f64, few: u64, shown: usize) -> bool {
    let mut sorted: Vec<_> = cases.iter().filter(|case| case.large > few).collect();
    sorted.sort_by(|a, b| b.ratio().total_cmp(&a.ratio()));
    println!("{what}: {} cases, {} of them too small to judge", cases.len(), cases.len() - sorted.len());
    for case in sorted.iter().take(shown) {
        println!("  {:6.2}  {:>12} {:>12}  {}", case.ratio(), case.small, case.large, case.name);
    }
    let mut passed = true;
    for case in beyond(cases, limit, few).filter(|case| !case.name.starts_with(CONTROL)) {
        println!("  TOO MUCH {:.2}: {}", case.ratio(), case.name);
        passed = false;
    }
    passed
}

/// Prints the cases in which a byte takes most. Returns whether none takes too much. `lengths` are those of the inputs.
fn per_byte(cases: &[Growth], lengths: &[Lengths]) -> bool {
    let of_byte = |(case, (small, large)): (&Growth, &Lengths)| {
        let instructions = case.large.saturating_sub(case.small);
        (instructions / large.saturating_sub(*small).max(1), case.name.clone())
    };
    let mut sorted: Vec<_> = cases.iter().zip(lengths).map(of_byte).collect();
    sorted.retain(|(_, name)| !name.starts_with(CONTROL));
    sorted.sort_by(|a, b| b.cmp(a));
    println!("instructions a byte: at most {BYTE}");
    for (instructions, name) in sorted.iter().take(SHOWN) {
        let verdict = if *instructions > BYTE { "TOO MUCH" } else { "" };
        println!("  {instructions:>6}  {verdict} {name}");
    }
    sorted.first().is_none_or(|(instructions, _)| *instructions <= BYTE)
}

/// The program that runs the cases.
fn build() -> Result<PathBuf, Box<dyn Error>> {
    let mut cargo = without_fuzzer("build", QUICK);
    if !cargo.args(["--quiet", "--bin", "growth"]).status()?.success() {
        return Err("the program of the cases can't be built".into());
    }
    Ok(tools::root().join("target").join(QUICK).join("growth"))
}

/// What the program prints with these arguments.
fn run(program: &Path, arguments: &[&str]) -> Result<String, Box<dyn Error>> {
    let output = Command::new(program).args(arguments).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("growth {}: {}", arguments.join(" "), output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// What each case takes, and the lengths of its inputs.
fn instructions(program: &Path) -> Result<(Vec<Growth>, Vec<Lengths>), Box<dyn Error>> {
    let folder = tools::root().join("target/growth-inputs");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let table = run(program, &["write", folder.to_str().ok_or("a folder's name that is no text")?])?;
    fs::write(folder.join("cases"), &table)?;
    let counts: Result<Vec<_>, String> = thread::scope(|scope| {
        let shares: Vec<_> = (0..JOBS)
            .map(|share| {
                scope.spawn({
                    let folder = &folder;
                    move || counts(program, folder, share).map_err(|error| error.to_string())
                })
            })
            .collect();
        shares
            .into_iter()
            .map(|share| share.join().unwrap_or_else(|_| Err("a thread failed".into())))
            .collect()
    });
    let counts = counts?;
    let (mut growths, mut lengths) = (Vec::new(), Vec::new());
    for (index, line) in table.lines().enumerate() {
        let [_, small, large, name] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("not a line of the table: {line}").into());
        };
        lengths.push((small.parse()?, large.parse()?));
        let (share, place) = (index % JOBS, index / JOBS * 2);
        match counts.get(share).and_then(|counts| Some((counts.get(place)?, counts.get(place + 1)?))) {
            Some((small, large)) => growths.push(Growth::new(name, *small, *large)),
            None => return Err(format!("no count of {name}").into()),
        }
    }
    fs::remove_dir_all(&folder)?;
    Ok((growths, lengths))
}

/// The instructions of each run of a share's cases, one behind the other.
fn counts(program: &Path, folder: &Path, share: usize) -> Result<Vec<u64>, Box<dyn Error>> {
    let arguments =
        ["run".into(), folder.as_os_str().to_owned(), share.to_string().into(), JOBS.to_string().into()];
    callgrind::counts(program, &arguments, "growth_measured", &folder.join(format!("callgrind-{share}")))
}

/// The bytes and the calls.
fn memory(program: &Path) -> Result<(Vec<Growth>, Vec<Growth>), Box<dyn Error>> {
    allocations(&run(program, &["memory"])?)
}

fn allocations(table: &str) -> Result<(Vec<Growth>, Vec<Growth>), Box<dyn Error>> {
    let (mut bytes, mut calls) = (Vec::new(), Vec::new());
    for line in table.lines() {
        let [small_bytes, large_bytes, small_calls, large_calls, name] =
            line.split('\t').collect::<Vec<_>>()[..]
        else {
            return Err(format!("not a line of the table: {line}").into());
        };
        bytes.push(Growth::new(name, small_bytes.parse()?, large_bytes.parse()?));
        calls.push(Growth::new(name, small_calls.parse()?, large_calls.parse()?));
    }
    Ok((bytes, calls))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The operations that comparing each of `n` things with those behind it takes.
    fn quadratic(n: u64) -> u64 {
        (0..n).map(|at| n - at).sum()
    }

    /// The comparisons that sorting takes.
    fn sorted(n: u64) -> u64 {
        n * u64::from(n.ilog2())
    }

    fn found(name: &str, cost: fn(u64) -> u64) -> bool {
        let case = Growth::new(name, cost(10_000), cost(20_000));
        let found = beyond(std::slice::from_ref(&case), TWICE, FEW_INSTRUCTIONS).next().is_some();
        assert_eq!(
            report("a test", &[case], TWICE, FEW_INSTRUCTIONS, 0),
            !found || name.starts_with(CONTROL)
        );
        found
    }

    #[test]
    fn work_that_grows_with_the_square_is_found_and_that_of_sorting_is_not() {
        assert!(found("an input", quadratic));
        assert!(found("control: quadratic", quadratic));
        assert!(!found("an input", sorted));
        assert!(!found("an input", |n| 30 * n + 5_000));
        // Too few to say.
        assert!(!found("an input", |n| quadratic(n / 1_000)));
    }

    #[test]
    fn work_that_takes_too_much_for_each_byte_is_found() {
        let case = |each: u64| [Growth::new("", 1_000 * each, 2_000 * each)];
        assert!(per_byte(&case(BYTE), &[(1_000, 2_000)]));
        assert!(!per_byte(&case(BYTE + 1), &[(1_000, 2_000)]));
    }

    #[test]
    fn memory_that_grows_with_the_square_is_found_and_lists_that_double_are_not() {
        let beyond =
            |small, large| beyond(&[Growth::new("", small, large)], FOUR_TIMES, FEW_BYTES).count() == 1;
        // 40 000 bytes in 65 536, and 160 000 in 262 144; the first of them just not, the second just so.
        assert!(!beyond(65_536, 262_144));
        assert!(!beyond(32_768, 262_144));
        assert!(beyond(quadratic(1_000), quadratic(4_000)));
    }

    #[test]
    fn a_parser_that_reads_no_input_for_long_is_found() {
        let few = Growth::new("short: a: b", 1, FEW_INSTRUCTIONS);
        let enough = Growth::new("long: a: b", 1, FEW_INSTRUCTIONS + 1);
        let cases = [few, enough];
        assert!(unjudged("long\nshort\nnone\nlon\n", &cases).eq(["short", "none", "lon"]));
        let brief = Growth::new("spki_key: a", 1, FEW_INSTRUCTIONS + 1);
        assert_eq!(unjudged("spki_key", &[]).next(), None);
        assert!(unjudged("spki_key", &[brief]).eq(["spki_key"]));
    }

    #[test]
    fn the_table_of_allocations_has_five_columns() {
        let (bytes, calls) = allocations("1\t2\t3\t4\ta: b\n").unwrap();
        assert_eq!(bytes, [Growth::new("a: b", 1, 2)]);
        assert_eq!(calls, [Growth::new("a: b", 3, 4)]);
        assert!(allocations("1\t2\t3\ta: b\n").is_err());
    }
}
