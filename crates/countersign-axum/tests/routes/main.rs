//! The routes from outside, with a software authenticator instead of a browser.

mod accounts;
mod adding;
mod audit;
mod conditional;
mod edge;
mod invited;
mod keys;
mod named;
mod on_sqlite;
mod outage;
mod own_data;
mod own_sessions;
mod recovery;
mod repeated;
mod sessions;
mod site;
