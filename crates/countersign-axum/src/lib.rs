//! Passkeys for axum applications: routes for accounts, sign-ins and credentials, and extractors for signed-in users.
//!
//! ```
//! use axum::{Router, routing::{get, post}};
//! use countersign::{RelyingParty, store::MemoryStore};
//! use countersign_axum::{Passkeys, RecentlyVerified, SignedIn};
//!
//! async fn home(SignedIn(session): SignedIn) -> String {
//!     format!("Hello, {}", session.name)
//! }
//!
//! async fn pay(RecentlyVerified(session): RecentlyVerified<120>) -> String {
//!     format!("{} has paid", session.name)
//! }
//!
//! # fn app() -> Result<Router, Box<dyn std::error::Error>> {
//! let party = RelyingParty::builder("example.org", "Example").origin("https://example.org");
//! let passkeys = Passkeys::builder(party, MemoryStore::new()).build()?;
//! let app = Router::new()
//!     .route("/", get(home))
//!     .route("/pay", post(pay))
//!     .layer(passkeys.origin_check())
//!     .nest("/passkeys", passkeys.routes())
//!     .merge(passkeys.well_known())
//!     .layer(passkeys.layer());
//! # Ok(app)
//! # }
//! # app().unwrap();
//! ```
//!
//! # The pieces
//!
//! - [`Passkeys`]: made once, from a [relying party](countersign::RelyingParty), which decides which passkeys are accepted,
//!   and a [store](countersign::store::ApplicationStore), such as those of the crate `countersign-store`.
//! - [`Passkeys::routes`]: the routes below. [`Passkeys::well_known`]: documents for browsers and password managers.
//! - [`SignedIn`], [`RecentlyVerified`]: extractors for the application's own handlers, behind [`Passkeys::layer`].
//! - [`Passkeys::origin_check`]: the check of origins, for the application's own handlers.
//! - [`Sessions`]: where session tokens are kept, if not in a cookie.
//! - [`Models`]: names of authenticator models, and judgements on them.
//! - [`Observer`]: ceremonies and operations of the store, for metrics.
//! - [`SignUp`], [`invite`]: who may create an account.
//! - [`AuditLog`]: rows about what users do, in chains of hashes.
//! - [`rotate_sealing_keys`]: replaces the key that ceremonies are sealed with.
//! - [`client`]: the script for the page.
//! - [`openapi`]: the description of the routes for tools.
//!
//! # Routes
//!
//! | request | body | answer |
//! | --- | --- | --- |
//! | `GET session` | | `{"account": {"name", "userHandle"} or null, "rpId", "origins", "signUp"}`: the accepted origins, the main one first; `open`, `invited` or `closed` |
//! | `DELETE session` | | 204: signed out; also without a session |
//! | `POST accounts/start` | `{"name"}` or `{"name", "invitation"}` | `{"ceremony", "options"}` for `navigator.credentials.create()` |
//! | `POST accounts/finish` | `{"ceremony", "response"}` | 201 `{"account", "signals"}` and the session's cookie |
//! | `POST sessions/start` | `{}` or `{"name"}` | `{"ceremony", "options"}` for `navigator.credentials.get()` |
//! | `POST sessions/finish` | `{"ceremony", "response"}` | `{"account", "signals"}` and the session's cookie |
//! | `GET sessions` | | `{"sessions": [{"id", "label", "device", "createdAt", "seenAt", "current"}]}`, the latest used first |
//! | `DELETE sessions` | | `{"ended"}`: the number of sessions that ended, all of the account but this one |
//! | `DELETE sessions/{id}` | | `{"ended": 1}` |
//! | `GET credentials` | | `{"account", "credentials": […], "metadata", "signals"}`: the user handle of the account, and its credentials, oldest first |
//! | `POST step-up/start` | `{"act"}` | `{"ceremony", "options"}` for `navigator.credentials.get()` |
//! | `POST step-up/finish` | `{"ceremony", "response"}` | 204: the session has confirmed the act |
//! | `POST credentials/start` | `{}` or `{"conditional": true}` | `{"ceremony", "options"}` for `navigator.credentials.create()` |
//! | `POST credentials/finish` | `{"ceremony", "response"}` | 201 `{"credential", "signals"}` |
//! | `PATCH credentials/{id}` | `{"label"}` | `{"credential"}` |
//! | `DELETE credentials/{id}` | | `{"signals", "signedOut"}`: the credential and the sessions created with it are removed |
//! | `GET recovery-codes` | | `{"total", "unused", "createdAt", "usedAt"}`: how many codes are unused, when they were made, and when one was last used |
//! | `POST recovery-codes` | | 201 `{"codes"}`: new ones, which replace the old ones |
//! | `POST recovery/start` | `{"name", "code"}` | `{"ceremony", "options"}` for `navigator.credentials.create()` |
//! | `POST recovery/finish` | `{"ceremony", "response"}` | 201 `{"account", "signals"}` and the session's cookie |
//! | `PATCH account` | `{"name"}` | `{"account", "signals"}`: the account has the new name |
//! | `GET account/data` | | [what is stored](#data-of-an-account) about the account, as a file |
//! | `DELETE account` | | `{"signals"}`: the account, its credentials and its sessions are removed |
//! | `GET signals` | | `{"allAcceptedCredentials", "currentUserDetails"}`: the arguments of the signal methods |
//! | `GET passkeys.js` `passkeys.d.ts` | | the [script](client) for the page, and its types |
//!
//! [`Passkeys::well_known`] has `GET /.well-known/passkey-endpoints`, the pages on which users add and manage passkeys, and
//! `GET /.well-known/webauthn`, if the relying party has related origins.
//!
//! A sign-in with a name gets the credentials of that account in `options`. An unknown name gets imaginary ones, the same
//! each time, and a rejection does not reveal which it was. But a client can try a credential ID elsewhere: in a sign-in
//! without a name, which says whether it is known, and in a registration, since an ID is registered once. If no stranger may
//! find out who has an account, let users sign in without a name: then they choose a passkey, and no list is sent.
//!
//! A conditional registration lets the browser create a passkey without asking, if the user was verified as recently as
//! the relying party's [policy](countersign::relying_party::policy::ConditionalCreatePolicy) says.
//!
//! # Ceremonies
//!
//! A start stores nothing: `ceremony` is its sealed state. Each start, and `GET session`, sets or renews the cookie
//! `countersign-browser`. A finish without it is answered `cookie-missing` before anything is stored: a browser without
//! cookies would create an account that it can't use. A ceremony accepts one response, whatever the outcome. The same finish
//! again, by the same browser and before the ceremony expires, gets the same answer, since the first answer may have been
//! lost. If what it created was removed since, or with another response, it is answered `challenge-expired`.
//!
//! # Accounts and confirmations
//!
//! Every changing request that requires a session names the account that the user sees in the header
//! `countersign-account`: its `userHandle`. The answer is `account-missing` without the header, and `account-changed`
//! if the session is another account's. Session and account are read again in the transaction that writes.
//!
//! Adding a credential, removing one, making recovery codes, renaming the account and deleting it require a confirmation with a passkey of the account;
//! otherwise the answer is `reauthentication-required`. `act` is `{"kind": "add-credential"}`, `{"kind":
//! "remove-credential", "credential": id}`, `{"kind": "make-recovery-codes"}`, `{"kind": "rename-account", "name": name}` or
//! `{"kind": "delete-account"}`. The confirmation belongs to the session, to the
//! browser and to exactly this act. It is valid once and for five minutes. For adding, the start checks it, and the finish
//! uses it up. The act `{"kind": "verify"}` confirms nothing else: after it, [`RecentlyVerified`] accepts the session.
//!
//! # Recovery codes
//!
//! A set has ten codes of 115 random bits, in a form that is read from paper: 23 characters of Crockford's base 32 and a check
//! character. The store has their hashes, so the answer that makes them is the only one that has them. New ones replace the
//! old ones. A code gives no session: it allows the registration of one passkey, within the time of a ceremony and in the
//! browser that began it, and is used up when that is stored. All other sessions of the account end then. While there is an
//! unused code, the last passkey can be removed.
//!
//! An unknown name and a wrong code are both answered `recovery-code-invalid`, after the same reads of the store. There is no
//! limit of attempts here: none finds a code. An application may limit requests, for each account and address.
//!
//! # Data of an account
//!
//! `account/data` is for the owner: `{"version": 1, "exportedAt", "account": {"userHandle", "name", "createdAt"},
//! "recoveryCodes", "credentials", "sessions"}`. A credential has its label, its times and `record`, the JSON of its
//! [`CredentialRecord`](countersign::CredentialRecord) with the evidence of its attestation. Left out are hashes of tokens and
//! codes, keys that follow from names, and what is stored for minutes: confirmations and the finishes of ceremonies.
//!
//! # Sessions
//!
//! A session is a row of the store and a random token, whose hash the row has. It ends after a week without use, after
//! thirty days, with its account, and with the credential that it was created with. The token is in a cookie, or where a
//! [`Sessions`] of the application keeps it.
//!
//! # Signals
//!
//! `signals` is all that the page may signal to passkey providers: `{"allAcceptedCredentials"}` has the argument of
//! `signalAllAcceptedCredentials()`, read after the change that the answer is about. It is `null` while another browser
//! adds a credential. The error of a rejected finish has `{"unknownCredential"}`, the argument of
//! `signalUnknownCredential()` or `null`. It is `null` unless the credential was created for this ceremony and rejected for
//! good, or it is unknown, its user handle belongs or belonged to an account of this store, and no passkey is being added
//! to that account. It is always `null` for the RP ID `localhost` and with [`UnknownSignals::Withheld`].
//!
//! # Errors
//!
//! An error is `{"error": {"code", "message"}}`: a stable code, and a sentence for the user. A rejected response of a
//! ceremony has a code of [`countersign::Code`], with status 401 when signing in or confirming and 400 when registering
//! (409 for `credential-already-registered`). When signing in, every failed check of a known credential has the code
//! `signature-invalid`. The other codes:
//!
//! | status | code |
//! | --- | --- |
//! | 400 | `request-malformed`, `name-invalid`, `label-invalid`, `code-malformed`, `account-missing`, `cookie-missing`, `client-data-too-long` |
//! | 401 | `not-signed-in`, `reauthentication-required`, `recovery-code-invalid` |
//! | 403 | `origin-not-allowed`, `sign-up-closed`, `invitation-missing`, `invitation-invalid` |
//! | 404 | `not-found` |
//! | 405 | `method-not-allowed` |
//! | 409 | `name-taken`, `label-taken`, `last-credential`, `too-many-credentials`, `account-changed`, `conditional-create-rejected` |
//! | 413 | `body-too-large` |
//! | 415 | `content-type-unsupported` |
//! | 500 | `internal-error` |
//! | 503 | `storage-failed`, and the code of an [`Unavailable`] |
//!
//! A body is a JSON object in UTF-8, of at most 256 KiB, with content type `application/json`. A request that changes
//! something and has an `Origin` header must come from an accepted origin. Together with the `SameSite` cookie, this
//! keeps other sites from acting for a signed-in user. A form on a page with the referrer policy `no-referrer` has the origin
//! `null`, which is rejected; requests by `fetch()` have the page's origin.
//!
//! # Several instances
//!
//! Instances over one store need nothing else in common: a ceremony can start at one and finish at another. The sealing
//! keys are in the store. The first instance creates them, and each reads them every minute.
//!
//! # Logs
//!
//! Each finish runs in a span `finish` of `tracing` with `ceremony`, its kind, and `outcome`, `accepted` or a code. A
//! rejection is a line with its exact `code`, the code that the client got if it is another one (`answered`), the `step` of
//! the specification and a `detail`: at level info ten lines a minute for each code and a hundred in all, the others at level
//! debug. What was left out is counted by code, in a line once the minute is over. Failures are logged at level error. No line has a name, a user handle or a credential ID.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::string_slice))]
#![cfg_attr(not(test), warn(clippy::as_conversions, clippy::arithmetic_side_effects))]

mod act;
mod any_store;
mod app;
mod audit;
mod audit_log;
mod builder;
mod ceremony;
pub mod client;
mod cookie;
mod credentials;
mod extract;
mod failure;
mod http;
mod invitations;
mod keys;
mod log;
mod models;
mod observation;
mod observer;
pub mod openapi;
mod operation_error;
mod passkeys;
mod recovery;
mod response_rejection;
mod routes;
mod sessions;
mod sign_up;
mod token;
mod typed_code;

pub use app::UnknownSignals;
pub use audit_log::AuditLog;
pub use builder::PasskeysBuilder;
pub use ceremony::attached::CeremonyKind;
pub use extract::{NotAllowed, RecentlyVerified, SignedIn};
pub use failure::Failure;
pub use http::credentials::algorithm_name;
pub use http::edge::{CheckedOrigin, OriginCheck};
pub use http::json::error_answer;
pub use invitations::{InviteError, invite};
pub use keys::{DECOY_KEY, KeyError, Rotation, rotate_sealing_keys};
pub use models::{Models, Unavailable};
pub use observer::{CeremonyFinish, Observer, StoreCall, StoreOutcome};
pub use passkeys::Passkeys;
pub use sessions::{Begun, CookieSessions, Sessions};
pub use sign_up::SignUp;
pub use token::Token;
pub use typed_code::TypedCode;

/// The example of the README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
