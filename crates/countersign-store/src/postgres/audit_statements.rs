//! The statements that write the audit log. They compute the hash of a row, so that no transaction waits for an answer to
//! append to a chain: `countersign::store::audit` documents what is hashed.

/// The name of a new chain.
pub(super) const NEW_CHAIN: &str = "SELECT uuid_send(gen_random_uuid())";

/// Adds a row of `who`: the pseudonym of the account, the hash of the credential ID, the listed rows.
///
/// Parameters: chain, number, time, kind, actor, session, address, trace ID, encoded bytes before the account, encoded bytes
/// after the credential; then those of `who`. A row before that is missing is a violation of NOT NULL.
macro_rules! audit_row {
    ($who:literal) => {
        concat!(
            "WITH who AS (",
            $who,
            ")
INSERT INTO countersign_audit (chain, number, at, kind, actor, account, credential, session, address, trace_id, listed,
    previous, hash)
SELECT $1::bytea, $2::bigint, $3::bigint, $4::text, $5::text, who.account, who.credential, $6::bytea, $7::bytea,
    $8::bytea, who.listed, b.hash,
    sha256($9::bytea
        || CASE WHEN who.account IS NULL THEN '\\x00'::bytea ELSE '\\x10'::bytea || who.account END
        || CASE WHEN who.credential IS NULL THEN '\\x00'::bytea ELSE '\\x20'::bytea || who.credential END
        || $10::bytea || int4send(length(who.listed) / 56) || who.listed || b.hash)
FROM who, (SELECT CASE WHEN $2::bigint = 1 THEN decode(repeat('00', 32), 'hex') ELSE
    (SELECT a.hash FROM countersign_audit a WHERE a.chain = $1::bytea AND a.number = $2::bigint - 1) END AS hash) b"
        )
    };
}

/// No parameters.
pub(super) const AUDIT: &str =
    audit_row!("SELECT NULL::bytea AS account, NULL::bytea AS credential, ''::bytea AS listed");

/// User handle, what is hashed before the pseudonym for a credential ID, ID of the credential. Adds no row if there is no
/// such account.
pub(super) const AUDIT_OF_ACCOUNT: &str = audit_row!(
    "SELECT pseudonym AS account, sha256($12::bytea || pseudonym || $13::bytea) AS credential, ''::bytea AS listed
    FROM countersign_accounts WHERE user_handle = $11::bytea"
);

/// The oldest time of a row that is listed. The chains are found one by one, by a look-up for each.
pub(super) const ANCHOR_AUDIT: &str = audit_row!(
    "WITH RECURSIVE chains AS (
        (SELECT a.chain FROM countersign_audit a ORDER BY a.chain LIMIT 1)
        UNION ALL
        SELECT (SELECT a.chain FROM countersign_audit a WHERE a.chain > c.chain ORDER BY a.chain LIMIT 1)
        FROM chains c WHERE c.chain IS NOT NULL
    ), heads AS (
        SELECT h.chain, h.number, h.hash FROM chains c CROSS JOIN LATERAL (
            SELECT a.chain, a.number, a.hash, a.at FROM countersign_audit a
            WHERE a.chain = c.chain ORDER BY a.number DESC LIMIT 1) h
        WHERE h.at >= $11::bigint AND h.chain <> $1::bytea
    )
    SELECT NULL::bytea AS account, NULL::bytea AS credential,
        coalesce(string_agg(chain || int8send(number) || hash, ''::bytea ORDER BY chain), ''::bytea) AS listed
    FROM heads"
);

/// The time from which rows are kept, and the most old rows to look at.
pub(super) const PRUNE_AUDIT: &str = audit_row!(
    "WITH RECURSIVE chains AS (
        (SELECT a.chain FROM countersign_audit a ORDER BY a.chain LIMIT 1)
        UNION ALL
        SELECT (SELECT a.chain FROM countersign_audit a WHERE a.chain > c.chain ORDER BY a.chain LIMIT 1)
        FROM chains c WHERE c.chain IS NOT NULL
    ), gone AS (
        SELECT o.chain, max(o.number) AS number FROM (
            SELECT a.chain, a.number FROM countersign_audit a WHERE a.at < $11::bigint ORDER BY a.at LIMIT $12::bigint
        ) o GROUP BY o.chain
    ), heads AS (
        SELECT a.chain, a.number, a.hash FROM countersign_audit a
            JOIN gone g ON g.chain = a.chain AND g.number = a.number
        UNION ALL
        SELECT f.chain, f.number - 1, f.previous FROM chains c CROSS JOIN LATERAL (
            SELECT a.chain, a.number, a.previous FROM countersign_audit a
            WHERE a.chain = c.chain ORDER BY a.number LIMIT 1) f
        WHERE f.number > 1 AND NOT EXISTS (SELECT 1 FROM gone g WHERE g.chain = f.chain)
    )
    SELECT NULL::bytea AS account, NULL::bytea AS credential,
        coalesce(string_agg(chain || int8send(number) || hash, ''::bytea ORDER BY chain), ''::bytea) AS listed
    FROM heads"
);

/// Removes what a row lists, and all before in its chain. Chain and number of the row: another instance may be pruning too,
/// so that the oldest rows are others now.
pub(super) const DELETE_AUDIT: &str = "
DELETE FROM countersign_audit a USING (
    SELECT substring(p.listed FROM i * 56 + 1 FOR 16) AS chain,
        ('x' || encode(substring(p.listed FROM i * 56 + 17 FOR 8), 'hex'))::bit(64)::bigint AS number
    FROM countersign_audit p, generate_series(0, length(p.listed) / 56 - 1) i WHERE p.chain = $1 AND p.number = $2
) g
WHERE a.chain = g.chain AND a.number <= g.number";
