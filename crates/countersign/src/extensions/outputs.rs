//! The outputs of one response, beside what was asked for: what both ceremonies check
//! ([section 9](https://www.w3.org/TR/webauthn-3/#sctn-extensions)).

use std::collections::BTreeMap;

use countersign_types::extensions::{
    AuthenticatorExtensionOutputs, ClientExtensionOutputs, Extension, ExtensionError, SecretBytes,
};

use super::{
    ExtensionPolicy, ExtensionRefused, RequestedExtensions,
    policy::{PrfResultsPolicy, RemoteClients, Unsolicited},
};
use crate::error::Fault;

/// The outputs of a response.
#[derive(Clone, Copy)]
pub(crate) struct Outputs<'a> {
    pub(super) policy: &'a ExtensionPolicy,
    pub(super) requested: &'a RequestedExtensions,
    pub(super) client: &'a ClientExtensionOutputs,
    pub(super) authenticator: AuthenticatorExtensionOutputs<'a>,
}

/// A CBOR map without members.
const NONE: &[u8] = &[0xa0];

impl<'a> Outputs<'a> {
    /// `authenticator` is the map of authenticator data, where it has one.
    pub(crate) fn new(
        policy: &'a ExtensionPolicy,
        requested: &'a RequestedExtensions,
        client: &'a ClientExtensionOutputs,
        authenticator: Option<&'a [u8]>,
    ) -> Result<Self, Fault> {
        let authenticator = AuthenticatorExtensionOutputs::parse(authenticator.unwrap_or(NONE))?;
        Ok(Self { policy, requested, client, authenticator })
    }

    /// The names of the outputs, the client's first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.client.names().chain(self.authenticator.names())
    }

    /// An output of this extension. One that was not asked for fails nothing: where it can't be read it is not there.
    pub(super) fn read<T>(
        &self,
        extension: &Extension,
        output: Result<Option<T>, ExtensionError>,
    ) -> Result<Option<T>, ExtensionError> {
        if self.requested.asks_for(extension) { output } else { Ok(output.ok().flatten()) }
    }

    /// What nobody asked for, where policy wants to know of it.
    pub(super) fn unsolicited(&self) -> Result<Vec<String>, ExtensionRefused> {
        let client = self.client.names().filter(|name| self.client.contains(name));
        let authenticator = self.authenticator.names();
        let mut reported = Vec::new();
        for (name, is_client, policy) in client
            .map(|name| (name, true, self.policy.unsolicited_client_outputs))
            .chain(authenticator.map(|name| (name, false, self.policy.unsolicited_authenticator_outputs)))
        {
            if policy == Unsolicited::Ignore || self.requested.asks_for(&Extension::of_name(name)) {
                continue;
            }
            let name = name.to_owned();
            match policy {
                Unsolicited::Reject if is_client => {
                    return Err(ExtensionRefused::UnsolicitedClientOutput { name });
                }
                Unsolicited::Reject => {
                    return Err(ExtensionRefused::UnsolicitedAuthenticatorOutput { name });
                }
                _ => reported.push(name),
            }
        }
        Ok(reported)
    }

    /// Client data of a remote client must be accepted, whether or not anybody asked for it.
    pub(super) fn remote_client_data(&self) -> Result<Option<bool>, Fault> {
        let output = self.client.remote_client_data_json();
        let remote = self.read(&Extension::RemoteClientDataJson, output)?;
        match self.policy.remote_clients {
            RemoteClients::Refused if remote == Some(true) => Err(ExtensionRefused::RemoteClientData.into()),
            _ => Ok(remote),
        }
    }

    /// What policy makes of results that may be secret, whether or not anybody asked for them.
    pub(super) fn results<T>(&self, results: Option<T>) -> Result<Option<T>, ExtensionRefused> {
        match self.policy.prf_results {
            PrfResultsPolicy::Refuse if results.is_some() => Err(ExtensionRefused::PrfResults),
            PrfResultsPolicy::Keep => Ok(results),
            _ => Ok(None),
        }
    }

    /// Every extension that is required, and was asked for, has worked.
    pub(super) fn required(&self, works: impl Fn(&Extension) -> bool) -> Result<(), ExtensionRefused> {
        let missing = self
            .policy
            .required
            .iter()
            .chain(&self.requested.required)
            .find(|extension| self.requested.asks_for(extension) && !works(extension));
        match missing {
            Some(extension) => Err(ExtensionRefused::Missing { extension: extension.clone() }),
            None => Ok(()),
        }
    }

    /// The authenticator's outputs of extensions that have no type here, as far as they were asked for.
    pub(super) fn others(&self) -> BTreeMap<String, SecretBytes> {
        let names = self.authenticator.names().filter(|name| {
            let extension = Extension::of_name(name);
            matches!(extension, Extension::Unknown(_)) && self.requested.asks_for(&extension)
        });
        names
            .filter_map(|name| Some((name.to_owned(), SecretBytes::new(self.authenticator.get(name)?))))
            .collect()
    }

    /// Whether client or authenticator have any output of this extension.
    pub(super) fn is_there(&self, extension: &Extension) -> bool {
        self.client.contains(extension.as_str()) || self.is_signed(extension)
    }

    /// Whether the authenticator has an output of this extension.
    pub(super) fn is_signed(&self, extension: &Extension) -> bool {
        self.authenticator.get(extension.as_str()).is_some()
    }
}
