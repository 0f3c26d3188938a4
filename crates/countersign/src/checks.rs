//! The checks that both ceremonies share, each with one step of each.

pub(crate) mod client_data;

use countersign_cose::hash::sha256;
use countersign_types::{AuthenticatorData, ClientData, Timestamp, base64url};
use subtle::{Choice, ConstantTimeEq};

use crate::{
    relying_party::{
        origin::is_web_origin,
        party::RelyingParty,
        policy::choices::{CrossOrigin, TopOrigins},
    },
    report::{
        ceremony_report::Reason,
        deviation::Deviation,
        encoding::is_text_of,
        error::{ACCEPTED_MAX, Error, Fault},
        evidence::Evidence,
        recorder::Recorder,
        step::Step,
    },
    state::kind::CeremonyState,
};

pub(crate) use client_data::{Expected, Steps, client_data};

/// The state must be this relying party's, made for the same purpose, and not too old.
pub(crate) fn state(rp: &RelyingParty, state: &impl CeremonyState, now: Timestamp) -> Result<(), Fault> {
    if state.rp_id() != rp.id {
        Err(Fault::StateOfAnotherRelyingParty)
    } else if state.purpose() != rp.purpose {
        Err(Fault::StateOfAnotherPurpose)
    } else if now > state.expires_at() {
        Err(Fault::Expired)
    } else {
        Ok(())
    }
}

fn type_(client_data: &ClientData<'_>, expected: &'static str) -> Result<(), Fault> {
    if client_data.type_ == expected { Ok(()) } else { Err(Fault::TypeMismatch { expected }) }
}

/// The text must be the one encoding of the bytes that were issued: no prefix, no other case, alphabet or padding. The
/// decoder takes no other, so that it is bytes that are compared.
fn challenge(client_data: &ClientData<'_>, issued: &[u8]) -> Result<(), Fault> {
    let text = client_data.challenge.as_bytes();
    // A piece at a time, so that nothing is allocated; each but the last is a whole one, or the lengths differ.
    let mut buffer = [0; CHALLENGE_PIECE];
    let mut equal = Choice::from(u8::from(text.len() == base64url::encoded_length(issued.len())));
    for (piece, text) in issued.chunks(CHALLENGE_PIECE).zip(text.chunks(CHALLENGE_TEXT_PIECE)) {
        let Ok(received) = base64url::decode_into(text, &mut buffer) else {
            return Err(other_challenge(&client_data.challenge, issued));
        };
        equal &= equal_bytes(received, piece);
    }
    if bool::from(equal) { Ok(()) } else { Err(other_challenge(&client_data.challenge, issued)) }
}

/// What is wrong with a challenge that is not the text of the one that was issued.
fn other_challenge(received: &str, issued: &[u8]) -> Fault {
    // Once too often, or padded, or in the other alphabet.
    let again = base64url::encode(issued);
    let is_encoded =
        is_text_of(received.as_bytes(), issued) || is_text_of(received.as_bytes(), again.as_bytes());
    if is_encoded { Fault::ChallengeEncoding } else { Fault::ChallengeMismatch }
}

/// Eight bytes at a time.
fn equal_bytes(a: &[u8], b: &[u8]) -> Choice {
    let ((a_words, a_rest), (b_words, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let word = |bytes: &[u8; 8]| u64::from_ne_bytes(*bytes);
    let equal = a.len().ct_eq(&b.len()) & a_rest.ct_eq(b_rest);
    a_words.iter().zip(b_words).fold(equal, |equal, (a, b)| equal & word(a).ct_eq(&word(b)))
}

/// Bytes of a challenge that are compared at once: a multiple of 3, so that each piece has an encoding of its own, and
/// more than most challenges have.
const CHALLENGE_PIECE: usize = 48;

/// The characters of a piece.
const CHALLENGE_TEXT_PIECE: usize = base64url::encoded_length(CHALLENGE_PIECE);

/// An accepted origin, or the one that a payment is expected from; and the one that the ceremony is bound to, if it is to
/// one.
fn origin(rp: &RelyingParty, expected: &Expected<'_>, client_data: &ClientData<'_>) -> Result<(), Fault> {
    let is_it = |origin: &str| origin == client_data.origin;
    let is_accepted = expected.caller.map_or_else(|| rp.accepts_origin(&client_data.origin), is_it);
    if is_accepted && expected.bound_to.is_none_or(is_it) {
        return Ok(());
    }
    let accepted = match expected.bound_to.or(expected.caller) {
        Some(origin) => vec![origin.to_owned()],
        None => rp.origins.iter().map(ToString::to_string).take(ACCEPTED_MAX).collect(),
    };
    Err(Fault::OriginMismatch { got: client_data.origin.to_string(), accepted })
}

fn cross_origin(rp: &RelyingParty, client_data: &ClientData<'_>) -> Result<(), Fault> {
    match (client_data.cross_origin, &rp.policy.cross_origin) {
        (Some(true), CrossOrigin::Refused) => Err(Fault::CrossOrigin),
        _ => Ok(()),
    }
}

/// `topOrigin` is there only where the caller's origin is not the top one, so only with `crossOrigin` true
/// ([section 5.8.1](https://www.w3.org/TR/webauthn-3/#dom-collectedclientdata-toporigin)).
fn top_origin(rp: &RelyingParty, client_data: &ClientData<'_>) -> Result<(), Fault> {
    let is_framed = client_data.cross_origin == Some(true);
    let (top_origin, top_origins) = match (&client_data.top_origin, &rp.policy.cross_origin) {
        (Some(top_origin), CrossOrigin::Accepted { top_origins }) if is_framed => (top_origin, top_origins),
        (Some(_), _) => return Err(Fault::CrossOrigin),
        // With a list, which page frames the ceremony has to be said (5.8.1.2, `requireTopOrigin`).
        (None, CrossOrigin::Accepted { top_origins: TopOrigins::Listed(_) }) if is_framed => {
            return Err(Fault::TopOriginMissing);
        }
        (None, _) => return Ok(()),
    };
    let listed = top_origins.listed();
    let is_accepted = match listed {
        None => is_web_origin(top_origin),
        Some(listed) => listed.iter().any(|origin| origin == top_origin),
    };
    if is_accepted {
        return Ok(());
    }
    let accepted = listed.into_iter().flatten().take(ACCEPTED_MAX).cloned().collect();
    Err(Fault::TopOriginMismatch { got: top_origin.to_string(), accepted })
}

/// The hash must be the RP ID's, or the `appid`'s where that was used.
pub(crate) fn rp_id_hash(
    rp: &RelyingParty,
    data: &AuthenticatorData<'_>,
    appid: Option<&str>,
) -> Result<(), Fault> {
    let is_appid = || appid.is_some_and(|appid| *data.rp_id_hash == sha256(&[appid.as_bytes()]));
    if *data.rp_id_hash == rp.id_hash || is_appid() {
        Ok(())
    } else {
        Err(Fault::RpIdHashMismatch { expected: rp.id.clone(), got: *data.rp_id_hash })
    }
}

pub(crate) fn backup_state(data: &AuthenticatorData<'_>) -> Result<(), Fault> {
    if data.flags.backup_state() && !data.flags.backup_eligible() {
        Err(Fault::BackupStateInvalid)
    } else {
        Ok(())
    }
}

/// The step of [`top_origin`].
fn top_origin_step(
    rp: &RelyingParty,
    client_data: &ClientData<'_>,
    step: impl Into<Step>,
    steps: &mut impl Recorder,
) -> Result<(), Error> {
    let accepted = top_origin(rp, client_data);
    match &client_data.top_origin {
        None if accepted.is_ok() => {
            steps.skipped(step, Reason::TopOriginAbsent);
            Ok(())
        }
        named => {
            let origin = || named.as_deref().unwrap_or_default().to_owned();
            steps.check_with(step, accepted, |()| Evidence::TopOrigin { origin: origin() })
        }
    }
}

/// Deviations of client data, found at the step that parses it.
fn client_data_lint(
    rp: &RelyingParty,
    bytes: &[u8],
    client_data: &ClientData<'_>,
    step: impl Into<Step>,
    steps: &mut impl Recorder,
) -> Result<(), Error> {
    let (refused, step) = (rp.policy.refused_deviations, step.into());
    steps.lint(refused, step, Deviation::CrossOriginMissing, || client_data.cross_origin.is_none())?;
    steps.lint(refused, step, Deviation::TopOriginMissing, || {
        client_data.cross_origin == Some(true) && client_data.top_origin.is_none()
    })?;
    steps.lint(refused, step, Deviation::ByteOrderMark, || bytes.starts_with("\u{feff}".as_bytes()))
}
