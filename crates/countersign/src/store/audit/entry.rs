//! What an application writes to the audit log
//! ([section 7](https://www.w3.org/TR/webauthn-3/#sctn-rp-operations)).

use std::net::IpAddr;

use countersign_types::{CredentialId, UserHandle};

/// What happened, for a row of the audit log.
///
/// The store adds the chain, the number, the time of the transaction and the hashes. It replaces the user handle by the
/// account's pseudonym, and the credential ID by a hash.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores and applications build it")]
pub struct AuditEntry {
    /// What was done.
    pub kind: AuditKind,
    /// Who did it.
    pub actor: AuditActor,
    /// The account that it was done to.
    pub account: Option<UserHandle>,
    /// The credential that it was done with or to. Without an account it is left out.
    pub credential: Option<CredentialId>,
    /// The public ID of the session that it was done in, or that it created or ended.
    pub session: Option<[u8; 32]>,
    /// Where the request came from.
    pub source: AuditSource,
}

/// Where a request came from, for the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "stores and applications build it")]
pub struct AuditSource {
    /// The address of the client, or of its network.
    pub address: Option<IpAddr>,
    /// The [trace ID](https://www.w3.org/TR/trace-context/#trace-id) of the request, by which its lines in the log are
    /// found.
    pub trace_id: Option<[u8; 16]>,
}

impl AuditSource {
    /// The bytes of the address: 4 or 16.
    pub fn address_bytes(&self) -> Option<Vec<u8>> {
        self.address.map(|address| match address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        })
    }

    /// The address of 4 or 16 bytes; `None` for another number.
    pub fn read_address(bytes: &[u8]) -> Option<IpAddr> {
        let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
        v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
    }
}

impl AuditEntry {
    /// An entry of something that `actor` did, to no account.
    pub const fn new(kind: AuditKind, actor: AuditActor) -> Self {
        let source = AuditSource { address: None, trace_id: None };
        Self { kind, actor, account: None, credential: None, session: None, source }
    }

    /// Sets the account.
    #[must_use]
    pub fn with_account(self, account: UserHandle) -> Self {
        Self { account: Some(account), ..self }
    }

    /// Sets the credential.
    #[must_use]
    pub fn with_credential(self, credential: CredentialId) -> Self {
        Self { credential: Some(credential), ..self }
    }

    /// Sets the public ID of the session.
    #[must_use]
    pub fn with_session(self, session: [u8; 32]) -> Self {
        Self { session: Some(session), ..self }
    }

    /// Sets where the request came from.
    #[must_use]
    pub fn with_source(self, source: AuditSource) -> Self {
        Self { source, ..self }
    }
}

/// Declares words, each with the text that is stored.
macro_rules! words {
    ($(#[$of:meta])* $name:ident { $($(#[$doc:meta])* $word:ident = $text:literal,)+ }) => {
        $(#[$of])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $word,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$word),+];

            /// The text that is stored, such as in an export.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$word => $text,)+
                }
            }
        }
    };
}

words! {
    /// The kind of a row of the audit log.
    AuditKind {
        /// An account was created, with its first credential, and is signed in.
        AccountCreated = "account-created",
        /// A user signed in.
        SignedIn = "signed-in",
        /// A user confirmed an act with a passkey.
        Confirmed = "confirmed",
        /// A credential was added to an account.
        CredentialAdded = "credential-added",
        /// The label of a credential was changed.
        CredentialRenamed = "credential-renamed",
        /// A credential was removed, with its sessions.
        CredentialRemoved = "credential-removed",
        /// A credential was flagged, so that it can't sign in.
        CredentialFlagged = "credential-flagged",
        /// The flag of a credential was removed.
        CredentialUnflagged = "credential-unflagged",
        /// Recovery codes were made, in place of earlier ones.
        RecoveryCodesMade = "recovery-codes-made",
        /// A recovery code was used: a credential was added, and all other sessions of the account ended.
        RecoveryCodeUsed = "recovery-code-used",
        /// The name of an account was changed.
        AccountRenamed = "account-renamed",
        /// An account was removed, with all that it had.
        AccountRemoved = "account-removed",
        /// The data of an account was exported.
        DataExported = "data-exported",
        /// A session was ended.
        SessionEnded = "session-ended",
        /// All other sessions of an account were ended.
        OtherSessionsEnded = "other-sessions-ended",
        /// All sessions of an account were ended.
        SessionsEnded = "sessions-ended",
        /// An invitation was made.
        InvitationMade = "invitation-made",
        /// An invitation was used.
        InvitationUsed = "invitation-used",
        /// An invitation was revoked.
        InvitationRevoked = "invitation-revoked",
        /// An account became an operator.
        OperatorGranted = "operator-granted",
        /// An account lost the role of an operator.
        OperatorRevoked = "operator-revoked",
        /// An account was imported, with its credentials.
        AccountImported = "account-imported",
        /// All accounts were exported.
        AccountsExported = "accounts-exported",
        /// A backup took the place of the database, with the rows that it had.
        DatabaseRestored = "database-restored",
        /// An assessment of all credentials began.
        AssessmentBegun = "assessment-begun",
        /// A sealing key was added.
        KeysRotated = "keys-rotated",
        /// The newest rows of all chains were listed.
        Anchor = "anchor",
        /// Old rows were removed.
        Pruned = "pruned",
    }
}

words! {
    /// Who did what a row of the audit log says.
    AuditActor {
        /// The user of the account.
        User = "user",
        /// The operator of the application.
        Operator = "operator",
        /// The application itself.
        Application = "application",
    }
}
