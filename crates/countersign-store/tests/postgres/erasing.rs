//! What a removed account leaves in the tables. The files of `PostgreSQL` have dead rows until `VACUUM`.

use countersign::store::{
    ApplicationStore as _, Confirmation, ConfirmationKey, Operation, RECOVERY_CODES, TokenHash,
};
use countersign::types::hex::Hex;

use crate::samples::{NOW, handle, sign_up, token};
use crate::store_at;
use crate::support::{schema, sql};

/// The tables with a row that has this text, or these bytes in hexadecimal digits.
fn tables_with(url: &str, needle: &str) -> String {
    let hexadecimal = Hex(needle.as_bytes());
    let tables = sql(
        url,
        "SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables WHERE schemaname = current_schema()",
    );
    let has = |table: &&str| {
        let rows = format!(
            "SELECT count(*) FROM {table} AS one
             WHERE lower(one::text) LIKE '%{needle}%' OR one::text LIKE '%{hexadecimal}%'"
        );
        sql(url, &rows) != "0"
    };
    tables.split(' ').filter(has).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn a_removed_account_leaves_only_the_hash_of_its_handle() {
    let url = schema();
    let store = store_at(&url).await;
    for name in ["hypatia", "stays"] {
        let key = ConfirmationKey { session: token(name), act: name.to_owned(), browser: token(name) };
        let expires_at = NOW.plus_seconds(300);
        let confirmation = Confirmation { key, account: handle(name), created_at: NOW, expires_at };
        let codes: [TokenHash; RECOVERY_CODES] =
            core::array::from_fn(|number| TokenHash::of(format!("{name} {number}").as_bytes()));
        let mut operations = sign_up(name);
        operations.extend([
            Operation::Confirm(confirmation),
            Operation::ReplaceRecoveryCodes {
                account: handle(name),
                codes: Box::new(codes),
                created_at: NOW,
            },
        ]);
        store.transact(operations, NOW).await.unwrap().unwrap();
    }
    let all = "countersign_accounts countersign_confirmations countersign_credentials countersign_recovery_codes \
               countersign_sessions";
    assert_eq!(tables_with(&url, "hypatia"), all);
    store.transact(vec![Operation::RemoveAccount(handle("hypatia"))], NOW).await.unwrap().unwrap();
    assert_eq!(tables_with(&url, "hypatia"), "");
    assert_eq!(tables_with(&url, "stays"), all);
    assert_eq!(sql(&url, "SELECT count(*) FROM countersign_former_accounts"), "1");
}
