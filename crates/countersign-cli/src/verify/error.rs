//! Why a ceremony could not be judged.

use std::{io, path::PathBuf};

use countersign::{ConfigurationError, StartError, ceremony::ChallengeLengthError};
use countersign_server::config::ConfigError;

use crate::metadata::error::MetadataCommandError;

/// Why there is no verdict. `Display` ends with the code, but for errors of a configuration, which name their places.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VerifyError {
    /// A file can't be read.
    #[error("can't read {name}: {1} (file-not-read)", name = .0.display())]
    Read(PathBuf, #[source] io::Error),
    /// Standard input is to be two things.
    #[error("standard input can be one of the files only (input-ambiguous)")]
    StandardInputTwice,
    /// The file with the ceremony is not an object with options and a response.
    #[error("{name} is not a ceremony, {{\"options\": …, \"response\": …}}: {1} (ceremony-malformed)", name = .0.display())]
    Ceremony(PathBuf, String),
    /// A case is of one ceremony.
    #[error(
        "a case is of one ceremony, and the file is an archive: leave out --case, or take the ceremony out (case-ambiguous)"
    )]
    CaseOfArchive,
    /// The archive has a response, and not its options.
    #[error("the archive has no options with the challenge of the response (options-missing)")]
    OptionsNotInArchive,
    /// The options can't be read.
    #[error("the options are not those of a ceremony: {0} (options-malformed)")]
    Options(String),
    /// No relying party starts a ceremony with these options.
    #[error("no ceremony can be started with the options: {0} (options-unusable)")]
    Start(#[from] StartError),
    /// The challenge of the options has no length of a challenge.
    #[error("no ceremony can be started with the options: {0} (options-unusable)")]
    Challenge(#[from] ChallengeLengthError),
    /// The options offer no algorithm that can be verified and is accepted.
    #[error("no algorithm of the options is accepted and can be verified (options-unusable)")]
    NoAlgorithm,
    /// The record of the credential can't be read.
    #[error("{name} is not the record of a credential: {1} (record-malformed)", name = .0.display())]
    Record(PathBuf, String),
    /// The server's configuration or the policy can't be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// No relying party can be configured so.
    #[error("no relying party can be like this: {0} (configuration-unusable)")]
    Party(#[from] ConfigurationError),
    /// The RP ID is neither in the options nor given.
    #[error("the options have no RP ID: give it with --rp-id (rp-id-missing)")]
    RpIdMissing,
    /// A trusted attestation is required, and there is nothing to trust.
    #[error("the policy requires attestation: give --metadata or --roots (anchors-missing)")]
    AnchorsMissing,
    /// Roots or metadata were given to a policy that requires no attestation.
    #[error("the policy requires no attestation, so that roots and metadata have no effect (anchors-unused)")]
    AnchorsUnused,
    /// A file of roots is not certificates in PEM.
    #[error("{} has no certificates in PEM (root-malformed)", .0.display())]
    Roots(PathBuf),
    /// The metadata can't be used.
    #[error(transparent)]
    Metadata(#[from] MetadataCommandError),
    /// The case can't be written.
    #[error("can't write {name}: {1} (file-not-written)", name = .0.display())]
    Write(PathBuf, #[source] io::Error),
    /// Standard output can't be written to.
    #[error("standard output can't be written to: {0}")]
    Output(#[source] io::Error),
}
