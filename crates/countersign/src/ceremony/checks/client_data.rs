//! What both ceremonies check of client data: steps 5 to 11 of
//! [section 7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential), steps 8 to 14 of
//! [section 7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion).

use countersign_types::{ClientData, client_data::ClientDataError};

use crate::ceremony::checks::challenge::challenge;
use crate::relying_party::policy::choices::{CrossOrigin, TopOrigins};
use crate::relying_party::{origin::is_web_origin, party::RelyingParty};
use crate::report::error::{ACCEPTED_MAX, Error, ErrorKind};
use crate::report::step::{AuthenticationStep, RegistrationStep, Step};
use crate::report::{ceremony_report::Reason, deviation::Deviation, evidence::Evidence, recorder::Recorder};

/// What client data must say.
pub(crate) struct Expected<'a> {
    /// The steps of the ceremony.
    pub(crate) at: &'static ClientDataSteps,
    pub(crate) type_: &'static str,
    /// The challenge that was issued.
    pub(crate) challenge: &'a [u8],
    /// The only acceptable origin, if the ceremony was bound to one.
    pub(crate) bound_to: Option<&'a str>,
    /// For payments: the origin expected to confirm the payment. It may belong to another party, so it replaces the
    /// accepted origins.
    pub(crate) caller: Option<&'a str>,
}

/// The steps of one ceremony that check client data, in their order.
pub(crate) struct ClientDataSteps {
    text: Step,
    parse: Step,
    type_: Step,
    challenge: Step,
    origin: Step,
    cross_origin: Step,
    top_origin: Step,
}

macro_rules! steps {
    ($ceremony:ident $steps:ident) => {
        Self {
            text: Step::$ceremony($steps::ClientDataText),
            parse: Step::$ceremony($steps::ClientData),
            type_: Step::$ceremony($steps::Type),
            challenge: Step::$ceremony($steps::Challenge),
            origin: Step::$ceremony($steps::Origin),
            cross_origin: Step::$ceremony($steps::CrossOrigin),
            top_origin: Step::$ceremony($steps::TopOrigin),
        }
    };
}

impl ClientDataSteps {
    /// Steps 5 to 11 of section 7.1.
    pub(crate) const REGISTRATION: Self = steps!(Registration RegistrationStep);

    /// Steps 8 to 14 of section 7.2.
    pub(crate) const AUTHENTICATION: Self = steps!(Authentication AuthenticationStep);
}

/// Checks client data: UTF-8, JSON, type, challenge, origin, `crossOrigin`, `topOrigin`.
pub(crate) fn client_data(
    rp: &RelyingParty,
    bytes: &[u8],
    expected: &Expected<'_>,
    steps: &mut impl Recorder,
) -> Result<(), Error> {
    let at = expected.at;
    let client_data = match ClientData::parse(bytes) {
        Err(fault @ ClientDataError::NotUtf8 { .. }) => Err(Error::new(at.text, fault)),
        parsed => {
            steps.passed(at.text, || Evidence::ClientData { length: bytes.len() });
            steps.check(at.parse, parsed)
        }
    }?;
    client_data_deviations(rp, bytes, &client_data, at.parse, steps)?;
    let value = expected.type_;
    steps.check_with(at.type_, type_(&client_data, value), |()| Evidence::Type { value })?;
    let issued = expected.challenge;
    let compared = challenge(&client_data, issued);
    steps.check_with(at.challenge, compared, |()| Evidence::Challenge { length: issued.len() })?;
    let found = origin(rp, expected, &client_data);
    let told = || Evidence::Origin { origin: client_data.origin.to_string() };
    steps.check_with(at.origin, found, |()| told())?;
    let value = client_data.cross_origin;
    let accepted = cross_origin(rp, &client_data);
    steps.check_with(at.cross_origin, accepted, |()| Evidence::CrossOrigin { value })?;
    top_origin_step(rp, &client_data, at.top_origin, steps)
}

fn type_(client_data: &ClientData<'_>, expected: &'static str) -> Result<(), ErrorKind> {
    if client_data.type_ == expected { Ok(()) } else { Err(ErrorKind::TypeMismatch { expected }) }
}

/// An accepted origin, or the one that a payment is expected from; and the one that the ceremony is bound to, if it is to
/// one.
fn origin(rp: &RelyingParty, expected: &Expected<'_>, client_data: &ClientData<'_>) -> Result<(), ErrorKind> {
    let is_it = |origin: &str| origin == client_data.origin;
    let is_accepted = expected.caller.map_or_else(|| rp.accepts_origin(&client_data.origin), is_it);
    if is_accepted && expected.bound_to.is_none_or(is_it) {
        return Ok(());
    }
    let accepted = match expected.bound_to.or(expected.caller) {
        Some(origin) => vec![origin.to_owned()],
        None => rp.origins.iter().map(ToString::to_string).take(ACCEPTED_MAX).collect(),
    };
    Err(ErrorKind::OriginMismatch { got: client_data.origin.to_string(), accepted })
}

fn cross_origin(rp: &RelyingParty, client_data: &ClientData<'_>) -> Result<(), ErrorKind> {
    match (client_data.cross_origin, &rp.policy.cross_origin) {
        (Some(true), CrossOrigin::Reject) => Err(ErrorKind::CrossOrigin),
        _ => Ok(()),
    }
}

/// `topOrigin` is present only if the caller's origin is not the top one, so only with `crossOrigin` true
/// ([section 5.8.1](https://www.w3.org/TR/webauthn-3/#dom-collectedclientdata-toporigin)).
fn top_origin(rp: &RelyingParty, client_data: &ClientData<'_>) -> Result<(), ErrorKind> {
    let is_framed = client_data.cross_origin == Some(true);
    let (top_origin, top_origins) = match (&client_data.top_origin, &rp.policy.cross_origin) {
        (Some(top_origin), CrossOrigin::Accept { top_origins }) if is_framed => (top_origin, top_origins),
        (Some(_), _) => return Err(ErrorKind::CrossOrigin),
        // With a list, which page frames the ceremony has to be said (5.8.1.2, `requireTopOrigin`).
        (None, CrossOrigin::Accept { top_origins: TopOrigins::Listed(_) }) if is_framed => {
            return Err(ErrorKind::TopOriginMissing);
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
    Err(ErrorKind::TopOriginMismatch { got: top_origin.to_string(), accepted })
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
fn client_data_deviations(
    rp: &RelyingParty,
    bytes: &[u8],
    client_data: &ClientData<'_>,
    step: impl Into<Step>,
    steps: &mut impl Recorder,
) -> Result<(), Error> {
    let (refused, step) = (rp.policy.rejected_deviations, step.into());
    let (cross_origin, has_top_origin) = (client_data.cross_origin, client_data.top_origin.is_some());
    let has_no_top_origin = || cross_origin == Some(true) && !has_top_origin;
    let has_mark = || bytes.starts_with("\u{feff}".as_bytes());
    steps.check_deviation(refused, step, Deviation::CrossOriginMissing, || cross_origin.is_none())?;
    steps.check_deviation(refused, step, Deviation::TopOriginMissing, has_no_top_origin)?;
    steps.check_deviation(refused, step, Deviation::ByteOrderMark, has_mark)
}
