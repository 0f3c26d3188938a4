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

use crate::{
    record::version::Version,
    relying_party::policy::limits::{CREDENTIAL_ID_BYTES_MAX, TIMEOUT_SECONDS},
    report::{
        deviation::{Deviation, Deviations},
        policy_error::PolicyErrorKind,
    },
};

pub use self::{
    algorithms::StoredAlgorithms,
    attestation::AttestationPolicy,
    backup::{BackupEligibilityChange, BackupPolicy, UnknownBackupEligibility},
    choices::{
        CrossOrigin, SignCountPolicy, TopOrigins, UninitializedUserVerification, UnverifiedDiscoverable,
    },
    conditional_create::ConditionalCreatePolicy,
    device::{AndroidKeyProtection, AndroidVerifiedBoot, DevicePolicy, TpmKeyBinding},
    extensions::{
        CredProtectPolicy, ExtensionPolicy, PrfResultsPolicy, PrfUserVerification, RemoteClients, Unsolicited,
    },
    flagged::FlaggedCredentials,
};

/// The version of the serialised policy. Version 2 has two members more: `uninitialized_user_verification` and
/// `unverified_discoverable`.
const VERSION: u8 = 2;

/// What is offered unless said otherwise: the algorithms of
/// [section 5.4](https://www.w3.org/TR/webauthn-3/#dom-publickeycredentialcreationoptions-pubkeycredparams).
const ALGORITHMS: [Algorithm; 3] = [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256];

/// A relying party's policy: a preset, changed by the `with_…` methods.
///
/// It serialises, so that it can stand in a configuration file; trust anchors are not part of it and are handed in beside
/// it. Read back, a policy that demands things which clash is refused, and so it is by
/// [`RelyingPartyBuilder::build`](crate::RelyingPartyBuilder::build). Every member is written, and none may be missing or
/// unknown, for a demand that is lost on the way would not be noticed.
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
    version: Version<VERSION>,
    pub(crate) user_verification: UserVerificationRequirement,
    pub(crate) resident_key: ResidentKeyRequirement,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) attachment: Option<AuthenticatorAttachment>,
    #[serde(with = "algorithms::identifiers")]
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) stored_algorithms: StoredAlgorithms,
    pub(crate) attestation_conveyance: AttestationConveyance,
    #[serde(deserialize_with = "Option::deserialize")]
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
    /// Passkeys: the user is verified in both ceremonies, so that nothing else is needed to sign in; discoverable
    /// credentials are preferred; no attestation is asked for.
    ///
    /// It is the default, and what a relying party has that is built without a policy.
    pub fn passkeys() -> Self {
        Self {
            version: Version,
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

    /// A second factor beside a password: user verification and discoverable credentials are discouraged, for the password
    /// was the first factor and the account is known; no attestation is asked for.
    pub fn second_factor() -> Self {
        Self {
            conditional_create: ConditionalCreatePolicy::Reject,
            ..Self::passkeys()
                .with_user_verification(UserVerificationRequirement::Discouraged)
                .with_resident_key(ResidentKeyRequirement::Discouraged)
        }
    }

    /// Authenticators that somebody vouches for: as [`passkeys`](Self::passkeys), with the attestation asked for as the
    /// authenticator made it, and held to `demands`. None and self attestation are refused, whatever the demands say, and
    /// so are credentials that a browser makes without asking.
    ///
    /// It takes trust anchors besides: [`trust_anchors`](crate::RelyingPartyBuilder::trust_anchors).
    pub fn attested(demands: AttestationPolicy) -> Self {
        Self {
            attestation_conveyance: AttestationConveyance::Direct,
            attestation_policy: Some(demands),
            conditional_create: ConditionalCreatePolicy::Reject,
            ..Self::passkeys()
        }
    }

    /// Whether users must be verified (by a PIN, a fingerprint, …) in both ceremonies.
    pub fn with_user_verification(mut self, requirement: UserVerificationRequirement) -> Self {
        self.user_verification = requirement;
        self
    }

    /// Whether new credentials must be discoverable, so that they work without a user name. Where they must be, a
    /// registration whose `credProps` says that this one isn't is refused.
    pub fn with_resident_key(mut self, requirement: ResidentKeyRequirement) -> Self {
        self.resident_key = requirement;
        self
    }

    /// Asks for new credentials of platform authenticators alone, or of roaming ones alone.
    pub fn with_attachment(mut self, attachment: AuthenticatorAttachment) -> Self {
        self.attachment = Some(attachment);
        self
    }

    /// Offers these algorithms to new credentials, the most wanted first.
    pub fn with_algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Which algorithms the keys of stored credentials may have.
    pub fn with_stored_algorithms(mut self, algorithms: StoredAlgorithms) -> Self {
        self.stored_algorithms = algorithms;
        self
    }

    /// What attestation to ask for.
    pub fn with_attestation_conveyance(mut self, preference: AttestationConveyance) -> Self {
        self.attestation_conveyance = preference;
        self
    }

    /// Whether ceremonies may run in frames below pages of other origins.
    pub fn with_cross_origin(mut self, policy: CrossOrigin) -> Self {
        self.cross_origin = policy;
        self
    }

    /// What to do where a signature counter did not increase.
    pub fn with_sign_count(mut self, policy: SignCountPolicy) -> Self {
        self.sign_count = policy;
        self
    }

    /// Whether credentials may or must be backed up.
    pub fn with_backup(mut self, policy: BackupPolicy) -> Self {
        self.backup = policy;
        self
    }

    /// What to do where a credential that could not be backed up now can.
    pub fn with_backup_eligibility_change(mut self, policy: BackupEligibilityChange) -> Self {
        self.backup_eligibility_change = policy;
        self
    }

    /// What to do where a record from elsewhere doesn't say whether its credential could be backed up.
    pub fn with_unknown_backup_eligibility(mut self, policy: UnknownBackupEligibility) -> Self {
        self.unknown_backup_eligibility = policy;
        self
    }

    /// Whether browsers may make credentials without asking, and how recent a session that takes.
    pub fn with_conditional_create(mut self, policy: ConditionalCreatePolicy) -> Self {
        self.conditional_create = policy;
        self
    }

    /// What to do where user verification is required, and a credential was never seen to verify the user.
    pub fn with_uninitialized_user_verification(mut self, policy: UninitializedUserVerification) -> Self {
        self.uninitialized_user_verification = policy;
        self
    }

    /// Whether a user who was not identified before may sign in without being verified.
    pub fn with_unverified_discoverable(mut self, policy: UnverifiedDiscoverable) -> Self {
        self.unverified_discoverable = policy;
        self
    }

    /// How extensions are judged.
    pub fn with_extensions(mut self, policy: ExtensionPolicy) -> Self {
        self.extensions = policy;
        self
    }

    /// What to do with authentications by credentials that were flagged.
    pub fn with_flagged_credentials(mut self, policy: FlaggedCredentials) -> Self {
        self.flagged_credentials = policy;
        self
    }

    /// Refuses responses that deviate so from the specification, where the default is to accept them and to tell the
    /// deviation in a [`Report`](crate::report::Report). For authenticators and clients that are known to be exact.
    pub fn with_rejected_deviations(mut self, deviations: impl IntoIterator<Item = Deviation>) -> Self {
        self.rejected_deviations = deviations.into_iter().collect();
        self
    }

    /// The most bytes of a new credential's ID, 1 to 1023. Records and look-ups grow with it.
    pub fn with_credential_id_bytes(mut self, most: u16) -> Self {
        self.credential_id_bytes = most;
        self
    }

    /// How long a ceremony may take, in seconds.
    pub fn with_timeout_seconds(mut self, seconds: u32) -> Self {
        self.timeout_seconds = seconds;
        self
    }

    /// Whether users must be verified.
    pub fn user_verification(&self) -> &UserVerificationRequirement {
        &self.user_verification
    }

    /// Whether new credentials must be discoverable.
    pub fn resident_key(&self) -> &ResidentKeyRequirement {
        &self.resident_key
    }

    /// The algorithms that are offered to new credentials, the most wanted first.
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    /// Step 28 of section 7.1: a client that knows says that a credential is discoverable, where it must be.
    pub(crate) fn check_discoverable(&self, rk: Option<bool>) -> Result<(), PolicyErrorKind> {
        if self.resident_key == ResidentKeyRequirement::Required && rk == Some(false) {
            Err(PolicyErrorKind::NotDiscoverable)
        } else {
            Ok(())
        }
    }

    /// What attestations are held to; `None` where they are not judged.
    pub fn attestation_policy(&self) -> Option<&AttestationPolicy> {
        self.attestation_policy.as_ref()
    }
}

/// [`Policy::passkeys`]. What the specification's dictionaries say, user verification preferred, lets in who merely holds an
/// authenticator, so it must be asked for.
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
