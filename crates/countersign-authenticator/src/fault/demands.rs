//! Faults of what a relying party's policy demands: by default each of these responses is a good one.

use countersign_types::{Code, base64url};
use serde_json::json;

use super::{
    definition::Fault,
    extensions::{results, set},
};
use crate::{
    authenticator::Backup,
    change::Change,
    response::{AuthenticatorDataDraft, Envelope, flags},
    scenario::{Demand, Format, Scenario},
};

const CREATE: Scenario = Scenario::REGISTRATION;
const GET: Scenario = Scenario::AUTHENTICATION;
const PLATFORM: Scenario = CREATE.with_demand(Demand::PlatformAttachment);
const COPIES: Scenario = CREATE.with_demand(Demand::Copies);
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
const BACKUP: &[Code] = &[Code::BackupNotAccepted];

const fn extension(
    name: &'static str,
    rules: &'static [u16],
    scenario: Scenario,
    change: fn(&mut Envelope),
) -> Fault {
    Fault::new(name, rules, &[Code::ExtensionNotAccepted], scenario, Change::Envelope(change))
}

const fn copy(name: &'static str, rules: &'static [u16], change: fn(&mut Envelope)) -> Fault {
    Fault::new(name, rules, &[Code::ResponseMalformed], COPIES, Change::Envelope(change))
}

const fn backup(
    name: &'static str,
    rules: &'static [u16],
    scenario: Scenario,
    change: fn(&mut AuthenticatorDataDraft),
) -> Fault {
    Fault::new(name, rules, BACKUP, scenario, Change::AuthenticatorData(change))
}

pub(super) const FAULTS: &[Fault] = &[
    Fault::new(
        "attachment-other-than-demanded",
        &[20],
        AUTHENTICATOR,
        PLATFORM,
        Change::Envelope(|envelope| envelope.members.set("authenticatorAttachment", "cross-platform")),
    ),
    copy("authenticator-data-copy-differs", &[17], |envelope| {
        envelope.change_text("authenticatorData", |text| format!("AAAA{text}"));
    }),
    copy("public-key-copy-differs", &[18], |envelope| {
        envelope.change_text("publicKey", |text| text.replace("MFkwEw", "MFkwEx"));
    }),
    copy("public-key-algorithm-copy-differs", &[18], |envelope| envelope.set("publicKeyAlgorithm", -8)),
    backup("backup-eligible-where-forbidden", &[65], DEVICE_BOUND, |data| {
        data.flags |= flags::BACKUP_ELIGIBLE;
    }),
    backup("backup-not-eligible-where-demanded", &[66], ELIGIBLE, |data| {
        data.flags &= !flags::BACKUP_ELIGIBLE;
    }),
    backup("not-backed-up-where-demanded", &[67], BACKED_UP, |data| data.flags &= !flags::BACKUP_STATE),
    backup("not-backed-up-where-demanded-at-authentication", &[67], BACKED_UP_GET, |data| {
        data.flags &= !flags::BACKUP_STATE;
    }),
    Fault::new(
        "model-not-on-the-list",
        &[137],
        AUTHENTICATOR,
        MODEL,
        Change::AuthenticatorData(|data| {
            if let Some(attested) = &mut data.attested {
                attested.aaguid = [2; 16];
            }
        }),
    ),
    extension("client-output-unasked", &[313], ASKED, |envelope| set(envelope, "future", json!(1))),
    extension("client-output-unasked-at-authentication", &[313], ASKED_GET, |envelope| {
        set(envelope, "future", json!(1));
    }),
    extension("cred-props-missing-where-demanded", &[315], CRED_PROPS, |envelope| {
        results(envelope, |results| drop(results.remove("credProps")));
    }),
    extension("prf-not-told-to-be-enabled", &[321], PRF, |envelope| set(envelope, "prf", json!({}))),
    extension("prf-results-sent", &[323], PRF_RESULTS, |envelope| {
        let first = base64url::encode([7; 32]);
        set(envelope, "prf", json!({"enabled": true, "results": {"first": first}}));
    }),
    extension("large-blob-not-written-where-demanded", &[330], LARGE_BLOB, |envelope| {
        set(envelope, "largeBlob", json!({"written": false}));
    }),
];
