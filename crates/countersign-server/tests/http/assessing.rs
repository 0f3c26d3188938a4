//! The assessment of stored passkeys by newer metadata.

use countersign::store::{ApplicationStore as _, AuditQuery};
use countersign_server::Config;
use countersign_server::operator::{
    Assessed, AssessmentSummary, Assessor, Finding, Flagging, Operator, PasskeyFilter, StandingFilter,
};
use countersign_server::router;

use crate::attested::register;
use crate::site::Client;
use crate::vendor::{any, attested, config, write};

/// What an assessment finds, and its numbers.
async fn assess(config: &Config, flagging: Flagging) -> (Vec<Assessed>, AssessmentSummary) {
    let operator = Operator::open(config).await.unwrap();
    let assessor = Assessor::open(config).unwrap();
    let mut assessment = operator.assess(assessor, flagging, None).await.unwrap();
    let mut found = Vec::new();
    while let Some(page) = assessment.next().await.unwrap() {
        found.extend(page);
    }
    assert_eq!(assessment.progress(), (found.len() as u64, found.len() as u64));
    (found, *assessment.summary())
}

#[tokio::test]
async fn a_model_that_was_compromised_since_is_reported_and_flagged_once() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path(), attested());
    write(folder.path(), 7, "FIDO_CERTIFIED_L1");
    let mut client = Client::of(&router(&config).await.unwrap());
    for name in ["Ada", "Eve"] {
        assert_eq!(register(&mut client, name).await.0, 201);
    }
    let (found, summary) = assess(&config, Flagging::Flag).await;
    assert_eq!((summary.assessed, summary.of(Finding::Trusted), summary.newly_flagged), (2, 2, 0));
    assert!(!found.iter().any(Assessed::is_notable));

    write(folder.path(), 8, "USER_KEY_REMOTE_COMPROMISE");
    let (found, summary) = assess(&config, Flagging::Report).await;
    assert_eq!((summary.of(Finding::Rejected), summary.trust_lost, summary.newly_flagged), (2, 2, 0));
    for assessed in &found {
        assert!(assessed.is_notable() && assessed.trust_lost && !assessed.flagged);
        assert_eq!(
            (assessed.finding, assessed.code),
            (Finding::Rejected, Some("authenticator-not-accepted"))
        );
    }
    let operator = Operator::open(&config).await.unwrap();
    let flagged = PasskeyFilter::default().with_standing(StandingFilter::Flagged);
    assert_eq!(operator.passkeys(&flagged, None, 10).await.unwrap().0.len(), 0, "a report changes nothing");
    assert_eq!(client.name().await.as_deref(), Some("Eve"));

    let (found, summary) = assess(&config, Flagging::Flag).await;
    assert!(found.iter().all(|assessed| assessed.newly_flagged && assessed.flagged));
    assert_eq!(summary.newly_flagged, 2);
    // A flagged passkey's session may be a thief's.
    assert_eq!(client.name().await, None);
    let (_, summary) = assess(&config, Flagging::Flag).await;
    assert_eq!((summary.of(Finding::Rejected), summary.newly_flagged), (2, 0));
    let log = operator.database().audit_rows(&AuditQuery::Newest, 100).await.unwrap();
    let begun = log.iter().filter(|row| row.kind == "assessment-begun" && row.actor == "operator");
    assert_eq!(begun.count(), 4, "each assessment is a row");
    let (rows, _) = operator.passkeys(&flagged, None, 10).await.unwrap();
    assert_eq!(rows.len(), 2);
    let passkey = operator.passkey(&rows[0].id).await.unwrap();
    let standing = format!("{:?}", passkey.record.standing());
    assert!(
        standing.contains("metadata 8: ") && standing.contains("USER_KEY_REMOTE_COMPROMISE"),
        "{standing}"
    );
}

#[tokio::test]
async fn an_assessment_continues_after_an_id() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path(), any());
    write(folder.path(), 7, "FIDO_CERTIFIED_L1");
    let mut client = Client::of(&router(&config).await.unwrap());
    for name in ["Ada", "Eve"] {
        register(&mut client, name).await;
    }
    let (found, _) = assess(&config, Flagging::Report).await;
    let operator = Operator::open(&config).await.unwrap();
    let assessor = Assessor::open(&config).unwrap();
    let after = Some(found[0].id.clone());
    let mut rest = operator.assess(assessor, Flagging::Report, after).await.unwrap();
    assert_eq!(rest.next().await.unwrap().unwrap(), found[1..]);
    assert_eq!(rest.position(), Some(&found[1].id));
    assert_eq!(rest.next().await.unwrap(), None);
}
