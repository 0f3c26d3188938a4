//! An implementation under test that is another program: requests on its standard input, answers on its standard output.

use std::{
    ffi::OsString,
    io::{BufRead, BufReader, Read as _, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::Duration,
};

use crate::{
    implementation::{AnswerError, Implementation},
    protocol::{Answer, Request},
};

/// The longest line of an answer, so that a program that writes without end is stopped.
const LINE_MAX: u64 = 1 << 20;

/// A program that speaks the [protocol](crate::protocol). It is started for the first request, and again after it ended,
/// was too slow, or answered with something else than an answer.
#[derive(Debug)]
pub struct Program {
    command: Vec<OsString>,
    timeout: Duration,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    input: ChildStdin,
    lines: Receiver<std::io::Result<String>>,
}

impl Program {
    /// A program and its arguments. `timeout` is the time for each answer.
    pub fn new(command: impl IntoIterator<Item = impl Into<OsString>>, timeout: Duration) -> Self {
        Self { command: command.into_iter().map(Into::into).collect(), timeout, running: None }
    }

    fn start(&self) -> Result<Running, AnswerError> {
        let [program, arguments @ ..] = self.command.as_slice() else {
            return Err(AnswerError::new("no command"));
        };
        let mut command = Command::new(program);
        let mut child = command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| AnswerError::new(format!("{}: {error}", program.to_string_lossy())))?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => Ok(Running { child, input, lines: lines(output) }),
            _ => Err(AnswerError::new("the program has no pipes")),
        }
    }

    fn ask(&mut self, request: &Request) -> Result<Answer, AnswerError> {
        let mut line = serde_json::to_string(request).map_err(|error| AnswerError::new(error.to_string()))?;
        line.push('\n');
        if self.running.is_none() {
            self.running = Some(self.start()?);
        }
        let running = self.running.as_mut().ok_or_else(|| AnswerError::new("not started"))?;
        let ended = |error: std::io::Error| AnswerError::new(format!("the program ended: {error}"));
        running.input.write_all(line.as_bytes()).and_then(|()| running.input.flush()).map_err(ended)?;
        let answer = match running.lines.recv_timeout(self.timeout) {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(ended(error)),
            Err(RecvTimeoutError::Timeout) => {
                return Err(AnswerError::new(format!("no answer within {} s", self.timeout.as_secs_f32())));
            }
            Err(RecvTimeoutError::Disconnected) => {
                return Err(AnswerError::new("the program ended without an answer"));
            }
        };
        serde_json::from_str(&answer)
            .map_err(|error| AnswerError::new(format!("not an answer: {error}: {answer:.200}")))
    }
}

/// The lines of the program's output, read by a thread so that waiting for one can end.
fn lines(output: ChildStdout) -> Receiver<std::io::Result<String>> {
    let (sender, lines) = channel();
    thread::spawn(move || {
        let mut output = BufReader::new(output);
        loop {
            let mut line = String::new();
            match output.by_ref().take(LINE_MAX).read_line(&mut line) {
                Ok(0) => break,
                read => {
                    if sender.send(read.map(|_| line)).is_err() {
                        break;
                    }
                }
            }
        }
    });
    lines
}

impl Implementation for Program {
    fn answer(&mut self, request: &Request) -> Result<Answer, AnswerError> {
        let answer = self.ask(request);
        if answer.is_err() {
            self.running = None;
        }
        answer
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
