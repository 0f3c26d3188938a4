//! Sessions of any type, so that neither handlers nor extractors name it.

use axum::http::{HeaderMap, request::Parts};

use super::{Begun, Sessions};
use crate::{any_store::Answer, token::Token};

/// A [`Sessions`] as an object. The methods are its methods.
pub(crate) trait AnySessions: Send + Sync {
    fn token<'a>(&'a self, request: &'a Parts) -> Answer<'a, Option<Token>>;

    fn begin<'a>(&'a self, request: &'a Parts, begun: Begun<'a>, answer: &'a mut HeaderMap)
    -> Answer<'a, ()>;

    fn end<'a>(&'a self, request: &'a Parts, answer: &'a mut HeaderMap) -> Answer<'a, ()>;
}

impl<T: Sessions> AnySessions for T {
    fn token<'a>(&'a self, request: &'a Parts) -> Answer<'a, Option<Token>> {
        Box::pin(Sessions::token(self, request))
    }

    fn begin<'a>(
        &'a self,
        request: &'a Parts,
        begun: Begun<'a>,
        answer: &'a mut HeaderMap,
    ) -> Answer<'a, ()> {
        Box::pin(Sessions::begin(self, request, begun, answer))
    }

    fn end<'a>(&'a self, request: &'a Parts, answer: &'a mut HeaderMap) -> Answer<'a, ()> {
        Box::pin(Sessions::end(self, request, answer))
    }
}
