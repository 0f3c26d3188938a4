//! Passkeys over actix-web, on <http://localhost:8080>.

use std::{error::Error, fmt};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer, ResponseError,
    body::MessageBody,
    cookie::{Cookie, SameSite, time::Duration},
    dev::{ServiceRequest, ServiceResponse},
    error::JsonPayloadError,
    http::{StatusCode, header},
    middleware::{Next, from_fn},
    web::{self, Data, Json, JsonConfig, ServiceConfig},
};
use countersign::{
    AuthenticationResponse, ConfigurationError, RegistrationResponse, RelyingParty,
    types::{base64url, response::RESPONSE_JSON_MAX},
};
use passkeys::{Failure, Finish, Name, Passkeys, SESSION_SECONDS};
use serde_json::json;

/// The relying party and its store, one for all workers: make it outside the closure of `HttpServer::new`.
type Shared = Data<Passkeys>;

fn relying_party() -> Result<RelyingParty, ConfigurationError> {
    RelyingParty::builder("localhost", "Example").origin("http://localhost:8080").build()
}

fn routes(passkeys: Shared) -> impl FnOnce(&mut ServiceConfig) {
    let bodies = JsonConfig::default()
        .limit(RESPONSE_JSON_MAX)
        .error_handler(|error, _| ApiError::Body(error).into());
    move |config| {
        config.app_data(passkeys).app_data(bodies).service(
            web::scope("")
                .wrap(from_fn(check_origin))
                .route("/registration/start", web::post().to(start_registration))
                .route("/registration/finish", web::post().to(finish_registration))
                .route("/sign-in/start", web::post().to(start_sign_in))
                .route("/sign-in/finish", web::post().to(finish_sign_in))
                .route("/sign-out", web::post().to(sign_out))
                .route("/account", web::get().to(account)),
        );
    }
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let passkeys = Data::new(Passkeys::new(relying_party()?));
    let server = HttpServer::new(move || App::new().configure(routes(passkeys.clone())));
    server.bind("localhost:8080")?.run().await?;
    Ok(())
}

async fn start_registration(
    passkeys: Shared,
    body: Json<Name>,
) -> Result<HttpResponse, ApiError> {
    let started = blocking(move || passkeys.start_registration(&body.name)).await?;
    Ok(HttpResponse::Ok().json(started))
}

async fn finish_registration(
    passkeys: Shared,
    finish: Json<Finish<RegistrationResponse>>,
) -> Result<HttpResponse, ApiError> {
    let token = blocking(move || passkeys.finish_registration(&finish)).await?;
    Ok(with_cookie(token, SESSION_SECONDS))
}

async fn start_sign_in(passkeys: Shared) -> Result<HttpResponse, ApiError> {
    let started = blocking(move || passkeys.start_sign_in()).await?;
    Ok(HttpResponse::Ok().json(started))
}

async fn finish_sign_in(
    passkeys: Shared,
    finish: Json<Finish<AuthenticationResponse>>,
) -> Result<HttpResponse, ApiError> {
    let token = blocking(move || passkeys.finish_sign_in(&finish)).await?;
    Ok(with_cookie(token, SESSION_SECONDS))
}

async fn account(passkeys: Shared, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let token = session(&request);
    let account = blocking(move || passkeys.account(token.as_deref())).await?;
    Ok(HttpResponse::Ok().json(json!({ "account": base64url::encode(account) })))
}

async fn sign_out(passkeys: Shared, request: HttpRequest) -> HttpResponse {
    passkeys.sign_out(session(&request).as_deref());
    with_cookie(String::new(), 0)
}

/// Verification takes a millisecond and the database may block, so both run on a thread for such work.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, ApiError> {
    match web::block(work).await {
        Ok(result) => result.map_err(ApiError::Failure),
        Err(cancelled) => Err(ApiError::Failure(Failure::server(cancelled))),
    }
}

/// What is not a GET changes something, so it is for the site's own pages only.
async fn check_origin(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if !request.method().is_safe() {
        let origin =
            request.headers().get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
        let missing = || Failure::server("the routes have no relying party");
        let passkeys =
            request.app_data::<Shared>().ok_or_else(missing).map_err(ApiError::Failure)?;
        passkeys.check_origin(origin).map_err(ApiError::Failure)?;
    }
    next.call(request).await
}

#[derive(Debug)]
enum ApiError {
    Failure(Failure),
    Body(JsonPayloadError),
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Failure(failure) => failure.code(),
            Self::Body(_) => "request-malformed",
        })
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Failure(failure) => StatusCode::from_u16(failure.status())
                .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            Self::Body(error) => error.status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::Failure(Failure::Server(detail)) = self {
            eprintln!("a request failed: {detail}");
        }
        HttpResponse::build(self.status_code()).json(json!({ "error": self.to_string() }))
    }
}

/// With this prefix, browsers accept the cookie from this host only, over https only (and from localhost).
const COOKIE: &str = "__Host-session";

fn with_cookie(token: String, seconds: i64) -> HttpResponse {
    let cookie = Cookie::build(COOKIE, token)
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(Duration::seconds(seconds))
        .finish();
    HttpResponse::NoContent().cookie(cookie).finish()
}

fn session(request: &HttpRequest) -> Option<String> {
    request.cookie(COOKIE).map(|cookie| cookie.value().to_owned())
}

#[cfg(test)]
mod tests;
