//! The log, on standard error.

use std::env;
use std::io::{self, IsTerminal as _};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::{layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// The environment variable that sets what is logged, such as `debug` or `countersign_server=debug`.
const VARIABLE: &str = "COUNTERSIGN_LOG";

/// Starts it, as the environment variable says, or else with all from `info` on.
pub(crate) fn start() {
    let filter = env::var(VARIABLE).ok().and_then(|text| filter(&text));
    let filter = filter.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let format =
        tracing_subscriber::fmt::layer().with_ansi(io::stderr().is_terminal()).with_writer(io::stderr);
    tracing_subscriber::registry().with(filter).with(format).init();
}

/// Reads a list of levels, targets, and targets with levels, such as `warn, countersign_server=debug`; `None` if it is
/// none. An empty one is `error`.
fn filter(text: &str) -> Option<Targets> {
    let directives: Vec<&str> = text.split(',').map(str::trim).filter(|it| !it.is_empty()).collect();
    // The parser takes any text for a target, which nothing would be logged for.
    let is_plain = |character: char| character.is_alphanumeric() || "_:-=".contains(character);
    if !directives.iter().all(|directive| directive.chars().all(is_plain)) {
        return None;
    }
    directives.join(",").parse().ok()
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn a_list_sets_levels_by_target_whatever_spaces_and_commas_it_has() {
        for text in [
            "warn,countersign_server=debug",
            " warn , countersign_server=debug,",
            "countersign_server=DEBUG,,warn",
        ] {
            let filter = filter(text).unwrap();
            assert!(filter.would_enable("countersign_server::http", &Level::DEBUG), "{text}");
            assert!(!filter.would_enable("countersign_server::http", &Level::TRACE), "{text}");
            assert!(filter.would_enable("hyper", &Level::WARN), "{text}");
            assert!(!filter.would_enable("hyper", &Level::INFO), "{text}");
        }
        let target_alone = filter("countersign_server").unwrap();
        assert!(target_alone.would_enable("countersign_server", &Level::TRACE));
        assert!(!target_alone.would_enable("hyper", &Level::ERROR));
        let empty = filter("").unwrap();
        assert!(empty.would_enable("hyper", &Level::ERROR) && !empty.would_enable("hyper", &Level::WARN));
    }

    #[test]
    fn what_is_not_a_list_is_none() {
        for text in ["*", "[span]=debug", "countersign_server=loud", "a=b=c", "debug;info"] {
            assert!(filter(text).is_none(), "{text}");
        }
    }
}
