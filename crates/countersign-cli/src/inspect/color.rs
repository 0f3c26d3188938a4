//! Colors on terminals: [ECMA-48](https://ecma-international.org/publications-and-standards/standards/ecma-48/), section 8.3.117.

use std::io::{self, IsTerminal as _};

/// When to use colors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless the environment is against it.
    Auto,
    Always,
    Never,
}

/// Whether the output has colors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colors {
    On,
    Off,
}

/// The color of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Color {
    Plain,
    Bold,
    Dim,
    Green,
    Yellow,
    Red,
}

impl ColorChoice {
    /// Decides by the terminal, by [`NO_COLOR`](https://no-color.org) and by `TERM`.
    pub(super) fn decide(self) -> Colors {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let on = match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => io::stdout().is_terminal() && !is_set("NO_COLOR") && !is_dumb,
        };
        if on { Colors::On } else { Colors::Off }
    }
}

impl Colors {
    /// A text in a color.
    pub(super) fn paint(self, color: Color, text: &str) -> String {
        let code = match color {
            _ if self == Self::Off || text.is_empty() => return text.to_owned(),
            Color::Plain => return text.to_owned(),
            Color::Bold => "1",
            Color::Dim => "2",
            Color::Green => "32",
            Color::Yellow => "33",
            Color::Red => "31",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_used_if_they_are_on() {
        assert_eq!(Colors::On.paint(Color::Red, "a"), "\u{1b}[31ma\u{1b}[0m");
        assert_eq!(Colors::On.paint(Color::Plain, "a"), "a");
        assert_eq!(Colors::Off.paint(Color::Red, "a"), "a");
        assert_eq!(ColorChoice::Always.decide(), Colors::On);
        assert_eq!(ColorChoice::Never.decide(), Colors::Off);
    }
}
