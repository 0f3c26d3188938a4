//! The configuration of the audit log.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The fewest days that rows are kept.
pub(crate) const KEPT_DAYS_MIN: u32 = 7;

/// The audit log of a server: rows about what users and operators do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuditConfig {
    /// Whether acts of users are rows; they are by default. Acts of the operator are in any case.
    pub is_on: bool,
    /// What rows have of the address of a client.
    pub addresses: AuditedAddresses,
    /// Days for which rows are kept, 7 or more. By default 90.
    pub kept_days: u32,
}

impl Default for AuditConfig {
    fn default() -> Self {
        Self { is_on: true, addresses: AuditedAddresses::default(), kept_days: 90 }
    }
}

/// What rows of the audit log have of the address of a client, which is personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum AuditedAddresses {
    /// The first 24 bits of IPv4, or 48 of IPv6: the provider and the region, and not the line of a user.
    #[default]
    Network,
    /// The whole address.
    Full,
    /// Nothing.
    Omitted,
}

impl AuditedAddresses {
    /// What a row has of this address.
    pub(crate) fn of(self, address: IpAddr) -> Option<IpAddr> {
        match (self, address) {
            (Self::Omitted, _) => None,
            (Self::Full, address) => Some(address),
            (Self::Network, IpAddr::V4(address)) => {
                Some(Ipv4Addr::from_bits(address.to_bits() & (u32::MAX << 8)).into())
            }
            (Self::Network, IpAddr::V6(address)) => {
                Some(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 80)).into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_cut_to_its_network_by_default() {
        for (address, network) in [("192.0.2.77", "192.0.2.0"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1::")].map(
            |(address, network)| (address.parse::<IpAddr>().unwrap(), network.parse::<IpAddr>().unwrap()),
        ) {
            assert_eq!(AuditedAddresses::default().of(address), Some(network));
            assert_eq!(AuditedAddresses::Full.of(address), Some(address));
            assert_eq!(AuditedAddresses::Omitted.of(address), None);
        }
    }
}
