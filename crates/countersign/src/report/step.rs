//! The steps of the two ceremonies, as sections
//! [7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential) and
//! [7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion) list them.

use core::fmt;

macro_rules! steps {
    (
        $(#[doc = $type_doc:literal])+
        $name:ident, $section:literal;
        $($number:literal $variant:ident $anchor:tt $does:literal,)+
    ) => {
        $(#[doc = $type_doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = $does] $variant,)+
        }

        impl $name {
            /// Every step, in the order of the specification.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The item's number in the editor's draft of 2026-07-30: a label, for numbers move between revisions.
            pub const fn number(self) -> u8 {
                match self {
                    $(Self::$variant => $number,)+
                }
            }

            /// The anchor in the specification: the step's own if it has one, else its section's.
            pub const fn anchor(self) -> &'static str {
                match self {
                    $(Self::$variant => steps!(@anchor $anchor $section),)+
                }
            }

            /// What the step does, in a few words.
            pub const fn description(self) -> &'static str {
                match self {
                    $(Self::$variant => $does,)+
                }
            }
        }
    };
    (@anchor _ $section:literal) => { $section };
    (@anchor $anchor:literal $section:literal) => { $anchor };
}

steps! {
    /// A step of section 7.1, Registering a New Credential.
    RegistrationStep, "sctn-registering-a-new-credential";
    1 Options _ "configure the options",
    2 Create _ "call create in the browser",
    3 Response _ "take the attestation response",
    4 ClientExtensionResults _ "take the client extension results",
    5 ClientDataText _ "decode client data as UTF-8",
    6 ClientData _ "parse client data",
    7 Type _ "compare the type",
    8 Challenge _ "compare the challenge",
    9 Origin "rp-op-registering-a-new-credential-step-origin" "look up the origin",
    10 CrossOrigin _ "decide on crossOrigin",
    11 TopOrigin _ "decide on topOrigin",
    12 ClientDataHash _ "hash client data",
    13 AttestationObject _ "decode the attestation object and authenticator data",
    14 RpIdHash _ "compare the RP ID hash",
    15 UserPresent _ "check user presence",
    16 UserVerified _ "check user verification",
    17 BackupState _ "check that BS comes with BE",
    18 BackupEligibilityPolicy _ "evaluate backup eligibility",
    19 BackupStatePolicy _ "evaluate the backup state",
    20 Algorithm _ "look up the public key's algorithm",
    21 Format _ "determine the attestation statement format",
    22 Attestation "reg-ceremony-verify-attestation" "verify the attestation statement",
    23 TrustAnchors "reg-ceremony-attestation-trust-anchors" "obtain trust anchors",
    24 Trust "reg-ceremony-assess-trust" "assess the attestation's trustworthiness",
    25 CredentialIdLength _ "check the credential ID's length",
    26 CredentialIdUnique _ "check that the credential ID is not registered",
    27 Record "reg-ceremony-create-credential-record" "create the credential record",
    28 Extensions "reg-ceremony-verify-extension-outputs" "process extension outputs",
    29 Store _ "store the record in the account",
}

steps! {
    /// A step of section 7.2, Verifying an Authentication Assertion.
    AuthenticationStep, "sctn-verifying-assertion";
    1 Options _ "configure the options",
    2 Get _ "call get in the browser",
    3 Response _ "take the assertion response",
    4 ClientExtensionResults _ "take the client extension results",
    5 AllowCredentials _ "look up the credential among those allowed",
    6 User _ "identify the user and the credential record",
    7 Parts _ "take client data, authenticator data and signature",
    8 ClientDataText _ "decode client data as UTF-8",
    9 ClientData _ "parse client data",
    10 Type _ "compare the type",
    11 Challenge _ "compare the challenge",
    12 Origin "rp-op-verifying-assertion-step-origin" "look up the origin",
    13 CrossOrigin _ "decide on crossOrigin",
    14 TopOrigin _ "decide on topOrigin",
    15 RpIdHash "rp-op-verifying-assertion-step-rpid-hash" "compare the RP ID hash",
    16 UserPresent _ "check user presence",
    17 UserVerified _ "check user verification",
    18 BackupState _ "check that BS comes with BE",
    19 BackupEligibility _ "compare backup eligibility with the record",
    20 ClientDataHash _ "hash client data",
    21 Signature _ "verify the signature",
    22 SignCount _ "compare the signature counter",
    23 Extensions "authn-ceremony-verify-extension-outputs" "process extension outputs",
    24 Update "authn-ceremony-update-credential-record" "update the credential record",
    25 Done _ "continue the ceremony",
}

/// A step of either ceremony.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Step {
    /// A step of a registration.
    Registration(RegistrationStep),
    /// A step of an authentication.
    Authentication(AuthenticationStep),
}

impl Step {
    /// The anchor in the specification.
    pub const fn anchor(self) -> &'static str {
        match self {
            Self::Registration(step) => step.anchor(),
            Self::Authentication(step) => step.anchor(),
        }
    }

    /// The item's number in the editor's draft of 2026-07-30: a label, for numbers move between revisions.
    pub const fn number(self) -> u8 {
        match self {
            Self::Registration(step) => step.number(),
            Self::Authentication(step) => step.number(),
        }
    }

    /// What the step does, in a few words.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Registration(step) => step.description(),
            Self::Authentication(step) => step.description(),
        }
    }
}

impl From<RegistrationStep> for Step {
    fn from(step: RegistrationStep) -> Self {
        Self::Registration(step)
    }
}

impl From<AuthenticationStep> for Step {
    fn from(step: AuthenticationStep) -> Self {
        Self::Authentication(step)
    }
}

/// As in `7.1 step 9, look up the origin`.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (section, number) = match self {
            Self::Registration(step) => ("7.1", step.number()),
            Self::Authentication(step) => ("7.2", step.number()),
        };
        write!(f, "{section} step {number}, {}", self.description())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_are_numbered_as_the_specification_numbers_them() {
        let numbers: Vec<u8> = RegistrationStep::ALL.iter().map(|step| step.number()).collect();
        assert_eq!(numbers, (1..=29).collect::<Vec<_>>());
        let numbers: Vec<u8> = AuthenticationStep::ALL.iter().map(|step| step.number()).collect();
        assert_eq!(numbers, (1..=25).collect::<Vec<_>>());
    }

    #[test]
    fn a_step_names_its_place() {
        let step = Step::from(RegistrationStep::Origin);
        assert_eq!(step.to_string(), "7.1 step 9, look up the origin");
        assert_eq!(step.anchor(), "rp-op-registering-a-new-credential-step-origin");
        assert_eq!(Step::from(AuthenticationStep::Signature).anchor(), "sctn-verifying-assertion");
    }
}
