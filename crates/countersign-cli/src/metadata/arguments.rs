//! The command line of `countersign metadata`.

use std::{ffi::OsString, path::PathBuf};

use countersign_metadata::{Date, ModelKey};
use lexopt::{Arg, Parser};

use crate::command_line::{UsageError, once, text};

/// What to do, and with which files.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) action: Action,
    pub(crate) at: Option<Date>,
    pub(crate) roots: Vec<PathBuf>,
    pub(crate) host: Option<String>,
    pub(crate) newer_than: Option<u64>,
    pub(crate) outdated: Outdated,
    /// Where to fetch.
    #[cfg(feature = "fetch")]
    pub(crate) url: Option<String>,
    /// What its server's certificate must lead to.
    #[cfg(feature = "fetch")]
    pub(crate) authorities: Vec<PathBuf>,
}

impl Options {
    /// The exit status where something is wrong: of `diff`, 1 says that the files differ.
    pub(crate) const fn trouble(&self) -> u8 {
        if matches!(self.action, Action::Diff(..)) { 2 } else { 1 }
    }
}

/// What becomes of a file that should have been replaced by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outdated {
    Refused,
    Accepted,
}

/// One of the commands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Action {
    #[cfg(feature = "fetch")]
    Fetch(PathBuf),
    Verify(PathBuf),
    Show(PathBuf, Option<ModelKey>),
    Search(PathBuf, String),
    Diff(PathBuf, PathBuf),
}

/// Reads what follows `metadata`; `None` where help is asked for.
pub(crate) fn parse(mut parser: Parser) -> Result<Option<Options>, UsageError> {
    let (mut at, mut host, mut newer_than) = (None, None, None);
    let (mut roots, mut outdated, mut words) = (Vec::new(), Outdated::Refused, Vec::new());
    #[cfg(feature = "fetch")]
    let (mut url, mut authorities) = (None, Vec::new());
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            Arg::Long("at") => {
                once("--at", &mut at, parsed(&text(&mut parser)?, "a date such as 2026-11-22")?)?;
            }
            Arg::Long("root") => roots.push(PathBuf::from(parser.value()?)),
            Arg::Long("host") => once("--host", &mut host, text(&mut parser)?)?,
            Arg::Long("newer-than") => {
                once("--newer-than", &mut newer_than, parsed(&text(&mut parser)?, "a number")?)?;
            }
            Arg::Long("accept-outdated") => outdated = Outdated::Accepted,
            #[cfg(feature = "fetch")]
            Arg::Long("url") => once("--url", &mut url, text(&mut parser)?)?,
            #[cfg(feature = "fetch")]
            Arg::Long("ca") => authorities.push(PathBuf::from(parser.value()?)),
            Arg::Value(word) => words.push(word),
            other => return Err(other.unexpected().into()),
        }
    }
    let action = action(words)?;
    #[cfg(feature = "fetch")]
    if !matches!(action, Action::Fetch(_)) {
        let given = [("--url", url.is_some()), ("--ca", !authorities.is_empty())];
        if let Some((option, _)) = given.iter().find(|(_, is_given)| *is_given) {
            return Err(UsageError::Without(option, "metadata fetch"));
        }
    }
    Ok(Some(Options {
        action,
        at,
        roots,
        host,
        newer_than,
        outdated,
        #[cfg(feature = "fetch")]
        url,
        #[cfg(feature = "fetch")]
        authorities,
    }))
}

fn action(words: Vec<OsString>) -> Result<Action, UsageError> {
    let mut words = words.into_iter();
    let Some(command) = words.next() else { return Err(UsageError::NoMetadataCommand) };
    let mut file = |what| words.next().map(PathBuf::from).ok_or(UsageError::Missing(what));
    let action = match command.to_str() {
        #[cfg(feature = "fetch")]
        Some("fetch") => Action::Fetch(file("a file")?),
        #[cfg(not(feature = "fetch"))]
        Some("fetch") => return Err(UsageError::NotBuilt("metadata fetch")),
        Some("verify") => Action::Verify(file("a file")?),
        Some("show") => {
            let path = file("a file")?;
            let key =
                words.next().map(|word| parsed(&word.to_string_lossy(), "an AAGUID, AAID or key identifier"));
            Action::Show(path, key.transpose()?)
        }
        Some("search") => {
            let path = file("a file")?;
            let text = words.next().ok_or(UsageError::Missing("a text to look for"))?;
            Action::Search(path, text.to_string_lossy().into_owned())
        }
        Some("diff") => Action::Diff(file("a file")?, file("a second file")?),
        _ => return Err(UsageError::UnknownMetadataCommand(command)),
    };
    match words.next() {
        None => Ok(action),
        Some(word) => Err(lexopt::Error::UnexpectedArgument(word).into()),
    }
}

fn parsed<T: std::str::FromStr>(text: &str, what: &'static str) -> Result<T, UsageError> {
    text.parse().map_err(|_| UsageError::NotA(text.to_owned(), what))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<Option<Options>, UsageError> {
        parse(Parser::from_args(arguments))
    }

    fn sentence(arguments: &[&str]) -> String {
        read(arguments).unwrap_err().to_string()
    }

    #[test]
    fn commands_take_their_files() {
        let action = |arguments: &[&str]| read(arguments).unwrap().unwrap().action;
        assert_eq!(action(&["verify", "a"]), Action::Verify("a".into()));
        assert_eq!(action(&["show", "a"]), Action::Show("a".into(), None));
        let key = "4746#3208".parse().unwrap();
        assert_eq!(action(&["show", "a", "4746#3208"]), Action::Show("a".into(), Some(key)));
        assert_eq!(action(&["search", "a", "yubi"]), Action::Search("a".into(), "yubi".into()));
        assert_eq!(action(&["diff", "a", "b"]), Action::Diff("a".into(), "b".into()));
    }

    #[test]
    fn options_stand_anywhere() {
        let options = read(&[
            "--at=2026-11-22",
            "verify",
            "--root",
            "r",
            "a",
            "--newer-than",
            "7",
            "--accept-outdated",
            "--host=h",
        ]);
        let options = options.unwrap().unwrap();
        assert_eq!((options.at.unwrap().to_string().as_str(), options.newer_than), ("2026-11-22", Some(7)));
        assert_eq!((options.roots, options.host.as_deref()), (vec!["r".into()], Some("h")));
        assert_eq!(options.outdated, Outdated::Accepted);
        assert!(read(&["verify", "--help"]).unwrap().is_none());
    }

    #[cfg(feature = "fetch")]
    #[test]
    fn an_address_is_for_fetching() {
        let options = read(&["fetch", "a", "--url=https://b/", "--ca", "c"]).unwrap().unwrap();
        assert_eq!(options.action, Action::Fetch("a".into()));
        assert_eq!((options.url.as_deref(), options.authorities), (Some("https://b/"), vec!["c".into()]));
        assert_eq!(sentence(&["show", "a", "--ca=c"]), "--ca is for use with metadata fetch");
        assert_eq!(sentence(&["verify", "a", "--url=b"]), "--url is for use with metadata fetch");
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert_eq!(sentence(&[]), "say what to do with metadata: countersign metadata --help");
        assert_eq!(
            sentence(&["burn"]),
            "there is no command “metadata burn”: countersign metadata --help lists what there is"
        );
        assert_eq!(
            sentence(&["diff", "a"]),
            "a second file is missing: countersign --help lists what there is"
        );
        assert_eq!(sentence(&["verify", "a", "--at", "today"]), "\"today\" is not a date such as 2026-11-22");
        assert_eq!(sentence(&["show", "a", "x"]), "\"x\" is not an AAGUID, AAID or key identifier");
        assert_eq!(sentence(&["verify", "a", "--at=2026-01-01", "--at=2026-01-01"]), "--at is given twice");
        assert!(sentence(&["verify", "a", "b"]).starts_with("unexpected argument"));
    }
}
