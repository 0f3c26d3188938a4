use std::sync::atomic::{AtomicU64, Ordering};

use super::config::Limit;
use super::*;

/// Limits with a clock of the test, in seconds.
fn limits(config: &LimitsConfig) -> (Limits, Arc<AtomicU64>) {
    let seconds = Arc::new(AtomicU64::new(0));
    let clock = Uptime(Arc::new({
        let seconds = Arc::clone(&seconds);
        move || Duration::from_secs(seconds.load(Ordering::Relaxed))
    }));
    (Limits::with_clock(config, &LimitMetrics::default(), clock), seconds)
}

fn config(change: impl FnOnce(&mut LimitsConfig)) -> LimitsConfig {
    let mut config = LimitsConfig::off();
    change(&mut config);
    config
}

fn from(address: &str) -> ClientAddress {
    ClientAddress { ip: address.parse().unwrap(), is_proxy: false }
}

fn limit(text: &str) -> Limit {
    text.parse().unwrap()
}

#[test]
fn an_address_has_its_burst_and_then_its_rate() {
    let (limits, seconds) = limits(&config(|it| it.starts = limit("1/s:3")));
    let take = |address| limits.take(Cost::Start, Some(from(address)), None);
    for _ in 0..3 {
        take("192.0.2.1").unwrap();
    }
    let over = OverLimitError { scope: Scope::Address, wait: Duration::from_secs(1) };
    assert_eq!(take("192.0.2.1"), Err(over));
    assert_eq!(take("::ffff:192.0.2.1"), Err(over), "the same address");
    take("192.0.2.2").unwrap();
    seconds.store(1, Ordering::Relaxed);
    take("192.0.2.1").unwrap();
    assert_eq!(take("192.0.2.1"), Err(over));
    seconds.store(60, Ordering::Relaxed);
    assert_eq!((0..10).filter(|_| take("192.0.2.1").is_ok()).count(), 3, "no more than a burst");
}

#[test]
fn a_network_of_ipv6_is_one_address() {
    let (limits, _) = limits(&config(|it| it.reads = limit("1/s:2")));
    let take = |address| limits.take(Cost::Read, Some(from(address)), None).is_ok();
    assert!(take("2001:db8::1") && take("2001:db8::2"));
    assert!(!take("2001:db8::3"));
    assert!(take("2001:db8:0:1::3"));
}

#[test]
fn each_cost_has_its_own_buckets() {
    let one = limit("1/s:1");
    let (limits, _) = limits(&config(|it| {
        (it.reads, it.starts, it.finishes, it.sign_ups, it.checks) = (one, one, one, one, one);
    }));
    for cost in [Cost::Read, Cost::Start, Cost::Finish, Cost::SignUp, Cost::Check] {
        limits.take(cost, Some(from("192.0.2.1")), None).unwrap();
        limits.take(cost, Some(from("192.0.2.1")), None).unwrap_err();
    }
}

#[test]
fn a_client_over_its_own_limit_takes_nothing_from_all() {
    let (limits, _) = limits(&config(|it| (it.finishes, it.all_finishes) = (limit("1/s:2"), limit("1/s:3"))));
    let take = |address| limits.take(Cost::Finish, Some(from(address)), None).map_err(|error| error.scope);
    let flood: Vec<_> = (0..50).map(|_| take("192.0.2.1")).collect();
    assert_eq!(flood.iter().filter(|it| it.is_ok()).count(), 2);
    assert_eq!(take("192.0.2.2"), Ok(()));
    assert_eq!(take("192.0.2.3"), Err(Scope::All));
    let counted: Vec<_> = limits.rejected().filter(|(_, count)| *count > 0).collect();
    assert_eq!(counted, [("address", 48), ("all", 1)]);
}

#[test]
fn a_known_session_has_a_bucket_of_its_own() {
    let one = limit("1/s:1");
    let (limits, seconds) =
        limits(&config(|it| (it.starts, it.all_starts, it.sessions) = (one, one, limit("1/s:2"))));
    let take = |session: &str| {
        limits.take(Cost::Start, Some(from("192.0.2.1")), Some(session.as_bytes())).map_err(|it| it.scope)
    };
    assert_eq!(take("a"), Ok(()));
    assert_eq!(take("a"), Err(Scope::Address), "not known yet");
    limits.remember(b"a");
    assert_eq!([take("a"), take("a"), take("a")], [Ok(()), Ok(()), Err(Scope::Session)]);
    assert_eq!(take("b"), Err(Scope::Address), "another session at that address");
    seconds.store(599, Ordering::Relaxed);
    assert_eq!(take("a"), Ok(()));
    seconds.store(600, Ordering::Relaxed);
    assert_eq!([take("a"), take("a")], [Ok(()), Err(Scope::Address)], "remembered for ten minutes");
}

#[test]
fn the_limit_of_a_name_is_for_all_addresses() {
    let (limits, _) = limits(&config(|it| it.names = limit("1/min:2")));
    limits.take_name("ada").unwrap();
    limits.take_name("ada").unwrap();
    let over = OverLimitError { scope: Scope::Name, wait: Duration::from_secs(60) };
    assert_eq!(limits.take_name("ada"), Err(over));
    limits.take_name("eve").unwrap();
}

#[test]
fn a_proxy_asks_for_all_users_without_a_limit_of_its_address() {
    let one = limit("1/s:1");
    let (limits, _) = limits(&config(|it| (it.checks, it.starts) = (one, one)));
    let proxy = Some(ClientAddress { ip: "10.0.0.1".parse().unwrap(), is_proxy: true });
    for _ in 0..10 {
        limits.take(Cost::Check, proxy, None).unwrap();
    }
    limits.take(Cost::Start, proxy, None).unwrap();
    limits.take(Cost::Start, proxy, None).unwrap_err();
}

#[test]
fn without_limits_everything_passes() {
    let (limits, _) = limits(&LimitsConfig::off());
    for _ in 0..10_000 {
        limits.take(Cost::Finish, Some(from("192.0.2.1")), None).unwrap();
        limits.take_name("ada").unwrap();
        limits.take_connection("192.0.2.1".parse().unwrap()).unwrap();
    }
}

#[test]
fn connections_are_limited_by_network() {
    let (limits, _) = limits(&config(|it| it.connections = limit("1/s:1")));
    limits.take_connection("2001:db8::1".parse().unwrap()).unwrap();
    let error = limits.take_connection("2001:db8::2".parse().unwrap()).unwrap_err();
    assert_eq!(error.scope, Scope::Connections);
}

#[test]
fn recovery_codes_are_limited_for_an_account_and_a_stranger_does_not_lock_its_owner_out() {
    let (limits, seconds) =
        limits(&config(|it| (it.recoveries, it.account_recoveries) = (limit("20/h:3"), limit("1/s:5"))));
    let take = |address| limits.take_recovery("ada", Some(from(address))).map_err(|error| error.wait);
    let stranger: Vec<_> = (0..1000).map(|_| take("192.0.2.1").is_ok()).collect();
    assert_eq!(stranger.iter().filter(|is_taken| **is_taken).count(), 3);
    assert_eq!(take("192.0.2.1"), Err(Duration::from_secs(180)));
    // The owner is elsewhere, and so are more strangers.
    assert_eq!([take("192.0.2.2"), take("192.0.2.3")], [Ok(()), Ok(())]);
    assert_eq!(take("192.0.2.4"), Err(Duration::from_secs(1)), "the account's own limit");
    assert_eq!(limits.take_recovery("eve", Some(from("192.0.2.4"))), Ok(()));
    seconds.store(1, Ordering::Relaxed);
    assert_eq!(take("192.0.2.4"), Ok(()));
    let counted: Vec<_> = limits.rejected().filter(|(_, count)| *count > 0).collect();
    assert_eq!(counted, [("recovery", 999)]);
}

#[test]
fn limits_that_are_configured_anew_begin_anew_and_others_go_on() {
    let (limits, _) = limits(&config(|it| it.names = limit("1/h:1")));
    limits.take_name("ada").unwrap();
    limits.take_name("ada").unwrap_err();
    limits.reconfigure(&config(|it| it.names = limit("1/h:1")));
    limits.take_name("ada").unwrap_err();
    limits.reconfigure(&config(|it| it.names = limit("2/h:2")));
    limits.take_name("ada").unwrap();
    limits.take_name("ada").unwrap();
    limits.take_name("ada").unwrap_err();
    limits.reconfigure(&LimitsConfig::off());
    limits.take_name("ada").unwrap();
}
