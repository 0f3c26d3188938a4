//! The results of one run, as `benches/results.json` keeps them.

use std::{collections::BTreeMap, error::Error, fs};

use serde::{Deserialize, Serialize};

use crate::tools;

/// Where they are kept, from the root of the repository.
const FILE: &str = "benches/results.json";

/// What one run of `cargo xtask bench` measured. The document is written from this.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Results {
    pub(super) machine: Machine,
    /// The version of each library, by its name.
    pub(super) versions: BTreeMap<String, String>,
    pub(super) figures: Vec<Figure>,
    pub(super) missing: Vec<Missing>,
    /// The last builds from nothing, which may be older.
    pub(super) builds: Option<Builds>,
}

/// The machine, and what the run was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Machine {
    pub(super) date: String,
    /// The commit that was measured.
    pub(super) revision: String,
    pub(super) processor: String,
    pub(super) processors: usize,
    pub(super) system: String,
    pub(super) compiler: String,
    /// How often each program ran.
    pub(super) runs: usize,
    /// The turns of a program.
    pub(super) turns: usize,
    /// Processes that wanted to run in the last minute, at the start and at the end.
    pub(super) load: [String; 2],
}

/// A call and its control.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Figure {
    pub(super) part: String,
    pub(super) operation: String,
    pub(super) subject: String,
    pub(super) control: String,
    /// Microseconds of processor time.
    pub(super) time: Spread,
    pub(super) control_time: Spread,
    /// The difference within a turn.
    pub(super) above: Spread,
    /// The quotient within a turn.
    pub(super) ratio: Spread,
    /// `None` for a program that does not count them.
    pub(super) heap: Option<Heap>,
}

/// A median between quartiles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Spread {
    pub(super) p25: f64,
    pub(super) median: f64,
    pub(super) p75: f64,
}

/// What one call asks of the heap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Heap {
    pub(super) allocations: u64,
    /// All that was allocated.
    pub(super) bytes: u64,
    /// The most that was held at once.
    pub(super) peak: u64,
    /// The allocations of the control.
    pub(super) control_allocations: u64,
}

/// A figure that there is not, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Missing {
    /// Empty if the library has no figure at all.
    pub(super) operation: String,
    pub(super) subject: String,
    #[serde(rename = "missing")]
    pub(super) reason: String,
}

/// Builds from nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Builds {
    pub(super) date: String,
    pub(super) subjects: Vec<Build>,
}

/// The build of one program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Build {
    pub(super) name: String,
    pub(super) crates: usize,
    /// Seconds.
    pub(super) processor_time: u64,
    pub(super) time: u64,
    pub(super) kibibytes: u64,
}

impl Machine {
    /// Whether more processes wanted to run than there are processors. They share caches and the memory's speed with the
    /// measurement, so that its times are longer, and a budget of microseconds says nothing.
    pub(super) fn is_busy(&self) -> bool {
        let processors = u32::try_from(self.processors).map_or(f64::MAX, f64::from);
        self.load.iter().any(|load| load.parse::<f64>().is_ok_and(|load| load > processors))
    }
}

impl Spread {
    /// The quartiles of these values, with three digits behind the point; `None` of no values.
    pub(super) fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_unstable_by(f64::total_cmp);
        let at = |quarter: usize| {
            values.get(values.len() * quarter / 4).map(|value: &f64| (value * 1e3).round() / 1e3)
        };
        Some(Self { p25: at(1)?, median: at(2)?, p75: at(3)? })
    }
}

impl Results {
    pub(super) fn read() -> Result<Self, Box<dyn Error>> {
        let file = tools::root().join(FILE);
        Ok(serde_json::from_str(&fs::read_to_string(file)?)?)
    }

    pub(super) fn write(&self) -> Result<(), Box<dyn Error>> {
        let text = serde_json::to_string_pretty(self)?;
        Ok(fs::write(tools::root().join(FILE), text + "\n")?)
    }

    pub(super) fn of_part<'a>(&'a self, part: &'a str) -> impl Iterator<Item = &'a Figure> {
        self.figures.iter().filter(move |figure| figure.part == part)
    }
}

/// Three digits, or all before the point.
pub(super) fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 99.95 => format!("{value:.0}"),
        size if size >= 9.995 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_are_values_of_the_turns() {
        assert_eq!(Spread::of(Vec::new()), None);
        let spread = Spread { p25: 2.0, median: 3.0, p75: 4.0 };
        assert_eq!(Spread::of(vec![5.0, 1.0, 4.0, 2.0, 3.0]), Some(spread));
        assert_eq!(Spread::of(vec![1.0 / 3.0]).map(|spread| spread.median), Some(0.333));
    }

    #[test]
    fn numbers_have_three_digits() {
        assert_eq!(
            [0.5, 9.99, 9.996, 12.34, 99.96, 1234.5].map(number),
            ["0.50", "9.99", "10.0", "12.3", "100", "1234"]
        );
        assert_eq!(number(-12.34), "-12.3");
    }
}
