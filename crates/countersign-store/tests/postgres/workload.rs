//! Two processes of eight threads each on one database: nothing is lost or doubled, also if connections are cut meanwhile.

use std::thread;
use std::time::Duration;

use crate::support::{schema, sql, with_parameter};
use crate::workers;

#[test]
fn two_processes_of_eight_threads_lose_and_double_nothing() {
    if workers::is_worker() {
        return workers::work();
    }
    workers::run("two_processes_of_eight_threads_lose_and_double_nothing", &schema(), || ());
}

#[test]
fn connections_that_are_cut_meanwhile_lose_and_double_nothing() {
    if workers::is_worker() {
        return workers::work();
    }
    let url = schema();
    let named = with_parameter(&url, "application_name=workload");
    workers::run("connections_that_are_cut_meanwhile_lose_and_double_nothing", &named, || {
        let two = "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity
                   WHERE application_name = 'workload' AND state <> 'idle' ORDER BY random() LIMIT 2) AS busy";
        sql(&url, two);
        thread::sleep(Duration::from_millis(20));
    });
}
