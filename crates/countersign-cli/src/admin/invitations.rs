//! `countersign admin invitations`.

use clap::Subcommand;
use countersign::store::Invitation;
use countersign_server::operator::{Operator, PAGE_MAX};

use serde_json::{Value, json};

use super::output::{Out, begins_with, short};
use super::{confirmation::Confirmation, error::AdminError};

/// What is done with invitations.
#[derive(Debug, Subcommand)]
pub(crate) enum InvitationsCommand {
    /// List the invitations that can be used, the first to end first
    List,
    /// Make an invitation to create one account, and print its code
    New {
        /// Days for which the invitation is valid
        #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=365))]
        days: u16,
    },
    /// Revoke an invitation
    Revoke {
        /// ID of the invitation, as the list shows it
        id: String,
        #[command(flatten)]
        confirmation: Confirmation,
    },
}

impl InvitationsCommand {
    pub(crate) async fn run(self, operator: &Operator, out: &mut Out<'_>) -> Result<(), AdminError> {
        match self {
            Self::List => {
                let mut after = None;
                loop {
                    let page = operator.invitations(after.as_ref(), PAGE_MAX).await?;
                    if !page.is_empty() || after.is_none() {
                        out.rows(["invitation", "created", "ends"], &page, cells, object)?;
                    }
                    let Some(last) = page.into_iter().next_back() else { return Ok(()) };
                    after = Some(last);
                }
            }
            Self::New { days } => {
                let (code, ends) = operator.invite(days).await?;
                // The code is alone in the first line, for programs.
                let sentence = format!("{code}\nfor one account, until {ends}; it is shown only now");
                out.sentence(&sentence, &json!({ "code": code.to_string(), "ends_at": ends.to_string() }))
            }
            Self::Revoke { id, confirmation } => {
                let found = find(operator, &id).await?;
                let short = short(found.code.as_bytes());
                confirmation.ask(&format!("revoke the invitation {short} of {}?", found.created_at))?;
                operator.revoke_invitation(&found.code).await?;
                let object = json!({ "invitation": short, "revoked": true });
                out.sentence(&format!("the invitation {short} was revoked"), &object)
            }
        }
    }
}

/// The invitation whose ID begins like this.
async fn find(operator: &Operator, wanted: &str) -> Result<Invitation, AdminError> {
    let (mut after, mut found) = (None, None);
    loop {
        let page = operator.invitations(after.as_ref(), PAGE_MAX).await?;
        for invitation in page.iter().filter(|invitation| begins_with(invitation.code.as_bytes(), wanted)) {
            if found.replace(invitation.clone()).is_some() {
                return Err(AdminError::Ambiguous("invitations", wanted.to_owned()));
            }
        }
        let Some(last) = page.into_iter().next_back() else { break };
        after = Some(last);
    }
    found.ok_or_else(|| AdminError::NoInvitation(wanted.to_owned()))
}

fn cells(invitation: &Invitation) -> [String; 3] {
    [short(invitation.code.as_bytes()), invitation.created_at.to_string(), invitation.expires_at.to_string()]
}

fn object(invitation: &Invitation) -> Value {
    json!({
        "invitation": short(invitation.code.as_bytes()),
        "created_at": invitation.created_at.to_string(),
        "ends_at": invitation.expires_at.to_string(),
    })
}
