//! The program with a software authenticator, without a socket.

use countersign_authenticator::{Authenticator, Client};
use rocket::{http::Header, local::blocking, serde::json::from_str};

use super::*;

const ORIGIN: &str = "http://localhost:8080";

/// A client that sends back the cookies that it gets, as browsers do.
fn program() -> blocking::Client {
    blocking::Client::tracked(app(Arc::new(Passkeys::new(relying_party().unwrap()))))
        .unwrap()
}

fn post_from(
    program: &blocking::Client,
    origin: &'static str,
    path: &'static str,
    body: &Value,
) -> (Status, Value) {
    let response =
        program.post(path).header(Header::new("Origin", origin)).json(body).dispatch();
    (response.status(), response.into_json().unwrap_or_default())
}

fn post(program: &blocking::Client, path: &'static str, body: &Value) -> (Status, Value) {
    post_from(program, ORIGIN, path, body)
}

fn account(program: &blocking::Client) -> (Status, Value) {
    let response = program.get("/account").dispatch();
    (response.status(), response.into_json().unwrap_or_default())
}

#[test]
fn a_passkey_is_registered_signs_in_and_is_not_accepted_twice() {
    let (program, client, mut authenticator) =
        (program(), Client::new(ORIGIN), Authenticator::platform("a laptop"));

    let (_, started) = post(&program, "/registration/start", &json!({ "name": "jo" }));
    let options = rocket::serde::json::from_value(started["publicKey"].clone()).unwrap();
    let response: Value =
        from_str(&client.create_json(&options, &mut authenticator).unwrap()).unwrap();
    let finish = json!({ "ceremony": started["ceremony"], "response": response });
    assert_eq!(post(&program, "/registration/finish", &finish).0, Status::NoContent);
    let (status, registered) = account(&program);
    assert_eq!(status, Status::Ok);

    assert_eq!(post(&program, "/sign-out", &json!({})).0, Status::NoContent);
    assert_eq!(
        account(&program),
        (Status::Unauthorized, json!({ "error": "not-signed-in" }))
    );

    let (_, started) = post(&program, "/sign-in/start", &json!({}));
    let options = rocket::serde::json::from_value(started["publicKey"].clone()).unwrap();
    let response: Value =
        from_str(&client.get_json(&options, &mut authenticator).unwrap()).unwrap();
    let finish = json!({ "ceremony": started["ceremony"], "response": response });
    assert_eq!(post(&program, "/sign-in/finish", &finish).0, Status::NoContent);
    assert_eq!(account(&program), (Status::Ok, registered));

    let again = post(&program, "/sign-in/finish", &finish);
    assert_eq!(again, (Status::BadRequest, json!({ "error": "challenge-expired" })));
}

#[test]
fn requests_of_other_sites_and_bad_bodies_are_rejected() {
    let program = program();
    let other = post_from(
        &program,
        "https://evil.example",
        "/registration/start",
        &json!({ "name": "jo" }),
    );
    assert_eq!(other, (Status::Forbidden, json!({ "error": "origin-not-allowed" })));
    for (body, expected) in [
        (json!({}), Status::UnprocessableEntity),
        (json!({ "name": "j".repeat(RESPONSE_JSON_MAX) }), Status::PayloadTooLarge),
    ] {
        let bad = post(&program, "/registration/start", &body);
        assert_eq!(bad, (expected, json!({ "error": "request-malformed" })));
    }
}
