//! Whole ceremonies, from the JSON text to the verdict, compared with the library's own verification with its parsed key:
//! time and heap allocations.
//!
//! `cargo bench --manifest-path benches/Cargo.toml --bench ceremony -- --table`. The raw verification is counted once for
//! an authentication, never for a registration without attestation, once for self attestation, and twice for an attestation
//! certificate below its anchor. The state of each ceremony is made before the clock runs.
//!
//! Generic code, as all of RustCrypto's, is compiled twice here, within ours and within the raw call, and each copy is
//! inlined in its own way. Lines `above its key` have our own prepared key under `raw`, the same machine code as in the
//! ceremony, so that the difference is the ceremony only. `verify` compares the key with the library.
//!
//! `-- --loop NAME COUNT` runs the work of one line COUNT times, by [`BATCH`], for a profiler: callgrind counts only that with
//! `--toggle-collect=ceremony::profiled`.

use std::{hint::black_box, mem::take, sync::Arc};

use countersign::{
    AuthenticationRequest, AuthenticationResponse, AuthenticationState, CredentialId, CredentialIdStatus,
    CredentialRecord, Policy, RegistrationRequest, RegistrationResponse, RegistrationState, RelyingParty,
    Timestamp, User, UserHandle,
    attestation::{AnchorList, Certificate, TrustAnchor},
    ceremony::{Challenge, Consumption, PreparedCredential},
    cose::{PublicKey, Verifiers, hash::sha256},
    relying_party::policy::{AttestationPolicy, UnverifiedDiscoverable},
    types::{
        AttestationObject, AuthenticatorData, ClientData, base64url,
        enumerations::UserVerificationRequirement,
    },
};
use countersign_benches::{Comparison, Counting, allocations, compare_prepared};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// States that are made at once for a profiler, about as many as the table's measurement makes.
const BATCH: usize = 64;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_767_225_600);
const CHALLENGE: [u8; 32] = [0xc4; 32];

/// The test vectors of the specification, with the certificate above them.
const VECTORS: &str = include_str!("../../conformance/specification.json");

/// One line of the table: what is made before the clock runs, and what is then measured.
struct Row {
    name: String,
    ours: Box<dyn FnMut(State)>,
    state: Box<dyn FnMut() -> State>,
    raw: Box<dyn FnMut()>,
}

enum State {
    None,
    Registration(RegistrationState),
    Authentication(AuthenticationState),
}

fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    let rows = rows();
    if let Some(at) = arguments.iter().position(|argument| argument == "--loop") {
        let (name, count) = (&arguments[at + 1], arguments[at + 2].parse::<usize>().unwrap());
        let mut row = rows.into_iter().find(|row| row.name == *name).expect("the name of a line");
        return (0..count).step_by(BATCH).for_each(|_| {
            let mut states: Vec<_> = (0..BATCH).map(|_| (row.state)()).collect();
            profiled(&mut states, &mut row.ours);
        });
    }
    println!("| ceremony | ours us | raw us | above raw us | allocations |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    for mut row in rows {
        let state = (row.state)();
        (row.ours)((row.state)());
        let count = allocations(|| (row.ours)(state));
        let Comparison { ours, raw, difference } = compare_prepared(row.state, row.ours, row.raw);
        let [ours, raw] = [ours, raw].map(|time| time.as_secs_f64() * 1e6);
        println!("| {} | {ours:.2} | {raw:.2} | {difference:+.2} | {count} |", row.name);
    }
}

#[inline(never)]
fn profiled(states: &mut Vec<State>, ours: &mut dyn FnMut(State)) {
    states.drain(..).for_each(ours);
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (backend, verifiers) in [("rust-crypto", Verifiers::rust_crypto()), ("aws-lc", Verifiers::aws_lc())] {
        for key in [Key::es256(), Key::ed25519(), Key::rs256()] {
            authentication(&mut rows, backend, &verifiers, &key);
        }
        registration(&mut rows, backend, &verifiers);
    }
    parsing(&mut rows);
    rows
}

/// Whether a message has this signature.
type Verify = Arc<dyn Fn(&[u8], &[u8]) -> bool>;

/// A credential's key: the private one, and what verifies with the libraries themselves.
struct Key {
    name: &'static str,
    cose: Vec<u8>,
    sign: Box<dyn Fn(&[u8]) -> Vec<u8>>,
    rust_crypto: Verify,
    aws_lc: Verify,
}

impl Key {
    fn es256() -> Self {
        use p256::ecdsa::{
            DerSignature, Signature, SigningKey, VerifyingKey,
            signature::{Signer as _, Verifier as _},
        };
        let key = SigningKey::from_slice(&[7; 32]).unwrap();
        let public: VerifyingKey = *key.verifying_key();
        let point = public.to_sec1_point(false).as_bytes().to_vec();
        let (x, y) = point[1..].split_at(32);
        let cose = [b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20", x, b"\x22\x58\x20", y].concat();
        let parsed = aws_lc(&aws_lc_rs::signature::ECDSA_P256_SHA256_ASN1, &point);
        Self {
            name: "ES256",
            cose,
            sign: Box::new(move |message| {
                let signature: DerSignature = key.sign(message);
                signature.as_bytes().to_vec()
            }),
            rust_crypto: Arc::new(move |message, signature| {
                Signature::from_der(signature)
                    .is_ok_and(|signature| public.verify(message, &signature).is_ok())
            }),
            aws_lc: parsed,
        }
    }

    fn ed25519() -> Self {
        use ed25519_dalek::Signer as _;
        let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
        let public = key.verifying_key();
        let x = public.to_bytes();
        Self {
            name: "EdDSA",
            cose: [b"\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20", &x[..]].concat(),
            sign: Box::new(move |message| key.sign(message).to_bytes().to_vec()),
            rust_crypto: Arc::new(move |message, signature| {
                ed25519_dalek::Signature::from_slice(signature)
                    .is_ok_and(|signature| public.verify_strict(message, &signature).is_ok())
            }),
            aws_lc: aws_lc(&aws_lc_rs::signature::ED25519, &x),
        }
    }

    fn rs256() -> Self {
        use aws_lc_rs::{
            rand::SystemRandom,
            rsa::KeySize,
            signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair},
        };
        use rsa::{BoxedUint, Pkcs1v15Sign, PublicKey};
        use sha2::{Digest as _, Sha256};

        let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let encoded = key.public_key().as_ref().to_vec();
        // An `RSAPublicKey`: after the heads of the sequence and of the number, and the byte for its sign.
        let modulus = &encoded[9..9 + 256];
        let [n, e] = [modulus, &[1, 0, 1]].map(BoxedUint::from_be_slice_vartime);
        let public = PublicKey::new(n, e).unwrap();
        let cose =
            [b"\xa4\x01\x03\x03\x39\x01\x00\x20\x59\x01\x00", modulus, b"\x21\x43\x01\x00\x01"].concat();
        Self {
            name: "RS256",
            cose,
            sign: Box::new(move |message| {
                let mut signature = vec![0; 256];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
                signature
            }),
            rust_crypto: Arc::new(move |message, signature| {
                public.verify(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message), signature).is_ok()
            }),
            aws_lc: aws_lc(&RSA_PKCS1_2048_8192_SHA256, &encoded),
        }
    }

    fn raw(&self, backend: &str) -> Verify {
        if backend == "aws-lc" { self.aws_lc.clone() } else { self.rust_crypto.clone() }
    }
}

fn aws_lc(algorithm: &'static dyn aws_lc_rs::signature::VerificationAlgorithm, key: &[u8]) -> Verify {
    let parsed = aws_lc_rs::signature::ParsedPublicKey::new(algorithm, key).unwrap();
    Arc::new(move |message, signature| parsed.verify_sig(message, signature).is_ok())
}

/// What Chromium sends, in its order; the signature is another for each sign count.
fn assertion(key: &Key, sign_count: u8) -> (String, Vec<u8>, Vec<u8>) {
    let challenge = base64url::encode(CHALLENGE);
    let client_data = format!(
        r#"{{"type":"webauthn.get","challenge":"{challenge}","origin":"https://example.org","crossOrigin":false}}"#
    );
    let data = [&sha256(&[b"example.org"])[..], &[0x05, 0, 0, 0, sign_count]].concat();
    let message = [&data[..], &sha256(&[client_data.as_bytes()])].concat();
    let signature = (key.sign)(&message);
    let [id, client_data, data, handle] =
        [&[0x1d; 32][..], client_data.as_bytes(), &data, &[7; 32]].map(base64url::encode);
    let text = format!(
        r#"{{"authenticatorAttachment":"platform","clientExtensionResults":{{}},"id":"{id}","rawId":"{id}","response":{{"authenticatorData":"{data}","clientDataJSON":"{client_data}","signature":"{}","userHandle":"{handle}"}},"type":"public-key"}}"#,
        base64url::encode(&signature)
    );
    (text, message, signature)
}

fn authentication(rows: &mut Vec<Row>, backend: &str, verifiers: &Verifiers, key: &Key) {
    let rp = RelyingParty::builder("example.org", "Example")
        .origin("https://example.org")
        .policy(
            Policy::passkeys()
                .with_user_verification(UserVerificationRequirement::Preferred)
                .with_unverified_discoverable(UnverifiedDiscoverable::DangerousAccept),
        )
        .verifiers(verifiers.clone())
        .build()
        .unwrap();
    let rp = Arc::new(rp);
    let handle = UserHandle::new([7; 32]).unwrap();
    let record = CredentialRecord::new(
        CredentialId::new([0x1d; 32]).unwrap(),
        "example.org",
        handle,
        key.cose.clone(),
    );
    let assertions: Arc<Vec<_>> = Arc::new((1..=16).map(|count| assertion(key, count)).collect());
    let by_turns = |assertions: &Arc<Vec<(String, Vec<u8>, Vec<u8>)>>| {
        let (mut at, assertions) = (0, assertions.clone());
        move || {
            at += 1;
            let at = at % assertions.len();
            (assertions.clone(), at)
        }
    };
    let mut add = |path: &str, raw: Verify, mut finish: Box<dyn FnMut(&str, AuthenticationState)>| {
        let (mut next, mut next_raw) = (by_turns(&assertions), by_turns(&assertions));
        let for_state = rp.clone();
        rows.push(Row {
            name: format!("authentication {} {backend}, {path}", key.name),
            ours: Box::new(move |state| {
                let State::Authentication(state) = state else { unreachable!() };
                let (assertions, at) = next();
                finish(&assertions[at].0, state);
            }),
            state: Box::new(move || {
                let request =
                    AuthenticationRequest::discoverable().with_challenge(Challenge::new(CHALLENGE).unwrap());
                let unspent = for_state.expect_authentication(request, NOW).unwrap();
                State::Authentication(unspent.spent(Consumption::First).unwrap())
            }),
            raw: Box::new(move || {
                let (assertions, at) = next_raw();
                let (_, message, signature) = &assertions[at];
                assert!(raw(message, signature));
            }),
        });
    };
    let public = PublicKey::from_cose(&key.cose).unwrap();
    let own = verifiers.prepare(&public, public.algorithm().unwrap().scheme()).unwrap();
    let own: Verify = Arc::new(move |message, signature| own.verify(&[message], signature).is_ok());
    for (path, raw) in [("prepared", key.raw(backend)), ("prepared, above its key", own)] {
        let prepared: PreparedCredential = rp.prepare(&record).unwrap();
        let (of_rp, of_record) = (rp.clone(), record.clone());
        add(
            path,
            raw,
            Box::new(move |text, state| {
                let response = AuthenticationResponse::from_json(text.as_bytes()).unwrap();
                let record = of_record.with_key(&prepared);
                let _ = black_box(of_rp.finish_authentication(state, &response, record, NOW).unwrap());
            }),
        );
    }
    let (of_rp, of_record) = (rp.clone(), record);
    add(
        "parsed key",
        key.raw(backend),
        Box::new(move |text, state| {
            let response = AuthenticationResponse::from_json(text.as_bytes()).unwrap();
            let _ = black_box(of_rp.finish_authentication(state, &response, &of_record, NOW).unwrap());
        }),
    );
}

/// A registration of the specification's vectors: its response and its challenge.
fn vector(id: &str) -> (Vec<u8>, Vec<u8>) {
    let suite: serde_json::Value = serde_json::from_str(VECTORS).unwrap();
    let cases = suite["cases"].as_array().unwrap();
    let registration = &cases.iter().find(|case| case["id"] == id).unwrap()["registration"];
    let challenge = base64url::decode(registration["challenge"].as_str().unwrap()).unwrap();
    (registration["response"].to_string().into_bytes(), challenge)
}

fn anchor() -> TrustAnchor {
    let suite: serde_json::Value = serde_json::from_str(VECTORS).unwrap();
    let der = base64url::decode(suite["anchors"]["attestation_ca_cert"].as_str().unwrap()).unwrap();
    TrustAnchor::from_certificate(Certificate::from_der(&der).unwrap())
}

fn registration(rows: &mut Vec<Row>, backend: &str, verifiers: &Verifiers) {
    let es256 = Key::es256();
    let (_, message, signature) = assertion(&es256, 1);
    for (name, id, verifications) in [
        ("none", "none-es256", 0),
        ("packed self", "packed-self-es256", 1),
        ("packed x5c", "packed-es256", 2),
    ] {
        let trusted = verifications == 2;
        let policy = if trusted { Policy::attested(AttestationPolicy::new()) } else { Policy::passkeys() };
        let mut builder = RelyingParty::builder("example.org", "Example")
            .origin("https://example.org")
            .policy(policy.with_user_verification(UserVerificationRequirement::Preferred))
            .verifiers(verifiers.clone());
        if trusted {
            builder = builder.trust_anchors(Arc::new(AnchorList::new([anchor()])));
        }
        let rp = Arc::new(builder.build().unwrap());
        let (text, challenge) = vector(id);
        let for_state = rp.clone();
        let (raw, message, signature) = (es256.raw(backend), message.clone(), signature.clone());
        rows.push(Row {
            name: format!("registration {name} {backend}"),
            ours: Box::new(move |state| {
                let State::Registration(state) = state else { unreachable!() };
                let response = RegistrationResponse::from_json(&text).unwrap();
                let status = CredentialIdStatus::Unregistered;
                let _ = black_box(rp.finish_registration(state, &response, status, NOW).unwrap());
            }),
            state: Box::new(move || {
                let user = User::new(UserHandle::new([7; 32]).unwrap(), "jo", "Jo");
                let challenge = Challenge::new(&*challenge).unwrap();
                let request = RegistrationRequest::new(&user).with_challenge(challenge);
                let unspent = for_state.expect_registration(request, NOW).unwrap();
                State::Registration(unspent.spent(Consumption::First).unwrap())
            }),
            raw: Box::new(move || {
                for _ in 0..verifications {
                    assert!(raw(&message, &signature));
                }
            }),
        });
    }
}

fn discard<T>(made: T) {
    black_box(made);
}

/// The parts of a ceremony that are not signatures.
fn parsing(rows: &mut Vec<Row>) {
    let mut add = |name: &str, mut work: Box<dyn FnMut()>| {
        rows.push(Row {
            name: name.to_owned(),
            ours: Box::new(move |_| work()),
            state: Box::new(|| State::None),
            raw: Box::new(|| {}),
        });
    };
    let key = Key::es256();
    let (text, message, _) = assertion(&key, 1);
    let owned = AuthenticationResponse::from_json(text.as_bytes()).unwrap();
    let client_data = owned.client_data_json().to_vec();
    let same = client_data.clone();
    let (again, mut buffer) = (text.clone(), Vec::new());
    add(
        "part: authentication JSON, in a buffer",
        Box::new(move || {
            let response = AuthenticationResponse::from_json_in(again.as_bytes(), take(&mut buffer)).unwrap();
            buffer = black_box(response).into_buffer();
        }),
    );
    add(
        "part: authentication JSON",
        Box::new(move || discard(AuthenticationResponse::from_json(text.as_bytes()))),
    );
    add("part: client data", Box::new(move || discard(ClientData::parse(&same))));
    add("part: hash of client data", Box::new(move || discard(sha256(&[&client_data]))));
    let data = message[..37].to_vec();
    add("part: authenticator data", Box::new(move || discard(AuthenticatorData::parse(&data))));
    let cose = key.cose.clone();
    add("part: COSE key", Box::new(move || discard(PublicKey::from_cose(&cose))));
    for (backend, verifiers) in [("rust-crypto", Verifiers::rust_crypto()), ("aws-lc", Verifiers::aws_lc())] {
        let cose = key.cose.clone();
        add(
            &format!("part: COSE key, and prepared by {backend}"),
            Box::new(move || {
                let key = PublicKey::from_cose(&cose).unwrap();
                let _ = black_box(verifiers.prepare(&key, key.algorithm().unwrap().scheme()).unwrap());
            }),
        );
    }
    for id in ["none-es256", "packed-es256"] {
        let (text, _) = vector(id);
        let object = RegistrationResponse::from_json(&text).unwrap().attestation_object().to_vec();
        add(
            &format!("part: registration JSON, {id}"),
            Box::new(move || discard(RegistrationResponse::from_json(&text))),
        );
        add(
            &format!("part: attestation object, {id}"),
            Box::new(move || discard(AttestationObject::parse(&object))),
        );
    }
}
