//! The software authenticator against the relying party of `countersign`: both ceremonies, on the public API.

mod client;
mod devices;
mod faults;
mod formats;
mod links;
mod policy;
mod property;
mod reassessment;
mod relying_party;
