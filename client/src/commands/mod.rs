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
#[cfg(target_os = "linux")]
pub(crate) mod agent;
#[cfg(not(target_os = "linux"))]
#[path = "agent/elsewhere.rs"]
pub(crate) mod agent;
pub(crate) mod animate;
pub(crate) mod breed;
pub(crate) mod config;
pub(crate) mod dist_files;
#[cfg(target_os = "linux")]
pub(crate) mod doctor;
#[cfg(not(target_os = "linux"))]
pub(crate) use agent as doctor;
pub(crate) mod genome;
#[cfg(not(windows))]
pub(crate) mod hack;
pub(crate) mod identity;
pub(crate) mod play;
pub(crate) mod render;
#[cfg(windows)]
pub(crate) mod saver;
#[cfg(not(target_os = "linux"))]
pub(crate) use agent as seen;
#[cfg(target_os = "linux")]
pub(crate) mod seen;
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

/// Asks this process to end, as SIGTERM does, when standard input ends: whoever started it holds the other end.
pub(crate) fn end_with_standard_input() {
    let thread = std::thread::Builder::new().name("leash".into());
    let watch = || {
        let mut nothing = std::io::sink();
        // However it ends, nobody is there any more.
        std::io::copy(&mut std::io::stdin().lock(), &mut nothing).ok();
        #[cfg(unix)]
        rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::TERM)
            .ok();
        #[cfg(not(unix))]
        std::process::exit(0);
    };
    if let Err(error) = thread.spawn(watch) {
        tracing::warn!("This goes on without whoever started it: {error}");
    }
}

/// A number from the operating system's randomness.
fn random() -> u64 {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_or(0, |()| u64::from_le_bytes(bytes))
}
