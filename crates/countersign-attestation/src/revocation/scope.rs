//! The scope of a list: which of an issuer's certificates it covers
//! ([RFC 5280, section 5.2.5](https://www.rfc-editor.org/rfc/rfc5280#section-5.2.5)).

use super::list::error::RevocationListError;
use crate::{
    certificate::Certificate,
    der::{self, NotDer, Reader},
    oid,
};

/// The deepest nesting of a distribution point's names: a directory name in one is 7 levels down; one more is spare.
const DEPTH_MAX: usize = 8;

/// The issuing distribution point of a list. Without one, the list covers all of the issuer's certificates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Scope {
    kind: Kind,
    /// The DER of the distribution point's names. Without names, the list covers all distribution points.
    names: Option<Vec<Box<[u8]>>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    All,
    /// Certificates whose subject is not a CA.
    Users,
    /// Certificates whose subject is a CA.
    Cas,
}

/// `fullName` of `DistributionPointName`.
const FULL_NAME: u8 = 0xa0;

impl Scope {
    /// Reads the value of an issuing distribution point extension.
    pub(super) fn read(value: &[u8]) -> Result<Self, RevocationListError> {
        der::check(value, DEPTH_MAX)?;
        let mut members = Reader::new(der::only(value, der::SEQUENCE)?);
        let names = match members.optional(0xa0)? {
            None => None,
            Some(point) => Some(full_name(point)?.ok_or(RevocationListError::Partial)?),
        };
        let users = flag(&mut members, 0x81)?;
        let cas = flag(&mut members, 0x82)?;
        let some_reasons = members.optional(0x83)?.is_some();
        let indirect = flag(&mut members, 0x84)?;
        let attributes = flag(&mut members, 0x85)?;
        members.end()?;
        if indirect {
            return Err(RevocationListError::Indirect);
        }
        if some_reasons || attributes {
            return Err(RevocationListError::Partial);
        }
        let kind = match (users, cas) {
            (false, false) => Kind::All,
            (true, false) => Kind::Users,
            (false, true) => Kind::Cas,
            // At most one may be set.
            (true, true) => return Err(RevocationListError::NotDer),
        };
        Ok(Self { kind, names: names.map(|names| names.into_iter().map(Box::from).collect()) })
    }

    /// Whether the list covers this certificate, provided that it is a list of the certificate's issuer.
    pub(super) fn covers(&self, certificate: &Certificate) -> bool {
        let is_ca = certificate.basic_constraints().is_some_and(|constraints| constraints.ca);
        let kind_fits = match self.kind {
            Kind::All => true,
            Kind::Users => !is_ca,
            Kind::Cas => is_ca,
        };
        let Some(names) = &self.names else { return kind_fits };
        let Some(points) = certificate.extension(&oid::CRL_DISTRIBUTION_POINTS) else { return false };
        let points = distribution_points(points.value).unwrap_or_default();
        kind_fits && points.iter().any(|point| names.iter().any(|name| **name == **point))
    }
}

/// Reads an optional BOOLEAN with an implicit tag; by default false.
fn flag(members: &mut Reader<'_>, tag: u8) -> Result<bool, NotDer> {
    members.optional(tag)?.map_or(Ok(false), der::boolean)
}

/// The DER of each general name in a `DistributionPointName`, or `None` if it is relative to the issuer's.
fn full_name(point: &[u8]) -> Result<Option<Vec<&[u8]>>, NotDer> {
    let mut choice = Reader::new(point);
    let Some(names) = choice.optional(FULL_NAME)? else { return Ok(None) };
    choice.end()?;
    let mut names = Reader::new(names);
    let mut read = Vec::new();
    while !names.is_at_end() {
        read.push(names.element()?.whole);
    }
    Ok(Some(read))
}

/// The names of a certificate's distribution points that are for all reasons and whose lists come from the certificate's
/// issuer.
fn distribution_points(value: &[u8]) -> Result<Vec<&[u8]>, NotDer> {
    der::check(value, DEPTH_MAX)?;
    let mut points = Reader::new(der::only(value, der::SEQUENCE)?);
    let mut names = Vec::new();
    while !points.is_at_end() {
        let mut point = Reader::new(points.expect(der::SEQUENCE)?);
        let name = point.optional(0xa0)?;
        let is_partial = point.optional(0x81)?.is_some() | point.optional(0xa2)?.is_some();
        point.end()?;
        if let (Some(name), false) = (name, is_partial) {
            names.extend(full_name(name)?.unwrap_or_default());
        }
    }
    Ok(names)
}
