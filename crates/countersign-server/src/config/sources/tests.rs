//! Files, variables and options: which wins, and what is said about their faults.

use std::fs;

use tempfile::TempDir;

use super::*;
use crate::client_address::ForwardedField;
use crate::config::configuration::Listen;
use crate::limits::config::LimitsConfig;
use crate::tls::TlsConfig;

/// A folder with a configuration file, and its sources with a database.
fn file(text: &str) -> (TempDir, PathBuf, Sources) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("countersign.toml");
    fs::write(&path, text).unwrap();
    let sources = Sources::new().file(&path).default_database("x");
    (folder, path, sources)
}

fn variables(variables: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect()
}

/// What is wrong with the text of a file, with `FILE` for its path.
fn problems(text: &str) -> Vec<String> {
    let (_folder, path, sources) = file(text);
    let error = sources.load().unwrap_err().to_string();
    error.replace(&path.display().to_string(), "FILE").lines().map(str::to_owned).collect()
}

#[test]
fn options_win_over_variables_and_variables_over_the_file() {
    let (_folder, path, sources) = file(
        "rp_id = \"file.example\"\nrp_name = \"File\"\norigins = [\"https://file.example\", \"https://a.file.example\"]\n\
         listen = \"127.0.0.1:1\"\n[metrics]\nlisten = \"127.0.0.1:2\"\n",
    );
    let sources = sources.variables(variables(&[
        ("COUNTERSIGN_RP_ID", "variable.example"),
        ("COUNTERSIGN_RP_NAME", "Variable"),
        ("COUNTERSIGN_ORIGINS", "https://variable.example, https://b.variable.example"),
        ("RP_ID", "unrelated"),
    ]));
    let sources = sources.option("rp_id", ["option.example"]).option("origins", ["https://option.example"]);
    let loaded = sources.load().unwrap();
    let config = loaded.config();
    assert_eq!((config.rp_id.as_str(), config.rp_name.as_str()), ("option.example", "Variable"));
    assert_eq!(config.origins, ["https://option.example"]);
    let address = |port| Listen::Address(([127, 0, 0, 1], port).into());
    assert_eq!((config.listen, config.metrics_listen), (address(1), Some(address(2))));
    assert_eq!(loaded.place_of("rp_id", None).to_string(), "--rp-id");
    assert_eq!(loaded.place_of("rp_name", None).to_string(), "COUNTERSIGN_RP_NAME");
    assert_eq!(loaded.place_of("listen", None).to_string(), format!("{}:4:10", path.display()));
    assert_eq!(loaded.place_of("clients", None).to_string(), "clients, by default");
    assert!(loaded.warnings().is_empty());
}

#[test]
fn the_variable_names_the_file_if_no_option_does() {
    let (_folder, path, _) = file("rp_name = \"File\"");
    let named = Sources::new()
        .default_database("x")
        .variables([("COUNTERSIGN_CONFIG".into(), path.into_os_string())]);
    assert_eq!(named.load().unwrap().config().rp_name, "File");
    let (_other, other, _) = file("rp_name = \"Other\"");
    assert_eq!(named.file(other).load().unwrap().config().rp_name, "Other");
}

#[test]
fn everything_that_is_wrong_with_a_file_is_reported_with_its_place() {
    let text = "listen = \"8080\"\nrp_ip = \"example.org\"\n\n[metadata]\nfile = 7\nurk = \"x\"\n[metrik]\nlisten = \"x\"\n\
                [policy]\ntimeout_seconds = \"300\"\norigins = []\n[policy.extensions]\nrequired = [\"prf\", \"é\", 1]\n\
                prf_results = \"drop\"\n";
    assert_eq!(
        problems(text),
        [
            "FILE:1:10: listen: \"8080\" is not an address to listen on, such as localhost:8080, 127.0.0.1:8080 or \
             [::1]:8080",
            "FILE:2:1: there is no setting rp_ip; the nearest is rp_id",
            "FILE:5:8: metadata.file: a path, in quotation marks is expected, not this integer",
            "FILE:6:1: there is no setting metadata.urk; the nearest is metadata.url",
            "FILE:7:2: there is no table metrik; the nearest is metrics",
            "FILE:10:19: policy.timeout_seconds: a number from 1 to 4294967 (seconds) is expected, not this string",
            "FILE:11:1: there is no setting policy.origins; the nearest is policy.top_origins",
            "FILE:13:12: policy.extensions.required: a list of extensions, such as \"prf\", in brackets and with commas \
             between is expected, not this array",
            "FILE:14:15: policy.extensions.prf_results: \"drop\" is not one of \"strip\", \"reject\", \"keep\"",
        ]
    );
}

#[test]
fn the_place_of_a_text_in_a_list_is_its_own() {
    let found = problems("clients = [\n  \"wiki=a\",\n  # é\n  \"é\", \"mail\"]");
    let sentence = |text| {
        format!("clients: {text:?} is not a name and a file, such as wiki=/etc/countersign/wiki.secret")
    };
    assert_eq!(found, [format!("FILE:4:3: {}", sentence("é")), format!("FILE:4:8: {}", sentence("mail"))]);
}

#[test]
fn what_is_not_toml_is_reported_with_its_place_and_nothing_else_of_the_file_is() {
    let found = problems("rp_id = example.org\nlisten = \"8080\"\nrp_name = \"x\n");
    assert!(found.len() >= 2, "{found:?}");
    for problem in &found {
        assert!(problem.starts_with("FILE:") && problem.contains(": this is not TOML: "), "{problem}");
    }
    let twice = problems("rp_id = \"a\"\nrp_id = \"b\"\n");
    assert!(twice[0].starts_with("FILE:2:1: this is not TOML: "), "{twice:?}");
}

#[test]
fn a_table_is_not_a_value_and_a_value_is_not_a_table() {
    assert_eq!(problems("metrics = \"127.0.0.1:1\""), ["FILE:1:1: metrics is a table: write [metrics]"]);
    assert_eq!(
        problems("[rp_id]\nname = \"x\""),
        ["FILE:1:1: rp_id: a domain, in quotation marks is expected, not this table"]
    );
}

#[test]
fn a_file_that_can_not_be_read_is_reported_and_so_is_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.toml");
    let sources = Sources::new().file(&missing).option("listen", ["x"]).default_database("x");
    let error = sources.load().unwrap_err();
    assert_eq!(error.problems.len(), 2, "{error}");
    assert!(
        error.to_string().starts_with(&format!("can't read the configuration file {}: ", missing.display()))
    );
    let (_folder, path, sources) = file("");
    fs::write(&path, b"rp_name = \"\xff\"").unwrap();
    assert!(sources.load().unwrap_err().to_string().ends_with(": it is not text in UTF-8"));
    let folder = Sources::new().file(folder.path()).default_database("x");
    assert!(folder.load().unwrap_err().to_string().ends_with(": is a directory"));
}

#[test]
fn an_unknown_variable_is_a_warning_and_other_programs_have_others() {
    let sources = Sources::new().default_database("x").variables(variables(&[
        ("COUNTERSIGN_RPID", "x"),
        ("COUNTERSIGN_LOG", "debug"),
        ("COUNTERSIGN_CONFIG", "/dev/null"),
        ("HOME", "/"),
    ]));
    let warnings: Vec<_> = sources.load().unwrap().warnings().iter().map(ToString::to_string).collect();
    assert_eq!(warnings, ["COUNTERSIGN_RPID: there is no such setting; it is ignored"]);
}

#[test]
fn a_password_of_a_file_is_in_the_address_and_in_no_message() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("password");
    fs::write(&secret, "p@ss/word\n").unwrap();
    let sources = |database: &str| {
        let secret = secret.display().to_string();
        Sources::new().option("database", [database]).option("database_password_file", [secret])
    };
    let loaded = sources("postgres://ada@db.example.org/x").load().unwrap();
    assert_eq!(loaded.config().database.as_str(), "postgres://ada:p%40ss%2Fword@db.example.org/x");
    let shown = format!("{loaded:?} {:?}", loaded.config());
    assert!(!shown.contains("word@") && !shown.contains("p%40ss"), "{shown}");
    assert_eq!(
        sources("/x.sqlite3").load().unwrap_err().to_string(),
        "--database_password_file: database_password_file: the database is a file, which has no password"
    );
    fs::write(&secret, "\n").unwrap();
    let error = sources("postgres://ada@db.example.org/x").load().unwrap_err().to_string();
    assert!(error.ends_with(&format!("{} is empty", secret.display())), "{error}");
}

#[test]
fn a_variable_with_a_secret_is_not_in_the_debug_output() {
    let sources = Sources::new().variables(variables(&[("COUNTERSIGN_DATABASE", "postgres://a:word@h/d")]));
    let shown = format!("{sources:?} {:?}", sources.load().unwrap());
    assert!(!shown.contains("word"), "{shown}");
}

#[test]
fn what_changed_is_named_and_what_needs_a_restart_too() {
    let (_folder, path, sources) =
        file("rp_id = \"a.example\"\norigins = [\"https://a.example\"]\nclients = []");
    let old = sources.load().unwrap();
    let keys =
        |settings: Vec<&'static Setting>| settings.iter().map(|setting| setting.key).collect::<Vec<_>>();
    assert_eq!(keys(old.changed(&sources.load().unwrap())), [""; 0]);
    fs::write(
        &path,
        "# moved\norigins = [\"https://b.example\"]\nrp_id = \"b.example\"\n[policy]\nbackup = \"reject\"",
    )
    .unwrap();
    let new = sources.load().unwrap();
    assert_eq!(keys(old.changed(&new)), ["rp_id", "origins", "policy.backup"]);
    assert_eq!(keys(old.changed_at_restart(&new)), ["rp_id"]);
}

#[test]
fn limits_are_those_by_default_but_for_what_is_set() {
    let (_folder, _, sources) = file(
        "[proxies]\ntrusted = [\"10.0.0.0/8\", \"::1\"]\nfield = \"forwarded\"\n[limits]\nstarts = \"1/min:2\"\n\
         [tls]\ncertificate = \"c\"\nkey = \"k\"\n",
    );
    let set = "1/min:2".parse().unwrap();
    let loaded = sources.clone().load().unwrap();
    let config = loaded.config();
    assert_eq!(config.limits, LimitsConfig { starts: set, ..LimitsConfig::default() });
    assert_eq!((config.proxies.trusted.len(), config.proxies.field), (2, ForwardedField::Forwarded));
    assert_eq!(config.tls, Some(TlsConfig::new("c", "k")));
    let off = sources.option("limits.off", ["true"]).load().unwrap();
    assert_eq!(off.config().limits, LimitsConfig { starts: set, ..LimitsConfig::off() });
}

#[test]
fn a_wrong_limit_network_or_half_of_tls_is_named_with_its_place() {
    assert_eq!(
        problems("[limits]\nstarts = \"often\"\n[proxies]\ntrusted = [\"10.0.0.1/8\"]\n[tls]\nkey = \"k\"\n")
            .len(),
        3
    );
    assert_eq!(
        problems("[proxies]\nfield = \"forwarded\"\n[tls]\ncertificate = \"c\"\n"),
        ["FILE:2:9: proxies.field: needs proxies.trusted", "FILE:4:15: tls.certificate: needs tls.key"]
    );
}

#[test]
fn a_setting_without_the_one_that_it_needs_is_named() {
    assert_eq!(
        problems("[fido_conformance]\nstatements = \"x\"\n"),
        ["FILE:2:14: fido_conformance.statements: has no effect unless fido_conformance.api is set"]
    );
    let text = "[policy]\npreset = \"attested\"\n[policy.attestation]\nsafetynet_max_age_seconds = 60\n\
                [metadata]\nfile = \"x\"\n";
    assert_eq!(
        problems(text),
        [
            "FILE:4:29: policy.attestation.safetynet_max_age_seconds: has no effect unless formats.safetynet is set"
        ]
    );
    let (_folder, _path, sources) = file(&format!("{text}[formats]\nsafetynet = \"basic-integrity\"\n"));
    sources.load().unwrap();
}
