//! The arguments of `countersign verify`.

use std::path::PathBuf;

use clap::Args;
use countersign::types::base64url;
use countersign::{CredentialId, Timestamp, UserHandle};

use crate::time::time;

/// The arguments of `verify`.
#[derive(Debug, Args)]
#[command(
    after_help = "FILE is {\"options\": …, \"response\": …}, perhaps with \"record\": what a server sent to the page, and what the \
    page sent back. A file can be -, which is standard input.\n\n\
    The challenge and, without a policy, the requirements are those of the options. With --config or --policy, the stricter \
    of options and policy decides in each point, as at the end of a ceremony of the server.\n\n\
    Examples:\n  \
    countersign verify ceremony.json\n  \
    countersign verify --options options.json --response response.json --origin https://login.example.org\n  \
    countersign verify sign-in.json --record record.json --lenient\n  \
    countersign verify ceremony.json --config /etc/countersign/countersign.toml --now 2026-11-30T08:00:00Z --json\n  \
    countersign verify session.har\n  \
    countersign verify ceremony.json --case case.json --anonymous\n\n\
    Nothing is sent anywhere, and nothing is stored but FILE of --case.\n\n\
    Exit status: 0 if the response is accepted, 1 if it is rejected, 2 if there is no verdict or the command line is wrong, \
    and 141 if the output is no longer read. Of an archive, the worst ceremony decides."
)]
#[expect(clippy::struct_excessive_bools, reason = "they are flags of the command line")]
pub(crate) struct VerifyArguments {
    /// File with options and response together, or an HTTP archive (HAR) whose ceremonies are judged
    #[arg(value_name = "FILE", conflicts_with_all = ["options", "response"], required_unless_present = "options")]
    pub(crate) ceremony: Option<PathBuf>,
    /// File with the options, in JSON as the page got them
    #[arg(long, value_name = "FILE", requires = "response")]
    pub(crate) options: Option<PathBuf>,
    /// File with the response, in JSON as the page sent it
    #[arg(long, value_name = "FILE", requires = "options")]
    pub(crate) response: Option<PathBuf>,
    #[arg(
        long,
        value_name = "FILE",
        help = "File with the stored record of the credential: as countersign writes it, as in a conformance case, what verify \
                --json printed for the registration, or as SimpleWebAuthn, py_webauthn, go-webauthn, java-webauthn-server or \
                webauthn-rs stores it"
    )]
    pub(crate) record: Option<PathBuf>,
    /// Credential ID that is registered already, in base64url; repeatable
    #[arg(long = "registered", value_name = "ID", value_parser = credential_id)]
    pub(crate) registered: Vec<CredentialId>,
    /// User handle of the account, in base64url, if the user was identified before the sign-in [default: the record's, if
    /// the options list credentials]
    #[arg(long, value_name = "HANDLE", value_parser = user_handle)]
    pub(crate) user: Option<UserHandle>,
    /// The passkey was created without asking the user: mediation was conditional
    #[arg(long, overrides_with = "conditional")]
    pub(crate) conditional: bool,
    /// RP ID [default: that of the options]
    #[arg(long, value_name = "DOMAIN")]
    pub(crate) rp_id: Option<String>,
    /// Accepted origin; repeatable [default: <https://DOMAIN>, and any port of localhost]
    #[arg(long = "origin", value_name = "ORIGIN")]
    pub(crate) origins: Vec<String>,
    /// Configuration file of a server, in TOML: its RP ID, origins, policy and metadata judge
    #[arg(long, value_name = "FILE", conflicts_with_all = ["policy", "rp_id", "origins"])]
    pub(crate) config: Option<PathBuf>,
    /// File with a policy, in TOML: the table [policy] of a server's configuration
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// FIDO metadata BLOB: attestations must lead to a root of their model, and the model must be accepted
    #[arg(long, value_name = "FILE", conflicts_with = "roots")]
    pub(crate) metadata: Option<PathBuf>,
    /// Root certificate, in PEM, that the BLOB must be signed under; repeatable [default: those of FIDO's service]
    #[arg(long = "metadata-root", value_name = "FILE")]
    pub(crate) metadata_roots: Vec<PathBuf>,
    /// Certificates, in PEM, one of which attestations must lead to
    #[arg(long, value_name = "FILE")]
    pub(crate) roots: Option<PathBuf>,
    /// Day or time of the response, such as 2026-11-30T08:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) now: Option<Timestamp>,
    /// Day or time at which the options were issued [default: that of the response, so that none is too late]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) issued: Option<Timestamp>,
    /// If the response is rejected, list the single changes that would accept it, and what each gives up
    #[arg(long, overrides_with = "lenient")]
    pub(crate) lenient: bool,
    /// Print the judgement as one line of JSON; docs/VERIFY.md describes it
    #[arg(long, overrides_with = "json")]
    pub(crate) json: bool,
    /// File to write a conformance suite to whose case has this verdict; a file is replaced
    #[arg(long, value_name = "FILE")]
    pub(crate) case: Option<PathBuf>,
    /// Replace the user's names, handles and IDs in the case, as far as no signature covers them
    #[arg(long, requires = "case", overrides_with = "anonymous")]
    pub(crate) anonymous: bool,
}

fn credential_id(text: &str) -> Result<CredentialId, &'static str> {
    let bytes = base64url::decode(text).ok();
    bytes.and_then(CredentialId::new).ok_or("a credential ID in base64url without padding expected")
}

fn user_handle(text: &str) -> Result<UserHandle, &'static str> {
    let bytes = base64url::decode(text).ok();
    bytes
        .and_then(UserHandle::new)
        .ok_or("a user handle of 1 to 64 bytes in base64url without padding expected")
}
