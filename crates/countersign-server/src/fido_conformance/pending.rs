//! Ceremonies that were started, by the sessions that the API's cookie names.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use countersign::ceremony::{Entropy, EntropyError};
use countersign::types::base64url;
use countersign::{AuthenticationState, RegistrationState, RelyingParty};

/// The most ceremonies under way. The tests have one at a time.
const PENDING_MAX: usize = 1024;

/// The bytes of a session's token: impossible to guess.
const TOKEN_LENGTH: usize = 32;

/// A ceremony under way.
pub(crate) struct Pending {
    /// The user name.
    pub(crate) user: String,
    pub(crate) ceremony: Ceremony,
}

/// The state of a ceremony, and the relying party that finishes it.
pub(crate) enum Ceremony {
    Registration(Box<RegistrationParties>, RegistrationState),
    Authentication(Arc<RelyingParty>, AuthenticationState),
}

/// The relying parties that can finish a registration.
pub(crate) struct RegistrationParties {
    /// For attestations without certificates, and for all if there is no metadata.
    pub(crate) any: RelyingParty,
    /// For attestations with certificates, if there is metadata.
    pub(crate) attested: Option<RelyingParty>,
}

/// The ceremonies under way, of which each session has one at most.
#[derive(Default)]
pub(crate) struct PendingCeremonies {
    by_token: HashMap<String, (u64, Pending)>,
    /// The tokens in the order in which they were drawn.
    order: BTreeMap<u64, String>,
    drawn: u64,
}

impl PendingCeremonies {
    /// Keeps a ceremony for a new session, and returns the token of that. The oldest ceremony gives way to it if there are
    /// too many.
    pub(crate) fn keep(
        &mut self,
        pending: Pending,
        entropy: &mut impl Entropy,
    ) -> Result<String, EntropyError> {
        let mut token = [0; TOKEN_LENGTH];
        entropy.fill(&mut token)?;
        let token = base64url::encode(token);
        if self.by_token.len() >= PENDING_MAX
            && let Some((_, oldest)) = self.order.pop_first()
        {
            self.by_token.remove(&oldest);
        }
        self.drawn = self.drawn.wrapping_add(1);
        self.order.insert(self.drawn, token.clone());
        self.by_token.insert(token.clone(), (self.drawn, pending));
        Ok(token)
    }

    /// Removes and returns the ceremony of a session: it can be finished once. An expired one is finished too, and fails.
    pub(crate) fn take(&mut self, token: &str) -> Option<Pending> {
        let (number, pending) = self.by_token.remove(token)?;
        self.order.remove(&number);
        Some(pending)
    }
}

#[cfg(test)]
mod tests {
    use countersign::types::UserHandle;
    use countersign::{AuthenticationRequest, Timestamp};

    use super::*;

    fn pending() -> Pending {
        let party = RelyingParty::builder("localhost", "Test").origin("http://localhost").build().unwrap();
        let user = UserHandle::new([7]).unwrap();
        let request = AuthenticationRequest::identified(&user, &[]);
        let now = Timestamp::from_unix_seconds(0);
        let (_, state) = party.start_authentication(request, &mut getrandom::fill, now).unwrap();
        Pending { user: "ada".into(), ceremony: Ceremony::Authentication(Arc::new(party), state) }
    }

    #[test]
    fn a_ceremony_is_taken_once_and_the_oldest_gives_way() {
        let mut ceremonies = PendingCeremonies::default();
        let keep =
            |ceremonies: &mut PendingCeremonies| ceremonies.keep(pending(), &mut getrandom::fill).unwrap();
        let tokens: Vec<_> = (0..=PENDING_MAX).map(|_| keep(&mut ceremonies)).collect();
        assert!(ceremonies.take(&tokens[0]).is_none());
        assert!(ceremonies.take(&tokens[1]).is_some());
        assert!(ceremonies.take(&tokens[1]).is_none());
        assert!(ceremonies.take("").is_none());
    }
}
