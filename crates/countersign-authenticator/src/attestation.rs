//! Attestation statements ([section 8](https://www.w3.org/TR/webauthn-3/#sctn-defined-attestation-formats)).

use countersign_cose::{Algorithm, hash::sha256};
use serde_json::json;

use crate::{
    Attribute, Cbor, CertificateAuthority, CertificateDraft, Change, Generator, Members, PrivateKey,
    certificate::oid, change::apply,
};

mod android_key;
mod android_safetynet;
mod apple;
mod fido_u2f;
mod packed;
mod tpm;

pub use android_key::{Authorizations, KeyDescription};
pub use tpm::{CertifyInfo, PublicArea};

/// Which attestation an authenticator gives.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Attestation {
    /// None: format `none`.
    #[default]
    None,
    /// Self attestation: format `packed`, signed with the credential's key.
    SelfPacked,
    /// Basic attestation: format `packed`, with certificates.
    Packed(Attester),
    /// Format `tpm`. The credential's key must be on a NIST curve, or RSA.
    Tpm(Attester),
    /// Format `android-key`.
    AndroidKey(Attester),
    /// Format `android-safetynet`.
    AndroidSafetyNet(Attester),
    /// Format `fido-u2f`. The credential's key must be ES256.
    FidoU2f(Attester),
    /// Format `apple`.
    Apple(Attester),
    /// Format `compound`, with these statements.
    Compound(Vec<Attestation>),
    /// Format `apple-appattest`, in Apple's production environment. The credential's key must be ES256; the attester has
    /// an intermediate authority. The user is neither present nor verified, and the counter is 0.
    AppleAppAttest(Attester),
}

impl Attestation {
    /// The format's identifier.
    pub fn format(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::SelfPacked | Self::Packed(_) => "packed",
            Self::Tpm(_) => "tpm",
            Self::AndroidKey(_) => "android-key",
            Self::AndroidSafetyNet(_) => "android-safetynet",
            Self::FidoU2f(_) => "fido-u2f",
            Self::Apple(_) => "apple",
            Self::Compound(_) => "compound",
            Self::AppleAppAttest(_) => "apple-appattest",
        }
    }

    /// Whether a credential of this algorithm can be attested so.
    pub fn supports(&self, algorithm: Algorithm) -> bool {
        match self {
            Self::None | Self::SelfPacked | Self::Packed(_) | Self::AndroidSafetyNet(_) => true,
            Self::AndroidKey(_) | Self::Apple(_) => algorithm != Algorithm::Rs1,
            Self::Tpm(_) => tpm::supports(algorithm),
            Self::FidoU2f(_) | Self::AppleAppAttest(_) => algorithm == Algorithm::Es256,
            Self::Compound(parts) => parts.iter().all(|part| part.supports(algorithm)),
        }
    }

    /// The statement for a credential; its changes are applied.
    pub(crate) fn statement(&self, input: &AttestationInput<'_>, changes: &[Change]) -> Cbor {
        let mut statement = self.make(input, changes);
        apply!(changes, Statement, &mut statement);
        statement
    }

    fn make(&self, input: &AttestationInput<'_>, changes: &[Change]) -> Cbor {
        let attester = match self {
            Self::None => return Cbor::Map(Vec::new()),
            Self::Compound(parts) => {
                let parts = parts.iter().map(|part| {
                    Cbor::map([("fmt", part.format().into()), ("attStmt", part.make(input, changes))])
                });
                return Cbor::Array(parts.collect());
            }
            Self::SelfPacked => None,
            Self::Packed(it)
            | Self::Tpm(it)
            | Self::AndroidKey(it)
            | Self::AndroidSafetyNet(it)
            | Self::FidoU2f(it)
            | Self::Apple(it)
            | Self::AppleAppAttest(it) => Some(it),
        };
        let mut draft = AttestationDraft::new(self.format(), input, attester);
        match self {
            Self::Packed(it) => packed::prepare(&mut draft, it, input),
            Self::Tpm(_) => tpm::prepare(&mut draft, input),
            Self::AndroidKey(_) => android_key::prepare(&mut draft, input),
            Self::AndroidSafetyNet(_) => android_safetynet::prepare(&mut draft, input),
            Self::FidoU2f(_) => fido_u2f::prepare(&mut draft, input),
            Self::Apple(_) | Self::AppleAppAttest(_) => apple::prepare(&mut draft, input),
            _ => {}
        }
        apply!(changes, Attestation, &mut draft);
        android_key::finish(&mut draft);
        let signer = Signer { attester, input };
        match self {
            Self::Tpm(_) => tpm::statement(&draft, &signer),
            Self::AndroidSafetyNet(_) => android_safetynet::statement(&draft, &signer),
            Self::FidoU2f(_) => fido_u2f::statement(&draft, &signer),
            Self::Apple(_) => apple::statement(&draft, &signer),
            Self::AppleAppAttest(_) => apple::app_attest_statement(&draft, &signer),
            _ => packed::statement(&draft, &signer),
        }
    }
}

/// Who attests: a key, the certificate for it, and the authority that issues it.
#[derive(Debug, Clone)]
pub struct Attester {
    authority: CertificateAuthority,
    intermediates: Vec<(CertificateAuthority, CertificateDraft)>,
    key: PrivateKey,
    serial_number: Vec<u8>,
    certifies_aaguid: bool,
}

impl Attester {
    /// With an authority of the same seed, an ES256 key, and the AAGUID in packed certificates.
    pub fn from_seed(seed: impl AsRef<[u8]>) -> Self {
        let mut generator = Generator::new(&seed, "Attestation key");
        let key = PrivateKey::es256(&mut generator);
        let serial_number = generator.bytes(16);
        Self::new(CertificateAuthority::from_seed(seed), key, serial_number).certifying_aaguid()
    }

    /// With this authority, attestation key, and serial number of the certificate.
    pub fn new(authority: CertificateAuthority, key: PrivateKey, serial_number: impl Into<Vec<u8>>) -> Self {
        let serial_number = serial_number.into();
        Self { authority, intermediates: Vec::new(), key, serial_number, certifies_aaguid: false }
    }

    /// With this authority; to be said before there is one below it.
    pub fn with_authority(mut self, authority: CertificateAuthority) -> Self {
        self.authority = authority;
        self
    }

    /// With another attestation key. Formats that certify the credential's own key don't use it.
    pub fn with_key(mut self, key: PrivateKey) -> Self {
        self.key = key;
        self
    }

    /// With an authority between the root and the certificate, whose certificate is sent too. Each further one is below
    /// the one before.
    pub fn with_intermediate(self) -> Self {
        let mut generator = self.intermediate_generator();
        let key = PrivateKey::es256(&mut generator);
        self.with_subordinate(key, generator)
    }

    /// The same with this key of the authority.
    pub fn with_intermediate_key(self, key: PrivateKey) -> Self {
        let generator = self.intermediate_generator();
        self.with_subordinate(key, generator)
    }

    fn with_subordinate(mut self, key: PrivateKey, mut generator: Generator) -> Self {
        let subordinate = self.issuer().subordinate(key, &generator.bytes(16));
        self.intermediates.push(subordinate);
        self
    }

    fn intermediate_generator(&self) -> Generator {
        let label = match self.intermediates.len() {
            0 => "Intermediate CA".to_owned(),
            above => format!("Intermediate CA below {above}"),
        };
        Generator::new(&self.serial_number, label)
    }

    /// Adds the certificates that Android devices got at the factory before remote provisioning: an intermediate whose
    /// subject has a serialNumber and, below it, a batch certificate that issues the certificates of keys, is not a CA's
    /// and has name constraints. Both expired in May 2025.
    pub fn with_factory_chain(self) -> Self {
        let mut attester = self.with_intermediate().with_intermediate();
        if let [.., (_, intermediate), (_, batch)] = attester.intermediates.as_mut_slice() {
            intermediate.subject.push(Attribute::new(oid::SERIAL_NUMBER, "87f4514475ba0a2b"));
            batch.issuer.clone_from(&intermediate.subject);
            android_key::make_batch(batch);
            for draft in [intermediate, batch] {
                draft.not_after = "20250524000000Z".into();
            }
        }
        attester
    }

    /// With the AAGUID in the certificate of packed statements.
    pub fn certifying_aaguid(mut self) -> Self {
        self.certifies_aaguid = true;
        self
    }

    /// The authority: its certificate is the trust anchor.
    pub fn authority(&self) -> &CertificateAuthority {
        &self.authority
    }

    fn issuer(&self) -> &CertificateAuthority {
        self.intermediates.last().map_or(&self.authority, |(authority, _)| authority)
    }
}

/// What a statement is about.
pub(crate) struct AttestationInput<'a> {
    pub(crate) credential_key: &'a PrivateKey,
    pub(crate) credential_id: &'a [u8],
    pub(crate) rp_id_hash: [u8; 32],
    pub(crate) aaguid: [u8; 16],
    pub(crate) authenticator_data: &'a [u8],
    pub(crate) client_data_hash: [u8; 32],
    /// When the statement is made, in milliseconds since 1970.
    pub(crate) milliseconds: u64,
}

impl AttestationInput<'_> {
    /// Authenticator data and the hash of client data: what most formats sign.
    fn message(&self) -> Vec<u8> {
        [self.authenticator_data, &self.client_data_hash].concat()
    }
}

/// An attestation statement in the making. What a format has no use for is left as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttestationDraft {
    /// The format's identifier.
    pub format: String,
    /// The algorithm that the statement names.
    pub algorithm: i64,
    /// Whose key signs.
    pub signer: SignerRole,
    /// What is signed.
    pub message: Vec<u8>,
    /// The attestation certificate.
    pub leaf: Option<CertificateDraft>,
    /// The certificates of the authorities below the root, the one that issued the attestation certificate first.
    pub intermediates: Vec<CertificateDraft>,
    /// Whose key signs the attestation certificate.
    pub issuer: IssuerRole,
    /// What is bound to the ceremony: the nonce of Apple and `SafetyNet`.
    pub nonce: Vec<u8>,
    /// The key as a TPM has it.
    pub public_area: PublicArea,
    /// What a TPM signs.
    pub certify_info: CertifyInfo,
    /// What Android says of a key.
    pub key_description: KeyDescription,
    /// The header of `SafetyNet`'s JWS, apart from `x5c`.
    pub header: Members,
    /// The payload of `SafetyNet`'s JWS, apart from the nonce.
    pub payload: Members,
}

/// Whose key signs a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignerRole {
    /// The attestation key's; the credential's in self attestation and where it is the certified one.
    Attester,
    /// The credential's.
    Credential,
    /// Somebody else's, of the same algorithm.
    Stranger,
}

/// Whose key signs the attestation certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum IssuerRole {
    /// The authority's.
    Authority,
    /// Somebody else's, in the authority's name.
    Stranger,
    /// The authority's, whose certificate is sent as well.
    AuthorityWithRoot,
    /// Somebody else's, in the authority's name, and the root of theirs is sent as well.
    StrangerWithRoot,
}

impl AttestationDraft {
    /// Changes the attestation certificate, where there is one.
    pub(crate) fn change_leaf(&mut self, change: impl FnOnce(&mut CertificateDraft)) {
        self.leaf.as_mut().map(change);
    }

    /// Changes the certificate of the authority that issued the attestation certificate.
    pub(crate) fn change_intermediate(&mut self, change: impl FnOnce(&mut CertificateDraft)) {
        self.intermediates.first_mut().map(change);
    }

    /// Makes the attestation certificate one for somebody else's key.
    pub(crate) fn certify_stranger(&mut self, algorithm: Algorithm) {
        if let Some(key) = PrivateKey::stranger(algorithm) {
            self.change_leaf(|leaf| leaf.certify(&key.spki()));
        }
    }

    fn new(format: &str, input: &AttestationInput<'_>, attester: Option<&Attester>) -> Self {
        let key = attester.map_or(input.credential_key, |attester| &attester.key);
        let leaf = attester.map(|attester| {
            attester.issuer().attestation_certificate(&attester.key.spki(), &attester.serial_number)
        });
        let intermediates = attester.into_iter().flat_map(|attester| attester.intermediates.iter().rev());
        Self {
            format: format.to_owned(),
            algorithm: key.algorithm().identifier().0,
            signer: SignerRole::Attester,
            message: input.message(),
            leaf,
            intermediates: intermediates.map(|(_, draft)| draft.clone()).collect(),
            issuer: IssuerRole::Authority,
            nonce: sha256(&[&input.message()]).to_vec(),
            public_area: PublicArea::default(),
            certify_info: CertifyInfo::default(),
            key_description: KeyDescription::new(input.client_data_hash),
            header: Members::default(),
            payload: Members(vec![
                ("timestampMs".to_owned(), json!(input.milliseconds)),
                ("apkPackageName".to_owned(), json!("com.google.android.gms")),
                ("ctsProfileMatch".to_owned(), json!(true)),
                ("basicIntegrity".to_owned(), json!(true)),
            ]),
        }
    }
}

/// The keys that sign.
struct Signer<'a> {
    attester: Option<&'a Attester>,
    input: &'a AttestationInput<'a>,
}

impl Signer<'_> {
    fn key(&self, role: SignerRole) -> PrivateKey {
        let attester = self.attester.map_or(self.input.credential_key, |attester| &attester.key);
        match role {
            SignerRole::Attester => attester.clone(),
            SignerRole::Credential => self.input.credential_key.clone(),
            SignerRole::Stranger => {
                PrivateKey::stranger(attester.algorithm()).unwrap_or_else(|| attester.clone())
            }
        }
    }

    /// The DER of the certificates, the attestation certificate first.
    fn certificates(&self, draft: &AttestationDraft) -> Vec<Vec<u8>> {
        let (Some(attester), Some(leaf)) = (self.attester, &draft.leaf) else { return Vec::new() };
        let authority = match draft.issuer {
            IssuerRole::Authority | IssuerRole::AuthorityWithRoot => attester.issuer().clone(),
            IssuerRole::Stranger | IssuerRole::StrangerWithRoot => attester.issuer().impostor(),
        };
        let root = match draft.issuer {
            IssuerRole::AuthorityWithRoot => Some(attester.authority.certificate()),
            IssuerRole::StrangerWithRoot => Some(authority.certificate()),
            _ => None,
        };
        let issuers = attester.intermediates.iter().rev().skip(1).map(|(authority, _)| authority);
        let issuers = issuers.chain([&attester.authority]);
        let intermediates =
            draft.intermediates.iter().zip(issuers).map(|(draft, issuer)| draft.sign(issuer.key()));
        core::iter::once(leaf.sign(authority.key())).chain(intermediates).chain(root).collect()
    }

    fn x5c(&self, draft: &AttestationDraft) -> Cbor {
        Cbor::Array(self.certificates(draft).into_iter().map(Cbor::Bytes).collect())
    }
}
