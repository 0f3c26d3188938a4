//! The address of a client: that of its connection, or what a trusted proxy says.

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use axum::http::{HeaderMap, header};
use prometheus_client::metrics::counter::Counter;

use self::fields::{MalformedError, X_FORWARDED_FOR, forwarded, x_forwarded_for};
use self::network::Network;

mod fields;
pub(crate) mod network;

/// The proxies in front of a server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ProxyConfig {
    /// The networks of proxies whose field is trusted. None by default: each connection is then a client of its own.
    pub trusted: Vec<Network>,
    /// The field in which they say whom they asked for. They must set or extend it in each request, since a client may
    /// send it too.
    pub field: ForwardedField,
}

impl ProxyConfig {
    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(address))
    }

    /// The first address, from the last one on, that is no trusted proxy.
    fn last_client(
        &self,
        backwards: impl Iterator<Item = Result<IpAddr, MalformedError>>,
    ) -> Result<Option<IpAddr>, MalformedError> {
        let mut farthest = None;
        for address in backwards {
            let address = address?;
            farthest = Some(address);
            if !self.trusts(address) {
                break;
            }
        }
        Ok(farthest)
    }
}

/// The header field with the addresses of a client and of the proxies in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ForwardedField {
    /// `X-Forwarded-For`, which nearly all proxies can send.
    #[default]
    XForwardedFor,
    /// `Forwarded` ([RFC 7239](https://www.rfc-editor.org/rfc/rfc7239)).
    Forwarded,
}

/// An unknown name of a [`ForwardedField`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a field with the addresses of clients: use x-forwarded-for or forwarded")]
pub struct ForwardedFieldError(String);

impl FromStr for ForwardedField {
    type Err = ForwardedFieldError;

    fn from_str(text: &str) -> Result<Self, ForwardedFieldError> {
        match text.to_ascii_lowercase().as_str() {
            "x-forwarded-for" => Ok(Self::XForwardedFor),
            "forwarded" => Ok(Self::Forwarded),
            _ => Err(ForwardedFieldError(text.to_owned())),
        }
    }
}

/// The address of the client that sent a request; an extension of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClientAddress {
    /// The address, IPv4 if it is one mapped into IPv6.
    pub(crate) ip: IpAddr,
    /// Whether it is a trusted proxy that asks for itself, without the field.
    pub(crate) is_proxy: bool,
}

/// Finds the addresses of clients. The proxies can be changed while a server runs.
#[derive(Debug)]
pub(crate) struct ClientAddresses {
    proxies: RwLock<Arc<ProxyConfig>>,
    /// The number of requests so far whose field was malformed.
    malformed: Counter,
    has_warned: AtomicBool,
}

impl ClientAddresses {
    pub(crate) fn new(proxies: &ProxyConfig, malformed: Counter) -> Self {
        Self {
            proxies: RwLock::new(Arc::new(proxies.clone())),
            malformed,
            has_warned: AtomicBool::new(false),
        }
    }

    /// Trusts other proxies from now on.
    pub(crate) fn reconfigure(&self, proxies: &ProxyConfig) {
        *self.proxies.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(proxies.clone());
        self.has_warned.store(false, Ordering::Relaxed);
    }

    fn proxies(&self) -> Arc<ProxyConfig> {
        self.proxies.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether an address is that of a trusted proxy.
    pub(crate) fn is_trusted(&self, address: IpAddr) -> bool {
        self.proxies().trusts(address)
    }

    /// The address of the client whose request came with these fields from this peer.
    ///
    /// Of the addresses in the field of a trusted proxy it is the last that is no trusted proxy: those before it are the
    /// client's own words. If all are proxies, it is the first. If one that has to be read is malformed, it is the peer.
    pub(crate) fn find(&self, peer: IpAddr, fields: &HeaderMap) -> ClientAddress {
        let peer = peer.to_canonical();
        let proxies = self.proxies();
        if !proxies.trusts(peer) {
            self.warn_of_a_proxy(peer, fields);
            return ClientAddress { ip: peer, is_proxy: false };
        }
        let found = match proxies.field {
            ForwardedField::XForwardedFor => proxies.last_client(x_forwarded_for(fields)),
            ForwardedField::Forwarded => proxies.last_client(forwarded(fields)),
        };
        match found {
            Ok(Some(ip)) => ClientAddress { ip, is_proxy: false },
            Ok(None) => ClientAddress { ip: peer, is_proxy: true },
            Err(MalformedError) => {
                self.malformed.inc();
                ClientAddress { ip: peer, is_proxy: false }
            }
        }
    }

    /// Warns once of what is probably a proxy that is not configured: its clients share the limits of one address.
    fn warn_of_a_proxy(&self, peer: IpAddr, fields: &HeaderMap) {
        let Some(field) = [X_FORWARDED_FOR, header::FORWARDED].into_iter().find(|it| fields.contains_key(it))
        else {
            return;
        };
        if !self.has_warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                %peer,
                %field,
                "a request has the field of a proxy and comes from an address that is not a trusted proxy: if it is your \
                 proxy, configure its address, or all its clients share the limits of one address"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn addresses(field: ForwardedField) -> ClientAddresses {
        let trusted = ["10.0.0.0/8", "2001:db8::/32"].map(|text| text.parse().unwrap()).to_vec();
        ClientAddresses::new(&ProxyConfig { trusted, field }, Counter::default())
    }

    fn fields(name: &HeaderName, lines: &[&str]) -> HeaderMap {
        let value = |line: &&str| HeaderValue::from_bytes(line.as_bytes()).unwrap();
        lines.iter().map(|line| (name.clone(), value(line))).collect()
    }

    /// The address for a request from this peer, and the number of malformed fields.
    fn find(field: ForwardedField, peer: &str, lines: &[&str]) -> (String, u64) {
        let addresses = addresses(field);
        let mut map = HeaderMap::new();
        let name = match field {
            ForwardedField::XForwardedFor => X_FORWARDED_FOR,
            ForwardedField::Forwarded => header::FORWARDED,
        };
        for (name, value) in &fields(&name, lines) {
            map.append(name, value.clone());
        }
        let found = addresses.find(peer.parse().unwrap(), &map);
        (found.ip.to_string(), addresses.malformed.get())
    }

    #[test]
    fn the_last_address_that_is_no_proxy_is_the_client() {
        use ForwardedField::{Forwarded, XForwardedFor};
        for (field, lines, client) in [
            (XForwardedFor, &["192.0.2.1"][..], "192.0.2.1"),
            (XForwardedFor, &["192.0.2.9, 192.0.2.1"], "192.0.2.1"),
            (XForwardedFor, &["192.0.2.9", "192.0.2.1,10.0.0.7", "10.9.9.9"], "192.0.2.1"),
            (XForwardedFor, &["lies; \"and\", more, 192.0.2.1"], "192.0.2.1"),
            (XForwardedFor, &["10.0.0.9, 10.0.0.8"], "10.0.0.9"),
            (XForwardedFor, &["192.0.2.1:4711"], "192.0.2.1"),
            (XForwardedFor, &["[2001:db9::1]:80"], "2001:db9::1"),
            (XForwardedFor, &["2001:db9::1, 2001:db8::7"], "2001:db9::1"),
            (XForwardedFor, &["::ffff:192.0.2.1"], "192.0.2.1"),
            (Forwarded, &["for=192.0.2.1"], "192.0.2.1"),
            (Forwarded, &["For=192.0.2.9;proto=http;by=203.0.113.43, FOR=\"192.0.2.1:80\""], "192.0.2.1"),
            (Forwarded, &["for=192.0.2.1", "by=x;for=10.0.0.7"], "192.0.2.1"),
            (Forwarded, &["for=\"[2001:db9::17]:4711\""], "2001:db9::17"),
            (Forwarded, &["for=192.0.2.1;host=\"a,b;for=192.0.2.3\\\"\""], "192.0.2.1"),
        ] {
            assert_eq!(find(field, "10.0.0.1", lines), (client.to_owned(), 0), "{lines:?}");
        }
    }

    #[test]
    fn a_field_from_anyone_else_is_ignored() {
        for peer in ["192.0.2.7", "2001:db9::1"] {
            let lines = ["192.0.2.1"];
            assert_eq!(find(ForwardedField::XForwardedFor, peer, &lines), (peer.to_owned(), 0));
        }
        assert_eq!(find(ForwardedField::XForwardedFor, "::ffff:192.0.2.7", &[]), ("192.0.2.7".to_owned(), 0));
    }

    #[test]
    fn a_malformed_field_counts_and_leaves_the_peer() {
        use ForwardedField::{Forwarded, XForwardedFor};
        let long = "10.0.0.7,".repeat(40) + "10.0.0.8";
        for (field, lines) in [
            (XForwardedFor, &["unknown"][..]),
            (XForwardedFor, &[""]),
            (XForwardedFor, &["192.0.2.1,"]),
            (XForwardedFor, &["192.0.2.1", "10.0.0.7, x"]),
            (XForwardedFor, &["192.0.2.256"]),
            (XForwardedFor, &["192.0.2.1:port"]),
            (XForwardedFor, &["[2001:db9::1"]),
            (XForwardedFor, &["[2001:db9::1]80"]),
            (XForwardedFor, &["fe80::1%eth0"]),
            (XForwardedFor, &["192.0.2.\u{e9}"]),
            (XForwardedFor, &[&long]),
            (Forwarded, &["for=unknown"]),
            (Forwarded, &["for=_hidden"]),
            (Forwarded, &["by=192.0.2.1"]),
            (Forwarded, &["for=192.0.2.1;for=192.0.2.2"]),
            (Forwarded, &["for=\"192.0.2.1"]),
            (Forwarded, &["for=\"192.0.2.1\"x"]),
            (Forwarded, &["for 192.0.2.1"]),
            (Forwarded, &["for=192.0.2.1,"]),
            (Forwarded, &["192.0.2.1"]),
        ] {
            assert_eq!(find(field, "10.0.0.1", lines), ("10.0.0.1".to_owned(), 1), "{lines:?}");
        }
    }

    #[test]
    fn a_proxy_without_the_field_asks_for_itself() {
        let peer = "10.0.0.1".parse().unwrap();
        for field in [ForwardedField::XForwardedFor, ForwardedField::Forwarded] {
            let found = addresses(field).find(peer, &HeaderMap::new());
            assert_eq!(found, ClientAddress { ip: peer, is_proxy: true });
        }
    }

    #[test]
    fn the_fields_have_names() {
        assert_eq!("X-Forwarded-For".parse(), Ok(ForwardedField::XForwardedFor));
        assert_eq!("forwarded".parse(), Ok(ForwardedField::Forwarded));
        let error = "x-real-ip".parse::<ForwardedField>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"x-real-ip\" is not a field with the addresses of clients: use x-forwarded-for or forwarded"
        );
    }
}
