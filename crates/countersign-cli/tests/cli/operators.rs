//! Operators: the link of a start, and the role as the program gives and takes it.

use std::path::Path;
use std::process::Output;

use crate::program::{Running, assert_fails, program};
use crate::users::register;

fn operator(database: &Path, arguments: &[&str]) -> Output {
    program().arg("operator").args(arguments).arg("--database").arg(database).output().unwrap()
}

#[track_caller]
fn said(output: Output) -> String {
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_role_is_given_listed_and_taken_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("test.sqlite3");
    for arguments in [&["link"][..], &["list"], &["grant", "Ada"], &["revoke", "Ada"]] {
        let sentence = format!("there is no database {}", database.display());
        assert_fails(&operator(&database, arguments), 1, &sentence);
    }
    let running = Running::start(&database);
    register(&running.url, "Ada", 1).unwrap();
    assert_eq!(said(operator(&database, &["list"])), "there is no operator\n");
    assert_fails(&operator(&database, &["grant", "Eve"]), 1, "there is no account \"Eve\"");
    assert_eq!(said(operator(&database, &["grant", "ADA"])), "Ada is an operator\n");
    let listed = said(operator(&database, &["list"]));
    assert!(listed.ends_with("Z Ada\n"), "{listed}");
    assert_eq!(said(operator(&database, &["revoke", "Ada"])), "Ada is no longer an operator\n");
    assert_fails(&operator(&database, &["revoke", "Ada"]), 1, "the account is no operator");
}

#[test]
fn a_link_stands_alone_in_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("test.sqlite3");
    drop(Running::start(&database));
    let text = said(operator(&database, &["link"]));
    let (link, rest) = text.split_once('\n').unwrap();
    let token = link.strip_prefix("http://localhost:8080/operator#link=").unwrap();
    assert_eq!(token.len(), 43);
    assert!(
        rest.starts_with("for one operator, until ") && rest.ends_with("; it is shown only now\n"),
        "{rest}"
    );
}

#[test]
fn an_invitation_needs_a_database_which_does_not_have_its_code() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("test.sqlite3");
    let new = || {
        let mut command = program();
        command.args(["admin", "invitations", "new", "--database"]).arg(&database).output().unwrap()
    };
    let missing = format!("there is no database {} (database-missing)", database.display());
    assert_fails(&new(), 1, &missing);
    drop(Running::start(&database));
    let said = String::from_utf8(new().stdout).unwrap();
    let code = said.lines().next().unwrap();
    let file = std::fs::read(&database).unwrap();
    assert!(code.len() == 29 && !file.windows(29).any(|window| window == code.as_bytes()));
}
