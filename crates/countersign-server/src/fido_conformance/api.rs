//! The four requests of the API.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign::types::options::CredentialDescriptor;
use countersign::types::{AuthenticationResponse, RegistrationResponse, UserHandle};
use countersign::{
    AuthenticationRequest, AuthenticationState, Registered, RegistrationRequest, RegistrationState,
    RelyingParty, Timestamp, User,
};

use super::accounts::{ACCOUNTS_MAX, Accounts};
use super::error::{ConformanceError, NAME_MAX};
use super::messages::{CreationAnswer, CreationRequest, GetAnswer, GetRequest, ServerCredential};
use super::party::Parties;
use super::pending::{Ceremony, Pending, PendingCeremonies, RegistrationParties};
use super::statement::{Shape, shape};
use super::{config::FidoConformanceApi, metadata::TestModels, token_binding};
use crate::config::configuration::Config;
use crate::start_error::StartError;

type Result<T> = std::result::Result<T, ConformanceError>;

/// The API for FIDO's conformance tests.
pub(crate) struct FidoConformance {
    parties: Parties,
    accounts: Mutex<Accounts>,
    pending: Mutex<PendingCeremonies>,
}

/// The answer to a start, and the token of the session that finishes the ceremony.
pub(crate) struct Started<T> {
    pub(crate) answer: T,
    pub(crate) token: String,
}

impl FidoConformance {
    /// Creates the API for these origins; `None` if it is off.
    pub(crate) fn new(
        config: &Config,
        origins: &[String],
        now: Timestamp,
    ) -> std::result::Result<Option<Self>, StartError> {
        let own = &config.fido_conformance;
        if own.api == FidoConformanceApi::Off {
            return Ok(None);
        }
        own.check_place(&config.rp_id, origins)?;
        let parties = Parties {
            rp_id: config.rp_id.clone(),
            rp_name: config.rp_name.clone(),
            origins: origins.to_vec(),
            models: TestModels::load(own, now)?.map(Arc::new),
        };
        let (accounts, pending) = (Accounts::with_room(ACCOUNTS_MAX), PendingCeremonies::default());
        Ok(Some(Self { parties, accounts: Mutex::new(accounts), pending: Mutex::new(pending) }))
    }

    /// `POST /attestation/options`.
    pub(crate) fn start_registration(
        &self,
        request: &CreationRequest,
        now: Timestamp,
    ) -> Result<Started<CreationAnswer>> {
        check_name(&request.username)?;
        if request.display_name.len() > NAME_MAX {
            return Err(ConformanceError::Name);
        }
        let parties = self.parties.registration(&request.selection(), request.attestation())?;
        let (handle, existing) = self.accounts().user(&request.username, &mut getrandom::fill)??;
        let user = User::new(handle, &request.username, &request.display_name);
        let (options, state) = parties.any.start_registration(
            RegistrationRequest::new(&user).with_excluded(&existing).with_extensions(request.extensions()),
            &mut getrandom::fill,
            now,
        )?;
        let token = self.keep(&request.username, Ceremony::Registration(Box::new(parties), state))?;
        Ok(Started { answer: CreationAnswer::new(options), token })
    }

    /// `POST /attestation/result`.
    pub(crate) fn finish_registration(
        &self,
        token: Option<&str>,
        credential: &ServerCredential,
        now: Timestamp,
    ) -> Result<()> {
        let Some(Pending { user, ceremony: Ceremony::Registration(parties, state) }) = self.take(token)
        else {
            return Err(ConformanceError::NoCeremony);
        };
        let response = RegistrationResponse::from_json(credential.to_json().as_bytes())?;
        token_binding::check(response.client_data_json())?;
        self.register(&user, &parties, state, &response, now)
    }

    fn register(
        &self,
        user: &str,
        parties: &RegistrationParties,
        state: RegistrationState,
        response: &RegistrationResponse,
        now: Timestamp,
    ) -> Result<()> {
        let shape = shape(response.attestation_object());
        let party = match (&parties.attested, shape) {
            (None, _) | (_, Shape::Uncertified) => &parties.any,
            (Some(attested), _) => attested,
        };
        let mut accounts = self.accounts();
        let status = accounts.status(response.credential_id());
        let registered = party.finish_registration(state, response, status, now)?;
        self.check_demands(&registered, shape, now)?;
        Ok(accounts.add(user, registered.into_credential())?)
    }

    /// Checks what FIDO's tests demand of attestations and the specification does not.
    fn check_demands(&self, registered: &Registered, shape: Shape<'_>, now: Timestamp) -> Result<()> {
        let aaguid = registered.credential().aaguid();
        if registered.attestation().format() == "fido-u2f" && !aaguid.is_zero() {
            return Err(ConformanceError::U2fModel(aaguid));
        }
        let Shape::Packed { count, last, algorithm } = shape else { return Ok(()) };
        let anchor = registered.trusted_path().map(|path| path.anchor().certificate().as_der());
        if count > 1 && anchor == Some(last) {
            return Err(ConformanceError::RootIncluded);
        }
        // Metadata lists the algorithms of credentials; the tests demand the same of the statement's.
        match (algorithm, &self.parties.models) {
            (Some(algorithm), Some(models)) if !models.list_algorithm(aaguid, algorithm, now) => {
                Err(ConformanceError::AlgorithmUnlisted(algorithm))
            }
            _ => Ok(()),
        }
    }

    /// `POST /assertion/options`.
    pub(crate) fn start_authentication(
        &self,
        request: &GetRequest,
        now: Timestamp,
    ) -> Result<Started<GetAnswer>> {
        check_name(&request.username)?;
        let party = self.parties.authentication(request.user_verification())?;
        let registered = self.accounts().registered(&request.username);
        let (handle, credentials): (UserHandle, Vec<CredentialDescriptor>) =
            registered.ok_or(ConformanceError::UserUnknown)?;
        let (options, state) = party.start_authentication(
            AuthenticationRequest::identified(&handle, &credentials).with_extensions(request.extensions()),
            &mut getrandom::fill,
            now,
        )?;
        let token = self.keep(&request.username, Ceremony::Authentication(Arc::new(party), state))?;
        Ok(Started { answer: GetAnswer::new(options), token })
    }

    /// `POST /assertion/result`.
    pub(crate) fn finish_authentication(
        &self,
        token: Option<&str>,
        credential: &ServerCredential,
        now: Timestamp,
    ) -> Result<()> {
        let Some(Pending { user, ceremony: Ceremony::Authentication(party, state) }) = self.take(token)
        else {
            return Err(ConformanceError::NoCeremony);
        };
        let response = AuthenticationResponse::from_json(credential.to_json().as_bytes())?;
        token_binding::check(response.client_data_json())?;
        self.authenticate(&user, &party, state, &response, now)
    }

    fn authenticate(
        &self,
        user: &str,
        party: &RelyingParty,
        state: AuthenticationState,
        response: &AuthenticationResponse,
        now: Timestamp,
    ) -> Result<()> {
        let mut accounts = self.accounts();
        let record = accounts.credential(user, response.credential_id());
        let authenticated = party.finish_authentication(state, response, record, now)?;
        if accounts.update(user, authenticated.update()) {
            Ok(())
        } else {
            Err(ConformanceError::RecordChanged)
        }
    }

    fn keep(&self, user: &str, ceremony: Ceremony) -> Result<String> {
        let pending = Pending { user: user.to_owned(), ceremony };
        Ok(self.pending().keep(pending, &mut getrandom::fill)?)
    }

    fn take(&self, token: Option<&str>) -> Option<Pending> {
        self.pending().take(token?)
    }

    fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pending(&self) -> MutexGuard<'_, PendingCeremonies> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn check_name(name: &str) -> Result<()> {
    if name.is_empty() || name.len() > NAME_MAX { Err(ConformanceError::Name) } else { Ok(()) }
}
