//! `countersign admin`, while a server runs.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use crate::blob::write_metadata;
use crate::place;
use crate::program::{Running, assert_fails, post, program};
use crate::users::{register, signs_in};

/// Runs a command on a database.
fn admin(database: &Path, arguments: &[&str]) -> Output {
    program().arg("admin").args(arguments).arg("--database").arg(database).output().unwrap()
}

/// What a command that succeeds prints.
#[track_caller]
fn printed(database: &Path, arguments: &[&str]) -> String {
    let output = admin(database, arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The objects that a command prints, which have no characters that a terminal interprets.
#[track_caller]
fn objects(database: &Path, arguments: &[&str]) -> Vec<Value> {
    let text = printed(database, &[arguments, &["--json"]].concat());
    assert!(text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')), "{text}");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A command that fails with this code and sentence, once as text.
#[track_caller]
fn fails(database: &Path, arguments: &[&str], sentence: &str) {
    assert_fails(&admin(database, arguments), 1, sentence);
}

fn strings<'a>(objects: &'a [Value], member: &str) -> Vec<&'a str> {
    objects.iter().map(|object| object[member].as_str().unwrap()).collect()
}

/// A server with these accounts, each with a passkey and a session.
fn serving(names: &[&str]) -> (tempfile::TempDir, std::path::PathBuf, Running) {
    let folder = tempfile::tempdir().unwrap();
    let database = place::database(folder.path(), "test");
    let running = Running::start(&database);
    for (seed, name) in (1..).zip(names) {
        register(&running.url, name, seed).unwrap();
    }
    (folder, database, running)
}

#[test]
fn accounts_are_listed_found_renamed_and_removed_while_the_server_runs() {
    let (_folder, database, running) = serving(&["bob", "Ada", "adam"]);
    let listed = objects(&database, &["accounts", "list"]);
    assert_eq!(strings(&listed, "name"), ["Ada", "adam", "bob"]);
    assert_eq!((&listed[0]["passkeys"], &listed[0]["recovery_codes"]), (&json!(1), &json!(0)));
    let table = printed(&database, &["accounts", "list"]);
    assert!(table.starts_with("name  id"), "{table}");
    assert_eq!(table.lines().count(), 4);
    // Pages follow each other.
    let output = admin(&database, &["accounts", "list", "--limit", "2"]);
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 3);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, "countersign: there are more accounts: add --all, or --after \"adam\"\n");
    assert_eq!(strings(&objects(&database, &["accounts", "list", "--after", "adam"]), "name"), ["bob"]);

    assert_eq!(strings(&objects(&database, &["accounts", "find", "AD"]), "name"), ["Ada", "adam"]);
    let id = listed[0]["id"].as_str().unwrap();
    assert_eq!(strings(&objects(&database, &["accounts", "find", id]), "name"), ["Ada"]);
    // The ID of the passkey is the name, in these tests.
    assert_eq!(strings(&objects(&database, &["accounts", "find", "Ym9i"]), "name"), ["bob"]);
    let shown = &objects(&database, &["accounts", "show", "ADA"])[0];
    assert_eq!((&shown["id"], &shown["passkeys"][0]["id"]), (&listed[0]["id"], &json!("QWRh")));
    assert_eq!(shown["sessions"].as_array().unwrap().len(), 1);

    let renamed = printed(&database, &["accounts", "rename", "ada", "--to", "Ada  L."]);
    assert_eq!(renamed, "the account \"Ada\" has the name \"Ada L.\" now\n");
    fails(
        &database,
        &["accounts", "rename", "bob", "--to", "ADAM"],
        "another account has the name (name-taken)",
    );
    fails(
        &database,
        &["accounts", "rename", "bob", "--to", " "],
        "A name needs at least one visible character. (name-invalid)",
    );
    fails(&database, &["accounts", "show", "eve"], "there is no account \"eve\" (account-unknown)");
    fails(
        &database,
        &["accounts", "show", "--id", "ZXZl"],
        "there is no account with the ID ZXZl (account-unknown)",
    );

    // Removed accounts can't sign in from then on.
    let eve = register(&running.url, "eve", 9).unwrap();
    assert!(signs_in(&running, &eve));
    fails(
        &database,
        &["accounts", "remove", "eve"],
        "nothing was changed: confirm with --yes (not-confirmed)",
    );
    assert!(signs_in(&running, &eve));
    assert_eq!(
        printed(&database, &["accounts", "remove", "eve", "--yes"]),
        "the account \"eve\" was removed\n"
    );
    assert!(!signs_in(&running, &eve));
}

#[test]
fn a_name_that_is_the_id_of_another_account_does_not_select_that_one() {
    let (_folder, database, running) = serving(&["ada"]);
    let adas = objects(&database, &["accounts", "list"])[0]["id"].as_str().unwrap().to_owned();
    register(&running.url, &adas, 2).unwrap();
    assert_eq!(objects(&database, &["accounts", "show", &adas])[0]["name"], adas.as_str());
    assert_eq!(objects(&database, &["accounts", "show", "--id", &adas])[0]["name"], "ada");
    assert_eq!(objects(&database, &["accounts", "find", &adas]).len(), 2);
}

#[test]
fn passkeys_are_listed_flagged_and_removed_while_the_server_runs() {
    let (_folder, database, running) = serving(&["ada", "bob"]);
    let eve = register(&running.url, "eve", 9).unwrap();
    assert_eq!(strings(&objects(&database, &["passkeys", "list"]), "id").len(), 3);
    let zero = "00000000-0000-0000-0000-000000000000";
    assert_eq!(objects(&database, &["passkeys", "list", "--model", zero]).len(), 3);
    assert_eq!(objects(&database, &["passkeys", "list", "--model", &zero.replace('0', "1")]).len(), 0);
    let flag = ["passkeys", "flag", "ZXZl", "--reason", "lost\u{1b}[2J\u{202e}", "--yes"];
    let said = printed(&database, &flag);
    assert!(
        said.starts_with("the passkey \"") && said.ends_with("\" of \"eve\" is flagged; sessions ended: 1\n"),
        "{said}"
    );
    assert!(!signs_in(&running, &eve));
    let flagged = objects(&database, &["passkeys", "list", "--standing", "flagged"]);
    assert_eq!(
        (strings(&flagged, "id"), &flagged[0]["flag"]["reason"]),
        (vec!["ZXZl"], &json!("lost\u{1b}[2J\u{202e}"))
    );
    // No terminal gets commands.
    let table = printed(&database, &["passkeys", "list", "--standing", "flagged"]);
    assert!(table.contains("flagged: lost\u{fffd}[2J\u{fffd}"), "{table}");
    let models = objects(&database, &["passkeys", "models"]);
    assert_eq!((&models[0]["passkeys"], &models[0]["flagged"]), (&json!(3), &json!(1)));
    printed(&database, &["passkeys", "unflag", "ZXZl"]);
    assert!(signs_in(&running, &eve));
    assert!(printed(&database, &["passkeys", "show", "ZXZl"]).contains("standing          active\n"));

    fails(
        &database,
        &["passkeys", "remove", "ZXZl", "--yes"],
        "the credential is the account's last (last-credential)",
    );
    fails(&database, &["passkeys", "show", "AAAA"], "there is no passkey AAAA (passkey-unknown)");
    fails(&database, &["passkeys", "unflag", "AAAA"], "there is no passkey AAAA (passkey-unknown)");
    // With a recovery code the last one can be removed.
    place::give_code(&database, "eve");
    printed(&database, &["passkeys", "remove", "ZXZl", "--yes"]);
    assert!(!signs_in(&running, &eve));
}

#[test]
fn a_row_that_cannot_be_read_is_listed() {
    let (_folder, database, running) = serving(&["ada"]);
    drop(running);
    place::damage_passkeys(&database);
    let listed = objects(&database, &["passkeys", "list", "--standing", "unreadable"]);
    assert_eq!(strings(&listed, "id"), ["YWRh"]);
    let output = program().args(["export", "--database"]).arg(&database).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.code() == Some(1)
            && said.contains("1 passkeys are left out")
            && said.contains("row-unreadable"),
        "{said}"
    );
}

#[test]
fn sessions_are_listed_and_ended_while_the_server_runs() {
    let (_folder, database, running) = serving(&["ada"]);
    let eve = register(&running.url, "eve", 9).unwrap();
    assert!(signs_in(&running, &eve));
    let listed = objects(&database, &["sessions", "list", "eve"]);
    assert_eq!(listed.len(), 2);
    let first = listed[0]["session"].as_str().unwrap();
    assert_eq!(first.len(), 16);
    fails(
        &database,
        &["sessions", "end", "eve", "--session", "0000000000000000", "--yes"],
        "the account has no such session (session-unknown)",
    );
    assert_eq!(
        printed(&database, &["sessions", "end", "eve", "--session", first, "--yes"]),
        "sessions ended: 1\n"
    );
    assert_eq!(objects(&database, &["sessions", "list", "eve"]).len(), 1);
    assert_eq!(printed(&database, &["sessions", "end", "eve", "--yes"]), "sessions ended: 1\n");
    assert_eq!(objects(&database, &["sessions", "list", "eve"]).len(), 0);
    assert_eq!(objects(&database, &["sessions", "list", "ada"]).len(), 1);
}

#[test]
fn an_invitation_is_printed_once_listed_and_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let database = place::database(folder.path(), "test");
    let mut command = program();
    command.args(["serve", "--listen", "127.0.0.1:0", "--sign-up", "invited", "--database"]).arg(&database);
    let running = Running::spawn(command);
    let mut codes = Vec::new();
    for days in ["2", "3"] {
        let said = printed(&database, &["invitations", "new", "--days", days]);
        let (code, rest) = said.split_once('\n').unwrap();
        assert_eq!((code.len(), code.matches('-').count()), (29, 5), "{said}");
        assert!(rest.starts_with("for one account, until 2"), "{said}");
        codes.push(code.to_owned());
    }
    assert_ne!(codes[0], codes[1]);
    let listed = objects(&database, &["invitations", "list"]);
    let ids = strings(&listed, "invitation");
    assert_eq!(ids.len(), 2);
    // The first to end is the first.
    let revoked = printed(&database, &["invitations", "revoke", ids[0], "--yes"]);
    assert_eq!(revoked, format!("the invitation {} was revoked\n", ids[0]));
    let sentence = format!("there is no open invitation with the ID {} (invitation-invalid)", ids[0]);
    fails(&database, &["invitations", "revoke", ids[0], "--yes"], &sentence);
    let start = |code: &str| {
        let body = json!({ "name": "Ada", "invitation": code });
        post(&running.url, "/api/accounts/start", &body).unwrap().0
    };
    assert_eq!((start(&codes[0]), start(&codes[1])), (403, 200));
}

#[test]
fn a_rotation_of_the_sealing_keys_is_reported() {
    let (_folder, database, running) = serving(&["ada"]);
    for number in [2, 3] {
        let said = printed(&database, &["keys", "rotate"]);
        assert!(said.starts_with(&format!("key {number} seals from 2")), "{said}");
        assert!(said.ends_with(" on; no key was removed\n"), "{said}");
    }
    let shown = objects(&database, &["keys", "show"]);
    assert_eq!(shown.iter().map(|key| key["key"].as_u64().unwrap()).collect::<Vec<_>>(), [3, 2, 1]);
    assert!(!printed(&database, &["keys", "show"]).contains("secret"));
    register(&running.url, "eve", 9).unwrap();
}

#[test]
fn an_assessment_needs_metadata_and_counts_what_it_finds() {
    let (folder, database, _running) = serving(&["ada", "bob"]);
    let sentence = "there is no metadata to assess passkeys by: set metadata.file, or metadata.url and let the server \
                    fetch it (metadata-unavailable)";
    fails(&database, &["assess"], sentence);
    let [blob, root] = write_metadata(folder.path(), "2054-01-01");
    let config = folder.path().join("config.toml");
    fs::write(&config, format!("[metadata]\nfile = {blob:?}\nroots = [{root:?}]\n")).unwrap();
    let assess = |more: &[&str]| {
        objects(&database, &[&["assess", "--config", config.to_str().unwrap()], more].concat())
    };
    let summary = json!({ "summary": {
        "metadata": 7, "assessed": 2, "trust_lost": 0, "newly_flagged": 0,
        "findings": { "trusted": 0, "uncertified": 2, "untrusted": 0, "rejected": 0, "unusable": 0 },
    } });
    assert_eq!(assess(&[]), std::slice::from_ref(&summary));
    let all = assess(&["--all", "--flag"]);
    assert_eq!((strings(&all[..2], "id"), &all[2]), (vec!["YWRh", "Ym9i"], &summary));
    assert_eq!(all[0]["finding"], "uncertified");
    let rest = assess(&["--all", "--after", "YWRh"]);
    assert_eq!((rest.len(), &rest[0]["id"]), (2, &json!("Ym9i")));
    fs::write(&blob, "a.b").unwrap();
    let output = admin(&database, &["assess", "--config", config.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.starts_with("countersign: can't use ") && said.ends_with(" (configuration-unusable)\n"),
        "{said}"
    );
}

#[test]
fn a_wrong_id_is_a_wrong_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let output = admin(&folder.path().join("x"), &["passkeys", "show", "é"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && said.contains("it is not the ID of a passkey"), "{said}");
    let text = folder.path().join("letter.txt");
    fs::write(&text, "Dear Ada,\n".repeat(100)).unwrap();
    let sentence = format!("the file {} is not a countersign database (database-unusable)", text.display());
    fails(&text, &["accounts", "list"], &sentence);
}
