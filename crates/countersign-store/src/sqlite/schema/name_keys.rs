//! The keys of names, as schema 3 has them.

use rusqlite::Connection;

use crate::names;

/// Updates the keys of all names to those of [`names::key`]. An account whose new key belongs to another keeps its old
/// key: no account loses its name, and signing in requires none.
pub(crate) fn renew(db: &Connection) -> Result<(), rusqlite::Error> {
    let mut all =
        db.prepare("SELECT user_handle, name, name_key FROM accounts ORDER BY created_at, user_handle")?;
    let rows = all.query_map((), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let renewed = |(handle, name, key): (Vec<u8>, String, String)| {
        let renewed = names::key(&name);
        (renewed != key).then_some((handle, renewed))
    };
    let mut changed: Vec<_> =
        rows.filter_map(|row| row.map(renewed).transpose()).collect::<Result<_, _>>()?;
    let mut write = db.prepare("UPDATE OR IGNORE accounts SET name_key = ?2 WHERE user_handle = ?1")?;
    // Twice, since a key is free once its account has another.
    for _ in 0..2 {
        let mut taken = Vec::new();
        for row in changed {
            if write.execute((&row.0, &row.1))? == 0 {
                taken.push(row);
            }
        }
        changed = taken;
    }
    Ok(())
}
