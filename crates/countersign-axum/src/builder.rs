//! How passkeys are configured.

use std::sync::Arc;
use std::time::SystemTime;

use countersign::ceremony::EntropyError;
use countersign::store::ApplicationStore;
use countersign::{ConfigurationError, RelyingPartyBuilder, Timestamp};

use crate::any_store::{AnyStore, ObservedStore};
use crate::app::{App, Endpoints, EntropySource, UnknownSignals};
use crate::audit_log::AuditLog;
use crate::cookie::Cookies;
use crate::keys::Keys;
use crate::models::{Models, NoModels};
use crate::observer::Observer;
use crate::passkeys::Passkeys;
use crate::sessions::any_sessions::AnySessions;
use crate::sessions::{CookieSessions, Sessions};
use crate::sign_up::SignUp;

/// The purpose of the relying party that registers and signs in.
const ACCOUNTS: &str = "accounts";

/// The purpose of the relying party that confirms acts.
const STEP_UP: &str = "step-up";

/// Builder for [`Passkeys`].
#[must_use = "a builder does nothing until `build` is called"]
pub struct PasskeysBuilder {
    relying_party: RelyingPartyBuilder,
    store: Arc<dyn AnyStore>,
    sessions: Option<Arc<dyn AnySessions>>,
    cookie_domain: Option<String>,
    models: Arc<dyn Models>,
    observer: Option<Arc<dyn Observer>>,
    unknown_signals: UnknownSignals,
    sign_up: SignUp,
    audit_log: AuditLog,
    endpoints: Endpoints,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    entropy: Box<EntropySource>,
}

impl Passkeys {
    /// Creates a builder from a relying party and a store.
    ///
    /// The relying party decides which passkeys are accepted: its policy is used as it is, for registrations, sign-ins and
    /// confirmations. Its [purpose](RelyingPartyBuilder::purpose) is set, once for sign-ins and once for confirmations, so
    /// that neither can be finished as the other.
    pub fn builder<S: ApplicationStore + 'static>(
        relying_party: RelyingPartyBuilder,
        store: S,
    ) -> PasskeysBuilder {
        PasskeysBuilder {
            relying_party,
            store: Arc::new(store),
            sessions: None,
            cookie_domain: None,
            models: Arc::new(NoModels),
            observer: None,
            unknown_signals: UnknownSignals::default(),
            sign_up: SignUp::default(),
            audit_log: AuditLog::default(),
            endpoints: Endpoints::default(),
            clock: Box::new(|| SystemTime::now().into()),
            entropy: Box::new(|buffer| getrandom::fill(buffer).map_err(EntropyError::new)),
        }
    }
}

impl PasskeysBuilder {
    /// Keeps the tokens of sessions in the application's own sessions instead of a cookie.
    pub fn sessions(mut self, sessions: impl Sessions) -> Self {
        self.sessions = Some(Arc::new(sessions));
        self
    }

    /// Sends the session's cookie to all hosts of this domain, for applications on other hosts. Each of them can then act
    /// for the user: name a domain only if you run all its hosts.
    pub fn cookie_domain(mut self, domain: impl Into<String>) -> Self {
        self.cookie_domain = Some(domain.into());
        self
    }

    /// Uses what the application says about authenticator models.
    pub fn models(mut self, models: impl Models) -> Self {
        self.models = Arc::new(models);
        self
    }

    /// Reports ceremonies and operations of the store to this observer.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Sets whether pages may signal unknown passkeys to their providers; they may by default.
    pub fn unknown_signals(mut self, signals: UnknownSignals) -> Self {
        self.unknown_signals = signals;
        self
    }

    /// Sets who may create an account; everyone by default.
    pub fn sign_up(mut self, sign_up: SignUp) -> Self {
        self.sign_up = sign_up;
        self
    }

    /// Sets whether the store keeps an audit log; it does not by default, since it has to be pruned.
    pub fn audit_log(mut self, audit_log: AuditLog) -> Self {
        self.audit_log = audit_log;
        self
    }

    /// Names the page on which a signed-in user adds a passkey, as a complete address, in the document for password
    /// managers.
    pub fn enroll_page(mut self, url: impl Into<String>) -> Self {
        self.endpoints.enroll = Some(url.into());
        self
    }

    /// Names the page on which a signed-in user manages passkeys, as a complete address, in the document for password
    /// managers.
    pub fn manage_page(mut self, url: impl Into<String>) -> Self {
        self.endpoints.manage = Some(url.into());
        self
    }

    /// Uses this clock instead of the system's; for tests.
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Uses this source of random bytes instead of the system's. They must be fit for keys: unpredictable even to those who
    /// saw earlier ones.
    pub fn entropy(
        mut self,
        entropy: impl Fn(&mut [u8]) -> Result<(), EntropyError> + Send + Sync + 'static,
    ) -> Self {
        self.entropy = Box::new(entropy);
        self
    }

    /// Builds the passkeys. Fails if the relying party's configuration is not usable. The store is used only when the first
    /// request comes.
    pub fn build(self) -> Result<Passkeys, ConfigurationError> {
        let accounts = self.relying_party.clone().purpose(ACCOUNTS).build()?;
        let step_up = self.relying_party.purpose(STEP_UP).build()?;
        let origins: Vec<_> = accounts.origins().iter().map(ToString::to_string).collect();
        let Cookies { session, browser } = Cookies::for_origins(&origins, self.cookie_domain.as_deref());
        let sessions = self.sessions.unwrap_or_else(|| Arc::new(CookieSessions::new(session)));
        let store: Arc<dyn AnyStore> = match &self.observer {
            Some(observer) => Arc::new(ObservedStore { store: self.store, observer: observer.clone() }),
            None => self.store,
        };
        Ok(Passkeys::new(App {
            store,
            accounts,
            step_up,
            origins,
            keys: Keys::default(),
            browser,
            sessions,
            models: self.models,
            observer: self.observer,
            unknown_signals: self.unknown_signals,
            sign_up: self.sign_up,
            audit_log: self.audit_log,
            endpoints: self.endpoints,
            clock: self.clock,
            entropy: self.entropy,
        }))
    }
}
