//! The server as the login of other applications: where users are returned to, which back ends may ask, and which hosts
//! get the session's cookie.

pub(crate) mod clients;
pub(crate) mod cookie_domain;
pub(crate) mod login;
pub(crate) mod percent;
pub(crate) mod return_addresses;
