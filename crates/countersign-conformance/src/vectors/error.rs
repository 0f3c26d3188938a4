//! The error of making a suite.

/// Why a suite could not be made.
pub type VectorError = Box<dyn std::error::Error>;
