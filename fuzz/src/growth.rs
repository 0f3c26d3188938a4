//! How the work of a parser grows with its input: each input that takes long is made a second time with twice the size.
//!
//! `cargo xtask growth` compares the instructions and the allocations of the two.

use std::collections::{BTreeMap, BTreeSet};

use countersign::{
    AuthenticationState, CredentialRecord, RegistrationState,
    ceremony::{CeremonyState as _, sealed::Bearer},
    lifecycle::{DecoyProfile, Encoded, Import, ImportedKey},
    relying_party::{PublicSuffixList, related_origins},
    types::{
        AttestationObject, AuthenticationResponse, AuthenticatorData, ClientData, CreationOptions,
        RegistrationResponse, RelatedOrigins, RequestOptions, base64url, cbor,
        extensions::{
            AuthenticatorExtensionOutputs, ClientExtensionInputs, ClientExtensionOutputs, PaymentClientData,
        },
    },
};
use countersign_attestation::{AttestationStatusList, Certificate, CertificateRevocationList};
use countersign_cose::PublicKey;
use countersign_inspect::Options;
use countersign_metadata::roots::anchor_from_pem;

use crate::{
    hostile, metadata,
    policy::{KEYS, RP, TOKEN},
    statements,
};

/// A parser of bytes from outside.
pub struct Parser {
    /// The target with this parser, if there is one; its hostile inputs are used.
    pub name: &'static str,
    /// The size of the smaller input, in bytes: half of the parser's own limit, or less if that limit is high.
    pub size: usize,
    /// Reads the input, and calls the getters that read parts of it later.
    pub run: fn(&[u8]),
}

const KIB: usize = 1024;

macro_rules! parsers {
    ($($name:ident: $size:expr => $run:expr,)+) => {
        /// Every parser.
        pub const PARSERS: &[Parser] = &[$(Parser { name: stringify!($name), size: $size, run: $run },)+];
    };
}

parsers! {
    // 256 KiB are the most.
    registration_response: 64 * KIB => |data| done(RegistrationResponse::from_json(data)),
    authentication_response: 64 * KIB => |data| done(AuthenticationResponse::from_json(data)),
    client_data: 64 * KIB => |data| {
        done(ClientData::parse(data));
        done(PaymentClientData::from_client_data(data));
    },
    // 64 KiB are the most of these.
    authenticator_data: 31 * KIB => authenticator_data,
    attestation_object: 31 * KIB => |data| done(AttestationObject::parse(data)),
    strict_cbor: 32 * KIB => |data| done(cbor::check(data, cbor::MAX_DEPTH)),
    extensions: 32 * KIB => extensions,
    creation_options: 32 * KIB => |data| done(serde_json::from_slice::<CreationOptions>(data)),
    request_options: 32 * KIB => |data| done(serde_json::from_slice::<RequestOptions>(data)),
    base64url_text: 64 * KIB => |data| done(core::str::from_utf8(data).map(base64url::decode)),
    // 8 KiB.
    cose_key: 4 * KIB => |data| done(PublicKey::from_cose(data)),
    spki_key: 4 * KIB => |data| done(PublicKey::from_spki(data)),
    jwk: 4 * KIB => |data| done(PublicKey::from_jwk(data)),
    // 16 Ki characters.
    import: 8 * KIB => import,
    pem: 32 * KIB => |data| done(core::str::from_utf8(data).map(anchor_from_pem)),
    // 16 KiB.
    certificate: 8 * KIB => certificate,
    // 16 MiB, 8 MiB, 8 MiB and 64 MiB.
    revocation_list: 128 * KIB => |data| done(CertificateRevocationList::from_der(data)),
    attestation_status_list: 128 * KIB => |data| done(AttestationStatusList::from_json(data)),
    rogue_list: 128 * KIB => metadata::rogue_list,
    metadata_blob: 128 * KIB => metadata::reads,
    // 64 MiB.
    inspect: 64 * KIB => |data| done(countersign_inspect::inspect(data, &Options::new())),
    origin: 8 * KIB => origin,
    // 64 KiB, in base64url.
    sealed_state: 23 * KIB => sealed_state,
    related_origins: 32 * KIB => origins,
    stored_record: 64 * KIB => |data| done(serde_json::from_slice::<CredentialRecord>(data)),
    ceremony_state: 32 * KIB => |data| {
        done(AuthenticationState::from_json(data));
        done(RegistrationState::from_json(data));
    },
    decoy_profile: 32 * KIB => |data| done(serde_json::from_slice::<DecoyProfile>(data)),
    attestation_packed: 31 * KIB => statements::reads,
    attestation_tpm: 31 * KIB => statements::reads,
    attestation_android_key: 31 * KIB => statements::reads,
    attestation_android_safetynet: 31 * KIB => statements::reads,
    attestation_fido_u2f: 31 * KIB => statements::reads,
    attestation_apple: 31 * KIB => statements::reads,
    attestation_compound: 31 * KIB => statements::reads,
    attestation_apple_appattest: 31 * KIB => statements::reads,
    control: 512 => quadratic,
}

/// Inputs that have only one size, by their parser and the start of their name: a modulus above 512 bytes is rejected for
/// its length.
const OF_ONE_SIZE: [(&str, &str); 2] =
    [("cose_key", "RSA of "), ("cose_key", "RSA with the longest exponent")];

/// The parser of this name.
pub fn parser(name: &str) -> Option<&'static Parser> {
    PARSERS.iter().find(|parser| parser.name == name)
}

/// A parser with one of its inputs in each of the sizes asked for.
pub struct Case {
    /// The parser's name.
    pub parser: &'static str,
    /// The parser and what the input has much of.
    pub name: String,
    /// The parser.
    pub run: fn(&[u8]),
    /// The input, once for each size.
    pub inputs: Vec<Vec<u8>>,
}

/// Every case, its inputs as many times as large as the parser's size as is asked for.
///
/// # Panics
///
/// Where a parser has two inputs of one name, or one that is not there in each size and is not of those that can't be.
pub fn cases(times: &[f64]) -> Vec<Case> {
    PARSERS.iter().flat_map(|parser| cases_of(parser, times)).collect()
}

fn cases_of(parser: &Parser, times: &[f64]) -> Vec<Case> {
    let mut cases: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for times in times {
        let mut names = BTreeSet::new();
        for (name, input) in inputs(parser.name, (parser.size as f64 * times) as usize) {
            assert!(names.insert(name.clone()), "{}: two inputs {name}", parser.name);
            cases.entry(name).or_default().push(input);
        }
    }
    cases.retain(|name, inputs| {
        let grows =
            inputs.len() == times.len() && inputs.is_sorted_by(|small, large| small.len() < large.len());
        let mut of_one_size = OF_ONE_SIZE.iter();
        let may_stay = of_one_size.any(|(of, start)| *of == parser.name && name.starts_with(start));
        assert!(grows != may_stay, "{}: {name}: does it grow with the size?", parser.name);
        grows
    });
    let case = |(name, inputs)| Case {
        parser: parser.name,
        name: format!("{}: {name}", parser.name),
        run: parser.run,
        inputs,
    };
    cases.into_iter().map(case).collect()
}

fn inputs(name: &str, size: usize) -> Vec<(String, Vec<u8>)> {
    if name == "control" {
        return vec![("quadratic".to_owned(), vec![1; size])];
    }
    let mut all = hostile::of_size(name, size);
    match name {
        "base64url_text" => all.push(("text".to_owned(), vec![b'A'; size])),
        "related_origins" => {
            let origins = (0..size / 32).map(|it| format!("https://a{it:06}.example.com"));
            all.push(("origins".to_owned(), RelatedOrigins::new(origins).to_json().into_bytes()));
        }
        _ => {}
    }
    all
}

/// The control, which must be found in instructions, bytes and allocations: each byte is compared with those after it, and
/// each equal one becomes a list of its own.
fn quadratic(data: &[u8]) {
    for at in 0..data.len() {
        let equal = data[at..].iter().filter(|byte| **byte == data[at]);
        equal.for_each(|byte| done(vec![*byte; 8]));
    }
}

/// What was computed is not optimised away.
fn done<T>(value: T) {
    std::hint::black_box(value);
}

fn authenticator_data(data: &[u8]) {
    let Ok(data) = AuthenticatorData::parse(data) else { return };
    signed(data.extension_outputs());
}

/// Each output is looked for once, as a ceremony does.
fn signed(outputs: AuthenticatorExtensionOutputs<'_>) {
    done(outputs.names().count());
    done((outputs.cred_protect(), outputs.min_pin_length(), outputs.hmac_secret_created()));
    done((outputs.hmac_secret_results(), outputs.hmac_secret_mc(), outputs.cred_blob()));
    done((outputs.cred_blob_stored(), outputs.uvm(), outputs.third_party_payment()));
}

fn extensions(data: &[u8]) {
    if let Ok(outputs) = AuthenticatorExtensionOutputs::parse(data) {
        signed(outputs);
    }
    if let Ok(inputs) = serde_json::from_slice::<ClientExtensionInputs>(data) {
        done(inputs.check());
    }
    if let Ok(outputs) = serde_json::from_slice::<ClientExtensionOutputs>(data) {
        done((outputs.uvm(), outputs.prf_enabled(), outputs.prf_results(), outputs.large_blob()));
        done((outputs.cred_props(), outputs.payment(), outputs.without_secrets()));
    }
}

/// The text as a key in each encoding.
fn import(data: &[u8]) {
    let Ok(text) = core::str::from_utf8(data) else { return };
    let encoded = [Encoded::Base64Url(text), Encoded::Base64(text), Encoded::Hex(text)];
    let keys = encoded.map(ImportedKey::CoseText).into_iter();
    for key in keys.chain([ImportedKey::Pem(text, None), ImportedKey::Jwk(data, None)]) {
        let id = Encoded::Bytes(&[7; 16]);
        done(Import::new(id, id, key).into_record(&RP));
    }
}

fn certificate(data: &[u8]) {
    let Ok(certificate) = Certificate::from_der(data) else { return };
    done((certificate.basic_constraints(), certificate.key_usage(), certificate.public_key()));
    done((certificate.extended_key_usage(), certificate.alternative_directory_names()));
}

fn origin(data: &[u8]) {
    done(core::str::from_utf8(data).is_ok_and(|text| RP.accepts_origin(text)));
}

/// A good token with more behind it: its tag is over all of that.
fn sealed_state(data: &[u8]) {
    let token = [&base64url::decode(&**TOKEN).unwrap(), data].concat();
    done(KEYS.open::<AuthenticationState>(
        &RP,
        &base64url::encode(token),
        Bearer::Anonymous,
        statements::NOW,
    ));
}

fn origins(data: &[u8]) {
    let Ok(document) = RelatedOrigins::from_json(data) else { return };
    done(related_origins::client_accepts(&document, "https://example.org", 5, &PublicSuffixList));
}
