//! The arguments of `countersign simulate`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use countersign_authenticator::{Fault, Format, Profile};

use super::named::{FAULTS, FORMATS, PROFILES};

/// The arguments of `simulate`.
#[derive(Debug, Args)]
#[command(
    after_help = "For tests: the keys are software keys, kept in a file. Anyone who reads the file can sign in with them.\n\n\
    The options are what a server sends to the page, and the response is printed as the page would send it back: toJSON().\n\n\
    Examples:\n  \
    countersign simulate register --options options.json > response.json\n  \
    curl … | countersign simulate authenticate --options - --origin https://login.example.org\n  \
    countersign simulate authenticate --options options.json --fault origin-other-host-at-authentication\n  \
    countersign simulate register --options options.json --profile windows-hello-rs1\n  \
    countersign simulate root > root.pem\n\n\
    Exit status: 0 after a regular end, 1 if there is no response, 2 if the command line is wrong, and 141 if the output is \
    no longer read."
)]
pub(crate) struct SimulateArguments {
    #[command(subcommand)]
    pub(crate) command: SimulateCommand,
}

/// What to simulate or to print.
#[derive(Debug, Subcommand)]
pub(crate) enum SimulateCommand {
    /// Create a passkey for creation options, and print the response
    Register(RegisterArguments),
    /// Sign request options with one of the passkeys, and print the response
    Authenticate(CeremonyArguments),
    /// List the faults: responses that a right server rejects
    Faults,
    /// List the profiles: what real devices and browsers do
    Profiles,
    /// Print the certificate that simulated attestations lead to, in PEM
    Root {
        /// Attestation that it is for, such as packed or android-key-chain
        #[arg(long, value_name = "FORMAT", value_parser = FORMATS, default_value = "packed", hide_possible_values = true)]
        attestation: Format,
    },
}

/// The arguments of a registration.
#[derive(Debug, Args)]
#[command(
    after_help = "Formats: none, packed, packed-self, packed-chain, tpm, tpm-rs1, android-key, android-key-chain, \
    android-key-factory, android-safetynet, fido-u2f, apple, compound, apple-appattest. A format is used if the options ask \
    for attestation.\n\n\
    Example: countersign simulate register --options options.json --attestation packed"
)]
pub(crate) struct RegisterArguments {
    #[command(flatten)]
    pub(crate) ceremony: CeremonyArguments,
    /// Attestation that is given if the options ask for one [default: that of the fault or profile, or none]
    #[arg(long, value_name = "FORMAT", value_parser = FORMATS, hide_possible_values = true)]
    pub(crate) attestation: Option<Format>,
    /// Create the passkey without asking the user: mediation conditional
    #[arg(long, overrides_with = "conditional")]
    pub(crate) conditional: bool,
}

/// The arguments of both ceremonies.
#[derive(Debug, Args)]
pub(crate) struct CeremonyArguments {
    /// File with the options, in JSON as the page got them; - is standard input. An object around them is skipped:
    /// {"options": …} or {"publicKey": …}
    #[arg(long, value_name = "FILE")]
    pub(crate) options: PathBuf,
    /// File of the keys, readable by its owner only; created if there is none [default: simulated-keys.json in the data
    /// folder of countersign]
    #[arg(long, value_name = "FILE")]
    pub(crate) keys: Option<PathBuf>,
    /// Origin of the page [default: https:// and the RP ID, and <http://localhost:8080> for localhost]
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) origin: Option<String>,
    /// Origin of a page that frames the page
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) top_origin: Option<String>,
    /// Kind of authenticator
    #[arg(long, value_name = "KIND", value_enum, default_value_t = Kind::Platform)]
    pub(crate) authenticator: Kind,
    /// Fault to put into the response: see countersign simulate faults
    #[arg(long, value_name = "NAME", value_parser = FAULTS, hide_possible_values = true, conflicts_with = "profile")]
    pub(crate) fault: Option<&'static Fault>,
    /// Device or browser to imitate: see countersign simulate profiles
    #[arg(long, value_name = "NAME", value_parser = PROFILES, hide_possible_values = true)]
    pub(crate) profile: Option<&'static Profile>,
    /// Seed of all random values: the same seed, keys and options give the same response [default: random]
    #[arg(long, value_name = "TEXT")]
    pub(crate) seed: Option<String>,
}

/// A kind of authenticator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Part of the device: discoverable passkeys
    Platform,
    /// A phone: discoverable passkeys, backed up
    Phone,
    /// A security key: a signature counter, discoverable on request
    SecurityKey,
}
