//! `countersign verify`: judges a ceremony from its options and its response, with the report of every step.

mod anonymous;
mod archive;
pub(crate) mod arguments;
mod case;
mod ceremony;
pub(crate) mod command;
pub(crate) mod error;
mod foreign;
pub(crate) mod input;
pub(crate) mod judgement;
pub(crate) mod options;
mod outcome;
mod output;
mod party;
mod question;
mod record;
mod relaxation;
mod requirements;
#[cfg(test)]
mod tests;
