//! Makes databases of several sizes, and measures by turns what a sign-in costs in each.
//!
//! ```sh
//! cargo bench -p countersign-store --features sqlite,postgres --bench scale -- FOLDER 1000 1000000
//! ```
//!
//! Each account has a credential and a session. The rows are made by SQL, without ceremonies. Files of `SQLite` are made in
//! the folder; those that are there already are used again. With the feature `postgres`, a `PostgreSQL` is started in a temporary
//! folder, with `fsync`, and measured in the same turns.

#![expect(clippy::print_stdout, reason = "it prints figures")]

#[cfg(feature = "postgres")]
#[path = "../../tests/support/cluster.rs"]
#[allow(dead_code, reason = "the tests of the store use more of it")]
mod cluster;
mod measured;
#[cfg(feature = "postgres")]
mod postgres;
mod rows;
mod sqlite;

use std::path::Path;
use std::time::Duration;
use std::{env, fs};

use measured::{MEASUREMENTS, Measured};
use rows::Result;
use tokio::runtime::Runtime;

/// How often the databases take turns.
const ROUNDS: usize = 11;

fn main() -> Result<()> {
    // Cargo adds an argument of its own.
    let mut arguments = env::args().skip(1).filter(|argument| argument != "--bench");
    let folder = arguments.next().ok_or("usage: scale FOLDER SIZE…")?;
    let sizes = arguments.map(|size| Ok(size.parse()?)).collect::<Result<Vec<u64>>>()?;
    fs::create_dir_all(&folder)?;
    let runtime = Runtime::new()?;
    let mut databases = Vec::new();
    for size in &sizes {
        let setting = sqlite::database(Path::new(&folder), *size)?;
        databases.push(runtime.block_on(Measured::open("SQLite", &setting, *size))?);
    }
    #[cfg(feature = "postgres")]
    let cluster = postgres::start()?;
    #[cfg(feature = "postgres")]
    for size in &sizes {
        let setting = runtime.block_on(postgres::database(&cluster, *size))?;
        databases.push(runtime.block_on(Measured::open("PostgreSQL", &setting, *size))?);
    }
    for _ in 0..ROUNDS {
        for database in &mut databases {
            runtime.block_on(database.turn())?;
        }
    }
    print(&mut databases, sizes.len());
    Ok(())
}

/// Prints the median of each measurement, and its ratio to that of the first size of the same database.
fn print(databases: &mut [Measured], sizes: usize) {
    let empty = "";
    print!("{empty:<10}  {empty:>9}");
    for name in MEASUREMENTS {
        print!("  {name:>18}");
    }
    println!("\n{empty:<10}  {empty:>9}  load of the machine: {}", load());
    for databases in databases.chunks_mut(sizes.max(1)) {
        let mut first = None;
        for database in databases {
            let medians = database.medians();
            print!("{:<10}  {:>9}", database.name, database.size);
            let first = first.get_or_insert(medians);
            for (median, first) in medians.iter().zip(*first) {
                let ratio = median.as_secs_f64() / first.max(Duration::from_nanos(1)).as_secs_f64();
                print!("  {:>11} {:>6}", format!("{median:.1?}"), format!("{ratio:.2}"));
            }
            println!();
        }
    }
}

/// The averages of Linux, if there are any.
fn load() -> String {
    let averages = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    averages.split(' ').take(3).collect::<Vec<_>>().join(" ")
}
