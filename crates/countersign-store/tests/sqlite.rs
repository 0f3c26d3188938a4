//! The store on SQLite: what it promises, on files of its own.
#![cfg(feature = "sqlite")]

#[path = "sqlite/backup.rs"]
mod backup;
#[path = "sqlite/erasing.rs"]
mod erasing;
#[path = "sqlite/files.rs"]
mod files;
#[path = "sqlite/kit.rs"]
mod kit;
#[path = "sqlite/other_rp_ids.rs"]
mod other_rp_ids;
#[path = "sqlite/purging.rs"]
mod purging;
#[path = "support/samples.rs"]
mod samples;
#[path = "support/sqlite_file.rs"]
mod sqlite_file;
#[path = "support/workload.rs"]
mod workers;
#[path = "sqlite/workload.rs"]
mod workload;
#[path = "sqlite/writing.rs"]
mod writing;
