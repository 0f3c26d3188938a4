//! A server with the operator's page, and operators of it.

use std::time::Duration;

use countersign::types::enumerations::AttestationConveyance;
use countersign_server::operator::{AccountSelector, Operator};
use countersign_server::{Config, LimitsConfig, OperatorPage};
use serde_json::Value;

use crate::authenticator::Passkey;
use crate::site::{Client, Site};
use crate::vendor::{any, config, write};

/// A server with the operator's page.
pub(crate) async fn site() -> Site {
    site_with(|_| {}).await
}

/// A server with the operator's page and a changed configuration.
pub(crate) async fn site_with(change: impl FnOnce(&mut Config)) -> Site {
    Site::with(|config, _| {
        config.operator_page = OperatorPage::On;
        change(config);
    })
    .await
}

/// The token of a link that the program makes.
pub(crate) async fn link(site: &Site) -> String {
    let operator = Operator::open(&site.config).await.unwrap();
    token(&operator.link(&site.config).await.unwrap().url)
}

/// The token in the address of a link.
pub(crate) fn token(url: &str) -> String {
    url.strip_prefix("http://localhost:8080/operator#link=").unwrap().to_owned()
}

/// A signed-in operator.
pub(crate) async fn operator(site: &Site, name: &str, seed: u8) -> (Client, Passkey) {
    let (client, passkey) = site.account(name, seed).await;
    grant(site, name).await;
    (client, passkey)
}

/// Makes an account an operator.
async fn grant(site: &Site, name: &str) {
    let operator = Operator::open(&site.config).await.unwrap();
    let account = operator.account(&AccountSelector::Name(name.into())).await.unwrap();
    operator.grant_role(&account.handle).await.unwrap();
}

/// Asks until no work is under way.
pub(crate) async fn settled(client: &mut Client, path: &str) -> Value {
    for _ in 0..200 {
        let answer = client.get(path).await.expect(200).json();
        if answer["running"].is_null() && !(answer["latest"].is_null() && answer["at"].is_null()) {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{path} does not end");
}

/// A server with metadata in which the model of [`register`] has this status.
pub(crate) async fn with_metadata(status: &str) -> (Site, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 7, status);
    let site = Site::with(|own, _| {
        own.metadata = config(folder.path(), any()).metadata;
        own.policy = any().with_attestation_conveyance(AttestationConveyance::Direct);
        own.operator_page = OperatorPage::On;
        own.limits = LimitsConfig::off();
    })
    .await;
    (site, folder)
}
