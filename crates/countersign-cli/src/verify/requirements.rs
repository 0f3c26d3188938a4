//! The policy of a ceremony: what the options asked for, and what the relying party requires.

use countersign::Policy;
use countersign::cose::{Algorithm, Verifiers};
use countersign::relying_party::policy::{
    AttestationPolicy, ConditionalCreatePolicy, UnverifiedDiscoverable,
};
use countersign::types::enumerations::{
    AuthenticatorAttachment, CredentialType, ResidentKeyRequirement, UserVerificationRequirement,
};
use countersign::types::options::AuthenticatorSelection;
use countersign::types::{AlgorithmIdentifier, CreationOptions, RequestOptions};

use super::ceremony::Account;
use super::error::VerifyError;

/// Where requirements come from.
#[derive(Debug, Clone)]
pub(crate) enum Requirements {
    /// The options decide; the policy has the rest.
    OfOptions(Policy),
    /// Both decide, the stricter in each point, as at the finish of a ceremony.
    OfPolicy(Policy),
}

impl Requirements {
    /// The requirements if no policy is given: the defaults, and no requirement that the options lack.
    pub(crate) fn by_default() -> Self {
        Self::OfOptions(open(Policy::passkeys()))
    }

    /// The requirements if no policy is given and attestations must lead to a trust anchor.
    pub(crate) fn attested() -> Self {
        let policy = Policy::attested(AttestationPolicy::new());
        Self::OfOptions(open(policy.with_conditional_create(ConditionalCreatePolicy::default())))
    }

    /// The policy that is given, or the defaults.
    pub(crate) const fn policy(&self) -> &Policy {
        match self {
            Self::OfOptions(policy) | Self::OfPolicy(policy) => policy,
        }
    }

    /// Replaces the policy.
    pub(crate) const fn policy_mut(&mut self) -> &mut Policy {
        match self {
            Self::OfOptions(policy) | Self::OfPolicy(policy) => policy,
        }
    }

    /// The policy of a registration with these options.
    pub(crate) fn of_registration(
        &self,
        options: &CreationOptions,
        verifiers: &Verifiers,
    ) -> Result<Policy, VerifyError> {
        let selection = options.authenticator_selection.clone().unwrap_or_default();
        let mut offered = offered(options, verifiers);
        let policy = match self {
            Self::OfOptions(policy) => {
                let policy = policy
                    .clone()
                    .with_user_verification(known(&selection.user_verification))
                    .with_resident_key(selection.effective_resident_key());
                attached(policy, &selection)
            }
            Self::OfPolicy(policy) => {
                offered.retain(|algorithm| policy.algorithms().contains(algorithm));
                let policy = with_verification(policy.clone(), &selection.user_verification);
                if selection.effective_resident_key() == ResidentKeyRequirement::Required {
                    policy.with_resident_key(ResidentKeyRequirement::Required)
                } else {
                    policy
                }
            }
        };
        if offered.is_empty() {
            return Err(VerifyError::NoAlgorithm);
        }
        Ok(policy.with_algorithms(offered))
    }

    /// The policy of an authentication with these options.
    pub(crate) fn of_authentication(&self, options: &RequestOptions, account: &Account) -> Policy {
        match self {
            Self::OfOptions(policy) => {
                policy.clone().with_user_verification(known(&options.user_verification))
            }
            Self::OfPolicy(policy) => {
                let policy = with_verification(policy.clone(), &options.user_verification);
                // Such a ceremony can't be started; its finish requires user verification.
                let is_open = *policy.unverified_discoverable() == UnverifiedDiscoverable::DangerousAccept;
                if *account == Account::Discoverable && !is_open {
                    policy.with_user_verification(UserVerificationRequirement::Required)
                } else {
                    policy
                }
            }
        }
    }
}

fn open(policy: Policy) -> Policy {
    policy.with_unverified_discoverable(UnverifiedDiscoverable::DangerousAccept)
}

/// Clients treat an unknown keyword like the default.
fn known(requirement: &UserVerificationRequirement) -> UserVerificationRequirement {
    match requirement {
        UserVerificationRequirement::Unknown(_) => UserVerificationRequirement::Preferred,
        known => known.clone(),
    }
}

/// Requires user verification if the policy or the options do.
fn with_verification(policy: Policy, asked: &UserVerificationRequirement) -> Policy {
    if *asked == UserVerificationRequirement::Required {
        policy.with_user_verification(UserVerificationRequirement::Required)
    } else {
        policy
    }
}

fn attached(policy: Policy, selection: &AuthenticatorSelection) -> Policy {
    match &selection.authenticator_attachment {
        None | Some(AuthenticatorAttachment::Unknown(_)) => policy,
        Some(attachment) => policy.with_attachment(attachment.clone()),
    }
}

/// The offered algorithms that can be verified, each once. An empty list offers ES256 and RS256
/// ([section 5.1.3](https://www.w3.org/TR/webauthn-3/#sctn-createCredential)).
fn offered(options: &CreationOptions, verifiers: &Verifiers) -> Vec<Algorithm> {
    const DEFAULTS: [i64; 2] = [-7, -257];
    let listed = &options.pub_key_cred_params;
    let mut identifiers: Vec<_> = listed
        .iter()
        .filter(|parameters| parameters.credential_type == CredentialType::PublicKey)
        .map(|parameters| parameters.alg)
        .collect();
    if listed.is_empty() {
        identifiers.extend(DEFAULTS.map(AlgorithmIdentifier));
    }
    let mut offered = Vec::new();
    for algorithm in identifiers.into_iter().filter_map(Algorithm::from_identifier) {
        if verifiers.supports(algorithm.scheme()) && !offered.contains(&algorithm) {
            offered.push(algorithm);
        }
    }
    offered
}

#[cfg(test)]
mod tests {
    use countersign::types::UserHandle;
    use countersign::types::options::{CredentialParameters, RpEntity, UserEntity};

    use super::super::party::verifiers;
    use super::*;

    fn creation(algorithms: &[i64], verification: UserVerificationRequirement) -> CreationOptions {
        let parameters = algorithms.iter().map(|id| CredentialParameters::new(AlgorithmIdentifier(*id)));
        let mut options = CreationOptions::new(
            RpEntity::new("example.org", "x"),
            UserEntity::new(UserHandle::new([1]).unwrap(), "a", ""),
            [0; 16].to_vec(),
            parameters.collect::<Vec<_>>(),
        );
        let selection = AuthenticatorSelection::new(ResidentKeyRequirement::Discouraged, verification);
        options.authenticator_selection = Some(selection);
        options
    }

    #[test]
    fn without_a_policy_the_options_decide() {
        let options = creation(&[-7, -7, 4, -8], UserVerificationRequirement::Discouraged);
        let policy = Requirements::by_default().of_registration(&options, &verifiers()).unwrap();
        assert_eq!(policy.algorithms(), [Algorithm::Es256, Algorithm::EdDsa]);
        assert_eq!(policy.user_verification(), &UserVerificationRequirement::Discouraged);
        let empty = creation(&[], UserVerificationRequirement::Unknown("x".into()));
        let policy = Requirements::by_default().of_registration(&empty, &verifiers()).unwrap();
        assert_eq!(policy.algorithms(), [Algorithm::Es256, Algorithm::Rs256]);
        assert_eq!(policy.user_verification(), &UserVerificationRequirement::Preferred);
    }

    #[test]
    fn with_a_policy_the_stricter_of_the_two_decides() {
        let (required, preferred) =
            (UserVerificationRequirement::Required, UserVerificationRequirement::Preferred);
        for (asked, policy) in [
            (&required, Policy::second_factor()),
            (&preferred, Policy::passkeys()),
            (&required, Policy::passkeys()),
        ] {
            let options = creation(&[-7, -35], asked.clone());
            let policy = Requirements::OfPolicy(policy).of_registration(&options, &verifiers()).unwrap();
            assert_eq!(policy.user_verification(), &required);
            assert_eq!(policy.algorithms(), [Algorithm::Es256], "ES384 is not in the policy");
        }
        let options = creation(&[-35], preferred);
        let requirements = Requirements::OfPolicy(Policy::passkeys());
        let error = requirements.of_registration(&options, &verifiers()).unwrap_err();
        assert!(error.to_string().ends_with("(options-unusable)"));
    }

    #[test]
    fn a_policy_without_mere_possession_requires_verification_of_unknown_users() {
        let options = RequestOptions::new([0; 16].to_vec());
        let requirements = Requirements::OfPolicy(Policy::second_factor());
        for (account, expected) in [
            (Account::Discoverable, UserVerificationRequirement::Required),
            (Account::Unnamed, UserVerificationRequirement::Discouraged),
        ] {
            assert_eq!(requirements.of_authentication(&options, &account).user_verification(), &expected);
        }
    }
}
