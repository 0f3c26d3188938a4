use std::net::Ipv4Addr;

use axum::{Router, routing::get};
use prometheus_client::metrics::counter::Counter;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::watch;

use super::*;
use crate::client_address::ProxyConfig;
use crate::limits::config::LimitsConfig;
use crate::metrics::limits::LimitMetrics;

const PATIENCE: Duration = Duration::from_millis(1500);
const LONGER: Duration = Duration::from_secs(10);

/// How long a slow answer takes.
const SLOW: Duration = Duration::from_millis(600);

const TIMES: Times = Times { patience: PATIENCE, life: Duration::from_secs(60) };

/// A server of so many connections without other limits.
fn admission(connections: usize) -> Admission {
    let addresses = Arc::new(ClientAddresses::new(&ProxyConfig::default(), Counter::default()));
    Admission { connections, addresses, limits: None, metrics: ListenerMetrics::default() }
}

fn serve(connections: usize) -> SocketAddr {
    serve_within(admission(connections), TIMES)
}

fn serve_within(admission: Admission, times: Times) -> SocketAddr {
    let socket = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = socket.local_addr().unwrap();
    spawn(Connections::with_times(vec![socket], admission, times).unwrap());
    address
}

fn spawn(connections: Connections) {
    let slow = get(async || {
        sleep(SLOW).await;
        "slow"
    });
    let routes = Router::new().route("/", get(async || "hello")).route("/slow", slow);
    let serving = serving::Serving { routes, header_lines: Box::new(|| Arc::from([])), tls: None };
    tokio::spawn(async move {
        let (_never_stopped, stopped) = watch::channel(());
        serving::serve(connections, serving, stopped).await;
    });
}

/// Whether the server closes the connection, whatever it sends before.
async fn is_hung_up_on(client: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    timeout(LONGER, client.read_to_end(&mut rest)).await.is_ok()
}

async fn is_answered(client: &mut TcpStream) -> bool {
    client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut answer = [0; 512];
    matches!(timeout(LONGER, client.read(&mut answer)).await, Ok(Ok(length))
        if answer[..length].ends_with(b"hello"))
}

#[tokio::test]
async fn a_silent_client_is_disconnected() {
    let mut client = TcpStream::connect(serve(2)).await.unwrap();
    assert!(is_hung_up_on(&mut client).await);
}

#[tokio::test]
async fn a_trickle_of_header_lines_does_not_extend_the_time_limit() {
    let mut client = TcpStream::connect(serve(2)).await.unwrap();
    let (mut reading, mut writing) = client.split();
    let trickle = async {
        let mut written = writing.write_all(b"GET / HTTP/1.1\r\n").await;
        while written.is_ok() {
            sleep(PATIENCE / 6).await;
            written = writing.write_all(b"X: y\r\n").await;
        }
    };
    let mut rest = Vec::new();
    let hung_up = async {
        tokio::select! {
            _ = reading.read_to_end(&mut rest) => (),
            () = trickle => (),
        }
    };
    timeout(LONGER, hung_up).await.unwrap();
}

#[tokio::test]
async fn an_answer_restarts_the_time_limit() {
    let mut client = TcpStream::connect(serve(2)).await.unwrap();
    for _ in 0..4 {
        assert!(is_answered(&mut client).await);
        sleep(PATIENCE / 2).await;
    }
}

#[tokio::test]
async fn a_client_beyond_the_limit_displaces_the_longest_idle_one() {
    let address = serve(3);
    let mut clients = Vec::new();
    for _ in 0..3 {
        let mut client = TcpStream::connect(address).await.unwrap();
        assert!(is_answered(&mut client).await);
        clients.push(client);
    }
    // The first was served again meanwhile.
    assert!(is_answered(&mut clients[0]).await);
    let mut newcomer = TcpStream::connect(address).await.unwrap();
    let answered = timeout(PATIENCE / 2, is_answered(&mut newcomer)).await;
    assert_eq!(answered, Ok(true), "without waiting for another to end");
    assert!(is_hung_up_on(&mut clients[1]).await);
    for client in [0, 2] {
        assert!(is_answered(&mut clients[client]).await, "{client}");
    }
}

async fn connect(from: [u8; 4], to: SocketAddr) -> TcpStream {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind((from, 0).into()).unwrap();
    socket.connect(to).await.unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_client_with_many_connections_does_not_exclude_others() {
    let address = serve(4);
    let connect = async |from| connect(from, address).await;
    let mut quiet = connect([127, 0, 0, 2]).await;
    assert!(is_answered(&mut quiet).await);
    // As fast as they are accepted, none ever sends a request.
    let mut flood = Vec::new();
    for _ in 0..50 {
        flood.push(connect([127, 0, 0, 3]).await);
    }
    assert!(is_answered(&mut quiet).await, "though it was idle longest");
    let mut newcomer = connect([127, 0, 0, 4]).await;
    assert!(is_answered(&mut newcomer).await);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_connections_of_a_proxy_are_not_those_of_one_client() {
    let mut admission = admission(4);
    let trusted = vec!["127.0.0.2".parse().unwrap()];
    let proxies = ProxyConfig { trusted, ..ProxyConfig::default() };
    admission.addresses = Arc::new(ClientAddresses::new(&proxies, Counter::default()));
    let address = serve_within(admission, TIMES);
    let mut behind_it = [connect([127, 0, 0, 2], address).await, connect([127, 0, 0, 2], address).await];
    for client in &mut behind_it {
        assert!(is_answered(client).await);
    }
    let mut flood = Vec::new();
    for _ in 0..50 {
        flood.push(connect([127, 0, 0, 3], address).await);
    }
    for client in &mut behind_it {
        assert!(is_answered(client).await, "though the proxy had as many, and they were idle longest");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_address_over_its_limit_of_connections_is_closed_at_once() {
    let mut admission = admission(100);
    let mut config = LimitsConfig::off();
    config.connections = "1/h:3".parse().unwrap();
    admission.limits = Some(Arc::new(Limits::new(&config, &LimitMetrics::default())));
    let address = serve_within(admission, TIMES);
    for _ in 0..3 {
        assert!(is_answered(&mut connect([127, 0, 0, 3], address).await).await);
    }
    let mut further = connect([127, 0, 0, 3], address).await;
    let closed = timeout(PATIENCE / 2, is_hung_up_on(&mut further)).await;
    assert_eq!(closed, Ok(true), "without waiting for a request");
    assert!(is_answered(&mut connect([127, 0, 0, 4], address).await).await);
}

#[tokio::test]
async fn a_connection_ends_however_busy_it_is() {
    let times = Times { patience: LONGER, life: PATIENCE };
    let mut client = TcpStream::connect(serve_within(admission(2), times)).await.unwrap();
    let busy = async {
        let mut answer = [0; 512];
        while client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.is_ok()
            && client.read(&mut answer).await.is_ok_and(|length| length > 0)
        {
            sleep(PATIENCE / 20).await;
        }
    };
    timeout(LONGER, busy).await.unwrap();
}

#[tokio::test]
async fn a_request_beyond_the_life_of_its_connection_gets_a_last_answer() {
    let times = Times { patience: LONGER, life: SLOW / 2 };
    let mut client = TcpStream::connect(serve_within(admission(2), times)).await.unwrap();
    assert!(is_answered(&mut client).await);
    client.write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    timeout(LONGER / 2, client.read_to_string(&mut answer)).await.unwrap().unwrap();
    assert!(answer.contains("\r\nconnection: close\r\n") && answer.ends_with("\r\n\r\nslow"), "{answer}");
}

#[tokio::test]
async fn an_answer_within_the_life_of_a_connection_does_not_close_it() {
    let mut client = TcpStream::connect(serve(2)).await.unwrap();
    client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut answer = [0; 512];
    let length = client.read(&mut answer).await.unwrap();
    assert!(!String::from_utf8_lossy(&answer[..length]).contains("connection:"));
}

#[test]
fn all_connections_together_leave_files_for_the_rest_of_the_server() {
    assert_eq!(PAGE_CONNECTIONS_MAX + OPERATOR_CONNECTIONS_MAX, 900);
}

#[tokio::test]
async fn two_addresses_are_one_server() {
    let sockets: Vec<_> =
        (0..2).map(|_| std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()).collect();
    let addresses: Vec<_> = sockets.iter().map(|socket| socket.local_addr().unwrap()).collect();
    spawn(Connections::with_times(sockets, admission(4), TIMES).unwrap());
    for address in addresses {
        let mut client = TcpStream::connect(address).await.unwrap();
        assert!(is_answered(&mut client).await);
    }
}
