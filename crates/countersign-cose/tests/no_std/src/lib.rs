//! A program without the standard library: it has its own panic handler and its own allocator. If a crate of the graph
//! links `std`, there are two of the former, and the build fails.
//!
//! `cargo build --manifest-path crates/countersign-cose/tests/no_std/Cargo.toml`

#![no_std]

extern crate alloc;

use core::alloc::{GlobalAlloc, Layout};
use core::sync::atomic::{AtomicUsize, Ordering};
use core::{panic::PanicInfo, ptr};

use countersign_cose::{Algorithm, PublicKey, Verifiers};
use countersign_types::ClientData;

/// Whether the signature over the authenticator data and the hash of the client data verifies, as an assertion has it.
/// 0 is yes.
///
/// # Safety
///
/// Each pointer is of the number of bytes that follows it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_verify(
    key: *const u8,
    key_length: usize,
    client_data: *const u8,
    client_data_length: usize,
    signature: *const u8,
    signature_length: usize,
) -> i32 {
    // SAFETY: the caller keeps the contract above.
    let [key, client_data, signature] = unsafe {
        [
            core::slice::from_raw_parts(key, key_length),
            core::slice::from_raw_parts(client_data, client_data_length),
            core::slice::from_raw_parts(signature, signature_length),
        ]
    };
    i32::from(!verifies(key, client_data, signature))
}

fn verifies(key: &[u8], client_data: &[u8], signature: &[u8]) -> bool {
    if ClientData::parse(client_data).is_err() {
        return false;
    }
    let key = PublicKey::from_cose(key).or_else(|_| PublicKey::from_jwk(key));
    let Ok(key) = key else { return false };
    let scheme = key.algorithm().unwrap_or(Algorithm::Es256).scheme();
    Verifiers::rust_crypto()
        .with_padded_ecdsa_integers()
        .prepare(&key, scheme)
        .is_ok_and(|prepared| prepared.verify(&[client_data], signature).is_ok())
}

/// Allocates an arena from its front and frees nothing.
struct Arena;

const ARENA_SIZE: usize = 1 << 20;
static mut ARENA: [u8; ARENA_SIZE] = [0; ARENA_SIZE];
static USED: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every place is handed out once, aligned, and within the arena.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let base = &raw mut ARENA as usize;
        let place = USED.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            let start = (base + used).next_multiple_of(layout.align()) - base;
            start.checked_add(layout.size()).filter(|end| *end <= ARENA_SIZE)
        });
        match place {
            Ok(used) => ((base + used).next_multiple_of(layout.align())) as *mut u8,
            Err(_) => ptr::null_mut(),
        }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ALLOCATOR: Arena = Arena;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}
