//! The store on `SQLite`.
