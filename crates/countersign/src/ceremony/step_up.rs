//! Step-up: an authentication that confirms one action, such as a payment or the removal of a credential. The challenge
//! depends on the action ([section 13.4.3](https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges) leaves it
//! to the relying party), so the signature covers it.

use core::fmt;

use countersign_types::{Timestamp, UserHandle};
use subtle::ConstantTimeEq as _;

use crate::ceremony::challenge::BOUND_HASH_LENGTH;
use crate::ceremony::state::{authentication::AuthenticationState, common::debug};
use crate::report::error::{Error, ErrorKind};
use crate::report::step::AuthenticationStep as Step;

/// The prefix of the hashed data, so that no other hash can be used instead.
const DOMAIN: &[u8] = b"countersign bound data\0";

/// The state of an authentication that confirms data. It can be finished only through [`confirm`](Self::confirm), which
/// requires the same data again.
///
/// Its challenge is random bytes, followed by SHA-256 over a prefix, those random bytes and the data. The response's
/// client data, kept together with the data, is proof of what was signed. The browser does not show the data to the
/// user: show it on the page, or use Secure Payment Confirmation, which does.
///
/// It is used once, and kept like a [`RegistrationState`](crate::RegistrationState); its serialised form differs from
/// that of an [`AuthenticationState`].
///
/// ```
/// # use countersign::{AuthenticationRequest, RelyingParty, Timestamp, UserHandle};
/// # let rp = RelyingParty::builder("example.org", "Example").origin("https://example.org").build()?;
/// # let (user, credentials, now) = (UserHandle::new([7; 16]).unwrap(), [], Timestamp::from_unix_seconds(0));
/// let request = AuthenticationRequest::identified(&user, &credentials);
/// let payment = br#"{"to":"Shop","amount":"12.00 EUR"}"#;
/// let (options, state) = rp.start_bound_authentication(request, payment, &mut getrandom::fill, now)?;
/// # let _ = options;
/// // When the response arrives, confirm the same data, from the server's storage.
/// let state = state.confirm(payment)?;
/// // `rp.finish_authentication(state, …)`, and then do it.
/// # let _ = state;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "the authentication is finished with it"]
pub struct BoundAuthenticationState(AuthenticationState);

impl BoundAuthenticationState {
    /// Binds a state to data: the hash is appended to the challenge.
    pub(crate) fn binding(mut state: AuthenticationState, data: &[u8]) -> Self {
        let bound = hash(state.challenge.as_bytes(), data);
        state.challenge = state.challenge.binding(bound);
        Self(state)
    }

    /// Returns the state to finish the authentication with, if `data` is the data that it was started for.
    ///
    /// Otherwise the code of the error is `challenge-mismatch`: other data has another challenge.
    pub fn confirm(self, data: &[u8]) -> Result<AuthenticationState, Error> {
        let mismatch = || Error::new(Step::Challenge, ErrorKind::BoundDataMismatch);
        let (random, bound) =
            self.0.challenge.as_bytes().split_last_chunk::<BOUND_HASH_LENGTH>().ok_or_else(mismatch)?;
        let is_bound = !random.is_empty() && bool::from(hash(random, data).ct_eq(bound));
        if is_bound { Ok(self.0) } else { Err(mismatch()) }
    }

    /// The account, if it was identified before the ceremony.
    pub fn user(&self) -> Option<&UserHandle> {
        self.0.user()
    }

    /// The time after which the ceremony can't be finished, and the state may be removed from storage.
    pub fn expires_at(&self) -> Timestamp {
        self.0.expires_at()
    }

    pub(crate) fn of(state: AuthenticationState) -> Self {
        Self(state)
    }

    pub(crate) fn state(&self) -> &AuthenticationState {
        &self.0
    }
}

/// Prints neither the challenge nor the account: see [`AuthenticationState`].
impl fmt::Debug for BoundAuthenticationState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(f, "BoundAuthenticationState", &self.0.rp_id, self.0.expires_at)
    }
}

fn hash(random: &[u8], data: &[u8]) -> [u8; BOUND_HASH_LENGTH] {
    // The length of the random bytes follows from the state, so that none of them can pass for data.
    countersign_cose::hash::sha256(&[DOMAIN, random, data])
}

#[cfg(test)]
mod tests {
    use crate::ceremony::request::AuthenticationRequest;
    use countersign_types::{Code, RequestOptions, base64url};
    use serde_json::json;

    use super::*;
    use crate::test_ceremony::{NOW, entropy, get, handle, record, rp, state_for};

    fn begun(data: &[u8]) -> (RequestOptions, BoundAuthenticationState) {
        let user = handle(7);
        let request = AuthenticationRequest::identified(&user, &[]);
        rp().build().unwrap().start_bound_authentication(request, data, &mut entropy(), NOW).unwrap()
    }

    #[test]
    fn the_bound_data_can_be_confirmed() {
        let (options, state) = begun(b"pay 12");
        assert_eq!((options.challenge.len(), state.user()), (64, Some(&handle(7))));
        let mut get = get();
        get.client_data["challenge"] = json!(base64url::encode(&options.challenge));
        let state = state.confirm(b"pay 12").unwrap();
        let rp = rp().build().unwrap();
        let _ = rp.finish_authentication(state, &get.response(), &record(), NOW).unwrap();
    }

    #[test]
    fn other_data_than_the_bound_data_is_rejected() {
        for data in [b"pay 13".as_slice(), b"pay 1", b"pay 122", b""] {
            let error = begun(b"pay 12").1.confirm(data).unwrap_err();
            assert_eq!((error.code(), error.step()), (Code::ChallengeMismatch, Step::Challenge.into()));
        }
    }

    #[test]
    fn the_response_to_other_data_is_rejected() {
        let mut get = get();
        get.client_data["challenge"] = json!(base64url::encode(&begun(b"pay 13").0.challenge));
        let state = begun(b"pay 12").1.confirm(b"pay 12").unwrap();
        let error = rp().build().unwrap().finish_authentication(state, &get.response(), &record(), NOW);
        assert_eq!(error.unwrap_err().code(), Code::ChallengeMismatch);
    }

    #[test]
    fn rule_285_bound_and_plain_states_are_not_interchangeable() {
        let (_, state) = begun(b"pay 12");
        let text = serde_json::to_string(&state).unwrap();
        serde_json::from_str::<AuthenticationState>(&text).unwrap_err();
        let plain = serde_json::to_string(&state.confirm(b"pay 12").unwrap()).unwrap();
        serde_json::from_str::<BoundAuthenticationState>(&plain).unwrap_err();
        let read: BoundAuthenticationState = serde_json::from_str(&text).unwrap();
        assert!(read.expires_at() > NOW && read.confirm(b"pay 12").is_ok());
    }

    #[test]
    fn a_challenge_without_bound_data_confirms_nothing() {
        let rp = rp().build().unwrap();
        let state = BoundAuthenticationState::of(state_for(&rp, hash(&[], b"pay 12"), None));
        assert_eq!(state.confirm(b"pay 12").unwrap_err().code(), Code::ChallengeMismatch);
    }
}
