//! Status reports
//! ([FIDO Metadata Service, sections 3.1.3 and 3.1.4](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.1.1-ps-20260105.html#sctn-stat-rep)):
//! what happened to a model, and when.

use core::fmt;

use countersign_attestation::Certificate;
use countersign_types::Timestamp;

use crate::{
    Date,
    entry::{EntryFault, REPORTS_MAX},
    json::{Fault, Reader, Text, Texts, once},
    statement,
};

macro_rules! statuses {
    ($($(#[doc = $doc:literal])+ $variant:ident = $word:literal,)+) => {
        /// The status of a model: all those of MDS 3.1.1. Words that are not known are kept, and mean nothing to a
        /// policy, as the specification wants it.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Status {
            $($(#[doc = $doc])+ $variant,)+
            /// Another word.
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
    /// Not certified by FIDO.
    NotFidoCertified = "NOT_FIDO_CERTIFIED",
    /// The vendor filled in the questionnaire on its own word.
    SelfAssertionSubmitted = "SELF_ASSERTION_SUBMITTED",
    /// Passed the functional certification, at no level.
    FidoCertified = "FIDO_CERTIFIED",
    /// Certified at level 1.
    FidoCertifiedL1 = "FIDO_CERTIFIED_L1",
    /// Certified at level 1+.
    FidoCertifiedL1Plus = "FIDO_CERTIFIED_L1plus",
    /// Certified at level 2.
    FidoCertifiedL2 = "FIDO_CERTIFIED_L2",
    /// Certified at level 2+.
    FidoCertifiedL2Plus = "FIDO_CERTIFIED_L2plus",
    /// Certified at level 3.
    FidoCertifiedL3 = "FIDO_CERTIFIED_L3",
    /// Certified at level 3+.
    FidoCertifiedL3Plus = "FIDO_CERTIFIED_L3plus",
    /// User verification can be passed by.
    UserVerificationBypass = "USER_VERIFICATION_BYPASS",
    /// An attestation key is known to others.
    AttestationKeyCompromise = "ATTESTATION_KEY_COMPROMISE",
    /// Users' keys can be had from afar.
    UserKeyRemoteCompromise = "USER_KEY_REMOTE_COMPROMISE",
    /// Users' keys can be had by who holds the authenticator.
    UserKeyPhysicalCompromise = "USER_KEY_PHYSICAL_COMPROMISE",
    /// There is a newer version, which mends all that was reported before.
    UpdateAvailable = "UPDATE_AVAILABLE",
    /// Not to be accepted any more, such as a prototype whose product is out.
    Retired = "RETIRED",
    /// Not to be trusted any more, whatever comes later.
    Revoked = "REVOKED",
    /// Certified by FIPS 140 at overall level 1.
    Fips140CertifiedL1 = "FIPS140_CERTIFIED_L1",
    /// Certified by FIPS 140 at overall level 2.
    Fips140CertifiedL2 = "FIPS140_CERTIFIED_L2",
    /// Certified by FIPS 140 at overall level 3.
    Fips140CertifiedL3 = "FIPS140_CERTIFIED_L3",
    /// Certified by FIPS 140 at overall level 4.
    Fips140CertifiedL4 = "FIPS140_CERTIFIED_L4",
}

/// A level of certification, from the lowest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CertificationLevel {
    /// `FIDO_CERTIFIED`: it works as specified.
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
    /// The level that it certifies, if it is a certification.
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

    /// The overall level that it certifies of FIPS 140, 1 to 4, if it is such a certification. FIDO's own is another
    /// matter, which it neither replaces nor ends.
    pub const fn fips140_level(&self) -> Option<u8> {
        Some(match self {
            Self::Fips140CertifiedL1 => 1,
            Self::Fips140CertifiedL2 => 2,
            Self::Fips140CertifiedL3 => 3,
            Self::Fips140CertifiedL4 => 4,
            _ => return None,
        })
    }

    /// Whether it reports a weakness that a newer version may mend.
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

/// One report on a model.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatusReport<'a> {
    /// What is reported.
    pub status: Status,
    /// From when on it holds; without it, for as long as the report is there.
    pub effective_date: Option<Date>,
    /// The last day on which a certification holds.
    pub sunset_date: Option<Date>,
    /// The version of the authenticator that it is about.
    pub authenticator_version: Option<u64>,
    /// Where to read more.
    pub url: Option<Text<'a>>,
    /// The number of the certificate that FIDO issued.
    pub certificate_number: Option<Text<'a>>,
    /// What was certified, in words.
    pub certification_descriptor: Option<Text<'a>>,
    /// What the certification is for, such as `consumer`.
    pub certification_profiles: Option<Texts<'a>>,
    /// The revision of FIPS 140, such as 3, of a certification by it.
    pub fips_revision: Option<u64>,
    /// The level of its physical security, which may be another than the overall one.
    pub fips_physical_security_level: Option<u64>,
    certificates: [Option<Text<'a>>; 2],
}

impl<'a> StatusReport<'a> {
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Self, EntryFault> {
        let mut parts = Parts::default();
        reader.object(|reader, name| parts.member(reader, name))?;
        Ok(Self {
            status: Status::from(&*parts.status.ok_or(Fault::Missing("status"))?.decode()),
            effective_date: date("effectiveDate", parts.effective_date)?,
            sunset_date: date("sunsetDate", parts.sunset_date)?,
            authenticator_version: parts.authenticator_version,
            url: parts.url,
            certificate_number: parts.certificate_number,
            certification_descriptor: parts.certification_descriptor,
            certification_profiles: parts.certification_profiles,
            fips_revision: parts.fips_revision,
            fips_physical_security_level: parts.fips_physical_security_level,
            certificates: [parts.batch_certificate, parts.certificate],
        })
    }

    /// Reads an entry's reports, which stand there as an array.
    pub(crate) fn read_all(reader: &mut Reader<'a>) -> Result<Vec<Self>, EntryFault> {
        let (mut reports, mut fault) = (Vec::new(), None);
        let outcome = reader.array(|reader| match Self::read(reader) {
            Ok(_) if reports.len() >= REPORTS_MAX => {
                fault = Some(EntryFault::TooManyReports);
                Err(Fault::Type("fewer status reports"))
            }
            Ok(report) => {
                reports.push(report);
                Ok(())
            }
            // Nobody goes on reading after it.
            Err(error) => {
                fault = Some(error);
                Err(Fault::Type("a status report"))
            }
        });
        match (fault, outcome) {
            (Some(fault), _) => Err(fault),
            (None, outcome) => outcome.map(|()| reports).map_err(EntryFault::from),
        }
    }

    /// Whether it is in effect at `now`: from the first second of its effective date on. A certification also ends,
    /// with the last second of its sunset date; a compromise does not.
    pub fn is_in_effect_at(&self, now: Timestamp) -> bool {
        let has_begun = self.effective_date.is_none_or(|date| date.start() <= now);
        let is_certification = self.status.certification().is_some() || self.status.fips140_level().is_some();
        let is_over = is_certification && self.sunset_date.is_some_and(|date| date.end() <= now);
        has_begun && !is_over
    }

    /// The certificates that it is about: a batch's attestation certificate, or an issuer of such. Empty if it is about
    /// the whole model; an error in place of one that can't be read.
    pub fn certificates(&self) -> impl Iterator<Item = Result<Certificate, statement::NotACertificate>> {
        self.certificates.into_iter().flatten().map(statement::certificate)
    }
}

#[derive(Default)]
struct Parts<'a> {
    status: Option<Text<'a>>,
    effective_date: Option<Text<'a>>,
    sunset_date: Option<Text<'a>>,
    authenticator_version: Option<u64>,
    batch_certificate: Option<Text<'a>>,
    certificate: Option<Text<'a>>,
    url: Option<Text<'a>>,
    certificate_number: Option<Text<'a>>,
    certification_descriptor: Option<Text<'a>>,
    certification_profiles: Option<Texts<'a>>,
    fips_revision: Option<u64>,
    fips_physical_security_level: Option<u64>,
}

impl<'a> Parts<'a> {
    fn member(&mut self, reader: &mut Reader<'a>, name: &str) -> Result<(), Fault> {
        let (slot, name) = match name {
            "status" => (&mut self.status, "status"),
            "effectiveDate" => (&mut self.effective_date, "effectiveDate"),
            "sunsetDate" => (&mut self.sunset_date, "sunsetDate"),
            "batchCertificate" => (&mut self.batch_certificate, "batchCertificate"),
            "certificate" => (&mut self.certificate, "certificate"),
            "url" => (&mut self.url, "url"),
            "certificateNumber" => (&mut self.certificate_number, "certificateNumber"),
            "certificationDescriptor" => (&mut self.certification_descriptor, "certificationDescriptor"),
            "certificationProfiles" => {
                let profiles = Texts::read(reader)?;
                return once(&mut self.certification_profiles, "certificationProfiles", profiles);
            }
            _ => return self.number(reader, name),
        };
        once(slot, name, reader.text()?)
    }

    fn number(&mut self, reader: &mut Reader<'a>, name: &str) -> Result<(), Fault> {
        let (slot, name) = match name {
            "authenticatorVersion" => (&mut self.authenticator_version, "authenticatorVersion"),
            "fipsRevision" => (&mut self.fips_revision, "fipsRevision"),
            "fipsPhysicalSecurityLevel" => {
                (&mut self.fips_physical_security_level, "fipsPhysicalSecurityLevel")
            }
            _ => return reader.skip().map(drop),
        };
        once(slot, name, reader.unsigned()?)
    }
}

fn date(member: &'static str, text: Option<Text<'_>>) -> Result<Option<Date>, EntryFault> {
    text.map(|text| text.decode().parse().map_err(|_| EntryFault::Date(member))).transpose()
}
