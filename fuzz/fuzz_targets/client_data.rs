#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| countersign_fuzz::wire::client_data(data));
