//! A session of `WebDriver`, with commands that fantoccini has no method for.

use axum::http::Method;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::Value as Json;
use url::Url;

/// A session with one browser.
pub(super) struct Session {
    pub(super) client: Client,
}

impl Session {
    /// A new session with these capabilities, by the driver at this port.
    pub(super) async fn begin(port: u16, capabilities: &Json) -> Self {
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().unwrap().clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("the browser starts under its driver");
        Self { client }
    }

    pub(super) async fn id(&self) -> String {
        self.client.session_id().await.unwrap().expect("the session has begun")
    }

    /// The value of a script's `return`; a promise is awaited.
    pub(super) async fn run(&self, script: &str, arguments: Vec<Json>) -> Json {
        let value = self.client.execute(script, arguments).await;
        value.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    pub(super) async fn get(&self, path: &str) -> Json {
        self.issue(Method::GET, path, None).await
    }

    pub(super) async fn post(&self, path: &str, body: Json) -> Json {
        self.issue(Method::POST, path, Some(body)).await
    }

    pub(super) async fn delete(&self, path: &str) -> Json {
        self.issue(Method::DELETE, path, None).await
    }

    async fn issue(&self, method: Method, path: &str, body: Option<Json>) -> Json {
        let command = Extension { method, path: path.to_owned(), body };
        self.client.issue_cmd(command).await.unwrap_or_else(|error| panic!("{path}: {error}"))
    }
}

/// A command of this session that fantoccini has no method for.
#[derive(Debug)]
struct Extension {
    method: Method,
    path: String,
    body: Option<Json>,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, url::ParseError> {
        base_url.join(&format!("session/{}/{}", session_id.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _request_url: &Url) -> (Method, Option<String>) {
        (self.method.clone(), self.body.as_ref().map(Json::to_string))
    }
}
