//! `countersign admin accounts`.

use clap::Subcommand;
use countersign::store::StoredCredential;
use countersign_metadata::model_name;
use countersign_server::operator::{
    AccountDetails, AccountSummary, Operator, OperatorError, PAGE_MAX, name_key,
};

use serde_json::{Value, json};

use super::output::{Out, id, note, time};
use super::selector::{AccountArguments, PageArguments};
use super::{confirmation::Confirmation, error::AdminError, passkeys, sessions};

/// What is done with accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountsCommand {
    /// List the accounts, in the order of their names
    List {
        /// Begin after the account with this name
        #[arg(long, value_name = "NAME")]
        after: Option<String>,
        #[command(flatten)]
        page: PageArguments,
    },
    /// Find accounts by the beginning of their name, by their ID, or by the ID of a passkey
    Find {
        /// Beginning of a name, or an ID
        text: String,
        /// Begin after the account with this name
        #[arg(long, value_name = "NAME")]
        after: Option<String>,
        #[command(flatten)]
        page: PageArguments,
    },
    /// Show an account with its passkeys and sessions
    Show(AccountArguments),
    /// Change the name of an account
    Rename {
        #[command(flatten)]
        account: AccountArguments,
        /// New name
        #[arg(long, value_name = "NAME")]
        to: String,
    },
    /// Remove an account with its passkeys, sessions and recovery codes
    Remove {
        #[command(flatten)]
        account: AccountArguments,
        #[command(flatten)]
        confirmation: Confirmation,
    },
}

impl AccountsCommand {
    pub(crate) async fn run(self, operator: &Operator, out: &mut Out<'_>) -> Result<(), AdminError> {
        match self {
            Self::List { after, page } => list(operator, "", after, page.limit(), out).await,
            Self::Find { text, after, page } => list(operator, &text, after, page.limit(), out).await,
            Self::Show(account) => {
                let account = operator.account(&account.selector()).await?;
                show(&operator.details(account).await?, out)
            }
            Self::Rename { account, to } => {
                let account = operator.account(&account.selector()).await?;
                let name = operator.rename_account(&account.handle, &to).await?;
                let object = json!({ "id": id(account.handle.as_bytes()), "name": name });
                out.sentence(&format!("the account {:?} has the name {name:?} now", account.name), &object)
            }
            Self::Remove { account, confirmation } => {
                let account = operator.account(&account.selector()).await?;
                let details = operator.details(account.clone()).await?;
                confirmation.ask(&format!(
                    "remove the account {:?} with {} passkeys and {} sessions?",
                    account.name,
                    details.passkeys.len(),
                    details.sessions.len()
                ))?;
                operator.remove_account(&account.handle).await?;
                let object = json!({ "id": id(account.handle.as_bytes()), "removed": true });
                out.sentence(&format!("the account {:?} was removed", account.name), &object)
            }
        }
    }
}

/// Lists the accounts that are found, page by page.
async fn list(
    operator: &Operator,
    text: &str,
    after: Option<String>,
    limit: usize,
    out: &mut Out<'_>,
) -> Result<(), AdminError> {
    let mut after = after.map(|name| name_key(&name));
    let mut left = limit;
    loop {
        let number = left.min(PAGE_MAX);
        let page = find(operator, text, after.as_deref(), number).await?;
        let (shown, is_whole) = (page.get(..number).unwrap_or(&page), page.len() >= number);
        if !shown.is_empty() || after.is_none() {
            out.rows(["name", "id", "passkeys", "codes", "created"], shown, cells, object)?;
        }
        left = left.saturating_sub(shown.len());
        let Some(last) = shown.last().filter(|_| is_whole) else { return Ok(()) };
        after = Some(last.account.name_key.clone());
        if left == 0 {
            if !find(operator, text, after.as_deref(), 1).await?.is_empty() {
                note(&format!("there are more accounts: add --all, or --after {:?}", last.account.name));
            }
            return Ok(());
        }
    }
}

async fn find(
    operator: &Operator,
    text: &str,
    after: Option<&str>,
    number: usize,
) -> Result<Vec<AccountSummary>, OperatorError> {
    if text.is_empty() {
        operator.accounts(after, number).await
    } else {
        operator.find(text, after, number).await
    }
}

fn cells(row: &AccountSummary) -> [String; 5] {
    [
        row.account.name.clone(),
        id(row.account.handle.as_bytes()),
        row.credentials.to_string(),
        row.recovery.unused.to_string(),
        row.account.created_at.to_string(),
    ]
}

fn object(row: &AccountSummary) -> Value {
    json!({
        "id": id(row.account.handle.as_bytes()),
        "name": row.account.name,
        "created_at": row.account.created_at.to_string(),
        "passkeys": row.credentials,
        "recovery_codes": row.recovery.unused,
    })
}

fn show(details: &AccountDetails, out: &mut Out<'_>) -> Result<(), AdminError> {
    let AccountDetails { account, passkeys, recovery, sessions, .. } = details;
    let pairs = [
        ("name", account.name.clone()),
        ("id", id(account.handle.as_bytes())),
        ("created", account.created_at.to_string()),
        ("recovery codes", recovery.unused.to_string()),
        ("  made", time(recovery.created_at)),
        ("  last used", time(recovery.used_at)),
    ];
    let object = json!({
        "id": id(account.handle.as_bytes()),
        "name": account.name,
        "created_at": account.created_at.to_string(),
        "recovery_codes": recovery.unused,
        "recovery_codes_made_at": recovery.created_at.map(|time| time.to_string()),
        "recovery_code_used_at": recovery.used_at.map(|time| time.to_string()),
        "passkeys": passkeys.iter().map(passkeys::object).collect::<Vec<_>>(),
        "sessions": sessions.iter().map(sessions::object).collect::<Vec<_>>(),
    });
    out.pairs(&pairs, &object)?;
    if out.is_json() {
        return Ok(());
    }
    out.gap()?;
    let label = |passkey: &StoredCredential| {
        let model = model_name(passkey.record.aaguid()).map(|model| model.name).unwrap_or_default();
        [
            passkey.label.clone(),
            id(passkey.record.id().as_bytes()),
            model,
            passkeys::standing(passkey),
            time(passkey.last_used_at),
        ]
    };
    out.rows(["passkey", "id", "model", "standing", "last used"], passkeys, label, passkeys::object)?;
    out.gap()?;
    out.rows(sessions::HEADING, sessions, sessions::cells, sessions::object)
}
