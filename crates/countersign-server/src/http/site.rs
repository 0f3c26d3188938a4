//! What all requests share.

use std::sync::Arc;

use axum::http::HeaderMap;

use super::{
    answers::Answers, assets::Assets, body::FinishBody, cookie::Cookies, error::ApiError, headers::Headers,
};
use crate::ceremony::finish::{Ceremony, Finish};
use crate::{app::App, ceremony::outcome::Finished, clock::now, operation_error::OperationError};

/// The application, and what HTTP adds to it.
pub(crate) struct Site {
    pub(super) app: Arc<App>,
    pub(super) cookies: Cookies,
    pub(super) answers: Answers,
    pub(super) assets: Assets,
    pub(super) headers: Headers,
}

/// The state of the routes.
pub(crate) type Shared = Arc<Site>;

impl Site {
    /// Prepares the page and the headers for the application's origins.
    pub(crate) fn new(app: Arc<App>) -> Self {
        let cookies = Cookies::for_origins(&app.origins);
        let assets = Assets::new();
        let headers = Headers::new(&app.origins, assets.version());
        Self { app, cookies, answers: Answers::default(), assets, headers }
    }

    /// Fails if a registration could not be judged at its end.
    pub(super) fn check_registration(&self) -> Result<(), ApiError> {
        if self.app.can_register(now()) { Ok(()) } else { Err(ApiError::MetadataUnavailable) }
    }

    /// Finishes a ceremony for the browser that sent these headers.
    pub(super) async fn finish(
        &self,
        ceremony: Ceremony,
        body: &FinishBody,
        headers: &HeaderMap,
    ) -> Result<Finished, OperationError> {
        let browser = self.cookies.browser.read(headers);
        let finish = Finish::new(ceremony, &body.ceremony, body.response.get(), browser.as_ref())?;
        self.app.ceremonies.finish(&finish, now()).await
    }

    /// The answer to a failed registration.
    pub(super) fn registration_error(&self, error: OperationError) -> ApiError {
        ApiError::registration(&self.app.relying_party, error)
    }

    /// The answer to a failed authentication.
    pub(super) fn authentication_error(&self, error: OperationError) -> ApiError {
        ApiError::authentication(&self.app.relying_party, error)
    }

    /// The headers of every answer as lines, for answers that hyper creates.
    pub(crate) fn header_lines(&self) -> Vec<u8> {
        self.headers.lines()
    }
}
