//! What all requests share.

use std::sync::Arc;

use super::{assets::Assets, headers::Headers};
use crate::app::App;

/// The application, and what HTTP adds to it.
pub(crate) struct Site {
    pub(super) app: Arc<App>,
    pub(super) assets: Assets,
    pub(super) headers: Headers,
}

/// The state of the routes.
pub(crate) type Shared = Arc<Site>;

impl Site {
    /// Prepares the page and the headers for the application's origins.
    pub(crate) fn new(app: Arc<App>) -> Self {
        let assets = Assets::new();
        let headers = Headers::new(&app.origins, assets.version());
        Self { app, assets, headers }
    }

    /// The headers of every answer as lines, for answers that hyper creates.
    pub(crate) fn header_lines(&self) -> Vec<u8> {
        self.headers.lines()
    }
}
