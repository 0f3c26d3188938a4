//! The arguments of `countersign inspect`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use countersign_inspect::Kind;
use countersign_metadata::Date;

use super::color::ColorChoice;

/// The arguments of `countersign inspect`.
#[derive(Debug, Args)]
#[command(
    after_help = "Recognised are: options and responses of ceremonies, in the form of toJSON() and in older ones; client data, \
    authenticator data, attestation objects and their statements; public keys (COSE, SubjectPublicKeyInfo, JWK); \
    certificates and chains; structures of TPMs, Android key descriptions, App Attest; FIDO metadata; revocation and status \
    lists; sealed states; stored credentials of several libraries; origins and RP IDs; HAR files and lines of logs, with every \
    ceremony in them. \
    Each may be JSON, base64, base64url, hexadecimal digits (also after \\x), PEM, DER or CBOR.\n\n\
    Examples:\n  \
    countersign inspect response.json\n  \
    countersign inspect o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YQ\n  \
    psql -Atc 'SELECT public_key FROM passkeys LIMIT 1' | countersign inspect -\n  \
    countersign inspect --metadata blob.jwt session.har\n  \
    countersign inspect --as authenticator-data --json data.bin\n\n\
    Nothing is sent and nothing is written but the explanation. Exit status: 0 after a regular end, 1 if an input was not \
    recognised or after a failure, 2 if the command line is wrong, and 141 if the output is no longer read."
)]
pub(crate) struct InspectArguments {
    /// File to explain, or text, or - for standard input [default: standard input]; a text that begins with - is after --
    #[arg(value_name = "FILE|TEXT|-")]
    pub(crate) inputs: Vec<String>,
    /// Read every input as this kind, whatever it looks like
    #[arg(long = "as", value_name = "KIND", value_parser = kinds(), hide_possible_values = true)]
    pub(crate) kind: Option<Kind>,
    /// Print JSON, by docs/inspect.schema.json
    #[arg(long, overrides_with = "json")]
    pub(crate) json: bool,
    /// Show long bytes whole
    #[arg(long, overrides_with = "full")]
    pub(crate) full: bool,
    /// Show the address of the section that defines each part
    #[arg(long, overrides_with = "sources")]
    pub(crate) sources: bool,
    /// FIDO metadata BLOB to look authenticator models up in
    #[arg(long, value_name = "FILE")]
    pub(crate) metadata: Option<PathBuf>,
    /// Root certificate, in PEM, that the metadata must be signed under; repeatable [default: those of FIDO's service]
    #[arg(long = "root", value_name = "FILE", requires = "metadata")]
    pub(crate) roots: Vec<PathBuf>,
    /// Judge certificates and statuses as of this day, such as 2026-11-22 [default: now]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) at: Option<Date>,
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        value_parser = ["auto", "always", "never"],
        help = "Use colors; NO_COLOR in the environment turns them off for auto"
    )]
    color: String,
}

impl InspectArguments {
    /// When to use colors.
    pub(super) fn color(&self) -> ColorChoice {
        match self.color.as_str() {
            "always" => ColorChoice::Always,
            "never" => ColorChoice::Never,
            _ => ColorChoice::Auto,
        }
    }
}

fn kinds() -> impl clap::builder::TypedValueParser<Value = Kind> {
    let words = Kind::ALL.iter().map(|kind| kind.as_str());
    PossibleValuesParser::new(words).try_map(|word| word.parse::<Kind>())
}

fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|error: countersign_metadata::DateError| error.to_string())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Inspect {
        #[command(flatten)]
        arguments: InspectArguments,
    }

    fn parse(arguments: &[&str]) -> Result<InspectArguments, clap::Error> {
        Ok(Inspect::try_parse_from(["inspect"].iter().chain(arguments))?.arguments)
    }

    #[test]
    fn inputs_and_options_are_read() {
        let arguments = parse(&["--as", "cose-key", "a", "-", "--color=never", "--", "-7_x"]).unwrap();
        assert_eq!(arguments.inputs, ["a", "-", "-7_x"]);
        assert_eq!((arguments.kind, arguments.color()), (Some(Kind::CoseKey), ColorChoice::Never));
        assert!(parse(&[]).unwrap().inputs.is_empty());
    }

    #[test]
    fn wrong_options_are_rejected() {
        for arguments in [&["--as", "key"][..], &["--root", "a"], &["--at", "today"], &["--color", "blue"]] {
            assert!(parse(arguments).is_err(), "{arguments:?}");
        }
        let sentence = parse(&["--as", "cose-kee", "a"]).unwrap_err().to_string();
        assert!(sentence.contains("cose-key"), "{sentence}");
    }
}
