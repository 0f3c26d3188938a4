//! A policy while its settings are applied: those of attestation and extensions are values of their own in a policy.

use countersign::Policy;
use countersign::relying_party::policy::{
    AttestationPolicy, ConditionalCreatePolicy, CrossOrigin, DevicePolicy, ExtensionPolicy, TopOrigins,
};
use countersign::types::enumerations::ResidentKeyRequirement;

use crate::config::given::GivenValues;
use crate::config::problem::{Place, Problem};

/// A change of the policy that the preset gives.
type Change = Box<dyn Fn(Policy) -> Policy>;

/// A policy while its settings are applied.
pub(crate) struct PolicyDraft {
    pub(super) preset: Preset,
    pub(super) requirements: AttestationPolicy,
    pub(super) device: DevicePolicy,
    pub(super) extensions: ExtensionPolicy,
    pub(super) frames: Frames,
    pub(super) top_origins: Vec<String>,
    pub(super) conditional_create: Option<bool>,
    pub(super) conditional_create_seconds: Option<u32>,
    changes: Vec<Change>,
}

/// What a policy starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Preset {
    Passkeys,
    SecondFactor,
    Attested,
}

/// Which frames ceremonies may run in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frames {
    Rejected,
    BelowAny,
    BelowListed,
    DangerousListedOrAbsent,
}

impl PolicyDraft {
    /// The preset for passkeys, unchanged.
    pub(crate) fn new() -> Self {
        Self {
            preset: Preset::Passkeys,
            requirements: AttestationPolicy::new(),
            device: DevicePolicy::new(),
            extensions: ExtensionPolicy::new(),
            frames: Frames::Rejected,
            top_origins: Vec::new(),
            conditional_create: None,
            conditional_create_seconds: None,
            changes: Vec::new(),
        }
    }

    /// What a server starts from: its users sign in without a name, so that authenticators must list their passkeys.
    pub(crate) fn server() -> Self {
        let mut draft = Self::new();
        draft.change(|policy| policy.with_resident_key(ResidentKeyRequirement::Required));
        draft
    }

    /// Changes the policy that the preset gives.
    pub(super) fn change(&mut self, change: impl Fn(Policy) -> Policy + 'static) {
        self.changes.push(Box::new(change));
    }

    /// Whether attestations must lead to a trust anchor.
    pub(crate) fn is_attested(&self) -> bool {
        self.preset == Preset::Attested
    }

    /// The policy, and what is wrong with it: requirements that have no effect.
    pub(crate) fn finish(self, given: &GivenValues) -> (Policy, Vec<Problem>) {
        let place =
            |key: &'static str| given.get(key).map_or(Place::Default(key), |given| given.place.clone());
        let mut problems = Vec::new();
        let mut report = |key: &'static str, message: &str| {
            problems.push(Problem::of(key, place(key), message));
        };
        if !self.is_attested() {
            for key in given.keys().filter(|key| key.starts_with("policy.attestation.")) {
                report(key, "has no effect unless policy.preset is attested");
            }
        }
        let has_list = matches!(self.frames, Frames::BelowListed | Frames::DangerousListedOrAbsent);
        if !self.top_origins.is_empty() && !has_list {
            report("policy.top_origins", "has no effect unless policy.cross_origin is listed");
        }
        if self.conditional_create_seconds.is_some() && self.conditional_create == Some(false) {
            report(
                "policy.conditional_create_seconds",
                "has no effect if policy.conditional_create is reject",
            );
        }
        (self.policy(), problems)
    }

    /// The policy.
    pub(crate) fn policy(self) -> Policy {
        let base = match self.preset {
            Preset::Passkeys => Policy::passkeys(),
            Preset::SecondFactor => Policy::second_factor(),
            Preset::Attested => Policy::attested(self.requirements.with_device_policy(self.device)),
        };
        let cross_origin = match self.frames {
            Frames::Rejected => CrossOrigin::Reject,
            Frames::BelowAny => CrossOrigin::Accept { top_origins: TopOrigins::Any },
            Frames::BelowListed => CrossOrigin::Accept { top_origins: TopOrigins::Listed(self.top_origins) },
            Frames::DangerousListedOrAbsent => {
                CrossOrigin::Accept { top_origins: TopOrigins::DangerousListedOrAbsent(self.top_origins) }
            }
        };
        let conditional_create = match (self.conditional_create, self.conditional_create_seconds) {
            (Some(false), _) => Some(ConditionalCreatePolicy::Reject),
            (_, Some(seconds)) => Some(ConditionalCreatePolicy::AfterSignIn { seconds }),
            (Some(true), None) => Some(ConditionalCreatePolicy::default()),
            (None, None) => None,
        };
        let mut policy = base.with_cross_origin(cross_origin).with_extensions(self.extensions);
        if let Some(conditional_create) = conditional_create {
            policy = policy.with_conditional_create(conditional_create);
        }
        self.changes.iter().fold(policy, |policy, change| change(policy))
    }
}
