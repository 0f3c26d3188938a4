//! A relying party that speaks the protocol of the conformance suites: `countersign` behind standard input and output.
//!
//! ```sh
//! cargo build --example relying_party
//! countersign-conformance run --suite conformance -- target/debug/examples/relying_party
//! ```
//!
//! For another implementation in Rust, implement [`Implementation`] and pass it to [`serve`]; in another language, read a
//! request and write an answer a line, as `docs/conformance/protocol.md` describes.

use std::io::{stdin, stdout};

use countersign_conformance::{
    implementation::{AnswerError, Implementation, serve},
    library::Library,
    protocol::{Answer, Request},
};

/// An implementation with a limit of its own: it supports no `appid`.
struct WithoutAppId(Library);

impl Implementation for WithoutAppId {
    fn answer(&mut self, request: &Request) -> Result<Answer, AnswerError> {
        match &request.appid {
            Some(_) => Ok(Answer::unsupported("the extension appid")),
            None => self.0.answer(request),
        }
    }
}

fn main() -> std::io::Result<()> {
    serve(&mut WithoutAppId(Library::default()), stdin().lock(), stdout().lock())
}
