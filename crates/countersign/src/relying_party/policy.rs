//! What the specification leaves to the relying party, as one value.

pub(crate) mod algorithms;
pub(crate) mod attestation;
pub(crate) mod backup;
pub(crate) mod choices;
pub(crate) mod conditional_create;
pub(crate) mod contradictions;
pub(crate) mod device;
pub(crate) mod extensions;
pub(crate) mod flagged;
pub(crate) mod limits;

use countersign_cose::Algorithm;
use countersign_types::enumerations::{
    AttestationConveyance, AuthenticatorAttachment, ResidentKeyRequirement, UserVerificationRequirement,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::relying_party::policy::limits::{CREDENTIAL_ID_BYTES_MAX, TIMEOUT_SECONDS};
use crate::report::deviation::{Deviation, Deviations};
use crate::{record::version::FormatVersion, report::policy_error::PolicyErrorKind};

pub use self::algorithms::StoredAlgorithms;
pub use self::attestation::AttestationPolicy;
pub use self::backup::{BackupEligibilityChange, BackupPolicy, UnknownBackupEligibility};
pub use self::choices::{
    CrossOrigin, SignCountPolicy, TopOrigins, UninitializedUserVerification, UnverifiedDiscoverable,
};
pub use self::conditional_create::ConditionalCreatePolicy;
pub use self::device::{AndroidKeyProtection, AndroidVerifiedBoot, DevicePolicy, TpmKeyBinding};
pub use self::extensions::{
    CredProtectPolicy, ExtensionPolicy, PrfResultsPolicy, PrfUserVerification, RemoteClients, Unsolicited,
};
pub use self::flagged::FlaggedCredentials;

/// The version of the serialised policy. Version 2 had other names of members, such as `attested`, and other words, such as
/// `forbidden`. It is written first, so that an earlier version is rejected as such, and not by its first unknown name.
const VERSION: u8 = 3;

/// The algorithms that are offered by default: those of
/// [section 5.4](https://www.w3.org/TR/webauthn-3/#dom-publickeycredentialcreationoptions-pubkeycredparams).
const ALGORITHMS: [Algorithm; 3] = [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256];

/// A relying party's policy: a preset, changed by the `with_…` methods.
///
/// It serialises, so that it can be kept in a configuration file; trust anchors are not part of it and are passed to the
/// builder. Deserialising a policy with conflicting requirements fails, and so does
/// [building](crate::RelyingPartyBuilder::build) a relying party with one. Every member is written, and none may be
/// missing or unknown, because a lost requirement would go unnoticed.
///
/// ```
/// use countersign::{Policy, RelyingParty, relying_party::policy::BackupPolicy};
/// let policy = Policy::passkeys().with_backup(BackupPolicy::EligibleRequired);
/// let stored = serde_json::to_string(&policy).unwrap();
/// let rp = RelyingParty::builder("example.org", "Example")
///     .origin("https://example.org")
///     .policy(serde_json::from_str(&stored).unwrap())
///     .build()
///     .unwrap();
/// assert_eq!(rp.policy(), &policy);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Policy {
    version: FormatVersion<VERSION>,
    pub(crate) user_verification: UserVerificationRequirement,
    pub(crate) resident_key: ResidentKeyRequirement,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) attachment: Option<AuthenticatorAttachment>,
    #[serde(with = "algorithms::identifiers")]
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) stored_algorithms: StoredAlgorithms,
    pub(crate) attestation_conveyance: AttestationConveyance,
    #[serde(deserialize_with = "Option::deserialize")]
    #[expect(clippy::struct_field_names, reason = "the serialised member says what it is")]
    pub(crate) attestation_policy: Option<AttestationPolicy>,
    pub(crate) cross_origin: CrossOrigin,
    pub(crate) sign_count: SignCountPolicy,
    pub(crate) backup: BackupPolicy,
    pub(crate) backup_eligibility_change: BackupEligibilityChange,
    pub(crate) unknown_backup_eligibility: UnknownBackupEligibility,
    pub(crate) conditional_create: ConditionalCreatePolicy,
    pub(crate) uninitialized_user_verification: UninitializedUserVerification,
    pub(crate) unverified_discoverable: UnverifiedDiscoverable,
    pub(crate) flagged_credentials: FlaggedCredentials,
    pub(crate) rejected_deviations: Deviations,
    pub(crate) extensions: ExtensionPolicy,
    pub(crate) credential_id_bytes: u16,
    pub(crate) timeout_seconds: u32,
}

impl Policy {
    /// The policy for passkeys: users are verified in both ceremonies, so that nothing else is needed to sign in;
    /// discoverable credentials are preferred; no attestation is requested. This is the default.
    pub fn passkeys() -> Self {
        Self {
            version: FormatVersion,
            user_verification: UserVerificationRequirement::Required,
            resident_key: ResidentKeyRequirement::Preferred,
            attachment: None,
            algorithms: ALGORITHMS.to_vec(),
            stored_algorithms: StoredAlgorithms::default(),
            attestation_conveyance: AttestationConveyance::None,
            attestation_policy: None,
            cross_origin: CrossOrigin::default(),
            sign_count: SignCountPolicy::default(),
            backup: BackupPolicy::default(),
            backup_eligibility_change: BackupEligibilityChange::default(),
            unknown_backup_eligibility: UnknownBackupEligibility::default(),
            conditional_create: ConditionalCreatePolicy::default(),
            uninitialized_user_verification: UninitializedUserVerification::default(),
            unverified_discoverable: UnverifiedDiscoverable::default(),
            flagged_credentials: FlaggedCredentials::default(),
            rejected_deviations: Deviations::default(),
            extensions: ExtensionPolicy::default(),
            credential_id_bytes: CREDENTIAL_ID_BYTES_MAX,
            timeout_seconds: TIMEOUT_SECONDS,
        }
    }

    /// The policy for a second factor after a password: user verification and discoverable credentials are discouraged,
    /// because the password was the first factor and the account is known; no attestation is requested.
    pub fn second_factor() -> Self {
        Self {
            conditional_create: ConditionalCreatePolicy::Reject,
            ..Self::passkeys()
                .with_user_verification(UserVerificationRequirement::Discouraged)
                .with_resident_key(ResidentKeyRequirement::Discouraged)
        }
    }

    /// The policy for attested authenticators: [`passkeys`](Self::passkeys), with direct attestation that must meet
    /// `requirements`. None and self attestation are always rejected, and so are credentials that a browser creates
    /// without asking.
    ///
    /// It needs [trust anchors](crate::RelyingPartyBuilder::trust_anchors).
    pub fn attested(requirements: AttestationPolicy) -> Self {
        Self {
            attestation_conveyance: AttestationConveyance::Direct,
            attestation_policy: Some(requirements),
            conditional_create: ConditionalCreatePolicy::Reject,
            ..Self::passkeys()
        }
    }

    /// Asks for new credentials of platform authenticators only, or of roaming ones only.
    pub fn with_attachment(mut self, attachment: AuthenticatorAttachment) -> Self {
        self.attachment = Some(attachment);
        self
    }

    /// Returns the attachment that new credentials are asked for, if there is one.
    pub fn attachment(&self) -> Option<&AuthenticatorAttachment> {
        self.attachment.as_ref()
    }

    /// Offers these algorithms to new credentials, the preferred one first.
    pub fn with_algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Returns the algorithms that are offered to new credentials, the preferred one first.
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    /// Rejects responses with any of these deviations. By default they are accepted and listed in the
    /// [`Report`](crate::report::Report). For authenticators and clients that are known to be exact.
    pub fn with_rejected_deviations(mut self, deviations: impl IntoIterator<Item = Deviation>) -> Self {
        self.rejected_deviations = deviations.into_iter().collect();
        self
    }

    /// Returns the deviations that are rejected.
    pub fn rejected_deviations(&self) -> impl Iterator<Item = Deviation> {
        let rejected = self.rejected_deviations;
        Deviation::ALL.iter().copied().filter(move |deviation| rejected.contains(*deviation))
    }

    /// Returns the requirements on attestations; `None` if attestations are not checked against any.
    pub fn attestation_policy(&self) -> Option<&AttestationPolicy> {
        self.attestation_policy.as_ref()
    }

    /// Step 28 of section 7.1: the client must not deny that a credential is discoverable if it must be.
    pub(crate) fn check_discoverable(&self, rk: Option<bool>) -> Result<(), PolicyErrorKind> {
        let is_missing = self.resident_key == ResidentKeyRequirement::Required && rk == Some(false);
        if is_missing { Err(PolicyErrorKind::NotDiscoverable) } else { Ok(()) }
    }
}

/// A setter and a getter for each member that one value describes.
macro_rules! members {
    ($($name:ident, $with:ident: $type:ty, $what:literal $(, $more:literal)?;)+) => {
        impl Policy {
            $(
                #[doc = concat!("Sets ", $what, ".")]
                $(#[doc = ""] #[doc = $more])?
                pub fn $with(mut self, $name: $type) -> Self {
                    self.$name = $name;
                    self
                }

                #[doc = concat!("Returns ", $what, ".")]
                pub fn $name(&self) -> &$type {
                    &self.$name
                }
            )+
        }
    };
}

members! {
    user_verification, with_user_verification: UserVerificationRequirement, "whether users must be verified, by a PIN, a fingerprint or the like, in both ceremonies";
    resident_key, with_resident_key: ResidentKeyRequirement, "whether new credentials must be discoverable, so that they work without a user name",
        "If they must be, a registration whose `credProps` says that the credential is not discoverable is rejected.";
    stored_algorithms, with_stored_algorithms: StoredAlgorithms, "which algorithms the keys of stored credentials may have";
    attestation_conveyance, with_attestation_conveyance: AttestationConveyance, "which attestation clients are asked for";
    cross_origin, with_cross_origin: CrossOrigin, "whether ceremonies may run in frames below pages of other origins";
    sign_count, with_sign_count: SignCountPolicy, "what happens if a signature counter did not increase";
    backup, with_backup: BackupPolicy, "whether credentials may or must be backed up";
    backup_eligibility_change, with_backup_eligibility_change: BackupEligibilityChange, "what happens if a credential that could not be backed up now can be";
    unknown_backup_eligibility, with_unknown_backup_eligibility: UnknownBackupEligibility, "what happens if an imported record does not say whether its credential could be backed up";
    conditional_create, with_conditional_create: ConditionalCreatePolicy, "whether browsers may create credentials without asking, and how recent a session that requires";
    uninitialized_user_verification, with_uninitialized_user_verification: UninitializedUserVerification, "what happens if user verification is required and the user was never verified with the credential before";
    unverified_discoverable, with_unverified_discoverable: UnverifiedDiscoverable, "whether a user who was not identified before may sign in without being verified";
    extensions, with_extensions: ExtensionPolicy, "how extension outputs are checked";
    flagged_credentials, with_flagged_credentials: FlaggedCredentials, "what happens to authentications with credentials that were flagged";
    credential_id_bytes, with_credential_id_bytes: u16, "the most bytes of a new credential's ID, 1 to 1023",
        "Records and look-ups grow with it.";
    timeout_seconds, with_timeout_seconds: u32, "how long a ceremony may take, in seconds";
}

/// [`Policy::passkeys`]. The specification's default, `preferred`, admits anyone who merely possesses the authenticator. A
/// caller who wants that must say so.
impl Default for Policy {
    fn default() -> Self {
        Self::passkeys()
    }
}

impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let policy = Self::deserialize(deserializer)?;
        policy.without_contradiction().map_err(D::Error::custom)?;
        Ok(policy)
    }
}

#[cfg(test)]
mod tests;
