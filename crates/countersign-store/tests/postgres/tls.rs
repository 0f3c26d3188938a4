//! Which certificates of the database are accepted.

use std::path::Path;
use std::process::Command;

use countersign_store::postgres::{PostgresError, PostgresOptions, PostgresStore};

use crate::support::cluster::Cluster;

/// Runs openssl, which Debian's package of PostgreSQL needs too.
fn openssl(folder: &Path, arguments: &str) {
    let output = Command::new("openssl").current_dir(folder).args(arguments.split_whitespace()).output();
    let output = output.unwrap_or_else(|error| panic!("the tests of TLS need openssl: {error}"));
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
}

/// An authority, and a certificate of it for `localhost`.
fn certificates(folder: &Path) {
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    for authority in ["ca", "other"] {
        openssl(
            folder,
            &format!(
                "req -x509 {key} -keyout {authority}.key -out {authority}.pem -days 2 -subj /CN={authority}"
            ),
        );
    }
    openssl(folder, &format!("req {key} -keyout server.key -out server.csr -subj /CN=localhost"));
    std::fs::write(folder.join("names"), "subjectAltName=DNS:localhost").unwrap();
    openssl(
        folder,
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -extfile names",
    );
}

#[tokio::test]
async fn the_certificate_is_checked_as_the_address_says() {
    let mut cluster = Cluster::start().unwrap();
    cluster.halt().unwrap();
    let folder = tempfile::tempdir().unwrap();
    certificates(folder.path());
    let file = |name: &str| folder.path().join(name);
    for name in ["server.pem", "server.key"] {
        // Owned by the user of the cluster, and readable by no other.
        let to = cluster.data().join(name);
        std::fs::copy(file(name), &to).unwrap();
        Cluster::give(&to).unwrap();
    }
    cluster.configure("ssl = on\nssl_cert_file = 'server.pem'\nssl_key_file = 'server.key'").unwrap();
    let hba = cluster.data().join("pg_hba.conf");
    std::fs::write(&hba, "local all all trust\nhostssl all all 127.0.0.1/32 trust\n").unwrap();
    let port = cluster.listen().unwrap();
    cluster.resume().unwrap();

    let [ca, other] = ["ca.pem", "other.pem"].map(|name| file(name).display().to_string());
    let open = async |host: &str, parameters: &str| {
        let url = format!("postgres://postgres@{host}:{port}/postgres?{parameters}");
        PostgresStore::open(&PostgresOptions::new(&url).unwrap()).await
    };
    for (host, parameters) in [
        ("localhost", format!("sslrootcert={ca}")),
        ("localhost", format!("sslmode=verify-full&sslrootcert={ca}")),
        ("127.0.0.1", "sslmode=require".to_owned()),
        ("127.0.0.1", "sslmode=prefer".to_owned()),
    ] {
        let opened = open(host, &parameters).await;
        assert!(opened.is_ok(), "{host} {parameters}: {opened:?}");
    }
    for (host, parameters) in [
        ("127.0.0.1", format!("sslmode=verify-full&sslrootcert={ca}")),
        ("localhost", format!("sslmode=verify-full&sslrootcert={other}")),
        ("localhost", "sslmode=verify-full".to_owned()),
        ("localhost", "sslmode=disable".to_owned()),
    ] {
        let rejected = open(host, &parameters).await;
        assert!(matches!(rejected, Err(PostgresError::Unavailable(_))), "{host} {parameters}: {rejected:?}");
    }
    let missing = open("localhost", "sslrootcert=/no/such/file").await;
    assert!(matches!(missing, Err(PostgresError::Options(_))), "{missing:?}");
}
