//! A server under load for a long time: an update, kills, a database that goes away, a clock that jumps, and then minutes without
//! a pause.
//!
//! No session that a server acknowledged may be lost, a finish that is sent again must lead to the same session, no request may
//! fail while its server and its database run, and the memory must not grow.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::arguments::Arguments;
use crate::away::Away;
use crate::client::{Client, Finish, any_account};
use crate::clock::Clock;
use crate::process::{self, Server};
use crate::{measured, result::Result};

/// How long the old program serves alone, and then both.
const UPDATE: Duration = Duration::from_secs(10);

/// How long a server runs before it is killed, and how much longer the next one does.
const LIFE: Duration = Duration::from_millis(1500);
const LONGER: Duration = Duration::from_millis(37);

/// How long a database is away, and for how long it stays then.
const AWAY: Duration = Duration::from_secs(3);

/// How long a server may need to serve again once its database is back.
const RECOVERY: Duration = Duration::from_secs(30);

/// What the clock is ahead by, in seconds, one after the other: it jumps by an hour, and then back by less than the minute that
/// the clocks of instances may differ by.
const JUMPS: [i64; 4] = [0, 3600, 3550, 3600];

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
    /// Whether the database is away, so that requests may fail.
    is_away: AtomicBool,
    /// Whether finishes are sent again after a change. After a jump of the clock they have expired.
    repeats: AtomicBool,
    credentials: u64,
}

/// What a client remembers.
#[derive(Default)]
struct Memory {
    /// Its last sessions, and the finishes that created them.
    sessions: VecDeque<(String, Finish)>,
    /// The finish that was not answered.
    unanswered: Option<Finish>,
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
    /// Finishes that were sent again.
    repeated: usize,
    /// Those of them that led to another session.
    doubled: usize,
}

impl Site {
    fn set_ports(&self, ports: Vec<u16>) {
        *self.ports.lock().unwrap_or_else(PoisonError::into_inner) = ports;
        self.note_change();
    }

    /// Says that something changed at the servers that answer.
    fn note_change(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
    }

    /// The number of changes, and the port to use for this turn.
    fn port(&self, turn: usize) -> (u64, Option<u16>) {
        let ports = self.ports.lock().unwrap_or_else(PoisonError::into_inner);
        let port = turn.checked_rem(ports.len()).and_then(|at| ports.get(at)).copied();
        (self.changes.load(Ordering::SeqCst), port)
    }

    /// Whether a request that began at this number of changes may fail: its database is away, or something has changed since.
    fn may_fail(&self, changes: u64) -> bool {
        self.is_away.load(Ordering::SeqCst) || self.changes.load(Ordering::SeqCst) != changes
    }

    /// Signs in until the time is over, and asks for earlier sessions after each change.
    fn visit(&self) -> Result<Tally> {
        let (mut tally, mut memory) = (Tally::default(), Memory::default());
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
            let is_away = self.is_away.load(Ordering::SeqCst);
            let outcome = if changes == seen || is_away {
                sign_in(client, self.credentials, &mut memory, &mut tally)
            } else {
                check(client, &mut memory, &mut tally, self.repeats.load(Ordering::SeqCst))
            };
            match outcome {
                Ok(()) if !is_away => seen = changes,
                Ok(()) => {}
                Err(_) if is_away || self.may_fail(changes) => tally.interrupted += 1,
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
                all.repeated += tally.repeated;
                all.doubled += tally.doubled;
            }
            acted?;
            if all.doubled > 0 {
                return Err(format!("{} finishes were done twice", all.doubled).into());
            }
            if all.lost > 0 {
                return Err(format!("{} acknowledged sessions are lost", all.lost).into());
            }
            Ok(all)
        })
    }
}

fn sign_in(client: &mut Client, credentials: u64, memory: &mut Memory, tally: &mut Tally) -> Result<()> {
    let outcome = client.sign_in(any_account(credentials), credentials);
    let finish = client.finish().cloned();
    let time = match (outcome, &finish) {
        (Ok(time), _) => time,
        (Err(error), finish) => {
            memory.unanswered.clone_from(finish);
            return Err(error);
        }
    };
    tally.times.push(time);
    let session = client.session().ok_or("a sign-in without a session")?.to_owned();
    memory.sessions.push_back((session, finish.ok_or("a sign-in without a finish")?));
    if memory.sessions.len() > KEPT {
        memory.sessions.pop_front();
    }
    Ok(())
}

/// Asks for the last sessions, and sends finishes again: the last one that was answered, and the one that was not.
fn check(client: &mut Client, memory: &mut Memory, tally: &mut Tally, repeats: bool) -> Result<()> {
    for (session, _) in &memory.sessions {
        let is_there = client.is_signed_in(session)?;
        tally.checked += 1;
        tally.lost += usize::from(!is_there);
    }
    if !repeats {
        memory.unanswered = None;
        return Ok(());
    }
    if let Some((session, finish)) = memory.sessions.back() {
        let again = client.repeat(finish)?;
        tally.repeated += 1;
        tally.doubled += usize::from(again != *session);
    }
    if let Some(finish) = memory.unanswered.clone() {
        let [first, second] = [client.repeat(&finish)?, client.repeat(&finish)?];
        tally.repeated += 2;
        tally.doubled += usize::from(first != second);
        memory.unanswered = None;
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
    let site = Site {
        ports: Mutex::default(),
        page,
        changes: AtomicU64::new(0),
        is_over: AtomicBool::new(false),
        is_away: AtomicBool::new(false),
        repeats: AtomicBool::new(true),
        credentials,
    };
    if arguments.programs.len() > 1 {
        let tally = site.while_visited(connections, || update(&site, &old.path, &new.path, &database))?;
        println!("update: {}", tally.line());
    }
    let tally = site.while_visited(connections, || killed(&site, &new.path, &database, arguments.kills))?;
    println!("{} kills: {}", arguments.kills, tally.line());
    if arguments.away > 0 {
        let tally = site.while_visited(connections, || away(&site, &new.path, &database, arguments.away))?;
        println!("{} times without the database: {}", arguments.away, tally.line());
    }
    if let Some(library) = &arguments.clock {
        site.repeats.store(false, Ordering::SeqCst);
        let clock = Clock::new(library)?;
        let tally = site.while_visited(connections, || jump(&site, &new.path, &database, &clock))?;
        site.repeats.store(true, Ordering::SeqCst);
        println!("{} jumps of the clock: {}", JUMPS.len() - 1, tally.line());
    }
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

/// Takes the database away from a server that runs, and brings it back, so often.
fn away(site: &Site, program: &str, database: &str, times: u32) -> Result<()> {
    let (away, address) = Away::of(database)?;
    let server = Server::start_at(program, &address, site.page, site.page)?;
    site.set_ports(vec![site.page]);
    for _ in 0..times {
        thread::sleep(AWAY);
        site.is_away.store(true, Ordering::SeqCst);
        away.go()?;
        thread::sleep(AWAY);
        away.come_back()?;
        serves_again(site)?;
        site.note_change();
        site.is_away.store(false, Ordering::SeqCst);
    }
    thread::sleep(AWAY);
    site.set_ports(Vec::new());
    drop(server);
    Ok(())
}

/// Waits until a sign-in succeeds.
fn serves_again(site: &Site) -> Result<()> {
    let began = Instant::now();
    loop {
        let outcome =
            Client::new(site.page, site.page).sign_in(any_account(site.credentials), site.credentials);
        match outcome {
            Ok(_) => return Ok(()),
            Err(error) if began.elapsed() > RECOVERY => {
                return Err(format!("the server does not serve again: {error}").into());
            }
            Err(_) => thread::sleep(Duration::from_millis(100)),
        }
    }
}

/// Lets the clock of a server that runs jump. Sign-ins that are under way may fail.
fn jump(site: &Site, program: &str, database: &str, clock: &Clock) -> Result<()> {
    let server = Server::start_with(program, database, site.page, site.page, Some(clock))?;
    site.set_ports(vec![site.page]);
    for seconds in JUMPS {
        site.is_away.store(true, Ordering::SeqCst);
        clock.set(seconds)?;
        serves_again(site)?;
        site.note_change();
        site.is_away.store(false, Ordering::SeqCst);
        thread::sleep(AWAY);
    }
    site.set_ports(Vec::new());
    drop(server);
    Ok(())
}

impl Tally {
    fn line(&self) -> String {
        let mut times = self.times.clone();
        times.sort_unstable();
        format!(
            "{} sign-ins (p50 {:.1} ms, p99 {:.1} ms), {} interrupted requests, {} sessions asked for, none lost, {} finishes \
             sent again, none done twice",
            times.len(),
            measured::part(&times, 0.5).as_secs_f64() * 1e3,
            measured::part(&times, 0.99).as_secs_f64() * 1e3,
            self.interrupted,
            self.checked,
            self.repeated,
        )
    }
}
