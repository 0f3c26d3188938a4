use std::collections::{BTreeMap, BTreeSet};

use countersign_types::enumerations::Transport;

use super::*;
use crate::{ceremony::request::AuthenticationRequest, test_ceremony};

const SECRET: [u8; 32] = [0x5e; 32];

fn decoys() -> Decoys {
    Decoys::new(DecoyKey::new(&SECRET).unwrap())
}

fn rp() -> RelyingParty {
    test_ceremony::rp().build().unwrap()
}

#[test]
fn the_decoys_of_a_name_stay_the_same() {
    let first = decoys().account(&rp(), "jo");
    assert_eq!(first, decoys().account(&rp(), "jo"));
    // So that another version of the library makes the same ones. Computed with HMAC of another library, too.
    let id = first.credentials()[0].id.as_bytes();
    assert_eq!(
        countersign_cose::hash::sha256(&[first.user_handle().as_bytes(), id])[..4],
        [238, 220, 159, 101]
    );
}

#[test]
fn another_name_key_or_relying_party_has_other_decoys() {
    let first = decoys().account(&rp(), "jo");
    let other_rp =
        RelyingParty::builder("example.net", "Other").origin("https://example.net").build().unwrap();
    let others = [
        decoys().account(&rp(), "jo "),
        decoys().account(&other_rp, "jo"),
        Decoys::new(DecoyKey::new(&[0x5f; 32]).unwrap()).account(&rp(), "jo"),
        // Where one part ends and the next begins is part of what is hashed.
        decoys().account(
            &RelyingParty::builder("example.orgj", "Other").origin("https://example.orgj").build().unwrap(),
            "o",
        ),
    ];
    for other in &others {
        assert_ne!(other.user_handle(), first.user_handle());
        assert!(other.credentials().iter().all(|one| first.credentials().iter().all(|it| it.id != one.id)));
    }
}

#[test]
fn a_short_secret_is_no_key_and_no_key_is_shown() {
    let error = DecoyKey::new(&SECRET[..31]).unwrap_err();
    assert_eq!(error, DecoyKeyLengthError { got: 31 });
    assert_eq!(error.to_string(), "a decoy key of 31 bytes, at least 32 expected");
    assert_eq!(format!("{:?}", DecoyKey::new(&SECRET).unwrap()), "DecoyKey");
}

/// A population: what an observer counts of accounts.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    counts: BTreeMap<usize, usize>,
    shapes: BTreeMap<String, usize>,
    members: BTreeSet<String>,
}

fn look_at(accounts: &[Vec<CredentialDescriptor>]) -> Seen {
    let mut seen = Seen::default();
    for account in accounts {
        *seen.counts.entry(account.len()).or_default() += 1;
        for credential in account {
            let json = serde_json::to_value(credential).unwrap();
            let shape = format!("{} {:?}", credential.id.as_bytes().len(), credential.transports);
            *seen.shapes.entry(shape).or_default() += 1;
            seen.members.extend(json.as_object().unwrap().keys().cloned());
        }
    }
    seen
}

fn assert_close<K: Ord + std::fmt::Debug>(real: &BTreeMap<K, usize>, decoys: &BTreeMap<K, usize>) {
    assert!(real.keys().eq(decoys.keys()), "{real:?} {decoys:?}");
    for (kind, count) in real {
        let difference = count.abs_diff(decoys[kind]);
        assert!(difference < 150, "{kind:?}: {count} real ones, {} decoys", decoys[kind]);
    }
}

#[test]
fn rule_307_decoys_have_the_shape_of_the_accounts_that_were_observed() {
    let credential = |byte: u8, length: usize, transports: &[Transport]| {
        CredentialDescriptor::new(CredentialId::new(vec![byte; length]).unwrap(), transports)
    };
    let real: Vec<_> = (0..3000_u16)
        .map(|number| {
            let byte = number.to_be_bytes()[1];
            match number % 10 {
                0 | 1 => vec![credential(byte, 64, &[Transport::Usb]), credential(byte, 48, &[])],
                2 => vec![credential(byte, 20, &[Transport::Internal]); 3],
                _ => vec![credential(byte, 16, &[Transport::Hybrid, Transport::Internal])],
            }
        })
        .collect();
    let decoys = decoys().with_profile(DecoyProfile::observed(&real, Observation::new()).unwrap());
    let imagined: Vec<_> =
        (0..3000).map(|name| decoys.account(&rp(), &name.to_string()).credentials().to_vec()).collect();
    let (real, imagined) = (look_at(&real), look_at(&imagined));
    assert_close(&real.counts, &imagined.counts);
    assert_close(&real.shapes, &imagined.shapes);
    assert_eq!(real.members, imagined.members);
}

#[test]
fn rule_307_options_for_an_unknown_name_differ_from_real_ones_in_ids_alone() {
    let rp = rp();
    let options = |accounts| {
        let (options, _) =
            rp.start_authentication(accounts, &mut test_ceremony::entropy(), test_ceremony::NOW).unwrap();
        serde_json::to_value(options).unwrap()
    };
    let decoy = decoys().account(&rp, "jo");
    let imagined = options(AuthenticationRequest::identified(decoy.user_handle(), decoy.credentials()));
    let same_shape: Vec<_> = decoy
        .credentials()
        .iter()
        .map(|one| {
            let id = CredentialId::new(vec![1; one.id.as_bytes().len()]).unwrap();
            CredentialDescriptor::new(id, one.transports.clone())
        })
        .collect();
    let handle = test_ceremony::handle(7);
    let mut real = options(AuthenticationRequest::identified(&handle, &same_shape));
    for (one, other) in real["allowCredentials"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .zip(imagined["allowCredentials"].as_array().unwrap())
    {
        assert_ne!(one["id"], other["id"]);
        one["id"] = other["id"].clone();
    }
    assert_eq!(real, imagined);
}

#[test]
fn ids_are_spread_over_all_bytes() {
    let mut bytes = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for name in 0..200 {
        for credential in decoys().account(&rp(), &name.to_string()).credentials() {
            bytes.extend(credential.id.as_bytes().to_vec());
            assert!(ids.insert(credential.id.clone()));
        }
    }
    assert_eq!(bytes.len(), 256);
}

#[test]
fn a_profile_that_no_decoy_can_be_made_by_is_refused() {
    let shape = |length| (DecoyShape::new(length, []), 1);
    assert_eq!(DecoyProfile::new([], [shape(16)]), Err(DecoyProfileError::Counts));
    assert_eq!(DecoyProfile::new([0, 0], [shape(16)]), Err(DecoyProfileError::Counts));
    assert_eq!(DecoyProfile::new([1; 65], [shape(16)]), Err(DecoyProfileError::Counts));
    assert_eq!(DecoyProfile::new([1], []), Err(DecoyProfileError::Shapes));
    assert_eq!(DecoyProfile::new([1], [(DecoyShape::new(16, []), 0)]), Err(DecoyProfileError::Shapes));
    assert_eq!(DecoyProfile::new([1], [shape(15)]), Err(DecoyProfileError::IdLength(15)));
    assert_eq!(DecoyProfile::new([1], [shape(1024)]), Err(DecoyProfileError::IdLength(1024)));
    DecoyProfile::new([0, 1], [shape(16), shape(1023)]).unwrap();
    let account = |count, length| (vec![DecoyShape::new(length, []); count], 1);
    assert_eq!(DecoyProfile::of_accounts([]), Err(DecoyProfileError::Shapes));
    assert_eq!(DecoyProfile::of_accounts([account(0, 16)]), Err(DecoyProfileError::Counts));
    assert_eq!(DecoyProfile::of_accounts([account(65, 16)]), Err(DecoyProfileError::Counts));
    assert_eq!(DecoyProfile::of_accounts([account(2, 15)]), Err(DecoyProfileError::IdLength(15)));
    DecoyProfile::of_accounts([account(64, 16), account(1, 1023)]).unwrap();
    let too_few = DecoyProfileError::TooFewAccounts { least: 10 };
    assert_eq!(DecoyProfile::observed([Vec::new()], Observation::new()), Err(too_few.clone()));
    for error in
        [DecoyProfileError::Counts, DecoyProfileError::Shapes, DecoyProfileError::IdLength(15), too_few]
    {
        assert!(!error.to_string().contains('\n'));
    }
}

#[test]
fn a_profile_is_kept_as_json_and_read_with_its_limits() {
    let whole = DecoyProfile::of_accounts([(vec![DecoyShape::new(16, [Transport::Usb]); 2], 3)]).unwrap();
    for (profile, list) in
        [(DecoyProfile::default(), "/profile/credentials/counts"), (whole, "/profile/accounts")]
    {
        let json = serde_json::to_value(&profile).unwrap();
        assert_eq!(serde_json::from_value::<DecoyProfile>(json.clone()).unwrap(), profile);
        let mut later = json.clone();
        later["version"] = serde_json::json!(2);
        let error = serde_json::from_value::<DecoyProfile>(later).unwrap_err();
        assert_eq!(error.to_string(), "of version 2, and this program supports only 1");
        let mut broken = json;
        *broken.pointer_mut(list).unwrap() = serde_json::json!([]);
        serde_json::from_value::<DecoyProfile>(broken).unwrap_err();
    }
}

fn credentials(shapes: &[(usize, &[Transport])]) -> Vec<CredentialDescriptor> {
    let id = |length| CredentialId::new(vec![1; length]).unwrap();
    shapes.iter().map(|(length, transports)| CredentialDescriptor::new(id(*length), *transports)).collect()
}

#[test]
fn a_shape_that_only_one_client_wrote_is_not_used_for_decoys() {
    let odd = credentials(&[(33, &[Transport::from("x-jo")])]);
    let plain = credentials(&[(16, &[])]);
    let every = Observation::new().with_least_accounts(1);
    let profile = DecoyProfile::observed([odd, plain], every).unwrap();
    let counts = [2].into_iter().chain([0; 63]);
    assert_eq!(profile, DecoyProfile::new(counts, [(DecoyShape::new(16, []), 1)]).unwrap());
}

#[test]
fn a_shape_of_only_one_account_is_not_used_for_decoys() {
    // One account has many credentials of a length that no other has, and a number that no other has.
    let common = || vec![credentials(&[(16, &[Transport::Internal])]); 10];
    let odd = credentials(&[(33, &[Transport::Usb][..]); 37]);
    let with = || common().into_iter().chain([odd.clone()]);
    let profile = |accounts: Vec<_>, observation| DecoyProfile::observed(accounts, observation);
    for observation in [Observation::new(), Observation::new().with_whole_accounts()] {
        let without = profile(common(), observation);
        assert!(without.is_ok());
        assert_eq!(profile(with().collect(), observation), without);
        // One account fewer, and there is no profile.
        let refused = profile(common().split_off(1), observation).unwrap_err();
        assert_eq!(refused, DecoyProfileError::TooFewAccounts { least: 10 });
        // With ten of them it is a shape as any other.
        let ten = profile(common().into_iter().chain(vec![odd.clone(); 10]).collect(), observation);
        assert_ne!(ten, without);
    }
}

#[test]
fn whole_accounts_are_drawn_together_by_option() {
    let (phone, key) = ((16, &[Transport::Internal][..]), (64, &[Transport::Usb][..]));
    let real: Vec<_> = [vec![credentials(&[phone]); 20], vec![credentials(&[key, key]); 20]].concat();
    let drawn = |observation| {
        let decoys = decoys().with_profile(DecoyProfile::observed(&real, observation).unwrap());
        let seen: Vec<_> =
            (0..200).map(|name| decoys.account(&rp(), &name.to_string()).credentials().to_vec()).collect();
        let shape = |one: &CredentialDescriptor| (one.id.as_bytes().len(), one.transports.clone());
        seen.iter().map(|account| account.iter().map(shape).collect::<Vec<_>>()).collect::<BTreeSet<_>>()
    };
    let whole = drawn(Observation::new().with_whole_accounts());
    let of = |(length, transports): (usize, &[Transport])| (length, transports.to_vec());
    assert_eq!(whole, BTreeSet::from([vec![of(phone)], vec![of(key), of(key)]]));
    assert!(drawn(Observation::new()).len() > 2, "one by one, shapes are mixed");
}
