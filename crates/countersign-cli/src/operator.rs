//! `countersign operator`: the accounts that may use the operator's page, and links that give the role.

use clap::{Args, Subcommand};
use countersign_server::config::Sources;
use countersign_server::operator::{AccountSelector, Operator, OperatorError};
use countersign_server::{Config, printable};

use crate::database_arguments::DatabaseArguments;

/// The arguments of `operator`.
#[derive(Debug, Args)]
pub(crate) struct OperatorArguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a link that makes one account an operator, and print it; it is a secret
    Link(DatabaseArguments),
    /// List the operators, the earliest first
    List(DatabaseArguments),
    /// Make the account of this name an operator
    Grant(Named),
    /// Take the role of an operator from the account of this name, at once; it may be the last one
    Revoke(Named),
}

#[derive(Debug, Args)]
struct Named {
    /// Name of the account
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    database: DatabaseArguments,
}

/// What is done about operators.
#[derive(Debug)]
pub(crate) enum OperatorTask {
    Link,
    List,
    Grant(String),
    Revoke(String),
}

impl OperatorArguments {
    /// The sources of the configuration that names the database, and what is done.
    pub(crate) fn into_task(self) -> (Sources, OperatorTask) {
        match self.command {
            Command::Link(database) => (database.into_sources(), OperatorTask::Link),
            Command::List(database) => (database.into_sources(), OperatorTask::List),
            Command::Grant(Named { name, database }) => (database.into_sources(), OperatorTask::Grant(name)),
            Command::Revoke(Named { name, database }) => {
                (database.into_sources(), OperatorTask::Revoke(name))
            }
        }
    }
}

/// Does it, and returns the report.
pub(crate) async fn run(config: &Config, task: OperatorTask) -> Result<String, OperatorError> {
    let operator = Operator::open(config).await?;
    let account = async |name: String| operator.account(&AccountSelector::Name(name)).await;
    match task {
        // The link stands alone in the first line, for programs.
        OperatorTask::Link => {
            let link = operator.link(config).await?;
            Ok(format!("{}\nfor one operator, until {}; it is shown only now", link.url, link.expires_at))
        }
        OperatorTask::List => {
            let operators = operator.operators().await?;
            if operators.is_empty() {
                return Ok("there is no operator".to_owned());
            }
            let lines =
                operators.iter().map(|one| format!("{} {}", one.since, printable(&one.name, usize::MAX)));
            Ok(lines.collect::<Vec<_>>().join("\n"))
        }
        OperatorTask::Grant(name) => {
            let account = account(name).await?;
            operator.grant_role(&account.handle).await?;
            Ok(format!("{} is an operator", printable(&account.name, usize::MAX)))
        }
        OperatorTask::Revoke(name) => {
            let account = account(name).await?;
            operator.revoke_role(&account.handle).await?;
            Ok(format!("{} is no longer an operator", printable(&account.name, usize::MAX)))
        }
    }
}
