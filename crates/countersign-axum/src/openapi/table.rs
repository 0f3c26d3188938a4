//! Tables of routes with their descriptions.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, on};
use serde_json::{Map, Value, json};

use super::operation::Operation;

/// The method of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verb {
    /// `GET`, and `HEAD` with it.
    Get,
    /// `POST`.
    Post,
    /// `PUT`.
    Put,
    /// `PATCH`.
    Patch,
    /// `DELETE`.
    Delete,
}

impl Verb {
    const fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Put => MethodFilter::PUT,
            Self::Patch => MethodFilter::PATCH,
            Self::Delete => MethodFilter::DELETE,
        }
    }

    /// The name of the member in a Path Item Object.
    const fn member(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Put => "put",
            Self::Patch => "patch",
            Self::Delete => "delete",
        }
    }
}

/// Routes with their descriptions.
#[derive(Debug)]
pub struct Routes<S> {
    router: Router<S>,
    described: Vec<Described>,
}

/// A route, and what describes it.
#[derive(Debug)]
struct Described {
    verb: Verb,
    path: &'static str,
    describe: fn() -> Operation,
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// No routes.
    pub fn new() -> Self {
        Self { router: Router::new(), described: Vec::new() }
    }

    /// Adds a route. `describe` is called when a document is made.
    #[must_use]
    pub fn route<H, T>(
        mut self,
        verb: Verb,
        path: &'static str,
        handler: H,
        describe: fn() -> Operation,
    ) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.router = self.router.route(path, on(verb.filter(), handler));
        self.described.push(Described { verb, path, describe });
        self
    }

    /// The router of the routes.
    pub fn into_router(self) -> Router<S> {
        self.router
    }

    /// The Paths Object of the routes, nested at `prefix`. `extend` adds what the application's own layers answer.
    pub fn paths(&self, prefix: &str, extend: impl Fn(Operation) -> Operation) -> Value {
        let mut paths = Map::new();
        for Described { verb, path, describe } in &self.described {
            let item = paths.entry(format!("{prefix}{path}")).or_insert_with(|| json!({}));
            if let Value::Object(item) = item {
                item.insert(verb.member().to_owned(), extend(describe()).into_json());
            }
        }
        Value::Object(paths)
    }
}
