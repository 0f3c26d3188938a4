//! Extractors for the application's own handlers, behind [`Passkeys::layer`](crate::Passkeys::layer).

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::{StatusCode, request::Parts};
use axum::response::{IntoResponse, Response};
use countersign::store::Session;

use crate::app::Shared;
use crate::http::error::ApiError;
use crate::operation_error::Rejection;

/// The session of the request, of a user who has signed in with a passkey. Without one, the request is rejected with 401
/// `not-signed-in`; `Option<SignedIn>` accepts it.
///
/// ```
/// use countersign_axum::SignedIn;
///
/// async fn home(SignedIn(session): SignedIn) -> String {
///     format!("Hello, {}", session.name)
/// }
/// ```
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "handlers take it apart")]
pub struct SignedIn(pub Session);

/// The session of a user who was verified in the last `SECONDS`: at the sign-in, or by a confirmation with a passkey
/// since. What that requires is in the relying party's policy, such as a fingerprint or a PIN with
/// [`Policy::passkeys`](countersign::Policy::passkeys). An older one is rejected with 401 `reauthentication-required`: let the user confirm the act `verify`, or sign
/// in again, and repeat the request.
///
/// ```
/// use countersign_axum::RecentlyVerified;
///
/// async fn pay(RecentlyVerified(session): RecentlyVerified<120>) -> String {
///     format!("{} has paid", session.name)
/// }
/// ```
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "handlers take it apart")]
pub struct RecentlyVerified<const SECONDS: u32 = 300>(pub Session);

/// Why an extractor rejected a request. As an answer it is JSON with a code.
#[derive(Debug)]
pub struct NotAllowed(ApiError);

impl NotAllowed {
    /// The code, such as `not-signed-in`.
    pub fn code(&self) -> &'static str {
        self.0.code()
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.0.status()
    }
}

impl IntoResponse for NotAllowed {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

/// The routes' state, in the extensions of requests.
#[derive(Clone)]
pub(crate) struct InRequest(pub(crate) Shared);

fn app(parts: &Parts) -> Result<Shared, NotAllowed> {
    let found = parts.extensions.get::<InRequest>().map(|InRequest(app)| app.clone());
    let missing = "the layer of countersign-axum is missing: add `.layer(passkeys.layer())` to the router";
    found.ok_or_else(|| NotAllowed(ApiError::Internal(missing.into())))
}

async fn session(parts: &Parts) -> Result<Option<Session>, NotAllowed> {
    app(parts)?.session_of(parts).await.map_err(|failure| NotAllowed(failure.into()))
}

impl<S: Send + Sync> FromRequestParts<S> for SignedIn {
    type Rejection = NotAllowed;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NotAllowed> {
        session(parts).await?.map(Self).ok_or(NotAllowed(ApiError::NotSignedIn))
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for SignedIn {
    type Rejection = NotAllowed;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, NotAllowed> {
        Ok(session(parts).await?.map(Self))
    }
}

impl<S: Send + Sync, const SECONDS: u32> FromRequestParts<S> for RecentlyVerified<SECONDS> {
    type Rejection = NotAllowed;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NotAllowed> {
        let now = app(parts)?.now();
        let session = session(parts).await?.ok_or(NotAllowed(ApiError::NotSignedIn))?;
        if session.times.is_verified_within(SECONDS, now) {
            Ok(Self(session))
        } else {
            Err(NotAllowed(Rejection::Unconfirmed.into()))
        }
    }
}
