//! What both ceremonies check of client data: steps 5 to 11 of
//! [section 7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential), steps 8 to 14 of
//! [section 7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion).

use countersign_types::{ClientData, client_data::ClientDataError};

use crate::{
    checks::{challenge, client_data_lint, cross_origin, origin, top_origin_step, type_},
    relying_party::party::RelyingParty,
    report::{error::Error, evidence::Evidence, recorder::Recorder, step::Step},
};

/// What client data must say.
pub(crate) struct Expected<'a> {
    pub(crate) type_: &'static str,
    /// The challenge that was issued.
    pub(crate) challenge: &'a [u8],
    /// The one origin that the ceremony is bound to, if it is to one.
    pub(crate) bound_to: Option<&'a str>,
    /// The one origin that a payment is expected to be confirmed at: another's, perhaps, so it takes the place of those
    /// that are accepted.
    pub(crate) caller: Option<&'a str>,
}

/// The steps of one ceremony, in their order.
pub(crate) struct Steps {
    pub(crate) text: Step,
    pub(crate) parse: Step,
    pub(crate) type_: Step,
    pub(crate) challenge: Step,
    pub(crate) origin: Step,
    pub(crate) cross_origin: Step,
    pub(crate) top_origin: Step,
}

/// Goes through them.
pub(crate) fn client_data(
    rp: &RelyingParty,
    bytes: &[u8],
    expected: &Expected<'_>,
    at: &Steps,
    steps: &mut impl Recorder,
) -> Result<(), Error> {
    let client_data = match ClientData::parse(bytes) {
        Err(fault @ ClientDataError::NotUtf8 { .. }) => Err(Error::new(at.text, fault)),
        parsed => {
            steps.passed(at.text, || Evidence::ClientData { length: bytes.len() });
            steps.check(at.parse, parsed)
        }
    }?;
    client_data_lint(rp, bytes, &client_data, at.parse, steps)?;
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
