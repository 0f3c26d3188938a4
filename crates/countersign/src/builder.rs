//! Configuration of a relying party, refused here rather than at the first ceremony where it can't work.

use core::fmt;

use countersign_attestation::Formats;
use countersign_cose::{Algorithm, Verifiers, hash::sha256};
use countersign_types::enumerations::{
    AttestationConveyance, AuthenticatorAttachment, ResidentKeyRequirement, UserVerificationRequirement,
};

use crate::{
    origin::{is_app_origin, is_domain, is_insecure_origin, is_web_origin},
    policy::{AttestationTrust, CrossOrigin, SignCountPolicy, TopOrigins},
    relying_party::RelyingParty,
};

/// Five minutes: the lower end of what
/// [section 15.1](https://www.w3.org/TR/webauthn-3/#sctn-timeout-recommended-range) recommends.
const TIMEOUT_SECONDS: u32 = 300;

/// The most seconds that the dictionaries' `timeout`, 32 bits of milliseconds, can say.
const TIMEOUT_SECONDS_MAX: u32 = u32::MAX / 1000;

/// What is offered unless said otherwise: the algorithms of
/// [section 5.4](https://www.w3.org/TR/webauthn-3/#dom-publickeycredentialcreationoptions-pubkeycredparams).
const ALGORITHMS: [Algorithm; 3] = [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256];

/// A relying party in the making: see [`RelyingParty::builder`].
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct RelyingPartyBuilder {
    party: RelyingParty,
    app_origins: Vec<String>,
    insecure_origins: Vec<String>,
}

impl RelyingPartyBuilder {
    pub(crate) fn new(id: String, name: String) -> Self {
        #[cfg(feature = "rust-crypto")]
        let verifiers = Verifiers::rust_crypto();
        #[cfg(not(feature = "rust-crypto"))]
        let verifiers = Verifiers::empty();
        let party = RelyingParty {
            id_hash: sha256(&[id.as_bytes()]),
            id,
            name,
            origins: Vec::new(),
            user_verification: UserVerificationRequirement::default(),
            resident_key: ResidentKeyRequirement::Preferred,
            attachment: None,
            algorithms: ALGORITHMS.to_vec(),
            cross_origin: CrossOrigin::default(),
            sign_count: SignCountPolicy::default(),
            attestation_conveyance: AttestationConveyance::default(),
            attestation_trust: AttestationTrust::default(),
            appid: None,
            timeout_seconds: TIMEOUT_SECONDS,
            verifiers,
            formats: Formats::standard(),
        };
        Self { party, app_origins: Vec::new(), insecure_origins: Vec::new() }
    }

    /// Accepts responses from pages of this origin, such as `https://example.org`, compared exactly. May be called
    /// again for further ones.
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.party.origins.push(origin.into());
        self
    }

    /// Accepts responses from this app: `android:apk-key-hash:…` or `ios:bundle-id:…`, compared exactly.
    pub fn app_origin(mut self, origin: impl Into<String>) -> Self {
        self.app_origins.push(origin.into());
        self
    }

    /// Accepts responses from pages of this `http` origin, compared exactly, although anyone on the way can change such
    /// pages.
    ///
    /// Browsers offer Web Authentication to secure contexts alone; this is for test set-ups that tell them to make an
    /// exception.
    pub fn dangerous_insecure_origin(mut self, origin: impl Into<String>) -> Self {
        self.insecure_origins.push(origin.into());
        self
    }

    /// Whether users must be verified (by a PIN, a fingerprint, …) in both ceremonies. Unless said, it's preferred.
    pub fn user_verification(mut self, requirement: UserVerificationRequirement) -> Self {
        self.party.user_verification = requirement;
        self
    }

    /// Whether new credentials must be discoverable, so that they work without a user name. Unless said, it's preferred.
    pub fn resident_key(mut self, requirement: ResidentKeyRequirement) -> Self {
        self.party.resident_key = requirement;
        self
    }

    /// Asks for new credentials of platform authenticators alone, or of roaming ones alone.
    pub fn attachment(mut self, attachment: AuthenticatorAttachment) -> Self {
        self.party.attachment = Some(attachment);
        self
    }

    /// Offers these algorithms, the most wanted first. Unless said, they are EdDSA, ES256 and RS256.
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.party.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Whether ceremonies may run in frames below pages of other origins. Unless said, they may not.
    pub fn cross_origin(mut self, policy: CrossOrigin) -> Self {
        self.party.cross_origin = policy;
        self
    }

    /// What to do where a signature counter did not increase. Unless said, the authentication fails.
    pub fn sign_count(mut self, policy: SignCountPolicy) -> Self {
        self.party.sign_count = policy;
        self
    }

    /// What attestation to ask for. Unless said, none.
    pub fn attestation_conveyance(mut self, preference: AttestationConveyance) -> Self {
        self.party.attestation_conveyance = preference;
        self
    }

    /// What to demand of an attestation. Unless said, nothing beyond that it verifies.
    pub fn attestation_trust(mut self, trust: AttestationTrust) -> Self {
        self.party.attestation_trust = trust;
        self
    }

    /// Sends this FIDO `AppID` along with authentications, for credentials that were made with U2F
    /// ([section 10.1.1](https://www.w3.org/TR/webauthn-3/#sctn-appid-extension)).
    pub fn appid(mut self, appid: impl Into<String>) -> Self {
        self.party.appid = Some(appid.into());
        self
    }

    /// How long a ceremony may take, in seconds. Unless said, 300.
    pub fn timeout_seconds(mut self, seconds: u32) -> Self {
        self.party.timeout_seconds = seconds;
        self
    }

    /// Verifies signatures with these. Unless said, with the backend in plain Rust, where that is compiled in.
    pub fn verifiers(mut self, verifiers: Verifiers) -> Self {
        self.party.verifiers = verifiers;
        self
    }

    /// Knows these attestation statement formats. Unless said, the standard ones.
    pub fn formats(mut self, formats: Formats) -> Self {
        self.party.formats = formats;
        self
    }

    /// The relying party, if its configuration can work.
    pub fn build(self) -> Result<RelyingParty, ConfigurationError> {
        use ConfigurationError as Error;
        let Self { mut party, app_origins, insecure_origins } = self;
        if !is_domain(&party.id) {
            return Err(Error::RpId(party.id));
        }
        let top_origins = match &party.cross_origin {
            CrossOrigin::Accepted { top_origins: TopOrigins::Listed(listed) } => listed.as_slice(),
            _ => &[],
        };
        if let Some(bad) = party.origins.iter().chain(top_origins).find(|origin| !is_web_origin(origin)) {
            return Err(Error::Origin(bad.clone()));
        }
        if let Some(bad) = app_origins.iter().find(|origin| !is_app_origin(origin)) {
            return Err(Error::AppOrigin(bad.clone()));
        }
        if let Some(bad) = insecure_origins.iter().find(|origin| !is_insecure_origin(origin)) {
            return Err(Error::Origin(bad.clone()));
        }
        party.origins.extend(app_origins.into_iter().chain(insecure_origins));
        if party.origins.is_empty() {
            return Err(Error::NoOrigin);
        }
        if party.algorithms.is_empty() {
            return Err(Error::NoAlgorithm);
        }
        if let Some(algorithm) = party.algorithms.iter().find(|it| !party.verifiers.supports(it.scheme())) {
            return Err(Error::AlgorithmUnsupported(*algorithm));
        }
        if !(1..=TIMEOUT_SECONDS_MAX).contains(&party.timeout_seconds) {
            return Err(Error::Timeout(party.timeout_seconds));
        }
        let trust_required = matches!(party.attestation_trust, AttestationTrust::Required(_));
        if trust_required && party.attestation_conveyance == AttestationConveyance::None {
            return Err(Error::TrustWithoutAttestation);
        }
        Ok(party)
    }
}

/// A configuration that could not work, found before the first ceremony: the caller's to mend.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigurationError {
    /// The RP ID is not a domain in lower-case ASCII.
    RpId(String),
    /// No origin is accepted.
    NoOrigin,
    /// An origin is not the serialisation of a web origin in a secure context.
    Origin(String),
    /// An app origin is neither Android's nor iOS's.
    AppOrigin(String),
    /// No algorithm is offered.
    NoAlgorithm,
    /// An algorithm is offered that none of the verifiers can verify.
    AlgorithmUnsupported(Algorithm),
    /// A timeout of this many seconds: none, or more than options can say.
    Timeout(u32),
    /// A trusted attestation is demanded, and attestation conveyance `none` asks clients to withhold it.
    TrustWithoutAttestation,
}

impl fmt::Display for ConfigurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RpId(id) => write!(f, "the rp id {id:?} is not a domain name in lower-case ascii"),
            Self::NoOrigin => f.write_str("no origin is accepted, so no response could be"),
            Self::Origin(origin) => write!(
                f,
                "{origin:?} is not a web origin as browsers write it: https://host[:port], or http for localhost"
            ),
            Self::AppOrigin(origin) => {
                write!(f, "{origin:?} is not an app origin: android:apk-key-hash:… or ios:bundle-id:…")
            }
            Self::NoAlgorithm => f.write_str("no algorithm is offered"),
            Self::AlgorithmUnsupported(algorithm) => {
                write!(f, "the algorithm {} is offered, and no verifier has it", algorithm.name())
            }
            Self::Timeout(seconds) => {
                write!(f, "a timeout of {seconds} seconds, 1 to {TIMEOUT_SECONDS_MAX} expected")
            }
            Self::TrustWithoutAttestation => {
                f.write_str("a trusted attestation is demanded, and the attestation conveyance is none")
            }
        }
    }
}

impl core::error::Error for ConfigurationError {}

#[cfg(test)]
mod tests;
