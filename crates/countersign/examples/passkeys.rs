//! Passkeys in memory: registration, and sign-in without a user name. Copy `Server`. The program prints:
//!
//! ```text
//! jo@example.org has 1 passkey
//! jo@example.org is signed in
//! the same response again: challenge-expired
//! ```
#![allow(clippy::print_stdout, reason = "an example prints what it did")]
mod browser;

use std::task::{Context, Poll, Waker};
use std::{error::Error, pin::pin, time::SystemTime};

use countersign::store::{CeremonyStore as _, CredentialStore as _, Inserted, MemoryStore, Updated};
use countersign::{AuthenticationRequest, AuthenticationResponse, CredentialIdStatus, Timestamp, UserHandle};
use countersign::{RegistrationRequest, RegistrationResponse, RelyingParty, User, ceremony::new_user_handle};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn now() -> Timestamp {
    SystemTime::now().into()
}

struct Server {
    rp: RelyingParty,
    store: MemoryStore,
}

/// `session` is the secret name of a browser's session, from its cookie: a ceremony ends in the browser that began it.
impl Server {
    async fn start_registration(&self, session: &[u8], user: &User) -> Result<String> {
        let (request, now) = (RegistrationRequest::new(user), now());
        let (options, state) = self.rp.start_registration(request, &mut getrandom::fill, now)?;
        self.store.put(session, &serde_json::to_vec(&state)?, state.expires_at()).await?;
        Ok(serde_json::to_string(&options)?)
    }

    async fn finish_registration(&self, session: &[u8], body: &str) -> Result<()> {
        let state =
            serde_json::from_slice(&self.store.take(session, now()).await?.ok_or("challenge-expired")?)?;
        let response = RegistrationResponse::from_json(body.as_bytes())?;
        let known = self.store.find(response.credential_id()).await?;
        let status = known.map_or(CredentialIdStatus::Unregistered, |_| CredentialIdStatus::Registered);
        let registered = self.rp.finish_registration(state, &response, status, now())?;
        let inserted = self.store.insert(registered.credential()).await?;
        if inserted == Inserted::Stored { Ok(()) } else { Err("registered by another request".into()) }
    }

    async fn start_sign_in(&self, session: &[u8]) -> Result<String> {
        let (request, now) = (AuthenticationRequest::discoverable(), now());
        let (options, state) = self.rp.start_authentication(request, &mut getrandom::fill, now)?;
        self.store.put(session, &serde_json::to_vec(&state)?, state.expires_at()).await?;
        Ok(serde_json::to_string(&options)?)
    }

    async fn finish_sign_in(&self, session: &[u8], body: &str) -> Result<UserHandle> {
        let state =
            serde_json::from_slice(&self.store.take(session, now()).await?.ok_or("challenge-expired")?)?;
        let response = AuthenticationResponse::from_json(body.as_bytes())?;
        let record = self.store.find(response.credential_id()).await?;
        let authenticated = self.rp.finish_authentication(state, &response, record.as_ref(), now())?;
        let (user, update) = authenticated.user_and_update();
        let updated = self.store.update(update).await?;
        if updated == Updated::Stored { Ok(user.clone()) } else { Err("changed by another request".into()) }
    }
}

async fn run() -> Result<()> {
    let rp = RelyingParty::builder("example.org", "Example").origin("https://example.org").build()?;
    let server = Server { rp, store: MemoryStore::new() };
    let mut browser = browser::Browser::new(countersign_authenticator::Authenticator::phone("a phone"));
    let user = User::new(new_user_handle(&mut getrandom::fill)?, "jo@example.org", "Jo");
    let response = browser.create(&server.start_registration(b"session 1", &user).await?)?;
    server.finish_registration(b"session 1", &response).await?;
    println!("{} has {} passkey", user.name, server.store.list(&user.handle).await?.len());
    let response = browser.get(&server.start_sign_in(b"session 2").await?)?;
    assert_eq!(server.finish_sign_in(b"session 2", &response).await?, user.handle);
    println!("{} is signed in", user.name);
    let again = server.finish_sign_in(b"session 2", &response).await.map_err(|error| error.to_string());
    println!("the same response again: {}", again.expect_err("a challenge works once"));
    Ok(())
}

/// A program with a database has a runtime such as tokio. The store in memory never waits, so it needs none.
fn main() -> Result<()> {
    match pin!(run()).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => Err("a store that waits needs a runtime".into()),
    }
}
