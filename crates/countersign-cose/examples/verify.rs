//! Verifies a signature with a `COSE_Key`, and rejects it for another message:
//!
//! ```text
//! the signature is EdDSA's, and of this message only
//! ```

#![allow(clippy::print_stdout, reason = "an example prints what it did")]

use countersign_cose::{PublicKey, Verifiers};

/// The key and the signature of test 2 of RFC 8032, section 7.1.
const KEY: &[u8] = b"\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20\x3d\x40\x17\xc3\xe8\x43\x89\x5a\x92\xb7\x0a\xa7\x4d\x1b\x7e\xbc\
    \x9c\x98\x2c\xcf\x2e\xc4\x96\x8c\xc0\xcd\x55\xf1\x2a\xf4\x66\x0c";
const SIGNATURE: &[u8] =
    b"\x92\xa0\x09\xa9\xf0\xd4\xca\xb8\x72\x0e\x82\x0b\x5f\x64\x25\x40\xa2\xb2\x7b\x54\x16\x50\x3f\x8f\
    \xb3\x76\x22\x23\xeb\xdb\x69\xda\x08\x5a\xc1\xe4\x3e\x15\x99\x6e\x45\x8f\x36\x13\xd0\xf1\x1d\x8c\
    \x38\x7b\x2e\xae\xb4\x30\x2a\xee\xb0\x0d\x29\x16\x12\xbb\x0c\x00";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = PublicKey::from_cose(KEY)?;
    let algorithm = key.algorithm().ok_or("the key names no algorithm")?;
    let prepared = Verifiers::default().prepare(&key, algorithm.scheme())?;
    prepared.verify(&[b"\x72"], SIGNATURE)?;
    assert!(prepared.verify(&[b"\x73"], SIGNATURE).is_err());
    println!("the signature is {algorithm}'s, and of this message only");
    Ok(())
}
