//! `countersign import --rows`: passkeys as other libraries store them.

use std::fs;
use std::path::Path;
use std::process::Output;

use countersign_authenticator::types::{base64url, hex::Hex};
use serde_json::{Value, json};

use crate::authenticator::Passkey;
use crate::place;
use crate::program::{Running, assert_fails, program};
use crate::users::signs_in;

fn import(rows: &[Value], database: &Path, more: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rows");
    let lines: Vec<_> = rows.iter().map(|row| format!("{row}\n")).collect();
    fs::write(&file, lines.concat()).unwrap();
    let mut command = program();
    command.args(["import", "--rows", "--from"]).arg(file).args(more).arg("--database").arg(database);
    command.output().unwrap()
}

#[track_caller]
fn says(output: &Output, status: i32, lines: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    let expected: Vec<_> = lines.iter().map(|line| format!("countersign: {line}\n")).collect();
    assert_eq!((output.status.code(), &*said), (Some(status), &*expected.concat()));
}

/// A passkey of a user handle, which no server has registered.
fn passkey(handle: &str, seed: u8) -> Passkey {
    let options = json!({ "user": { "id": base64url::encode(handle) }, "rp": { "id": "localhost" } });
    Passkey::new(&options, "http://localhost", seed)
}

/// The row of `SimpleWebAuthn` about a passkey.
fn simple(passkey: &Passkey) -> Value {
    json!({
        "id": passkey.id(), "publicKey": base64url::encode(passkey.key.cose_key().to_vec()), "counter": 0,
        "transports": ["internal"], "deviceType": "singleDevice", "backedUp": false,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "rows are written where they are passed")]
fn line(name: &str, handle: Value, credential: Value) -> Value {
    json!({ "name": name, "user_handle": handle, "credential": credential })
}

/// A line about a passkey of an account whose handle is `handle`.
fn simple_line(name: &str, handle: &str, passkey: &Passkey) -> Value {
    line(name, json!(base64url::encode(handle)), simple(passkey))
}

/// A line of each library, with the passkey that it is about.
#[expect(clippy::too_many_lines, reason = "a table of rows")]
fn lines() -> Vec<(Value, Passkey)> {
    let passkeys: Vec<_> = (0..7).map(|number| passkey(&format!("account {number:08}"), number)).collect();
    let key = |number: usize| passkeys[number].key.cose_key().to_vec();
    let id = |number: usize| passkeys[number].id();
    let handle = |number: usize| base64url::encode(format!("account {number:08}"));
    let hex = |bytes: &[u8]| format!("\\x{}", Hex(bytes));
    // A COSE_Key of ES256 has its coordinates at these places.
    let point = |number: usize| {
        let key = key(number);
        (base64url::encode(&key[10..42]), base64url::encode(&key[45..77]))
    };
    let (x, y) = point(5);
    let uuid = {
        let digits = Hex(b"account 00000005").to_string();
        let (first, rest) = digits.split_at(8);
        format!("{first}-{}-{}-{}-{}", &rest[..4], &rest[4..8], &rest[8..12], &rest[12..])
    };
    let lines = [
        simple_line("simple", "account 00000000", &passkeys[0]),
        line(
            "columns",
            json!({ "text": "account 00000001" }),
            json!({
                "cred_id": id(1), "cred_public_key": hex(&key(1)), "internal_user_id": 12, "webauthn_user_id": handle(1),
                "counter": "0", "backup_eligible": false, "backup_status": false, "transports": "internal,hybrid",
            }),
        ),
        line(
            "py",
            json!(hex(b"account 00000002")),
            json!({
                "credential_id": hex(&passkeys[2].id), "credential_public_key": hex(&key(2)), "sign_count": 0,
                "credential_device_type": "single_device", "credential_backed_up": false, "user_verified": true,
            }),
        ),
        line(
            "go",
            json!({ "base64url": handle(3) }),
            json!({
                "id": id(3), "publicKey": base64url::encode(key(3)), "attestationType": "none", "transport": null,
                "flags": { "userPresent": true, "userVerified": true, "backupEligible": false, "backupState": false },
                "authenticator": { "AAGUID": "AAAAAAAAAAAAAAAAAAAAAA==", "signCount": 0, "cloneWarning": false },
            }),
        ),
        json!({
            "name": "java",
            "credential": {
                "credentialId": id(4), "userHandle": handle(4), "publicKeyCose": base64url::encode(key(4)),
                "signatureCount": 0, "backupEligible": null, "backupState": null,
            },
        }),
        line(
            "rs",
            json!({ "uuid": uuid }),
            json!({ "cred": {
                "cred_id": id(5), "cred": { "type_": "ES256", "key": { "EC_EC2": { "curve": "SECP256R1", "x": x, "y": y } } },
                "counter": 0, "transports": null, "user_verified": true, "backup_eligible": false, "backup_state": false,
                "registration_policy": "required",
            } }),
        ),
        line(
            "plain",
            json!({ "hex": Hex(b"account 00000006").to_string() }),
            json!({
                "id": id(6), "public_key": base64url::encode(key(6)), "sign_count": 0, "uv_initialized": true,
                "backup_eligible": false,
            }),
        ),
    ];
    lines.into_iter().zip(passkeys).collect()
}

#[test]
fn users_of_each_library_sign_in_after_the_import() {
    let folder = tempfile::tempdir().unwrap();
    let database = place::database(folder.path(), "test");
    let (rows, passkeys): (Vec<_>, Vec<_>) = lines().into_iter().unzip();
    let checked = ["--unsaid-verification", "checked"];
    says(&import(&rows, &database, &checked), 0, &["created 7 accounts; 0 were there already"]);
    let running = Running::start(&database);
    for (row, passkey) in rows.iter().zip(&passkeys) {
        assert!(signs_in(&running, passkey), "{row}");
    }
    // Signing in changed the records, and the import leaves them.
    says(&import(&rows, &database, &checked), 0, &["created 0 accounts; 7 were there already"]);
    assert!(signs_in(&running, &passkeys[0]));
}

#[test]
fn a_user_who_is_not_known_to_be_verified_does_not_sign_in() {
    let folder = tempfile::tempdir().unwrap();
    let database = place::database(folder.path(), "test");
    let (ada, eve) = (passkey("account of ada", 1), passkey("account of eve", 2));
    let mut lines = [simple_line("ada", "account of ada", &ada), simple_line("eve", "account of eve", &eve)];
    lines[1]["user_verified"] = json!(true);
    says(&import(&lines, &database, &[]), 0, &["created 2 accounts; 0 were there already"]);
    let running = Running::start(&database);
    assert_eq!([ada, eve].map(|passkey| signs_in(&running, &passkey)), [false, true]);
}

#[test]
fn the_lines_of_an_account_become_one_account_and_labels_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let database = place::database(folder.path(), "test");
    let handle = "account of ada";
    let passkeys = [1, 2, 3].map(|seed| passkey(handle, seed));
    let mut lines = passkeys.each_ref().map(|passkey| simple_line("ada", handle, passkey));
    for (line, label) in lines.iter_mut().zip(["Phone", "Phone"]) {
        line["label"] = json!(label);
    }
    lines[1]["created_at"] = json!(1_700_000_000);
    says(
        &import(&lines, &database, &["--unsaid-verification", "checked"]),
        0,
        &["created 1 accounts; 0 were there already"],
    );
    let export = program().args(["export", "--database"]).arg(&database).output().unwrap();
    let export = String::from_utf8(export.stdout).unwrap();
    let account: Value = serde_json::from_str(export.lines().nth(1).unwrap()).unwrap();
    let mut labels: Vec<_> =
        account["passkeys"].as_array().unwrap().iter().map(|it| it["label"].to_string()).collect();
    labels.sort();
    assert_eq!(labels, ["\"Passkey\"", "\"Phone (2)\"", "\"Phone\""]);
    assert_eq!(account["account"]["created_at"], 1_700_000_000);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of faults")]
fn what_can_not_be_imported_is_reported_by_line_and_the_rest_is_imported() {
    let folder = tempfile::tempdir().unwrap();
    let database = place::database(folder.path(), "test");
    let (ada, eve) = (passkey("account of ada", 1), passkey("account of eve", 2));
    let good = simple_line("ada", "account of ada", &ada);
    let with = |change: &dyn Fn(&mut Value)| {
        let mut line = good.clone();
        change(&mut line);
        line
    };
    let second = passkey("account of ada", 9);
    let faults = [
        ("row-malformed", "missing field `name`", json!({})),
        ("row-malformed", "unknown field `more`", with(&|line| line["more"] = json!(1))),
        ("row-malformed", "there is no user handle", with(&|line| line["user_handle"] = Value::Null)),
        (
            "row-malformed",
            "the user handle looks like a UUID: write {\"uuid\":",
            with(&|line| line["user_handle"] = json!("6a6f2068-6173-2031-3620-627974657321")),
        ),
        ("row-malformed", "is no UUID", with(&|line| line["user_handle"] = json!({ "uuid": "x" }))),
        (
            "row-malformed",
            "the user handle is not base64url",
            with(&|line| line["user_handle"] = json!("a+b=")),
        ),
        ("row-malformed", "the user handle is not that of the row", {
            let mut line = lines()[4].0.clone();
            line["user_handle"] = json!("AAAA");
            line
        }),
        (
            "row-malformed",
            "not the row of a library",
            with(&|line| drop(line["credential"].as_object_mut().unwrap().remove("counter"))),
        ),
        (
            "row-malformed",
            "a signature counter of -1",
            with(&|line| line["credential"]["counter"] = json!(-1)),
        ),
        ("row-malformed", "the account has another name in line 1", {
            let mut line = simple_line("adam", "account of ada", &second);
            line["label"] = json!("Key");
            line
        }),
        ("name-invalid", "", with(&|line| line["name"] = json!("\u{202e}"))),
        ("label-invalid", "", with(&|line| line["label"] = json!(" "))),
        ("public-key-malformed", "", with(&|line| line["credential"]["publicKey"] = json!("pQ"))),
        ("backup-state-invalid", "", with(&|line| line["credential"]["backedUp"] = json!(true))),
    ];
    let mut rows = vec![good.clone()];
    rows.extend(faults.iter().map(|(_, _, line)| line.clone()));
    rows.push(simple_line("eve", "account of eve", &eve));
    let checked = ["--unsaid-verification", "checked"];
    let output = import(&rows, &database, &checked);
    let said = String::from_utf8(output.stderr).unwrap();
    let reported: Vec<_> = said.lines().collect();
    for ((number, (code, words, _)), line) in (2..).zip(&faults).zip(&reported) {
        let start = format!("countersign: line {number} is not imported ({code}): ");
        assert!(line.starts_with(&start) && line.contains(words), "{line}\n{start}{words}");
    }
    assert_eq!(reported.len(), faults.len() + 2, "{said}");
    assert!(said.contains("countersign: created 2 accounts; 0 were there already\n"), "{said}");
    assert_eq!(output.status.code(), Some(1));
    let running = Running::start(&database);
    assert!(signs_in(&running, &ada) && signs_in(&running, &eve));
    drop(running);
    // Against what is there, each in another way.
    let taken = [
        ("name-taken", simple_line("ada", "another account", &passkey("another account", 5))),
        ("account-id-taken", simple_line("ada", "account of ada", &second)),
        ("credential-already-registered", simple_line("bob", "another account", &ada)),
    ];
    for (code, line) in &taken {
        for more in [&["--dry-run"][..], &[]] {
            let said = import(std::slice::from_ref(line), &database, more).stderr;
            let said = String::from_utf8(said).unwrap();
            assert!(said.starts_with(&format!("countersign: line 1 is not imported ({code}): ")), "{said}");
        }
    }
}

#[test]
fn a_dry_run_says_the_same_as_the_import_and_stores_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let database = place::database(folder.path(), "test");
    drop(Running::start(&database));
    let (ada, eve) = (passkey("account of ada", 1), passkey("account of eve", 2));
    let mut lines = vec![
        simple_line("ada", "account of ada", &ada),
        simple_line("Ada", "account of eve", &eve),
        simple_line("eve", "account of eve", &ada),
        simple_line("eve", "account of eve", &eve),
    ];
    lines[3]["user_verified"] = json!(true);
    let faults = |output: Output| {
        let said = String::from_utf8(output.stderr).unwrap();
        said.lines().filter(|line| line.contains(" is not imported ")).map(str::to_owned).collect::<Vec<_>>()
    };
    let planned = import(&lines, &database, &["--dry-run"]);
    let said = String::from_utf8_lossy(&planned.stderr).into_owned();
    assert!(said.contains("countersign: would create 1 accounts; 0 were there already\n"), "{said}");
    assert!(said.ends_with(" lines would not be imported; nothing was stored\n"), "{said}");
    let listed = program()
        .args(["admin", "accounts", "list", "--json", "--database"])
        .arg(&database)
        .output()
        .unwrap();
    assert!(listed.stdout.is_empty());
    let stored = import(&lines, &database, &[]);
    assert_eq!(faults(planned), faults(stored));
}

#[test]
fn options_for_rows_need_rows_and_an_export_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let database = place::database(folder.path(), "test");
    let output = program().args(["import", "--backups", "unknown"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let header = json!({ "format": "countersign-accounts", "version": 1, "rp_id": "localhost" });
    let said = String::from_utf8(import(&[header], &database, &[]).stderr).unwrap();
    assert!(said.starts_with("countersign: line 1 is not imported (row-malformed): "), "{said}");
    let none = folder.path().join("none.sqlite3");
    let sentence = format!("there is no database {} (database-missing)", none.display());
    assert_fails(&import(&[], &none, &["--dry-run"]), 1, &sentence);
}
