//! An implementation under test, in this process or in another.

use std::{
    fmt,
    io::{BufRead, Write},
};

use crate::protocol::{Answer, Request};

/// A relying party's implementation that cases are run on.
pub trait Implementation {
    /// Judges one step. The steps of a case come in order, without those of another case between them.
    ///
    /// An error means that there is no answer, as after a crash.
    fn answer(&mut self, request: &Request) -> Result<Answer, AnswerError>;
}

/// Why an implementation gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerError(String);

impl AnswerError {
    /// An error with this message.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for AnswerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for AnswerError {}

/// Answers requests until the input ends: the other side of [`Program`](crate::program::Program), for an implementation in
/// Rust.
///
/// # Errors
///
/// If a request can't be read, or an answer can't be written or was not given.
pub fn serve(
    implementation: &mut dyn Implementation,
    input: impl BufRead,
    mut output: impl Write,
) -> std::io::Result<()> {
    for line in input.lines() {
        let request: Request = serde_json::from_str(&line?)?;
        let answer = implementation.answer(&request).map_err(std::io::Error::other)?;
        serde_json::to_writer(&mut output, &answer)?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
    Ok(())
}
