//! Demands of a policy, each tried with an authenticator that meets it and with one that differs in nothing else.

use std::sync::Arc;

use countersign::attestation::{AnchorList, Certificate, TrustAnchor};
use countersign::relying_party::policy::{AttestationPolicy, BackupPolicy};
use countersign::{
    AuthenticationRequest, Code, CredentialIdStatus, CredentialRecord, Policy, RegistrationRequest,
    RelyingParty, RelyingPartyBuilder, Timestamp, User, UserHandle, ceremony::EntropyError,
};
use countersign_authenticator::{Attestation, Attester, Authenticator, Backup, Client};

const ORIGIN: &str = "https://example.org";
const NOW: Timestamp = Timestamp::from_unix_seconds(1_767_225_600);

fn builder(policy: Policy) -> RelyingPartyBuilder {
    RelyingParty::builder("example.org", "Example").origin(ORIGIN).policy(policy)
}

fn backed_up_as(policy: BackupPolicy) -> RelyingParty {
    builder(Policy::passkeys().with_backup(policy)).build().unwrap()
}

fn entropy() -> impl FnMut(&mut [u8]) -> Result<(), EntropyError> {
    |buffer: &mut [u8]| {
        buffer.fill(0xc4);
        Ok(())
    }
}

fn register(rp: &RelyingParty, authenticator: &mut Authenticator) -> Result<CredentialRecord, Code> {
    let user = User::new(UserHandle::new([7; 16]).unwrap(), "jo@example.org", "Jo");
    let (options, state) =
        rp.start_registration(RegistrationRequest::new(&user), &mut entropy(), NOW).unwrap();
    let response = Client::new(ORIGIN).create(&options, authenticator).unwrap();
    let registered = rp.finish_registration(state, &response, CredentialIdStatus::Unregistered, NOW);
    registered.map(countersign::Registered::into_credential).map_err(|error| error.code())
}

fn sign_in(
    rp: &RelyingParty,
    authenticator: &mut Authenticator,
    record: &CredentialRecord,
) -> Result<(), Code> {
    let (options, state) =
        rp.start_authentication(AuthenticationRequest::discoverable(), &mut entropy(), NOW).unwrap();
    let response = Client::new(ORIGIN).get(&options, authenticator).unwrap();
    rp.finish_authentication(state, &response, record, NOW).map(drop).map_err(|error| error.code())
}

/// What the policy says of a new credential with each state of backup: not eligible, eligible, backed up.
fn new_credentials(policy: BackupPolicy) -> [Option<Code>; 3] {
    [Backup::NotEligible, Backup::Eligible, Backup::BackedUp].map(|backup| {
        let mut authenticator = Authenticator::platform("a seed").with_backup(backup);
        register(&backed_up_as(policy), &mut authenticator).err()
    })
}

#[test]
fn rule_065_a_credential_that_can_be_backed_up_is_refused_where_that_is_forbidden() {
    assert_eq!(new_credentials(BackupPolicy::Accept), [None, None, None]);
    let refused = Some(Code::BackupNotAccepted);
    assert_eq!(new_credentials(BackupPolicy::Reject), [None, refused, refused]);
}

#[test]
fn rule_066_a_credential_that_cannot_be_backed_up_is_refused_where_it_must() {
    let refused = Some(Code::BackupNotAccepted);
    assert_eq!(new_credentials(BackupPolicy::EligibleRequired), [refused, None, None]);
}

#[test]
fn rule_067_a_credential_is_backed_up_where_it_must_be() {
    let refused = Some(Code::BackupNotAccepted);
    assert_eq!(new_credentials(BackupPolicy::Required), [refused, refused, None]);
    let mut authenticator = Authenticator::platform("a seed").with_backup(Backup::BackedUp);
    let (strict, lenient) = (backed_up_as(BackupPolicy::Required), backed_up_as(BackupPolicy::Accept));
    let record = register(&strict, &mut authenticator).unwrap();
    assert_eq!(sign_in(&strict, &mut authenticator, &record), Ok(()));
    authenticator.set_backup(Backup::Eligible);
    assert_eq!(sign_in(&lenient, &mut authenticator, &record), Ok(()));
    assert_eq!(sign_in(&strict, &mut authenticator, &record), Err(Code::BackupNotAccepted));
}

#[test]
fn rule_138_a_format_that_is_not_listed_is_refused() {
    let attester = Attester::from_seed("a maker");
    let root = Certificate::from_der(&attester.authority().certificate()).unwrap();
    let anchors = Arc::new(AnchorList::new([TrustAnchor::from_certificate(root)]));
    for (formats, expected) in [
        (AttestationPolicy::new(), None),
        (AttestationPolicy::new().with_formats(["tpm", "packed"]), None),
        (AttestationPolicy::new().with_formats(["tpm"]), Some(Code::AttestationNotAccepted)),
    ] {
        let rp = builder(Policy::attested(formats)).trust_anchors(anchors.clone()).build().unwrap();
        let mut authenticator =
            Authenticator::security_key("a seed").with_attestation(Attestation::Packed(attester.clone()));
        assert_eq!(register(&rp, &mut authenticator).err(), expected);
    }
}
