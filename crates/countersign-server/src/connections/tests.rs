use std::net::Ipv4Addr;

use axum::{Router, routing::get};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;

const PATIENCE: Duration = Duration::from_millis(1500);
const LONGER: Duration = Duration::from_secs(10);

fn serve(connections: usize) -> SocketAddr {
    let socket = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = socket.local_addr().unwrap();
    let listener = Connections::with_limits(vec![socket], Vec::new(), connections, PATIENCE).unwrap();
    let routes = Router::new().route("/", get(async || "hello"));
    tokio::spawn(axum::serve(listener, routes).into_future());
    address
}

/// Whether the server hangs up, whatever it says before.
async fn is_hung_up_on(client: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    tokio::time::timeout(LONGER, client.read_to_end(&mut rest)).await.is_ok()
}

async fn is_answered(client: &mut TcpStream) -> bool {
    client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut answer = [0; 512];
    matches!(tokio::time::timeout(LONGER, client.read(&mut answer)).await, Ok(Ok(length))
        if answer[..length].ends_with(b"hello"))
}

#[tokio::test]
async fn a_silent_client_is_hung_up_on() {
    let mut client = TcpStream::connect(serve(2)).await.unwrap();
    assert!(is_hung_up_on(&mut client).await);
}

#[tokio::test]
async fn a_trickle_of_header_lines_buys_no_time() {
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
    tokio::time::timeout(LONGER, hung_up).await.unwrap();
}

#[tokio::test]
async fn an_answer_gives_the_full_time_again() {
    let mut client = TcpStream::connect(serve(2)).await.unwrap();
    for _ in 0..4 {
        assert!(is_answered(&mut client).await);
        sleep(PATIENCE / 2).await;
    }
}

#[tokio::test]
async fn a_client_too_many_waits_for_its_turn() {
    let address = serve(1);
    let mut first = TcpStream::connect(address).await.unwrap();
    assert!(is_answered(&mut first).await);
    let mut second = TcpStream::connect(address).await.unwrap();
    let answered = tokio::time::timeout(PATIENCE / 5, is_answered(&mut second)).await;
    assert!(answered.is_err(), "the first connection is still open");
    drop(first);
    assert!(is_answered(&mut second).await);
}

#[tokio::test]
async fn two_addresses_are_one_server() {
    let sockets: Vec<_> =
        (0..2).map(|_| std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()).collect();
    let addresses: Vec<_> = sockets.iter().map(|socket| socket.local_addr().unwrap()).collect();
    let listener = Connections::with_limits(sockets, Vec::new(), 4, LONGER).unwrap();
    assert_eq!(Listener::local_addr(&listener).unwrap(), addresses[0]);
    tokio::spawn(axum::serve(listener, Router::new().route("/", get(async || "hello"))).into_future());
    for address in addresses {
        let mut client = TcpStream::connect(address).await.unwrap();
        assert!(is_answered(&mut client).await);
    }
}
