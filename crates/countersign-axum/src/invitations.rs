//! Invitations, which an operator gives to those who may create an account.

use countersign::Timestamp;
use countersign::ceremony::{Entropy, EntropyError};
use countersign::store::{
    ApplicationStore, AuditActor, AuditEntry, AuditKind, Invitation, Operation, TokenHash,
};

use crate::operation_error::{OperationError, Result};
use crate::{
    any_store::AnyStore, app::App, ceremony::attached::Attached, failure::Failure,
    response_rejection::Reason, sign_up::SignUp, typed_code::TypedCode,
};

/// An invitation can't be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InviteError {
    /// The store failed.
    #[error("{0}")]
    Store(#[from] Failure),
    /// There are no random bytes for a code.
    #[error("{0}")]
    Entropy(#[from] EntropyError),
}

/// Makes an invitation to create one account until `expires_at`, and returns its code. The store has only the hash: this is
/// the one time that the code can be read.
///
/// ```
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use countersign::{Timestamp, store::MemoryStore};
/// use countersign_axum::invite;
///
/// let (store, now) = (MemoryStore::new(), Timestamp::from_unix_seconds(1_800_000_000));
/// let code = invite(&store, &mut getrandom::fill, now.plus_seconds(7 * 24 * 60 * 60), now).await?;
/// assert_eq!(code.to_string().len(), 29);
/// # Ok(())
/// # }
/// ```
pub async fn invite<S: ApplicationStore>(
    store: &S,
    entropy: &mut (impl Entropy + Send),
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<TypedCode, InviteError> {
    let code = TypedCode::new(entropy)?;
    let invitation = Invitation { code: code.invitation_hash(), created_at: now, expires_at };
    // Never rejected.
    let made = AuditEntry::new(AuditKind::InvitationMade, AuditActor::Operator);
    let operations = vec![Operation::AddInvitation(invitation), Operation::Audit(Box::new(made))];
    let _ = AnyStore::transact(store, operations, now).await?;
    Ok(code)
}

impl App {
    /// The invitation that a registration takes, if it needs one. Who may create an account may have changed since the start.
    pub(crate) fn invitation_of(&self, attached: &Attached) -> Result<Option<TokenHash>> {
        match self.sign_up {
            SignUp::Open => Ok(None),
            SignUp::Closed => Err(Reason::SignUpClosed.into()),
            SignUp::Invited => Ok(Some(attached.code_hash().ok_or(Reason::InvitationMissing)?)),
        }
    }

    /// The hash of the invitation that a new account takes, if it needs one. Fails if the account may not be created.
    pub(crate) async fn check_sign_up(&self, invitation: Option<&TypedCode>) -> Result<Option<TokenHash>> {
        match (self.sign_up, invitation) {
            (SignUp::Open, _) => Ok(None),
            (SignUp::Closed, _) => Err(Reason::SignUpClosed.into()),
            (SignUp::Invited, None) => Err(Reason::InvitationMissing.into()),
            (SignUp::Invited, Some(code)) => {
                let hash = code.invitation_hash();
                let found = self.store.invitation(&hash, self.now()).await?;
                found.map(|_| Some(hash)).ok_or_else(|| OperationError::from(Reason::InvitationInvalid))
            }
        }
    }
}
