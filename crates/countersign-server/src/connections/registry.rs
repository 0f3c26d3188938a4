//! The open connections, and the choice of one to dismiss when another needs its place.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Waker};

use tokio::time::Instant;

/// The open connections.
#[derive(Debug, Clone, Default)]
pub(super) struct Registry(Arc<Mutex<Connections>>);

#[derive(Debug, Default)]
struct Connections {
    next: u64,
    all: HashMap<u64, Connection>,
}

#[derive(Debug)]
struct Connection {
    from: IpAddr,
    /// When it was accepted or last sent something: since then, the server has been waiting for the client.
    waiting_since: Instant,
    /// Whether a part of a request has arrived since.
    is_asked: bool,
    /// Whether it has to end.
    is_dismissed: bool,
    /// Wakes the task that serves it when it is dismissed.
    task: Option<Waker>,
}

/// A place in the registry, which is released when dropped.
#[derive(Debug)]
pub(super) struct Place {
    registry: Registry,
    number: u64,
}

impl Registry {
    /// Adds a connection.
    pub(super) fn add(&self, from: SocketAddr, now: Instant) -> Place {
        let mut connections = self.lock();
        let number = connections.next;
        connections.next = number.wrapping_add(1);
        let connection = Connection {
            from: network(from.ip()),
            waiting_since: now,
            is_asked: false,
            is_dismissed: false,
            task: None,
        };
        connections.all.insert(number, connection);
        Place { registry: self.clone(), number }
    }

    /// Dismisses a connection to make room for one from this address: one of the address with the most connections,
    /// which the server has been waiting for longest. A connection with a request under way is dismissed only if all
    /// have one. So a client can displace another only if it has fewer connections.
    pub(super) fn make_room(&self, newcomer: SocketAddr) {
        let mut connections = self.lock();
        let mut counts: HashMap<IpAddr, usize> = HashMap::new();
        for connection in connections.all.values().filter(|it| !it.is_dismissed) {
            let count = counts.entry(connection.from).or_default();
            *count = count.saturating_add(1);
        }
        let most = counts.values().copied().max().unwrap_or_default();
        // Its own connection, if it has as many as any other address.
        let newcomer = network(newcomer.ip());
        let own = counts.get(&newcomer).is_some_and(|count| *count == most).then_some(newcomer);
        let has_most =
            |from: &IpAddr| own.map_or_else(|| counts.get(from) == Some(&most), |own| own == *from);
        let candidates = connections.all.values_mut().filter(|it| !it.is_dismissed && has_most(&it.from));
        if let Some(longest) = candidates.min_by_key(|it| (it.is_asked, it.waiting_since)) {
            longest.is_dismissed = true;
            if let Some(task) = longest.task.take() {
                task.wake();
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Connections> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Whether the connection has to end. If not, the task is woken when it has to.
    pub(super) fn is_dismissed(&self, context: &Context<'_>) -> bool {
        let mut connections = self.registry.lock();
        let Some(connection) = connections.all.get_mut(&self.number) else { return true };
        if !connection.task.as_ref().is_some_and(|task| task.will_wake(context.waker())) {
            connection.task = Some(context.waker().clone());
        }
        connection.is_dismissed
    }

    /// Notes that something was sent.
    pub(super) fn sent(&self, now: Instant) {
        if let Some(connection) = self.registry.lock().all.get_mut(&self.number) {
            connection.waiting_since = now;
            connection.is_asked = false;
        }
    }

    /// Notes that something was received.
    pub(super) fn received(&self) {
        if let Some(connection) = self.registry.lock().all.get_mut(&self.number) {
            connection.is_asked = true;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.registry.lock().all.remove(&self.number);
    }
}

/// Whose address it is: of IPv6, a client has a network of 64 bits or more
/// ([RFC 6177, section 2](https://www.rfc-editor.org/rfc/rfc6177#section-2)).
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// The connections that are dismissed for a newcomer. Each has an address and the seconds at which its wait began.
    fn dismissed(connections: &[(&str, u64)], newcomer: &str) -> Vec<usize> {
        let (registry, start) = (Registry::default(), Instant::now());
        let address = |text: &str| SocketAddr::new(text.parse().unwrap(), 1);
        let places: Vec<_> = connections
            .iter()
            .map(|(from, at)| registry.add(address(from), start + Duration::from_secs(*at)))
            .collect();
        registry.make_room(address(newcomer));
        let context = Context::from_waker(Waker::noop());
        places
            .iter()
            .enumerate()
            .filter(|(_, it)| it.is_dismissed(&context))
            .map(|(index, _)| index)
            .collect()
    }

    #[test]
    fn the_longest_idle_connection_of_the_largest_client_is_dismissed() {
        let one_has_most = [("192.0.2.1", 0), ("192.0.2.2", 5), ("192.0.2.2", 3), ("192.0.2.2", 4)];
        assert_eq!(dismissed(&one_has_most, "192.0.2.3"), [2]);
        assert_eq!(dismissed(&one_has_most, "192.0.2.2"), [2]);
        let alike = [("192.0.2.1", 1), ("192.0.2.2", 0), ("192.0.2.2", 2), ("192.0.2.1", 3)];
        assert_eq!(dismissed(&alike, "192.0.2.3"), [1]);
        assert_eq!(dismissed(&alike, "192.0.2.1"), [0], "its own");
        assert_eq!(dismissed(&[], "192.0.2.1"), [0; 0]);
    }

    #[test]
    fn a_connection_with_a_request_is_dismissed_only_if_all_have_one() {
        let (registry, start) = (Registry::default(), Instant::now());
        let address = SocketAddr::from(([192, 0, 2, 1], 1));
        let [first, second] = [0, 1].map(|at| registry.add(address, start + Duration::from_secs(at)));
        let context = Context::from_waker(Waker::noop());
        let state = || [&first, &second].map(|place| place.is_dismissed(&context));
        first.received();
        registry.make_room(address);
        assert_eq!(state(), [false, true]);
        registry.make_room(address);
        assert_eq!(state(), [true, true]);
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_one_client_and_mapped_ones_are_ipv4() {
        let network =
            [("2001:db8::1", 3), ("2001:db8::2", 2), ("2001:db8:0:1::1", 0), ("2001:db8:0:2::1", 1)];
        assert_eq!(dismissed(&network, "192.0.2.1"), [1]);
        assert_eq!(dismissed(&[("::ffff:192.0.2.1", 1), ("192.0.2.1", 2), ("192.0.2.2", 0)], "::1"), [0]);
    }
}
