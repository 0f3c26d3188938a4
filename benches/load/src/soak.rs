//! A server under load for a long time: an update, kills, and then minutes without a pause.
//!
//! No session that a server acknowledged may be lost, no request may fail while its server runs, and the memory must not
//! grow.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::arguments::Arguments;
use crate::client::{Client, any_account};
use crate::process::{self, Server};
use crate::{measured, result::Result};

/// How long the old program serves alone, and then both.
const UPDATE: Duration = Duration::from_secs(10);

/// How long a server runs before it is killed, and how much longer the next one does.
const LIFE: Duration = Duration::from_millis(1500);
const LONGER: Duration = Duration::from_millis(37);

/// How many of its last sessions a client asks for after a server went away.
const KEPT: usize = 8;

/// The times at which the memory of the last part is read.
const SAMPLES: u32 = 20;

/// The memory at the end, at most so many times that after a quarter: what grows with each sign-in grows by more.
const GROWTH_MAX: f64 = 1.2;

/// What the clients know of the servers.
struct Site {
    /// The ports of those that answer.
    ports: Mutex<Vec<u16>>,
    page: u16,
    /// How often that changed.
    changes: AtomicU64,
    is_over: AtomicBool,
    credentials: u64,
}

/// What the clients saw.
#[derive(Default)]
struct Tally {
    times: Vec<Duration>,
    /// Requests that failed because their server went away.
    interrupted: usize,
    /// Sessions that were asked for after a server went away.
    checked: usize,
    lost: usize,
}

impl Site {
    fn set_ports(&self, ports: Vec<u16>) {
        *self.ports.lock().unwrap_or_else(PoisonError::into_inner) = ports;
        self.changes.fetch_add(1, Ordering::SeqCst);
    }

    /// The number of changes, and the port to use for this turn.
    fn port(&self, turn: usize) -> (u64, Option<u16>) {
        let ports = self.ports.lock().unwrap_or_else(PoisonError::into_inner);
        let port = turn.checked_rem(ports.len()).and_then(|at| ports.get(at)).copied();
        (self.changes.load(Ordering::SeqCst), port)
    }

    /// Signs in until the time is over, and asks for earlier sessions after each change.
    fn visit(&self) -> Result<Tally> {
        let (mut tally, mut kept) = (Tally::default(), VecDeque::new());
        let (mut clients, mut seen) = (Vec::<(u16, Client)>::new(), 0);
        for turn in 0.. {
            let (changes, port) = self.port(turn);
            if self.is_over.load(Ordering::SeqCst) {
                break;
            }
            let Some(port) = port else {
                thread::sleep(Duration::from_millis(10));
                continue;
            };
            if changes != seen {
                clients.clear();
            }
            if !clients.iter().any(|(of, _)| *of == port) {
                clients.push((port, Client::new(port, self.page)));
            }
            let Some((_, client)) = clients.iter_mut().find(|(of, _)| *of == port) else { continue };
            let outcome = if changes == seen {
                sign_in(client, self.credentials, &mut kept, &mut tally)
            } else {
                check(client, &kept, &mut tally)
            };
            match outcome {
                Ok(()) => seen = changes,
                Err(_) if self.changes.load(Ordering::SeqCst) != changes => tally.interrupted += 1,
                Err(error) => return Err(error),
            }
        }
        Ok(tally)
    }

    /// Lets clients visit while `act` runs, and returns what they saw.
    fn while_visited(&self, connections: usize, act: impl FnOnce() -> Result<()>) -> Result<Tally> {
        self.is_over.store(false, Ordering::SeqCst);
        thread::scope(|scope| {
            let clients: Vec<_> = (0..connections).map(|_| scope.spawn(|| self.visit())).collect();
            let acted = act();
            self.is_over.store(true, Ordering::SeqCst);
            let mut all = Tally::default();
            for client in clients {
                let tally = client.join().map_err(|_| "a client panicked")??;
                all.times.extend(tally.times);
                all.interrupted += tally.interrupted;
                all.checked += tally.checked;
                all.lost += tally.lost;
            }
            acted?;
            if all.lost > 0 {
                return Err(format!("{} acknowledged sessions are lost", all.lost).into());
            }
            Ok(all)
        })
    }
}

fn sign_in(
    client: &mut Client,
    credentials: u64,
    kept: &mut VecDeque<String>,
    tally: &mut Tally,
) -> Result<()> {
    tally.times.push(client.sign_in(any_account(credentials), credentials)?);
    kept.push_back(client.session().ok_or("a sign-in without a session")?.to_owned());
    if kept.len() > KEPT {
        kept.pop_front();
    }
    Ok(())
}

fn check(client: &Client, kept: &VecDeque<String>, tally: &mut Tally) -> Result<()> {
    for session in kept {
        let is_there = client.is_signed_in(session)?;
        tally.checked += 1;
        tally.lost += usize::from(!is_there);
    }
    Ok(())
}

/// Runs all parts on the first database. With two programs, the first is the one that is updated.
pub(crate) fn run(arguments: &Arguments, time: Duration) -> Result<()> {
    let (first, last) = (arguments.programs.first(), arguments.programs.last());
    let (Some(old), Some(new), Some(database)) = (first, last, arguments.databases.first()) else {
        return Err("name a program and a database".into());
    };
    let credentials = *arguments.credentials.first().ok_or("name a number of credentials")?;
    let database = measured::database(&old.name, database, credentials)?;
    let (page, connections) = (process::free_port()?, arguments.connections);
    let (ports, changes, is_over) = (Mutex::default(), AtomicU64::new(0), AtomicBool::new(false));
    let site = Site { ports, page, changes, is_over, credentials };
    if arguments.programs.len() > 1 {
        let tally = site.while_visited(connections, || update(&site, &old.path, &new.path, &database))?;
        println!("update: {}", tally.line());
    }
    let tally = site.while_visited(connections, || killed(&site, &new.path, &database, arguments.kills))?;
    println!("{} kills: {}", arguments.kills, tally.line());
    let server = Server::start_at(&new.path, &database, page, page)?;
    let began = Instant::now();
    let mut samples = Vec::new();
    site.set_ports(vec![page]);
    let tally = site.while_visited(connections, || {
        for _ in 0..SAMPLES {
            thread::sleep(time / SAMPLES);
            samples.push(Sample { memory: server.memory()?, files: server.open_files()? });
        }
        Ok(())
    })?;
    let rate = tally.times.len() as f64 / began.elapsed().as_secs_f64();
    println!("{} s without a pause: {}, {rate:.0} sign-ins/s", time.as_secs(), tally.line());
    let listed =
        |value: fn(&Sample) -> u64| samples.iter().map(value).map(|it| it.to_string()).collect::<Vec<_>>();
    println!("memory in MiB: {}", listed(|sample| sample.memory).join(" "));
    println!("open files: {}", listed(|sample| sample.files as u64).join(" "));
    grows_not(&samples)
}

struct Sample {
    memory: u64,
    files: usize,
}

fn grows_not(samples: &[Sample]) -> Result<()> {
    let warm = samples.get(samples.len() / 4).ok_or("too few samples")?;
    let end = samples.last().ok_or("too few samples")?;
    if end.memory as f64 > warm.memory as f64 * GROWTH_MAX {
        return Err(format!("the memory grew from {} to {} MiB", warm.memory, end.memory).into());
    }
    Ok(())
}

/// Starts the new program beside the old one, and then stops that, as an update without a pause does.
fn update(site: &Site, old: &str, new: &str, database: &str) -> Result<()> {
    let before = Server::start_at(old, database, site.page, site.page)?;
    site.set_ports(vec![site.page]);
    thread::sleep(UPDATE);
    let port = process::free_port()?;
    let after = Server::start_at(new, database, port, site.page)?;
    site.set_ports(vec![site.page, port]);
    thread::sleep(UPDATE);
    site.set_ports(vec![port]);
    drop(before);
    thread::sleep(UPDATE);
    site.set_ports(Vec::new());
    drop(after);
    Ok(())
}

fn killed(site: &Site, program: &str, database: &str, kills: u32) -> Result<()> {
    for number in 0..kills {
        let server = Server::start_at(program, database, site.page, site.page)?;
        site.set_ports(vec![site.page]);
        thread::sleep(LIFE + LONGER * number);
        // Requests are under way.
        site.set_ports(Vec::new());
        server.kill()?;
    }
    // Once more, so that what the last one acknowledged is asked for.
    let server = Server::start_at(program, database, site.page, site.page)?;
    site.set_ports(vec![site.page]);
    thread::sleep(LIFE);
    site.set_ports(Vec::new());
    drop(server);
    Ok(())
}

impl Tally {
    fn line(&self) -> String {
        let mut times = self.times.clone();
        times.sort_unstable();
        format!(
            "{} sign-ins (p50 {:.1} ms, p99 {:.1} ms), {} interrupted requests, {} sessions asked for, none lost",
            times.len(),
            measured::part(&times, 0.5).as_secs_f64() * 1e3,
            measured::part(&times, 0.99).as_secs_f64() * 1e3,
            self.interrupted,
            self.checked,
        )
    }
}
