//! Two instances on one `PostgreSQL`, behind nginx, which gives them requests by turns.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use countersign_server::Config;
use serde_json::json;

use crate::application::Application;
use crate::authenticator::Passkey;
use crate::browser::{APP, Answer, Browser, LOGIN};
use crate::instance::Instance;
use crate::nginx::Nginx;
use crate::postgres;

/// Two instances, an application, and nginx in front of them.
struct Pair {
    instances: [Instance; 2],
    _application: Application,
    nginx: Nginx,
}

impl Pair {
    fn start() -> Self {
        let database = postgres::schema();
        // At once, as a deployment starts them: both find an empty database.
        let instances = thread::scope(|scope| {
            let start = || Instance::start(Config::new(&database));
            let starting = [scope.spawn(start), scope.spawn(start)];
            starting.map(|instance| instance.join().unwrap())
        });
        let application = Application::start();
        let nginx = Nginx::start([instances[0].address, instances[1].address], application.address);
        Self { instances, _application: application, nginx }
    }

    fn browser(&self) -> Browser {
        Browser::new(self.nginx.port)
    }
}

/// The instance that answered: nginx says so in these tests.
fn instance(answer: &Answer) -> String {
    answer.field("x-instance").expect("the instance that answered").to_owned()
}

#[test]
fn a_ceremony_that_one_instance_starts_the_other_finishes() {
    let pair = Pair::start();
    let mut browser = pair.browser();
    let started = browser.post("/api/accounts/start", &json!({ "name": "Ada" })).expect(200);
    let options = started.json()["options"].clone();
    let passkey = Passkey::new(&options, LOGIN, 1);
    let body = json!({ "ceremony": started.json()["ceremony"], "response": passkey.registration(&options) });
    let finished = browser.post("/api/accounts/finish", &body).expect(201);
    assert_ne!(instance(&started), instance(&finished));
    // The finish again, by each of them: the same session.
    let session = browser.cookie("app.example.org", "__Secure-countersign-session");
    for _ in 0..2 {
        let again = browser.post("/api/accounts/finish", &body).expect(201);
        assert_eq!(again.json()["account"], finished.json()["account"]);
        assert_eq!(browser.cookie("app.example.org", "__Secure-countersign-session"), session);
    }
    for _ in 0..4 {
        assert_eq!(browser.navigate(APP).expect(200).got("countersign-name").unwrap(), "Ada");
        browser.sign_in(&passkey).expect(200);
    }
}

#[test]
fn two_finishes_of_one_ceremony_at_two_instances_have_one_outcome() {
    let pair = Pair::start();
    let mut browser = pair.browser();
    let passkey = browser.create_account("Ada", 1);
    for _ in 0..10 {
        let started = browser.post("/api/sessions/start", &json!({})).expect(200).json();
        let body = json!({
            "ceremony": started["ceremony"], "response": passkey.authentication(&started["options"]),
        });
        let sessions: Vec<_> = thread::scope(|scope| {
            let finish = || {
                let mut browser = browser.clone();
                browser.post("/api/sessions/finish", &body).expect(200);
                browser.cookie("app.example.org", "__Secure-countersign-session").unwrap()
            };
            let finishing = [scope.spawn(finish), scope.spawn(finish), scope.spawn(finish)];
            finishing.map(|finish| finish.join().unwrap()).to_vec()
        });
        assert!(sessions.iter().all(|session| *session == sessions[0]), "one session");
    }
}

#[test]
fn signing_out_at_one_instance_ends_the_session_at_both() {
    let pair = Pair::start();
    let mut browser = pair.browser();
    let passkey = browser.create_account("Ada", 1);
    let mut kept = browser.clone();
    for _ in 0..4 {
        browser.navigate(APP).expect(200);
    }
    let account = countersign::types::base64url::encode(&passkey.user_handle);
    let fields = [format!("Origin: {LOGIN}"), format!("Countersign-Account: {account}")];
    browser.fetch("DELETE", &format!("{LOGIN}/api/session"), &[&fields[0], &fields[1]], "").expect(204);
    for _ in 0..4 {
        kept.navigate(APP).expect(303);
    }
}

#[test]
fn if_one_instance_is_killed_the_other_goes_on() {
    let mut pair = Pair::start();
    let mut browser = pair.browser();
    let passkey = browser.create_account("Ada", 1);
    let (signed_in, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        for _ in 0..2 {
            let (mut browser, passkey) = (browser.clone(), &passkey);
            let (signed_in, is_over) = (&signed_in, &is_over);
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    browser.sign_in(passkey).expect(200);
                    browser.navigate(APP).expect(200);
                    signed_in.fetch_add(1, Ordering::Relaxed);
                    // Within the limit that nginx sets for an address.
                    thread::sleep(Duration::from_millis(150));
                }
            });
        }
        thread::sleep(Duration::from_secs(1));
        pair.instances[0].kill();
        let before = signed_in.load(Ordering::Relaxed);
        thread::sleep(Duration::from_secs(2));
        is_over.store(true, Ordering::Relaxed);
        assert!(before > 0 && signed_in.load(Ordering::Relaxed) > before, "sign-ins went on");
    });
}
