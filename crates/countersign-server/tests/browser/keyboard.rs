//! The users' page by keyboard only: the focus is always visible, and never lost.

use serde_json::{Value as Json, json};

use crate::browsers::in_each_browser;
use crate::driver::authenticators::{Authenticator, usb};
use crate::driver::{Browser, Kind};
use crate::site::{NO_AUTOFILL, Visit};

const TAB: &str = "\u{e004}";
pub(crate) const ENTER: &str = "\u{e007}";
pub(crate) const ESCAPE: &str = "\u{e00c}";

/// More often than there are controls on the page.
const TABS_MAX: usize = 40;

/// A script that returns what is wrong with the focus: there is none, its mark is missing, or it is out of sight, perhaps below
/// the bar that stays in the window.
const FOCUS: &str = "const one = document.activeElement;
    if (one === null || one === document.body || one === document.documentElement) return 'nowhere';
    const what = one.outerHTML.slice(0, 80);
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    if (!one.matches(':focus-visible') || outlineStyle === 'none' || parseFloat(outlineWidth) < 2) return `no mark: ${what}`;
    const { top, bottom, left, right } = one.getBoundingClientRect();
    if (bottom <= 0 || top >= innerHeight || right <= 0 || left >= innerWidth) return `out of sight: ${what}`;
    const bars = [...document.querySelectorAll('.bar .notice:not(:empty, .idle)')].filter((bar) => !bar.contains(one));
    const hides = (bar) => bar.top <= top && bar.bottom >= bottom && bar.left <= left && bar.right >= right;
    return bars.some((bar) => hides(bar.getBoundingClientRect())) ? `below the bar: ${what}` : '';";

/// The keyboard of a user at the page.
pub(crate) struct Keyboard<'v> {
    pub(crate) visit: &'v Visit,
    pub(crate) browser: &'v Browser,
}

impl Keyboard<'_> {
    pub(crate) async fn press(&self, keys: &str) {
        self.browser.keys(keys).await;
    }

    /// Waits until the focus is visible on an element that the selector finds.
    pub(crate) async fn is_at(&self, selector: &str) {
        self.browser.until(&format!("document.activeElement?.matches({})", json!(selector))).await;
        assert_eq!(self.browser.run(FOCUS).await, "", "at {selector}");
    }

    /// Goes to an element by Tab, past others on which the focus is visible too.
    pub(crate) async fn go_to(&self, selector: &str) {
        let is_there = format!("return document.activeElement.matches({})", json!(selector));
        for _ in 0..TABS_MAX {
            self.press(TAB).await;
            if self.browser.run(&is_there).await == json!(true) {
                assert_eq!(self.browser.run(FOCUS).await, "", "at {selector}");
                return;
            }
            // After the last element the focus is in the browser itself.
            let lost = self.browser.run(FOCUS).await;
            assert!(lost == "" || lost == "nowhere", "on the way to {selector}: {lost}");
        }
        panic!("no Tab leads to {selector}");
    }

    /// Goes to a button, and presses it.
    pub(crate) async fn choose(&self, selector: &str) {
        self.go_to(selector).await;
        self.press(ENTER).await;
    }

    /// Checks that Tab leads to nothing behind the open question, whose first button has the focus.
    pub(crate) async fn is_kept_in_question(&self, title: &str) {
        self.visit.asked(title).await;
        self.is_at("#confirm-no").await;
        let place = "const one = document.activeElement;
            return document.querySelector('#confirm').contains(one) || one === document.body";
        for _ in 0..4 {
            self.press(TAB).await;
            assert_eq!(self.browser.run(place).await, true, "{title}");
        }
    }

    /// Answers yes to the open question.
    pub(crate) async fn agree(&self, title: &str) {
        self.visit.asked(title).await;
        self.is_at("#confirm-no").await;
        self.choose("#confirm-yes").await;
    }
}

async fn an_account_is_used_and_deleted_by_keyboard_only(kind: Kind) {
    let visit = Visit::begin(kind, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    let keyboard = Keyboard { visit: &visit, browser };
    let first = browser.add_authenticator(json!({})).await;
    an_account_is_created_left_and_entered(&keyboard).await;
    let key = a_passkey_is_added(&keyboard, first).await;
    a_passkey_is_renamed_and_removed(&keyboard).await;
    browser.remove_authenticator(key).await;

    keyboard.choose("#make-codes").await;
    browser.until("!document.querySelector('#codes').hidden").await;
    keyboard.is_at("#codes-title").await;
    keyboard.choose("#hide-codes").await;
    keyboard.is_at("#recovery-title").await;

    keyboard.choose(".danger summary").await;
    keyboard.choose("#delete").await;
    keyboard.is_kept_in_question("Delete the account “Ada”?").await;
    keyboard.press(ESCAPE).await;
    keyboard.is_at("#delete").await;
    keyboard.press(ENTER).await;
    keyboard.agree("Delete the account “Ada”?").await;
    visit.signed_out().await;
    keyboard.is_at("#out-title").await;
    assert_eq!(visit.session().await, Json::Null);
    assert!(!visit.site.has_account("Ada").await);
}

async fn an_account_is_created_left_and_entered(keyboard: &Keyboard<'_>) {
    let visit = keyboard.visit;
    // An error leads to the field that it is about.
    keyboard.choose("#create").await;
    keyboard.is_at("#name").await;
    keyboard.press("Ada").await;
    keyboard.press(ENTER).await;
    visit.signed_in_as("Ada").await;
    keyboard.is_at("#account-name").await;
    keyboard.choose("#sign-out").await;
    visit.signed_out().await;
    keyboard.is_at("#out-title").await;
    keyboard.choose("#sign-in").await;
    visit.signed_in_as("Ada").await;
    keyboard.is_at("#account-name").await;

    keyboard.choose("#rename-account").await;
    keyboard.is_at("#new-name").await;
    keyboard.press(ESCAPE).await;
    keyboard.is_at("#rename-account").await;
}

/// Adds a passkey of another authenticator, and returns that.
async fn a_passkey_is_added(keyboard: &Keyboard<'_>, first: Authenticator) -> Authenticator {
    let Keyboard { visit, browser } = keyboard;
    keyboard.choose("#add").await;
    keyboard.is_kept_in_question("First confirm that it is you").await;
    keyboard.press(ESCAPE).await;
    assert_eq!(visit.notice("add-notice").await.1, "cancelled");
    keyboard.is_at("#add").await;
    keyboard.press(ENTER).await;
    keyboard.agree("First confirm that it is you").await;
    visit.asked("Now create the new passkey").await;
    let first = browser.put_away(first).await;
    let key = browser.add_authenticator(usb()).await;
    keyboard.agree("Now create the new passkey").await;
    visit.passkeys(2).await;
    browser.bring_back(first).await;
    keyboard.is_at(".passkey:nth-child(2) [data-part=label]").await;
    key
}

async fn a_passkey_is_renamed_and_removed(keyboard: &Keyboard<'_>) {
    let Keyboard { visit, browser } = keyboard;
    let second = ".passkey:nth-child(2)";
    keyboard.choose(&format!("{second} [data-part=rename]")).await;
    keyboard.is_at(&format!("{second} [data-part=name]")).await;
    keyboard.press(ESCAPE).await;
    keyboard.is_at(&format!("{second} [data-part=rename]")).await;
    keyboard.press(ENTER).await;
    keyboard.press("Key ring").await;
    keyboard.press(ENTER).await;
    browser.until("document.querySelector('#status').textContent === 'Renamed to “Key ring”.'").await;
    keyboard.is_at(&format!("{second} [data-part=rename]")).await;
    keyboard.choose(&format!("{second} [data-part=remove]")).await;
    keyboard.is_kept_in_question("Remove “Key ring”?").await;
    keyboard.press(ESCAPE).await;
    keyboard.is_at(&format!("{second} [data-part=remove]")).await;
    keyboard.press(ENTER).await;
    keyboard.agree("Remove “Key ring”?").await;
    visit.passkeys(1).await;
    keyboard.is_at("#passkeys-title").await;
}

in_each_browser!(an_account_is_used_and_deleted_by_keyboard_only);
