//! The command `inspect`.

use std::io::{self, BufWriter, Write};
use std::time::SystemTime;

use countersign::relying_party::PublicSuffixList;
use countersign::types::Timestamp;
use countersign_inspect::{Explanation, Kind, Options, inspect};
use countersign_metadata::Date;
use serde::Serialize;

use super::{
    arguments::InspectArguments,
    error::InspectError,
    input::{self, Input},
    layout::Layout,
    metadata, text,
};
use crate::ascii_json::escaped;

/// The finding of a command that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recognised {
    All,
    /// An input is of no kind: exit status 1.
    NotAll,
}

/// An explanation with the name of its input, as in JSON.
#[derive(Serialize)]
struct Named {
    input: String,
    #[serde(flatten)]
    explanation: Explanation,
}

/// Explains the inputs, and prints the explanations.
pub(crate) fn run(arguments: &InspectArguments) -> Result<Recognised, InspectError> {
    let now: Timestamp = arguments.at.map_or_else(|| SystemTime::now().into(), Date::start);
    let blob = metadata::blob(arguments, now)?;
    let mut options = Options::new().with_time(now).with_public_suffixes(&PublicSuffixList);
    if let Some(blob) = &blob {
        options = options.with_metadata(blob);
    }
    if let Some(kind) = arguments.kind {
        options = options.with_kind(kind);
    }
    let inputs = input::read(&arguments.inputs)?;
    let explained: Vec<_> =
        inputs.into_iter().map(|input| (inspect(&input.bytes, &options), input)).collect();
    let is_unknown = |explanation: &Explanation| matches!(explanation.kind, Kind::Text | Kind::Bytes);
    let all = explained.iter().all(|(explanation, _)| arguments.kind.is_some() || !is_unknown(explanation));
    print(arguments, explained).map_err(InspectError::Output)?;
    Ok(if all { Recognised::All } else { Recognised::NotAll })
}

fn print(arguments: &InspectArguments, explained: Vec<(Explanation, Input)>) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    if arguments.json {
        let named: Vec<_> = explained
            .into_iter()
            .map(|(explanation, input)| Named { input: input.name, explanation })
            .collect();
        let json = serde_json::to_string_pretty(&named).map_err(io::Error::other)?;
        writeln!(out, "{}", escaped(&json))?;
    } else {
        let layout = Layout::of_terminal(arguments.color().decide(), arguments.full, arguments.sources);
        let is_several = explained.len() > 1;
        for (index, (explanation, input)) in explained.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            if is_several {
                text::name(&mut out, &layout, &input.name)?;
            }
            text::write(&mut out, &layout, explanation)?;
            if input.is_text && explanation.kind == Kind::Text {
                writeln!(out, "there is no file of this name either")?;
            }
        }
    }
    out.flush()
}
