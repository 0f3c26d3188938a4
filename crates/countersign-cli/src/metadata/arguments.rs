//! The arguments of `countersign metadata`.

use std::{fmt, mem, path::PathBuf, str::FromStr};

use clap::{Args, Subcommand, error::ErrorKind};
use countersign_metadata::{Date, ModelKey};

#[cfg(not(feature = "fetch"))]
use crate::usage_error::UsageError;

/// The arguments of `countersign metadata`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 after a regular end, 1 after a failure or if show or search finds no model, 2 if the \
    command line is wrong, and 141 if the output is no longer read. That of diff is 1 only if the files differ, and 2 \
    after any failure."
)]
pub(crate) struct MetadataArguments {
    #[command(subcommand)]
    pub(crate) action: Action,
    #[command(flatten)]
    pub(crate) options: CommonOptions,
}

/// The options of all commands, which may be before and after the command.
#[derive(Debug, Default, PartialEq, Eq, Args)]
pub(crate) struct CommonOptions {
    /// Judge as of this day, such as 2026-11-22 [default: now]
    #[arg(long, value_name = "DATE", value_parser = parsed::<Date>)]
    pub(crate) at: Option<Date>,
    /// Root certificate, in PEM, that the file must be signed under; repeatable [default: those of FIDO's service]
    #[arg(long = "root", value_name = "FILE")]
    pub(crate) roots: Vec<PathBuf>,
    /// Host that the signer's certificate must be for [default: mds.fidoalliance.org; any with --root]
    #[arg(long, value_name = "NAME")]
    pub(crate) host: Option<String>,
    /// Reject a file whose number is not higher
    #[arg(long, value_name = "NUMBER")]
    pub(crate) newer_than: Option<u64>,
    /// Accept a file that should have been replaced by now
    #[arg(long, overrides_with = "accept_outdated")]
    pub(crate) accept_outdated: bool,
}

/// A command, and its files.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub(crate) enum Action {
    /// Fetch the newest BLOB over https, and replace FILE with it once it is verified
    #[command(hide = cfg!(not(feature = "fetch")))]
    Fetch {
        #[command(flatten)]
        arguments: FetchArguments,
        #[command(flatten)]
        options: CommonOptions,
    },
    /// Verify the signature and the certificate chain, and print a summary
    Verify {
        /// File with the BLOB
        file: PathBuf,
        #[command(flatten)]
        options: CommonOptions,
    },
    /// List all models, or show one
    #[command(
        after_help = "Exit status: 0 after a regular end, 1 if the model is not in the file or after a failure, 2 if the \
        command line is wrong, and 141 if the output is no longer read."
    )]
    Show {
        /// File with the BLOB
        file: PathBuf,
        /// AAGUID, AAID or attestation key identifier of a model
        #[arg(value_parser = parsed::<ModelKey>)]
        key: Option<ModelKey>,
        #[command(flatten)]
        options: CommonOptions,
    },
    /// List the models whose name or key contains TEXT
    #[command(
        after_help = "Exit status: 0 if a model is found, 1 if none is found or after a failure, 2 if the command line is \
        wrong, and 141 if the output is no longer read."
    )]
    Search {
        /// File with the BLOB
        file: PathBuf,
        /// Text to search for
        text: String,
        #[command(flatten)]
        options: CommonOptions,
    },
    /// List the changes from one file to another
    #[command(
        after_help = "Exit status: 0 if there is no change, 1 if there is one, 2 after a failure or if the command line is \
        wrong, and 141 if the output is no longer read."
    )]
    Diff {
        /// File with the older BLOB
        old: PathBuf,
        /// File with the newer BLOB
        new: PathBuf,
        #[command(flatten)]
        options: CommonOptions,
    },
}

/// The arguments of `countersign metadata fetch`.
#[derive(Debug, PartialEq, Eq, Args)]
pub(crate) struct FetchArguments {
    /// File with the BLOB
    pub(crate) file: PathBuf,
    #[arg(long, help = "Address to fetch from [default: https://mds3.fidoalliance.org/]")]
    pub(crate) url: Option<String>,
    /// Certificates, in PEM, that the https server must lead to; repeatable [default: Mozilla's]
    #[arg(long = "ca", value_name = "FILE")]
    pub(crate) authorities: Vec<PathBuf>,
}

impl MetadataArguments {
    /// Joins the options before and after the command. Fails if one that may be given once is in both places.
    pub(crate) fn join(mut self) -> Result<Self, clap::Error> {
        let CommonOptions { at, roots, host, newer_than, accept_outdated } =
            mem::take(self.action.options_mut());
        let options = &mut self.options;
        join("--at <DATE>", &mut options.at, at)?;
        join("--host <NAME>", &mut options.host, host)?;
        join("--newer-than <NUMBER>", &mut options.newer_than, newer_than)?;
        options.roots.extend(roots);
        options.accept_outdated |= accept_outdated;
        Ok(self)
    }

    /// Fails if this program was built without what the command needs.
    #[cfg(not(feature = "fetch"))]
    pub(crate) const fn check_features(&self) -> Result<(), UsageError> {
        match self.action {
            Action::Fetch { .. } => Err(UsageError::NotBuilt("metadata fetch")),
            _ => Ok(()),
        }
    }

    /// The exit status after a failure: that of `diff` differs from 1, which says that the files differ.
    pub(crate) const fn failure_status(&self) -> u8 {
        if matches!(self.action, Action::Diff { .. }) { 2 } else { 1 }
    }
}

impl Action {
    const fn options_mut(&mut self) -> &mut CommonOptions {
        match self {
            Self::Fetch { options, .. }
            | Self::Verify { options, .. }
            | Self::Show { options, .. }
            | Self::Search { options, .. }
            | Self::Diff { options, .. } => options,
        }
    }
}

fn join<T>(option: &str, before: &mut Option<T>, after: Option<T>) -> Result<(), clap::Error> {
    if before.is_some() && after.is_some() {
        let message = format!("the argument '{option}' cannot be used multiple times");
        return Err(clap::Error::raw(ErrorKind::ArgumentConflict, message));
    }
    *before = before.take().or(after);
    Ok(())
}

fn parsed<T: FromStr<Err: fmt::Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Metadata {
        #[command(flatten)]
        arguments: MetadataArguments,
    }

    fn parse(arguments: &[&str]) -> Result<MetadataArguments, clap::Error> {
        Metadata::try_parse_from(["metadata"].iter().chain(arguments))?.arguments.join()
    }

    #[test]
    fn commands_take_their_files() {
        let action = |arguments: &[&str]| parse(arguments).unwrap().action;
        let options = CommonOptions::default;
        assert_eq!(action(&["verify", "a"]), Action::Verify { file: "a".into(), options: options() });
        assert_eq!(action(&["show", "a"]), Action::Show { file: "a".into(), key: None, options: options() });
        let key = "4746#3208".parse().ok();
        assert_eq!(
            action(&["show", "a", "4746#3208"]),
            Action::Show { file: "a".into(), key, options: options() }
        );
        assert_eq!(
            action(&["search", "a", "yubi"]),
            Action::Search { file: "a".into(), text: "yubi".into(), options: options() }
        );
        assert_eq!(
            action(&["diff", "a", "b"]),
            Action::Diff { old: "a".into(), new: "b".into(), options: options() }
        );
    }

    #[test]
    fn common_options_may_be_before_and_after_the_command() {
        let arguments = parse(&[
            "--at=2026-11-22",
            "--root=q",
            "--accept-outdated",
            "verify",
            "--root",
            "r",
            "a",
            "--newer-than",
            "7",
            "--accept-outdated",
            "--accept-outdated",
            "--host=h",
        ]);
        let options = arguments.unwrap().options;
        assert_eq!(options.at.unwrap().to_string(), "2026-11-22");
        assert_eq!((options.newer_than, options.accept_outdated), (Some(7), true));
        assert_eq!((options.roots, options.host.as_deref()), (vec!["q".into(), "r".into()], Some("h")));
        let options = parse(&["--accept-outdated", "verify", "a"]).unwrap().options;
        assert!(options.accept_outdated);
    }

    #[test]
    fn an_address_is_for_fetching() {
        let action = parse(&["fetch", "a", "--url=https://b/", "--ca", "c"]).unwrap().action;
        let Action::Fetch { arguments: fetch, .. } = action else { panic!("another action") };
        assert_eq!((fetch.file, fetch.url.as_deref()), ("a".into(), Some("https://b/")));
        assert_eq!(fetch.authorities, [PathBuf::from("c")]);
        assert_eq!(parse(&["show", "a", "--ca=c"]).unwrap_err().kind(), ErrorKind::UnknownArgument);
    }

    #[test]
    fn wrong_arguments_are_rejected() {
        for (arguments, kind) in [
            (&["burn"][..], ErrorKind::InvalidSubcommand),
            (&["diff", "a"], ErrorKind::MissingRequiredArgument),
            (&["verify", "a", "--at", "today"], ErrorKind::ValueValidation),
            (&["show", "a", "x"], ErrorKind::ValueValidation),
            (&["verify", "a", "--newer-than", "x"], ErrorKind::ValueValidation),
            (&["verify", "a", "--at=2026-01-01", "--at=2026-01-01"], ErrorKind::ArgumentConflict),
            (&["--at=2026-01-01", "verify", "a", "--at=2026-01-01"], ErrorKind::ArgumentConflict),
            (&["--newer-than", "100", "verify", "--newer-than", "5", "f"], ErrorKind::ArgumentConflict),
            (&["--host=a", "verify", "a", "--host=b"], ErrorKind::ArgumentConflict),
            (&["verify", "a", "b"], ErrorKind::UnknownArgument),
        ] {
            assert_eq!(parse(arguments).unwrap_err().kind(), kind, "{arguments:?}");
        }
        for (arguments, sentence) in [
            (
                &["verify", "a", "--at", "today"][..],
                "invalid value 'today' for '--at <DATE>': not a date of the form YYYY-MM-DD",
            ),
            (
                &["show", "a", "x"],
                "invalid value 'x' for '[KEY]': neither an aaguid, nor a key identifier of 40 hexadecimal digits, nor an aaid such as 4746#3208",
            ),
            (
                &["--host=a", "verify", "a", "--host=b"],
                "the argument '--host <NAME>' cannot be used multiple times",
            ),
        ] {
            let error = parse(arguments).unwrap_err().to_string();
            assert_eq!(error.lines().next(), Some(format!("error: {sentence}").as_str()));
        }
    }
}
