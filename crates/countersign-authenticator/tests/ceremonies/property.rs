//! A random valid registration and authentication, with one bit flipped or none, is accepted if and only if nothing was
//! flipped or the bit is immaterial. [`is_immaterial`] says exactly which bits are.

use countersign::{attestation::Certificate, cose::hash::sha256, types::base64url};
use countersign_authenticator::{
    Algorithm, Backup, Change, Exchange, Fault, Format, RP_ID, Scenario, SignIn, Verification, flags,
};
use proptest::{prelude::*, sample::Index};
use serde_json::Value;

use super::faults::judge;

/// The members of a response that are flipped in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Member {
    RegisteredClientData,
    AttestationObject,
    RegisteredId,
    ClientData,
    AuthenticatorData,
    Signature,
    Id,
    UserHandle,
}

const MEMBERS: [Member; 8] = [
    Member::RegisteredClientData,
    Member::AttestationObject,
    Member::RegisteredId,
    Member::ClientData,
    Member::AuthenticatorData,
    Member::Signature,
    Member::Id,
    Member::UserHandle,
];

impl Member {
    fn is_registered(self) -> bool {
        matches!(self, Self::RegisteredClientData | Self::AttestationObject | Self::RegisteredId)
    }

    fn pointers(self) -> &'static [&'static str] {
        match self {
            Self::RegisteredClientData | Self::ClientData => &["/response/clientDataJSON"],
            Self::AttestationObject => &["/response/attestationObject"],
            Self::AuthenticatorData => &["/response/authenticatorData"],
            Self::Signature => &["/response/signature"],
            Self::UserHandle => &["/response/userHandle"],
            // Both, so that they agree.
            Self::RegisteredId | Self::Id => &["/id", "/rawId"],
        }
    }
}

/// Flips one bit; the bytes before come back, with the place.
fn flip(
    exchange: &mut Exchange,
    member: Member,
    place: impl Fn(usize) -> usize,
    bit: u8,
) -> (Vec<u8>, usize) {
    let step = if member.is_registered() { &mut exchange.registration } else { &mut exchange.authentication };
    let response = &mut step.as_mut().unwrap().response;
    let mut json: Value = serde_json::from_str(response).unwrap();
    let mut flipped = (Vec::new(), 0);
    for pointer in member.pointers() {
        let text = json.pointer_mut(pointer).unwrap();
        let before = base64url::decode(text.as_str().unwrap()).unwrap();
        let at = place(before.len());
        let mut after = before.clone();
        after[at] ^= 1 << bit;
        *text = base64url::encode(after).into();
        flipped = (before, at);
    }
    *response = json.to_string();
    flipped
}

/// The position of `needle` in `bytes`.
fn find(bytes: &[u8], needle: &[u8]) -> Option<std::ops::Range<usize>> {
    let start = bytes.windows(needle.len()).position(|window| window == needle)?;
    Some(start..start + needle.len())
}

/// Whether a flipped bit changes nothing that a relying party decides on, or could know to be changed:
///
/// 1. Format `none` signs nothing, and `fido-u2f` signs no flags, counter or AAGUID. Immaterial there are: the
///    AAGUID, a claim then; the reserved flags; UV, if it is not required; the last bit of the counter, 1, which makes it 0.
/// 2. Format `none` does not sign client data either: the name of `crossOrigin`, if its value is false, may be
///    another that JSON allows, for an unknown member is ignored and an absent one is false.
/// 3. `ver` of `android-safetynet` is text that nothing vouches for, if it is text at all.
/// 4. The receipt of `apple-appattest` is for Apple's server.
/// 5. The count of a certificate's unused bits of its signature, if it stays below 8: no format signs it.
fn is_immaterial(scenario: Scenario, member: Member, before: &[u8], at: usize, bit: u8) -> bool {
    // A byte beyond ASCII is not UTF-8 among these; JSON has no control characters in its text.
    let ascii = bit < 7;
    let printable = ascii && before[at] ^ 1 << bit >= 0x20;
    let within = |needle: &[u8]| find(before, needle).is_some_and(|range| range.contains(&at));
    if member == Member::AttestationObject && bit < 3 && counts_unused_bits(before, at) {
        return true;
    }
    match (member, scenario.format) {
        (Member::AttestationObject, Format::None | Format::FidoU2f) => {
            let start = find(before, &sha256(&[RP_ID.as_bytes()])).unwrap().end;
            let not_required = scenario.user_verification == Verification::Preferred;
            match at.checked_sub(start) {
                Some(0) => {
                    let flag = 1_u8 << bit;
                    flag == 0x02 || flag == 0x20 || (flag == flags::USER_VERIFIED && not_required)
                }
                Some(4) => bit == 0,
                Some(5..=20) => true,
                _ => false,
            }
        }
        (Member::RegisteredClientData, Format::None) => printable && within(b"crossOrigin"),
        (Member::AttestationObject, Format::AndroidSafetyNet) => ascii && within(b"231818045"),
        (Member::AttestationObject, Format::AppleAppAttest) => within(b"a receipt"),
        _ => false,
    }
}

/// Whether there, within an attestation object, a certificate counts the unused bits of its signature.
fn counts_unused_bits(bytes: &[u8], at: usize) -> bool {
    let certificate_at = |start: usize| {
        let [0x30, 0x82, high, low, ..] = bytes[start..] else { return None };
        let end = start + 4 + usize::from(u16::from_be_bytes([high, low]));
        let certificate = Certificate::from_der(bytes.get(start..end)?).ok()?;
        Some(end - certificate.signature().len() - 1)
    };
    (0..at).any(|start| certificate_at(start) == Some(at))
}

/// Clients of Level 1 send no copies of the contents of the attestation object.
const WITHOUT_COPIES: Change = Change::Envelope(|envelope| {
    for name in ["authenticatorData", "publicKey", "publicKeyAlgorithm"] {
        envelope.remove(name);
    }
});

const ALGORITHMS: [Algorithm; 5] =
    [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Es384, Algorithm::Rs256, Algorithm::MlDsa44];

prop_compose! {
    fn scenario()(
        format in prop::sample::select(Format::ALL),
        algorithm in prop::sample::select(ALGORITHMS.to_vec()),
        verified in any::<bool>(),
        backup in prop::sample::select(vec![Backup::NotEligible, Backup::Eligible, Backup::BackedUp]),
        discoverable in any::<bool>(),
    ) -> Scenario {
        let sign_in = if discoverable { SignIn::Discoverable } else { SignIn::Identified };
        let scenario = Scenario::of(format).with_sign_in(sign_in).with_backup(backup);
        let possible = scenario.with_algorithm(algorithm).is_possible();
        let scenario = scenario.with_algorithm(if possible { algorithm } else { Algorithm::Es256 });
        // An app's user is neither present nor verified.
        match format {
            Format::AppleAppAttest => scenario.with_conditional_creation(),
            _ if verified => scenario.with_required_verification(),
            _ => scenario,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_valid_ceremony_is_accepted(scenario in scenario()) {
        prop_assert_eq!(judge(scenario, &scenario.run(&[], &[]).unwrap()), Ok(()));
        prop_assert_eq!(judge(scenario, &scenario.run(&[WITHOUT_COPIES], &[]).unwrap()), Ok(()));
    }

    #[test]
    fn a_ceremony_with_a_flipped_bit_is_accepted_only_if_the_bit_is_immaterial(
        scenario in scenario(),
        member in prop::sample::select(MEMBERS.to_vec()),
        place in any::<Index>(),
        bit in 0_u8..8,
    ) {
        let mut exchange = scenario.run(&[WITHOUT_COPIES], &[]).unwrap();
        let (before, at) = flip(&mut exchange, member, |length| place.index(length), bit);
        let verdict = judge(scenario, &exchange);
        let immaterial = is_immaterial(scenario, member, &before, at, bit);
        prop_assert_eq!(verdict.is_ok(), immaterial, "{:?} byte {} bit {}: {:?}", member, at, bit, verdict);
    }

    #[test]
    fn a_ceremony_with_a_random_fault_is_refused(place in any::<Index>()) {
        let faults: Vec<_> = Fault::all().collect();
        let fault = faults[place.index(faults.len())];
        let verdict = judge(fault.scenario(), &fault.exchange().unwrap());
        prop_assert_eq!(verdict, Err((fault.ceremony(), fault.codes()[0])), "{}", fault.name());
    }
}

/// One bit of every byte that a registration signs, or should.
#[test]
fn no_byte_of_a_registration_is_overlooked() {
    let mut wrong = Vec::new();
    for &format in Format::ALL {
        let scenario = Scenario::of(format).with_sign_in(SignIn::Identified);
        let is_app = format == Format::AppleAppAttest;
        let scenario = if is_app { scenario.with_conditional_creation() } else { scenario };
        let valid = scenario.run(&[WITHOUT_COPIES], &[]).unwrap();
        for member in [Member::RegisteredClientData, Member::AttestationObject] {
            let length = flip(&mut valid.clone(), member, |_| 0, 0).0.len();
            for at in 0..length {
                let bit = u8::try_from(at % 8).unwrap();
                let mut exchange = valid.clone();
                let (before, _) = flip(&mut exchange, member, |_| at, bit);
                let verdict = judge(scenario, &exchange);
                if verdict.is_ok() != is_immaterial(scenario, member, &before, at, bit) {
                    wrong.push(format!("{format:?} {member:?} byte {at} bit {bit}: {verdict:?}"));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
