//! The open connections, and the choice of one to dismiss when another needs its place.

use std::collections::HashMap;
use std::net::IpAddr;
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

/// Whose connection it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Client {
    /// The client's with this address, or this network.
    Network(IpAddr),
    /// Of a client behind a proxy. Each such connection counts as a client's only one.
    Unknown,
}

#[derive(Debug)]
struct Connection {
    from: Client,
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
    pub(super) fn add(&self, from: Client, now: Instant) -> Place {
        let mut connections = self.lock();
        let number = connections.next;
        connections.next = number.wrapping_add(1);
        let connection =
            Connection { from, waiting_since: now, is_asked: false, is_dismissed: false, task: None };
        connections.all.insert(number, connection);
        Place { registry: self.clone(), number }
    }

    /// Dismisses a connection to make room for one of this client: one of the client with the most connections, which the
    /// server has been waiting for longest. A connection with a request under way is dismissed only if all have one. So a
    /// client can displace another only if it has fewer connections.
    pub(super) fn make_room(&self, newcomer: Client) {
        let mut connections = self.lock();
        let mut counts: HashMap<IpAddr, usize> = HashMap::new();
        let mut most = 0;
        for connection in connections.all.values().filter(|it| !it.is_dismissed) {
            let count = match connection.from {
                Client::Network(network) => counts.entry(network).or_default(),
                Client::Unknown => &mut 0,
            };
            *count = count.saturating_add(1);
            most = most.max(*count);
        }
        let has_most = |client: Client| match client {
            Client::Network(network) => counts.get(&network) == Some(&most),
            Client::Unknown => most == 1,
        };
        // Its own connection, if it has as many as any other client.
        let own = matches!(newcomer, Client::Network(_)) && has_most(newcomer);
        let may_go = |client: Client| if own { client == newcomer } else { has_most(client) };
        let candidates = connections.all.values_mut().filter(|it| !it.is_dismissed && may_go(it.from));
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn client(text: &str) -> Client {
        text.parse().map_or(Client::Unknown, Client::Network)
    }

    /// The connections that are dismissed for a newcomer. Each has an address, or that of a proxy, and the seconds at which
    /// its wait began.
    fn dismissed(connections: &[(&str, u64)], newcomer: &str) -> Vec<usize> {
        let (registry, start) = (Registry::default(), Instant::now());
        let places: Vec<_> = connections
            .iter()
            .map(|(from, at)| registry.add(client(from), start + Duration::from_secs(*at)))
            .collect();
        registry.make_room(client(newcomer));
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
    fn connections_of_a_proxy_are_not_those_of_one_client() {
        let with_others = [("proxy", 0), ("proxy", 1), ("proxy", 2), ("192.0.2.1", 4), ("192.0.2.1", 3)];
        assert_eq!(dismissed(&with_others, "192.0.2.2"), [4]);
        assert_eq!(dismissed(&with_others, "proxy"), [4]);
        let only_proxies = [("proxy", 2), ("proxy", 1), ("proxy", 3)];
        assert_eq!(dismissed(&only_proxies, "proxy"), [1], "the longest idle one");
        assert_eq!(dismissed(&[("proxy", 1), ("192.0.2.1", 0), ("proxy", 2)], "proxy"), [1]);
        assert_eq!(dismissed(&[("proxy", 0), ("192.0.2.1", 1), ("proxy", 2)], "192.0.2.1"), [1], "its own");
    }

    #[test]
    fn a_connection_with_a_request_is_dismissed_only_if_all_have_one() {
        let (registry, start) = (Registry::default(), Instant::now());
        let client = client("192.0.2.1");
        let [first, second] = [0, 1].map(|at| registry.add(client, start + Duration::from_secs(at)));
        let context = Context::from_waker(Waker::noop());
        let state = || [&first, &second].map(|place| place.is_dismissed(&context));
        first.received();
        registry.make_room(client);
        assert_eq!(state(), [false, true]);
        registry.make_room(client);
        assert_eq!(state(), [true, true]);
    }
}
