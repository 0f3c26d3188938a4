//! The software authenticator against the relying party of `countersign`: both ceremonies, on the public API.

mod faults;
mod formats;
mod reassessment;
mod relying_party;
