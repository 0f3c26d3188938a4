//! The raw verification that a sign-in is compared with.

use std::hint::black_box;
use std::time::{Duration, Instant};

use countersign_cose::{PublicKey, Verifiers};

use crate::{passkey, result::Result};

const CALLS: u32 = 2000;
const ROUNDS: usize = 9;

/// The median time of one verification by AWS-LC with a parsed key.
pub(crate) fn verification() -> Result<Duration> {
    let message = [7; 69];
    let key = passkey::key();
    let signature = key.sign(&message);
    let public = PublicKey::from_cose(&key.cose_key().to_vec())?;
    let scheme = key.algorithm().scheme();
    let prepared = Verifiers::aws_lc().prepare(&public, scheme)?;
    let mut rounds: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let began = Instant::now();
            for _ in 0..CALLS {
                assert!(black_box(prepared.verify(black_box(&[&message]), &signature)).is_ok());
            }
            began.elapsed() / CALLS
        })
        .collect();
    rounds.sort_unstable();
    Ok(rounds[ROUNDS / 2])
}
