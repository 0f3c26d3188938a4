//! Which BLOBs are accepted ([FIDO Metadata Service, section
//! 3.2](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.0-ps-20210518.html#metadata-blob-object-processing-rules)).

use core::time::Duration;

use countersign_attestation::{
    Certificate, PathError, PathLimits, Revocation, TrustAnchor, TrustedPath, path::UntrustedError,
    validate_path,
};
use countersign_cose::{KeyError, Verifiers};
use countersign_types::Timestamp;

use crate::{
    blob::Blob,
    date::Date,
    error::{MalformedBlobError, MetadataError},
    jws::Jws,
    limits::BLOB_MAX,
    payload::Payload,
    roots,
};

/// The host in the certificate of FIDO's service.
const FIDO_HOST: &str = "mds.fidoalliance.org";

/// Which BLOBs are accepted: the roots and host name of the signer, and the age.
#[derive(Debug, Clone)]
pub struct BlobPolicy {
    anchors: Vec<TrustAnchor>,
    chain: Option<Vec<Certificate>>,
    host_name: Option<String>,
    legal_header: Option<String>,
    outdated: Outdated,
    max_length: usize,
    path_limits: PathLimits,
    revocation: Revocation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outdated {
    Reject { grace: Duration },
    Accept,
}

/// The numbers of the BLOBs that were seen before: an older BLOB must not replace a newer one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Seen {
    /// No BLOB was seen: any number is accepted.
    Nothing,
    /// This number was seen, and the BLOB may be the same: it is read again, for example after a restart.
    AtLeast(u64),
    /// This number was seen, and the BLOB must be newer.
    NewerThan(u64),
}

impl BlobPolicy {
    /// The policy for FIDO's service: signed by its host, below GlobalSign's R3 (until 2026) or R46.
    pub fn fido() -> Self {
        let anchors = roots::GLOBALSIGN.iter().filter_map(|root| root.anchor().ok());
        Self::new(anchors).with_host_name(FIDO_HOST)
    }

    /// A policy for another service: signed below one of these anchors, by any host.
    pub fn new(anchors: impl IntoIterator<Item = TrustAnchor>) -> Self {
        Self {
            anchors: anchors.into_iter().collect(),
            chain: None,
            host_name: None,
            legal_header: None,
            outdated: Outdated::Reject { grace: Duration::ZERO },
            max_length: BLOB_MAX,
            path_limits: PathLimits::default(),
            revocation: Revocation::none(),
        }
    }

    /// Requires that the signer's certificate was issued to this host, in its subject alternative name.
    pub fn with_host_name(mut self, host: impl Into<String>) -> Self {
        self.host_name = Some(host.into());
        self
    }

    /// Accepts a signer of any name below the roots. A root of the web issues certificates to anyone.
    pub fn dangerous_accept_any_host_name(mut self) -> Self {
        self.host_name = None;
        self
    }

    /// Requires this legal header: the one with the terms that the operator accepted.
    pub fn with_legal_header(mut self, text: impl Into<String>) -> Self {
        self.legal_header = Some(text.into());
        self
    }

    /// Accepts a BLOB for this long after the day of its `nextUpdate`. The default is zero.
    pub fn with_grace(mut self, grace: Duration) -> Self {
        self.outdated = Outdated::Reject { grace };
        self
    }

    /// Accepts a BLOB of any age. An attacker who withholds newer BLOBs then hides reports about compromised models.
    pub fn dangerous_accept_outdated(mut self) -> Self {
        self.outdated = Outdated::Accept;
        self
    }

    /// Sets the longest BLOB in bytes. The default is [`BLOB_MAX`].
    pub fn with_max_length(mut self, bytes: usize) -> Self {
        self.max_length = bytes;
        self
    }

    /// Sets the revocation lists, and the consequence for certificates whose issuer has none. By default there are no
    /// lists, and such certificates are accepted. FIDO demands that the lists named in the signer's certificates are
    /// checked.
    pub fn with_revocation(mut self, revocation: Revocation) -> Self {
        self.revocation = revocation;
        self
    }

    /// Sets the signer's certificates, the signer's own first, for a BLOB that does not contain them. The caller
    /// fetches them from the address in `x5u`, and must check that it has the same origin as the BLOB's address.
    pub fn with_chain(mut self, certificates: impl IntoIterator<Item = Certificate>) -> Self {
        self.chain = Some(certificates.into_iter().collect());
        self
    }

    /// The roots of the signers that are accepted.
    pub fn anchors(&self) -> &[TrustAnchor] {
        &self.anchors
    }

    /// The host that the signer's certificate must name. `None` if any is accepted.
    pub fn host_name(&self) -> Option<&str> {
        self.host_name.as_deref()
    }

    /// The legal header that is required.
    pub fn legal_header(&self) -> Option<&str> {
        self.legal_header.as_deref()
    }

    /// How long after the day of its `nextUpdate` a BLOB is accepted. `None` if it is at any age.
    pub const fn grace(&self) -> Option<Duration> {
        match self.outdated {
            Outdated::Reject { grace } => Some(grace),
            Outdated::Accept => None,
        }
    }

    /// The longest BLOB in bytes.
    pub const fn max_length(&self) -> usize {
        self.max_length
    }

    /// The revocation lists, and the consequence for certificates whose issuer has none.
    pub const fn revocation(&self) -> &Revocation {
        &self.revocation
    }

    /// The signer's certificates for a BLOB that does not contain them.
    pub fn chain(&self) -> Option<&[Certificate]> {
        self.chain.as_deref()
    }

    /// The roots of this policy that are valid at `now` and expire within `period`, so that an operator can be warned.
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

    /// Verifies a received BLOB and reads it. Errors of single entries do not reject it: see [`Blob::skipped`].
    ///
    /// The signature is verified before the payload is read.
    pub fn verify(
        &self,
        blob: &[u8],
        seen: Seen,
        now: Timestamp,
        verifiers: &Verifiers,
    ) -> Result<Blob, MetadataError> {
        if blob.len() > self.max_length {
            return Err(MalformedBlobError::TooLong(self.max_length).into());
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
        if self.legal_header.is_some() && payload.legal_header != self.legal_header {
            return Err(MetadataError::LegalHeader);
        }
        if self.is_outdated(payload.next_update, now) {
            return Err(MetadataError::Outdated { next_update: payload.next_update, now });
        }
        Ok(Blob::new(payload, signer, jws.hash()))
    }

    /// Whether a BLOB with this `nextUpdate` is too old for this policy.
    pub fn is_outdated(&self, next_update: Date, now: Timestamp) -> bool {
        self.grace().is_some_and(|grace| {
            let grace = i64::try_from(grace.as_secs()).unwrap_or(i64::MAX);
            next_update.end().plus_seconds(grace) <= now
        })
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
            PathError::VerifierMissing(scheme)
            | PathError::Untrusted(UntrustedError::Key(KeyError::VerifierMissing(scheme))) => {
                MetadataError::VerifierMissing(scheme)
            }
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
    let rejected = |error: KeyError| match error {
        KeyError::VerifierMissing(scheme) => MetadataError::VerifierMissing(scheme),
        _ => MetadataError::Algorithm(jws.algorithm.name().into()),
    };
    let leaf = signer.certificates().first().ok_or(MetadataError::ChainElsewhere)?;
    let key = leaf.public_key().map_err(rejected)?;
    let key = verifiers.prepare(&key, jws.algorithm.scheme()).map_err(rejected)?;
    key.verify(&[jws.signed], &jws.signature).map_err(|_| MetadataError::SignatureInvalid)
}
