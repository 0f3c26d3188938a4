//! What the command line says.

use std::{error::Error, ffi::OsString, fmt, net::SocketAddr, path::PathBuf};

use countersign_server::{
    BackupEligibilityChange, Config, Listen, MetadataConfig, MetadataSource, Registrations, UnknownSignals,
};
use lexopt::{Arg, Parser};

use crate::{data_folder, metadata};

/// What `--help` prints.
pub(crate) const HELP: &str = "\
Passkeys from one program: a Web Authentication server with a page.

Usage: countersign serve [OPTION]...
       countersign metadata fetch|verify|show|search|diff FILE... [OPTION]...

countersign metadata --help tells of the FIDO Alliance's list of authenticators. Options of serve:
  --listen ADDRESS   where to listen [localhost:8080]
  --rp-id DOMAIN     the domain that the passkeys belong to [localhost]
  --rp-name NAME     the name that authenticators show [Countersign]
  --origin URL       an address of the page, as browsers write it; may be given several times
                     [http://localhost:PORT for the domain localhost, https://DOMAIN otherwise]
  --metrics-listen ADDRESS
                     where to answer /metrics, for you alone, and /health too [where the page is]
  --metadata FILE    what the FIDO Alliance publishes of authenticators, as downloaded; names them, and tells of
                     compromised ones; read again when it changes
  --metadata-url URL the same, fetched over https when there may be newer, such as https://mds3.fidoalliance.org/;
                     the last good one is kept beside the database
  --metadata-ca FILE the certificates that URL's server must lead to, in PEM; may be given several times [Mozilla's]
  --metadata-root FILE
                     the root that must have signed it, in PEM; may be given several times [those of FIDO's service]
  --attested         let only authenticators register that the metadata vouches for
  --no-unknown-signals
                     never have a browser delete a passkey because it is unknown here; for an old copy of a database,
                     and for several databases of one domain
  --dangerous-backup-upgrade
                     accept a passkey that could not be backed up when it was registered, and can now
  --database FILE    the database [countersign/countersign.sqlite3 in your data folder]
  --check            start no server, but say what keeps one from running, or from accepting the passkeys in the database;
                     not looked at are whether the addresses are free, whether the database can be written to, and
                     what --metadata-url has
  --help             this text
  --version          the version

With no option, open http://localhost:8080. For any other domain, browsers want https: let a proxy speak it.
COUNTERSIGN_LOG says what is logged to standard error, such as debug [info].";

/// What to do.
#[derive(Debug)]
pub(crate) enum Command {
    /// Print [`HELP`].
    Help,
    /// Print the version.
    Version,
    /// Run a server.
    Serve(Config),
    /// Say whether a server could run.
    Check(Config),
    /// Print [`metadata::HELP`].
    MetadataHelp,
    /// Look into a metadata BLOB.
    Metadata(metadata::Options),
}

/// What is wrong with a command line.
#[derive(Debug)]
pub(crate) enum UsageError {
    /// Nothing on it.
    NoCommand,
    /// A command that there isn't.
    UnknownCommand(OsString),
    /// Nothing after `metadata`.
    NoMetadataCommand,
    /// A command after `metadata` that there isn't.
    UnknownMetadataCommand(OsString),
    /// Something that a command needs.
    Missing(&'static str),
    /// A text that is not what it should be.
    NotA(String, &'static str),
    /// An option that there isn't, or without its value.
    Option(lexopt::Error),
    /// An option that is given once, given twice.
    Twice(&'static str),
    /// Two options that say different things of the same.
    Clash(&'static str, &'static str),
    /// An option without the one that it belongs to.
    Without(&'static str, &'static str),
    /// What this program was built without.
    #[cfg(not(feature = "fetch"))]
    NotBuilt(&'static str),
    /// A value of `--listen` that is no address.
    NotAnAddress(String),
    /// No `--database`, and no folder to put it in.
    NoDataFolder,
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCommand => f.write_str("say what to do: countersign serve, or countersign --help"),
            Self::UnknownCommand(command) => {
                write!(
                    f,
                    "there is no command “{}”: countersign --help lists what there is",
                    command.display()
                )
            }
            Self::NoMetadataCommand => {
                f.write_str("say what to do with metadata: countersign metadata --help")
            }
            Self::UnknownMetadataCommand(command) => write!(
                f,
                "there is no command “metadata {}”: countersign metadata --help lists what there is",
                command.display()
            ),
            Self::Missing(what) => write!(f, "{what} is missing: countersign --help lists what there is"),
            Self::NotA(text, what) => write!(f, "{text:?} is not {what}"),
            Self::Option(error) => write!(f, "{error}: countersign --help lists what there is"),
            Self::Clash(one, other) => write!(f, "{one} and {other} clash: give one of them"),
            Self::Without(one, other) => write!(f, "{one} is for use with {other}"),
            #[cfg(not(feature = "fetch"))]
            Self::NotBuilt(what) => {
                write!(f, "this program was built without the feature fetch, which {what} needs")
            }
            Self::Twice(option) => write!(f, "{option} is given twice"),
            Self::NotAnAddress(text) => write!(
                f,
                "{text:?} is not an address to listen on, such as localhost:8080, 127.0.0.1:8080 or [::1]:8080"
            ),
            Self::NoDataFolder => {
                f.write_str("there is no home folder to keep the database in: say where with --database")
            }
        }
    }
}

impl Error for UsageError {}

impl From<lexopt::Error> for UsageError {
    fn from(error: lexopt::Error) -> Self {
        Self::Option(error)
    }
}

/// Reads a command line.
pub(crate) fn parse(mut parser: Parser) -> Result<Command, UsageError> {
    match parser.next()? {
        None => Err(UsageError::NoCommand),
        Some(Arg::Long("help") | Arg::Short('h')) => Ok(Command::Help),
        Some(Arg::Long("version") | Arg::Short('V')) => Ok(Command::Version),
        Some(Arg::Value(command)) if command == "serve" => serve(parser),
        Some(Arg::Value(command)) if command == "metadata" => {
            Ok(metadata::parse(parser)?.map_or(Command::MetadataHelp, Command::Metadata))
        }
        Some(Arg::Value(command)) => Err(UsageError::UnknownCommand(command)),
        Some(other) => Err(other.unexpected().into()),
    }
}

fn serve(mut parser: Parser) -> Result<Command, UsageError> {
    let (mut listen, mut rp_id, mut rp_name, mut database) = (None, None, None, None);
    let (mut origins, mut metadata_roots, mut attested, mut check) = (Vec::new(), Vec::new(), false, false);
    let (mut file, mut url, mut authorities, mut metrics_listen) = (None, None, Vec::new(), None);
    let (mut unknown_signals, mut backup_upgrade) = <(UnknownSignals, BackupEligibilityChange)>::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
            Arg::Long("listen") => once("--listen", &mut listen, address(&text(&mut parser)?)?)?,
            Arg::Long("metrics-listen") => {
                once("--metrics-listen", &mut metrics_listen, address(&text(&mut parser)?)?)?;
            }
            Arg::Long("rp-id") => once("--rp-id", &mut rp_id, text(&mut parser)?)?,
            Arg::Long("rp-name") => once("--rp-name", &mut rp_name, text(&mut parser)?)?,
            Arg::Long("origin") => origins.push(text(&mut parser)?),
            Arg::Long("metadata") => once("--metadata", &mut file, PathBuf::from(parser.value()?))?,
            Arg::Long("metadata-url") => once("--metadata-url", &mut url, text(&mut parser)?)?,
            Arg::Long("metadata-ca") => authorities.push(PathBuf::from(parser.value()?)),
            Arg::Long("metadata-root") => metadata_roots.push(PathBuf::from(parser.value()?)),
            Arg::Long("attested") => attested = true,
            Arg::Long("check") => check = true,
            Arg::Long("no-unknown-signals") => unknown_signals = UnknownSignals::Withheld,
            Arg::Long("dangerous-backup-upgrade") => {
                backup_upgrade = BackupEligibilityChange::DangerousUpgradeAccepted;
            }
            Arg::Long("database") => once("--database", &mut database, PathBuf::from(parser.value()?))?,
            other => return Err(other.unexpected().into()),
        }
    }
    let database = database
        .or_else(|| data_folder::find(|name| std::env::var_os(name)).map(data_folder::database))
        .ok_or(UsageError::NoDataFolder)?;
    let mut config = Config::new(database);
    config.listen = listen.unwrap_or(config.listen);
    config.metrics_listen = metrics_listen;
    config.rp_id = rp_id.unwrap_or(config.rp_id);
    config.rp_name = rp_name.unwrap_or(config.rp_name);
    config.origins = origins;
    config.unknown_signals = unknown_signals;
    config.backup_eligibility_change = backup_upgrade;
    config.metadata = source(file, url, authorities)?.map(MetadataConfig::from_source);
    match &mut config.metadata {
        Some(metadata) => {
            metadata.roots = metadata_roots;
            if attested {
                metadata.registrations = Registrations::Attested;
            }
        }
        None if attested => return Err(UsageError::Without("--attested", "--metadata or --metadata-url")),
        None if metadata_roots.is_empty() => {}
        None => return Err(UsageError::Without("--metadata-root", "--metadata or --metadata-url")),
    }
    Ok(if check { Command::Check(config) } else { Command::Serve(config) })
}

/// Where metadata comes from, if from anywhere.
fn source(
    file: Option<PathBuf>,
    url: Option<String>,
    authorities: Vec<PathBuf>,
) -> Result<Option<MetadataSource>, UsageError> {
    if url.is_none() && !authorities.is_empty() {
        return Err(UsageError::Without("--metadata-ca", "--metadata-url"));
    }
    match (file, url) {
        (Some(_), Some(_)) => Err(UsageError::Clash("--metadata", "--metadata-url")),
        (None, None) => Ok(None),
        (Some(file), None) => Ok(Some(MetadataSource::File(file))),
        #[cfg(feature = "fetch")]
        (None, Some(url)) => {
            let mut config = countersign_server::fetch::FetchConfig::new(url);
            config.authorities = authorities;
            Ok(Some(MetadataSource::Url(config)))
        }
        #[cfg(not(feature = "fetch"))]
        (None, Some(_)) => Err(UsageError::NotBuilt("--metadata-url")),
    }
}

pub(crate) fn once<T>(option: &'static str, slot: &mut Option<T>, value: T) -> Result<(), UsageError> {
    if slot.replace(value).is_some() { Err(UsageError::Twice(option)) } else { Ok(()) }
}

pub(crate) fn text(parser: &mut Parser) -> Result<String, UsageError> {
    parser.value()?.into_string().map_err(|value| lexopt::Error::NonUnicodeValue(value).into())
}

fn address(text: &str) -> Result<Listen, UsageError> {
    let localhost = text.strip_prefix("localhost:").and_then(|port| port.parse().ok()).map(Listen::Localhost);
    localhost
        .or_else(|| text.parse::<SocketAddr>().ok().map(Listen::Address))
        .ok_or_else(|| UsageError::NotAnAddress(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(arguments: &[&str]) -> Config {
        let arguments = ["serve", "--database", "x"].iter().chain(arguments);
        match parse(Parser::from_args(arguments)).unwrap() {
            Command::Serve(config) => config,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn signals_and_changes_of_backup_have_their_options() {
        let plain = config(&[]);
        assert_eq!(plain.unknown_signals, UnknownSignals::Sent);
        assert_eq!(plain.backup_eligibility_change, BackupEligibilityChange::Refused);
        let changed = config(&["--no-unknown-signals", "--dangerous-backup-upgrade"]);
        assert_eq!(changed.unknown_signals, UnknownSignals::Withheld);
        let accepted = BackupEligibilityChange::DangerousUpgradeAccepted;
        assert_eq!(changed.backup_eligibility_change, accepted);
    }

    #[test]
    fn options_say_what_differs() {
        let plain = config(&[]);
        assert_eq!(plain.listen, Listen::Localhost(8080));
        assert_eq!((plain.rp_id.as_str(), plain.origins.len()), ("localhost", 0));

        let config = config(&[
            "--listen=127.0.0.1:9000",
            "--rp-id",
            "example.org",
            "--rp-name",
            "Example",
            "--origin",
            "https://example.org",
            "--origin=https://login.example.org",
            "--metrics-listen=127.0.0.1:9001",
        ]);
        assert_eq!(
            (plain.metrics_listen, config.metrics_listen),
            (None, Some(Listen::Address(([127, 0, 0, 1], 9001).into())))
        );
        assert_eq!(config.listen, Listen::Address(([127, 0, 0, 1], 9000).into()));
        assert_eq!((config.rp_id.as_str(), config.rp_name.as_str()), ("example.org", "Example"));
        assert_eq!(config.origins, ["https://example.org", "https://login.example.org"]);
        assert_eq!(config.database, PathBuf::from("x"));
    }

    fn sentence(arguments: &[&str]) -> String {
        let arguments = ["serve", "--database", "x"].iter().chain(arguments);
        parse(Parser::from_args(arguments)).unwrap_err().to_string()
    }

    #[test]
    fn metadata_is_a_file_with_roots_and_demands() {
        let metadata = config(&["--metadata", "b", "--metadata-root=r"]).metadata.unwrap();
        assert!(matches!(metadata.source, MetadataSource::File(path) if path.as_os_str() == "b"));
        assert_eq!(metadata.roots, [PathBuf::from("r")]);
        assert_eq!(metadata.registrations, Registrations::Any);
        let metadata = config(&["--attested", "--metadata=b"]).metadata.unwrap();
        assert_eq!(metadata.registrations, Registrations::Attested);
        let rest = "is for use with --metadata or --metadata-url";
        assert_eq!(sentence(&["--attested"]), format!("--attested {rest}"));
        assert_eq!(sentence(&["--metadata-root=r"]), format!("--metadata-root {rest}"));
    }

    #[cfg(feature = "fetch")]
    #[test]
    fn metadata_is_fetched_where_that_is_said() {
        let arguments =
            ["--metadata-url=https://a/", "--metadata-ca", "c", "--attested", "--metadata-root=r"];
        let metadata = config(&arguments).metadata.unwrap();
        assert_eq!((metadata.roots, metadata.registrations), (vec!["r".into()], Registrations::Attested));
        let MetadataSource::Url(fetch) = metadata.source else { panic!("not fetched") };
        assert_eq!((fetch.url.as_str(), fetch.authorities), ("https://a/", vec!["c".into()]));
    }

    #[test]
    fn metadata_is_a_file_or_fetched() {
        let both = sentence(&["--metadata=b", "--metadata-url=https://a/"]);
        assert_eq!(both, "--metadata and --metadata-url clash: give one of them");
        let alone = sentence(&["--metadata=b", "--metadata-ca=c"]);
        assert_eq!(alone, "--metadata-ca is for use with --metadata-url");
        let twice = sentence(&["--metadata-url=https://a/", "--metadata-url=https://a/"]);
        assert_eq!(twice, "--metadata-url is given twice");
    }

    #[test]
    fn addresses_are_sockets_or_localhost() {
        assert_eq!(config(&["--listen", "localhost:0"]).listen, Listen::Localhost(0));
        let ipv6 = config(&["--listen", "[::1]:80"]).listen;
        assert_eq!(ipv6, Listen::Address("[::1]:80".parse().unwrap()));
        for text in ["", "8080", "localhost", "localhost:", "localhost:65536", "example.org:80", "127.0.0.1"]
        {
            assert!(matches!(address(text), Err(UsageError::NotAnAddress(_))), "{text}");
        }
    }
}
