//! The serialised form of states: each says which kind of ceremony it is of, so that the state of one can't be read as
//! another's.

use countersign_types::{Code, json::unique_names};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Map, Value};

use crate::ceremony::state::{authentication::AuthenticationState, registration::RegistrationState};
use crate::ceremony::step_up::BoundAuthenticationState;

/// A state to serialise.
#[derive(Serialize)]
#[serde(tag = "ceremony", rename_all = "kebab-case")]
enum Written<'a> {
    Registration(#[serde(serialize_with = "RegistrationState::serialize")] &'a RegistrationState),
    Authentication(#[serde(serialize_with = "AuthenticationState::serialize")] &'a AuthenticationState),
    BoundAuthentication(#[serde(serialize_with = "AuthenticationState::serialize")] &'a AuthenticationState),
}

/// A deserialised state of any kind.
pub(super) enum AnyState {
    Registration(RegistrationState),
    Authentication(AuthenticationState),
    BoundAuthentication(AuthenticationState),
}

/// Reads the kind first, and then the other members. serde's own support for tagged enums buffers the members in a form
/// that loses numbers of `serde_json` with its feature `arbitrary_precision`.
impl<'de> Deserialize<'de> for AnyState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case")]
        enum Kind {
            Registration,
            Authentication,
            BoundAuthentication,
        }
        let mut members: Map<String, Value> = unique_names(deserializer, usize::MAX)?;
        let kind = members.remove("ceremony").ok_or_else(|| D::Error::missing_field("ceremony"))?;
        let others = Value::Object(members);
        match Kind::deserialize(kind).map_err(D::Error::custom)? {
            Kind::Registration => RegistrationState::deserialize(others).map(Self::Registration),
            Kind::Authentication => AuthenticationState::deserialize(others).map(Self::Authentication),
            Kind::BoundAuthentication => {
                AuthenticationState::deserialize(others).map(Self::BoundAuthentication)
            }
        }
        .map_err(D::Error::custom)
    }
}

impl AnyState {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Registration(_) => "registration",
            Self::Authentication(_) => "authentication",
            Self::BoundAuthentication(_) => "bound authentication",
        }
    }

    fn is_no(&self, expected: &'static str) -> StateError {
        StateError::OtherCeremony { expected, got: self.kind() }
    }

    /// Returns the state of a registration.
    pub(super) fn registration(self) -> Result<RegistrationState, StateError> {
        match self {
            Self::Registration(state) => Ok(state),
            other => Err(other.is_no("registration")),
        }
    }

    /// Returns the state of an authentication.
    pub(super) fn authentication(self) -> Result<AuthenticationState, StateError> {
        match self {
            Self::Authentication(state) => Ok(state),
            other => Err(other.is_no("authentication")),
        }
    }

    /// Returns the state of a bound authentication.
    pub(super) fn bound_authentication(self) -> Result<BoundAuthenticationState, StateError> {
        match self {
            Self::BoundAuthentication(state) => Ok(BoundAuthenticationState::of(state)),
            other => Err(other.is_no("bound authentication")),
        }
    }
}

macro_rules! forms {
    ($($state:ident: $self:ident => $written:expr, $read:ident;)+) => {
        $(
            impl Serialize for $state {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    let $self = self;
                    $written.serialize(serializer)
                }
            }

            impl<'de> Deserialize<'de> for $state {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    AnyState::deserialize(deserializer)?.$read().map_err(D::Error::custom)
                }
            }
        )+
    };
}

forms! {
    RegistrationState: state => Written::Registration(state), registration;
    AuthenticationState: state => Written::Authentication(state), authentication;
    BoundAuthenticationState: state => Written::BoundAuthentication(state.state()), bound_authentication;
}

/// A serialised state can't be used for the ceremony.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The state is of another kind of ceremony.
    #[error("the ceremony state is of kind {got}, {expected} expected")]
    OtherCeremony {
        /// The expected kind.
        expected: &'static str,
        /// The kind of the state.
        got: &'static str,
    },
    /// The text is not a state that this version of the crate wrote.
    #[error("not a ceremony state that this version wrote")]
    Unreadable,
}

impl StateError {
    /// The code: `state-invalid`.
    pub const fn code(&self) -> Code {
        Code::StateInvalid
    }
}
