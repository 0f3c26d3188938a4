//! What a transaction of a workload makes: all of it has the worker and number of the transaction, from which its bytes
//! follow ([section 4, credential record](https://www.w3.org/TR/webauthn-3/#credential-record)).

use countersign_types::UserHandle;
use serde::{Deserialize, Serialize};

use crate::record::credential_record::CredentialRecord;
use crate::store::rows::{
    Confirmation, ConfirmationKey, Session, SessionTimes, StoredCredential, StoredSealingKey, TokenHash,
};
use crate::store_kit::samples::{NOW, id, user_of};

/// The worker and the number of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Made(pub(super) u32, pub(super) u32);

impl Made {
    pub(super) fn bytes(self) -> [u8; 32] {
        let ([w0, w1, w2, w3], [n0, n1, n2, n3]) = (self.0.to_be_bytes(), self.1.to_be_bytes());
        let mut bytes = [0x5a; 32];
        bytes.iter_mut().zip([w0, w1, w2, w3, n0, n1, n2, n3]).for_each(|(to, from)| *to = from);
        bytes
    }

    /// The transaction that made what has these bytes.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let [w0, w1, w2, w3, n0, n1, n2, n3, ..] = *bytes else { return None };
        Some(Self(u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([n0, n1, n2, n3])))
    }

    pub(super) fn outcome(self) -> String {
        format!("{{\"worker\":{},\"transaction\":{}}}", self.0, self.1)
    }

    pub(super) fn handle(self) -> UserHandle {
        user_of(&self.bytes())
    }

    pub(super) fn credential(self, owner: Self) -> StoredCredential {
        let label = format!("key {} {}", self.0, self.1);
        StoredCredential {
            record: CredentialRecord::new(id(&self.bytes()), "example.org", owner.handle(), [0xa5; 80]),
            attestation: None,
            label_key: label.clone(),
            label,
            created_at: NOW,
            last_used_at: None,
        }
    }

    pub(super) fn session(self, account: Self, credential: Self) -> Session {
        let end = NOW.plus_seconds(86_400);
        Session {
            token: TokenHash::from_bytes(self.bytes()),
            account: account.handle(),
            name: String::new(),
            credential: id(&credential.bytes()),
            label: String::new(),
            device: None,
            times: SessionTimes {
                created_at: NOW,
                seen_at: NOW,
                verified_at: NOW,
                idle_at: end,
                expires_at: end,
            },
        }
    }

    /// The confirmation of the one act, by the session of this transaction.
    pub(super) fn confirmation(self, account: UserHandle) -> Confirmation {
        let (session, browser) = (TokenHash::from_bytes(self.bytes()), TokenHash::from_bytes([7; 32]));
        let key = ConfirmationKey { session, act: "an act".to_owned(), browser };
        Confirmation { key, account, created_at: NOW, expires_at: NOW.plus_seconds(86_400) }
    }

    pub(super) fn sealing_key(self, number: u32) -> StoredSealingKey {
        StoredSealingKey { id: number, secret: self.bytes(), seals_from: NOW }
    }
}
