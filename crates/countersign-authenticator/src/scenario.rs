//! Complete ceremonies: the options, the client, the authenticator, and the facts that the relying party needs.

use countersign_types::{
    Aaguid, CreationOptions, CredentialId, RequestOptions, UserHandle,
    enumerations::ResidentKeyRequirement,
    enumerations::{AttestationConveyance, UserVerificationRequirement},
    extensions::ClientExtensionInputs,
    options::{AuthenticatorSelection, CredentialDescriptor, CredentialParameters, RpEntity, UserEntity},
};

use crate::{
    Algorithm,
    attestation::{Attestation, attester::Attester},
    authenticator::{Authenticator, Backup, Counter},
    certificate::authority::CertificateAuthority,
    change::Change,
    client::{CeremonyError, Client, Frame},
    generator::Generator,
    private_key::{PrivateKey, rsa_key::RsaKey},
};

/// The RP ID of every scenario.
pub const RP_ID: &str = "example.org";
/// The origin of every scenario's page.
pub const ORIGIN: &str = "https://example.org";
/// The top-level origin of scenarios with a framed page.
pub const TOP_ORIGIN: &str = "https://example.com";
/// The AppID of a scenario with a U2F credential.
pub const APP_ID: &str = "https://example.org/appid.json";
/// When every scenario takes place: 2026-01-01T00:00:00Z, in seconds since 1970.
pub const NOW: i64 = 1_767_225_600;

/// An attestation statement format, or a way to use one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// `none`.
    None,
    /// `packed`, self attestation.
    SelfPacked,
    /// `packed`, with certificates.
    Packed,
    /// `packed`, with two authorities between the root and the certificate: the upper one's key is ES256, the lower
    /// one's RS256.
    PackedChain,
    /// `tpm`.
    Tpm,
    /// `tpm`, whose attestation key signs with RSA and SHA-1.
    TpmRs1,
    /// `android-key`.
    AndroidKey,
    /// `android-key`, with a root on P-384 that is not sent, and an authority between it and the certificate.
    AndroidKeyChain,
    /// `android-key`, with the certificates of a device's factory, see [`Attester::with_factory_chain`].
    AndroidKeyFactory,
    /// `android-safetynet`.
    AndroidSafetyNet,
    /// `fido-u2f`.
    FidoU2f,
    /// `apple`.
    Apple,
    /// `compound` of `packed` and `android-key`.
    Compound,
    /// `apple-appattest`: the RP ID is used as the App ID.
    AppleAppAttest,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] = &[
        Self::None,
        Self::SelfPacked,
        Self::Packed,
        Self::PackedChain,
        Self::Tpm,
        Self::TpmRs1,
        Self::AndroidKey,
        Self::AndroidKeyChain,
        Self::AndroidKeyFactory,
        Self::AndroidSafetyNet,
        Self::FidoU2f,
        Self::Apple,
        Self::Compound,
        Self::AppleAppAttest,
    ];

    /// A unique word for the format.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::SelfPacked => "packed-self",
            Self::Packed => "packed",
            Self::PackedChain => "packed-chain",
            Self::Tpm => "tpm",
            Self::TpmRs1 => "tpm-rs1",
            Self::AndroidKey => "android-key",
            Self::AndroidKeyChain => "android-key-chain",
            Self::AndroidKeyFactory => "android-key-factory",
            Self::AndroidSafetyNet => "android-safetynet",
            Self::FidoU2f => "fido-u2f",
            Self::Apple => "apple",
            Self::Compound => "compound",
            Self::AppleAppAttest => "apple-appattest",
        }
    }

    /// Whether the attestation can lead to a trust anchor.
    pub const fn has_certificates(self) -> bool {
        !matches!(self, Self::None | Self::SelfPacked)
    }

    /// The attester of a scenario.
    fn attester(self) -> Attester {
        let attester = Attester::from_seed("scenario");
        match self {
            Self::AndroidKeyChain => attester.with_authority(authority_on_p384()),
            _ => attester,
        }
    }

    /// The attestation of this format by an attester.
    pub fn attestation(self, attester: Attester) -> Attestation {
        match self {
            Self::None => Attestation::None,
            Self::SelfPacked => Attestation::SelfPacked,
            Self::Packed => Attestation::Packed(attester),
            Self::PackedChain => {
                Attestation::Packed(attester.with_intermediate().with_intermediate_key(rs256_key()))
            }
            Self::Tpm => Attestation::Tpm(attester),
            Self::TpmRs1 => Attestation::Tpm(attester.with_key(rs1_key())),
            Self::AndroidKey => Attestation::AndroidKey(attester),
            Self::AndroidKeyChain => Attestation::AndroidKey(attester.with_intermediate()),
            Self::AndroidKeyFactory => Attestation::AndroidKey(attester.with_factory_chain()),
            Self::AndroidSafetyNet => Attestation::AndroidSafetyNet(attester),
            Self::FidoU2f => Attestation::FidoU2f(attester),
            Self::Apple => Attestation::Apple(attester),
            Self::Compound => Attestation::Compound(vec![
                Attestation::Packed(attester.clone()),
                Attestation::AndroidKey(attester),
            ]),
            Self::AppleAppAttest => Attestation::AppleAppAttest(attester.with_intermediate()),
        }
    }
}

/// The authentication after a scenario's registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignIn {
    /// The user was identified before, and the credential is listed.
    Identified,
    /// The user is to be discovered.
    Discoverable,
    /// With a credential that was registered through U2F, so without a registration; the `appid` extension is sent.
    AppId,
}

/// The properties of a ceremony that its parties have to agree on. The simplest is [`Scenario::REGISTRATION`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scenario {
    /// The attestation format.
    pub format: Format,
    /// Whether the relying party requires a path to the trust anchor.
    pub trust: Trust,
    /// The seed of the authenticator's keys.
    pub seed: &'static str,
    /// The credential's algorithm.
    pub algorithm: Algorithm,
    /// A second algorithm that the relying party offers.
    pub also_offered: Option<Algorithm>,
    /// Whether the relying party requires user verification.
    pub user_verification: Verification,
    /// Whether the registration is conditional, so that the user is not asked.
    pub creation: Creation,
    /// How the page is framed. The relying party accepts it.
    pub frame: Framing,
    /// Whether the credential is backed up.
    pub backup: Backup,
    /// The extension inputs at registration, a JSON object.
    pub creation_extensions: &'static str,
    /// The extension inputs at authentication, a JSON object.
    pub request_extensions: &'static str,
    /// The authentication after the registration.
    pub sign_in: Option<SignIn>,
    /// A further requirement of the relying party's policy.
    pub demand: Demand,
}

/// A requirement of the relying party's policy beyond its default settings. The scenario meets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Demand {
    /// No further requirement.
    Nothing,
    /// `authenticatorAttachment`, if present, is `platform`.
    PlatformAttachment,
    /// A registration's `authenticatorData`, `publicKey` and `publicKeyAlgorithm` are those of the attestation object.
    Copies,
    /// The credential stays on its authenticator: BE is not set.
    DeviceBound,
    /// The credential may be backed up: BE is set.
    BackupEligible,
    /// The credential is backed up: BS is set.
    BackedUp,
    /// The attested AAGUID is [`Scenario::aaguid`].
    Model,
    /// There is no unsolicited client extension output.
    AskedOutputs,
    /// There is an output of `credProps`.
    CredProps,
    /// `prf` is enabled.
    Prf,
    /// The results of `prf` stay with the client.
    PrfResultsUnsent,
    /// `largeBlob` is supported, and written if that was requested.
    LargeBlob,
}

/// Whether a trust path is demanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trust {
    /// No path is required.
    Unassessed,
    /// A path to the scenario's authority is required.
    Required,
}

/// Whether user verification is required.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verification {
    /// User verification is preferred.
    Preferred,
    /// User verification is required.
    Required,
}

/// The mediation of a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Creation {
    /// The user is asked in a dialogue.
    Modal,
    /// Mediation is `conditional`, so the user is not asked.
    Conditional,
}

/// How the page is framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Framing {
    /// The page is not framed.
    TopLevel,
    /// A page of [`TOP_ORIGIN`] frames it, which client data names and the relying party accepts.
    Named,
}

impl Scenario {
    /// ES256 without attestation, and no authentication.
    pub const REGISTRATION: Self = Self {
        format: Format::None,
        trust: Trust::Unassessed,
        seed: "scenario",
        algorithm: Algorithm::Es256,
        also_offered: None,
        user_verification: Verification::Preferred,
        creation: Creation::Modal,
        frame: Framing::TopLevel,
        backup: Backup::NotEligible,
        creation_extensions: "{}",
        request_extensions: "{}",
        sign_in: None,
        demand: Demand::Nothing,
    };

    /// ES256 without attestation, and an authentication of an identified user.
    pub const AUTHENTICATION: Self = Self { sign_in: Some(SignIn::Identified), ..Self::REGISTRATION };

    /// A registration with this attestation format. A trust path is required if the format has certificates.
    pub const fn of(format: Format) -> Self {
        let trust = if format.has_certificates() { Trust::Required } else { Trust::Unassessed };
        Self { format, trust, ..Self::REGISTRATION }
    }

    /// Replaces the credential's algorithm.
    pub const fn with_algorithm(self, algorithm: Algorithm) -> Self {
        Self { algorithm, ..self }
    }

    /// Offers a second algorithm.
    pub const fn with_also_offered(self, algorithm: Algorithm) -> Self {
        Self { also_offered: Some(algorithm), ..self }
    }

    /// The algorithms that are offered, the credential's first.
    pub fn algorithms(self) -> impl Iterator<Item = Algorithm> {
        core::iter::once(self.algorithm).chain(self.also_offered)
    }

    /// Replaces the seed of the authenticator's keys.
    pub const fn with_seed(self, seed: &'static str) -> Self {
        Self { seed, ..self }
    }

    /// Replaces the requirement of a trust path.
    pub const fn with_trust(self, trust: Trust) -> Self {
        Self { trust, ..self }
    }

    /// Requires user verification.
    pub const fn with_required_verification(self) -> Self {
        Self { user_verification: Verification::Required, ..self }
    }

    /// Adds an authentication.
    pub const fn with_sign_in(self, sign_in: SignIn) -> Self {
        Self { sign_in: Some(sign_in), ..self }
    }

    /// Frames the page by one of [`TOP_ORIGIN`].
    pub const fn with_top_origin(self) -> Self {
        Self { frame: Framing::Named, ..self }
    }

    /// Replaces the backup state of the credential.
    pub const fn with_backup(self, backup: Backup) -> Self {
        Self { backup, ..self }
    }

    /// Replaces the extension inputs at registration and at authentication, which are JSON objects.
    pub const fn with_extensions(
        self,
        creation_extensions: &'static str,
        request_extensions: &'static str,
    ) -> Self {
        Self { creation_extensions, request_extensions, ..self }
    }

    /// Makes the registration conditional.
    pub const fn with_conditional_creation(self) -> Self {
        Self { creation: Creation::Conditional, ..self }
    }

    /// Replaces the further requirement of the relying party's policy.
    pub const fn with_demand(self, demand: Demand) -> Self {
        Self { demand, ..self }
    }

    /// The AAGUID of the authenticator model.
    pub fn aaguid(self) -> Aaguid {
        Authenticator::platform(self.seed).aaguid()
    }

    /// Whether the format can attest a credential of the algorithm.
    pub fn is_possible(self) -> bool {
        self.format.attestation(self.format.attester()).supports(self.algorithm)
    }

    /// Runs the ceremonies. `registering` is applied to the registration, `signing_in` to the authentication.
    pub fn run(self, registering: &[Change], signing_in: &[Change]) -> Result<Exchange, CeremonyError> {
        let mut generator = Generator::new("scenario", "challenges");
        self.run_with_challenges(&[generator.bytes(32), generator.bytes(32)], registering, signing_in)
    }

    /// Runs the ceremonies with given challenges, of the registration and of the authentication.
    pub fn run_with_challenges(
        self,
        challenges: &[Vec<u8>; 2],
        registering: &[Change],
        signing_in: &[Change],
    ) -> Result<Exchange, CeremonyError> {
        let attester = self.format.attester();
        let anchor = attester.authority().certificate();
        let mut authenticator = Authenticator::platform(self.seed)
            .with_attestation(self.format.attestation(attester))
            .with_counter(Counter::Increasing)
            .with_backup(self.backup)
            .with_rsa_key(RsaKey::test_key())
            .with_algorithms([self.algorithm]);
        let [challenge, _] = challenges;
        let mut exchange = Exchange {
            registration: None,
            authentication: None,
            credential_id: None,
            public_key: None,
            user_handle: user_handle(),
            anchor,
        };
        if self.sign_in == Some(SignIn::AppId) {
            let (id, key) = authenticator.register_u2f(APP_ID);
            (exchange.credential_id, exchange.public_key) = (Some(id), Some(key));
        } else {
            let options = self.creation_options(challenge);
            let client = self.client(registering);
            let response = match self.creation {
                Creation::Modal => client.create_json(&options, &mut authenticator)?,
                Creation::Conditional => client.create_conditionally_json(&options, &mut authenticator)?,
            };
            exchange.registration = Some(ExchangeStep { challenge: challenge.clone(), response });
            exchange.credential_id = authenticator.credential_ids().last().cloned();
        }
        if let Some(sign_in) = self.sign_in {
            let [_, challenge] = challenges;
            let options = self.request_options(challenge, sign_in, exchange.credential_id.as_ref());
            let response = self.client(signing_in).get_json(&options, &mut authenticator)?;
            exchange.authentication = Some(ExchangeStep { challenge: challenge.clone(), response });
        }
        Ok(exchange)
    }

    fn client(self, changes: &[Change]) -> Client {
        let frame = match self.frame {
            Framing::TopLevel => Frame::TopLevel,
            Framing::Named => Frame::Below(TOP_ORIGIN.to_owned()),
        };
        let client = Client::new(ORIGIN).with_frame(frame);
        changes.iter().fold(client, |client, change| client.with_change(*change))
    }

    /// What the relying party asks of the client at registration.
    pub fn creation_options(self, challenge: &[u8]) -> CreationOptions {
        let parameters = self.algorithms().map(|algorithm| CredentialParameters::new(algorithm.identifier()));
        let mut options = CreationOptions::new(
            RpEntity::new(RP_ID, "Example"),
            UserEntity::new(user_handle(), "jo@example.org", "Jo"),
            challenge.to_vec(),
            parameters.collect::<Vec<_>>(),
        );
        options.attestation = AttestationConveyance::Direct;
        options.extensions = inputs(self.creation_extensions);
        let selection = AuthenticatorSelection::new(
            ResidentKeyRequirement::Preferred,
            self.user_verification.requirement(),
        );
        options.authenticator_selection = Some(selection);
        options
    }

    fn request_options(
        self,
        challenge: &[u8],
        sign_in: SignIn,
        credential: Option<&CredentialId>,
    ) -> RequestOptions {
        let mut options = RequestOptions::new(challenge.to_vec());
        options.rp_id = Some(RP_ID.to_owned());
        options.user_verification = self.user_verification.requirement();
        if sign_in != SignIn::Discoverable {
            let credential = credential.cloned();
            options.allow_credentials =
                credential.map(|id| CredentialDescriptor::new(id, [])).into_iter().collect();
        }
        options.extensions = inputs(self.request_extensions);
        if sign_in == SignIn::AppId {
            options.extensions = ClientExtensionInputs::new().with_appid(APP_ID);
        }
        options
    }
}

impl Verification {
    fn requirement(self) -> UserVerificationRequirement {
        match self {
            Self::Preferred => UserVerificationRequirement::Preferred,
            Self::Required => UserVerificationRequirement::Required,
        }
    }
}

#[expect(clippy::expect_used, reason = "16 bytes are a user handle")]
fn user_handle() -> UserHandle {
    UserHandle::new([7; 16]).expect("a user handle")
}

/// What is no JSON object asks for nothing.
fn inputs(json: &str) -> ClientExtensionInputs {
    serde_json::from_str(json).unwrap_or_default()
}

/// The attestation key of an older TPM.
#[expect(clippy::expect_used, reason = "RS1 is an algorithm of RSA")]
fn rs1_key() -> PrivateKey {
    PrivateKey::from_rsa(Algorithm::Rs1, RsaKey::second_test_key()).expect("a key of RSA")
}

/// The key of an authority whose signatures may name several hash functions.
#[expect(clippy::expect_used, reason = "RS256 is an algorithm of RSA")]
fn rs256_key() -> PrivateKey {
    PrivateKey::from_rsa(Algorithm::Rs256, RsaKey::test_key()).expect("a key of RSA")
}

/// A root as Google's since 2025.
#[expect(clippy::expect_used, reason = "four draws in a row that are no scalar don't happen")]
fn authority_on_p384() -> CertificateAuthority {
    let mut generator = Generator::new("scenario", "Attestation CA on P-384");
    let key = PrivateKey::generate(Algorithm::Es384, &mut generator).expect("an ES384 key");
    let serial_number = generator.bytes(16);
    CertificateAuthority::new(key, serial_number, "Countersign test authority on P-384", "Countersign", "AA")
}

/// The responses of a scenario, and the facts that the relying party needs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exchange {
    /// The registration; `None` if the credential was registered through U2F.
    pub registration: Option<ExchangeStep>,
    /// The authentication.
    pub authentication: Option<ExchangeStep>,
    /// The credential's ID.
    pub credential_id: Option<CredentialId>,
    /// The `COSE_Key` of a credential without a registration.
    pub public_key: Option<Vec<u8>>,
    /// The account's user handle.
    pub user_handle: UserHandle,
    /// The DER of the authority's certificate.
    pub anchor: Vec<u8>,
}

/// One ceremony on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExchangeStep {
    /// What was issued.
    pub challenge: Vec<u8>,
    /// The JSON text that came back.
    pub response: String,
}
