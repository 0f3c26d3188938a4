//! A TCP proxy in front of the server, which loses or changes answers.

use std::io;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The proxy, on a free port of 127.0.0.1.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    rules: Arc<Mutex<Rules>>,
}

#[derive(Default)]
struct Rules {
    back: u16,
    /// The answers to lose.
    lose: Option<Loss>,
    lost: usize,
    /// Replacements in answers, of the same length.
    replace: Option<(&'static str, &'static str)>,
}

/// The answers to requests with a part in their first line: some of them pass, and then some are lost.
struct Loss {
    part: String,
    pass: usize,
    count: usize,
}

impl Rules {
    /// Whether the answer to the request with this first line is to be lost.
    fn loses(&mut self, first: &str) -> bool {
        let Some(loss) = self.lose.as_mut().filter(|loss| first.contains(&loss.part)) else { return false };
        if loss.pass > 0 {
            loss.pass -= 1;
            return false;
        }
        if loss.count > 0 {
            loss.count -= 1;
            self.lost += 1;
            return true;
        }
        false
    }
}

impl Proxy {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let rules = Arc::new(Mutex::new(Rules::default()));
        let shared = Arc::clone(&rules);
        tokio::spawn(async move {
            while let Ok((front, _)) = listener.accept().await {
                tokio::spawn(carry(front, Arc::clone(&shared)));
            }
        });
        Self { port, rules }
    }

    pub(crate) fn forward_to(&self, port: u16) {
        self.rules.lock().unwrap().back = port;
    }

    /// Loses the answers to the next `count` requests whose first line has this part: the server answers, and the
    /// connection is reset.
    pub(crate) fn lose(&self, part: &str, count: usize) {
        self.lose_after(0, part, count);
    }

    /// Like [`Self::lose`], after `passed` answers to these requests passed.
    pub(crate) fn lose_after(&self, pass: usize, part: &str, count: usize) {
        self.rules.lock().unwrap().lose = Some(Loss { part: part.to_owned(), pass, count });
    }

    /// The number of lost answers.
    pub(crate) fn lost(&self) -> usize {
        self.rules.lock().unwrap().lost
    }

    /// Replaces a part of each answer.
    pub(crate) fn replace(&self, part: &'static str, by: &'static str) {
        assert_eq!(part.len(), by.len(), "the length of the answer stays");
        self.rules.lock().unwrap().replace = Some((part, by));
    }
}

async fn carry(front: TcpStream, rules: Arc<Mutex<Rules>>) -> io::Result<()> {
    let port = rules.lock().unwrap().back;
    let back = TcpStream::connect(("127.0.0.1", port)).await?;
    let (front_read, front_write) = front.into_split();
    let (back_read, back_write) = back.into_split();
    let (losing, lost) = watch::channel(false);
    let up = tokio::spawn(requests(front_read, back_write, Arc::clone(&rules), losing));
    let outcome = answers(back_read, front_write, &rules, lost).await;
    // Ends the other direction, and with it the connection.
    up.abort();
    outcome
}

async fn requests(
    mut front: OwnedReadHalf,
    mut back: OwnedWriteHalf,
    rules: Arc<Mutex<Rules>>,
    losing: watch::Sender<bool>,
) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = front.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        let chunk = &buffer[..count];
        let first = chunk.split(|byte| *byte == b'\r').next().unwrap_or_default();
        let first = String::from_utf8_lossy(first).into_owned();
        if first.ends_with("HTTP/1.1") && rules.lock().unwrap().loses(&first) {
            losing.send_replace(true);
        }
        back.write_all(chunk).await?;
    }
}

async fn answers(
    mut back: OwnedReadHalf,
    mut front: OwnedWriteHalf,
    rules: &Mutex<Rules>,
    lost: watch::Receiver<bool>,
) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = back.read(&mut buffer).await?;
        if *lost.borrow() {
            // Closed like this, the browser gets a reset instead of an end.
            return front.as_ref().set_zero_linger();
        }
        if count == 0 {
            return front.shutdown().await;
        }
        let mut chunk = buffer[..count].to_vec();
        if let Some((part, by)) = rules.lock().unwrap().replace
            && let Some(place) = chunk.windows(part.len()).position(|window| window == part.as_bytes())
        {
            chunk[place..place + by.len()].copy_from_slice(by.as_bytes());
        }
        front.write_all(&chunk).await?;
    }
}
