//! The changes of an [`ApplicationStore`](crate::store::ApplicationStore), and why they are rejected.

use countersign_types::{CredentialId, Timestamp, UserHandle};

use crate::record::update::CredentialUpdate;
use crate::store::audit::entry::AuditEntry;
use crate::store::rows::{
    Account, Confirmation, ConfirmationKey, Finish, Invitation, OperatorLink, RECOVERY_CODES, Recovery,
    Session, StoredCredential, StoredSealingKey, TokenHash,
};

/// One operation of a transaction. Each says what makes it reject the transaction; the others never do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a store must implement each of them")]
pub enum Operation {
    /// Remembers the finish of a ceremony, at least until [`AHEAD_SECONDS`](crate::store::AHEAD_SECONDS) after
    /// [`Finish::until`]: a server whose clock is behind may still accept a response of the ceremony.
    ///
    /// Rejected with [`Rejection::Finished`] if one is remembered already for the ceremony, whatever its response.
    Remember(Finish),
    /// Does nothing, if the session exists, is not [over](crate::store::SessionTimes::is_over), and is this account's.
    ///
    /// Rejected with [`Rejection::SessionOver`] or [`Rejection::OtherAccount`]. Put it first in transactions for a
    /// signed-in user: the session may have ended since it was read. No other transaction ends the session before this
    /// one is committed.
    RequireSession {
        /// The hash of its token.
        token: TokenHash,
        /// The account that the request is for.
        account: UserHandle,
    },
    /// Adds an account. Add its first credential in the same transaction: an account without one can't be signed in to.
    ///
    /// Rejected with [`Rejection::NameTaken`] if another account has the key of its name, and with
    /// [`Rejection::HandleTaken`] if one has its user handle, whatever its name.
    InsertAccount(Account),
    /// Changes the name of an account.
    ///
    /// Rejected with [`Rejection::Missing`] if there is no such account, and with [`Rejection::NameTaken`] if another
    /// account has the key of the name.
    RenameAccount {
        /// The account.
        account: UserHandle,
        /// The new name.
        name: String,
        /// Its key: see [`Account::name_key`].
        name_key: String,
    },
    /// Removes an account with its credentials, sessions, confirmations and recovery codes. The hash of its user handle is remembered for
    /// [`FORMER_ACCOUNT_SECONDS`](crate::store::FORMER_ACCOUNT_SECONDS).
    ///
    /// Rejected with [`Rejection::Missing`] if there is none.
    RemoveAccount(UserHandle),
    /// Adds a credential to the account that its record names.
    ///
    /// Rejected with [`Rejection::Missing`] if there is no such account, with [`Rejection::CredentialIdTaken`] if any
    /// account has a credential of this ID
    /// ([section 7.1, step 26](https://www.w3.org/TR/webauthn-3/#reg-ceremony-verify-cred-id-unregistered)), with
    /// [`Rejection::TooManyCredentials`] if the account has
    /// [`CREDENTIALS_PER_ACCOUNT_MAX`](crate::store::CREDENTIALS_PER_ACCOUNT_MAX), and with [`Rejection::LabelTaken`] if
    /// another credential of the account has the key of its label.
    InsertCredential(Box<StoredCredential>),
    /// Replaces the dynamic part of a credential's record, if the stored one is the one that the update is based on: see
    /// [`CredentialUpdate`].
    ///
    /// Rejected with [`Rejection::Missing`] if the account has no such credential, and with
    /// [`Rejection::RecordChanged`] if another dynamic part is stored.
    UpdateCredential {
        /// The account of the credential.
        owner: UserHandle,
        /// The update.
        update: Box<CredentialUpdate>,
        /// The time of the authentication that the update is from; `None` for a change without one, such as a flag.
        used_at: Option<Timestamp>,
    },
    /// Changes the label of a credential.
    ///
    /// Rejected with [`Rejection::Missing`] if the account has no such credential, and with [`Rejection::LabelTaken`] if
    /// another one of the account has the key of the label.
    RenameCredential {
        /// The account of the credential.
        owner: UserHandle,
        /// The ID of the credential.
        id: CredentialId,
        /// The new label.
        label: String,
        /// Its key: see [`StoredCredential::label_key`].
        label_key: String,
    },
    /// Removes a credential, with the sessions that were created with it and their confirmations.
    ///
    /// Rejected with [`Rejection::Missing`] if the account has no such credential, and with
    /// [`Rejection::LastCredential`] if it has no other and no unused recovery code: of two removals at once of the last
    /// two, one is rejected.
    RemoveCredential {
        /// The account of the credential.
        owner: UserHandle,
        /// The ID of the credential.
        id: CredentialId,
    },
    /// Stores the hashes of new recovery codes of an account, in place of those that it has.
    ///
    /// Rejected with [`Rejection::Missing`] if there is no such account.
    ReplaceRecoveryCodes {
        /// The account.
        account: UserHandle,
        /// The hashes, which differ.
        codes: Box<[TokenHash; RECOVERY_CODES]>,
        /// The time at which the codes were made.
        created_at: Timestamp,
    },
    /// Replaces all that is stored about the recovery codes of an account, as it was in another store.
    ///
    /// Rejected with [`Rejection::Missing`] if there is no such account.
    RestoreRecovery {
        /// The account.
        account: UserHandle,
        /// What the other store had.
        recovery: Box<Recovery>,
    },
    /// Removes a recovery code, and records its use. Add a credential in the same transaction: an account without a
    /// credential and without a code can't be signed in to.
    ///
    /// Rejected with [`Rejection::RecoveryCodeUnknown`] if the account has no such code: of several uses at once of a
    /// code, one is accepted.
    TakeRecoveryCode {
        /// The account.
        account: UserHandle,
        /// The hash of the code.
        code: TokenHash,
        /// The time of the use.
        used_at: Timestamp,
    },
    /// Adds an invitation. One with the same code is replaced.
    AddInvitation(Invitation),
    /// Removes an invitation, which an account is created with.
    ///
    /// Rejected with [`Rejection::InvitationUnknown`] if there is none with this code, or if it is not
    /// [valid](crate::store::Invitation::is_valid).
    TakeInvitation(TokenHash),
    /// Does nothing, if the account is an operator.
    ///
    /// Rejected with [`Rejection::NotOperator`] otherwise. Put it first in transactions for an operator: the role may have
    /// been taken since it was read. No other transaction takes it before this one is committed.
    RequireOperator(UserHandle),
    /// Makes an account an operator. One that is an operator already stays one since the time that is stored.
    ///
    /// Rejected with [`Rejection::Missing`] if there is no such account.
    GrantOperator {
        /// The account.
        account: UserHandle,
        /// The time from which it is an operator.
        since: Timestamp,
    },
    /// Takes the role of an operator from an account, which stays.
    ///
    /// Rejected with [`Rejection::NotOperator`] if it is none.
    RevokeOperator(UserHandle),
    /// Adds a link for an operator. One with the same token is replaced.
    AddOperatorLink(OperatorLink),
    /// Removes a link for an operator. Make an account an operator in the same transaction.
    ///
    /// Rejected with [`Rejection::OperatorLinkUnknown`] if there is none with this token, if it is not
    /// [valid](OperatorLink::is_valid), or if it is for the first operator and there is one: of several uses at once of
    /// links for the first operator, one is accepted.
    TakeOperatorLink(TokenHash),
    /// Adds a session. If its account then has more than
    /// [`SESSIONS_PER_ACCOUNT_MAX`](crate::store::SESSIONS_PER_ACCOUNT_MAX), the least recently used of the others ends.
    ///
    /// Rejected with [`Rejection::Missing`] if there is no such account, or no such credential of it.
    InsertSession(Session),
    /// Records the use of a session. One that does not exist, or is [over](crate::store::SessionTimes::is_over), is left as
    /// it is, which is no error.
    TouchSession {
        /// The hash of its token.
        token: TokenHash,
        /// The time of the use.
        seen_at: Timestamp,
        /// The time at which it is over if it is not used again.
        idle_at: Timestamp,
        /// The time when its user was verified; `None` if this use is no verification.
        verified_at: Option<Timestamp>,
    },
    /// Ends a session, with its confirmations. A session that does not exist is no error; its confirmations are removed all
    /// the same.
    EndSession(TokenHash),
    /// Ends all sessions of an account, with their confirmations, but this one.
    EndOtherSessions {
        /// The account.
        account: UserHandle,
        /// The session that remains, if any.
        remaining: Option<TokenHash>,
    },
    /// Ends the sessions of an account that were created with this credential, with their confirmations.
    EndSessionsOfCredential {
        /// The account of the credential.
        owner: UserHandle,
        /// The ID of the credential.
        id: CredentialId,
    },
    /// Stores a confirmation. One of the same session and act is replaced, whatever its browser. Its session need not be in
    /// this store: an application may have sessions of its own.
    ///
    /// Rejected with [`Rejection::Missing`] if there is no such account.
    Confirm(Confirmation),
    /// Removes a confirmation.
    ///
    /// Rejected with [`Rejection::Unconfirmed`] if there is none, or if it is not
    /// [valid](crate::store::Confirmation::is_valid).
    TakeConfirmation(ConfirmationKey),
    /// Adds a sealing key.
    ///
    /// Rejected with [`Rejection::KeyTaken`] if there is one with its number.
    AddSealingKey(StoredSealingKey),
    /// Removes the sealing key with this number. One that does not exist is no error.
    RemoveSealingKey(u32),
    /// Adds a row to the [audit log](crate::store::audit). Put it behind the operation that adds the account, and before the
    /// one that removes it.
    ///
    /// Rejected with [`Rejection::Missing`] if it names an account that does not exist.
    Audit(Box<AuditEntry>),
    /// Adds a row `anchor` to the audit log, which lists the newest row of each other chain that has a row from the last
    /// [`AUDIT_ANCHOR_SECONDS`](crate::store::AUDIT_ANCHOR_SECONDS). Do this every hour, and keep the hash of the row
    /// elsewhere.
    AnchorAudit,
    /// Removes the rows of the audit log that are older than this, the oldest first, with all that come before them in
    /// their chains: those that follow from the oldest [`AUDIT_PRUNED_MAX`](crate::store::AUDIT_PRUNED_MAX) rows. Adds a
    /// row `pruned` in any case. It lists, for each chain that lost rows now or earlier and still counts, the last row that
    /// was removed.
    ///
    /// `before` must be at least [`AUDIT_KEPT_SECONDS_MIN`](crate::store::AUDIT_KEPT_SECONDS_MIN) ago; one that is not is
    /// treated as that.
    PruneAudit {
        /// The time from which rows are kept.
        before: Timestamp,
    },
}

/// Why a transaction was rejected. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// The ceremony was finished before, in this way.
    #[error("the ceremony was finished before")]
    Finished(Box<Finish>),
    /// The session is over, or there is none.
    #[error("the session is over")]
    SessionOver,
    /// The session is another account's.
    #[error("the session is another account's")]
    OtherAccount,
    /// Another account has the name.
    #[error("another account has the name")]
    NameTaken,
    /// An account has the user handle.
    #[error("another account has the user handle")]
    HandleTaken,
    /// There is no such account, or no such credential of the account.
    #[error("there is no such account or credential")]
    Missing,
    /// An account has a credential of this ID.
    #[error("the credential ID is registered")]
    CredentialIdTaken,
    /// The account has as many credentials as it may have.
    #[error("the account has as many credentials as it may have")]
    TooManyCredentials,
    /// Another credential of the account has the label.
    #[error("another credential of the account has the label")]
    LabelTaken,
    /// The stored record is not the one that the update is based on.
    #[error("the record changed")]
    RecordChanged,
    /// The credential is the account's last, and it has no recovery code.
    #[error("the credential is the account's last")]
    LastCredential,
    /// The session did not confirm the act in this browser, or too long ago.
    #[error("the act is not confirmed")]
    Unconfirmed,
    /// The account has no such recovery code, or has used it.
    #[error("the account has no such recovery code")]
    RecoveryCodeUnknown,
    /// There is no such invitation, or it has expired or was used.
    #[error("there is no such invitation")]
    InvitationUnknown,
    /// The account is no operator.
    #[error("the account is no operator")]
    NotOperator,
    /// There is no such link for an operator, it has expired or was used, or it is for the first one and there is one.
    #[error("there is no such link for an operator")]
    OperatorLinkUnknown,
    /// There is a sealing key with this number.
    #[error("there is a sealing key with this number")]
    KeyTaken,
}
