//! The log, on standard error: lines of text, or of JSON for programs.
//!
//! Nothing that a client sends can break a line, or reach a terminal as a command: values of fields are escaped in text,
//! and JSON is written in ASCII.

use std::io::{self, IsTerminal as _, Write};
use std::{env, fmt};

use countersign_server::printable;
use tracing::Subscriber;
use tracing::field::Field;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::{self, Writer};
use tracing_subscriber::fmt::{self as formatting, MakeWriter};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::ascii_json::escaped;

/// The environment variable that sets what is logged, such as `debug` or `countersign_server=debug`.
const LEVELS_VARIABLE: &str = "COUNTERSIGN_LOG";

/// The environment variable that sets the form of lines: `text` or `json`.
const FORMAT_VARIABLE: &str = "COUNTERSIGN_LOG_FORMAT";

/// The field of an event's message.
const MESSAGE: &str = "message";

/// The form of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LogFormat {
    Text,
    Json,
}

/// The form of lines is none that there is.
#[derive(Debug, thiserror::Error)]
#[error("{FORMAT_VARIABLE} is text or json, and not {0:?}")]
pub(crate) struct LogFormatError(String);

/// Starts the log as the environment variables say, by default as text with all from `info` on.
pub(crate) fn start() -> Result<(), LogFormatError> {
    let format = env::var_os(FORMAT_VARIABLE).map(|word| word.to_string_lossy().parse()).transpose()?;
    let filter = env::var(LEVELS_VARIABLE).ok().and_then(|text| filter(&text));
    let filter = filter.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let lines = lines(format.unwrap_or(LogFormat::Text), io::stderr, io::stderr().is_terminal());
    tracing_subscriber::registry().with(filter).with(lines).init();
    Ok(())
}

/// Writes events in this form, in colours if they are for a terminal.
fn lines<S, W>(format: LogFormat, out: W, is_terminal: bool) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    match format {
        LogFormat::Text => {
            let fields = format::debug_fn(write_field).delimited(" ");
            formatting::layer().with_ansi(is_terminal).fmt_fields(fields).with_writer(out).boxed()
        }
        LogFormat::Json => {
            let lines = formatting::layer().json().flatten_event(true).with_current_span(false);
            lines.with_writer(InAscii(out)).boxed()
        }
    }
}

/// Writes a field of an event or a span as text. Strings arrive with quotation marks and escapes, other values as they
/// show themselves, and these are made printable.
fn write_field(writer: &mut Writer<'_>, field: &Field, value: &dyn fmt::Debug) -> fmt::Result {
    let text = format!("{value:?}");
    let text = printable(&text, usize::MAX);
    if field.name() == MESSAGE { writer.write_str(&text) } else { write!(writer, "{}={text}", field.name()) }
}

/// Writes JSON in ASCII: in JSON, other characters are in strings only, where they have an escape
/// ([RFC 8259, section 7](https://www.rfc-editor.org/rfc/rfc8259#section-7)).
struct InAscii<W>(W);

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for InAscii<W> {
    type Writer = AsciiWriter<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        AsciiWriter(self.0.make_writer())
    }
}

/// A writer that gets whole lines.
struct AsciiWriter<W>(W);

impl<W: Write> Write for AsciiWriter<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.write_all(escaped(&String::from_utf8_lossy(line)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl std::str::FromStr for LogFormat {
    type Err = LogFormatError;

    fn from_str(word: &str) -> Result<Self, LogFormatError> {
        match word {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            other => Err(LogFormatError(other.to_owned())),
        }
    }
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
    use std::sync::{Arc, Mutex};

    use tracing::Level;

    use super::*;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is logged in this form.
    fn logged(format: LogFormat, is_terminal: bool, log: impl FnOnce()) -> String {
        let out = Shared::default();
        let writer = out.clone();
        let lines = lines(format, move || writer.clone(), is_terminal);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), log);
        String::from_utf8(out.0.lock().unwrap().clone()).unwrap()
    }

    /// Commands of terminals, line breaks, a reversal of the text, and the end of a JSON string.
    const HOSTILE: &str =
        "a\u{1b}[2J\u{9b}31m\r\nb\u{7}\u{85}\u{2028}\u{202e}\u{0}\",\"level\":\"ERROR\u{1f511}";

    fn log_hostile() {
        let span = tracing::info_span!("request", shown = %HOSTILE, text = HOSTILE);
        let _entered = span.enter();
        tracing::info!(shown = %HOSTILE, text = HOSTILE, debug = ?HOSTILE, "{HOSTILE}");
    }

    #[test]
    fn no_value_breaks_a_line_or_commands_a_terminal() {
        for format in [LogFormat::Text, LogFormat::Json] {
            let text = logged(format, false, log_hostile);
            let line = text.strip_suffix('\n').unwrap();
            assert!(line.starts_with(if format == LogFormat::Json { "{\"" } else { "2" }), "{line}");
            assert!(!line.chars().any(|it| it.is_control() || "\u{2028}\u{202e}".contains(it)), "{line:?}");
            assert!(line.contains("[2J"), "{line}");
        }
    }

    #[test]
    fn in_colours_only_the_log_itself_commands_the_terminal() {
        let plain = logged(LogFormat::Text, true, || {
            let span = tracing::info_span!("request", shown = "x");
            let _entered = span.enter();
            tracing::info!(shown = "x", "x");
        });
        let hostile = logged(LogFormat::Text, true, log_hostile);
        let count = |text: &str| text.matches('\u{1b}').count();
        assert!(count(&plain) > 0);
        assert_eq!(count(&hostile), count(&plain), "{hostile:?}");
        assert_eq!(hostile.lines().count(), 1, "{hostile:?}");
    }

    #[test]
    fn a_line_of_json_has_the_fields_of_the_event_and_of_its_spans() {
        let line = logged(LogFormat::Json, true, || {
            let span = tracing::info_span!("request", trace_id = "4bf9");
            let _entered = span.enter();
            tracing::warn!(code = "name-taken", left_out = 3, "Ada\u{1f511}é");
        });
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        for (member, value) in [
            ("/level", serde_json::json!("WARN")),
            ("/code", "name-taken".into()),
            ("/left_out", 3.into()),
            ("/message", "Ada\u{1f511}é".into()),
            ("/spans/0/name", "request".into()),
            ("/spans/0/trace_id", "4bf9".into()),
        ] {
            assert_eq!(line.pointer(member), Some(&value), "{line}");
        }
    }

    #[test]
    fn a_form_that_there_is_not_is_rejected() {
        assert_eq!("json".parse::<LogFormat>().unwrap(), LogFormat::Json);
        assert_eq!("text".parse::<LogFormat>().unwrap(), LogFormat::Text);
        let error = "JSON".parse::<LogFormat>().unwrap_err();
        assert_eq!(error.to_string(), "COUNTERSIGN_LOG_FORMAT is text or json, and not \"JSON\"");
    }

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
