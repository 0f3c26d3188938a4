//! Sign-ins under load, by turns against several programs and databases.
//!
//! Each turn starts a program on its database, signs in over several connections for some seconds, and stops it. The
//! accounts of all databases have one key, so that a client can sign in to any of a million.
//!
//! With `--soak`, a server is updated, killed, left without its database, and watched instead.
//!
//! A server and the clients get a processor each, or the clients' signatures would slow the server down. Not on Linux,
//! and with one processor, they share it.

use std::time::Duration;

use crate::arguments::Arguments;
use crate::measured::Measured;
use crate::result::Result;

mod arguments;
mod away;
mod client;
mod clock;
mod fill;
mod measured;
mod passkey;
mod process;
mod raw;
mod result;
mod soak;

fn main() -> Result<()> {
    let arguments = Arguments::read()?;
    process::pin_self();
    if let Some(time) = arguments.soak {
        return soak::run(&arguments, time);
    }
    let mut all = Vec::new();
    for program in &arguments.programs {
        for database in &arguments.databases {
            for credentials in &arguments.credentials {
                all.push(Measured::prepare(program, database, *credentials)?);
            }
        }
    }
    println!("raw verification of ES256 by AWS-LC: {:.0} us", raw::verification()?.as_secs_f64() * 1e6);
    for round in 0..arguments.rounds {
        // Each is first as often as any other.
        let first = round % all.len();
        for at in (first..all.len()).chain(0..first) {
            let (connections, seconds) = (arguments.connections, Duration::from_secs(arguments.seconds));
            all[at].turn(connections, seconds)?;
        }
    }
    println!(
        "{:<28} {:>8} {:>10} {:>10} {:>9} {:>9} {:>12} {:>12} {:>8}",
        "program and database",
        "stored",
        "sign-ins/s",
        "spread",
        "p50 ms",
        "p99 ms",
        "cpu us each",
        "empty cpu us",
        "MiB"
    );
    for measured in &all {
        println!("{}", measured.row());
    }
    Ok(())
}
