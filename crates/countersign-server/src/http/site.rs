//! What all requests share.

use std::sync::Arc;

use super::{assets::Assets, headers::Headers};
use crate::app::App;

/// The application, and what HTTP adds to it.
pub(crate) struct Site {
    pub(super) app: Arc<App>,
    pub(super) assets: Arc<Assets>,
    pub(super) headers: Headers,
}

/// The state of the routes.
pub(crate) type Shared = Arc<Site>;

impl Site {
    /// Prepares the page and the headers for the application's origins.
    pub(crate) fn new(app: Arc<App>) -> Self {
        Self::with(app, Arc::new(Assets::new()))
    }

    /// The same for another application.
    pub(crate) fn replaced(&self, app: Arc<App>) -> Self {
        Self::with(app, self.assets.clone())
    }

    fn with(app: Arc<App>, assets: Arc<Assets>) -> Self {
        let headers = Headers::new(&app.origins, assets.version());
        Self { app, assets, headers }
    }

    /// The headers of every answer as lines, for answers that hyper creates.
    pub(crate) fn header_lines(&self) -> Vec<u8> {
        self.headers.lines()
    }
}
