//! `countersign inspect`: what a text or a file of Web Authentication is, and what is in it.

pub(crate) mod arguments;
mod color;
pub(crate) mod command;
pub(crate) mod error;
mod input;
mod layout;
mod metadata;
mod text;
mod visible;
