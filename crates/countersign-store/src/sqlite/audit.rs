//! The audit log. The connection that writes has a chain of its own.

use std::collections::BTreeMap;
use std::net::IpAddr;

use countersign::store::{
    AUDIT_ANCHOR_SECONDS, AUDIT_KEPT_SECONDS_MIN, AUDIT_PRUNED_MAX, AuditEntry, AuditKind, AuditQuery,
    AuditRow, AuditSource, ChainEnd, ChainHead, ChainId, Pseudonym, Rejection,
};
use countersign::types::{Timestamp, UserHandle};
use rusqlite::types::FromSql;
use rusqlite::{Connection, Row};

use crate::sqlite::statements::{
    ADD_AUDIT_ROW, AUDIT_CHAINS, AUDIT_HASH, AUDIT_NEWEST, AUDIT_NEWEST_OF, AUDIT_OLDEST, DELETE_AUDIT_ROWS,
    FIRST_OF_CHAIN, LAST_OF_CHAIN, NEW_CHAIN, NEXT_CHAIN, OLD_AUDIT_ROWS, PSEUDONYM,
};
use crate::sqlite::values::{all, one, rows as limit_of, time};
use crate::sqlite::{abort::Abort, store_error::Failure};

/// The end of the chain that this connection appends to; `None` before its first row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chain(Option<ChainEnd>);

impl Chain {
    fn end(&mut self, db: &Connection) -> Result<ChainEnd, Failure> {
        if let Some(end) = self.0 {
            return Ok(end);
        }
        let chain = db.prepare_cached(NEW_CHAIN)?.query_row((), |row| row.get(0))?;
        Ok(*self.0.insert(ChainEnd::new(ChainId::from_bytes(chain))))
    }

    fn append(&mut self, db: &Connection, row: &AuditRow) -> Result<(), Failure> {
        let source = &row.source;
        db.prepare_cached(ADD_AUDIT_ROW)?.execute((
            row.chain.as_bytes(),
            number_value(row.number)?,
            row.at.unix_seconds(),
            &row.kind,
            &row.actor,
            row.account.as_ref().map(Pseudonym::as_bytes),
            row.credential,
            row.session,
            source.address_bytes(),
            source.trace_id,
            ChainHead::encode_all(&row.listed),
            row.previous,
            row.hash,
        ))?;
        self.0 = Some(row.end());
        Ok(())
    }
}

/// Adds a row for an entry.
pub(crate) fn write(
    db: &Connection,
    chain: &mut Chain,
    entry: &AuditEntry,
    now: Timestamp,
) -> Result<(), Abort> {
    let find = |account| pseudonym(db, account)?.ok_or_else(|| Abort::from(Rejection::Missing));
    let pseudonym = entry.account.as_ref().map(find).transpose()?;
    let row = AuditRow::of_entry(&chain.end(db)?, entry, pseudonym, now);
    Ok(chain.append(db, &row)?)
}

/// Adds a row that lists the newest rows of other chains.
pub(crate) fn anchor(db: &Connection, chain: &mut Chain, now: Timestamp) -> Result<(), Abort> {
    let (end, since) = (chain.end(db)?, now.plus_seconds(-AUDIT_ANCHOR_SECONDS));
    let mut listed = Vec::new();
    for id in chains(db)?.into_iter().filter(|id| *id != end.chain) {
        let last = one(db, LAST_OF_CHAIN, (id.as_bytes(),), |row| {
            let head = ChainHead { chain: id, number: number(row, 0)?, hash: row.get(1)? };
            Ok((head, time(row, 2)?))
        })?;
        listed.extend(last.filter(|(_, at)| *at >= since).map(|(head, _)| head));
    }
    Ok(chain.append(db, &AuditRow::listing(&end, AuditKind::Anchor, listed, now))?)
}

/// Removes old rows, and adds a row that lists the last ones that were removed.
pub(crate) fn prune(
    db: &Connection,
    chain: &mut Chain,
    before: Timestamp,
    now: Timestamp,
) -> Result<(), Abort> {
    let before = before.min(now.plus_seconds(-AUDIT_KEPT_SECONDS_MIN));
    let end = chain.end(db)?;
    let mut last: BTreeMap<ChainId, u64> = BTreeMap::new();
    let old = (before.unix_seconds(), limit_of(AUDIT_PRUNED_MAX));
    for (id, number) in all(db, OLD_AUDIT_ROWS, old, |row| Ok((chain_id(row, 0)?, number(row, 1)?)))? {
        let known = last.entry(id).or_default();
        *known = number.max(*known);
    }
    let mut listed = Vec::new();
    for id in chains(db)? {
        listed.extend(match last.get(&id) {
            Some(&number) => {
                let key = (id.as_bytes(), number_value(number)?);
                one(db, AUDIT_HASH, key, |row| Ok(ChainHead { chain: id, number, hash: row.get(0)? }))?
            }
            // Pruned earlier, if it does not begin with its first row.
            None => one(db, FIRST_OF_CHAIN, (id.as_bytes(),), |row| {
                let number = number(row, 0)?.saturating_sub(1);
                Ok(ChainHead { chain: id, number, hash: row.get(1)? })
            })?
            .filter(|head| head.number > 0),
        });
    }
    for (id, number) in &last {
        db.prepare_cached(DELETE_AUDIT_ROWS)?.execute((id.as_bytes(), number_value(*number)?))?;
    }
    Ok(chain.append(db, &AuditRow::listing(&end, AuditKind::Pruned, listed, now))?)
}

/// The pseudonym of an account.
pub(crate) fn pseudonym(db: &Connection, account: &UserHandle) -> Result<Option<Pseudonym>, Failure> {
    one(db, PSEUDONYM, (account.as_bytes(),), |row| Ok(Pseudonym::from_bytes(row.get(0)?)))
}

/// Rows in the order of a query.
pub(crate) fn rows(db: &Connection, query: &AuditQuery, limit: usize) -> Result<Vec<AuditRow>, Failure> {
    let limit = limit_of(limit);
    match query {
        AuditQuery::Chains { after: Some((chain, number)) } => {
            all(db, AUDIT_CHAINS, (chain.as_bytes(), number_value(*number)?, limit), read)
        }
        AuditQuery::Chains { after: None } => all(db, AUDIT_CHAINS, ([0_u8; 0], 0, limit), read),
        AuditQuery::NewestOf(account) => all(db, AUDIT_NEWEST_OF, (account.as_bytes(), limit), read),
        AuditQuery::Newest => all(db, AUDIT_NEWEST, (limit,), read),
        AuditQuery::Oldest => all(db, AUDIT_OLDEST, (limit,), read),
        _ => Err(Failure::Value("the query of audit rows")),
    }
}

/// The chains that have rows, by a look-up for each.
fn chains(db: &Connection) -> Result<Vec<ChainId>, Failure> {
    let mut chains: Vec<ChainId> = Vec::new();
    loop {
        let after = chains.last().map_or(&[][..], |last| last.as_bytes().as_slice());
        match one(db, NEXT_CHAIN, (after,), |row| chain_id(row, 0))? {
            Some(next) => chains.push(next),
            None => return Ok(chains),
        }
    }
}

fn read(row: &Row<'_>) -> Result<AuditRow, Failure> {
    Ok(AuditRow {
        chain: chain_id(row, 0)?,
        number: number(row, 1)?,
        at: time(row, 2)?,
        kind: row.get(3)?,
        actor: row.get(4)?,
        account: get::<Option<[u8; 16]>>(row, 5)?.map(Pseudonym::from_bytes),
        credential: row.get(6)?,
        session: row.get(7)?,
        source: AuditSource { address: read_address(row, 8)?, trace_id: row.get(9)? },
        listed: ChainHead::decode_all(&get::<Vec<u8>>(row, 10)?)
            .ok_or(Failure::Value("the listed rows of an audit row"))?,
        previous: row.get(11)?,
        hash: row.get(12)?,
    })
}

fn get<T: FromSql>(row: &Row<'_>, column: usize) -> Result<T, Failure> {
    Ok(row.get(column)?)
}

fn read_address(row: &Row<'_>, column: usize) -> Result<Option<IpAddr>, Failure> {
    let bytes: Option<Vec<u8>> = row.get(column)?;
    let read = |bytes: Vec<u8>| {
        AuditSource::read_address(&bytes).ok_or(Failure::Value("the address of an audit row"))
    };
    bytes.map(read).transpose()
}

fn chain_id(row: &Row<'_>, column: usize) -> Result<ChainId, Failure> {
    Ok(ChainId::from_bytes(row.get(column)?))
}

fn number(row: &Row<'_>, column: usize) -> Result<u64, Failure> {
    u64::try_from(row.get::<_, i64>(column)?).map_err(|_| Failure::Value("the number of an audit row"))
}

fn number_value(number: u64) -> Result<i64, Failure> {
    i64::try_from(number).map_err(|_| Failure::Value("the number of an audit row"))
}
