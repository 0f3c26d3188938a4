//! The program, run like a user runs it.

// The three files of the server's tests are symbolic links, so that the package contains them.
#[cfg(unix)]
mod administering;
#[cfg(unix)]
mod audit;
#[allow(dead_code, reason = "the server's own tests use all of it")]
mod authenticator;
#[cfg(unix)]
mod backing_up;
#[cfg(unix)]
mod blob;
#[cfg(feature = "fetch")]
#[allow(dead_code, reason = "the server's own tests use all of it")]
mod certificates;
#[cfg(unix)]
mod configuration;
#[cfg(feature = "fetch")]
#[allow(dead_code, reason = "the server's own tests use all of it")]
mod https;
#[cfg(unix)]
mod importing_rows;
mod inspecting;
mod metadata;
#[cfg(unix)]
mod operating;
mod operators;
#[cfg(unix)]
mod output;
#[cfg(unix)]
mod place;
mod program;
#[cfg(unix)]
mod reloading;
#[cfg(unix)]
mod simulating;
mod starting;
#[cfg(unix)]
mod surviving;
#[cfg(unix)]
mod transferring;
mod users;
mod verifying;
