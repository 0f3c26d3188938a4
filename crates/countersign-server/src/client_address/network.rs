//! Networks of addresses.

use std::net::{IpAddr, Ipv6Addr};
use std::{fmt, str::FromStr};

use ipnet::IpNet;

/// A network of addresses, such as `10.0.0.0/8`, or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network(IpNet);

/// Why a text is not a [`Network`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// It is neither an address nor an address with the length of a prefix.
    #[error("{0:?} is not an address or a network, such as 10.0.0.7, 10.0.0.0/8 or 2001:db8::/32")]
    Malformed(String),
    /// The address has bits behind the prefix.
    #[error("{0:?} is an address in a network: write {1} for the network")]
    HostBits(String, String),
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self(address.to_canonical().into()));
        }
        let network: IpNet = text.parse().map_err(|_| NetworkError::Malformed(text.to_owned()))?;
        if network.trunc() == network {
            Ok(Self(network))
        } else {
            Err(NetworkError::HostBits(text.to_owned(), network.trunc().to_string()))
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Network {
    /// Whether an address is in the network. One that is mapped into IPv6 is an IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

/// The network of the client that has an address: of IPv6, a client has 64 bits or more
/// ([RFC 6177, section 2](https://www.rfc-editor.org/rfc/rfc6177#section-2)).
pub(crate) fn of_client(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_the_addresses_of_its_prefix() {
        let contains = |network: &str, address: &str| {
            network.parse::<Network>().unwrap().contains(address.parse().unwrap())
        };
        for (network, address, expected) in [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.0/8", "::ffff:10.0.0.1", true),
            ("10.0.0.7", "10.0.0.7", true),
            ("10.0.0.7", "10.0.0.8", false),
            ("::ffff:10.0.0.7", "10.0.0.7", true),
            ("2001:db8::/32", "2001:db8:1::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("0.0.0.0/0", "::1", false),
        ] {
            assert_eq!(contains(network, address), expected, "{network} {address}");
        }
    }

    #[test]
    fn what_is_no_network_is_reported_with_what_to_write() {
        let error = |text: &str| text.parse::<Network>().unwrap_err().to_string();
        let usual = "is not an address or a network, such as 10.0.0.7, 10.0.0.0/8 or 2001:db8::/32";
        for text in ["", "10.0.0.0/33", "10.0.0/8", "localhost", "10.0.0.0/", "*"] {
            assert_eq!(error(text), format!("{text:?} {usual}"));
        }
        let sentence = "\"10.0.0.7/8\" is an address in a network: write 10.0.0.0/8 for the network";
        assert_eq!(error("10.0.0.7/8"), sentence);
        assert_eq!("10.0.0.7".parse::<Network>().unwrap().to_string(), "10.0.0.7/32");
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_one_client_and_mapped_ones_are_ipv4() {
        let of = |text: &str| of_client(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::2"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
