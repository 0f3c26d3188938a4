//! Whole ceremonies of webauthn_rp and of ours by turns, compared with AWS-LC's verification with a parsed key.
//!
//! `cargo xtask bench --only peers`. The key comes from the stored record in every ceremony, because the peers keep no
//! prepared keys. With `-- --all` the programs of `peers/` measure further libraries on the same ceremonies, those of Rust with
//! the same control. `-- --install` builds and installs what they need and stops.
//!
//! The challenges of webauthn_rp are its own and random. So each ceremony is begun as usual, and in the serialised state
//! its challenge is replaced by ours, which has the same length.

use std::{env, error::Error, ffi::OsString, fmt::Write as _, fs};

use countersign_authenticator::{Format, ORIGIN, RP_ID, types::base64url};
use countersign_benches::{
    fixtures::{
        Assertion, CHALLENGE, CREDENTIAL_ID, REGISTRATIONS, Registration, USER_HANDLE, assertion,
        registration,
    },
    keys::Key,
    ours, peers,
    raw::{backends, raw},
};
use countersign_cose::Algorithm;
use countersign_figure::{
    Figure, compare_prepared,
    heap::{Counting, heap},
    turns,
};
use serde_json::{Value, json};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthenticationServerState, DiscoverableCredentialRequestOptions,
    RegisteredCredential, Registration as Response, RegistrationServerState,
    bin::{Decode, Encode},
    request::{
        AsciiDomain, RpId, UserVerificationRequirement,
        auth::AuthenticationVerificationOptions,
        register::{
            CredProtect, PublicKeyCredentialCreationOptions, PublicKeyCredentialUserEntity,
            RegistrationVerificationOptions, ResidentKeyRequirement, UserHandle,
        },
    },
    response::{
        CredentialId,
        auth::DiscoverableAuthentication,
        register::{CompressedPubKey, DynamicState, StaticState},
    },
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const ALGORITHMS: [(&str, Algorithm); 3] =
    [("ES256", Algorithm::Es256), ("RS256", Algorithm::Rs256), ("EdDSA", Algorithm::EdDsa)];

const WEBAUTHN_RP: &str = "webauthn_rp 0.3.0";

/// Installs a library, and returns the command line that measures it.
type Install = fn() -> Result<Vec<OsString>, Box<dyn Error>>;

/// The libraries that are measured by programs of their own.
const OTHERS: [(&str, Install); 5] = [
    ("webauthn-rs-core 0.5", || peers::rust("webauthn-rs-core-0-5")),
    ("webauthn-rs-core 0.6", || peers::rust("webauthn-rs-core-0-6")),
    ("py_webauthn", || peers::python("measure_py_webauthn.py")),
    ("python-fido2", || peers::python("measure_python_fido2.py")),
    ("@simplewebauthn/server", || peers::node("measure_simplewebauthn.mjs")),
];

fn main() {
    let has = |option: &str| env::args().any(|argument| argument == option);
    if has("--install") {
        return OTHERS.iter().for_each(|(_, install)| drop(install()));
    }
    authentications();
    registrations();
    if has("--all") {
        others();
    }
}

/// Passes the figures of the other programs on.
fn others() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ceremonies.json");
    fs::write(&file, ceremonies().to_string()).expect("a file to write");
    for (subject, install) in OTHERS {
        let output = install()
            .and_then(|line| peers::output(peers::command(&line).arg(&file).arg(turns().to_string())));
        match output {
            Ok(lines) => print!("{lines}"),
            Err(error) => missing("", subject, &error.to_string()),
        }
    }
}

/// Says that there is no figure.
fn missing(operation: &str, subject: &str, reason: &str) {
    println!("{}", json!({"operation": operation, "subject": subject, "missing": reason}));
}

fn authentications() {
    for (operation, algorithm) in ALGORITHMS {
        let (operation, key) = (format!("authentication {operation}"), Key::new(algorithm));
        let assertion = assertion(&key, 1);
        for (backend, verifiers) in backends() {
            let ours = ours::Authentication::new(&verifiers, &key);
            let finish = |state| ours.finish(state, &assertion.text);
            measure(&operation, &format!("countersign, {backend}"), &key, || ours.state(), finish);
        }
        let peer = Peer::new();
        let stored = peer.stored(&key);
        let finish = |state| peer.authenticate(state, &stored, &assertion.text);
        measure(&operation, WEBAUTHN_RP, &key, || peer.authentication(), finish);
    }
}

fn registrations() {
    let key = Key::new(Algorithm::Es256);
    for (operation, format, _) in REGISTRATIONS {
        let operation = format!("registration {operation}");
        for (backend, verifiers) in backends() {
            let ours = ours::Registration::new(&verifiers, &key, format);
            let subject = format!("countersign, {backend}");
            measure(&operation, &subject, &key, || ours.state(), |state| ours.finish(state));
        }
        let Registration { text, anchor } = registration(&key, format);
        if anchor.is_some() {
            missing(&operation, WEBAUTHN_RP, "it verifies no certificates");
            continue;
        }
        let peer = Peer::new();
        let finish = |state| peer.register(state, &text, |_| ());
        measure(&operation, WEBAUTHN_RP, &key, || peer.registration(), finish);
    }
}

/// Prints the figure of a call that consumes what `prepare` makes.
fn measure<T>(operation: &str, subject: &str, key: &Key, prepare: impl Fn() -> T, call: impl Fn(T)) {
    let Assertion { message, signature, .. } = assertion(key, 1);
    let (control, raw) = raw(key, "aws-lc").expect("every algorithm");
    let verify = || assert!(raw(&message, &signature));
    let prepared = prepare();
    let heaps = [heap(|| call(prepared)), heap(verify)];
    let turns = compare_prepared(prepare, call, verify);
    Figure { part: "library", operation, subject, control }.print(&turns, heaps);
}

/// The ceremonies for other programs. Bytes of keys and signatures are hexadecimal.
fn ceremonies() -> Value {
    let with_signature = |key: &Key, mut case: Value| {
        let Assertion { message, signature, .. } = assertion(key, 1);
        let (public, spki) = (key.private.public_bytes(), key.private.spki());
        let bytes = [
            ("public", public),
            ("spki", spki),
            ("cose", key.cose()),
            ("message", message),
            ("signature", signature),
        ];
        for (name, bytes) in bytes {
            case[name] = hexadecimal(&bytes).into();
        }
        case
    };
    let authentications = ALGORITHMS.map(|(operation, algorithm)| {
        let key = Key::new(algorithm);
        let case = json!({
            "operation": operation,
            "algorithm": operation,
            "registration": registration(&key, Format::None).text,
            "response": assertion(&key, 1).text,
        });
        with_signature(&key, case)
    });
    let key = Key::new(Algorithm::Es256);
    let registrations = REGISTRATIONS.map(|(operation, format, _)| {
        let Registration { text, anchor } = registration(&key, format);
        let case = json!({
            "operation": operation,
            "algorithm": "ES256",
            "format": format.name(),
            "response": text,
            "anchor": anchor.map(|der| pem(&der)),
        });
        with_signature(&key, case)
    });
    json!({
        "rp_id": RP_ID,
        "origin": ORIGIN,
        "challenge": base64url::encode(CHALLENGE),
        "user_handle": base64url::encode(USER_HANDLE),
        "credential_id": base64url::encode(CREDENTIAL_ID),
        "authentications": authentications,
        "registrations": registrations,
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("memory");
        text
    })
}

fn pem(der: &[u8]) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    // Some readers insist on RFC 7468's lines of 64 characters.
    let lines = STANDARD.encode(der).into_bytes();
    let lines: Vec<_> = lines.chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

/// webauthn_rp with our ceremonies.
struct Peer {
    rp_id: RpId,
    origins: [String; 1],
    user: UserHandle<16>,
}

/// The stored parts of a credential: its ID is ours.
struct Stored {
    key: Vec<u8>,
    dynamic: DynamicState,
}

type PublicKey = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

/// The bytes of a state, with our challenge instead of its own.
fn replaced(mut state: Vec<u8>, own: u128) -> Vec<u8> {
    let own = own.to_le_bytes();
    let at = state.windows(16).position(|window| window == own).expect("the challenge");
    state[at..at + 16].copy_from_slice(&CHALLENGE);
    state
}

impl Peer {
    fn new() -> Self {
        let domain = AsciiDomain::try_from(RP_ID.to_owned()).expect("a domain");
        Self { rp_id: RpId::Domain(domain), origins: [ORIGIN.to_owned()], user: USER_HANDLE.into() }
    }

    fn registration(&self) -> RegistrationServerState<16> {
        let entity = PublicKeyCredentialUserEntity::from(&self.user);
        let mut options = PublicKeyCredentialCreationOptions::passkey(&self.rp_id, entity, Vec::new());
        options.authenticator_selection.user_verification = UserVerificationRequirement::Preferred;
        options.authenticator_selection.resident_key = ResidentKeyRequirement::Preferred;
        options.extensions.cred_protect = CredProtect::None;
        let own = options.challenge.as_data();
        let Ok((state, _)) = options.start_ceremony() else { panic!("no options") };
        let state = replaced(state.encode().expect("a state"), own);
        RegistrationServerState::decode(&state).unwrap_or_else(|_| panic!("no state"))
    }

    fn register<T>(
        &self,
        state: RegistrationServerState<16>,
        text: &str,
        keep: impl FnOnce(&RegisteredCredential<'_, 16>) -> T,
    ) -> T {
        let options = RegistrationVerificationOptions::<'_, '_, String, String> {
            allowed_origins: &self.origins,
            ..RegistrationVerificationOptions::default()
        };
        let response = Response::from_json_relaxed(text.as_bytes()).expect("a response");
        keep(&state.verify(&self.rp_id, &response, &options).expect("a valid response"))
    }

    fn stored(&self, key: &Key) -> Stored {
        let text = registration(key, Format::None).text;
        self.register(self.registration(), &text, |registered| Stored {
            key: registered.static_state().encode().unwrap_or_else(|never| match never {}),
            dynamic: registered.dynamic_state(),
        })
    }

    fn authentication(&self) -> DiscoverableAuthenticationServerState {
        let mut options = DiscoverableCredentialRequestOptions::passkey(&self.rp_id);
        options.0.user_verification = UserVerificationRequirement::Preferred;
        let own = options.0.challenge.as_data();
        let Ok((state, _)) = options.start_ceremony() else { panic!("no options") };
        let state = replaced(state.encode().expect("a state"), own);
        DiscoverableAuthenticationServerState::decode(&state).unwrap_or_else(|_| panic!("no state"))
    }

    fn authenticate(&self, state: DiscoverableAuthenticationServerState, stored: &Stored, text: &str) {
        let key =
            StaticState::<PublicKey>::decode(stored.key.as_slice()).unwrap_or_else(|_| panic!("no key"));
        let id = CredentialId::<&[u8]>::try_from(&CREDENTIAL_ID[..]).expect("an ID");
        let mut credential = AuthenticatedCredential::new(id, &self.user, key, stored.dynamic)
            .unwrap_or_else(|_| panic!("no credential"));
        let options = AuthenticationVerificationOptions::<'_, '_, String, String> {
            allowed_origins: &self.origins,
            ..AuthenticationVerificationOptions::default()
        };
        let response =
            DiscoverableAuthentication::<16>::from_json_relaxed(text.as_bytes()).expect("a response");
        state.verify(&self.rp_id, &response, &mut credential, &options).expect("a valid response");
    }
}
