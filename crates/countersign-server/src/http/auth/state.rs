//! What the routes share.

use std::sync::Arc;

use countersign_axum::Passkeys;

use crate::auth::login::Login;

/// What is asked about sessions and addresses.
#[derive(Clone)]
pub(in crate::http) struct Asked {
    pub(super) passkeys: Passkeys,
    pub(super) login: Arc<Login>,
}
