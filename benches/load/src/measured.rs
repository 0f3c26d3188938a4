//! One program on one database, and what its turns measured.

use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, thread};

use crate::arguments::Program;
use crate::process::Server;
use crate::{client, fill, result::Result};

/// How long the server answers empty requests in a turn, and how long it is idle before.
const EMPTY: Duration = Duration::from_secs(2);

/// A program on a database.
pub(crate) struct Measured {
    name: String,
    path: String,
    database: String,
    credentials: u64,
    turns: Vec<Turn>,
}

struct Turn {
    rate: f64,
    p50: Duration,
    p99: Duration,
    /// Processor time of the server for each sign-in, and for each empty request, in microseconds.
    cpu: f64,
    empty_cpu: f64,
    memory: u64,
}

impl Measured {
    /// Makes the database if it is not there yet.
    pub(crate) fn prepare(program: &Program, database: &str, credentials: u64) -> Result<Self> {
        let kind = if is_server(database) { "PostgreSQL" } else { "SQLite" };
        Ok(Self {
            name: format!("{} {kind}", program.name),
            path: program.path.clone(),
            database: self::database(&program.name, database, credentials)?,
            credentials,
            turns: Vec::new(),
        })
    }

    /// Starts the server, and measures it once.
    pub(crate) fn turn(&mut self, connections: usize, time: Duration) -> Result<()> {
        let server = Server::start(&self.path, &self.database)?;
        // Fills caches, as hours of use would.
        client::sign_in(server.port, self.credentials, connections, Duration::from_secs(1))?;
        let (cpu, began) = (server.cpu()?, Instant::now());
        let mut times = client::sign_in(server.port, self.credentials, connections, time)?;
        let (elapsed, cpu) = (began.elapsed(), server.cpu()? - cpu);
        let memory = server.memory()?;
        times.sort_unstable();
        let (p50, p99) = (part(&times, 0.5), part(&times, 0.99));
        thread::sleep(Duration::from_millis(200));
        let before = server.cpu()?;
        let empty = client::empty(server.port, connections, EMPTY)?;
        let empty_cpu = server.cpu()? - before;
        self.turns.push(Turn {
            rate: times.len() as f64 / elapsed.as_secs_f64(),
            p50,
            p99,
            cpu: cpu.as_secs_f64() * 1e6 / times.len() as f64,
            empty_cpu: empty_cpu.as_secs_f64() * 1e6 / empty as f64,
            memory,
        });
        Ok(())
    }

    /// The medians of the turns, and the spread of the rate.
    pub(crate) fn row(&self) -> String {
        let median = |value: fn(&Turn) -> f64| {
            let mut values: Vec<_> = self.turns.iter().map(value).collect();
            values.sort_by(f64::total_cmp);
            (values[0], values[values.len() / 2], values[values.len() - 1])
        };
        let (least, rate, most) = median(|turn| turn.rate);
        format!(
            "{:<28} {:>8} {:>10.0} {:>10} {:>9.2} {:>9.2} {:>12.0} {:>12.0} {:>8.0}",
            self.name,
            self.credentials,
            rate,
            format!("{least:.0}-{most:.0}"),
            median(|turn| turn.p50.as_secs_f64() * 1e3).1,
            median(|turn| turn.p99.as_secs_f64() * 1e3).1,
            median(|turn| turn.cpu).1,
            median(|turn| turn.empty_cpu).1,
            median(|turn| turn.memory as f64).1,
        )
    }
}

fn is_server(database: &str) -> bool {
    database.contains("://")
}

/// The setting of a database with so many accounts for this program. It is made if it is not there yet.
pub(crate) fn database(program: &str, database: &str, credentials: u64) -> Result<String> {
    let place = if is_server(database) {
        database.replace("{}", &credentials.to_string())
    } else {
        fs::create_dir_all(database)?;
        // Each program has its own, since a newer one may change the tables.
        let file = format!("{}-{credentials}.sqlite3", program.replace('/', "_"));
        Path::new(database).join(file).to_string_lossy().into_owned()
    };
    if is_server(database) || !Path::new(&place).exists() {
        let began = Instant::now();
        fill::fill(&place, credentials)?;
        println!("{credentials} accounts in {place}: {:.1} s", began.elapsed().as_secs_f64());
    }
    Ok(place)
}

/// The time that this part of the sorted times is below.
pub(crate) fn part(times: &[Duration], part: f64) -> Duration {
    times.get((times.len() as f64 * part) as usize).copied().unwrap_or_default()
}
