//! What is sealed together with the state of a ceremony.

use countersign::store::TokenHash;
use countersign::{Timestamp, types::base64url};
use serde::{Deserialize, Serialize};

use crate::act::Act;

/// The kind of a ceremony.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CeremonyKind {
    /// The registration of a new account's first credential.
    Account,
    /// The registration of one more credential.
    Credential,
    /// The registration of a credential for a recovery code.
    Recovery,
    /// An authentication that signs in.
    Session,
    /// An authentication that confirms an act.
    StepUp,
}

impl CeremonyKind {
    /// All kinds.
    pub const ALL: &'static [Self] =
        &[Self::Account, Self::Credential, Self::Recovery, Self::Session, Self::StepUp];

    /// The word for logs and metrics: `account`, `credential`, `recovery`, `session` or `step-up`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Credential => "credential",
            Self::Recovery => "recovery",
            Self::Session => "session",
            Self::StepUp => "step-up",
        }
    }
}

/// What the application attaches to a state, as JSON.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Attached {
    pub(crate) kind: CeremonyKind,
    /// The hash of the cookie of the browser that started the ceremony, in base64url.
    pub(super) browser: String,
    /// The time of the start.
    pub(super) started_at: i64,
    /// The last second in which the ceremony can be finished, if that is earlier than the state says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) until: Option<i64>,
    /// The name of a new account. It is free until the registration is finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// The hash of the invitation or the recovery code that the finish uses up, in base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<String>,
    /// The act that is confirmed, or whose confirmation the finish uses up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) act: Option<Act>,
    /// The public ID of the session that started the ceremony.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) session: Option<String>,
    /// Whether a sign-in began with a name, so that rejections must not reveal whether it is an account's.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) is_by_name: bool,
}

impl Attached {
    /// The data of a ceremony that this browser starts now.
    pub(crate) fn new(kind: CeremonyKind, browser: &TokenHash, now: Timestamp) -> Self {
        Self {
            kind,
            browser: base64url::encode(browser.as_bytes()),
            started_at: now.unix_seconds(),
            until: None,
            name: None,
            code: None,
            act: None,
            session: None,
            is_by_name: false,
        }
    }

    /// The data of a ceremony that ends earlier than its state says.
    pub(crate) fn with_until(self, until: Timestamp) -> Self {
        Self { until: Some(until.unix_seconds()), ..self }
    }

    /// The data of a ceremony that uses up an invitation or a recovery code, if it does.
    pub(crate) fn with_code(self, code: Option<TokenHash>) -> Self {
        Self { code: code.map(|hash| base64url::encode(hash.as_bytes())), ..self }
    }

    /// Whether this browser started the ceremony.
    pub(crate) fn is_of(&self, browser: &TokenHash) -> bool {
        self.browser == base64url::encode(browser.as_bytes())
    }

    /// The hash of the invitation or the recovery code.
    pub(crate) fn code_hash(&self) -> Option<TokenHash> {
        let bytes = base64url::decode(self.code.as_ref()?).ok()?;
        bytes.try_into().ok().map(TokenHash::from_bytes)
    }

    /// The time of the start.
    pub(crate) const fn started_at(&self) -> Timestamp {
        Timestamp::from_unix_seconds(self.started_at)
    }

    /// The last second in which the ceremony can be finished, if its state allows that.
    pub(crate) fn until(&self) -> Option<Timestamp> {
        self.until.map(Timestamp::from_unix_seconds)
    }
}
