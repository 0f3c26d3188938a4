//! Moves a table of `SimpleWebAuthn`'s passkeys, as its documentation suggests the columns. The program prints:
//!
//! ```text
//! row 3 is not imported, public-key-malformed: malformed public key
//! row 4 is not imported, backup-state-invalid: the backup state is set on a credential that can't be backed up
//! 2 rows are imported
//! signed in: jo has 16 bytes!
//! ```
//!
//! The guide [migration](https://github.com/countersign/countersign/blob/main/docs/migrating/README.md) says how to switch.

#![allow(clippy::print_stdout, reason = "an example prints what it did")]

mod browser;
mod migration;

use std::error::Error;

use countersign::{
    CredentialRecord, RelyingParty,
    lifecycle::{Encoded, Import, ImportedKey},
};

/// What `psql --no-align --tuples-only` prints of `SELECT cred_id, cred_public_key, webauthn_user_id, counter,
/// backup_eligible, backup_status, transports FROM passkeys`.
const TABLE: &str = r"
Y3JlZGVudGlhbCBvZiBqbyAwMDAx|\xa50102032620012158201e18532fd4754c02f3041d9c75ceb33b83ffd81ac7ce4fe882ccb1c98bc5896e225820a46c311c4e2ff40dd96a3653e6e45445d32dfe486eced75c7a90c6a18881c0a3|am8gaGFzIDE2IGJ5dGVzIQ|0|t|t|internal,hybrid
Y3JlZGVudGlhbCBvZiBhZGEgMDAy|\xa50102032620012158203adab15d66256bf15cd716035b3f041444e512fed1dd64d4ba75597d20e366f1225820546d2c90a83ebaba01595099e5f3ffbbd3384c7494de6759fdd5e65efae9cc67|YWRhIGhhcyAxNiBieXRlcw|42|f|f|usb
Y3JlZGVudGlhbCBvZiBraW0gMDAwMw|\xa50102032620012158207135fa4fd93a09dce98bbf681b4bfcf50e7c0d6354e62afb0bff2a3429617865225820ed4c1f02ddb9023ee56a557e515d6a9dc66c11f220960de594334df588776725|a2ltIGhhcyAxNiBieXRlcw|7|f|f|
Y3JlZGVudGlhbCBvZiBtYXggMDAwNA|\xa50102032620012158203adab15d66256bf15cd716035b3f041444e512fed1dd64d4ba75597d20e366f1225820546d2c90a83ebaba01595099e5f3ffbbd3384c7494de6759fdd5e65efae9cc67|bWF4IGhhcyAxNiBieXRlcw|3|f|t|usb
";

/// `deviceType` is a column of newer tables: `multiDevice` is `backup_eligible`.
fn import(rp: &RelyingParty, row: &str) -> Result<CredentialRecord, Box<dyn Error>> {
    let [id, key, user, counter, eligible, backed_up, transports] = row.split('|').collect::<Vec<_>>()[..]
    else {
        return Err("not 7 columns".into());
    };
    let key = ImportedKey::CoseText(Encoded::Hex(key));
    let import = Import::new(Encoded::Base64Url(id), Encoded::Base64Url(user), key)
        .with_sign_count(counter.parse::<i64>()?)
        .with_transports(transports.split(',').filter(|transport| !transport.is_empty()))
        .with_backup_eligible(eligible == "t")
        .with_backup_state(backed_up == "t")
        // True of all rows if `requireUserVerification` was never set to false, as it is true by default.
        .with_uv_initialized(true);
    Ok(import.into_record(rp)?)
}

fn main() -> Result<(), Box<dyn Error>> {
    migration::run(TABLE, import)
}
