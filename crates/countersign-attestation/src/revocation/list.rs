//! Certificate revocation lists ([RFC 5280, section 5](https://www.rfc-editor.org/rfc/rfc5280#section-5)), read without
//! deciding on trust.

use core::{fmt, ops::Range};
use std::sync::Arc;

use countersign_cose::{Scheme, Verifiers};
use countersign_types::Timestamp;

use super::{reason::RevocationReason, scope::Scope, verdicts::Verdicts};
use crate::{
    certificate::{Certificate, name::Name, signature::SignatureAlgorithm},
    der::{self, NotDer, Reader},
    limits::CRL_MAX,
    oid::{self, Oid},
    path::rules::verify_signature,
};

pub(crate) mod error;

pub use error::RevocationListError;

/// The deepest nesting of a list's DER outside the extensions. The parameters of RSASSA-PSS nest 7 levels; one more is
/// spare.
const DEPTH_MAX: usize = 8;

/// The most extensions of a list, or of one of its entries. RFC 5280 defines 7 for lists and 3 for entries.
const EXTENSIONS_MAX: usize = 16;

/// The version field of a list of version 2.
const VERSION_2: &[u8] = &[1];

/// A certificate revocation list (CRL). Clones share its bytes.
///
/// The signature is verified when the list is used, with the key of the issuer on a path. The list caches the result, so
/// that it is verified once with each key.
#[derive(Clone)]
pub struct CertificateRevocationList(Arc<Contents>);

/// Ranges are into `der`.
struct Contents {
    der: Box<[u8]>,
    tbs: Range<usize>,
    issuer: Range<usize>,
    this_update: Timestamp,
    next_update: Timestamp,
    /// By serial number.
    entries: Vec<Entry>,
    scope: Scope,
    signature_algorithm: SignatureAlgorithm,
    signature: Range<usize>,
    verdicts: Verdicts,
}

struct Entry {
    /// The serial number without superfluous leading octets.
    serial_number: Range<usize>,
    reason: RevocationReason,
}

impl CertificateRevocationList {
    /// Reads one list from DER, without trailing data.
    ///
    /// Rejected are: more than [`CRL_MAX`] bytes, anything but one element of DER, a version other than 1 and 2, a
    /// list without the time of the next update, two different signature algorithms, an extension that occurs twice, a
    /// critical extension of the list or of an entry that is unknown, and lists that would have to be combined with
    /// others: delta lists, indirect lists, lists for some reasons only. `removeFromCRL` occurs in delta lists only.
    pub fn from_der(der: &[u8]) -> Result<Self, RevocationListError> {
        if der.len() > CRL_MAX {
            return Err(RevocationListError::TooLong { length: der.len() });
        }
        let first = Reader::new(der).element().map_err(|_| RevocationListError::NotDer)?;
        if first.whole.len() != der.len() {
            let length = der.len().saturating_sub(first.whole.len());
            return Err(RevocationListError::TrailingData { length });
        }
        der::check(der, DEPTH_MAX).map_err(|_| RevocationListError::NotDer)?;
        Contents::read(der).map(|contents| Self(Arc::new(contents)))
    }

    /// The DER as received.
    pub fn as_der(&self) -> &[u8] {
        &self.0.der
    }

    /// The issuer's name.
    pub fn issuer(&self) -> Name<'_> {
        Name::new(self.slice(&self.0.issuer))
    }

    /// When the list was made.
    pub fn this_update(&self) -> Timestamp {
        self.0.this_update
    }

    /// When the next list is due.
    pub fn next_update(&self) -> Timestamp {
        self.0.next_update
    }

    /// Whether `now` is between [`this_update`](Self::this_update) and [`next_update`](Self::next_update), ends included.
    pub fn is_current_at(&self, now: Timestamp) -> bool {
        (self.0.this_update..=self.0.next_update).contains(&now)
    }

    /// The number of revoked certificates.
    pub fn len(&self) -> usize {
        self.0.entries.len()
    }

    /// Whether the list has no certificates.
    pub fn is_empty(&self) -> bool {
        self.0.entries.is_empty()
    }

    /// The reason of the revocation, if the list has the certificate's serial number. The issuer and the signature of the list
    /// are not checked.
    pub(super) fn reason(&self, certificate: &Certificate) -> Option<RevocationReason> {
        let wanted = canonical(certificate.serial_number());
        let entries = &self.0.entries;
        let found = entries.binary_search_by(|entry| self.slice(&entry.serial_number).cmp(wanted)).ok()?;
        entries.get(found).map(|entry| entry.reason)
    }

    pub(super) fn scope(&self) -> &Scope {
        &self.0.scope
    }

    /// Whether the list's signature verifies with the key of `issuer`, whose key usage is not checked here.
    pub(super) fn is_signed_with_key_of(&self, issuer: &Certificate, verifiers: &Verifiers) -> bool {
        self.0.verdicts.verifies(issuer.subject_public_key_info(), verifiers, || {
            let data = self.slice(&self.0.tbs);
            let signature = self.slice(&self.0.signature);
            verify_signature(data, &self.0.signature_algorithm, signature, issuer, verifiers).is_ok()
        })
    }

    /// The scheme of the list's signature with the key of `issuer`, if there is no verifier of it.
    pub(super) fn missing_verifier(&self, issuer: &Certificate, verifiers: &Verifiers) -> Option<Scheme> {
        let key = issuer.public_key().ok()?;
        self.0.signature_algorithm.scheme(&key).filter(|scheme| !verifiers.supports(*scheme))
    }

    fn slice(&self, range: &Range<usize>) -> &[u8] {
        self.0.der.get(range.clone()).unwrap_or_default()
    }
}

impl PartialEq for CertificateRevocationList {
    fn eq(&self, other: &Self) -> bool {
        self.0.der == other.0.der
    }
}

impl Eq for CertificateRevocationList {}

impl fmt::Debug for CertificateRevocationList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateRevocationList")
            .field("issuer", &self.issuer())
            .field("entries", &self.len())
            .finish_non_exhaustive()
    }
}

impl Contents {
    fn read(der: &[u8]) -> Result<Self, RevocationListError> {
        let mut parts = Reader::new(der::only(der, der::SEQUENCE)?);
        let tbs = parts.element()?;
        let algorithm = parts.element()?.whole;
        let signature = parts.expect(der::BIT_STRING)?;
        parts.end()?;
        let Some((0, signature)) = signature.split_first() else { return Err(RevocationListError::NotDer) };

        let mut fields = Reader::new(der::only(tbs.whole, der::SEQUENCE)?);
        let version_2 = match fields.optional(der::INTEGER)? {
            None => false,
            Some(VERSION_2) => true,
            Some(_) => return Err(RevocationListError::Version),
        };
        if fields.element()?.whole != algorithm {
            return Err(RevocationListError::SignatureAlgorithmsDiffer);
        }
        let issuer = fields.element()?;
        der::only(issuer.whole, der::SEQUENCE)?;
        let this_update = time(&mut fields)?;
        // Optional by its type; what may come instead is a SEQUENCE.
        let next_update = time(&mut fields)?;
        let entries = fields.optional(der::SEQUENCE)?.unwrap_or_default();
        let entries = read_entries(der, entries, version_2)?;
        let scope = match fields.optional(EXPLICIT_0)? {
            None => Scope::default(),
            Some(_) if !version_2 => return Err(RevocationListError::Version),
            Some(extensions) => read_extensions(extensions)?,
        };
        fields.end()?;
        Ok(Self {
            tbs: range_of(der, tbs.whole)?,
            issuer: range_of(der, issuer.whole)?,
            this_update,
            next_update,
            entries,
            scope,
            signature_algorithm: SignatureAlgorithm::from_der(algorithm)
                .ok_or(RevocationListError::NotDer)?,
            signature: range_of(der, signature)?,
            verdicts: Verdicts::default(),
            der: der.into(),
        })
    }
}

/// The tag of the list's extensions.
const EXPLICIT_0: u8 = 0xa0;

fn read_entries(der: &[u8], entries: &[u8], version_2: bool) -> Result<Vec<Entry>, RevocationListError> {
    let mut rest = Reader::new(entries);
    let mut read = Vec::new();
    while !rest.is_at_end() {
        let mut entry = Reader::new(rest.expect(der::SEQUENCE)?);
        let serial_number = canonical(entry.expect(der::INTEGER)?);
        time(&mut entry)?;
        let reason = match entry.optional(der::SEQUENCE)? {
            None => RevocationReason::Unspecified,
            Some(_) if !version_2 => return Err(RevocationListError::Version),
            Some(extensions) => entry_reason(extensions)?,
        };
        entry.end()?;
        read.push(Entry { serial_number: range_of(der, serial_number)?, reason });
    }
    read.sort_by(|one, other| der.get(one.serial_number.clone()).cmp(&der.get(other.serial_number.clone())));
    Ok(read)
}

/// Reads the extensions of the list.
fn read_extensions(explicit: &[u8]) -> Result<Scope, RevocationListError> {
    let mut scope = Scope::default();
    for_each_extension(der::only(explicit, der::SEQUENCE)?, |identifier, critical, value| {
        if *identifier == oid::DELTA_CRL_INDICATOR {
            return Err(RevocationListError::Delta);
        }
        if *identifier == oid::ISSUING_DISTRIBUTION_POINT {
            scope = Scope::read(value)?;
            return Ok(());
        }
        // The authority's key identifier and the list's number are not needed, critical or not.
        let is_known = *identifier == oid::AUTHORITY_KEY_IDENTIFIER || *identifier == oid::CRL_NUMBER;
        if critical && !is_known {
            return Err(RevocationListError::UnknownCritical(identifier.clone().into_owned()));
        }
        Ok(())
    })?;
    Ok(scope)
}

/// The reason in an entry's extensions.
fn entry_reason(extensions: &[u8]) -> Result<RevocationReason, RevocationListError> {
    let mut reason = RevocationReason::Unspecified;
    for_each_extension(extensions, |identifier, critical, value| {
        if *identifier == oid::REASON_CODE {
            reason = match der::only(value, der::ENUMERATED)? {
                [0] => RevocationReason::Unspecified,
                [1] => RevocationReason::KeyCompromise,
                [2] => RevocationReason::CaCompromise,
                [3] => RevocationReason::AffiliationChanged,
                [4] => RevocationReason::Superseded,
                [5] => RevocationReason::CessationOfOperation,
                [6] => RevocationReason::CertificateHold,
                [8] => return Err(RevocationListError::RemoveFromList),
                [9] => RevocationReason::PrivilegeWithdrawn,
                [10] => RevocationReason::AaCompromise,
                _ => RevocationReason::Other,
            };
        } else if critical && *identifier != oid::INVALIDITY_DATE {
            return Err(RevocationListError::UnknownCritical(identifier.clone().into_owned()));
        }
        Ok(())
    })?;
    Ok(reason)
}

fn for_each_extension(
    extensions: &[u8],
    mut take: impl FnMut(&Oid<'_>, bool, &[u8]) -> Result<(), RevocationListError>,
) -> Result<(), RevocationListError> {
    let mut rest = Reader::new(extensions);
    let mut seen: Vec<Oid<'_>> = Vec::new();
    while !rest.is_at_end() {
        let mut extension = Reader::new(rest.expect(der::SEQUENCE)?);
        let identifier = Oid::from_contents(extension.expect(der::OBJECT_IDENTIFIER)?);
        let critical = extension.optional(der::BOOLEAN)?.map_or(Ok(false), der::boolean)?;
        let value = extension.expect(der::OCTET_STRING)?;
        extension.end()?;
        if seen.contains(&identifier) {
            return Err(RevocationListError::DuplicateExtension(identifier.into_owned()));
        }
        if seen.len() >= EXTENSIONS_MAX {
            return Err(RevocationListError::TooManyExtensions);
        }
        take(&identifier, critical, value)?;
        seen.push(identifier);
    }
    Ok(())
}

fn time(fields: &mut Reader<'_>) -> Result<Timestamp, RevocationListError> {
    fields.element().and_then(der::time).map_err(|_| RevocationListError::Time)
}

/// Removes superfluous leading octets of a serial number. Some certificates have them, and a list may write the number
/// without.
fn canonical(mut contents: &[u8]) -> &[u8] {
    while let [0x00, 0x00..=0x7f, ..] | [0xff, 0x80..=0xff, ..] = contents {
        contents = contents.get(1..).unwrap_or_default();
    }
    contents
}

/// The range of `part`, a slice of `whole`.
fn range_of(whole: &[u8], part: &[u8]) -> Result<Range<usize>, NotDer> {
    let start = part.as_ptr().addr().checked_sub(whole.as_ptr().addr()).ok_or(NotDer)?;
    let end = start.checked_add(part.len()).ok_or(NotDer)?;
    if end > whole.len() { Err(NotDer) } else { Ok(start..end) }
}

#[cfg(test)]
mod tests;
