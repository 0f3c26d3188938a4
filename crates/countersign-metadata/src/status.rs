//! Status reports: the history of an authenticator model ([FIDO Metadata Service, sections 3.1.3 and
//! 3.1.4](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.1.1-ps-20260105.html#sctn-stat-rep)).

use core::fmt;

use countersign_attestation::Certificate;
use countersign_types::Timestamp;

use crate::{
    date::Date,
    entry_error::EntryError,
    json::{JsonError, Reader, Text, Texts, members},
    limits::REPORTS_MAX,
    statement::{self, CertificateTextError},
};

macro_rules! statuses {
    ($($(#[doc = $doc:literal])+ $variant:ident = $word:literal,)+) => {
        /// The status of an authenticator model: each status of MDS 3.1.1. Unknown words are kept, and policies ignore
        /// them, as the specification demands.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Status {
            $($(#[doc = $doc])+ $variant,)+
            /// A status that this crate does not support.
            Other(Box<str>),
        }

        impl Status {
            /// The word in the metadata, such as `FIDO_CERTIFIED_L1`.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(word) => word,
                }
            }
        }

        impl From<&str> for Status {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)+
                    other => Self::Other(other.into()),
                }
            }
        }
    };
}

statuses! {
    /// The model is not certified by FIDO.
    NotFidoCertified = "NOT_FIDO_CERTIFIED",
    /// The vendor submitted a self-assertion.
    SelfAssertionSubmitted = "SELF_ASSERTION_SUBMITTED",
    /// The model passed functional certification, without a level.
    FidoCertified = "FIDO_CERTIFIED",
    /// The model is certified at level 1.
    FidoCertifiedL1 = "FIDO_CERTIFIED_L1",
    /// The model is certified at level 1+.
    FidoCertifiedL1Plus = "FIDO_CERTIFIED_L1plus",
    /// The model is certified at level 2.
    FidoCertifiedL2 = "FIDO_CERTIFIED_L2",
    /// The model is certified at level 2+.
    FidoCertifiedL2Plus = "FIDO_CERTIFIED_L2plus",
    /// The model is certified at level 3.
    FidoCertifiedL3 = "FIDO_CERTIFIED_L3",
    /// The model is certified at level 3+.
    FidoCertifiedL3Plus = "FIDO_CERTIFIED_L3plus",
    /// User verification can be bypassed.
    UserVerificationBypass = "USER_VERIFICATION_BYPASS",
    /// An attestation key is compromised.
    AttestationKeyCompromise = "ATTESTATION_KEY_COMPROMISE",
    /// Users' keys can be extracted remotely.
    UserKeyRemoteCompromise = "USER_KEY_REMOTE_COMPROMISE",
    /// Users' keys can be extracted with physical access to the authenticator.
    UserKeyPhysicalCompromise = "USER_KEY_PHYSICAL_COMPROMISE",
    /// A newer version is available, which fixes every weakness reported before.
    UpdateAvailable = "UPDATE_AVAILABLE",
    /// The model should no longer be accepted, such as a prototype whose product is available.
    Retired = "RETIRED",
    /// The model must no longer be trusted, regardless of later reports.
    Revoked = "REVOKED",
    /// The model is certified by FIPS 140 at overall level 1.
    Fips140CertifiedL1 = "FIPS140_CERTIFIED_L1",
    /// The model is certified by FIPS 140 at overall level 2.
    Fips140CertifiedL2 = "FIPS140_CERTIFIED_L2",
    /// The model is certified by FIPS 140 at overall level 3.
    Fips140CertifiedL3 = "FIPS140_CERTIFIED_L3",
    /// The model is certified by FIPS 140 at overall level 4.
    Fips140CertifiedL4 = "FIPS140_CERTIFIED_L4",
}

/// A level of FIDO certification, in ascending order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CertificationLevel {
    /// Functional certification (`FIDO_CERTIFIED`): the model conforms to the specification.
    Functional,
    /// Level 1.
    L1,
    /// Level 1+.
    L1Plus,
    /// Level 2.
    L2,
    /// Level 2+.
    L2Plus,
    /// Level 3.
    L3,
    /// Level 3+.
    L3Plus,
}

impl Status {
    /// The certified level, if the status is a certification.
    pub const fn certification(&self) -> Option<CertificationLevel> {
        Some(match self {
            Self::FidoCertified => CertificationLevel::Functional,
            Self::FidoCertifiedL1 => CertificationLevel::L1,
            Self::FidoCertifiedL1Plus => CertificationLevel::L1Plus,
            Self::FidoCertifiedL2 => CertificationLevel::L2,
            Self::FidoCertifiedL2Plus => CertificationLevel::L2Plus,
            Self::FidoCertifiedL3 => CertificationLevel::L3,
            Self::FidoCertifiedL3Plus => CertificationLevel::L3Plus,
            _ => return None,
        })
    }

    /// The overall level of FIPS 140, 1 to 4, if the status is such a certification. It neither replaces nor ends a
    /// certification by FIDO.
    pub const fn fips140_level(&self) -> Option<u8> {
        Some(match self {
            Self::Fips140CertifiedL1 => 1,
            Self::Fips140CertifiedL2 => 2,
            Self::Fips140CertifiedL3 => 3,
            Self::Fips140CertifiedL4 => 4,
            _ => return None,
        })
    }

    /// Whether the status reports a weakness that a newer version may fix.
    pub const fn is_compromise(&self) -> bool {
        matches!(
            self,
            Self::UserVerificationBypass
                | Self::AttestationKeyCompromise
                | Self::UserKeyRemoteCompromise
                | Self::UserKeyPhysicalCompromise
        )
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for CertificationLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Functional => "functional",
            Self::L1 => "level 1",
            Self::L1Plus => "level 1+",
            Self::L2 => "level 2",
            Self::L2Plus => "level 2+",
            Self::L3 => "level 3",
            Self::L3Plus => "level 3+",
        })
    }
}

/// A status report about an authenticator model.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatusReport<'a> {
    /// The reported status.
    pub status: Status,
    /// The first day on which the status holds. Without it, the status holds as long as the report is present.
    pub effective_date: Option<Date>,
    /// The last day on which a certification holds.
    pub sunset_date: Option<Date>,
    /// The authenticator version that the report is about.
    pub authenticator_version: Option<u64>,
    /// The address of more information.
    pub url: Option<Text<'a>>,
    /// The number of the certificate that FIDO issued.
    pub certificate_number: Option<Text<'a>>,
    /// A description of the certified product.
    pub certification_descriptor: Option<Text<'a>>,
    /// The profiles of the certification, such as `consumer`.
    pub certification_profiles: Option<Texts<'a>>,
    /// The revision of FIPS 140, such as 3, of a certification by FIPS.
    pub fips_revision: Option<u64>,
    /// The level of physical security by FIPS 140, which may differ from the overall level.
    pub fips_physical_security_level: Option<u64>,
    certificates: [Option<Text<'a>>; 2],
}

impl<'a> StatusReport<'a> {
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Self, EntryError> {
        let members = ReportMembers::read(reader)?;
        Ok(Self {
            status: Status::from(&*members.status.ok_or(JsonError::Missing("status"))?.decode()),
            effective_date: date("effectiveDate", members.effective_date)?,
            sunset_date: date("sunsetDate", members.sunset_date)?,
            authenticator_version: members.authenticator_version,
            url: members.url,
            certificate_number: members.certificate_number,
            certification_descriptor: members.certification_descriptor,
            certification_profiles: members.certification_profiles,
            fips_revision: members.fips_revision,
            fips_physical_security_level: members.fips_physical_security_level,
            certificates: [members.batch_certificate, members.certificate],
        })
    }

    /// Reads the array of an entry's reports.
    pub(crate) fn read_all(reader: &mut Reader<'a>) -> Result<Vec<Self>, EntryError> {
        let (mut reports, mut first) = (Vec::new(), None);
        let outcome = reader.array(|reader| match Self::read(reader) {
            Ok(_) if reports.len() >= REPORTS_MAX => {
                first = Some(EntryError::TooManyReports);
                Err(JsonError::Type("fewer status reports"))
            }
            Ok(report) => {
                reports.push(report);
                Ok(())
            }
            // The reader stops within the report, so no other can follow.
            Err(error) => {
                first = Some(error);
                Err(JsonError::Type("a status report"))
            }
        });
        match (first, outcome) {
            (Some(error), _) => Err(error),
            (None, outcome) => outcome.map(|()| reports).map_err(EntryError::from),
        }
    }

    /// Whether the report is in effect at `now`: from the first second of its effective date. A certification ends with
    /// the last second of its sunset date; a compromise does not end.
    pub fn is_in_effect_at(&self, now: Timestamp) -> bool {
        let has_begun = self.effective_date.is_none_or(|date| date.start() <= now);
        let is_certification = self.status.certification().is_some() || self.status.fips140_level().is_some();
        let is_over = is_certification && self.sunset_date.is_some_and(|date| date.end() <= now);
        has_begun && !is_over
    }

    /// The certificates that the report is about: the attestation certificate of a batch, or of its issuer. Empty if
    /// the report is about the whole model. A certificate that cannot be read is an error.
    pub fn certificates(&self) -> impl Iterator<Item = Result<Certificate, CertificateTextError>> {
        self.certificates.into_iter().flatten().map(statement::certificate)
    }
}

members! {
    ReportMembers<'a> {
        status: Text<'a> = "status", Reader::text;
        effective_date: Text<'a> = "effectiveDate", Reader::text;
        sunset_date: Text<'a> = "sunsetDate", Reader::text;
        authenticator_version: u64 = "authenticatorVersion", Reader::unsigned;
        batch_certificate: Text<'a> = "batchCertificate", Reader::text;
        certificate: Text<'a> = "certificate", Reader::text;
        url: Text<'a> = "url", Reader::text;
        certificate_number: Text<'a> = "certificateNumber", Reader::text;
        certification_descriptor: Text<'a> = "certificationDescriptor", Reader::text;
        certification_profiles: Texts<'a> = "certificationProfiles", Texts::read;
        fips_revision: u64 = "fipsRevision", Reader::unsigned;
        fips_physical_security_level: u64 = "fipsPhysicalSecurityLevel", Reader::unsigned;
    }
}

fn date(member: &'static str, text: Option<Text<'_>>) -> Result<Option<Date>, EntryError> {
    text.map(|text| text.decode().parse().map_err(|_| EntryError::Date(member))).transpose()
}
