//! Tests of the work that lists cause.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use countersign_cose::{
    Curve, Hash, KeyError, PreparedKey, PublicKey, Scheme, SignatureError, SignatureVerifier,
};

use super::*;

/// Counts signatures over at least `least` bytes, and verifies or rejects them; verifies all others.
#[derive(Debug, Clone, Default)]
struct Counting {
    least: usize,
    rejects: bool,
    count: Arc<AtomicUsize>,
}

impl SignatureVerifier for Counting {
    fn scheme(&self) -> Scheme {
        Scheme::Ecdsa { curve: Curve::P256, hash: Hash::Sha256 }
    }

    fn prepare(&self, key: &PublicKey) -> Result<Box<dyn PreparedKey>, KeyError> {
        let prepared = Verifiers::rust_crypto().prepare(key, self.scheme())?;
        Ok(Box::new(CountingKey { counting: self.clone(), prepared }))
    }
}

#[derive(Debug)]
struct CountingKey {
    counting: Counting,
    prepared: Box<dyn PreparedKey>,
}

impl PreparedKey for CountingKey {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), SignatureError> {
        if message.iter().map(|part| part.len()).sum::<usize>() >= self.counting.least {
            self.counting.count.fetch_add(1, Ordering::Relaxed);
            if self.counting.rejects {
                return Err(SignatureError);
            }
        }
        self.prepared.verify(message, signature)
    }
}

/// Lists longer than any certificate here, and a verifier that counts their signatures.
fn counted(lists: usize) -> (Revocation, Counting, Verifiers) {
    let mut revocation = Revocation::none().with_required_lists();
    for number in 0..lists {
        let number = u16::try_from(number).unwrap().to_be_bytes();
        let long = |list: ListBuilder| list.naming(&[&[1], &number[..]].concat()).naming(&vec![0x7f; 2000]);
        revocation = revocation
            .with_list(long(by_middle()).signed_by(&middle_key()))
            .with_list(long(by_root()).signed_by(&root().1));
    }
    let counting = Counting { least: 2000, ..Counting::default() };
    let verifiers = Verifiers::none().with_verifier(Arc::new(counting.clone()));
    (revocation, counting, verifiers)
}

#[test]
fn a_list_is_verified_once_with_a_key_however_many_paths_and_requests_ask() {
    let (revocation, counting, verifiers) = counted(1);
    let judge = |path: &[Certificate], verifiers: &Verifiers| {
        let limits = PathLimits::default();
        validate_path(path, &[anchor()], &revocation.clone(), NOW, verifiers, &limits).unwrap();
        counting.count.load(Ordering::Relaxed)
    };
    for _ in 0..3 {
        assert_eq!(judge(&path(), &verifiers), 2);
    }
    // Another certificate of the intermediate's key, and another leaf.
    let mut twin = middle();
    twin.serial_number = vec![22];
    let mut other = leaf();
    other.serial_number = vec![33];
    assert_eq!(judge(&path_of(&other, &twin), &verifiers), 2);
    // Another table gives verdicts of its own.
    let apart = Verifiers::none().with_verifier(Arc::new(counting.clone()));
    assert_eq!(judge(&path(), &apart), 4);
    assert_eq!(judge(&path(), &verifiers), 4);
}

#[test]
fn a_verdict_on_a_list_is_of_one_table_of_verifiers() {
    let (revocation, _, verifiers) = counted(1);
    let strict = Counting { least: 2000, rejects: true, ..Counting::default() };
    let strict = Verifiers::none().with_verifier(Arc::new(strict));
    let judge = |verifiers: &Verifiers| {
        validate_path(&path(), &[anchor()], &revocation, NOW, verifiers, &PathLimits::default()).map(drop)
    };
    for _ in 0..2 {
        judge(&verifiers).unwrap();
        assert_eq!(judge(&strict), Err(PathError::Untrusted(UntrustedError::RevocationListInvalid)));
    }
}

#[test]
fn sixty_four_lists_of_one_name_leave_the_budget_to_the_sender() {
    let (revocation, counting, verifiers) = counted(64);
    let judge = |checks| {
        let limits = PathLimits::default().with_signature_checks(checks);
        validate_path(&path(), &[anchor()], &revocation, NOW, &verifiers, &limits).map(drop)
    };
    judge(PathLimits::default().signature_checks()).unwrap();
    assert_eq!(counting.count.load(Ordering::Relaxed), 128);
    // Two links, and two issuers with lists.
    judge(4).unwrap();
    assert_eq!(judge(3), Err(PathError::BudgetExceeded(3)));
    assert_eq!(counting.count.load(Ordering::Relaxed), 128);
}

#[test]
fn rule_277_each_issuer_with_lists_costs_a_signature_check() {
    let validate = |revocation: &Revocation, checks| {
        let limits = PathLimits::default().with_signature_checks(checks);
        links::validate(&path(), &[anchor()], revocation, &limits).map(drop)
    };
    let exceeded = |checks| Err(PathError::BudgetExceeded(checks));
    let both = known(&by_middle(), &by_root());
    assert_eq!((validate(&both, 4), validate(&both, 3)), (Ok(()), exceeded(3)));
    let one = Revocation::none().with_list(by_root().signed_by(&root().1));
    assert_eq!((validate(&one, 3), validate(&one, 2)), (Ok(()), exceeded(2)));
    assert_eq!((validate(&Revocation::none(), 2), validate(&Revocation::none(), 1)), (Ok(()), exceeded(1)));
}
