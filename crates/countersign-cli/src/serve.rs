//! `countersign serve`: its arguments, and the server's configuration that they make.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, error::ErrorKind};
use countersign_server::{
    BackupEligibilityChange, ClientConfig, Config, Listen, MetadataConfig, MetadataSource, Registrations,
    SignUp, UnknownSignals,
};

use crate::{data_folder, usage_error::UsageError};

/// The arguments of `countersign serve`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[command(
    after_help = "For any domain but localhost, browsers require https: run the server behind a proxy that provides it.\n\n\
    COUNTERSIGN_LOG sets what is logged to standard error, such as debug [default: info], and \
    COUNTERSIGN_LOG_FORMAT its form: text or json [default: text]."
)]
pub(crate) struct ServeArguments {
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "localhost:8080", value_parser = address)]
    listen: Listen,
    /// Domain that the passkeys belong to (the RP ID)
    #[arg(long, value_name = "DOMAIN", default_value = "localhost")]
    rp_id: String,
    /// Name of the relying party, as authenticators show it
    #[arg(long, value_name = "NAME", default_value = "Countersign", allow_hyphen_values = true)]
    rp_name: String,
    #[arg(
        long = "origin",
        value_name = "URL",
        help = "Origin of the page, as browsers write it; repeatable [default: http://localhost:PORT for the domain \
                localhost, https://DOMAIN otherwise]"
    )]
    origins: Vec<String>,
    /// Who may create an account: everyone, those with an invitation of `countersign invite`, or no one
    #[arg(long, value_name = "WHO", default_value = "open")]
    sign_up: WhoMaySignUp,
    /// Address that users may be sent back to after a sign-in: an origin, or an origin and a path; repeatable
    #[arg(long = "return-to", value_name = "URL")]
    return_addresses: Vec<String>,
    /// Domain whose hosts all get the session's cookie, for applications on other hosts than the page [default: only the
    /// page's host gets it]
    #[arg(long, value_name = "DOMAIN")]
    cookie_domain: Option<String>,
    /// Back end that may ask about sessions, and the file with its secret: 32 random bytes or more, in hexadecimal digits
    /// or base64url; repeatable
    #[arg(long = "client", value_name = "NAME=FILE", value_parser = client)]
    clients: Vec<ClientConfig>,
    /// Separate address for /metrics, which also has /health/live and /health/ready [default: all are at --listen]
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    metrics_listen: Option<Listen>,
    /// FIDO metadata BLOB, as downloaded; names authenticators and flags compromised models; it is read again when
    /// it changes
    #[arg(long, value_name = "FILE", group = "source")]
    metadata: Option<PathBuf>,
    #[arg(
        long,
        value_name = "URL",
        group = "source",
        hide = cfg!(not(feature = "fetch")),
        help = "Address to fetch the FIDO metadata BLOB from, over https, whenever a newer one is due, such as \
                https://mds3.fidoalliance.org/; the last good one is stored: see --metadata-folder"
    )]
    metadata_url: Option<String>,
    /// Certificates, in PEM, that the https server of --metadata-url must lead to; repeatable [default: Mozilla's]
    #[arg(long = "metadata-ca", value_name = "FILE", hide = cfg!(not(feature = "fetch")))]
    metadata_authorities: Vec<PathBuf>,
    /// Root certificate, in PEM, that the metadata must be signed under; repeatable [default: those of FIDO's service]
    #[arg(long = "metadata-root", value_name = "FILE", requires = "source")]
    metadata_roots: Vec<PathBuf>,
    /// Folder for the last good metadata BLOB [default: that of the database file, or the working folder]
    #[arg(long, value_name = "FOLDER", requires = "source")]
    metadata_folder: Option<PathBuf>,
    /// Accept registrations only from authenticators that the metadata vouches for
    #[arg(long, requires = "source", overrides_with = "attested")]
    attested: bool,
    /// Never let a browser delete a passkey because it is unknown here; for an old copy of a database, and for several
    /// databases of one domain
    #[arg(long, overrides_with = "no_unknown_signals")]
    no_unknown_signals: bool,
    /// Accept a passkey that could not be backed up when it was registered, and can be now
    #[arg(long, overrides_with = "dangerous_backup_upgrade")]
    dangerous_backup_upgrade: bool,
    #[arg(
        long,
        value_name = "FILE|URL",
        help = "Database: the path of an SQLite file, or the address of a PostgreSQL database, \
                postgres://USER@HOST/NAME [default: countersign/countersign.sqlite3 in your data folder]"
    )]
    database: Option<PathBuf>,
    /// Start no server, but report whether one could run and accept the passkeys in the database. Not checked: whether
    /// the addresses are free, whether the database is writable, and what --metadata-url has
    #[arg(long, overrides_with = "check")]
    check: bool,
}

/// Who may create an account.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum WhoMaySignUp {
    Open,
    Invited,
    Closed,
}

impl From<WhoMaySignUp> for SignUp {
    fn from(who: WhoMaySignUp) -> Self {
        match who {
            WhoMaySignUp::Open => Self::Open,
            WhoMaySignUp::Invited => Self::Invited,
            WhoMaySignUp::Closed => Self::Closed,
        }
    }
}

impl ServeArguments {
    /// Whether the server is only checked, and not started.
    pub(crate) const fn is_check(&self) -> bool {
        self.check
    }

    /// The configuration that the arguments make.
    pub(crate) fn into_config(self) -> Result<Config, UsageError> {
        let source = source(self.metadata, self.metadata_url, self.metadata_authorities)?;
        let mut config = Config::new(data_folder::given_or_default(self.database)?);
        config.listen = self.listen;
        config.metrics_listen = self.metrics_listen;
        config.rp_id = self.rp_id;
        config.rp_name = self.rp_name;
        config.origins = self.origins;
        config.sign_up = self.sign_up.into();
        config.return_addresses = self.return_addresses;
        config.cookie_domain = self.cookie_domain;
        config.clients = self.clients;
        if self.no_unknown_signals {
            config.unknown_signals = UnknownSignals::Withheld;
        }
        if self.dangerous_backup_upgrade {
            config.backup_eligibility_change = BackupEligibilityChange::DangerousAcceptUpgrade;
        }
        config.metadata = source.map(|source| {
            let mut metadata = MetadataConfig::from_source(source);
            metadata.roots = self.metadata_roots;
            metadata.folder = self.metadata_folder;
            if self.attested {
                metadata.registrations = Registrations::Attested;
            }
            metadata
        });
        Ok(config)
    }
}

/// The source of metadata, if there is one.
fn source(
    file: Option<PathBuf>,
    url: Option<String>,
    authorities: Vec<PathBuf>,
) -> Result<Option<MetadataSource>, UsageError> {
    let Some(url) = url else {
        if !authorities.is_empty() {
            // Clap drops such a requirement if the required argument conflicts with a given one.
            let message = "--metadata-ca requires --metadata-url";
            return Err(clap::Error::raw(ErrorKind::MissingRequiredArgument, message).into());
        }
        return Ok(file.map(MetadataSource::File));
    };
    #[cfg(feature = "fetch")]
    {
        let mut config = countersign_server::fetch::FetchConfig::new(url);
        config.authorities = authorities;
        Ok(Some(MetadataSource::Url(config)))
    }
    #[cfg(not(feature = "fetch"))]
    {
        drop((url, authorities));
        Err(UsageError::NotBuilt("--metadata-url"))
    }
}

fn address(text: &str) -> Result<Listen, &'static str> {
    let localhost = text.strip_prefix("localhost:").and_then(|port| port.parse().ok()).map(Listen::Localhost);
    localhost
        .or_else(|| text.parse::<SocketAddr>().ok().map(Listen::Address))
        .ok_or("an address to listen on is such as localhost:8080, 127.0.0.1:8080 or [::1]:8080")
}

fn client(text: &str) -> Result<ClientConfig, &'static str> {
    let parts = text.split_once('=').filter(|(name, file)| !name.is_empty() && !file.is_empty());
    let client = parts.map(|(name, file)| ClientConfig::new(name, file));
    client.ok_or("a client is a name and a file, such as wiki=/etc/countersign/wiki.secret")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Serve {
        #[command(flatten)]
        arguments: ServeArguments,
    }

    fn parse(arguments: &[&str]) -> Result<Serve, clap::Error> {
        Serve::try_parse_from(["serve", "--database", "x"].iter().chain(arguments))
    }

    fn config(arguments: &[&str]) -> Config {
        parse(arguments).unwrap().arguments.into_config().unwrap()
    }

    #[test]
    fn signals_and_changes_of_backup_have_their_options() {
        let plain = config(&[]);
        assert_eq!(plain.unknown_signals, UnknownSignals::Sent);
        assert_eq!(plain.backup_eligibility_change, BackupEligibilityChange::Reject);
        let changed = config(&["--no-unknown-signals", "--dangerous-backup-upgrade"]);
        assert_eq!(changed.unknown_signals, UnknownSignals::Withheld);
        let accepted = BackupEligibilityChange::DangerousAcceptUpgrade;
        assert_eq!(changed.backup_eligibility_change, accepted);
    }

    #[test]
    fn sign_up_is_open_invited_or_closed() {
        for (arguments, expected) in [
            (&[][..], SignUp::Open),
            (&["--sign-up=open"], SignUp::Open),
            (&["--sign-up", "invited"], SignUp::Invited),
            (&["--sign-up=closed"], SignUp::Closed),
        ] {
            assert_eq!(config(arguments).sign_up, expected, "{arguments:?}");
        }
        assert_eq!(parse(&["--sign-up=x"]).unwrap_err().kind(), ErrorKind::InvalidValue);
    }

    #[test]
    fn defaults_are_those_of_the_server_and_options_change_them() {
        let (plain, default) = (config(&[]), Config::new("x"));
        assert_eq!((plain.listen, plain.listen), (default.listen, Listen::Localhost(8080)));
        assert_eq!((&plain.rp_id, &plain.rp_name), (&default.rp_id, &default.rp_name));
        assert_eq!((plain.rp_id.as_str(), plain.rp_name.as_str()), ("localhost", "Countersign"));
        assert_eq!(plain.origins.len(), 0);

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
        assert_eq!(config.database, "x");
    }

    #[test]
    fn a_login_of_other_applications_has_addresses_a_domain_and_clients() {
        let plain = config(&[]);
        assert_eq!((plain.return_addresses.len(), plain.cookie_domain, plain.clients.len()), (0, None, 0));
        let config = config(&[
            "--return-to=https://app.example.org",
            "--return-to",
            "https://example.org/wiki",
            "--cookie-domain=example.org",
            "--client",
            "wiki=/etc/a=b",
            "--client=mail=m",
        ]);
        assert_eq!(config.return_addresses, ["https://app.example.org", "https://example.org/wiki"]);
        assert_eq!(config.cookie_domain.as_deref(), Some("example.org"));
        assert_eq!(config.clients, [ClientConfig::new("wiki", "/etc/a=b"), ClientConfig::new("mail", "m")]);
        for text in ["wiki", "=file", "wiki=", ""] {
            let error = parse(&["--client", text]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ValueValidation, "{text}");
        }
    }

    #[test]
    fn metadata_is_a_file_with_roots_and_demands() {
        let metadata = config(&["--metadata", "b", "--metadata-root=r"]).metadata.unwrap();
        assert!(matches!(metadata.source, MetadataSource::File(path) if path.as_os_str() == "b"));
        assert_eq!(metadata.roots, [PathBuf::from("r")]);
        assert_eq!(metadata.registrations, Registrations::Any);
        let metadata = config(&["--attested", "--metadata=b"]).metadata.unwrap();
        assert_eq!(metadata.registrations, Registrations::Attested);
    }

    #[cfg(feature = "fetch")]
    #[test]
    fn metadata_is_fetched_if_an_address_is_given() {
        let arguments =
            ["--metadata-url=https://a/", "--metadata-ca", "c", "--attested", "--metadata-root=r"];
        let metadata = config(&arguments).metadata.unwrap();
        assert_eq!((metadata.roots, metadata.registrations), (vec!["r".into()], Registrations::Attested));
        let MetadataSource::Url(fetch) = metadata.source else { panic!("not fetched") };
        assert_eq!((fetch.url.as_str(), fetch.authorities), ("https://a/", vec!["c".into()]));
    }

    #[test]
    fn flags_may_be_repeated_and_a_name_may_begin_with_a_hyphen() {
        let flags = ["--attested", "--no-unknown-signals", "--dangerous-backup-upgrade", "--check"];
        let arguments = [&["--metadata=b", "--rp-name", "-x"], &flags[..], &flags[..]].concat();
        assert!(parse(&arguments).unwrap().arguments.is_check());
        let config = config(&arguments);
        assert_eq!(config.rp_name, "-x");
        assert_eq!(config.unknown_signals, UnknownSignals::Withheld);
        assert_eq!(config.backup_eligibility_change, BackupEligibilityChange::DangerousAcceptUpgrade);
        assert_eq!(config.metadata.unwrap().registrations, Registrations::Attested);
    }

    #[test]
    fn options_that_need_or_exclude_each_other_are_checked() {
        use clap::error::ErrorKind::{ArgumentConflict, MissingRequiredArgument};
        for (arguments, kind) in [
            (&["--attested"][..], MissingRequiredArgument),
            (&["--metadata-root=r"], MissingRequiredArgument),
            (&["--metadata=b", "--metadata-url=https://a/"], ArgumentConflict),
            (&["--rp-id=a", "--rp-id=b"], ArgumentConflict),
        ] {
            assert_eq!(parse(arguments).unwrap_err().kind(), kind, "{arguments:?}");
        }
        for arguments in [&["--metadata-ca=c"][..], &["--metadata=b", "--metadata-ca=c"]] {
            let error = parse(arguments).unwrap().arguments.into_config().unwrap_err();
            assert_eq!(error.to_string(), "--metadata-ca requires --metadata-url; see --help");
        }
    }

    #[test]
    fn addresses_are_sockets_or_localhost() {
        assert_eq!(config(&["--listen", "localhost:0"]).listen, Listen::Localhost(0));
        let ipv6 = config(&["--listen", "[::1]:80"]).listen;
        assert_eq!(ipv6, Listen::Address("[::1]:80".parse().unwrap()));
        for text in ["", "8080", "localhost", "localhost:", "localhost:65536", "example.org:80", "127.0.0.1"]
        {
            assert!(address(text).is_err(), "{text}");
        }
    }
}
