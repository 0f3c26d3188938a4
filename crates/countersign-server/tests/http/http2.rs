//! HTTP/2, which the server speaks behind TLS: requests of a client, and frames of attackers.

use axum::http::{HeaderMap, Request, StatusCode};
use countersign_server::LimitsConfig;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use crate::tls::{LONG, connect, server};
use crate::wire::Running;

type Sender = SendRequest<axum::body::Body>;

async fn client(server: &Running, number: u8) -> Sender {
    let stream = connect(server, number, &["h2", "http/1.1"]).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

fn url(server: &Running, path: &str) -> String {
    format!("{}{path}", server.origin)
}

async fn get(server: &Running, sender: &mut Sender, path: &str) -> (StatusCode, HeaderMap) {
    send(sender, Request::get(url(server, path)).body(axum::body::Body::empty()).unwrap()).await
}

async fn send(sender: &mut Sender, request: Request<axum::body::Body>) -> (StatusCode, HeaderMap) {
    let answer = timeout(LONG, sender.send_request(request)).await.unwrap().unwrap();
    (answer.status(), answer.headers().clone())
}

fn has_security_headers(headers: &HeaderMap) -> bool {
    headers.get("strict-transport-security").is_some_and(|value| value == "max-age=31536000")
        && headers.get("x-content-type-options").is_some_and(|value| value == "nosniff")
        && headers.contains_key("content-security-policy")
}

#[tokio::test]
async fn answers_are_those_of_http_1() {
    let server = server(|_| {}).await;
    let mut sender = client(&server, 1).await;
    for (path, status) in [("/", 200), ("/api/session", 200), ("/api/credentials", 401), ("/nowhere", 404)] {
        let (found, headers) = get(&server, &mut sender, path).await;
        assert_eq!(found, status, "{path}");
        assert!(has_security_headers(&headers), "{path} {headers:?}");
        assert!(!headers.contains_key("connection"));
    }
    let long = url(&server, &format!("/{}", "a".repeat(20_000)));
    let (status, headers) =
        send(&mut sender, Request::get(long).body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!((status, has_security_headers(&headers)), (StatusCode::URI_TOO_LONG, true));
}

#[tokio::test]
async fn a_header_section_over_its_limit_is_answered_431_with_all_headers() {
    let server = server(|_| {}).await;
    let mut sender = client(&server, 1).await;
    let mut request = Request::get(url(&server, "/")).body(axum::body::Body::empty()).unwrap();
    for number in 0..80 {
        let name = format!("x-{number}").parse::<axum::http::HeaderName>().unwrap();
        request.headers_mut().insert(name, "a".repeat(1000).parse().unwrap());
    }
    let (status, headers) = send(&mut sender, request).await;
    assert_eq!(status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    assert!(has_security_headers(&headers), "{headers:?}");
    assert_eq!(get(&server, &mut sender, "/").await.0, 200, "on the same connection");
}

#[tokio::test]
async fn http_2_without_tls_is_not_answered() {
    let server = Running::with(|_| {}).await;
    let mut stream = server.connect(1).await;
    stream.write_all(PREFACE).await.unwrap();
    let mut answer = Vec::new();
    let _ = timeout(LONG, stream.read_to_end(&mut answer)).await.expect("hung up on");
    assert!(!answer.starts_with(&[0, 0]), "no frame: {answer:?}");
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// `:method` GET, `:scheme` https, `:path` /, all of the static table, and `:authority`.
const REQUEST: &[u8] = b"\x82\x87\x84\x41\x09localhost";

/// A frame ([RFC 9113, section 4.1](https://www.rfc-editor.org/rfc/rfc9113#section-4.1)).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A connection whose frames are written by hand.
async fn attacker(server: &Running) -> TlsStream<TcpStream> {
    let mut stream = connect(server, 3, &["h2"]).await;
    stream.write_all(&[PREFACE, &frame(SETTINGS, 0, 0, &[])].concat()).await.unwrap();
    stream
}

/// Writes until the server ends the connection, and returns the kinds of the frames that came.
async fn write_until_hung_up_on(
    stream: TlsStream<TcpStream>,
    mut next: impl FnMut(u32) -> Vec<u8> + Send + 'static,
) -> Vec<u8> {
    let (mut reading, mut writing) = tokio::io::split(stream);
    let writer = tokio::spawn(async move {
        for number in 0..200_000 {
            if writing.write_all(&next(number)).await.is_err() {
                return true;
            }
        }
        false
    });
    let mut bytes = Vec::new();
    let _ = timeout(LONG * 2, reading.read_to_end(&mut bytes)).await.expect("the server hangs up");
    writer.abort();
    kinds(&bytes)
}

fn kinds(mut bytes: &[u8]) -> Vec<u8> {
    let mut kinds = Vec::new();
    while let Some((head, rest)) = bytes.split_at_checked(9) {
        let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
        kinds.push(head[3]);
        bytes = rest.get(length..).unwrap_or_default();
    }
    kinds
}

/// Whether another client is served.
async fn serves_others(server: &Running) -> bool {
    let mut sender = client(server, 2).await;
    get(server, &mut sender, "/").await.0 == StatusCode::OK
}

#[tokio::test]
async fn requests_that_are_cancelled_at_once_end_the_connection() {
    let server = server(|config| config.limits = LimitsConfig::off()).await;
    let stream = attacker(&server).await;
    // Many pairs in one write, so that the server has no time between a request and its end.
    let next = |number: u32| {
        (0..100).fold(Vec::new(), |mut bytes, pair| {
            let stream = 2 * (number * 100 + pair) + 1;
            bytes.extend(frame(HEADERS, END_HEADERS | END_STREAM, stream, REQUEST));
            bytes.extend(frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes()));
            bytes
        })
    };
    let kinds = write_until_hung_up_on(stream, next).await;
    assert!(kinds.contains(&GOAWAY), "{:?}", &kinds[..kinds.len().min(50)]);
    assert!(serves_others(&server).await);
}

#[tokio::test]
async fn a_header_section_without_end_ends_the_connection() {
    let server = server(|config| config.limits = LimitsConfig::off()).await;
    let stream = attacker(&server).await;
    // A literal field without indexing, of 15 000 bytes.
    let field = [&b"\x00\x01x\x7f\x99\x74"[..], &[b'a'; 15_000]].concat();
    let next = move |number: u32| {
        if number == 0 { frame(HEADERS, 0, 1, REQUEST) } else { frame(CONTINUATION, 0, 1, &field) }
    };
    let kinds = write_until_hung_up_on(stream, next).await;
    assert!(kinds.contains(&GOAWAY), "{kinds:?}");
    assert!(serves_others(&server).await);
}

#[tokio::test]
async fn more_streams_than_allowed_at_once_are_refused() {
    let server = server(|config| config.limits = LimitsConfig::off()).await;
    let mut stream = attacker(&server).await;
    // Requests whose bodies never come.
    let post = [&b"\x83\x87\x41\x09localhost\x04"[..], &[19], b"/api/sessions/start"].concat();
    for number in 0..40 {
        stream.write_all(&frame(HEADERS, END_HEADERS, 2 * number + 1, &post)).await.unwrap();
    }
    stream.write_all(&frame(PING, 0, 0, &[7; 8])).await.unwrap();
    let mut bytes = vec![0; 4096];
    let mut all = Vec::new();
    while !kinds(&all).contains(&PING) {
        let length = timeout(LONG, stream.read(&mut bytes)).await.unwrap().unwrap();
        assert!(length > 0);
        all.extend(&bytes[..length]);
    }
    let refused: Vec<_> = kinds(&all).into_iter().filter(|kind| *kind == RST_STREAM).collect();
    assert_eq!(refused.len(), 8, "{:?}", kinds(&all));
    assert!(serves_others(&server).await);
}

#[tokio::test]
async fn floods_of_control_frames_do_not_delay_others() {
    let server = server(|config| config.limits = LimitsConfig::off()).await;
    for flood in
        [frame(PING, 0, 0, &[0; 8]), frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 255, 255]), frame(DATA, 0, 1, &[])]
    {
        let stream = attacker(&server).await;
        let (mut reading, mut writing) = tokio::io::split(stream);
        let flooding = tokio::spawn(async move {
            let start = frame(HEADERS, END_HEADERS, 1, b"\x83\x87\x84\x41\x09localhost");
            let _ = writing.write_all(&start).await;
            let many = flood.repeat(500);
            while writing.write_all(&many).await.is_ok() {}
        });
        let reader = tokio::spawn(async move {
            let mut bytes = vec![0; 4096];
            while reading.read(&mut bytes).await.is_ok_and(|length| length > 0) {}
        });
        for _ in 0..3 {
            assert!(serves_others(&server).await);
        }
        flooding.abort();
        reader.abort();
    }
}
