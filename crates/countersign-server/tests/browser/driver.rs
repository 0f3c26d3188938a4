//! A browser for each test: Chromium under chromedriver or Firefox under geckodriver, with virtual authenticators.
//!
//! The extension commands of [User Agent Automation](https://www.w3.org/TR/webauthn-3/#sctn-automation) are those of both
//! drivers. Firefox differs in this:
//!
//! - Its authenticators belong to all windows, and none has a passkey that can be backed up.
//! - It tries authenticators in no particular order, and the first one that excludes a registration ends it. So a user who has
//!   two puts one away: [`Browser::put_away`].
//! - One that does not consent is rejected at once. One that can't verify its user creates a passkey anyway.
//! - A suggested passkey waits until it is chosen: [`Browser::choose_suggestion`].
//! - Version 140 passes no signals on to password managers: [`Browser::has_signals`].

use std::time::{Duration, Instant};
use std::{fs, path::Path};

use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::wd::WindowHandle;
use fantoccini::{Locator, elements::Element};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

#[path = "driver/authenticators.rs"]
pub(crate) mod authenticators;
#[path = "driver/chromium.rs"]
mod chromium;
#[path = "driver/firefox.rs"]
mod firefox;
#[path = "driver/process.rs"]
mod process;
#[path = "driver/session.rs"]
mod session;
#[path = "driver/setting.rs"]
pub(crate) mod setting;

use process::Driver;
use session::Session;
use setting::Setting;

/// How long a test waits for a state of the page.
const PATIENCE: Duration = Duration::from_secs(45);

/// The browsers that the tests drive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Chromium,
    Firefox,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
        }
    }
}

/// A headless browser with its own profile. Both are removed when it is dropped.
pub(crate) struct Browser {
    pub(crate) kind: Kind,
    session: Session,
    id: String,
    driver: Driver,
    profile: TempDir,
}

impl Browser {
    pub(crate) async fn start(kind: Kind) -> Self {
        Self::start_with(kind, &[]).await
    }

    pub(crate) async fn start_with(kind: Kind, settings: &[Setting]) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let (driver, session) = match kind {
            Kind::Chromium => chromium::start(settings, &profile).await,
            Kind::Firefox => firefox::start(settings).await,
        };
        let id = session.id().await;
        Self { kind, session, id, driver, profile }
    }

    /// Runs a script in every later document, before its own scripts.
    pub(crate) async fn before_load(&self, script: &str) {
        match self.kind {
            Kind::Chromium => chromium::before_load(&self.session, script).await,
            Kind::Firefox => firefox::before_load(&self.session, script).await,
        }
    }

    pub(crate) async fn open(&self, address: &str) {
        self.session.client.goto(address).await.unwrap();
    }

    /// Sets the width in CSS pixels, even below the least width of windows.
    pub(crate) async fn set_width(&self, width: u32) {
        self.set_size(width, 800).await;
    }

    pub(crate) async fn set_size(&self, width: u32, height: u32) {
        match self.kind {
            Kind::Chromium => chromium::set_size(&self.session, width, height).await,
            Kind::Firefox => firefox::set_size(&self.session, width, height).await,
        }
    }

    /// Writes a screenshot of the window to a PNG file.
    pub(crate) async fn screenshot(&self, file: &Path) {
        fs::write(file, self.session.client.screenshot().await.unwrap()).unwrap();
    }

    /// A command of the `DevTools` protocol, in the current window of Chromium.
    pub(crate) async fn devtools(&self, command: &str, parameters: Json) {
        chromium::devtools(&self.session, command, parameters).await;
    }

    /// Shows the page as it is printed.
    pub(crate) async fn print_media(&self) {
        match self.kind {
            Kind::Chromium => chromium::print_media(&self.session).await,
            Kind::Firefox => firefox::print_media(&self.session).await,
        }
    }

    /// Sets the colours that the user prefers: `light` or `dark`.
    pub(crate) async fn set_colors(&self, scheme: &str) {
        match self.kind {
            Kind::Chromium => chromium::set_colors(&self.session, scheme).await,
            Kind::Firefox => firefox::set_colors(&self.session, scheme).await,
        }
    }

    /// Makes requests fail whose address ends with one of these, in place of those that were given before.
    pub(crate) async fn block(&self, ends: &[&str]) {
        match self.kind {
            Kind::Chromium => chromium::block(&self.session, ends).await,
            Kind::Firefox => firefox::block(&self.session, ends).await,
        }
    }

    /// The window that receives the commands.
    pub(crate) async fn window(&self) -> WindowHandle {
        self.session.client.window().await.unwrap()
    }

    /// Opens another window, with the same cookies, and switches to it.
    pub(crate) async fn open_window(&self) -> WindowHandle {
        let window = self.session.client.new_window(false).await.unwrap().handle;
        self.go_to(&window).await;
        window
    }

    pub(crate) async fn go_to(&self, window: &WindowHandle) {
        self.session.client.switch_to_window(window.clone()).await.unwrap();
    }

    pub(crate) async fn enter_frame(&self) {
        self.session.client.clone().enter_frame(0).await.unwrap();
    }

    pub(crate) async fn back(&self) {
        self.session.client.back().await.unwrap();
    }

    pub(crate) async fn forget_cookies(&self) {
        self.session.client.delete_all_cookies().await.unwrap();
    }

    /// The value of a script's `return`; a promise is awaited.
    pub(crate) async fn run(&self, script: &str) -> Json {
        self.session.run(script, Vec::new()).await
    }

    /// Waits until the expression is true, or fails with what the page shows instead.
    pub(crate) async fn until(&self, expression: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.run(&format!("return Boolean({expression})")).await != json!(true) {
            if Instant::now() > deadline {
                let shown = self.run("return document.body.innerText").await;
                panic!(
                    "not within {PATIENCE:?}: {expression}\nthe page shows: {shown}\nlog: {:?}",
                    self.log().await
                );
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }

    /// Waits for the sentence of a page whose script has not started. It appears with a delay, by an animation whose
    /// time can be set back when the first frame is drawn late; so only the text as it is shown counts.
    pub(crate) async fn until_loading_is_shown(&self) {
        let sentence = "This page is loading. If this sentence stays,";
        self.until(&format!("document.querySelector('main').innerText.trim().startsWith('{sentence}')"))
            .await;
    }

    pub(crate) async fn find(&self, selector: &str) -> Element {
        self.session
            .client
            .find(Locator::Css(selector))
            .await
            .unwrap_or_else(|error| panic!("{selector} is not on the page: {error}"))
    }

    pub(crate) async fn click(&self, selector: &str) {
        let element = self.find(selector).await;
        element.click().await.unwrap_or_else(|error| panic!("{selector} can't be clicked: {error}"));
    }

    /// Clicks twice in a row at the same place, as one double click, in Chromium.
    pub(crate) async fn double_click(&self, selector: &str) {
        let place = format!(
            "const one = document.querySelector('{selector}');
             one.scrollIntoView({{ block: 'center', behavior: 'instant' }});
             const {{ x, y, width, height }} = one.getBoundingClientRect();
             return {{ x: x + width / 2, y: y + height / 2 }}"
        );
        let place = self.run(&place).await;
        for count in [1, 2] {
            for event in ["mousePressed", "mouseReleased"] {
                let parameters = json!({
                    "type": event, "x": place["x"], "y": place["y"], "button": "left", "clickCount": count,
                });
                self.devtools("Input.dispatchMouseEvent", parameters).await;
            }
        }
    }

    pub(crate) async fn text(&self, selector: &str) -> String {
        self.find(selector).await.text().await.unwrap()
    }

    pub(crate) async fn is_shown(&self, selector: &str) -> bool {
        self.find(selector).await.is_displayed().await.unwrap()
    }

    /// Types into the focused element.
    pub(crate) async fn press(&self, keys: &str) {
        self.session.client.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    /// Presses and releases these keys of the keyboard one after another, wherever the focus is.
    pub(crate) async fn keys(&self, keys: &str) {
        let strokes = keys.chars().flat_map(|value| [KeyAction::Down { value }, KeyAction::Up { value }]);
        let keyboard = strokes.fold(KeyActions::new("keyboard".to_owned()), KeyActions::then);
        self.session.client.perform_actions(keyboard).await.unwrap();
        if self.kind == Kind::Firefox {
            firefox::return_to_document(&self.session).await;
        }
    }

    /// The accessible name of each visible element that the selector finds.
    pub(crate) async fn accessible_names(&self, selector: &str) -> Vec<String> {
        let mut names = Vec::new();
        for element in self.session.client.find_all(Locator::Css(selector)).await.unwrap() {
            if element.is_displayed().await.unwrap() {
                let path = format!("element/{}/computedlabel", element.element_id().as_ref());
                names.push(self.session.get(&path).await.as_str().unwrap().to_owned());
            }
        }
        names
    }

    /// The browser's log since the last call, each entry with its source or its category in front.
    pub(crate) async fn log(&self) -> Vec<String> {
        match self.kind {
            Kind::Chromium => chromium::log(&self.session).await,
            Kind::Firefox => firefox::log(&self.session).await,
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // First the processes, or they would write to a profile that is being removed.
        match self.kind {
            Kind::Chromium => chromium::stop(&mut self.driver),
            Kind::Firefox => firefox::stop(&mut self.driver, &self.id),
        }
        let _ = fs::remove_dir_all(self.profile.path());
    }
}
