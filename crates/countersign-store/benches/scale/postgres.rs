//! Schemas of a `PostgreSQL`, which is started for them.

use std::time::Instant;

use countersign_store::postgres::{PostgresOptions, PostgresStore};
use tokio_postgres::NoTls;

use crate::cluster::Cluster;
use crate::rows::{LATER, NOW, PADDING, Result, distance, record};

/// A cluster whose commits are on disk, as they must be.
pub(crate) fn start() -> Result<Cluster> {
    let mut cluster = Cluster::start()?;
    cluster.halt()?;
    cluster.configure("fsync = on\nmax_wal_size = 4GB\nshared_buffers = 512MB\n")?;
    cluster.resume()?;
    Ok(cluster)
}

/// Makes a database of this size, and returns its address.
pub(crate) async fn database(cluster: &Cluster, size: u64) -> Result<String> {
    let began = Instant::now();
    let schema = format!("of_{size}");
    cluster.psql(&format!("CREATE SCHEMA {schema}"))?;
    let url = format!("{}?options=-c%20search_path%3D{schema}", cluster.url());
    drop(PostgresStore::open(&PostgresOptions::new(&url)?).await?);
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
    let connection = tokio::spawn(connection);
    client.batch_execute("SET work_mem = '256MB'; SET synchronous_commit = off").await?;
    client.batch_execute(&statements(size)?).await?;
    client.batch_execute("VACUUM ANALYZE").await?;
    client.batch_execute("CHECKPOINT").await?;
    drop(client);
    connection.await??;
    println!("PostgreSQL  {size:>9} made in {:.1?}", began.elapsed());
    Ok(url)
}

/// The rows, made by the database.
fn statements(size: u64) -> Result<String> {
    // A record whose keys are replaced by those of each row.
    let sample = record(0, size)?;
    let (id, handle) = (sample.id(), sample.user_handle());
    let [id, handle] = [serde_json::to_string(id)?, serde_json::to_string(handle)?];
    let fixed = serde_json::to_string(sample.static_part())?;
    // They are equal, and base64url.
    let fixed = fixed.replace(id.trim_matches('"'), "KEY").replace(handle.trim_matches('"'), "KEY");
    let dynamic = serde_json::to_string(sample.dynamic_part())?;
    let [first, ..] = PADDING;
    let padding = format!("{first:02x}").repeat(PADDING.len());
    let (distance, created) = (distance(size), NOW.unix_seconds());
    let ends = created + LATER;
    Ok(format!(
        r"CREATE TEMPORARY TABLE made AS
            SELECT number, int8send({distance} * number) || '\x{padding}'::bytea AS key,
                'user ' || lpad(number::text, 9, '0') AS name
            FROM generate_series(0, {size}::bigint - 1) AS number;
        INSERT INTO countersign_accounts (user_handle, name, name_key, created_at, credentials, inserted)
            SELECT key, name, convert_to(upper(name), 'UTF8'), {created}, 1, 1 FROM made ORDER BY key;
        INSERT INTO countersign_credentials (id, user_handle, position, fixed, dynamic, label, label_key, created_at)
            SELECT key, key, 1,
                replace('{fixed}', 'KEY', rtrim(translate(encode(key, 'base64'), '+/', '-_'), '=')),
                '{dynamic}', 'Passkey', 'PASSKEY', {created}
            FROM made ORDER BY key;
        INSERT INTO countersign_sessions (token, user_handle, credential_id, created_at, seen_at, verified_at, idle_at,
                expires_at)
            SELECT key, key, key, {created}, {created}, {created}, {ends}, {ends} FROM made ORDER BY key;
        DROP TABLE made;"
    ))
}
