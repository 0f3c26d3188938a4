//! Which BLOBs are believed
//! ([FIDO Metadata Service, section 3.2](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.0-ps-20210518.html#metadata-blob-object-processing-rules)).

use core::time::Duration;

use countersign_attestation::{
    Certificate, PathError, PathLimits, Revocation, TrustAnchor, TrustedPath, validate_path,
};
use countersign_cose::{KeyError, Verifiers};
use countersign_types::Timestamp;

use crate::{Blob, BlobFault, MetadataError, blob::BLOB_MAX, jws::Jws, payload::Payload, roots};

/// The host to which the certificate of FIDO's service is issued.
const FIDO_HOST: &str = "mds.fidoalliance.org";

/// Which BLOBs are believed: by whom they are signed, how old they may be.
#[derive(Debug, Clone)]
pub struct BlobPolicy {
    anchors: Vec<TrustAnchor>,
    chain: Option<Vec<Certificate>>,
    host_name: Option<String>,
    legal_header: Option<String>,
    outdated: Outdated,
    length_max: usize,
    path_limits: PathLimits,
    revocation: Revocation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outdated {
    Refused { grace: Duration },
    Accepted,
}

/// Which numbers were seen before: a BLOB must not take the place of a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Seen {
    /// None: any number will do.
    Nothing,
    /// This one, and the BLOB may be the same: it is read again, as after a restart.
    AtLeast(u64),
    /// This one, and the BLOB should be a newer one.
    NewerThan(u64),
}

impl BlobPolicy {
    /// FIDO's service: signed in the name of its host, below `GlobalSign`'s R3 (until 2026) or R46.
    pub fn fido() -> Self {
        let anchors = roots::GLOBALSIGN.iter().filter_map(|root| root.anchor().ok());
        Self::new(anchors).host_name(FIDO_HOST)
    }

    /// Another service: signed below one of these, in the name of any host.
    pub fn new(anchors: impl IntoIterator<Item = TrustAnchor>) -> Self {
        Self {
            anchors: anchors.into_iter().collect(),
            chain: None,
            host_name: None,
            legal_header: None,
            outdated: Outdated::Refused { grace: Duration::ZERO },
            length_max: BLOB_MAX,
            path_limits: PathLimits::default(),
            revocation: Revocation::none(),
        }
    }

    /// Demands that the signer's certificate was issued to this host, in its subject alternative name.
    pub fn host_name(mut self, host: impl Into<String>) -> Self {
        self.host_name = Some(host.into());
        self
    }

    /// Accepts a signer of any name below the roots. A root of the web signs for everybody.
    pub fn dangerous_accept_any_host_name(mut self) -> Self {
        self.host_name = None;
        self
    }

    /// Demands this legal header: the one whose terms the operator accepted.
    pub fn legal_header(mut self, text: impl Into<String>) -> Self {
        self.legal_header = Some(text.into());
        self
    }

    /// Accepts a BLOB for so long after the day of its `nextUpdate`; by default not at all.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.outdated = Outdated::Refused { grace };
        self
    }

    /// Accepts a BLOB of any age: who holds back newer ones holds back what they say of compromised models.
    pub fn dangerous_accept_outdated(mut self) -> Self {
        self.outdated = Outdated::Accepted;
        self
    }

    /// Accepts up to so many bytes; by default [`BLOB_MAX`].
    pub fn length_max(mut self, bytes: usize) -> Self {
        self.length_max = bytes;
        self
    }

    /// Sets what is known of revoked certificates, and what becomes of those whose issuer has no list; by default
    /// nothing, and they pass. FIDO wants the lists that its signer's certificates name to be looked at.
    pub fn revocation(mut self, revocation: Revocation) -> Self {
        self.revocation = revocation;
        self
    }

    /// The signer's certificates, the signer's own first, for a BLOB that does not bring them: the caller had them from
    /// the address in `x5u`, after checking that it has the origin of the BLOB's own.
    pub fn chain(mut self, certificates: impl IntoIterator<Item = Certificate>) -> Self {
        self.chain = Some(certificates.into_iter().collect());
        self
    }

    /// The roots of this policy that are valid at `now` and no longer so after `period`: an operator wants to hear of
    /// them in time.
    pub fn roots_expiring_within(
        &self,
        now: Timestamp,
        period: Duration,
    ) -> impl Iterator<Item = &TrustAnchor> {
        let end = now.plus_seconds(i64::try_from(period.as_secs()).unwrap_or(i64::MAX));
        self.anchors.iter().filter(move |anchor| {
            let root = anchor.certificate();
            root.is_valid_at(now) && root.not_after() < end
        })
    }

    /// Verifies a BLOB as it came, and reads it. Faults of single entries don't fail it: see [`Blob::skipped`].
    ///
    /// The signature is checked before the payload is looked at.
    pub fn verify(
        &self,
        blob: &[u8],
        seen: Seen,
        now: Timestamp,
        verifiers: &Verifiers,
    ) -> Result<Blob, MetadataError> {
        if blob.len() > self.length_max {
            return Err(BlobFault::TooLong(self.length_max).into());
        }
        let jws = Jws::read(blob)?;
        let signer = self.signer(&jws, now, verifiers)?;
        check_signature(&jws, &signer, verifiers)?;
        let payload = Payload::read(jws.payload)?;
        match seen {
            Seen::AtLeast(seen) | Seen::NewerThan(seen) if payload.number < seen => {
                return Err(MetadataError::Rollback { seen, got: payload.number });
            }
            Seen::NewerThan(seen) if payload.number == seen => return Err(MetadataError::NotNewer(seen)),
            _ => {}
        }
        if self
            .legal_header
            .as_ref()
            .is_some_and(|accepted| payload.legal_header().as_deref() != Some(accepted))
        {
            return Err(MetadataError::LegalHeader);
        }
        if self.is_outdated(payload.next_update, now) {
            return Err(MetadataError::Outdated { next_update: payload.next_update, now });
        }
        Ok(Blob::new(payload, signer, jws.hash()))
    }

    /// Whether a BLOB that announced the next one for that day is too old for this policy.
    pub fn is_outdated(&self, next_update: crate::Date, now: Timestamp) -> bool {
        match self.outdated {
            Outdated::Accepted => false,
            Outdated::Refused { grace } => {
                let grace = i64::try_from(grace.as_secs()).unwrap_or(i64::MAX);
                next_update.end().plus_seconds(grace) <= now
            }
        }
    }

    fn signer(
        &self,
        jws: &Jws<'_>,
        now: Timestamp,
        verifiers: &Verifiers,
    ) -> Result<TrustedPath, MetadataError> {
        let chain = jws.chain.as_ref().or(self.chain.as_ref()).ok_or(MetadataError::ChainElsewhere)?;
        let path = validate_path(chain, &self.anchors, &self.revocation, now, verifiers, &self.path_limits)
            .map_err(|error| match error {
            PathError::VerifierMissing(scheme) => MetadataError::VerifierMissing(scheme),
            error => MetadataError::Untrusted(error),
        })?;
        let Some(leaf) = path.certificates().first() else { return Err(MetadataError::ChainElsewhere) };
        if let Some(host) = &self.host_name {
            let names = leaf.alternative_dns_names().and_then(Result::ok).unwrap_or_default();
            if !names.iter().any(|name| name.eq_ignore_ascii_case(host)) {
                return Err(MetadataError::HostName(host.as_str().into()));
            }
        }
        if leaf.key_usage().is_some_and(|usage| !usage.digital_signature()) {
            return Err(MetadataError::KeyUsage);
        }
        Ok(path)
    }
}

fn check_signature(jws: &Jws<'_>, signer: &TrustedPath, verifiers: &Verifiers) -> Result<(), MetadataError> {
    let unfit = |error: KeyError| match error {
        KeyError::VerifierMissing(scheme) => MetadataError::VerifierMissing(scheme),
        _ => MetadataError::Algorithm(jws.algorithm.name().into()),
    };
    let leaf = signer.certificates().first().ok_or(MetadataError::ChainElsewhere)?;
    let key = leaf.public_key().map_err(unfit)?;
    let key = verifiers.prepare(&key, jws.algorithm.scheme()).map_err(unfit)?;
    key.verify(&[jws.signed], &jws.signature).map_err(|_| MetadataError::SignatureInvalid)
}
