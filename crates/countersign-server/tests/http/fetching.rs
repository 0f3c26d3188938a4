//! The client that fetches metadata, with an https server of the test.

use std::{path::Path, time::Duration};

use countersign_server::fetch::{Answer, Client, FetchConfig, FetchError, HttpValidators, RetryAfter};

use crate::https::{Https, Reply};

/// Makes a request with these validators, by a client that accepts 1000 bytes.
fn get(server: &Https, known: Option<&HttpValidators>, replies: Vec<Reply>) -> Result<Answer, FetchError> {
    let folder = tempfile::tempdir().unwrap();
    for reply in replies {
        server.answer(reply);
    }
    client(folder.path(), &server.url(), Duration::from_secs(20)).get(known, &mut |_, _| {})
}

fn client(folder: &Path, url: &str, time_limit: Duration) -> Client {
    let mut config = FetchConfig::new(url);
    config.authorities = vec![Https::write_authority(folder)];
    config.length_max = 1000;
    config.time_limit = time_limit;
    Client::new(&config).unwrap()
}

fn fetch_error(replies: Vec<Reply>) -> FetchError {
    get(&Https::start(), None, replies).unwrap_err()
}

/// The validators that a client gets from these header fields.
fn named(fields: &[&str]) -> HttpValidators {
    match get(&Https::start(), None, vec![Reply::ok(fields, b"x")]).unwrap() {
        Answer::Content { validators, .. } => validators,
        Answer::NotModified => panic!("nothing was named"),
    }
}

#[test]
fn content_comes_with_its_validators() {
    let server = Https::start();
    let fields = ["ETag: \"7\"", "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT"];
    let Ok(Answer::Content { bytes, validators }) =
        get(&server, None, vec![Reply::ok(&fields, &[b'a'; 1000])])
    else {
        panic!("no content")
    };
    assert_eq!(bytes, [b'a'; 1000]);
    assert_eq!(validators.etag.as_deref(), Some("\"7\""));
    assert_eq!(validators.last_modified.as_deref(), Some("Sun, 06 Nov 1994 08:49:37 GMT"));
    let request = server.requests().remove(0);
    assert!(request.starts_with("get / http/1.1\r\n"), "{request}");
    assert!(request.contains(concat!("\r\nuser-agent: countersign/", env!("CARGO_PKG_VERSION"), "\r\n")));
    assert!(!request.contains("\r\nif-"));
}

#[test]
fn a_request_is_conditional_on_the_entity_tag() {
    let known = named(&["ETag: W/\"7\"", "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT"]);
    let server = Https::start();
    let answer = get(&server, Some(&known), vec![Reply::new("304 Not Modified", &[], b"")]);
    assert_eq!(answer, Ok(Answer::NotModified));
    let request = server.requests().remove(0);
    assert!(request.contains("\r\nif-none-match: w/\"7\"\r\n"), "{request}");
    assert!(!request.contains("if-modified-since"));
}

#[test]
fn a_request_without_an_entity_tag_is_conditional_on_the_time() {
    let known = named(&["Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT"]);
    let server = Https::start();
    let answer = get(&server, Some(&known), vec![Reply::new("304 Not Modified", &[], b"")]);
    assert_eq!(answer, Ok(Answer::NotModified));
    assert!(server.requests()[0].contains("\r\nif-modified-since: sun, 06 nov 1994 08:49:37 gmt\r\n"));
}

#[test]
fn not_modified_is_no_answer_to_an_unconditional_request() {
    let unchanged = || vec![Reply::new("304 Not Modified", &[], b"")];
    assert_eq!(fetch_error(unchanged()), FetchError::Status(304, None));
    let nothing = named(&[]);
    assert_eq!(get(&Https::start(), Some(&nothing), unchanged()), Err(FetchError::Status(304, None)));
}

#[test]
fn any_other_status_is_an_error() {
    for (line, status) in [
        ("500 Internal Server Error", 500),
        ("404 Not Found", 404),
        ("206 Partial Content", 206),
        ("204 No Content", 204),
    ] {
        assert_eq!(fetch_error(vec![Reply::new(line, &[], b"")]), FetchError::Status(status, None));
    }
    let error = fetch_error(vec![Reply::new("429 Too Many Requests", &["Retry-After: 7"], b"")]);
    assert_eq!(error, FetchError::Status(429, Some(RetryAfter::Seconds(7))));
}

#[test]
fn rule_353_a_redirect_leads_to_https_or_nowhere() {
    let to = |location: &str| {
        Reply::new("302 Found", &[&format!("Location: {location}"), "Content-Length: 0"], b"")
    };
    let answer = get(&Https::start(), None, vec![to("/other"), Reply::ok(&[], b"x")]);
    assert!(matches!(answer, Ok(Answer::Content { bytes, .. }) if bytes == b"x"));
    assert_eq!(fetch_error(vec![to("http://localhost:1/")]), FetchError::NotHttps);
    assert_eq!(fetch_error(vec![to("/1"), to("http://localhost:1/")]), FetchError::NotHttps);
    assert_eq!(fetch_error((0..4).map(|_| to("/")).collect()), FetchError::Redirects);
    assert_eq!(
        fetch_error(vec![Reply::new("302 Found", &["Content-Length: 0"], b"")]),
        FetchError::Redirects
    );
}

#[test]
fn rule_353_a_redirect_with_a_user_name_or_to_a_file_is_not_followed() {
    for (location, expected) in [
        ("https://user:word@localhost:PORT/", FetchError::RedirectWithUser),
        ("//user@localhost:PORT/", FetchError::RedirectWithUser),
        ("file:///etc/passwd", FetchError::NotHttps),
        ("file:/etc/passwd", FetchError::NotHttps),
    ] {
        let server = Https::start();
        let location = location.replace("PORT", &server.port.to_string());
        let fields = [&*format!("Location: {location}"), "Content-Length: 0"];
        let error = get(&server, None, vec![Reply::new("302 Found", &fields, b""), Reply::ok(&[], b"x")]);
        assert_eq!(error, Err(expected), "{location}");
        assert_eq!(server.requests().len(), 1, "{location}");
        assert!(!server.requests()[0].contains("authorization"));
    }
}

#[test]
fn rule_353_a_flood_of_informational_answers_is_rejected() {
    let hinted = |count: usize| {
        let hints = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n".repeat(count);
        Reply::ok(&[], b"x").after(&hints)
    };
    assert!(
        matches!(get(&Https::start(), None, vec![hinted(8)]), Ok(Answer::Content { bytes, .. }) if bytes == b"x")
    );
    assert_eq!(fetch_error(vec![hinted(9)]), FetchError::Excess);
    assert_eq!(fetch_error(vec![hinted(200_000)]), FetchError::Excess);
}

#[test]
fn rule_353_trailers_and_sizes_of_chunks_are_bounded() {
    let chunked = |body: &[u8]| Reply::new("200 OK", &["Transfer-Encoding: chunked"], body);
    let good = b"3;name=value\r\nabc\r\n0\r\nX: y\r\n\r\n";
    assert!(
        matches!(get(&Https::start(), None, vec![chunked(good)]), Ok(Answer::Content { bytes, .. }) if bytes == b"abc")
    );
    let trailers = [&b"3\r\nabc\r\n0\r\n"[..], &b"X: y\r\n".repeat(1_000_000)].concat();
    assert_eq!(fetch_error(vec![chunked(&trailers)]), FetchError::Excess);
    let sizes =
        [&b"0000000000000003\r\nabc\r\n"[..], &b"0000000000000001\r\nx\r\n".repeat(1_000_000)].concat();
    let (folder, server) = (tempfile::tempdir().unwrap(), Https::start());
    server.answer(chunked(&sizes));
    let mut config = FetchConfig::new(server.url());
    config.authorities = vec![Https::write_authority(folder.path())];
    let error = Client::new(&config).unwrap().get(None, &mut |_, _| {}).unwrap_err();
    assert_eq!(error, FetchError::Excess);
}

#[test]
fn rule_353_more_bytes_than_the_limit_are_not_read() {
    let reply = || Reply::ok(&[], &[b'a'; 1001]);
    assert_eq!(fetch_error(vec![reply()]), FetchError::TooLarge(1000), "as it says itself");
    let unsaid = Reply::new("200 OK", &[], &[b'a'; 1001]);
    assert_eq!(fetch_error(vec![unsaid]), FetchError::TooLarge(1000));
}

#[test]
fn an_answer_that_is_cut_off_is_rejected() {
    assert_eq!(fetch_error(vec![Reply::ok(&[], &[b'a'; 1000]).without_last(1)]), FetchError::BrokenOff);
    let chunked = Reply::new("200 OK", &["Transfer-Encoding: chunked"], b"3\r\nabc\r\n3\r\na");
    assert_eq!(fetch_error(vec![chunked]), FetchError::BrokenOff);
}

#[test]
fn a_request_has_a_time_limit_whatever_the_delay() {
    let limit = Duration::from_millis(400);
    let replies = [
        Reply::ok(&[], b"abc").without_last(1).hanging(),
        Reply::new("200 OK", &["Content-Length: 3"], b"").without_last(2).hanging(),
    ];
    for reply in replies {
        let (folder, server) = (tempfile::tempdir().unwrap(), Https::start());
        server.answer(reply);
        let error = client(folder.path(), &server.url(), limit).get(None, &mut |_, _| {}).unwrap_err();
        assert_eq!(error, FetchError::TimedOut(limit));
    }
}

#[test]
fn a_server_without_a_trusted_certificate_gets_no_request() {
    let server = Https::start();
    let folder = tempfile::tempdir().unwrap();
    let other_name = format!("https://127.0.0.1:{}/", server.port);
    let client = client(folder.path(), &other_name, Duration::from_secs(20));
    assert!(matches!(client.get(None, &mut |_, _| {}), Err(FetchError::Unreachable(_))));
    let without_authority = Client::new(&FetchConfig::new(server.url())).unwrap();
    assert!(matches!(without_authority.get(None, &mut |_, _| {}), Err(FetchError::Unreachable(_))));
    assert!(server.requests().is_empty());
}

#[test]
fn progress_is_reported_up_to_the_last_byte() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Https::start());
    server.answer(Reply::ok(&[], b"abc"));
    let mut seen = Vec::new();
    let client = client(folder.path(), &server.url(), Duration::from_secs(20));
    client.get(None, &mut |done, whole| seen.push((done, whole))).unwrap();
    assert_eq!(seen.last(), Some(&(3, Some(3))));
}
