//! The arguments of `countersign metadata`.

use std::{fmt, path::PathBuf, str::FromStr};

use clap::{Args, Subcommand};
use countersign_metadata::{Date, ModelKey};

#[cfg(not(feature = "fetch"))]
use crate::usage_error::UsageError;

/// The arguments of `countersign metadata`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 if all is well, 1 if a file is rejected, a model is unknown or something else failed, \
    2 if the command line is wrong, and 141 if the output is no longer read. That of diff is 1 only if the files differ, \
    and 2 after any failure."
)]
pub(crate) struct MetadataArguments {
    #[command(subcommand)]
    pub(crate) action: Action,
    /// Judge as of this day, such as 2026-11-22 [default: now]
    #[arg(long, value_name = "DATE", global = true, value_parser = parsed::<Date>)]
    pub(crate) at: Option<Date>,
    /// Root certificate, in PEM, that the file must be signed under; repeatable [default: those of FIDO's service]
    #[arg(long = "root", value_name = "FILE", global = true)]
    pub(crate) roots: Vec<PathBuf>,
    /// Host that the signer's certificate must be for [default: mds.fidoalliance.org; any with --root]
    #[arg(long, value_name = "NAME", global = true)]
    pub(crate) host: Option<String>,
    /// Reject a file whose number is not higher
    #[arg(long, value_name = "NUMBER", global = true)]
    pub(crate) newer_than: Option<u64>,
    /// Accept a file that should have been replaced by now
    #[arg(long, global = true)]
    pub(crate) accept_outdated: bool,
}

/// A command, and its files.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub(crate) enum Action {
    /// Fetch the newest BLOB over https, and replace FILE with it once it is verified
    #[command(hide = cfg!(not(feature = "fetch")))]
    Fetch(FetchArguments),
    /// Verify the signature and the certificate chain, and print a summary
    Verify {
        /// File with the BLOB
        file: PathBuf,
    },
    /// List all models, or show one
    Show {
        /// File with the BLOB
        file: PathBuf,
        /// AAGUID, AAID or attestation key identifier of a model
        #[arg(value_parser = parsed::<ModelKey>)]
        key: Option<ModelKey>,
    },
    /// List the models whose name or key contains TEXT
    Search {
        /// File with the BLOB
        file: PathBuf,
        /// Text to search for
        text: String,
    },
    /// List the changes from one file to another
    Diff {
        /// File with the older BLOB
        old: PathBuf,
        /// File with the newer BLOB
        new: PathBuf,
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
    /// Fails if this program was built without what the command needs.
    #[cfg(not(feature = "fetch"))]
    pub(crate) const fn check_features(&self) -> Result<(), UsageError> {
        match self.action {
            Action::Fetch(_) => Err(UsageError::NotBuilt("metadata fetch")),
            _ => Ok(()),
        }
    }

    /// The exit status after a failure: that of `diff` differs from 1, which says that the files differ.
    pub(crate) const fn failure_status(&self) -> u8 {
        if matches!(self.action, Action::Diff { .. }) { 2 } else { 1 }
    }
}

fn parsed<T: FromStr<Err: fmt::Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

#[cfg(test)]
mod tests {
    use clap::{Parser, error::ErrorKind};

    use super::*;

    #[derive(Debug, Parser)]
    struct Metadata {
        #[command(flatten)]
        arguments: MetadataArguments,
    }

    fn parse(arguments: &[&str]) -> Result<MetadataArguments, clap::Error> {
        Metadata::try_parse_from(["metadata"].iter().chain(arguments)).map(|parsed| parsed.arguments)
    }

    #[test]
    fn commands_take_their_files() {
        let action = |arguments: &[&str]| parse(arguments).unwrap().action;
        assert_eq!(action(&["verify", "a"]), Action::Verify { file: "a".into() });
        assert_eq!(action(&["show", "a"]), Action::Show { file: "a".into(), key: None });
        let key = "4746#3208".parse().ok();
        assert_eq!(action(&["show", "a", "4746#3208"]), Action::Show { file: "a".into(), key });
        assert_eq!(
            action(&["search", "a", "yubi"]),
            Action::Search { file: "a".into(), text: "yubi".into() }
        );
        assert_eq!(action(&["diff", "a", "b"]), Action::Diff { old: "a".into(), new: "b".into() });
    }

    #[test]
    fn common_options_may_be_before_and_after_the_command() {
        let arguments = parse(&[
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
        let arguments = arguments.unwrap();
        assert_eq!(arguments.at.unwrap().to_string(), "2026-11-22");
        assert_eq!((arguments.newer_than, arguments.accept_outdated), (Some(7), true));
        assert_eq!((arguments.roots, arguments.host.as_deref()), (vec!["r".into()], Some("h")));
    }

    #[test]
    fn an_address_is_for_fetching() {
        let Action::Fetch(fetch) = parse(&["fetch", "a", "--url=https://b/", "--ca", "c"]).unwrap().action
        else {
            panic!("another action")
        };
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
            (&["verify", "a", "b"], ErrorKind::UnknownArgument),
        ] {
            assert_eq!(parse(arguments).unwrap_err().kind(), kind, "{arguments:?}");
        }
    }
}
