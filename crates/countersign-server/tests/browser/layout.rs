//! What a page looks like: in each of its states, narrow and wide, light and dark, and with large text.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::json;

use crate::{axe, driver::Browser};

/// A script that returns what is wider than its place: the page, and each visible control, dialog and card. A wide table scrolls
/// by itself.
pub(crate) const CUT: &str = "const cut = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) cut.push(`the page: ${scrollWidth} > ${clientWidth}`);
    for (const one of document.querySelectorAll('button, dialog, .card, .notice, input, summary, nav a, .scroll, svg.chart')) {
        const { left, right, width } = one.getBoundingClientRect();
        const scrolled = one.parentElement.closest('.scroll') !== null;
        if (width === 0 || scrolled || one.matches('.notice:empty, .idle')) continue;
        const what = one.outerHTML.slice(0, 80);
        if (left < -0.5 || right > clientWidth + 0.5) cut.push(`${what}: ${left} to ${right}`);
        if (one.scrollWidth > one.clientWidth + 1 && !one.matches('input, .scroll, svg')) cut.push(`${what}: ${one.scrollWidth} > ${one.clientWidth}`);
    }
    return cut.join('; ');";

/// A script that returns the places of names that could turn the text around them: those that are not alone in an isolated
/// element, and in attributes those without isolating characters. `NAMES` is a list of names.
const NOT_ISOLATED: &str = "const found = [];
    const names = NAMES;
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text; (text = texts.nextNode()) !== null;) {
        const parent = text.parentElement;
        const name = names.find((one) => text.data.includes(one));
        const isIsolated = ['isolate', 'plaintext'].includes(getComputedStyle(parent).unicodeBidi);
        if (name !== undefined && (text.data !== name || !isIsolated)) found.push(parent.outerHTML.slice(0, 120));
    }
    for (const one of document.querySelectorAll('[aria-label], [title], [alt]')) {
        for (const value of ['aria-label', 'title', 'alt'].map((name) => one.getAttribute(name) ?? '')) {
            const name = names.find((name) => value.includes(name));
            if (name !== undefined && !value.includes(`\\u2068${name}\\u2069`)) found.push(value);
        }
    }
    return found.join('; ');";

/// How a state is looked at: its name in the file, the width in CSS pixels, the colours, and the size of text.
struct Look {
    name: &'static str,
    width: u32,
    colors: &'static str,
    text: &'static str,
    /// Whether axe-core runs: contrast depends on the colours, and all else is the same in each look.
    is_checked: bool,
}

const LOOKS: [Look; 4] = [
    Look { name: "narrow", width: 320, colors: "light", text: "100%", is_checked: false },
    Look { name: "large-text", width: 360, colors: "light", text: "200%", is_checked: false },
    Look { name: "dark", width: 768, colors: "dark", text: "100%", is_checked: true },
    // The last one, so that the test goes on with it.
    Look { name: "wide", width: 1280, colors: "light", text: "100%", is_checked: true },
];

/// The screenshots of a page's states in a browser, below `target/screenshots`.
pub(crate) struct Gallery<'b> {
    browser: &'b Browser,
    folder: PathBuf,
    /// Names that users chose.
    names: Vec<&'static str>,
}

impl<'b> Gallery<'b> {
    pub(crate) fn of(page: &str, browser: &'b Browser, names: &[&'static str]) -> Self {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let folder = target.join("screenshots").join(browser.kind.name()).join(page);
        fs::create_dir_all(&folder).unwrap();
        Self { browser, folder, names: names.to_vec() }
    }

    /// Writes screenshots of a state, and checks that nothing is cut off, that names are isolated, and that axe-core finds
    /// nothing serious.
    pub(crate) async fn show(&self, state: &str) {
        let isolated = NOT_ISOLATED.replace("NAMES", &json!(self.names).to_string());
        assert_eq!(self.browser.run(&isolated).await, "", "{state}");
        for look in LOOKS {
            let what = format!("{state}, {}", look.name);
            self.set(&look).await;
            assert_eq!(self.browser.run(CUT).await, "", "{what}");
            self.browser.screenshot(&self.folder.join(format!("{state}-{}.png", look.name))).await;
            if look.is_checked {
                let found = axe::violations(self.browser).await;
                assert!(!found.iter().any(axe::is_serious), "{what}: {}", json!(found));
            }
        }
    }

    /// Sets a look, in a window as high as the page.
    async fn set(&self, look: &Look) {
        self.browser.set_colors(look.colors).await;
        self.browser.run(&format!("document.documentElement.style.fontSize = '{}'", look.text)).await;
        self.browser.set_size(look.width, 480).await;
        let height = self.browser.run("return document.documentElement.scrollHeight").await;
        let height = height.as_u64().and_then(|height| u32::try_from(height).ok()).unwrap();
        self.browser.set_size(look.width, height.max(480)).await;
        // Colours change within a moment, but in Firefox some changes end only when they are painted.
        let end =
            "for (const one of document.getAnimations()) if (one instanceof CSSTransition) one.finish()";
        self.browser.run(end).await;
    }
}
