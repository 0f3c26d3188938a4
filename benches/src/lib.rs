//! The shared parts of the measurements: keys and ceremonies to measure, and the libraries of other languages.

pub mod blob;
pub mod fixtures;
pub mod keys;
pub mod ours;
pub mod peers;
pub mod raw;
pub mod rows;
