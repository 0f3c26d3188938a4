//! Signatures and certificates of attestation statements.

use super::{
    attester::Attester,
    draft::{AttestationDraft, IssuerRole, SignerRole},
    input::AttestationInput,
};
use crate::{cbor::Cbor, private_key::PrivateKey};

/// The keys that can sign a statement.
pub(super) struct Signer<'a> {
    pub(super) attester: Option<&'a Attester>,
    pub(super) input: &'a AttestationInput<'a>,
}

impl Signer<'_> {
    pub(super) fn key(&self, role: SignerRole) -> PrivateKey {
        let attester = self.attester.map_or(self.input.credential_key, |attester| &attester.key);
        match role {
            SignerRole::Attester => attester.clone(),
            SignerRole::Credential => self.input.credential_key.clone(),
            SignerRole::Stranger => {
                PrivateKey::stranger(attester.algorithm()).unwrap_or_else(|| attester.clone())
            }
        }
    }

    /// The DER of the certificates, the attestation certificate first.
    pub(super) fn certificates(&self, draft: &AttestationDraft) -> Vec<Vec<u8>> {
        let (Some(attester), Some(leaf)) = (self.attester, &draft.leaf) else { return Vec::new() };
        let authority = match draft.issuer {
            IssuerRole::Authority | IssuerRole::AuthorityWithRoot => attester.issuer().clone(),
            IssuerRole::Stranger | IssuerRole::StrangerWithRoot => attester.issuer().impostor(),
        };
        let root = match draft.issuer {
            IssuerRole::AuthorityWithRoot => Some(attester.authority.certificate()),
            IssuerRole::StrangerWithRoot => Some(authority.certificate()),
            _ => None,
        };
        let issuers = attester.intermediates.iter().rev().skip(1).map(|(authority, _)| authority);
        let issuers = issuers.chain([&attester.authority]);
        let intermediates =
            draft.intermediates.iter().zip(issuers).map(|(draft, issuer)| draft.sign(issuer.key()));
        core::iter::once(leaf.sign(authority.key())).chain(intermediates).chain(root).collect()
    }

    pub(super) fn x5c(&self, draft: &AttestationDraft) -> Cbor {
        Cbor::Array(self.certificates(draft).into_iter().map(Cbor::Bytes).collect())
    }
}
