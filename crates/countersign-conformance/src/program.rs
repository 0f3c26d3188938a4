//! An implementation under test that is another program: requests on its standard input, answers on its standard output.

use std::{
    ffi::OsString,
    io::{BufRead, BufReader, Read as _, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel},
    thread,
    time::Duration,
};

use crate::{
    implementation::{AnswerError, Implementation},
    protocol::{Answer, Request},
};

/// The longest line of an answer, so that a program that writes without end is stopped.
const LINE_MAX: u64 = 1 << 20;

/// A program that speaks the [protocol](crate::protocol). It is started by [`Program::start`] or for the first request, and
/// again after it ended, was too slow, or wrote something else than one answer for each request.
#[derive(Debug)]
pub struct Program {
    command: Vec<OsString>,
    timeout: Duration,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    requests: SyncSender<String>,
    lines: Receiver<Result<String, AnswerError>>,
}

impl Program {
    /// A program and its arguments. `timeout` is the time for each answer.
    pub fn new(command: impl IntoIterator<Item = impl Into<OsString>>, timeout: Duration) -> Self {
        Self { command: command.into_iter().map(Into::into).collect(), timeout, running: None }
    }

    /// Starts the program, unless it is running.
    ///
    /// # Errors
    ///
    /// If the program can't be started.
    pub fn start(&mut self) -> Result<(), AnswerError> {
        if self.running.is_none() {
            self.running = Some(self.spawn()?);
        }
        Ok(())
    }

    fn spawn(&self) -> Result<Running, AnswerError> {
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
            (Some(input), Some(output)) => {
                Ok(Running { child, requests: requests(input), lines: lines(output) })
            }
            _ => Err(AnswerError::new("the program has no pipes")),
        }
    }

    fn ask(&mut self, request: &Request) -> Result<Answer, AnswerError> {
        let mut line = serde_json::to_string(request).map_err(|error| AnswerError::new(error.to_string()))?;
        line.push('\n');
        self.start()?;
        let running = self.running.as_ref().ok_or_else(|| AnswerError::new("not started"))?;
        match running.lines.try_recv() {
            // It would be taken for the answer to this request, and each later one for that to the request after it.
            Ok(line) => return Err(line.err().unwrap_or_else(surplus)),
            Err(TryRecvError::Disconnected) => return Err(AnswerError::new("the program ended")),
            Err(TryRecvError::Empty) => {}
        }
        // There is room, unless an earlier request was answered and not read.
        if running.requests.try_send(line).is_err() {
            return Err(AnswerError::new("the program ended, or does not read its requests"));
        }
        let answer = match running.lines.recv_timeout(self.timeout) {
            Ok(answer) => answer?,
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

fn surplus() -> AnswerError {
    AnswerError::new("the program wrote a line without a request")
}

/// The program's input, written by a thread because a program that does not read stops the writer.
fn requests(mut input: ChildStdin) -> SyncSender<String> {
    let (requests, lines) = sync_channel::<String>(1);
    thread::spawn(move || {
        for line in lines {
            if input.write_all(line.as_bytes()).and_then(|()| input.flush()).is_err() {
                break;
            }
        }
    });
    requests
}

/// The lines of the program's output, read by a thread so that waiting for one can end. The thread reads one line ahead, so
/// that a program that writes without end fills no memory.
fn lines(output: ChildStdout) -> Receiver<Result<String, AnswerError>> {
    let (sender, lines) = sync_channel(1);
    thread::spawn(move || {
        let mut output = BufReader::new(output);
        while let Some(line) = next_line(&mut output) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    lines
}

/// The next line, or an error if more was written at once; `None` at the end.
fn next_line(output: &mut BufReader<ChildStdout>) -> Option<Result<String, AnswerError>> {
    let mut line = String::new();
    match output.by_ref().take(LINE_MAX).read_line(&mut line) {
        Ok(0) => None,
        Ok(_) if line.ends_with('\n') && !output.buffer().is_empty() => Some(Err(surplus())),
        Ok(_) => Some(Ok(line)),
        Err(error) => Some(Err(AnswerError::new(format!("the program's output can't be read: {error}")))),
    }
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
