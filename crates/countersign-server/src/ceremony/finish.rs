//! What a client sends to finish a ceremony.

use std::sync::Arc;

use crate::store::ceremonies::{Kind, Presented};
use crate::token::{Token, TokenHash};
use crate::{operation_error::Rejection, store::sessions::Caller};

/// A request to finish a ceremony.
#[derive(Clone)]
pub(crate) struct Finish {
    pub(super) ceremony: Ceremony,
    /// The token that names the ceremony.
    pub(super) name: Token,
    pub(super) presented: Presented,
    /// The response, as JSON.
    pub(super) response: Arc<str>,
}

/// The ceremony to finish, and its sender.
#[derive(Clone)]
pub(crate) enum Ceremony {
    /// The registration of a new account's first credential; the client's session so far ends.
    Account(Option<TokenHash>),
    /// The registration of one more credential.
    Credential(Caller),
    /// An authentication that signs in; the client's session so far ends.
    Session(Option<TokenHash>),
    /// An authentication that confirms an act.
    StepUp(Caller),
}

impl Finish {
    /// `browser` is the browser's cookie, if it sent one. A malformed name is rejected like an unknown one.
    pub(crate) fn new(
        ceremony: Ceremony,
        name: &str,
        response: &str,
        browser: Option<&Token>,
    ) -> Result<Self, Rejection> {
        let name = Token::parse(name.as_bytes()).ok_or(Rejection::CeremonyUnknown)?;
        let presented = Presented {
            id: name.hash(),
            browser: browser.map(Token::hash),
            response: countersign::cose::sha256(&[response.as_bytes()]),
        };
        Ok(Self { ceremony, name, presented, response: response.into() })
    }

    pub(super) const fn kind(&self) -> Kind {
        match self.ceremony {
            Ceremony::Account(_) => Kind::Account,
            Ceremony::Credential(_) => Kind::Credential,
            Ceremony::Session(_) => Kind::Session,
            Ceremony::StepUp(_) => Kind::StepUp,
        }
    }

    pub(super) const fn caller(&self) -> Option<&Caller> {
        match &self.ceremony {
            Ceremony::Account(_) | Ceremony::Session(_) => None,
            Ceremony::Credential(caller) | Ceremony::StepUp(caller) => Some(caller),
        }
    }
}
