//! Tests of the store on `SQLite`.

mod erasing;
mod files;
mod kit;
mod migration;
mod plans;
mod purging;
mod samples;
mod workload;
mod writing;
