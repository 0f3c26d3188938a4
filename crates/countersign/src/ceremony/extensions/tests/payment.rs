use super::*;
use crate::test_ceremony::{ORIGIN, RP_ID, authentication_state};

fn expected() -> PaymentExpectation {
    let logo = |name: &str| PaymentEntityLogo::new(format!("https://example.org/{name}.png"), name);
    PaymentExpectation::new(
        "https://merchant.example",
        PaymentCurrencyAmount::new("EUR", "5.00"),
        PaymentInstrument::new("Card …4242", "https://example.org/card.png"),
    )
    .with_caller_origin("https://merchant.example")
    .with_payee_name("Merchant")
    .with_payee_origin("https://merchant.example")
    .with_logos([logo("a"), logo("b")])
}

/// A confirmed payment, as a browser signs it.
fn confirmed() -> Get {
    let mut get = get();
    get.client_data["type"] = "payment.get".into();
    get.client_data["origin"] = "https://merchant.example".into();
    get.client_data["payment"] = json!({
        "rpId": RP_ID,
        "topOrigin": "https://merchant.example",
        "payeeName": "Merchant",
        "payeeOrigin": "https://merchant.example",
        "paymentEntitiesLogos": [{"url": "https://example.org/b.png", "label": "b"}],
        "total": {"currency": "EUR", "value": "5.00"},
        "instrument": {
            "displayName": "Card …4242",
            "icon": "https://example.org/card.png",
            "iconMustBeShown": true,
        },
    });
    get
}

fn finish(expected: Option<PaymentExpectation>, get: &Get) -> Result<Authenticated, Error> {
    let rp = rp().build().unwrap();
    let state = authentication_state(&rp, Some(handle(7)));
    rp.finish_authentication(state.with_payment(expected), &get.response(), &record(), NOW)
}

#[test]
fn a_payment_asks_for_what_confirms_it_and_for_nothing_else() {
    let finish = |expected: Option<PaymentExpectation>, name: &'static str, value: &'static [u8]| {
        let signed = |get: Get| Get { flags: get.flags | ED, trailing: map(&[(name, value)]), ..get };
        let get = signed(if expected.is_some() { confirmed() } else { get() });
        let extensions = ExtensionPolicy::new().with_unsolicited_authenticator_outputs(Unsolicited::Reject);
        let rp = rp().policy(policy().with_extensions(extensions)).build().unwrap();
        let state = authentication_state(&rp, Some(handle(7)));
        let state = state.with_payment(expected);
        let result = rp.finish_authentication(state, &get.response(), &record(), NOW);
        result.map(drop).map_err(|error| error.code())
    };
    assert_eq!(finish(Some(expected()), "thirdPartyPayment", &[0xf5]), Ok(()));
    for (expected, name, value) in
        [(None, "thirdPartyPayment", &[0xf5][..]), (Some(expected()), "credBlob", &[0x41, 0x01])]
    {
        assert_eq!(finish(expected, name, value), Err(Code::ExtensionNotAccepted), "{name}");
    }
}

#[test]
fn a_confirmed_payment_is_accepted() {
    let authenticated = finish(Some(expected()), &confirmed()).unwrap();
    let payment = authenticated.extensions().payment.as_ref().unwrap();
    assert_eq!(payment.total, PaymentCurrencyAmount::new("EUR", "5.00"));
}

#[test]
fn what_is_asked_of_extensions_besides_leaves_the_payment_in_place() {
    let rp = rp().build().unwrap();
    let finish = |get: &Get| {
        let state = authentication_state(&rp, Some(handle(7)));
        let state = state.with_payment(expected()).with_extensions(&inputs());
        rp.finish_authentication(state, &get.response(), &record(), NOW)
    };
    let _ = finish(&confirmed()).unwrap();
    assert_eq!(finish(&get()).unwrap_err().code(), Code::ClientDataTypeMismatch);
}

#[test]
fn rule_337_every_member_is_the_expected_one() {
    for (member, other) in [
        ("rpId", json!("example.net")),
        ("topOrigin", json!("https://other.example")),
        ("payeeName", json!("Other")),
        ("payeeName", Value::Null),
        ("payeeOrigin", json!("https://other.example")),
        ("payeeOrigin", Value::Null),
        ("paymentEntitiesLogos", json!([{"url": "https://example.org/c.png", "label": "c"}])),
        (
            "paymentEntitiesLogos",
            json!([
                {"url": "https://example.org/b.png", "label": "b"},
                {"url": "https://example.org/a.png", "label": "a"},
            ]),
        ),
        ("total", json!({"currency": "EUR", "value": "50.00"})),
        ("total", json!({"currency": "USD", "value": "5.00"})),
        ("instrument", json!({"displayName": "Card …1111", "icon": "https://example.org/card.png"})),
    ] {
        let mut get = confirmed();
        get.client_data["payment"][member] = other;
        let error = finish(Some(expected()), &get).unwrap_err();
        let refused =
            crate::report::error::ErrorKind::ExtensionNotAccepted(ExtensionRejectedError::Payment { member });
        assert_eq!((error.kind(), error.code()), (&refused, Code::ExtensionNotAccepted));
    }
}

#[test]
fn rule_337_client_data_without_a_payment_is_refused() {
    let mut get = confirmed();
    get.client_data.as_object_mut().unwrap().remove("payment");
    let error = finish(Some(expected()), &get).unwrap_err();
    assert_eq!((error.code(), error.step()), (Code::ExtensionInvalid, AuthenticationStep::Extensions.into()));
}

#[test]
fn rule_028_a_payment_is_no_authentication() {
    let mut get = confirmed();
    get.client_data["origin"] = ORIGIN.into();
    let error = finish(None, &get).unwrap_err();
    assert_eq!((error.code(), error.step()), (Code::ClientDataTypeMismatch, AuthenticationStep::Type.into()));
}

#[test]
fn rule_029_an_authentication_is_no_payment() {
    let mut get = confirmed();
    get.client_data["type"] = "webauthn.get".into();
    let error = finish(Some(expected()), &get).unwrap_err();
    assert_eq!((error.code(), error.step()), (Code::ClientDataTypeMismatch, AuthenticationStep::Type.into()));
}

#[test]
fn rule_050_a_payment_of_one_origin_is_not_for_another() {
    let rp = rp().build().unwrap();
    for (origin, refused) in [("https://merchant.example", None), (ORIGIN, Some(Code::OriginMismatch))] {
        let state = authentication_state(&rp, Some(handle(7)));
        let state = state.with_payment(expected()).with_origin(origin);
        let finished = rp.finish_authentication(state, &confirmed().response(), &record(), NOW);
        assert_eq!(finished.err().map(|error| error.code()), refused, "{origin}");
    }
}

#[test]
fn a_payment_is_confirmed_on_the_expected_page() {
    let mut get = confirmed();
    get.client_data["origin"] = ORIGIN.into();
    let error = finish(Some(expected()), &get).unwrap_err();
    assert_eq!(error.code(), Code::OriginMismatch);
    let mut own = expected();
    own.caller_origin = None;
    let _ = finish(Some(own.clone()), &get).unwrap();
    let error = finish(Some(own), &confirmed()).unwrap_err();
    assert_eq!(error.code(), Code::OriginMismatch);
}

#[test]
fn an_expectation_survives_the_serialised_form_of_a_state() {
    let rp = rp().build().unwrap();
    let state = authentication_state(&rp, Some(handle(7)));
    let text = serde_json::to_string(&state.with_payment(expected())).unwrap();
    let state: AuthenticationState = serde_json::from_str(&text).unwrap();
    let _ = rp.finish_authentication(state, &confirmed().response(), &record(), NOW).unwrap();
}
