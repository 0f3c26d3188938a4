//! What holds behind each proxy.

use serde_json::json;
use tempfile::TempDir;

use countersign_server::Config;

use crate::application::Application;
use crate::browser::{APP, Browser, LOGIN};
use crate::instance::Instance;
use crate::{caddy::Caddy, nginx::Nginx};

/// The cookie of the session.
const SESSION: &str = "__Secure-countersign-session";

/// A proxy in front of a server and an application.
struct Setup {
    instance: Instance,
    application: Application,
    browser: Browser,
    database: std::path::PathBuf,
    _proxy: Box<dyn std::any::Any>,
    _folder: TempDir,
}

impl Setup {
    fn new<P: 'static>(
        start: impl FnOnce([std::net::SocketAddr; 2], std::net::SocketAddr) -> (u16, P),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("test.sqlite3");
        let instance = Instance::start(Config::new(&database));
        let application = Application::start();
        let (port, proxy) = start([instance.address; 2], application.address);
        let browser = Browser::new(port);
        Self { instance, application, browser, database, _proxy: Box::new(proxy), _folder: folder }
    }

    fn nginx() -> Self {
        Self::new(|instances, application| {
            let nginx = Nginx::start(instances, application);
            (nginx.port, nginx)
        })
    }

    fn caddy() -> Self {
        Self::new(|instances, application| {
            let caddy = Caddy::start(instances, application);
            (caddy.port, caddy)
        })
    }
}

/// Tests a sentence about any proxy behind each of them.
macro_rules! behind_each_proxy {
    ($($name:ident)+) => {
        mod behind_nginx {
            $(#[test] fn $name() { super::$name(super::Setup::nginx()); })+
        }
        mod behind_caddy {
            $(#[test] fn $name() { super::$name(super::Setup::caddy()); })+
        }
    };
}

behind_each_proxy! {
    a_browser_is_sent_to_sign_in_and_back_to_where_it_was_going
    a_client_can_not_name_its_user_itself
    the_application_gets_no_cookie_of_the_login
    a_script_is_not_redirected
    a_body_reaches_the_application_and_not_the_login
    signing_out_ends_access_at_once
    without_the_login_nothing_is_open
    the_answers_for_proxies_are_not_public
}

fn a_browser_is_sent_to_sign_in_and_back_to_where_it_was_going(mut setup: Setup) {
    let browser = &mut setup.browser;
    let target = "https://app.example.org/a%20b/%C3%A9?c=d&e=%26&f=//evil.example";
    let sent = browser.navigate(target).expect(303);
    assert_eq!(
        sent.field("location").unwrap(),
        "https://login.example.org/?return_to=https%3A%2F%2Fapp.example.org%2Fa%2520b%2F%25C3%25A9%3Fc%3Dd%26e%3D%2526\
         %26f%3D%2F%2Fevil.example"
    );
    assert_eq!(setup.application.requests(), 0);
    let page = sent.field("location").unwrap().to_owned();
    assert!(browser.navigate(&page).expect(200).body.contains("<title>Countersign</title>"));

    // What the page does.
    let query = page.split_once("return_to=").unwrap().1;
    let passkey = browser.create_account("Zoë 愛", 1);
    let back = browser.navigate(&format!("{LOGIN}/auth/return?to={query}")).expect(303);
    assert_eq!(back.field("location"), Some(target));
    let answer = browser.navigate(target).expect(200);
    assert_eq!(answer.got("countersign-name").unwrap(), "Zo%C3%AB%20%E6%84%9B");
    let handle = countersign::types::base64url::encode(&passkey.user_handle);
    assert_eq!(answer.got("countersign-user"), Some(handle));
    assert_eq!(answer.json()["path"], "/a%20b/%C3%A9?c=d&e=%26&f=//evil.example");
}

fn a_client_can_not_name_its_user_itself(mut setup: Setup) {
    let forged = [
        "Countersign-User: evil",
        "Countersign-Name: evil",
        "countersign-user: evil",
        "COUNTERSIGN-NAME: evil",
        "Countersign_User: evil",
        "countersign_name: evil",
        "X-Forwarded-User: evil",
    ];
    let browser = &mut setup.browser;
    browser.fetch("GET", APP, &forged, "").expect(401);
    assert_eq!(setup.application.requests(), 0);
    browser.create_account("Ada", 1);
    let answer = browser.fetch("GET", APP, &forged, "").expect(200);
    assert_eq!(answer.got("countersign-name").unwrap(), "Ada");
    assert_ne!(answer.got("countersign-user").unwrap(), "evil");
    for name in ["countersign_user", "countersign_name"] {
        assert_eq!(answer.got(name), None, "WSGI and CGI read both spellings as one");
    }
}

fn the_application_gets_no_cookie_of_the_login(mut setup: Setup) {
    let browser = &mut setup.browser;
    browser.create_account("Ada", 1);
    let session = browser.cookie("app.example.org", SESSION).unwrap();
    assert_eq!(browser.cookie("login.example.org", SESSION).as_ref(), Some(&session));
    assert!(browser.cookie("login.example.org", "__Host-countersign-browser").is_some());
    assert_eq!(browser.cookie("app.example.org", "__Host-countersign-browser"), None);
    for cookies in [
        format!("{SESSION}={session}"),
        format!("a=b; {SESSION}={session}"),
        format!("{SESSION}={session}; a=b"),
        format!("a=b; {SESSION}={session}; c=d; __Host-countersign-browser=x"),
        format!("__Host-countersign-browser=x; {SESSION}={session}"),
    ] {
        let request = format!(
            "GET / HTTP/1.1\r\nHost: app.example.org\r\nConnection: close\r\nCookie: {cookies}\r\n\r\n"
        );
        let answer = browser.exchange("app.example.org", request.as_bytes()).expect(200);
        let got = answer.got("cookie").unwrap_or_default();
        assert!(!got.contains("countersign"), "{got}");
        assert_eq!(got.contains("a=b"), cookies.contains("a=b"), "{got}");
        assert_eq!(got.contains("c=d"), cookies.contains("c=d"), "{got}");
    }
}

fn a_script_is_not_redirected(mut setup: Setup) {
    let browser = &mut setup.browser;
    for (method, fields) in [
        ("GET", &[][..]),
        ("POST", &["Content-Type: application/json"]),
        ("DELETE", &["X-Forwarded-Method: GET"]),
    ] {
        let answer = browser.fetch(method, APP, fields, "").expect(401);
        assert_eq!(answer.field("location"), None);
    }
    assert_eq!(setup.application.requests(), 0);
}

fn a_body_reaches_the_application_and_not_the_login(mut setup: Setup) {
    let browser = &mut setup.browser;
    browser.create_account("Ada", 1);
    let origin = "Origin: https://app.example.org";
    let answer = browser.fetch("POST", &format!("{APP}/form"), &[origin], "text of the form").expect(200);
    assert_eq!(answer.json()["body"], "text of the form");
    assert_eq!(answer.json()["method"], "POST");
    assert_eq!(answer.got("origin").unwrap(), "https://app.example.org");
}

fn signing_out_ends_access_at_once(mut setup: Setup) {
    let browser = &mut setup.browser;
    let passkey = browser.create_account("Ada", 1);
    browser.navigate(APP).expect(200);
    let mut kept = browser.clone();
    let account = countersign::types::base64url::encode(&passkey.user_handle);
    let fields = [format!("Origin: {LOGIN}"), format!("Countersign-Account: {account}")];
    browser.fetch("DELETE", &format!("{LOGIN}/api/session"), &[&fields[0], &fields[1]], "").expect(204);
    browser.navigate(APP).expect(303);
    assert_eq!(browser.cookie("app.example.org", SESSION), None);
    kept.navigate(APP).expect(303);
}

fn without_the_login_nothing_is_open(mut setup: Setup) {
    setup.browser.create_account("Ada", 1);
    setup.browser.navigate(APP).expect(200);
    setup.instance.kill();
    let answer = setup.browser.navigate(APP);
    assert!((500..600).contains(&answer.status), "{answer:?}");
    assert_eq!(setup.application.requests(), 1);
}

fn the_answers_for_proxies_are_not_public(mut setup: Setup) {
    let browser = &mut setup.browser;
    browser.create_account("Ada", 1);
    for path in ["/auth/check", "/auth/session", "/metrics"] {
        browser.navigate(&format!("{LOGIN}{path}")).expect(404);
    }
    browser.navigate(&format!("{LOGIN}/health/live")).expect(200);
}

#[test]
fn nginx_keeps_its_questions_to_itself() {
    let mut setup = Setup::nginx();
    setup.browser.create_account("Ada", 1);
    for path in ["/countersign/session", "/countersign/recent"] {
        setup.browser.navigate(&format!("{APP}{path}")).expect(404);
    }
    assert_eq!(setup.application.requests(), 0);
}

#[test]
fn a_page_that_demands_a_recent_verification_gets_one() {
    let mut setup = Setup::nginx();
    let passkey = setup.browser.create_account("Ada", 1);
    let target = format!("{APP}/payments/1");
    setup.browser.navigate(&target).expect(200);
    let database = rusqlite::Connection::open(&setup.database).unwrap();
    database.execute("UPDATE sessions SET verified_at = verified_at - 301", ()).unwrap();

    let browser = &mut setup.browser;
    browser.navigate(APP).expect(200);
    let sent = browser.navigate(&target).expect(303);
    let page = sent.field("location").unwrap().to_owned();
    let query = "https%3A%2F%2Fapp.example.org%2Fpayments%2F1&max_age=300";
    assert_eq!(page, format!("{LOGIN}/?return_to={query}"));
    let way = browser.navigate(&format!("{LOGIN}/api/return?to={query}")).expect(200).json();
    assert_eq!(way, json!({ "to": target, "open": false }));
    // Without a verification, the way back leads to the page again, and not in a circle past the user.
    let back = browser.navigate(&format!("{LOGIN}/auth/return?to={query}")).expect(303);
    assert_eq!(back.field("location"), Some(format!("/?return_to={query}").as_str()));

    browser.sign_in(&passkey).expect(200);
    let back = browser.navigate(&format!("{LOGIN}/auth/return?to={query}")).expect(303);
    assert_eq!(back.field("location"), Some(target.as_str()));
    browser.navigate(&target).expect(200);
}
