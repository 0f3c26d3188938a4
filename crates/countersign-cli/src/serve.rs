//! `countersign serve`: its arguments, and the sources of the server's configuration that they name.

use std::path::PathBuf;

use clap::Args;
use countersign_server::config::Sources;

use crate::data_folder;
use crate::setting_options::SettingOptions;

/// The arguments of `countersign serve`.
#[derive(Debug, Args)]
#[command(
    after_help = "Every setting is documented in docs/CONFIGURATION.md. All of them can be set in the configuration file, and by \
    environment variables such as COUNTERSIGN_RP_ID; options win over variables, and variables over the file.\n\n\
    For any domain but localhost, browsers require https: use --tls-certificate, or a proxy that provides it.\n\n\
    COUNTERSIGN_LOG sets what is logged to standard error, such as debug [default: info], and \
    COUNTERSIGN_LOG_FORMAT its form: text or json [default: text]."
)]
pub(crate) struct ServeArguments {
    #[arg(
        long,
        value_name = "FILE",
        help = "Configuration file, in TOML [default: the one that COUNTERSIGN_CONFIG names, or none]"
    )]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: SettingOptions,
    /// Start no server, but report everything that is wrong with the configuration, with its place, and what is probably
    /// unintended. Not checked: whether the addresses are free, whether the database is writable, and what --metadata-url
    /// has
    #[arg(long, overrides_with = "check")]
    check: bool,
}

impl ServeArguments {
    /// Whether the server is only checked, and not started.
    pub(crate) const fn is_check(&self) -> bool {
        self.check
    }

    /// The sources of the configuration.
    pub(crate) fn into_sources(self) -> Sources {
        self.settings.add_to(sources(self.config))
    }
}

/// The sources of a configuration that is in this file, if there is one, and in the environment.
pub(crate) fn sources(file: Option<PathBuf>) -> Sources {
    let mut sources = Sources::new().variables(std::env::vars_os());
    if let Some(file) = file {
        sources = sources.file(file);
    }
    match data_folder::database() {
        Some(database) => sources.default_database(database),
        None => sources,
    }
}

#[cfg(test)]
mod tests {
    use clap::{Parser, error::ErrorKind};
    use countersign::Policy;
    use countersign::relying_party::policy::BackupEligibilityChange;
    use countersign_server::config::settings;
    use countersign_server::{
        ClientConfig, Config, LimitsConfig, Listen, MetadataSource, SignUp, TlsConfig, UnknownSignals,
    };

    use super::*;

    #[derive(Debug, Parser)]
    struct Serve {
        #[command(flatten)]
        arguments: ServeArguments,
    }

    fn parse(arguments: &[&str]) -> Result<Serve, clap::Error> {
        Serve::try_parse_from(["serve", "--database", "x"].iter().chain(arguments))
    }

    /// What options alone give.
    fn load(arguments: &[&str]) -> Result<Config, String> {
        let sources = parse(arguments).unwrap().arguments.settings.add_to(Sources::new());
        sources.load().map(|loaded| loaded.config().clone()).map_err(|error| error.to_string())
    }

    fn config(arguments: &[&str]) -> Config {
        load(arguments).unwrap()
    }

    fn is_attested(policy: &Policy) -> bool {
        policy.attestation_policy().is_some()
    }

    #[test]
    fn signals_and_changes_of_backup_have_their_options() {
        let plain = config(&[]);
        assert_eq!(plain.unknown_signals, UnknownSignals::Sent);
        assert_eq!(plain.policy.backup_eligibility_change(), &BackupEligibilityChange::Reject);
        let changed = config(&["--no-unknown-signals", "--dangerous-backup-upgrade"]);
        assert_eq!(changed.unknown_signals, UnknownSignals::Withheld);
        let accepted = BackupEligibilityChange::DangerousAcceptUpgrade;
        assert_eq!(changed.policy, plain.policy.with_backup_eligibility_change(accepted));
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
        let sentence = "--sign-up: sign_up: \"x\" is not one of \"open\", \"invited\", \"closed\"";
        assert_eq!(load(&["--sign-up=x"]).unwrap_err(), sentence);
    }

    #[test]
    fn defaults_are_those_of_the_server_and_options_change_them() {
        let (plain, default) = (config(&[]), Config::new("x"));
        assert_eq!((plain.listen, plain.listen), (default.listen, Listen::Localhost(8080)));
        assert_eq!((&plain.rp_id, &plain.rp_name), (&default.rp_id, &default.rp_name));
        assert_eq!((plain.rp_id.as_str(), plain.rp_name.as_str()), ("localhost", "Countersign"));
        assert_eq!(plain.origins.len(), 0);
        assert_eq!(plain.policy, default.policy);

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
        assert_eq!(config.database.as_str(), "x");
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
            let expected = format!(
                "--client: clients: {text:?} is not a name and a file, such as wiki=/etc/countersign/wiki.secret"
            );
            assert_eq!(load(&["--client=a=b", &format!("--client={text}")]).unwrap_err(), expected);
        }
    }

    #[test]
    fn limits_proxies_and_tls_have_their_options() {
        let plain = config(&[]);
        assert_eq!((&plain.limits, &plain.tls), (&LimitsConfig::default(), &None));
        assert_eq!(plain.proxies.trusted.len(), 0);
        let changed = config(&[
            "--no-limits",
            "--trusted-proxy=10.0.0.0/8",
            "--trusted-proxy",
            "::1",
            "--tls-certificate=c",
            "--tls-key=k",
        ]);
        assert_eq!(changed.limits, LimitsConfig::off());
        assert_eq!(changed.proxies.trusted.len(), 2);
        assert_eq!(changed.tls, Some(TlsConfig::new("c", "k")));
    }

    #[test]
    fn metadata_is_a_file_with_roots_and_demands() {
        let plain = config(&["--metadata", "b", "--metadata-root=r"]);
        assert!(!is_attested(&plain.policy));
        let metadata = plain.metadata.unwrap();
        assert!(matches!(metadata.source, MetadataSource::File(path) if path.as_os_str() == "b"));
        assert_eq!(metadata.roots, [PathBuf::from("r")]);
        assert!(is_attested(&config(&["--attested", "--metadata=b"]).policy));
    }

    #[cfg(feature = "fetch")]
    #[test]
    fn metadata_is_fetched_if_an_address_is_given() {
        let arguments =
            ["--metadata-url=https://a/", "--metadata-ca", "c", "--attested", "--metadata-root=r"];
        let metadata = config(&arguments).metadata.unwrap();
        assert_eq!(metadata.roots, [PathBuf::from("r")]);
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
        assert!(is_attested(&config.policy));
    }

    #[test]
    fn options_that_need_or_exclude_each_other_are_checked() {
        for (arguments, expected) in [
            (
                &["--attested"][..],
                "--attested: policy.preset: attested needs metadata: set metadata.url or metadata.file",
            ),
            (
                &["--metadata-root=r"],
                "--metadata-root: metadata.roots: needs metadata: set metadata.url or metadata.file",
            ),
            (&["--metadata=b", "--metadata-ca=c"], "--metadata-ca: metadata.authorities: needs metadata.url"),
            #[cfg(feature = "fetch")]
            (
                &["--metadata=b", "--metadata-url=https://a/"],
                "--metadata: metadata.file: there is metadata.url too: leave one of them out",
            ),
        ] {
            assert_eq!(load(arguments).unwrap_err(), expected);
        }
        assert_eq!(parse(&["--rp-id=a", "--rp-id=b"]).unwrap_err().kind(), ErrorKind::ArgumentConflict);
    }

    #[test]
    fn addresses_are_sockets_or_localhost() {
        assert_eq!(config(&["--listen", "localhost:0"]).listen, Listen::Localhost(0));
        let ipv6 = config(&["--listen", "[::1]:80"]).listen;
        assert_eq!(ipv6, Listen::Address("[::1]:80".parse().unwrap()));
        for text in ["", "8080", "localhost", "localhost:", "localhost:65536", "example.org:80", "127.0.0.1"]
        {
            let expected = format!(
                "--listen: listen: {text:?} is not an address to listen on, such as localhost:8080, 127.0.0.1:8080 or \
                 [::1]:8080"
            );
            assert_eq!(load(&[&format!("--listen={text}")]).unwrap_err(), expected);
        }
    }

    #[test]
    fn every_option_of_a_setting_is_in_the_help() {
        let help = <Serve as clap::CommandFactory>::command().render_long_help().to_string();
        for option in settings().filter_map(|setting| setting.option) {
            assert!(
                cfg!(not(feature = "fetch")) || help.contains(&format!("--{}", option.name())),
                "{option:?}"
            );
        }
    }
}
