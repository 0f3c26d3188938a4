//! Tests of the store on `SQLite` that need its inside. The others are in `tests/sqlite`.

mod full_disk;
mod killed;
mod migration;
mod plans;
#[path = "../../tests/support/samples.rs"]
mod samples;
#[path = "../../tests/support/sqlite_file.rs"]
mod sqlite_file;
