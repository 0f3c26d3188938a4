//! `docs/BENCHMARKS.md` and its charts, written from the results.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fmt::Write as _,
    fs,
    path::Path,
};

use super::{
    budgets::{self, Budget},
    chart::{Bar, bars},
    results::{Figure, Results, number},
};
use crate::tools;

const PAGE: &str = "docs/BENCHMARKS.md";

/// The folder of the charts, from the page.
const CHARTS: &str = "benchmarks";

/// The ceremonies with a chart.
const CHARTED: [(&str, &str); 4] = [
    ("authentication ES256", "authentication-es256"),
    ("authentication RS256", "authentication-rs256"),
    ("authentication EdDSA", "authentication-eddsa"),
    ("registration packed, path to the anchor", "registration-packed"),
];

/// The page and its charts, by their paths from the root.
pub(super) fn files(results: &Results) -> BTreeMap<String, String> {
    let mut files = BTreeMap::from([(PAGE.to_owned(), page(results))]);
    for (operation, name) in CHARTED {
        if let Some(chart) = chart(results, operation) {
            files.insert(format!("docs/{CHARTS}/{name}.svg"), chart);
        }
    }
    files
}

/// Writes the files, and removes charts that are no longer among them.
pub(super) fn write(results: &Results) -> Result<(), Box<dyn Error>> {
    let folder = tools::root().join("docs").join(CHARTS);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    for (path, text) in files(results) {
        fs::write(tools::root().join(Path::new(&path)), text)?;
    }
    Ok(())
}

fn page(results: &Results) -> String {
    let machine = &results.machine;
    let mut page = format!(
        "# Benchmarks\n\n\
         Written by `cargo xtask bench --peers` from `benches/results.json`; don't edit it by hand.\n\n\
         Every figure was measured in one run, next to a control: a call of the library below, or the least work that the task \
         needs. The ratio\nof both is the result. Absolute times depend on the machine.\n\n\
         | | |\n| --- | --- |\n\
         | date | {} |\n| commit | `{}` |\n| processor | {}, {} processors |\n| system | {} |\n| compiler | {} |\n\
         | runs | each program {} times, by turns; {} turns of a call and its control in each |\n\
         | processes that wanted to run | {} at the start, {} at the end |\n",
        machine.date,
        machine.revision,
        machine.processor,
        machine.processors,
        machine.system,
        machine.compiler,
        machine.runs,
        machine.turns,
        machine.load[0],
        machine.load[1],
    );
    let versions = results.versions.iter().map(|(name, version)| format!("{name} {version}"));
    let _ = write!(page, "\nLibraries: {}.\n\n{METHOD}", versions.collect::<Vec<_>>().join(", "));
    page.push_str(&budget_table(&budgets::judge(results), machine.is_busy()));
    for section in SECTIONS {
        let figures: Vec<_> = results.of_part(section.part).collect();
        if !figures.is_empty() {
            let _ = write!(page, "\n## {}\n\n{}\n\n", section.title, section.text);
            page.push_str(&table(&figures));
        }
    }
    page.push_str(&libraries(results));
    page.push_str(&missing(results));
    page.push_str(&rates(results));
    page.push_str(&builds(results));
    page.push_str(INSTRUCTIONS);
    page
}

const METHOD: &str = "\
## How it is measured

- Times are processor time of the measuring thread (`CLOCK_THREAD_CPUTIME_ID`), so other work of the machine is not in them. Node has
  no such clock: its times are the process's.
- A turn calls one side for about 2 ms, and then the other; which goes first alternates. The programs run one after the other, several
  times. A median is that of all turns of all runs; the quartiles (25 % and 75 %) are next to it.
- `above` is the median of the differences within a turn. It can differ from the difference of the medians.
- Allocations are counted by the program's own allocator. AWS-LC and OpenSSL have heaps of their own, which are not counted.
- The programs are built with `lto = \"fat\"`, `codegen-units = 1` and the default target processor.
- A ceremony begins with the JSON text of the response and ends with the verdict. The state is made before the clock runs.

`cargo xtask bench --help` lists the options. [The folder of the measurements](../benches/README.md) describes the programs.

";

struct Section {
    part: &'static str,
    title: &'static str,
    text: &'static str,
}

const SECTIONS: [Section; 5] = [
    Section {
        part: "authentication",
        title: "Authentication",
        text: "The control is the backend's own verification with its parsed key. `prepared key`: the caller keeps the key that \
               `RelyingParty::prepare`\nmade. `stored key`: the key is parsed from the record each \
               time, and the control parses it too. `above its key`: the control \
               is our prepared key instead of the\nlibrary's, so that the difference is the ceremony only; generic code of Rust is \
               compiled twice in one program and need not take the\nsame time twice.",
    },
    Section {
        part: "registration",
        title: "Registration",
        text: "The control is the verification of ES256 by the backend, as often as the registration verifies a signature. Without \
               attestation there\nis none, and the control is the hash that every registration needs.",
    },
    Section {
        part: "verification",
        title: "Verification of signatures",
        text: "The control is the library's own call with its parsed key; ours is a call of a prepared key in `countersign-cose`. The \
               message has 69\nbytes, as that of an assertion.",
    },
    Section { part: "parser", title: "Parsers", text: "The control is SHA-256 of the same bytes." },
    Section {
        part: "metadata",
        title: "Metadata",
        text: "A BLOB of the FIDO Metadata Service is verified, read and indexed. The control is the least work on its bytes: SHA-256, \
               base64url\ndecoding, and a scan of the JSON that keeps nothing. [METADATA.md](METADATA.md) has the figures of other \
               libraries.",
    },
];

const INSTRUCTIONS: &str = "
## Instructions

`cargo xtask bench instructions` counts the instructions of fixed operations under callgrind, and fails if one differs by more than 3 %
from `benches/instructions.tsv`. Continuous integration runs it. Counts are the same on each run and don't depend on other work of the
machine, so a change that costs a few percent is found.
";

fn table(figures: &[&Figure]) -> String {
    let mut table = String::from(
        "| operation | subject | µs | 25-75 % | control | control µs | above µs | ratio | allocations | bytes |\n\
         | --- | --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for figure in figures {
        let (allocations, bytes) = match figure.heap {
            Some(heap) => (heap.allocations.to_string(), heap.bytes.to_string()),
            None => ("-".to_owned(), "-".to_owned()),
        };
        let _ = writeln!(
            table,
            "| {} | {} | {} | {}-{} | {} | {} | {} | {:.3} | {allocations} | {bytes} |",
            figure.operation,
            figure.subject,
            number(figure.time.median),
            number(figure.time.p25),
            number(figure.time.p75),
            figure.control,
            number(figure.control_time.median),
            number(figure.above.median),
            figure.ratio.median,
        );
    }
    table
}

fn budget_table(budgets: &[Budget], is_busy: bool) -> String {
    let mut text = String::from("## Budgets\n\n| what | budget | measured | |\n| --- | --- | --- | --- |\n");
    for Budget { what, limit, measured, met } in budgets {
        let verdict = match (met, is_busy) {
            (true, _) => "met",
            (false, false) => "missed",
            (false, true) => "not met on a busy machine",
        };
        let _ = writeln!(text, "| {what} | {limit} | {measured} | {verdict} |");
    }
    if is_busy {
        text.push_str(
            "\nMore processes wanted to run than the machine has processors, so times are longer than they are on a quiet one, and \
             a budget that is\nnot met is not judged.\n",
        );
        return text;
    }
    let missed: BTreeSet<_> =
        budgets.iter().filter(|budget| !budget.met).filter_map(Budget::explanation).collect();
    if !missed.is_empty() {
        text.push_str("\nWhy budgets are missed:\n\n");
        for why in missed {
            let _ = writeln!(text, "- {why}");
        }
    }
    text
}

fn libraries(results: &Results) -> String {
    let figures: Vec<_> = results.of_part("library").collect();
    if figures.is_empty() {
        return String::new();
    }
    let mut text = String::from(
        "\n## Other libraries\n\n\
         Every library verifies the same responses, with the key from its stored form. In Rust the control is AWS-LC's verification \
         with a parsed\nkey in each program; compare libraries by their ratios to it. Libraries of Python and Node have the raw call \
         of their own language's\nlibrary as control, so that the ratio shows what the library adds; across languages only the times \
         can be compared.\n\n",
    );
    for (operation, name) in CHARTED {
        if chart(results, operation).is_some() {
            let _ = writeln!(text, "![{operation}: microseconds of each library]({CHARTS}/{name}.svg)\n");
        }
    }
    text + &table(&figures)
}

/// The libraries by their times. `None` if none but ours was measured.
fn chart(results: &Results, operation: &str) -> Option<String> {
    let figures = results.of_part("library").filter(|figure| figure.operation == operation);
    let mut found: Vec<_> = figures
        .map(|figure| Bar {
            label: figure.subject.clone(),
            median: figure.time.median,
            p25: figure.time.p25,
            p75: figure.time.p75,
            is_ours: figure.subject.starts_with("countersign"),
        })
        .collect();
    found.sort_by(|a, b| a.median.total_cmp(&b.median));
    found.iter().any(|bar| !bar.is_ours).then(|| bars(operation, "µs", &found))
}

/// What one processor does, from the times of authentications.
fn rates(results: &Results) -> String {
    let mut text = String::from(
        "\n## Sign-ins on a processor\n\n\
         The authentications above, as a rate: what the library's part of a sign-in needs. [SCALE.md](SCALE.md) says what a whole \
         sign-in needs at\nthe server.\n\n\
         | key | backend | a second on one processor | processors for 1 000 a second | for 100 000 |\n\
         | --- | --- | ---: | ---: | ---: |\n",
    );
    let is_one = |figure: &&Figure| !figure.operation.ends_with("above its key");
    for figure in results.of_part("authentication").filter(is_one) {
        let seconds = figure.time.median / 1e6;
        let _ = writeln!(
            text,
            "| {} | {} | {:.0} | {:.2} | {:.1} |",
            figure.operation,
            figure.subject,
            1.0 / seconds,
            1e3 * seconds,
            1e5 * seconds,
        );
    }
    text
}

fn missing(results: &Results) -> String {
    if results.missing.is_empty() {
        return String::new();
    }
    let mut text = String::from("\nWithout a figure:\n\n| what | library | reason |\n| --- | --- | --- |\n");
    for missing in &results.missing {
        let operation = if missing.operation.is_empty() { "all" } else { &missing.operation };
        let reason: String =
            missing.reason.chars().map(|c| if c == '|' { '/' } else { c }).take(120).collect();
        let _ = writeln!(text, "| {operation} | {} | {reason} |", missing.subject);
    }
    text
}

fn builds(results: &Results) -> String {
    let Some(builds) = &results.builds else { return String::new() };
    let mut text = format!(
        "\n## Builds\n\n\
         Built from nothing in release mode on {}, by `cargo xtask bench --builds`, which takes minutes. `program` is `countersign`; \
         the others\nverify one sign-in each and are the smallest that do; `dev` is `countersign` in the profile `dev`.\n\n\
         | subject | crates | processor time | time | program |\n| --- | ---: | ---: | ---: | ---: |\n",
        builds.date
    );
    for build in &builds.subjects {
        let _ = writeln!(
            text,
            "| {} | {} | {} s | {} s | {} KiB |",
            build.name, build.crates, build.processor_time, build.time, build.kibibytes
        );
    }
    text
}

/// The tables of a part of the results, for a run that writes no document.
pub(super) fn print(results: &Results) -> String {
    let mut parts: Vec<_> = results.figures.iter().map(|figure| figure.part.as_str()).collect();
    parts.dedup();
    let mut text = String::new();
    for part in parts {
        let figures: Vec<_> = results.of_part(part).collect();
        let _ = write!(text, "\n{part}\n\n{}", table(&figures));
    }
    let budgets = budgets::judge(results);
    if !budgets.is_empty() {
        let _ = write!(text, "\n{}", budget_table(&budgets, results.machine.is_busy()));
    }
    text + &missing(results)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_that_of_the_results() {
        let results = Results::read().unwrap();
        for (path, text) in files(&results) {
            let written = fs::read_to_string(tools::root().join(&path)).unwrap_or_default();
            assert!(
                written == text,
                "{path} differs from benches/results.json: run cargo xtask bench document"
            );
        }
    }

    #[test]
    fn each_budget_is_met_or_explained() {
        let results = Results::read().unwrap();
        let budgets = budgets::judge(&results);
        assert!(!budgets.is_empty());
        if results.machine.is_busy() {
            return;
        }
        let unexplained = budgets.iter().find(|budget| !budget.met && budget.explanation().is_none());
        assert_eq!(unexplained, None);
    }

    #[test]
    fn no_figure_is_without_its_control() {
        let results = Results::read().unwrap();
        assert!(!results.figures.is_empty());
        let without = results
            .figures
            .iter()
            .find(|figure| figure.control.is_empty() || figure.control_time.median <= 0.0);
        assert_eq!(without, None);
    }
}
