//! Whole ceremonies, from the JSON text to the verdict, compared with the backend's own verification with its parsed key;
//! and parsers, compared with SHA-256 of what they read.
//!
//! `cargo xtask bench --only ceremony`. The control of an authentication is one verification, with parsing the key if the ceremony
//! parses it, of a registration with self attestation one too, and of one with an attestation certificate below its anchor two,
//! or one if the link between the certificates is remembered. A registration without attestation verifies no signature; its
//! control is the hash of its client data. The state of each ceremony is made before the clock runs.
//!
//! Generic code, as all of RustCrypto's, is compiled twice here, within our call and within the control, and each copy is
//! inlined in its own way. The figures `above its key` have our own prepared key as the control, the same machine code as
//! in the ceremony, so that the difference is the ceremony only. `verify` compares the key with the library.
//!
//! `-- --loop "OPERATION/SUBJECT" COUNT` runs the call of one figure COUNT times, by [`BATCH`], for a profiler: callgrind counts
//! only that with `--toggle-collect=ceremony::profiled`.

use std::{hint::black_box, mem::take, rc::Rc, sync::Arc};

use countersign::{
    AuthenticationResponse, AuthenticationState, CredentialRecord, RegistrationResponse, RegistrationState,
    cose::{PublicKey, Verifiers, hash::sha256},
    types::{AttestationObject, AuthenticatorData, ClientData},
};
use countersign_authenticator::Format;
use countersign_benches::{
    fixtures::{Assertion, REGISTRATIONS, assertion, registration},
    keys::Key,
    ours::{Authentication, Registration, record},
    raw::{Verify, backends, raw, raw_and_parsed},
};
use countersign_cose::Algorithm;
use countersign_figure::{
    Figure, compare_prepared,
    heap::{Counting, heap},
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// States that are made at once for a profiler, about as many as a turn makes.
const BATCH: usize = 64;

/// Responses with different signatures, taken by turns.
const ASSERTIONS: u8 = 16;

/// One figure: what is made before the clock runs, and what is then measured.
struct Row {
    part: &'static str,
    operation: String,
    subject: &'static str,
    control_name: String,
    state: Box<dyn FnMut() -> State>,
    call: Box<dyn FnMut(State)>,
    control: Box<dyn FnMut()>,
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
        let is_it = |row: &Row| format!("{}/{}", row.operation, row.subject) == *name;
        let mut row = rows.into_iter().find(is_it).expect("OPERATION/SUBJECT");
        return (0..count).step_by(BATCH).for_each(|_| {
            let mut states: Vec<_> = (0..BATCH).map(|_| (row.state)()).collect();
            profiled(&mut states, &mut row.call);
        });
    }
    for Row { part, operation, subject, control_name, mut state, mut call, mut control } in rows {
        call(state());
        let prepared = state();
        let heaps = [heap(|| call(prepared)), heap(&mut control)];
        let turns = compare_prepared(state, call, control);
        Figure { part, operation: &operation, subject, control: &control_name }.print(&turns, heaps);
    }
}

#[inline(never)]
fn profiled(states: &mut Vec<State>, call: &mut dyn FnMut(State)) {
    states.drain(..).for_each(call);
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (backend, verifiers) in backends() {
        for algorithm in [Algorithm::Es256, Algorithm::Rs256, Algorithm::EdDsa, Algorithm::MlDsa44] {
            let key = Key::new(algorithm);
            authentication(&mut rows, backend, &verifiers, &key);
        }
        registrations(&mut rows, backend, &verifiers);
    }
    parsers(&mut rows);
    rows
}

/// Finishes an authentication with the response in this text.
type Finish = Box<dyn Fn(&Authentication, AuthenticationState, &str)>;

fn authentication(rows: &mut Vec<Row>, backend: &'static str, verifiers: &Verifiers, key: &Key) {
    let (Some(raw), Some(parsing)) = (raw(key, backend), raw_and_parsed(key, backend)) else { return };
    let ours = Rc::new(Authentication::new(verifiers, key));
    let assertions: Rc<Vec<_>> = Rc::new((1..=ASSERTIONS).map(|count| assertion(key, count)).collect());
    let public = PublicKey::from_cose(&key.cose()).unwrap();
    let own = verifiers.prepare(&public, key.algorithm.scheme()).unwrap();
    let own: Verify = Arc::new(move |message, signature| own.verify(&[message], signature).is_ok());
    let prepared = || -> Finish {
        let prepared = ours.prepare();
        Box::new(move |ours, state, text| ours.finish_prepared(state, text, &prepared))
    };
    let stored: Finish = Box::new(|ours, state, text| ours.finish(state, text));
    for (path, (library, control), finish) in [
        ("prepared key", raw, prepared()),
        ("prepared key, above its key", ("the prepared key", own), prepared()),
        ("stored key", parsing, stored),
    ] {
        let (of_state, of_call) = (ours.clone(), ours.clone());
        let (mut next, mut next_raw) = (by_turns(&assertions), by_turns(&assertions));
        rows.push(Row {
            part: "authentication",
            operation: format!("{}, {path}", key.algorithm),
            subject: backend,
            control_name: match path {
                "stored key" => format!("{library}, with parsing the key"),
                _ => library.to_owned(),
            },
            state: Box::new(move || State::Authentication(of_state.state())),
            call: Box::new(move |state| {
                let State::Authentication(state) = state else { unreachable!() };
                let (assertions, at) = next();
                finish(&of_call, state, &assertions[at].text);
            }),
            control: Box::new(move || {
                let (assertions, at) = next_raw();
                let Assertion { message, signature, .. } = &assertions[at];
                assert!(control(message, signature));
            }),
        });
    }
}

/// The assertions, and the place of the next one.
fn by_turns(assertions: &Rc<Vec<Assertion>>) -> impl FnMut() -> (Rc<Vec<Assertion>>, usize) + use<> {
    let (mut at, assertions) = (0, assertions.clone());
    move || {
        at += 1;
        let at = at % assertions.len();
        (assertions.clone(), at)
    }
}

fn registrations(rows: &mut Vec<Row>, backend: &'static str, verifiers: &Verifiers) {
    let key = Key::new(Algorithm::Es256);
    let (name, raw) = raw(&key, backend).expect("ES256");
    let Assertion { message, signature, client_data, .. } = assertion(&key, 1);
    let plain = REGISTRATIONS.map(|(operation, format, verifications)| {
        (operation, Registration::new(verifiers, &key, format), verifications)
    });
    let known = Registration::of_known_batch(verifiers, &key, Format::Packed);
    let known = ("packed, path to the anchor, known batch", known, 1);
    for (operation, ours, verifications) in plain.into_iter().chain([known]) {
        let ours = Rc::new(ours);
        let of_state = ours.clone();
        let (raw, message, signature, client_data) =
            (raw.clone(), message.clone(), signature.clone(), client_data.clone());
        rows.push(Row {
            part: "registration",
            operation: operation.to_owned(),
            subject: backend,
            control_name: match verifications {
                0 => "SHA-256 of the client data".to_owned(),
                1 => format!("{name}, once"),
                _ => format!("{name}, twice"),
            },
            state: Box::new(move || State::Registration(of_state.state())),
            call: Box::new(move |state| {
                let State::Registration(state) = state else { unreachable!() };
                ours.finish(state);
            }),
            control: Box::new(move || match verifications {
                0 => discard(sha256(&[&client_data])),
                _ => (0..verifications).for_each(|_| assert!(raw(&message, &signature))),
            }),
        });
    }
}

fn discard<T>(made: T) {
    black_box(made);
}

/// Reads what it parses.
type Parse = Box<dyn FnMut(&[u8])>;

/// The parts of a ceremony that are not signatures.
fn parsers(rows: &mut Vec<Row>) {
    let mut add = |operation: &str, input: Vec<u8>, mut parse: Parse| {
        let same = input.clone();
        rows.push(Row {
            part: "parser",
            operation: format!("{operation}, {} bytes", input.len()),
            subject: "countersign",
            control_name: "SHA-256 of the same bytes".to_owned(),
            state: Box::new(|| State::None),
            call: Box::new(move |_| parse(black_box(&input))),
            control: Box::new(move || discard(sha256(&[black_box(&same)]))),
        });
    };
    let key = Key::new(Algorithm::Es256);
    let Assertion { text, message, client_data, .. } = assertion(&key, 1);
    let mut buffer = Vec::new();
    add(
        "authentication response, in a buffer",
        text.clone().into_bytes(),
        Box::new(move |text| {
            let response = AuthenticationResponse::from_json_in(text, take(&mut buffer)).unwrap();
            buffer = black_box(response).into_buffer();
        }),
    );
    add(
        "authentication response",
        text.into_bytes(),
        Box::new(|text| discard(AuthenticationResponse::from_json(text).unwrap())),
    );
    add("client data", client_data, Box::new(|data| discard(ClientData::parse(data).unwrap())));
    add(
        "authenticator data",
        message[..37].to_vec(),
        Box::new(|data| discard(AuthenticatorData::parse(data).unwrap())),
    );
    add("COSE key, ES256", key.cose(), Box::new(|cose| discard(PublicKey::from_cose(cose).unwrap())));
    for (name, format) in [("none", Format::None), ("packed", Format::Packed)] {
        let text = registration(&key, format).text.into_bytes();
        let object = RegistrationResponse::from_json(&text).unwrap().attestation_object().to_vec();
        add(
            &format!("registration response, {name}"),
            text,
            Box::new(|text| discard(RegistrationResponse::from_json(text).unwrap())),
        );
        add(
            &format!("attestation object, {name}"),
            object,
            Box::new(|object| discard(AttestationObject::parse(object).unwrap())),
        );
    }
    add(
        "credential record",
        serde_json::to_vec(&record(&key)).unwrap(),
        Box::new(|text| discard(serde_json::from_slice::<CredentialRecord>(text).unwrap())),
    );
}
