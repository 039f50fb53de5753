//! The commands, a file each, and what several of them share: reading ([`flames`]), writing
//! ([`output`]), a bar with the time left ([`progress`]), Ctrl-C ([`interrupt`]) and what goes wrong
//! without stopping the rest ([`failures`]).

mod failures;
mod flames;
mod interrupt;
mod output;
mod progress;

pub(crate) use failures::Said;

pub(crate) mod adapters;
pub(crate) mod animate;
pub(crate) mod breed;
pub(crate) mod config;
pub(crate) mod genome;
pub(crate) mod identity;
pub(crate) mod play;
pub(crate) mod render;
pub(crate) mod settings;
pub(crate) mod sync;
pub(crate) mod vote;
pub(crate) mod work;

/// Waits until the program is asked to end: Ctrl-C, or SIGTERM from a service manager.
async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    tokio::signal::ctrl_c().await.ok();
}

/// A number from the operating system's randomness.
fn random() -> u64 {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_or(0, |()| u64::from_le_bytes(bytes))
}
