//! Passkeys over Rocket, on <http://localhost:8080>.

use std::sync::Arc;

use countersign::{
    AuthenticationResponse, ConfigurationError, RegistrationResponse, RelyingParty,
    types::{CreationOptions, RequestOptions, base64url, response::RESPONSE_JSON_MAX},
};
use passkeys::{Failure, Finish, Name, Passkeys, SESSION_SECONDS, Started};
use rocket::{
    Build, Request, Rocket, State, catch, catchers,
    data::{Limits, ToByteUnit as _},
    get,
    http::{Cookie, CookieJar, SameSite, Status},
    launch, post,
    request::{FromRequest, Outcome},
    response::{self, Responder},
    routes,
    serde::json::{Json, Value, json},
    time::Duration,
    tokio::task::spawn_blocking,
};

/// The relying party and its store, one for all requests.
type Shared = State<Arc<Passkeys>>;

fn relying_party() -> Result<RelyingParty, ConfigurationError> {
    RelyingParty::builder("localhost", "Example").origin("http://localhost:8080").build()
}

fn app(passkeys: Arc<Passkeys>) -> Rocket<Build> {
    let limits = Limits::default().limit("json", RESPONSE_JSON_MAX.bytes());
    let config = rocket::Config::figment().merge(("limits", limits)).merge(("port", 8080));
    let routes = routes![
        start_registration,
        finish_registration,
        start_sign_in,
        finish_sign_in,
        sign_out,
        account
    ];
    rocket::custom(config)
        .manage(passkeys)
        .mount("/", routes)
        .register("/", catchers![error])
}

#[launch]
fn program() -> Rocket<Build> {
    let rp =
        relying_party().expect("the relying party is configured without a contradiction");
    app(Arc::new(Passkeys::new(rp)))
}

#[post("/registration/start", data = "<body>")]
async fn start_registration(
    _page: OwnPage,
    passkeys: &Shared,
    body: Json<Name>,
) -> Result<Json<Started<CreationOptions>>, ApiError> {
    blocking(passkeys, move |passkeys| passkeys.start_registration(&body.name))
        .await
        .map(Json)
}

#[post("/registration/finish", data = "<finish>")]
async fn finish_registration(
    _page: OwnPage,
    passkeys: &Shared,
    cookies: &CookieJar<'_>,
    finish: Json<Finish<RegistrationResponse>>,
) -> Result<Status, ApiError> {
    let token =
        blocking(passkeys, move |passkeys| passkeys.finish_registration(&finish)).await?;
    cookies.add(cookie(token, SESSION_SECONDS));
    Ok(Status::NoContent)
}

#[post("/sign-in/start")]
async fn start_sign_in(
    _page: OwnPage,
    passkeys: &Shared,
) -> Result<Json<Started<RequestOptions>>, ApiError> {
    blocking(passkeys, |passkeys| passkeys.start_sign_in()).await.map(Json)
}

#[post("/sign-in/finish", data = "<finish>")]
async fn finish_sign_in(
    _page: OwnPage,
    passkeys: &Shared,
    cookies: &CookieJar<'_>,
    finish: Json<Finish<AuthenticationResponse>>,
) -> Result<Status, ApiError> {
    let token =
        blocking(passkeys, move |passkeys| passkeys.finish_sign_in(&finish)).await?;
    cookies.add(cookie(token, SESSION_SECONDS));
    Ok(Status::NoContent)
}

#[get("/account")]
async fn account(passkeys: &Shared, cookies: &CookieJar<'_>) -> Result<Value, ApiError> {
    let token = session(cookies);
    let account =
        blocking(passkeys, move |passkeys| passkeys.account(token.as_deref())).await?;
    Ok(json!({ "account": base64url::encode(account) }))
}

#[post("/sign-out")]
fn sign_out(_page: OwnPage, passkeys: &Shared, cookies: &CookieJar<'_>) -> Status {
    passkeys.sign_out(session(cookies).as_deref());
    cookies.add(cookie(String::new(), 0));
    Status::NoContent
}

/// Verification takes a millisecond and the database may block, so both run on a thread for such work.
async fn blocking<T: Send + 'static>(
    passkeys: &Shared,
    work: impl FnOnce(&Passkeys) -> Result<T, Failure> + Send + 'static,
) -> Result<T, ApiError> {
    let passkeys = Arc::clone(passkeys);
    match spawn_blocking(move || work(&passkeys)).await {
        Ok(result) => result.map_err(ApiError),
        Err(panicked) => Err(ApiError(Failure::server(panicked))),
    }
}

/// A request guard of routes that change something: the request comes from a page of the site itself.
struct OwnPage;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for OwnPage {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let origin = request.headers().get_one("Origin");
        let accepted = request
            .rocket()
            .state::<Arc<Passkeys>>()
            .map(|passkeys| passkeys.check_origin(origin));
        match accepted {
            Some(Ok(())) => Outcome::Success(Self),
            _ => Outcome::Error((Status::Forbidden, ())),
        }
    }
}

/// The answer if no route answers: a guard rejected the request, or its body is not the JSON that is expected.
#[catch(default)]
fn error(status: Status, _request: &Request<'_>) -> Value {
    let code = match status.code {
        403 => "origin-not-allowed",
        404 => "not-found",
        400..500 => "request-malformed",
        _ => "internal-error",
    };
    json!({ "error": code })
}

struct ApiError(Failure);

impl<'r> Responder<'r, 'static> for ApiError {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        if let Failure::Server(detail) = &self.0 {
            eprintln!("a request failed: {detail}");
        }
        (Status::new(self.0.status()), json!({ "error": self.0.code() }))
            .respond_to(request)
    }
}

/// With this prefix, browsers accept the cookie from this host only, over https only (and from localhost).
const COOKIE: &str = "__Host-session";

fn cookie(token: String, seconds: i64) -> Cookie<'static> {
    Cookie::build((COOKIE, token))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(Duration::seconds(seconds))
        .build()
}

fn session(cookies: &CookieJar<'_>) -> Option<String> {
    cookies.get(COOKIE).map(|cookie| cookie.value().to_owned())
}

#[cfg(test)]
mod tests;
