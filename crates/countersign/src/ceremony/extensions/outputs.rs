//! The outputs of one response and what was requested: checks of both ceremonies
//! ([section 9](https://www.w3.org/TR/webauthn-3/#sctn-extensions)).

use std::collections::BTreeMap;

use countersign_types::extensions::{
    AuthenticatorExtensionOutputs, ClientExtensionOutputs, Extension, ExtensionError, SecretBytes,
};

use crate::ceremony::extensions::requested::RequestedExtensions;
use crate::relying_party::policy::extensions::{
    ExtensionPolicy, PrfResultsPolicy, RemoteClients, Unsolicited,
};
use crate::report::{error::ErrorKind, extension_rejected::ExtensionRejectedError};

/// The outputs of a response.
#[derive(Clone, Copy)]
pub(crate) struct Outputs<'a> {
    pub(crate) policy: &'a ExtensionPolicy,
    pub(crate) requested: &'a RequestedExtensions,
    pub(crate) client: &'a ClientExtensionOutputs,
    pub(crate) authenticator: AuthenticatorExtensionOutputs<'a>,
}

impl<'a> Outputs<'a> {
    /// The names of the outputs, the client's first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.client.names().chain(self.authenticator.names())
    }

    /// An output of this extension. One that was not requested fails nothing: if it can't be read, it counts as absent.
    pub(super) fn read<T>(
        &self,
        extension: &Extension,
        output: Result<Option<T>, ExtensionError>,
    ) -> Result<Option<T>, ExtensionError> {
        if self.requested.asks_for(extension) { output } else { Ok(output.ok().flatten()) }
    }

    /// The outputs that were not requested, if the policy reports them.
    pub(super) fn unsolicited(&self) -> Result<Vec<String>, ExtensionRejectedError> {
        let client = self.client.names().filter(|name| self.client.contains(name));
        let authenticator = self.authenticator.names();
        let mut reported = Vec::new();
        for (name, is_client, policy) in client
            .map(|name| (name, true, self.policy.unsolicited_client_outputs))
            .chain(authenticator.map(|name| (name, false, self.policy.unsolicited_authenticator_outputs)))
        {
            if policy == Unsolicited::Accept || self.requested.asks_for(&Extension::of_name(name)) {
                continue;
            }
            let name = name.to_owned();
            match policy {
                Unsolicited::Reject if is_client => {
                    return Err(ExtensionRejectedError::UnsolicitedClientOutput { name });
                }
                Unsolicited::Reject => {
                    return Err(ExtensionRejectedError::UnsolicitedAuthenticatorOutput { name });
                }
                _ => reported.push(name),
            }
        }
        Ok(reported)
    }

    /// Client data of a remote client must be accepted, whether it was requested or not.
    pub(super) fn remote_client_data(&self) -> Result<Option<bool>, ErrorKind> {
        let output = self.client.remote_client_data_json();
        let remote = self.read(&Extension::RemoteClientDataJson, output)?;
        match self.policy.remote_clients {
            RemoteClients::Reject if remote == Some(true) => {
                Err(ExtensionRejectedError::RemoteClientData.into())
            }
            _ => Ok(remote),
        }
    }

    /// Results that may be secret are rejected if the policy says so, requested or not, of their type
    /// or what a page's `JSON.stringify()` made of buffers.
    pub(super) fn secret_results(&self) -> Result<(), ExtensionRejectedError> {
        let are_there = || self.client.has_prf_results() || self.client.has_hmac_results();
        if self.policy.prf_results == PrfResultsPolicy::Reject && are_there() {
            return Err(ExtensionRejectedError::PrfResults);
        }
        Ok(())
    }

    /// Reads such results if the policy keeps them.
    pub(super) fn kept<T>(
        &self,
        extension: &Extension,
        results: impl FnOnce() -> Result<Option<T>, ExtensionError>,
    ) -> Result<Option<T>, ExtensionError> {
        match self.policy.prf_results {
            PrfResultsPolicy::Keep => self.read(extension, results()),
            PrfResultsPolicy::Strip | PrfResultsPolicy::Reject => Ok(None),
        }
    }

    /// Every extension that is required, and was asked for, has worked.
    pub(super) fn required(&self, works: impl Fn(&Extension) -> bool) -> Result<(), ExtensionRejectedError> {
        let missing = self
            .policy
            .required
            .iter()
            .chain(&self.requested.required)
            .find(|extension| self.requested.asks_for(extension) && !works(extension));
        match missing {
            Some(extension) => Err(ExtensionRejectedError::Missing { extension: extension.clone() }),
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
