//! `countersign admin passkeys`.

use clap::{Subcommand, ValueEnum};
use countersign::record::Standing;
use countersign::store::StoredCredential;
use countersign::types::{Aaguid, CredentialId};
use countersign_metadata::model_name;
use countersign_server::operator::{
    AccountSelector, CredentialRow, ModelCount, Operator, PAGE_MAX, PasskeyFilter, StandingFilter,
};

use serde_json::{Value, json};

use super::output::{Out, id, note, time};
use super::selector::{PageArguments, credential_id, user_handle};
use super::{confirmation::Confirmation, error::AdminError};
use crate::progress::Progress;

/// What is done with passkeys.
#[derive(Debug, Subcommand)]
pub(crate) enum PasskeysCommand {
    /// List passkeys of all accounts, in the order of their IDs
    List {
        /// Only those of this authenticator model, as they claim it
        #[arg(long, value_name = "AAGUID")]
        model: Option<Aaguid>,
        /// Only those of this standing
        #[arg(long, value_enum)]
        standing: Option<StandingArgument>,
        /// Only those of the account with this ID
        #[arg(long, value_name = "ID", value_parser = user_handle)]
        account_id: Option<countersign::types::UserHandle>,
        /// Begin after the passkey with this ID
        #[arg(long, value_name = "ID", value_parser = credential_id)]
        after: Option<CredentialId>,
        #[command(flatten)]
        page: PageArguments,
    },
    /// Count the passkeys of each authenticator model
    Models,
    /// Show a passkey
    Show {
        /// ID of the passkey
        #[arg(value_parser = credential_id)]
        id: CredentialId,
    },
    /// Remove a passkey and end the sessions that were created with it
    Remove {
        /// ID of the passkey
        #[arg(value_parser = credential_id)]
        id: CredentialId,
        #[command(flatten)]
        confirmation: Confirmation,
    },
    /// Flag a passkey, so that it can't sign in, and end the sessions that were created with it
    Flag {
        /// ID of the passkey
        #[arg(value_parser = credential_id)]
        id: CredentialId,
        /// Why, for other operators
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        confirmation: Confirmation,
    },
    /// Remove the flag of a passkey
    Unflag {
        /// ID of the passkey
        #[arg(value_parser = credential_id)]
        id: CredentialId,
    },
}

/// The standing of a passkey, as an argument.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum StandingArgument {
    /// Those that may sign in
    Active,
    /// Those that are flagged
    Flagged,
    /// Those whose rows can't be read
    Unreadable,
}

impl From<StandingArgument> for StandingFilter {
    fn from(argument: StandingArgument) -> Self {
        match argument {
            StandingArgument::Active => Self::Active,
            StandingArgument::Flagged => Self::Flagged,
            StandingArgument::Unreadable => Self::Unreadable,
        }
    }
}

impl PasskeysCommand {
    pub(crate) async fn run(self, operator: &Operator, out: &mut Out<'_>) -> Result<(), AdminError> {
        match self {
            Self::List { model, standing, account_id, after, page } => {
                let mut filter = PasskeyFilter::default();
                filter.model = model;
                filter.standing = standing.map(StandingFilter::from);
                filter.owner = account_id;
                list(operator, &filter, after, page.limit(), out).await
            }
            Self::Models => models(operator, out).await,
            Self::Show { id } => show(operator, &operator.passkey(&id).await?, out).await,
            Self::Remove { id: wanted, confirmation } => {
                let passkey = operator.passkey(&wanted).await?;
                let whose = whose(operator, &passkey).await;
                confirmation.ask(&format!("remove the passkey {:?} of {whose}?", passkey.label))?;
                operator.remove_passkey(passkey.record.user_handle(), &wanted).await?;
                let object = json!({ "id": id(wanted.as_bytes()), "removed": true });
                out.sentence(&format!("the passkey {:?} of {whose} was removed", passkey.label), &object)
            }
            Self::Flag { id: wanted, reason, confirmation } => {
                let passkey = operator.passkey(&wanted).await?;
                let whose = whose(operator, &passkey).await;
                let question = "so that it can't sign in, and end its sessions?";
                confirmation.ask(&format!("flag the passkey {:?} of {whose}, {question}", passkey.label))?;
                let ended = operator.flag_passkey(&wanted, &reason).await?;
                let object = json!({ "id": id(wanted.as_bytes()), "flagged": true, "sessions_ended": ended });
                let sentence =
                    format!("the passkey {:?} of {whose} is flagged; sessions ended: {ended}", passkey.label);
                out.sentence(&sentence, &object)
            }
            Self::Unflag { id: wanted } => {
                operator.clear_flag(&wanted).await?;
                let passkey = operator.passkey(&wanted).await?;
                let whose = whose(operator, &passkey).await;
                let object = json!({ "id": id(wanted.as_bytes()), "flagged": false });
                out.sentence(&format!("the passkey {:?} of {whose} may sign in", passkey.label), &object)
            }
        }
    }
}

/// The name of the account of a passkey, in quotation marks.
async fn whose(operator: &Operator, passkey: &StoredCredential) -> String {
    let selector = AccountSelector::Id(passkey.record.user_handle().clone());
    let found = operator.account(&selector).await;
    found.map_or_else(|_| "an account".to_owned(), |account| format!("{:?}", account.name))
}

async fn list(
    operator: &Operator,
    filter: &PasskeyFilter,
    after: Option<CredentialId>,
    limit: usize,
    out: &mut Out<'_>,
) -> Result<(), AdminError> {
    let (mut after, mut left, mut is_first) = (after, limit, true);
    loop {
        let (mut page, next) = operator.passkeys(filter, after.as_ref(), PAGE_MAX).await?;
        let is_cut = page.len() > left;
        page.truncate(left);
        if !page.is_empty() || (is_first && next.is_none()) {
            out.rows(["label", "id", "account id", "model", "standing", "last used"], &page, cells, row)?;
            is_first = false;
        }
        left = left.saturating_sub(page.len());
        let Some(next) = next else { return Ok(()) };
        if is_cut || left == 0 {
            let last = page.last().map_or(&next, |row| &row.id);
            note(&format!("there may be more passkeys: add --all, or --after {}", id(last.as_bytes())));
            return Ok(());
        }
        after = Some(next);
    }
}

fn cells(row: &CredentialRow) -> [String; 6] {
    let (passkey, owner) = (id(row.id.as_bytes()), id(row.owner.as_bytes()));
    match &row.credential {
        Ok(credential) => [
            credential.label.clone(),
            passkey,
            owner,
            model(credential.record.aaguid()),
            standing(credential),
            time(credential.last_used_at),
        ],
        Err(fault) => {
            [String::new(), passkey, owner, String::new(), format!("unreadable: {fault}"), String::new()]
        }
    }
}

/// The name of a model, or else its AAGUID.
fn model(aaguid: Aaguid) -> String {
    model_name(aaguid).map_or_else(|| aaguid.to_string(), |model| model.name)
}

/// The standing of a passkey, with the reason of a flag.
pub(super) fn standing(credential: &StoredCredential) -> String {
    match credential.record.standing() {
        Standing::Active => "active".to_owned(),
        Standing::Flagged(flag) => format!("flagged: {}", flag.reason()),
    }
}

fn row(row: &CredentialRow) -> Value {
    match &row.credential {
        Ok(credential) => object(credential),
        Err(fault) => json!({
            "id": id(row.id.as_bytes()),
            "account_id": id(row.owner.as_bytes()),
            "standing": "unreadable",
            "fault": fault,
        }),
    }
}

/// A passkey as an object.
pub(super) fn object(credential: &StoredCredential) -> Value {
    let record = &credential.record;
    let flag = match record.standing() {
        Standing::Active => Value::Null,
        Standing::Flagged(flag) => json!({ "reason": flag.reason(), "at": flag.at().to_string() }),
    };
    json!({
        "id": id(record.id().as_bytes()),
        "account_id": id(record.user_handle().as_bytes()),
        "label": credential.label,
        "model": record.aaguid().to_string(),
        "model_name": model_name(record.aaguid()).map(|model| model.name),
        "attestation_format": credential.attestation.as_ref().map(|(format, _)| format),
        "attestation_type": credential.attestation.as_ref().map(|(_, kind)| kind),
        "standing": if flag.is_null() { "active" } else { "flagged" },
        "flag": flag,
        "sign_count": record.sign_count(),
        "backup_eligible": record.backup_eligible(),
        "backed_up": record.backup_state(),
        "created_at": credential.created_at.to_string(),
        "last_used_at": credential.last_used_at.map(|time| time.to_string()),
    })
}

async fn show(operator: &Operator, passkey: &StoredCredential, out: &mut Out<'_>) -> Result<(), AdminError> {
    let record = &passkey.record;
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let (format, kind) = passkey.attestation.clone().unwrap_or_default();
    let pairs = [
        ("label", passkey.label.clone()),
        ("id", id(record.id().as_bytes())),
        ("account", whose(operator, passkey).await),
        ("account id", id(record.user_handle().as_bytes())),
        ("rp id", record.rp_id().to_owned()),
        ("model", record.aaguid().to_string()),
        ("  name", model_name(record.aaguid()).map(|model| model.name).unwrap_or_default()),
        ("attestation", format!("{format} {kind}").trim().to_owned()),
        ("standing", standing(passkey)),
        ("sign count", record.sign_count().to_string()),
        ("may be backed up", record.backup_eligible().map_or_else(|| "unknown".to_owned(), yes)),
        ("is backed up", yes(record.backup_state())),
        ("created", passkey.created_at.to_string()),
        ("last used", time(passkey.last_used_at)),
    ];
    out.pairs(&pairs, &object(passkey))
}

async fn models(operator: &Operator, out: &mut Out<'_>) -> Result<(), AdminError> {
    let mut counting = operator.models().await?;
    let mut progress = Progress::on_terminal();
    while counting.next().await? {
        let (done, whole) = counting.progress();
        progress.show_rows("passkeys", done, Some(whole));
    }
    drop(progress);
    let counts: Vec<(Aaguid, ModelCount)> =
        counting.counts().iter().map(|(key, count)| (*key, *count)).collect();
    let cells = |(aaguid, count): &(Aaguid, ModelCount)| {
        let name = model_name(*aaguid).map(|model| model.name).unwrap_or_default();
        [
            aaguid.to_string(),
            name,
            count.passkeys.to_string(),
            count.flagged.to_string(),
            time(count.last_used_at),
        ]
    };
    let object = |(aaguid, count): &(Aaguid, ModelCount)| {
        json!({
            "model": aaguid.to_string(),
            "model_name": model_name(*aaguid).map(|model| model.name),
            "passkeys": count.passkeys,
            "flagged": count.flagged,
            "last_used_at": count.last_used_at.map(|time| time.to_string()),
        })
    };
    out.rows(["model", "name", "passkeys", "flagged", "last used"], &counts, cells, object)?;
    if counting.others().passkeys > 0 {
        note(&format!("passkeys of further models: {}", counting.others().passkeys));
    }
    if counting.unreadable() > 0 {
        note(&format!("passkeys whose rows can't be read: {}", counting.unreadable()));
    }
    Ok(())
}
