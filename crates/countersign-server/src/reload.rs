//! Reading the configuration of a running server again, when a signal asks for it.

use std::io;

use crate::config::loaded::Loaded;
use crate::config::problem::Problem;
use crate::config::setting::Setting;
use crate::config::sources::Sources;
use crate::live::Reloader;

/// The signals that ask for a reload: SIGHUP on Unix, and none elsewhere.
#[derive(Debug)]
pub struct ReloadSignals {
    #[cfg(unix)]
    hangups: tokio::signal::unix::Signal,
}

impl ReloadSignals {
    /// Catches the signals from now on, which would otherwise end the process. Call it within a runtime, and before the
    /// server is announced.
    pub fn install() -> io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            hangups: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        if self.hangups.recv().await.is_some() {
            return;
        }
        std::future::pending::<()>().await;
    }
}

impl Reloader {
    /// Reads the sources of the configuration again whenever a signal asks for it. `loaded` is what the server runs with.
    /// The log says what changed, or why nothing did. Never returns.
    pub async fn follow(self, mut signals: ReloadSignals, sources: Sources, mut loaded: Loaded) {
        loop {
            signals.next().await;
            if let Some(new) = self.reload_from(&sources, &loaded).await {
                loaded = new;
            }
        }
    }

    /// Reads the sources once. Returns the new configuration if it is in use.
    async fn reload_from(&self, sources: &Sources, old: &Loaded) -> Option<Loaded> {
        let reading = sources.clone();
        let read = tokio::task::spawn_blocking(move || reading.load()).await;
        let new = match read {
            Ok(Ok(new)) => new,
            Ok(Err(error)) => {
                reject(&error.problems);
                return None;
            }
            // Fails only after a panic, which the log has.
            Err(_) => return None,
        };
        let at_restart = old.changed_at_restart(&new);
        if !at_restart.is_empty() {
            let problem = |setting: &&'static Setting| {
                Problem::of(setting.key, new.place_of(setting.key, None), "a change needs a restart")
            };
            reject(&at_restart.iter().map(problem).collect::<Vec<_>>());
            return None;
        }
        if let Err(error) = self.reload(new.config()).await {
            tracing::error!(%error, "the configuration was not taken; the old one stays in use");
            return None;
        }
        for warning in new.warnings() {
            tracing::warn!(%warning, "the configuration is probably not meant like this");
        }
        let changed: Vec<_> = old.changed(&new).iter().map(|setting| setting.key).collect();
        tracing::info!(changed = changed.join(", "), "the configuration and its secrets were read again");
        Some(new)
    }
}

fn reject(problems: &[Problem]) {
    for problem in problems {
        tracing::error!(%problem, "the configuration was not taken; the old one stays in use");
    }
}
