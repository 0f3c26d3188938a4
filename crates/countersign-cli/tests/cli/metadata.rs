//! `countersign metadata`, with BLOBs of the tests.

use std::process::{Command, Output, Stdio};
use std::{fs, path::Path};

use countersign_authenticator::BlobSigner;
use serde_json::{Value, json};

use crate::program::{assert_fails, program, run};

const MODEL: &str = "01010101-0101-0101-0101-010101010101";

fn payload(number: u64, status: &str) -> Value {
    json!({
        "no": number,
        "nextUpdate": "2026-02-01",
        "entries": [{
            "aaguid": MODEL,
            "metadataStatement": {
                "aaguid": MODEL,
                "description": "A \u{1b}key",
                "authenticatorVersion": 2,
                "protocolFamily": "fido2",
                "authenticationAlgorithms": ["secp256r1_ecdsa_sha256_raw"],
                "attestationTypes": ["basic_full"],
                "attestationRootCertificates": [],
            },
            "statusReports": [{"status": status, "effectiveDate": "2025-02-01"}],
        }, {"aaguid": "x"}],
    })
}

/// A folder with two BLOBs and the root of both.
pub(crate) fn folder() -> tempfile::TempDir {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let folder = tempfile::tempdir().unwrap();
    let signer = BlobSigner::new();
    let root = STANDARD.encode(&signer.root);
    let pem = format!("-----BEGIN CERTIFICATE-----\n{root}\n-----END CERTIFICATE-----\n");
    fs::write(folder.path().join("root.pem"), pem).unwrap();
    for (name, number, status) in [("old", 7, "FIDO_CERTIFIED_L1"), ("new", 8, "REVOKED")] {
        fs::write(folder.path().join(name), signer.sign(payload(number, status).to_string().as_bytes()))
            .unwrap();
    }
    folder
}

/// Runs `metadata`. Arguments that name a file of the folder become its path.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let known = |argument: &&str| {
        if folder.join(argument).exists() { path(argument) } else { (*argument).to_owned() }
    };
    let mut all: Vec<String> = arguments.iter().map(known).collect();
    all.insert(0, "metadata".to_owned());
    all.extend(["--root".to_owned(), path("root.pem"), "--at".to_owned(), "2026-01-01".to_owned()]);
    let mut command = program();
    command.args(all);
    command
}

fn metadata(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

#[track_caller]
fn prints(output: &Output, status: i32, lines: &[&str]) {
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(status), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty());
    for line in lines {
        assert!(text.lines().any(|own| own == *line), "{line:?} is not in:\n{text}");
    }
}

#[test]
fn a_blob_is_verified_and_summed_up() {
    let folder = folder();
    let lines = [
        "number                    7",
        "signed by                 signer < ca < root",
        "left out                  1",
        "entry 1 is left out: aaguid does not have its form",
    ];
    prints(&metadata(folder.path(), &["verify", "old"]), 0, &lines);
    prints(
        &metadata(folder.path(), &["verify", "new", "--newer-than", "7"]),
        0,
        &["  compromised or revoked  1"],
    );
}

#[test]
fn models_are_listed_shown_and_searched() {
    let folder = folder();
    let heading = "key                                   name    status             since";
    let row = format!("{MODEL}  A \u{fffd}key  FIDO_CERTIFIED_L1  2025-02-01");
    prints(&metadata(folder.path(), &["show", "old"]), 0, &[heading, &row]);
    prints(&metadata(folder.path(), &["search", "old", "KEY"]), 0, &[heading, &row]);
    prints(&metadata(folder.path(), &["search", "old", "nothing"]), 1, &["key  name  status  since"]);
    prints(
        &metadata(folder.path(), &["show", "old", MODEL]),
        0,
        &["algorithms      secp256r1_ecdsa_sha256_raw", "FIDO_CERTIFIED_L1  2025-02-01"],
    );
    let bitwarden = "d548826e-79b4-db40-a3d8-11116f7e8349";
    let lines = [
        format!("{bitwarden} is not in the file"),
        "it is known as Bitwarden, a name without evidence".into(),
    ];
    prints(&metadata(folder.path(), &["show", "old", bitwarden]), 1, &lines.each_ref().map(String::as_str));
}

#[test]
fn differences_are_listed() {
    let folder = folder();
    let revoked = format!("{MODEL}  A \u{fffd}key  REVOKED since 2025-02-01");
    prints(&metadata(folder.path(), &["diff", "old", "new"]), 1, &["number 7 to 8, 2 changes", &revoked]);
    prints(&metadata(folder.path(), &["diff", "old", "old"]), 0, &["number 7 to 7, 0 changes"]);
}

#[test]
fn a_faulty_file_is_no_difference() {
    let folder = folder();
    fs::write(folder.path().join("bad"), "a.b").unwrap();
    let sentence = format!(
        "{} is rejected (metadata-malformed): the metadata blob is malformed: not a compact jws: not three parts",
        folder.path().join("bad").display()
    );
    for arguments in [["diff", "bad", "new"], ["diff", "old", "bad"]] {
        assert_fails(&metadata(folder.path(), &arguments), 2, &sentence);
    }
    let missing = "missing: No such file or directory (os error 2)";
    assert_fails(&metadata(folder.path(), &["diff", "old", "missing"]), 2, missing);
}

/// Writes a BLOB with these entries to a file of the folder.
fn write(folder: &Path, name: &str, entries: &[Value]) {
    let payload = json!({ "no": 9, "nextUpdate": "2026-02-01", "entries": entries });
    fs::write(folder.join(name), BlobSigner::new().sign(payload.to_string().as_bytes())).unwrap();
}

/// An entry of a model with this description and this status.
fn entry(number: u32, description: &str, status: &str) -> Value {
    let mut entry = payload(0, status)["entries"][0].clone();
    let aaguid = format!("{number:08x}-0101-0101-0101-010101010101");
    entry["aaguid"] = json!(aaguid);
    entry["metadataStatement"]["aaguid"] = json!(aaguid);
    entry["metadataStatement"]["description"] = json!(description);
    entry
}

#[test]
fn no_word_of_a_blob_reaches_the_terminal_as_a_command() {
    let folder = folder();
    let bad = "a\u{1b}[31m\nb\u{202e}c\u{2028}d\u{200b}e\u{3164}f\u{2800}g\u{e0041}h";
    let mut entry = entry(1, bad, bad);
    for member in ["protocolFamily", "authenticationAlgorithms", "attestationTypes", "keyProtection"] {
        let is_list = member != "protocolFamily";
        entry["metadataStatement"][member] = if is_list { json!([bad, bad]) } else { json!(bad) };
    }
    write(folder.path(), "bad", &[entry]);
    let model = "00000001-0101-0101-0101-010101010101";
    for arguments in
        [&["show", "bad"][..], &["show", "bad", model], &["search", "bad", "a"], &["diff", "old", "bad"]]
    {
        let output = metadata(folder.path(), arguments);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("a\u{fffd}[31m\u{fffd}b\u{fffd}c"), "{text}");
        let is_bad = |character: char| {
            (character.is_control() && character != '\n')
                || "\u{202e}\u{2028}\u{200b}\u{3164}\u{2800}\u{e0041}".contains(character)
        };
        assert!(!text.contains(is_bad), "{text:?}");
    }
    let output = metadata(folder.path(), &["verify", "bad", "--root", "no\u{1b}[31m.pem"]);
    assert!(!output.stderr.contains(&0x1b), "{}", String::from_utf8_lossy(&output.stderr));
}

#[cfg(unix)]
#[test]
fn one_long_description_costs_no_long_lines_of_all_models() {
    let folder = folder();
    let long = "a".repeat(200_000);
    let entries: Vec<_> = (1..16_000)
        .map(|number| entry(number, if number == 7 { &long } else { "b" }, "NOT_FIDO_CERTIFIED"))
        .collect();
    write(folder.path(), "long", &entries);
    let [blob, root] = ["long", "root.pem"].map(|name| folder.path().join(name));
    let script = "ulimit -v 400000; exec \"$0\" metadata show \"$1\" --root \"$2\" --at 2026-01-01";
    let mut command = Command::new("sh");
    let output =
        command.args(["-c", script]).arg(program().get_program()).arg(blob).arg(root).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 16_000);
    assert!(text.lines().all(|line| line.chars().count() < 300));
    assert!(text.contains(&("a".repeat(199) + "…")));
}

#[test]
fn a_root_beyond_a_mebibyte_is_not_read() {
    let folder = folder();
    let root = folder.path().join("long.pem");
    fs::write(&root, fs::read(folder.path().join("root.pem")).unwrap().repeat(3000)).unwrap();
    let output = run(&["metadata", "verify", "x", "--root", root.to_str().unwrap()]);
    assert_fails(&output, 1, &format!("{}: it has more than 1048576 bytes", root.display()));
    #[cfg(unix)]
    {
        let output = run(&["metadata", "verify", "x", "--root", "/dev/zero"]);
        assert_fails(&output, 1, "/dev/zero: it has more than 1048576 bytes");
    }
}

#[cfg(feature = "fetch")]
mod fetching {
    use std::path::PathBuf;

    use super::*;
    use crate::https::{Https, Reply};

    /// Runs `metadata fetch` for the file `fetched` of a folder.
    fn fetch(folder: &Path, server: &Https, more: &[&str]) -> Output {
        let file = folder.join("fetched");
        let mut all = vec!["fetch", file.to_str().unwrap(), "--url"];
        let url = server.url();
        let authority = Https::write_authority(folder);
        all.extend([url.as_str(), "--ca", authority.to_str().unwrap()]);
        all.extend(more);
        metadata(folder, &all)
    }

    fn blob(folder: &Path, name: &str) -> Vec<u8> {
        fs::read(folder.join(name)).unwrap()
    }

    fn path(folder: &Path) -> PathBuf {
        folder.join("fetched")
    }

    #[test]
    fn the_newest_is_fetched_once() {
        let (folder, server) = (folder(), Https::start());
        let at = path(folder.path()).display().to_string();
        server.answer(Reply::ok(&["ETag: \"7\""], &blob(folder.path(), "old")));
        let lines = [format!("{at} has the newest now"), "number                    7".into()];
        prints(&fetch(folder.path(), &server, &[]), 0, &lines.each_ref().map(String::as_str));
        assert_eq!(blob(folder.path(), "fetched"), blob(folder.path(), "old"));

        server.answer(Reply::new("304 Not Modified", &[], b""));
        let line = format!("{at} has the newest already");
        prints(&fetch(folder.path(), &server, &[]), 0, &[&line]);
        assert!(server.requests()[1].contains("\r\nif-none-match: \"7\"\r\n"));

        // The validators are not those of the file.
        fs::write(path(folder.path()), "x").unwrap();
        server.answer(Reply::ok(&[], &blob(folder.path(), "new")));
        prints(&fetch(folder.path(), &server, &[]), 0, &["number                    8"]);
        assert!(!server.requests()[2].contains("if-none-match"));
    }

    #[test]
    fn rule_349_a_rejected_download_leaves_the_file() {
        let (folder, server) = (folder(), Https::start());
        let url = server.url();
        server.answer(Reply::ok(&[], &blob(folder.path(), "new")));
        prints(&fetch(folder.path(), &server, &[]), 0, &[]);
        let rollback = "(metadata-rollback): the metadata blob has number 7, and number 8 was seen before";
        let malformed =
            "(metadata-malformed): the metadata blob is malformed: not a compact jws: not three parts";
        for (reply, sentence) in [
            (Reply::ok(&[], &blob(folder.path(), "old")), format!("{url} is rejected {rollback}")),
            (Reply::ok(&[], b"a.b"), format!("{url} is rejected {malformed}")),
            (
                Reply::new("500 Internal Server Error", &[], b""),
                format!("{url}: the metadata server answered with status 500"),
            ),
            (
                Reply::ok(&[], &blob(folder.path(), "new")).without_last(1),
                format!("{url}: the metadata server broke off its answer"),
            ),
        ] {
            server.answer(reply);
            assert_fails(&fetch(folder.path(), &server, &[]), 1, &sentence);
            assert_eq!(blob(folder.path(), "fetched"), blob(folder.path(), "new"));
        }
        // The number is stored even if the file was removed.
        fs::remove_file(path(folder.path())).unwrap();
        server.answer(Reply::ok(&[], &blob(folder.path(), "old")));
        assert_fails(&fetch(folder.path(), &server, &[]), 1, &format!("{url} is rejected {rollback}"));
        assert!(!path(folder.path()).exists());
    }

    #[test]
    fn of_two_fetches_at_once_the_older_one_never_wins() {
        let (folder, server) = (folder(), Https::start());
        let (fetched, authority) = (path(folder.path()), Https::write_authority(folder.path()));
        fs::write(&fetched, "x").unwrap();
        let url = server.url();
        let arguments = ["fetch", "fetched", "--url", &url, "--ca", authority.to_str().unwrap()];
        let late = command(folder.path(), &arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut late = late.unwrap();
        while server.requests().is_empty() && late.try_wait().unwrap().is_none() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        // Another process replaces the file before the answer arrives.
        fs::copy(folder.path().join("new"), &fetched).unwrap();
        server.answer(Reply::ok(&["ETag: \"7\""], &blob(folder.path(), "old")));
        let line = format!("{} has a newer one already", fetched.display());
        prints(&late.wait_with_output().unwrap(), 0, &[&line, "number                    8"]);
        assert_eq!(blob(folder.path(), "fetched"), blob(folder.path(), "new"));
        assert!(!folder.path().join("fetched.fetched").exists());
    }

    #[test]
    fn a_full_disk_leaves_the_file() {
        let (folder, server) = (folder(), Https::start());
        fs::copy(folder.path().join("old"), path(folder.path())).unwrap();
        server.answer(Reply::ok(&[], &blob(folder.path(), "new")));
        // A limit for the size of files simulates a full disk: writing beyond it fails in the same way.
        let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" metadata fetch \"$1\" --url \"$2\" --ca \"$3\" --root \"$4\" --at 2026-01-01";
        let authority = Https::write_authority(folder.path());
        let mut command = Command::new("sh");
        command.args(["-c", script]).arg(program().get_program()).arg(path(folder.path())).arg(server.url());
        let output = command.arg(authority).arg(folder.path().join("root.pem")).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            said.starts_with(&format!("countersign: {}: File too large", path(folder.path()).display())),
            "{said}"
        );
        assert_eq!(blob(folder.path(), "fetched"), blob(folder.path(), "old"));
        let left = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(left.into_iter().all(|name| !name.to_string_lossy().ends_with(".new")));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_a_pipe_or_a_device_is_neither_read_nor_replaced() {
        let (folder, server) = (folder(), Https::start());
        let fetched = path(folder.path());
        let rejected = |what: &str| {
            let sentence =
                format!("{}: it is {what}, and only a regular file is replaced", fetched.display());
            assert_fails(&fetch(folder.path(), &server, &[]), 1, &sentence);
        };
        std::os::unix::fs::symlink(folder.path().join("old"), &fetched).unwrap();
        rejected("a symbolic link");
        fs::remove_file(&fetched).unwrap();
        assert!(Command::new("mkfifo").arg(&fetched).status().unwrap().success());
        rejected("a device, a pipe or a socket");
        fs::remove_file(&fetched).unwrap();
        fs::create_dir(&fetched).unwrap();
        rejected("a folder");
        let output = metadata(folder.path(), &["fetch", "/dev/null", "--url", &server.url()]);
        let sentence = "/dev/null: it is a device, a pipe or a socket, and only a regular file is replaced";
        assert_fails(&output, 1, sentence);
        assert!(server.requests().is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_under_a_name_that_can_be_guessed_is_not_followed() {
        let (folder, server) = (folder(), Https::start());
        let victim = folder.path().join("victim");
        fs::write(&victim, "precious").unwrap();
        std::os::unix::fs::symlink(&victim, folder.path().join("fetched.new")).unwrap();
        server.answer(Reply::ok(&[], &blob(folder.path(), "new")));
        prints(&fetch(folder.path(), &server, &[]), 0, &[]);
        assert_eq!(fs::read(&victim).unwrap(), b"precious");
        assert_eq!(blob(folder.path(), "fetched"), blob(folder.path(), "new"));
    }

    #[test]
    fn an_address_without_https_is_rejected() {
        let folder = folder();
        let output = metadata(folder.path(), &["fetch", "x", "--url", "http://localhost/"]);
        let sentence = "\"http://localhost/\" is not an address to fetch metadata from, such as https://mds3.fidoalliance.org/";
        assert_fails(&output, 1, sentence);
    }
}

#[test]
fn a_rejected_file_is_reported_in_one_sentence_with_its_code() {
    let folder = folder();
    let old = folder.path().join("old").display().to_string();
    let rejected = |arguments: &[&str], code: &str, why: &str| {
        let sentence = format!("{old} is rejected ({code}): {why}");
        assert_fails(&metadata(folder.path(), arguments), 1, &sentence);
    };
    let why = "the metadata blob has number 7, and number 9 was seen before";
    rejected(&["verify", "old", "--newer-than", "9"], "metadata-rollback", why);
    let why = "the metadata blob's signer is not example.com";
    rejected(&["verify", "old", "--host", "example.com"], "metadata-untrusted", why);
    let output = run(&["metadata", "verify", &old, "--at", "2026-01-01"]);
    let why = "the metadata blob's signer is not trusted: no certificate path to a trust anchor: no certificate of the issuer";
    assert_fails(&output, 1, &format!("{old} is rejected (metadata-untrusted): {why}"));
    fs::write(&old, "a.b").unwrap();
    let why = "the metadata blob is malformed: not a compact jws: not three parts";
    rejected(&["verify", "old"], "metadata-malformed", why);
    assert_fails(&run(&["metadata", "burn"]), 2, "unrecognized subcommand 'burn'; see --help");
}
