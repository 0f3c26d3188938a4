//! A first passkey: one registration, in memory, on <http://localhost:8080>.

use std::{collections::HashMap, error::Error, fmt, sync::Arc, time::SystemTime};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::Html,
    routing::{get, post},
};
use countersign::{
    CredentialIdStatus, RegistrationRequest, RegistrationResponse, RegistrationState, RelyingParty,
    Timestamp, User,
    ceremony::new_user_handle,
    types::{CreationOptions, base64url::Base64Url},
};
use tokio::{net::TcpListener, sync::Mutex};

struct App {
    rp: RelyingParty,
    /// What the server remembers of each open registration, by its challenge.
    open: Mutex<HashMap<Vec<u8>, RegistrationState>>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:8080").await?;
    axum::serve(listener, router("http://localhost:8080")?).await?;
    Ok(())
}

pub(crate) fn router(origin: &str) -> Result<Router, Box<dyn Error>> {
    let rp = RelyingParty::builder("localhost", "My first passkey").origin(origin).build()?;
    let app = Arc::new(App { rp, open: Mutex::default() });
    let page = get(|| async { Html(PAGE) });
    let router = Router::new().route("/", page).route("/start", post(start)).route("/finish", post(finish));
    Ok(router.with_state(app))
}

async fn start(State(app): State<Arc<App>>) -> Result<Json<CreationOptions>, (StatusCode, String)> {
    let user = User::new(new_user_handle(&mut getrandom::fill).map_err(failed)?, "jo", "Jo");
    let request = RegistrationRequest::new(&user);
    let started = app.rp.start_registration(request, &mut getrandom::fill, now());
    let (options, state) = started.map_err(failed)?;
    app.open.lock().await.insert(options.challenge.to_vec(), state);
    Ok(Json(options))
}

async fn finish(
    State(app): State<Arc<App>>,
    Json((challenge, response)): Json<(Base64Url, RegistrationResponse)>,
) -> Result<String, (StatusCode, String)> {
    let state = app.open.lock().await.remove(&*challenge).ok_or_else(|| failed("there is no such start"))?;
    let status = CredentialIdStatus::Unregistered; // nothing is stored yet
    let registered = app.rp.finish_registration(state, &response, status, now());
    let record = registered.map_err(failed)?.into_credential();
    Ok(format!("verified: {}", serde_json::to_string(&record).map_err(failed)?))
}

fn failed(error: impl fmt::Display) -> (StatusCode, String) {
    (StatusCode::BAD_REQUEST, error.to_string())
}

fn now() -> Timestamp {
    SystemTime::now().into()
}

const PAGE: &str = r#"<!doctype html>
<button>Make a passkey</button>
<pre></pre>
<script type="module">
  const send = (path, body) =>
    fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const make = async () => {
    const options = await (await send("/start")).json();
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    const credential = await navigator.credentials.create({ publicKey });
    return (await send("/finish", [options.challenge, credential])).text();
  };
  document.querySelector("button").onclick = async () => {
    document.querySelector("pre").textContent = await make().catch(String);
  };
</script>
"#;
