use super::*;

fn options(url: &str) -> PostgresOptions {
    PostgresOptions::new(url).unwrap_or_else(|error| panic!("{url}: {error}"))
}

fn error(url: &str) -> String {
    PostgresOptions::new(url).unwrap_err().to_string()
}

#[test]
fn the_certificate_is_checked_if_the_address_says_so() {
    for (parameters, mode, tls) in [
        ("", SslMode::Prefer, Tls::Unverified),
        ("?sslmode=disable", SslMode::Disable, Tls::Unverified),
        ("?sslmode=require", SslMode::Require, Tls::Unverified),
        ("?sslmode=verify-full", SslMode::Require, Tls::SystemRoots),
        ("?sslrootcert=/etc/a%20b.pem", SslMode::Require, Tls::Roots("/etc/a b.pem".into())),
        ("?sslmode=require&sslrootcert=%2Fca.pem", SslMode::Require, Tls::Roots("/ca.pem".into())),
        ("?connect_timeout=3&sslmode=verify-full&sslrootcert=ca", SslMode::Require, Tls::Roots("ca".into())),
    ] {
        let read = options(&format!("postgres://app@db.example/app{parameters}"));
        assert_eq!((read.config.get_ssl_mode(), read.tls), (mode, tls), "{parameters}");
    }
    assert_eq!(
        error("postgres://db.example/app?sslmode=verify-ca"),
        "sslmode is one of disable, prefer, require and verify-full"
    );
    assert_eq!(
        error("postgres://db.example/app?sslmode=prefer&sslrootcert=ca.pem"),
        "sslrootcert needs sslmode=verify-full"
    );
}

#[test]
fn of_several_hosts_the_one_that_accepts_writes_is_used() {
    let one = options("postgres://a.example/app");
    assert_eq!(one.config.get_target_session_attrs(), TargetSessionAttrs::Any);
    let two = options("postgres://a.example:5432,b.example:5433/app");
    assert_eq!(two.config.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
    assert_eq!(
        error("postgres://a.example/app?target_session_attrs=read-only"),
        "target_session_attrs must be read-write"
    );
}

#[test]
fn an_error_names_the_parameter_and_not_the_password() {
    let message = error("postgres://app:hunter2@db.example/app?sslcert=x");
    assert!(message.contains("sslcert") && !message.contains("hunter2"), "{message}");
    assert_eq!(
        error("mysql://app:hunter2@db.example/app"),
        "the address of PostgreSQL begins with postgres:// or postgresql://"
    );
    assert_eq!(error("postgres:///app"), "the address of PostgreSQL names no host");
    assert!(!format!("{:?}", options("postgres://app:hunter2@db.example/app")).contains("hunter2"));
}
