//! What real devices and browsers do that the specification does not lead one to expect, and what a relying party with
//! default settings decides.

use countersign_types::Code;
use serde_json::{Value, json};

use crate::{
    Algorithm,
    attestation::{android_key::description::KeyDescription, draft::AttestationDraft},
    authenticator::Backup,
    cbor::Cbor,
    certificate::{
        oid,
        parts::{Attribute, Critical, directory_name},
    },
    change::Change,
    client::CeremonyError,
    der::{BOOLEAN, element, integer, object_identifier, octet_string, sequence},
    fault::definition::Ceremony,
    private_key::rsa_key::RsaKey,
    response::flags,
    scenario::{Exchange, Format, Scenario, SignIn, Trust},
};
use crate::{attestation::draft::IssuerRole, members::Members};

/// A quirk, by name.
///
/// ```
/// use countersign_authenticator::{Profile, Verdict};
/// let grease = Profile::named("chromium-grease").unwrap();
/// assert_eq!(grease.verdict(), Verdict::Accepted);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Profile {
    name: &'static str,
    about: &'static str,
    rules: &'static [u16],
    verdict: Verdict,
    scenario: Scenario,
    registering: Option<Change>,
    signing_in: Option<Change>,
}

/// The decision on a quirk by a relying party with default settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It is accepted.
    Accepted,
    /// It is refused, with this code.
    Refused(Code),
}

impl Profile {
    /// Every quirk.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        PROFILES.iter()
    }

    /// The quirk of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().find(|profile| profile.name == name)
    }

    /// Its name, which no other has.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Who does what.
    pub fn about(&self) -> &'static str {
        self.about
    }

    /// The numbers of the rules that have to do with it.
    pub fn rules(&self) -> &'static [u16] {
        self.rules
    }

    /// The decision of a relying party with default settings.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// The ceremonies.
    pub fn scenario(&self) -> Scenario {
        self.scenario
    }

    /// The change of the responses of one ceremony, if it has one.
    pub fn change(&self, ceremony: Ceremony) -> Option<Change> {
        match ceremony {
            Ceremony::Registration => self.registering,
            Ceremony::Authentication => self.signing_in,
        }
    }

    /// The ceremonies, with it.
    pub fn exchange(&self) -> Result<Exchange, CeremonyError> {
        self.scenario.run(self.registering.as_slice(), self.signing_in.as_slice())
    }

    const fn create(self, registering: Change) -> Self {
        Self { registering: Some(registering), ..self }
    }

    const fn get(self, signing_in: Change) -> Self {
        Self { signing_in: Some(signing_in), ..self }
    }

    const fn rule(self, rules: &'static [u16]) -> Self {
        Self { rules, ..self }
    }

    const fn refused(self, code: Code) -> Self {
        Self { verdict: Verdict::Refused(code), ..self }
    }
}

const CREATE: Scenario = Scenario::REGISTRATION;
const GET: Scenario = Scenario::AUTHENTICATION;
const PACKED: Scenario = Scenario::of(Format::Packed);
const U2F: Scenario = Scenario::of(Format::FidoU2f);
const FACTORY: Scenario = Scenario::of(Format::AndroidKeyFactory);
const TPM: Scenario = Scenario::of(Format::Tpm);
const ANDROID: Scenario = Scenario::of(Format::AndroidKey);
const RS256: Algorithm = Algorithm::Rs256;
/// An authenticator whose first key has a zero as first byte of x.
const SHORT_X: Scenario = TPM.with_seed("scenario 564");
/// The same of y.
const SHORT_Y: Scenario = TPM.with_seed("scenario 301");
/// 2.5.29.32, certificatePolicies.
const CERTIFICATE_POLICIES: &[u8] = &[0x55, 0x1d, 0x20];
/// 2.5.29.32.0, anyPolicy.
const ANY_POLICY: &[u8] = &[0x55, 0x1d, 0x20, 0x00];

const fn profile(name: &'static str, about: &'static str, scenario: Scenario) -> Profile {
    Profile {
        name,
        about,
        rules: &[],
        verdict: Verdict::Accepted,
        scenario,
        registering: None,
        signing_in: None,
    }
}

const PROFILES: &[Profile] = &[
    profile("safari-empty-user-handle", "Safari: userHandle is empty where there is none", GET)
        .get(Change::Envelope(|envelope| envelope.set("userHandle", ""))),
    profile(
        "chromium-grease",
        "Chromium: a member in client data that asks not to be compared with a template",
        GET,
    )
    .create(Change::ClientData(grease))
    .get(Change::ClientData(grease)),
    profile(
        "yubikey-5-8-padding",
        "YubiKey of firmware 5.8: zeros before the numbers of an ECDSA signature",
        GET,
    )
    .rule(&[116])
    .get(Change::Signature(pad))
    .refused(Code::SignatureInvalid),
    // SimpleWebAuthn issues 440 and 456, py_webauthn issue 160: a map that says three entries and has four, and names
    // in the place of two numbers.
    profile(
        "firefox-117-eddsa-key",
        "Firefox 114 to 118 with EdDSA keys: a map one entry short, with \"OKP\" and \"Ed25519\" for numbers",
        CREATE.with_algorithm(Algorithm::EdDsa),
    )
    .rule(&[78, 88])
    .create(Change::CredentialKey(|key| {
        let x = key.get(-2).map(Cbor::to_vec).unwrap_or_default();
        let entries =
            [("OKP", 1), ("", 3), ("Ed25519", -1)].map(|(name, label)| (Cbor::from(label), Cbor::from(name)));
        let mut bytes = vec![0xa3];
        for (label, name) in entries {
            bytes.extend(label.to_vec());
            bytes.extend(if label == Cbor::from(3) { Cbor::from(-8).to_vec() } else { name.to_vec() });
        }
        *key = Cbor::Encoded([bytes, Cbor::from(-2).to_vec(), x].concat());
    }))
    .refused(Code::AuthenticatorDataMalformed),
    profile(
        "windows-hello-rs1",
        "Windows Hello: a TPM statement signed with RSA and SHA-1",
        Scenario::of(Format::TpmRs1).with_algorithm(RS256),
    )
    .rule(&[123]),
    profile("tpm-attributes-of-windows", "Windows Hello: fixedTPM, fixedParent, noDA and more", TPM)
        .create(Change::Attestation(|draft| draft.public_area.attributes = 0x0006_0472)),
    profile(
        "tpm-exponent-written-out",
        "TPM: the exponent 65537 instead of 0, which stands for it",
        TPM.with_algorithm(RS256),
    )
    .rule(&[174])
    .create(Change::Attestation(|draft| {
        draft.public_area.parameters =
            [2048_u16.to_be_bytes().to_vec(), 65537_u32.to_be_bytes().to_vec()].concat();
    })),
    profile("tpm-x-short", "TPM: an x coordinate that comes without its leading zero", SHORT_X)
        .rule(&[176])
        .create(Change::Attestation(strip)),
    profile("tpm-y-short", "TPM: a y coordinate that comes without its leading zero", SHORT_Y)
        .rule(&[176])
        .create(Change::Attestation(strip)),
    profile("tpm-exponent-zero", "TPM: an exponent of 0, which stands for 65537", TPM.with_algorithm(RS256))
        .rule(&[174]),
    profile("tpm-vendor-of-no-list", "TPM: a manufacturer that stands on no list", TPM).rule(&[197]).create(
        Change::AttestationCertificate(|leaf| {
            let names = directory_name(&[
                Attribute::new(oid::TPM_MANUFACTURER, "id:5A5A5A5A"),
                Attribute::new(oid::TPM_MODEL, "a model to come"),
                Attribute::new(oid::TPM_VERSION, "id:00020008"),
            ]);
            leaf.set_extension(oid::SUBJECT_ALT_NAME, Critical::Yes, names);
        }),
    ),
    profile("tpm-certificate-policies", "Windows Hello: a critical certificatePolicies, for any policy", TPM)
        .rule(&[270])
        .create(Change::AttestationCertificate(|leaf| {
            let policies = sequence(&[&sequence(&[&object_identifier(ANY_POLICY)])]);
            leaf.set_extension(CERTIFICATE_POLICIES, Critical::Yes, policies);
        })),
    profile(
        "vector-tpm-clock",
        "the specification's vector of tpm: clockInfo.safe is 0x33, neither 0 nor 1",
        TPM,
    )
    .create(Change::Attestation(|draft| {
        if let Some(safe) = draft.certify_info.clock_info.last_mut() {
            *safe = 0x33;
        }
    })),
    profile(
        "vector-android-lists",
        "the specification's vector of android-key: both lists are empty",
        ANDROID,
    )
    .rule(&[211, 213])
    .create(Change::Attestation(|draft| {
        draft.key_description.software_enforced.clear();
        draft.key_description.hardware_enforced.clear();
    }))
    .refused(Code::AttestationCertificateInvalid),
    profile(
        "vector-rs256-modulus",
        "the specification's vector of RS256: a modulus of two Mersenne primes",
        CREATE.with_algorithm(RS256),
    )
    .rule(&[109])
    .create(Change::CredentialKey(|key| key.set(-1, modulus_of_mersenne_primes()))),
    profile("certificate-negative-serial", "older security keys: a negative serial number", PACKED).create(
        Change::AttestationCertificate(|leaf| {
            leaf.serial_number = vec![0xff, 0x7f];
        }),
    ),
    profile("certificate-explicit-false", "certificates that write the default out: cA FALSE", PACKED)
        .rule(&[155])
        .create(Change::AttestationCertificate(|leaf| {
            let constraints = sequence(&[&element(BOOLEAN, &[0])]);
            leaf.set_extension(oid::BASIC_CONSTRAINTS, Critical::Yes, constraints);
        })),
    profile(
        "chain-in-another-order",
        "a chain whose authorities stand in another order",
        Scenario::of(Format::PackedChain),
    )
    .rule(&[282])
    .create(Change::Statement(|statement| {
        if let Some(Cbor::Array(certificates)) = statement.get_mut("x5c")
            && let Some(authorities) = certificates.get_mut(1..)
        {
            authorities.reverse();
        }
    })),
    profile(
        "internal-aaguid-kept",
        "browsers with attestation none: a platform authenticator keeps its AAGUID",
        CREATE,
    ),
    profile("tpm-alternative-name-not-critical", "TPM: the alternative name is not critical", TPM)
        .rule(&[195])
        .create(Change::AttestationCertificate(|leaf| {
            if let Some(extension) = leaf.extension_mut(oid::SUBJECT_ALT_NAME) {
                extension.critical = Critical::No;
            }
        })),
    profile(
        "pixel-chain-without-root",
        "Pixel: a chain below a root on P-384, as Google's since 2025, that leaves the root out",
        Scenario::of(Format::AndroidKeyChain),
    )
    .rule(&[219]),
    profile(
        "android-factory-chain",
        "Android before remote provisioning: an expired chain whose batch certificate is no CA's",
        FACTORY,
    )
    .rule(&[400]),
    profile(
        "android-factory-chain-with-root",
        "Android before remote provisioning: the same chain with its root",
        FACTORY,
    )
    .rule(&[400])
    .create(Change::Attestation(|draft| draft.issuer = IssuerRole::AuthorityWithRoot)),
    profile(
        "yubico-unused-bits",
        "early U2F keys of Yubico: the certificate's signature claims to have unused bits",
        U2F,
    )
    .create(Change::AttestationCertificate(|leaf| leaf.unused_bits = 3)),
    profile("chain-with-root", "a chain of certificates that ends with the root itself", PACKED)
        .create(Change::Attestation(|draft| draft.issuer = IssuerRole::AuthorityWithRoot)),
    profile("android-software-list", "Android: purpose and origin in the software-enforced list", ANDROID)
        .rule(&[211, 213])
        .create(Change::Attestation(|draft| {
            let description = &mut draft.key_description;
            let (moved, kept) = description
                .hardware_enforced
                .drain(..)
                .partition(|(tag, _)| matches!(*tag, KeyDescription::PURPOSE | KeyDescription::ORIGIN));
            description.hardware_enforced = kept;
            description.software_enforced.extend::<Vec<_>>(moved);
        })),
    profile("android-strongbox", "Android: a key in a StrongBox, which is level 2", ANDROID)
        .rule(&[216])
        .create(Change::Attestation(|draft| security_level(draft, 2))),
    profile("android-software-key", "Android: a key that only software keeps, which is level 0", ANDROID)
        .rule(&[215, 216])
        .create(Change::Attestation(|draft| security_level(draft, 0))),
    profile("android-more-purposes", "Android: a key that may also verify", ANDROID)
        .rule(&[214])
        .create(Change::Attestation(|draft| {
            let list = &mut draft.key_description.hardware_enforced;
            list.retain(|(tag, _)| *tag != KeyDescription::PURPOSE);
            list.insert(0, (KeyDescription::PURPOSE, KeyDescription::purposes(&[2, 3])));
        }))
        .refused(Code::AttestationCertificateInvalid),
    profile("android-unknown-tag", "Android: an element of a tag to come, before those that count", ANDROID)
        .rule(&[217])
        .create(Change::Attestation(|draft| {
            draft.key_description.hardware_enforced.insert(2, (200, integer(&[1])));
        })),
    profile(
        "usb-aaguid-zeroed",
        "browsers with attestation none: the AAGUID of a USB authenticator is zero",
        CREATE,
    )
    .create(Change::AuthenticatorData(|data| {
        if let Some(attested) = &mut data.attested {
            attested.aaguid = [0; 16];
        }
    })),
    profile(
        "conditional-create",
        "conditional creation: the user is neither present nor verified",
        CREATE.with_conditional_creation(),
    )
    .rule(&[57, 58]),
    profile("synced-passkey", "a passkey that is backed up, and whose counter stays 0", GET.backed_up())
        .create(Change::AuthenticatorData(|data| data.sign_count = 0))
        .get(Change::AuthenticatorData(|data| data.sign_count = 0)),
    profile(
        "level-1-client",
        "clients of Level 1: no copies of the key, no transports, no extension results",
        GET,
    )
    .create(Change::Envelope(|envelope| {
        for name in ["authenticatorData", "publicKey", "publicKeyAlgorithm", "transports"] {
            envelope.remove(name);
        }
        envelope.members.remove("clientExtensionResults");
        envelope.members.remove("authenticatorAttachment");
    }))
    .get(Change::Envelope(|envelope| {
        envelope.members.remove("clientExtensionResults");
        envelope.members.remove("authenticatorAttachment");
    })),
    profile(
        "copies-of-another-form",
        "KeePassXC, iOS bridges, older Bitwarden: copies of other things than the attestation object's",
        GET,
    )
    .create(Change::Envelope(|envelope| {
        // Only RP ID hash, flags and counter.
        envelope.change_text("authenticatorData", |text| text.chars().take(49).collect());
        envelope.set("publicKey", "");
        envelope.set("publicKeyAlgorithm", 0);
    })),
    profile("copies-of-another-type", "pages that stringify buffers: copies that are no texts", CREATE)
        .create(Change::Envelope(|envelope| {
            envelope.set("authenticatorData", json!({}));
            envelope.set("publicKey", json!([4, 1, 2]));
            envelope.set("publicKeyAlgorithm", "ES256");
        })),
    profile("null-members", "null in the place of an absent member", GET)
        .create(Change::Envelope(|envelope| {
            envelope.members.set("authenticatorAttachment", Value::Null);
            envelope.set("publicKey", Value::Null);
        }))
        .get(Change::Envelope(|envelope| {
            envelope.members.set("authenticatorAttachment", Value::Null);
            envelope.set("userHandle", Value::Null);
        })),
    profile("unknown-transport", "a transport and an attachment to come", CREATE).create(Change::Envelope(
        |envelope| {
            envelope.set("transports", json!(["internal", "pigeon"]));
            envelope.members.set("authenticatorAttachment", "embedded");
        },
    )),
    profile("unknown-members", "members to come, in the response and in extension results", CREATE).create(
        Change::Envelope(|envelope| {
            envelope.members.set("future", json!({"a": [1]}));
            envelope.set("future", 1);
            envelope.members.set("clientExtensionResults", json!({"future": {"a": 1}}));
        }),
    ),
    profile("byte-order-mark", "a byte order mark before client data", CREATE).rule(&[22]).create(
        Change::ClientDataBytes(|bytes| {
            bytes.splice(..0, *b"\xef\xbb\xbf");
        }),
    ),
    profile("client-data-without-cross-origin", "clients of Level 1: no crossOrigin", CREATE)
        .create(Change::ClientData(|members| members.remove("crossOrigin"))),
    profile("client-data-in-other-order", "client data whose members stand in another order", CREATE)
        .create(Change::ClientData(|members| members.0.reverse())),
    profile("token-binding", "clients of Level 2: tokenBinding, which is reserved", CREATE)
        .rule(&[51])
        .create(Change::ClientData(|members| {
            members.push("tokenBinding", json!({"status": "supported"}));
        })),
    profile("reserved-flags", "authenticators to come: a reserved flag", GET)
        .rule(&[79])
        .get(Change::AuthenticatorData(|data| data.flags |= 0x20)),
    profile("extension-unasked", "security keys: credProtect, unasked", CREATE).rule(&[314]).create(
        Change::AuthenticatorData(|data| {
            data.flags |= flags::EXTENSION_DATA;
            data.extensions = Some(Cbor::map([("credProtect", Cbor::from(2))]));
        }),
    ),
    profile(
        "appid-not-used",
        "the client says that the AppID was used, and the RP ID was",
        GET.with_sign_in(SignIn::Identified),
    )
    .rule(&[331])
    .get(Change::Envelope(|envelope| {
        envelope.members.set("clientExtensionResults", json!({"appid": true}));
    })),
    profile("attestation-object-unsorted", "CBOR whose keys are not in canonical order", CREATE).create(
        Change::AttestationObject(|object| {
            if let Cbor::Map(entries) = object {
                entries.reverse();
            }
        }),
    ),
    profile("attestation-object-not-minimal", "CBOR with a length in more bytes than it needs", CREATE)
        .create(Change::AttestationObjectBytes(|bytes| {
            // The head of a map of three, in two bytes.
            bytes.splice(..1, [0xb8, 3]);
        })),
    profile("attestation-object-with-more", "members to come in the attestation object", CREATE)
        .rule(&[129])
        .create(Change::AttestationObject(|object| object.set("epAtt", false))),
    profile("key-with-optional-parameter", "a COSE key with a key identifier", CREATE)
        .rule(&[113])
        .create(Change::CredentialKey(|key| key.set(2, vec![7]))),
    profile("packed-with-more", "members to come in a packed statement", PACKED)
        .rule(&[143])
        .create(Change::Statement(|statement| statement.set("future", 1))),
    profile("u2f-with-alg", "a FIDO U2F statement with an algorithm", U2F)
        .rule(&[243])
        .create(Change::Statement(|statement| statement.set("alg", -7))),
    profile("u2f-with-aaguid", "a FIDO U2F statement of a model with an AAGUID", U2F).rule(&[242]),
    profile("enterprise-serial-number", "enterprise attestation: a serial number in the certificate", PACKED)
        .rule(&[160])
        .create(Change::AttestationCertificate(|leaf| {
            // 1.3.6.1.4.1.45724.1.1.2, id-fido-gen-ce-sernum.
            const SERIAL_NUMBER: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xe5, 0x1c, 0x01, 0x01, 0x02];
            leaf.set_extension(SERIAL_NUMBER, Critical::No, octet_string(&octet_string(&[7; 8])));
        })),
    profile("yubikey-version-in-certificate", "YubiKeys: extensions of the vendor's own", PACKED).create(
        Change::AttestationCertificate(|leaf| {
            // 1.3.6.1.4.1.41482.2, a text with the model.
            const MODEL: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xc4, 0x0a, 0x02];
            leaf.set_extension(MODEL, Critical::No, element(0x0c, b"1.3.6.1.4.1.41482.1.7"));
        }),
    ),
    profile(
        "expired-and-unassessed",
        "an attestation certificate that is out of date, where no path is demanded",
        PACKED.with_trust(Trust::Unassessed),
    )
    .rule(&[271])
    .create(Change::AttestationCertificate(|leaf| {
        leaf.not_after = "20250101000000Z".into();
    })),
];

impl Scenario {
    const fn backed_up(self) -> Self {
        self.with_backup(Backup::BackedUp)
    }
}

/// What Chromium adds at random.
fn grease(members: &mut Members) {
    let text = "do not compare clientDataJSON against a template. See https://goo.gl/yabPex";
    members.push("other_keys_can_be_added_here", text);
}

/// A zero before the first number of the signature, which is then longer by one.
fn pad(signature: &mut Vec<u8>) {
    if let [_, length, _, first, ..] = signature.as_mut_slice() {
        (*length, *first) = (length.saturating_add(1), first.saturating_add(1));
        signature.insert(4, 0);
    }
}

/// The coordinates without their leading zeros; the name is made of what is left.
fn strip(draft: &mut AttestationDraft) {
    for coordinate in &mut draft.public_area.unique {
        let zeros = coordinate.iter().take_while(|byte| **byte == 0).count();
        coordinate.drain(..zeros);
    }
}

/// Of 2^2203 - 1 and 2^1279 - 1.
fn modulus_of_mersenne_primes() -> Vec<u8> {
    let prime = |first: u8, length| {
        let mut bytes = vec![0xff; length];
        bytes.splice(..1, [first]);
        bytes
    };
    RsaKey::from_primes(&prime(0x07, 276), &prime(0x7f, 160)).map(|key| key.modulus()).unwrap_or_default()
}

fn security_level(draft: &mut AttestationDraft, level: u8) {
    draft.key_description.attestation_security_level = level;
    draft.key_description.keymaster_security_level = level;
}
