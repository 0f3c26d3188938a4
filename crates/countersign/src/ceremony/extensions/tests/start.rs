use countersign_types::enumerations::{
    AuthenticatorAttachment, ResidentKeyRequirement, UserVerificationRequirement,
};
use countersign_types::{CredentialId, options::CredentialDescriptor};

use super::*;
use crate::ceremony::request::{AuthenticationRequest, RegistrationRequest};
use crate::relying_party::{
    builder::RelyingPartyBuilder, configuration_error::ConfigurationError, policy::Policy, user::User,
};
use crate::{ceremony::start_error::StartError, test_ceremony::entropy};

/// A relying party that requires user verification.
fn verifying() -> RelyingPartyBuilder {
    rp().policy(Policy::passkeys())
}

fn misuse<T>(started: Result<T, StartError>) -> Result<(), ExtensionRequestError> {
    match started {
        Ok(_) => Ok(()),
        Err(StartError::Extension(misuse)) => Err(misuse),
        Err(other) => panic!("{other}"),
    }
}

fn registration(rp: RelyingPartyBuilder, inputs: ClientExtensionInputs) -> Result<(), ExtensionRequestError> {
    let user = User::new(handle(7), "jo", "Jo");
    let request = RegistrationRequest::new(&user).with_extensions(inputs);
    misuse(rp.build().unwrap().start_registration(request, &mut entropy(), NOW))
}

fn id(byte: u8) -> CredentialId {
    CredentialId::new([byte]).unwrap()
}

/// With so many allowed credentials, whose IDs are 0, 1, ….
fn authentication(
    rp: RelyingPartyBuilder,
    inputs: ClientExtensionInputs,
    allowed: u8,
) -> Result<(), ExtensionRequestError> {
    let user = handle(7);
    let credentials: Vec<_> = (0..allowed).map(|byte| CredentialDescriptor::new(id(byte), [])).collect();
    let request = AuthenticationRequest::identified(&user, &credentials).with_extensions(inputs);
    misuse(rp.build().unwrap().start_authentication(request, &mut entropy(), NOW))
}

fn read(text: &str) -> ClientExtensionInputs {
    serde_json::from_str(text).unwrap()
}

fn values() -> PrfValues {
    PrfValues::new(SecretBytes::new([1]))
}

#[test]
fn rule_324_eval_by_credential_is_for_allowed_credentials() {
    let prf = |byte| inputs().with_prf(&PrfInput::new().with_eval_for(id(byte), values()));
    authentication(verifying(), prf(1), 2).unwrap();
    assert_eq!(authentication(verifying(), prf(2), 2), Err(ExtensionRequestError::PrfCredentialNotAllowed));
    assert_eq!(authentication(verifying(), prf(0), 0), Err(ExtensionRequestError::PrfCredentialNotAllowed));
    let other = ExtensionRequestError::OtherCeremony { input: "prf.evalByCredential" };
    assert_eq!(registration(verifying(), prf(0)), Err(other));
    registration(verifying(), inputs().with_prf(&PrfInput::new().with_eval(values()))).unwrap();
    let keys = read(r#"{"prf":{"evalByCredential":{"A":{"first":"AQ"}}}}"#);
    assert!(matches!(authentication(verifying(), keys, 1), Err(ExtensionRequestError::Input(_))));
}

#[test]
fn rule_325_prf_needs_user_verification_unless_policy_says_else() {
    let prf = || inputs().with_prf(&PrfInput::new().with_eval(values()));
    registration(verifying(), prf()).unwrap();
    let misuse = ExtensionRequestError::UserVerificationNotRequired { input: "prf" };
    assert_eq!(registration(rp(), prf()), Err(misuse.clone()));
    assert_eq!(authentication(rp(), prf(), 0), Err(misuse));
    let any = ExtensionPolicy::new().with_prf_user_verification(PrfUserVerification::Any);
    registration(rp().policy(policy().with_extensions(any.clone())), prf()).unwrap();
    authentication(rp().policy(policy().with_extensions(any)), prf(), 0).unwrap();
}

#[test]
fn rule_329_a_large_blob_is_written_to_exactly_one_credential() {
    let write = || inputs().with_large_blob(&LargeBlobInput::Write(SecretBytes::new([1])));
    authentication(rp(), write(), 1).unwrap();
    for count in [0, 2] {
        let misuse = ExtensionRequestError::LargeBlobCredentials { count: count.into() };
        assert_eq!(authentication(rp(), write(), count), Err(misuse));
    }
}

#[test]
fn rule_329_a_large_blob_is_asked_for_one_thing_in_its_own_ceremony() {
    let support = || inputs().with_large_blob(&LargeBlobInput::Support(LargeBlobSupport::Preferred));
    let read_blob = || inputs().with_large_blob(&LargeBlobInput::Read);
    let write = || inputs().with_large_blob(&LargeBlobInput::Write(SecretBytes::new([1])));
    registration(rp(), support()).unwrap();
    authentication(rp(), read_blob(), 0).unwrap();
    let other = |input| Err(ExtensionRequestError::OtherCeremony { input });
    assert_eq!(authentication(rp(), support(), 1), other("largeBlob.support"));
    assert_eq!(registration(rp(), read_blob()), other("largeBlob.read"));
    assert_eq!(registration(rp(), write()), other("largeBlob.write"));
    let both = read(r#"{"largeBlob":{"read":true,"write":"AQI"}}"#);
    assert!(matches!(authentication(rp(), both, 1), Err(ExtensionRequestError::Input(_))));
}

#[test]
fn rule_332_an_appid_is_an_https_url_on_the_site_of_the_rp_id() {
    for appid in [
        "https://example.org",
        "https://example.org/app-id.json",
        "https://accounts.example.org:8443/u2f?v=1",
        "https://Example.org/App",
    ] {
        authentication(rp(), inputs().with_appid(appid), 1).unwrap();
        registration(rp(), inputs().with_appid_exclude(appid)).unwrap();
        authentication(rp().appid(appid), inputs(), 1).unwrap();
    }
    for appid in [
        "http://example.org/app-id.json",
        "example.org",
        "https://example.net/app-id.json",
        "https://example.org.evil.example",
        "https://notexample.org",
        "https://user@example.org/",
        "https://example.org/a b",
        "https://example.org/#a",
        "https://org/",
        "",
    ] {
        let misuse = Err(ExtensionRequestError::AppId { appid: appid.into() });
        let built = rp().appid(appid).build().unwrap_err();
        assert_eq!(built, ConfigurationError::AppId(appid.into()));
        assert_eq!(authentication(rp(), inputs().with_appid(appid), 1), misuse, "{appid}");
        assert_eq!(registration(rp(), inputs().with_appid_exclude(appid)), misuse, "{appid}");
    }
}

#[test]
fn rule_333_334_each_input_belongs_to_its_ceremony() {
    let appid = "https://example.org/u2f";
    let level = CredentialProtection::UserVerificationOptional;
    for (asked, input) in [
        (inputs().with_appid_exclude(appid), "appidExclude"),
        (inputs().with_cred_props(), "credProps"),
        (inputs().with_cred_protect(level, Enforcement::Enforced), "credentialProtectionPolicy"),
        (inputs().with_min_pin_length(), "minPinLength"),
        (inputs().with_cred_blob(&SecretBytes::new([1])), "credBlob"),
        (inputs().with_hmac_create_secret(), "hmacCreateSecret"),
    ] {
        registration(rp(), asked.clone()).unwrap();
        assert_eq!(authentication(rp(), asked, 1), Err(ExtensionRequestError::OtherCeremony { input }));
    }
    for (asked, input) in [
        (inputs().with_appid(appid), "appid"),
        (inputs().with_get_cred_blob(), "getCredBlob"),
        (inputs().with_hmac_get_secret(HmacSalts::new([1; 32])), "hmacGetSecret"),
    ] {
        authentication(rp(), asked.clone(), 1).unwrap();
        assert_eq!(registration(rp(), asked), Err(ExtensionRequestError::OtherCeremony { input }));
    }
    let payment = inputs().with_payment(&PaymentInput::new());
    assert_eq!(
        authentication(rp(), payment, 1),
        Err(ExtensionRequestError::OtherCeremony { input: "payment" })
    );
}

#[test]
fn rule_335_a_known_extension_in_other_case_is_refused() {
    registration(rp(), read(r#"{"future":1}"#)).unwrap();
    let error = ExtensionInputError::Modelled { name: "minpinlength".into() };
    assert_eq!(registration(rp(), read(r#"{"minpinlength":true}"#)), Err(error.into()));
    let error = ExtensionInputError::Modelled { name: "PRF".into() };
    assert_eq!(authentication(rp(), read(r#"{"PRF":{}}"#), 1), Err(error.into()));
}

#[test]
fn rule_382_the_strongest_protection_needs_user_verification() {
    let level = CredentialProtection::UserVerificationRequired;
    let asked = || inputs().with_cred_protect(level, Enforcement::BestEffort);
    registration(verifying(), asked()).unwrap();
    let misuse = ExtensionRequestError::UserVerificationNotRequired { input: "credentialProtectionPolicy" };
    assert_eq!(registration(rp(), asked()), Err(misuse));
}

#[test]
fn rule_338_a_remote_client_is_asked_for_where_one_is_accepted() {
    let asked = || inputs().with_remote_client_data_json("{}");
    assert_eq!(registration(rp(), asked()), Err(ExtensionRequestError::RemoteClient));
    assert_eq!(authentication(rp(), asked(), 1), Err(ExtensionRequestError::RemoteClient));
    let accepted = ExtensionPolicy::new().with_remote_clients(RemoteClients::Accept);
    registration(rp().policy(policy().with_extensions(accepted)), asked()).unwrap();
}

#[test]
fn payments_are_confirmed_with_discoverable_credentials_of_platforms() {
    let asked = || inputs().with_payment(&PaymentInput::new());
    let platform = || Policy::passkeys().with_attachment(AuthenticatorAttachment::Platform);
    let registration = |policy: Policy, inputs| registration(rp().policy(policy), inputs);
    registration(platform(), asked()).unwrap();
    assert_eq!(registration(Policy::passkeys(), asked()), Err(ExtensionRequestError::PaymentSelection));
    let discouraged = platform().with_resident_key(ResidentKeyRequirement::Discouraged);
    assert_eq!(registration(discouraged, asked()), Err(ExtensionRequestError::PaymentSelection));
    let unverified = platform().with_user_verification(UserVerificationRequirement::Preferred);
    let misuse = ExtensionRequestError::UserVerificationNotRequired { input: "payment" };
    assert_eq!(registration(unverified, asked()), Err(misuse));
}

fn payment() -> PaymentExpectation {
    PaymentExpectation::new(
        "https://example.org",
        PaymentCurrencyAmount::new("EUR", "5.00"),
        PaymentInstrument::new("Card", "https://example.org/card.png"),
    )
}

/// What becomes of an authentication that is to confirm this, with so many listed credentials.
fn confirmation(
    rp: RelyingPartyBuilder,
    payment: PaymentExpectation,
    listed: u8,
) -> Result<AuthenticationState, StartError> {
    let user = handle(7);
    let credentials: Vec<_> = (0..listed).map(|byte| CredentialDescriptor::new(id(byte), [])).collect();
    let request = AuthenticationRequest::identified(&user, &credentials).with_payment(payment);
    rp.build().unwrap().start_authentication(request, &mut entropy(), NOW).map(|(_, state)| state)
}

#[test]
fn a_payment_to_confirm_is_in_the_state() {
    let state = confirmation(verifying(), payment(), 1).unwrap();
    assert_eq!(state.extensions.payment(), Some(&payment()));
    let merchant = payment()
        .with_caller_origin("https://merchant.example")
        .with_payee_origin("https://merchant.example");
    let _ = confirmation(verifying(), merchant, 1).unwrap();
}

#[test]
fn a_payment_that_could_not_be_confirmed_is_refused() {
    let refused = |rp, payment, listed| misuse(confirmation(rp, payment, listed)).unwrap_err();
    let unverified = ExtensionRequestError::UserVerificationNotRequired { input: "payment" };
    assert_eq!(refused(rp(), payment(), 1), unverified);
    assert_eq!(refused(verifying(), payment(), 0), ExtensionRequestError::PaymentCredentials);
    let member = |payment| refused(verifying(), payment, 1);
    let wrong = |member| ExtensionRequestError::Payment { member };
    let mut path = payment();
    path.top_origin.push('/');
    assert_eq!(member(path), wrong("topOrigin"));
    assert_eq!(member(payment().with_caller_origin("merchant.example")), wrong("origin"));
    assert_eq!(member(payment().with_payee_origin("http://merchant.example")), wrong("payeeOrigin"));
    for (currency, value) in
        [("eur", "5.00"), ("EURO", "5.00"), ("EUR", "5,00"), ("EUR", "-5"), ("EUR", "5.")]
    {
        let mut total = payment();
        total.total = PaymentCurrencyAmount::new(currency, value);
        assert_eq!(member(total), wrong("total"), "{currency} {value}");
    }
}

#[test]
fn what_a_ceremony_requires_it_asks_for() {
    let rp = verifying().build().unwrap();
    let user = User::new(handle(7), "jo", "Jo");
    let begin = |inputs| {
        let request = RegistrationRequest::new(&user).with_extensions(inputs).with_required(Extension::Prf);
        rp.start_registration(request, &mut entropy(), NOW)
    };
    let (_, state) = begin(inputs().with_prf(&PrfInput::new())).unwrap();
    assert!(state.extensions.asks_for(&Extension::Prf));
    let error = misuse(begin(inputs())).unwrap_err();
    assert_eq!(error, ExtensionRequestError::RequiredNotAsked { extension: Extension::Prf });
    let request = AuthenticationRequest::discoverable().with_required(Extension::Uvm);
    let error = misuse(rp.start_authentication(request, &mut entropy(), NOW)).unwrap_err();
    assert_eq!(error, ExtensionRequestError::RequiredNotAsked { extension: Extension::Uvm });
}
