use countersign_authenticator::{Authenticator, Client};
use tempfile::TempDir;

use super::*;
use crate::config::{Config, UnknownSignals};
use crate::{
    ceremony::finish::Ceremony, relying_party::RelyingParties, response_rejection::Reason, store::Store,
    token::Token,
};

const NOW: Timestamp = Timestamp::from_unix_seconds(1_767_225_600);

const ORIGIN: &str = "https://example.org";

/// The ceremonies of a server that is not on localhost, and the folder of its database.
fn ceremonies() -> (TempDir, Ceremonies) {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path().join("test.sqlite3"));
    config.rp_id = "example.org".into();
    let parties = RelyingParties::build(&config, &[ORIGIN.into()], None).unwrap();
    let store = Store::open(&config.database).unwrap();
    (folder, Ceremonies::new(parties, store, None, UnknownSignals::Sent))
}

#[tokio::test]
async fn a_passkey_that_is_removed_during_its_sign_in_is_signalled_as_unknown() {
    let (_folder, ceremonies) = ceremonies();
    let (client, mut authenticator) = (Client::new(ORIGIN), Authenticator::platform("a seed"));
    let browser = Token::new().unwrap();
    let finish = |ceremony, name: &Token, response: &str| {
        Finish::new(ceremony, &name.text(), response, Some(&browser)).unwrap()
    };

    let started = ceremonies.start_account("Ada", browser.hash(), NOW).await.unwrap();
    let response = client.create_json(&started.options, &mut authenticator).unwrap();
    ceremonies.finish(&finish(Ceremony::Account(None), &started.ceremony, &response), NOW).await.unwrap();

    let started = ceremonies.start_session(browser.hash(), NOW).await.unwrap();
    let response = client.get_json(&started.options, &mut authenticator).unwrap();
    let sign_in = finish(Ceremony::Session(None), &started.ceremony, &response);
    let Found::State(state) = ceremonies.bind(&sign_in, NOW).await.unwrap() else { panic!("no state") };
    let change = ceremonies.judge.judge(&sign_in, &state, NOW).await.unwrap();
    let remove = |db: &rusqlite::Connection| -> Result<_, OperationError> {
        Ok(db.execute("DELETE FROM credentials", ())?)
    };
    assert_eq!(ceremonies.store.write(remove).await.unwrap(), 1);

    let ended = ceremonies.end_or_judge_again(&sign_in, &state, change, NOW).await;
    let Err(OperationError::ResponseRejected(rejection)) = ended else { panic!("not rejected") };
    assert_eq!(rejection.reason, Reason::Code(Code::CredentialUnknown));
    assert_eq!(rejection.unknown.as_ref(), authenticator.credential_ids().next());
}
