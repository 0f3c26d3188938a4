//! The store on `PostgreSQL`.
