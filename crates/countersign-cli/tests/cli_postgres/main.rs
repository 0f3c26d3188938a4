//! The program on `PostgreSQL`: the tests of commands whose outcome depends on the database, and moves from a file and back.
//!
//! Needs `PostgreSQL`.
#![cfg(unix)]

#[path = "../cli/administering.rs"]
mod administering;
#[allow(dead_code, reason = "the server's own tests use all of it")]
#[path = "../cli/authenticator.rs"]
mod authenticator;
#[path = "../cli/blob.rs"]
mod blob;
#[path = "../cli/importing_rows.rs"]
mod importing_rows;
mod moving;
mod place;
#[allow(dead_code, reason = "the tests on SQLite use all of it")]
#[path = "../cli/program.rs"]
mod program;
#[path = "../../../countersign-store/tests/support/mod.rs"]
mod support;
#[path = "../cli/transferring.rs"]
mod transferring;
#[path = "../cli/users.rs"]
mod users;
