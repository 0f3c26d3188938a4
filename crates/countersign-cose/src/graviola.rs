//! The backend over graviola: assembler of s2n-bignum whose arithmetic is formally verified, and Rust around it.
//!
//! It has the same verdicts as the backend in plain Rust, in less time. Each file says what graviola leaves out, and so
//! remains the other backend's.

use alloc::{sync::Arc, vec::Vec};

use crate::verifier::SignatureVerifier;

mod ecdsa;
mod ed25519;
mod rsa;

/// One verifier for each scheme of graviola; `None` if the processor lacks an instruction that graviola needs.
pub(crate) fn verifiers() -> Option<Vec<Arc<dyn SignatureVerifier>>> {
    if !is_processor_supported() {
        return None;
    }
    let mut verifiers = ecdsa::verifiers();
    verifiers.extend(rsa::verifiers());
    verifiers.push(Arc::new(ed25519::Ed25519));
    Some(verifiers)
}

/// Every function of graviola panics on a processor without what this checks.
fn is_processor_supported() -> bool {
    // graviola's documentation requires BMI2, and its assembler uses it, but the check does not ask for it.
    #[cfg(target_arch = "x86_64")]
    if !std::is_x86_feature_detected!("bmi2") {
        return false;
    }
    ::graviola::util::is_cpu_supported()
}

#[cfg(test)]
mod tests;
