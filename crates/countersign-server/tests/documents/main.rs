//! The pages of `docs` that describe what the code has. They are not part of the package, and neither is this test.

mod configuration;
mod generated;
