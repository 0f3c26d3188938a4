//! The [OpenAPI 3.1](https://spec.openapis.org/oas/v3.1.1.html) description of the routes.
//!
//! A route exists only together with its description: [`Routes::route`] requires both. So a document that is made by
//! [`paths`] has every route of [`Passkeys::routes`](crate::Passkeys::routes), and no other.
//!
//! ```
//! use countersign_axum::openapi;
//! use serde_json::json;
//!
//! let document = json!({
//!     "openapi": openapi::VERSION,
//!     "info": { "title": "My application", "version": "1" },
//!     "paths": openapi::paths("/passkeys", |operation| operation),
//!     "components": openapi::components(),
//! });
//! assert_eq!(document["paths"]["/passkeys/session"]["get"]["operationId"], "currentSession");
//! ```

use serde_json::{Value, json};

pub use self::operation::{Operation, Security};
pub use self::table::{Routes, Verb};
pub use crate::routes::RelatedOrigins;

use crate::routes;

mod operation;
pub(crate) mod operations;
pub mod schema;
mod schemas;
pub(crate) mod table;
mod webauthn;

/// The version of the specification that descriptions follow.
pub const VERSION: &str = "3.1.1";

/// The Paths Object of [`Passkeys::routes`](crate::Passkeys::routes), nested at `prefix`. `extend` adds what the application's
/// own layers answer, such as limits.
pub fn paths(prefix: &str, extend: impl Fn(Operation) -> Operation) -> Value {
    routes::table().paths(prefix, extend)
}

/// The Paths Object of [`Passkeys::well_known`](crate::Passkeys::well_known), with or without the document of related origins,
/// which exists only if the relying party has any.
pub fn well_known_paths(origins: RelatedOrigins, extend: impl Fn(Operation) -> Operation) -> Value {
    routes::well_known_table(origins).paths("", extend)
}

/// The Components Object that the descriptions refer to: schemas, and the cookies as security schemes.
///
/// The names of the cookies are those of a relying party with https and without a [cookie
/// domain](crate::PasskeysBuilder::cookie_domain).
pub fn components() -> Value {
    let mut schemas = schemas::schemas();
    schemas.extend(webauthn::schemas());
    let cookie = |name: &str, description: &str| json!({ "type": "apiKey", "in": "cookie", "name": name, "description": description });
    json!({
        "schemas": schemas,
        "securitySchemes": {
            "session": cookie(
                "__Host-countersign-session",
                "The session, set by a finish that signs in. Over http the name is `countersign-session-` and the port."
            ),
            "browser": cookie(
                "__Host-countersign-browser",
                "The browser that started the ceremony, set by each start. Over http the name is \
                 `countersign-browser-` and the port."
            ),
        },
    })
}
