//! Faults of what a relying party's policy demands: by default each of these responses is a good one.

use countersign_types::{Code, base64url};
use serde_json::json;

use super::{
    definition::{Fault, Faults},
    extensions::{results, set},
};
use crate::{
    authenticator::Backup,
    response::flags,
    scenario::{Demand, Format, Scenario},
};

const CREATE: Scenario = Scenario::REGISTRATION;
const GET: Scenario = Scenario::AUTHENTICATION;
const PLATFORM: Scenario = CREATE.with_demand(Demand::PlatformAttachment);
const COPIES: Faults = Faults::of(CREATE.with_demand(Demand::Copies), &[Code::ResponseMalformed]);
const DEVICE_BOUND: Scenario = CREATE.with_demand(Demand::DeviceBound);
const ELIGIBLE: Scenario = CREATE.with_backup(Backup::Eligible).with_demand(Demand::BackupEligible);
const BACKED_UP: Scenario = CREATE.with_backup(Backup::BackedUp).with_demand(Demand::BackedUp);
const BACKED_UP_GET: Scenario = GET.with_backup(Backup::BackedUp).with_demand(Demand::BackedUp);
// Its certificate does not name the model.
const MODEL: Scenario = Scenario::of(Format::AndroidKey).with_demand(Demand::Model);
const ASKED: Scenario = CREATE.with_demand(Demand::AskedOutputs);
const ASKED_GET: Scenario = GET.with_demand(Demand::AskedOutputs);
const CRED_PROPS: Scenario =
    CREATE.with_extensions(r#"{"credProps":true}"#, "{}").with_demand(Demand::CredProps);
const PRF: Scenario = CREATE.with_extensions(r#"{"prf":{}}"#, "{}").with_demand(Demand::Prf);
const PRF_RESULTS: Scenario =
    CREATE.with_extensions(r#"{"prf":{}}"#, "{}").with_demand(Demand::PrfResultsUnsent);
const LARGE_BLOB: Scenario = GET
    .with_extensions(r#"{"largeBlob":{"support":"preferred"}}"#, r#"{"largeBlob":{"write":"AQI"}}"#)
    .with_demand(Demand::LargeBlob);

const AUTHENTICATOR: &[Code] = &[Code::AuthenticatorNotAccepted];

const fn extension(scenario: Scenario) -> Faults {
    Faults::of(scenario, &[Code::ExtensionNotAccepted])
}

const fn backup(scenario: Scenario) -> Faults {
    Faults::of(scenario, &[Code::BackupNotAccepted])
}

pub(super) const FAULTS: &[Fault] = &[
    Faults::of(PLATFORM, AUTHENTICATOR).envelope("attachment-other-than-demanded", &[20], |envelope| {
        envelope.members.set("authenticatorAttachment", "cross-platform");
    }),
    COPIES.envelope("authenticator-data-copy-differs", &[17], |envelope| {
        envelope.change_text("authenticatorData", |text| format!("AAAA{text}"));
    }),
    COPIES.envelope("public-key-copy-differs", &[18], |envelope| {
        envelope.change_text("publicKey", |text| text.replace("MFkwEw", "MFkwEx"));
    }),
    COPIES.envelope("public-key-algorithm-copy-differs", &[18], |envelope| {
        envelope.set("publicKeyAlgorithm", -8);
    }),
    backup(DEVICE_BOUND)
        .data("backup-eligible-where-forbidden", &[65], |data| data.flags |= flags::BACKUP_ELIGIBLE),
    backup(ELIGIBLE)
        .data("backup-not-eligible-where-demanded", &[66], |data| data.flags &= !flags::BACKUP_ELIGIBLE),
    backup(BACKED_UP).data("not-backed-up-where-demanded", &[67], |data| data.flags &= !flags::BACKUP_STATE),
    backup(BACKED_UP_GET).data("not-backed-up-where-demanded-at-authentication", &[67], |data| {
        data.flags &= !flags::BACKUP_STATE;
    }),
    Faults::of(MODEL, AUTHENTICATOR).data("model-not-on-the-list", &[137], |data| {
        if let Some(attested) = &mut data.attested {
            attested.aaguid = [2; 16];
        }
    }),
    extension(ASKED).envelope("client-output-unasked", &[313], |envelope| set(envelope, "future", json!(1))),
    extension(ASKED_GET).envelope("client-output-unasked-at-authentication", &[313], |envelope| {
        set(envelope, "future", json!(1));
    }),
    extension(CRED_PROPS).envelope("cred-props-missing-where-demanded", &[315], |envelope| {
        results(envelope, |results| drop(results.remove("credProps")));
    }),
    extension(PRF).envelope("prf-not-told-to-be-enabled", &[321], |envelope| set(envelope, "prf", json!({}))),
    extension(PRF_RESULTS).envelope("prf-results-sent", &[323], |envelope| {
        let first = base64url::encode([7; 32]);
        set(envelope, "prf", json!({"enabled": true, "results": {"first": first}}));
    }),
    extension(LARGE_BLOB).envelope("large-blob-not-written-where-demanded", &[330], |envelope| {
        set(envelope, "largeBlob", json!({"written": false}));
    }),
];
