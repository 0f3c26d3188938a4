//! The program with a software authenticator, without a socket.

use actix_web::test::{TestRequest, call_service, init_service, read_body};
use countersign_authenticator::{Authenticator, Client};
use serde_json::Value;

use super::*;

const ORIGIN: &str = "http://localhost:8080";

/// The service of the program; its type has no name.
macro_rules! program {
    () => {
        init_service(
            App::new()
                .configure(routes(Data::new(Passkeys::new(relying_party().unwrap())))),
        )
        .await
    };
}

/// Sends a request: the status, the cookie and the body of the answer.
macro_rules! send {
    ($program:expr, $request:expr) => {{
        let response = call_service(&$program, $request.to_request()).await;
        let (status, cookie) = (
            response.status(),
            response.response().cookies().next().map(Cookie::into_owned),
        );
        let body = read_body(response).await;
        (status, cookie, serde_json::from_slice::<Value>(&body).unwrap_or_default())
    }};
}

fn post(path: &str, body: &Value) -> TestRequest {
    TestRequest::post().uri(path).insert_header((header::ORIGIN, ORIGIN)).set_json(body)
}

#[actix_web::test]
async fn a_passkey_is_registered_signs_in_and_is_not_accepted_twice() {
    let (program, client, mut authenticator) =
        (program!(), Client::new(ORIGIN), Authenticator::platform("a laptop"));

    let (_, _, started) =
        send!(program, post("/registration/start", &json!({ "name": "jo" })));
    let options = serde_json::from_value(started["publicKey"].clone()).unwrap();
    let response: Value =
        serde_json::from_str(&client.create_json(&options, &mut authenticator).unwrap())
            .unwrap();
    let finish = json!({ "ceremony": started["ceremony"], "response": response });
    let (status, registered, _) = send!(program, post("/registration/finish", &finish));
    assert_eq!(status, StatusCode::NO_CONTENT);

    let (_, _, started) = send!(program, post("/sign-in/start", &json!({})));
    let options = serde_json::from_value(started["publicKey"].clone()).unwrap();
    let response: Value =
        serde_json::from_str(&client.get_json(&options, &mut authenticator).unwrap())
            .unwrap();
    let finish = json!({ "ceremony": started["ceremony"], "response": response });
    let (status, signed_in, _) = send!(program, post("/sign-in/finish", &finish));
    assert_eq!(status, StatusCode::NO_CONTENT);
    let signed_in = signed_in.unwrap();
    let account = |cookie: &Cookie<'_>| {
        TestRequest::get().uri("/account").cookie(cookie.clone().into_owned())
    };
    assert_eq!(
        send!(program, account(&registered.unwrap())).2,
        send!(program, account(&signed_in)).2
    );

    let (status, _, again) = send!(program, post("/sign-in/finish", &finish));
    assert_eq!(
        (status, again),
        (StatusCode::BAD_REQUEST, json!({ "error": "challenge-expired" }))
    );

    let (status, ..) =
        send!(program, post("/sign-out", &json!({})).cookie(signed_in.clone()));
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (status, _, ended) = send!(program, account(&signed_in));
    assert_eq!(
        (status, ended),
        (StatusCode::UNAUTHORIZED, json!({ "error": "not-signed-in" }))
    );
}

#[actix_web::test]
async fn requests_of_other_sites_and_bad_bodies_are_rejected() {
    let (program, name) = (program!(), json!({ "name": "jo" }));
    let other = TestRequest::post().uri("/registration/start").set_json(name);
    let other = other.insert_header((header::ORIGIN, "https://evil.example"));
    // A middleware's error reaches the test as such, and the client as its answer.
    let error = actix_web::test::try_call_service(&program, other.to_request())
        .await
        .err()
        .unwrap();
    assert_eq!(
        (error.to_string().as_str(), error.error_response().status()),
        ("origin-not-allowed", StatusCode::FORBIDDEN)
    );
    for (body, expected) in [
        (json!({}), StatusCode::BAD_REQUEST),
        (json!({ "name": "j".repeat(RESPONSE_JSON_MAX) }), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let (status, _, bad) = send!(program, post("/registration/start", &body));
        assert_eq!((status, bad), (expected, json!({ "error": "request-malformed" })));
    }
}
