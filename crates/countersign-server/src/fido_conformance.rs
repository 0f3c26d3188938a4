//! The API that FIDO's conformance tests talk to:
//! [FIDO2 conformance testing server API](https://github.com/fido-alliance/conformance-test-tools-resources/blob/main/docs/FIDO2/Server/Conformance-Test-API.md).
//!
//! It has accounts of its own, in memory, and gives no session of the server: no real account can be reached through it.
//! The ceremonies are those of `countersign`, with what each request asks for as their policy.

pub(crate) mod accounts;
pub(crate) mod api;
pub(crate) mod config;
pub(crate) mod error;
pub(crate) mod messages;
pub(crate) mod metadata;
pub(crate) mod party;
pub(crate) mod pending;
pub(crate) mod statement;
pub(crate) mod token_binding;
