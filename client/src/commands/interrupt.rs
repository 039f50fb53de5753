//! Ctrl-C during long work: asked once, the work stops tidily; asked twice, at once.

use std::sync::atomic::{AtomicBool, Ordering};

use super::stop_signal;

/// Whether the person at the terminal has asked to stop.
#[derive(Debug)]
pub(crate) struct Interrupt;

/// One program, one terminal.
static ASKED: AtomicBool = AtomicBool::new(false);

/// The work was stopped by the person at the terminal.
#[derive(Debug, thiserror::Error)]
#[error("stopped{0}")]
pub(crate) struct Interrupted(pub(crate) &'static str);

impl Interrupt {
    /// Begins to listen. Without a listener Ctrl-C ends the program at once, as everywhere.
    pub(crate) fn listen() -> Self {
        std::thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let Ok(runtime) = runtime else { return };
            runtime.block_on(async {
                stop_signal().await;
                ASKED.store(true, Ordering::Relaxed);
                stop_signal().await;
                std::process::exit(130);
            });
        });
        Self
    }

    /// Whether to stop.
    pub(crate) fn is_asked(&self) -> bool {
        ASKED.load(Ordering::Relaxed)
    }
}
