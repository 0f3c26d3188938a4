//! Recovery codes: making them, and the registration that one of them allows.
//!
//! A code gives no session. It allows one ceremony, the registration of a new passkey, and is used up by the transaction that
//! stores the passkey: a registration that is cancelled costs no code, and no account is left without a way in.

use countersign::store::{
    AuditKind, AuditSource, ConfirmationKey, Evidence, Operation, RECOVERY_CODES, RecoveryStatus, TokenHash,
};
use countersign::types::{CreationOptions, UserHandle};
use countersign::{RegistrationRequest, Timestamp, User};
use countersign_store::names;

use crate::ceremony::attached::{Attached, CeremonyKind};
use crate::ceremony::judge::confirmation;
use crate::ceremony::starting::{Started, check_room, descriptors, end_prompt_before};
use crate::operation_error::{OperationError, Rejection, Result};
use crate::response_rejection::Reason;
use crate::sessions::caller::Caller;
use crate::{act::Act, app::App, typed_code::TypedCode};

/// The handle that is looked up for an unknown name, so that the answer takes as long. No account has it: theirs are random.
const NO_HANDLE: [u8; 64] = [0; 64];

impl App {
    /// What is stored about the codes of an account.
    pub(crate) async fn recovery_status(&self, account: &UserHandle) -> Result<RecoveryStatus> {
        Ok(self.store.recovery_status(account).await?.ok_or(Rejection::SessionOver)?)
    }

    /// Makes new codes for the caller's account, as its session confirmed in this browser. They replace the old ones.
    pub(crate) async fn make_recovery_codes(
        &self,
        caller: &Caller,
        browser: TokenHash,
    ) -> Result<Vec<TypedCode>> {
        let now = self.now();
        let mut codes = Vec::with_capacity(RECOVERY_CODES);
        for _ in 0..RECOVERY_CODES {
            codes.push(TypedCode::new(&mut self.entropy())?);
        }
        let hashes: Vec<_> = codes.iter().map(|code| code.recovery_hash(&caller.account)).collect();
        let hashes: Box<[TokenHash; RECOVERY_CODES]> =
            hashes.try_into().map_err(|_| OperationError::Internal("another number of codes".into()))?;
        let act = Act::MakeRecoveryCodes {}.text()?;
        let mut operations = vec![
            caller.require(),
            Operation::TakeConfirmation(ConfirmationKey { session: caller.token, act, browser }),
            Operation::ReplaceRecoveryCodes {
                account: caller.account.clone(),
                codes: hashes,
                created_at: now,
            },
        ];
        operations.extend(self.audit(caller.audit_entry(AuditKind::RecoveryCodesMade)));
        self.store.transact(operations, now).await?.map_err(OperationError::from)?;
        Ok(codes)
    }

    /// Starts the registration of a passkey for the account of this name, if the code is one of its unused ones. An unknown
    /// name and a wrong code are the same rejection, after the same reads.
    pub(crate) async fn start_recovery(
        &self,
        name: &str,
        code: &TypedCode,
        browser: &TokenHash,
    ) -> Result<Started<CreationOptions>> {
        let now = self.now();
        let account = self.store.account_by_name(&names::key(name)).await?;
        let known = account.as_ref().map(|account| account.handle.clone());
        let none = || UserHandle::new(NO_HANDLE).ok_or(Reason::RecoveryCodeInvalid);
        let handle = known.map_or_else(none, Ok)?;
        let hash = code.recovery_hash(&handle);
        let is_good = self.store.has_recovery_code(&handle, &hash).await?;
        let account = account.filter(|_| is_good).ok_or(Reason::RecoveryCodeInvalid)?;
        let existing = self.store.credentials(&handle, Evidence::Omit).await?;
        check_room(&existing)?;
        let user = User::new(handle, &account.name, &account.name);
        let existing = descriptors(&existing);
        let request = RegistrationRequest::new(&user).with_excluded(&existing);
        let (mut options, state) = self.accounts.start_registration(request, &mut self.entropy(), now)?;
        let adding = self.note_adding(hash, user.handle, *browser, now).await?;
        end_prompt_before(&mut options, adding, now);
        let attached =
            Attached::new(CeremonyKind::Recovery, browser, now).with_until(adding).with_code(Some(hash));
        self.started(&state, &attached, options, now).await
    }

    /// Notes that a passkey is being added, so that no other browser signals a list without it, and returns until when. No
    /// session has the hash of a code, so that this confirms nothing. The end of all sessions removes it.
    async fn note_adding(
        &self,
        code: TokenHash,
        account: UserHandle,
        browser: TokenHash,
        now: Timestamp,
    ) -> Result<Timestamp> {
        let caller = Caller { token: code, account, source: AuditSource::default() };
        let adding = confirmation(&caller, &Act::AddCredential {}, browser, now)?;
        let until = adding.expires_at;
        self.store.transact(vec![Operation::Confirm(adding)], now).await?.map_err(OperationError::from)?;
        Ok(until)
    }
}
