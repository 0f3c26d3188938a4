//! The script for the page: one ES module without dependencies, and its TypeScript types.
//!
//! The routes serve it as `passkeys.js`, with `passkeys.d.ts` next to it. A page imports it from where they are mounted:
//!
//! ```html
//! <script type="module">
//!   import { Passkeys } from '/passkeys/passkeys.js';
//!
//!   const passkeys = new Passkeys('/passkeys');
//!   const { account } = await passkeys.session();
//!   document.querySelector('#sign-in').onclick = () => passkeys.signIn();
//! </script>
//! ```
//!
//! It has registration, sign-in, suggestions of a name field, conditional creation, confirmations, and the account's
//! passkeys and sessions; `passkeys.d.ts` documents each function. It repeats a finish whose answer was lost, passes
//! signals on to password managers, and works with browsers and password managers that have no `toJSON()`. A page may
//! use another script, such as `@simplewebauthn/browser`, with the same routes.

use core::future::{Ready, ready};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use countersign::{cose::sha256, types::hex::Hex};

use crate::openapi::operations as describe;
use crate::openapi::table::{Routes, Verb};

/// The ES module that a page imports, for programs that serve or bundle it themselves.
pub const SCRIPT: &str = concat!(
    include_str!("client/passkeys.js"),
    "\n",
    include_str!("client/problems.js"),
    "\n",
    include_str!("client/requests.js"),
    "\n",
    include_str!("client/device.js"),
);

/// The TypeScript types of [`SCRIPT`].
pub const TYPES: &str = include_str!("client/passkeys.d.ts");

/// The routes with those of the script and its types.
pub(crate) fn add_to<S: Clone + Send + Sync + 'static>(routes: Routes<S>) -> Routes<S> {
    routes
        .route(Verb::Get, "/passkeys.js", file("text/javascript; charset=utf-8", SCRIPT), describe::script)
        .route(Verb::Get, "/passkeys.d.ts", file("text/plain; charset=utf-8", TYPES), describe::types)
}

/// A handler that sends a text with the hash of its bytes as entity tag. Browsers request it each time (`no-cache`), and
/// get 304 as long as they have it, so that a page never uses the script of an earlier version.
fn file(
    content_type: &'static str,
    text: &'static str,
) -> impl Fn(HeaderMap) -> Ready<Response> + Clone + Send + Sync + 'static {
    let tag = format!("\"{}\"", Hex(&sha256(&[text.as_bytes()])));
    move |headers: HeaderMap| ready(answer(&headers, content_type, text, &tag))
}

fn answer(request: &HeaderMap, content_type: &'static str, text: &'static str, tag: &str) -> Response {
    let mut response = if has(request, tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Response::new(Body::from(text));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.extend(HeaderValue::try_from(tag).map(|tag| (header::ETAG, tag)));
    response
}

/// Whether the client has the bytes of this tag, by the weak comparison of `If-None-Match`
/// ([RFC 9110, section 13.1.2](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2)). Our tags have no comma in them.
fn has(request: &HeaderMap, tag: &str) -> bool {
    let values = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = values.flat_map(|value| value.split(',')).map(str::trim);
    tags.any(|item| item == "*" || item.strip_prefix("W/").unwrap_or(item) == tag)
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use tower::ServiceExt as _;

    use super::*;

    async fn send(path: &str, known: Option<&HeaderValue>) -> Response {
        let mut request = Request::get(path);
        if let Some(tag) = known {
            request = request.header(header::IF_NONE_MATCH, tag);
        }
        add_to(Routes::<()>::new()).into_router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn script_and_types_are_served_until_the_client_has_them() {
        for (path, content_type, text) in [
            ("/passkeys.js", "text/javascript; charset=utf-8", SCRIPT),
            ("/passkeys.d.ts", "text/plain; charset=utf-8", TYPES),
        ] {
            let first = send(path, None).await;
            assert_eq!(first.status(), StatusCode::OK);
            assert_eq!(first.headers()[header::CONTENT_TYPE], content_type);
            assert_eq!(first.headers()[header::CACHE_CONTROL], "no-cache");
            let tag = first.headers()[header::ETAG].clone();
            let body = axum::body::to_bytes(first.into_body(), usize::MAX).await.unwrap();
            assert_eq!(body, text.as_bytes());
            let again = send(path, Some(&tag)).await;
            assert_eq!((again.status(), &again.headers()[header::ETAG]), (StatusCode::NOT_MODIFIED, &tag));
            let other = send(path, Some(&HeaderValue::from_static("\"a\""))).await;
            assert_eq!(other.status(), StatusCode::OK);
        }
    }

    #[test]
    fn a_weak_tag_in_a_list_is_found() {
        let known = |value: &'static str| {
            has(&HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static(value))]), "\"a\"")
        };
        assert!(["\"a\"", "W/\"a\"", "\"b\", \"a\"", "*"].into_iter().all(known));
        assert!(!["a", "\"b\"", "\"a", ""].into_iter().any(known));
    }
}
