//! How this program is asked to end: Ctrl-C, a service manager, a session that ends, or the end of its leash.

#[cfg(windows)]
use std::sync::atomic::{AtomicUsize, Ordering};

/// Waits until the program is asked to end: Ctrl-C, or SIGTERM from a service manager.
#[cfg(unix)]
pub(super) async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    if let Ok(mut terminate) = signal(SignalKind::terminate()) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    tokio::signal::ctrl_c().await.ok();
}

/// Waits until the program is asked to end: Ctrl-C, a console or a session that is closed, or the end of its leash, which
/// is all that a program can send to another one here.
#[cfg(windows)]
pub(super) async fn stop_signal() {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_logoff, ctrl_shutdown};
    let _waits = Waits::begin();
    let signals = (
        ctrl_c(),
        ctrl_break(),
        ctrl_close(),
        ctrl_logoff(),
        ctrl_shutdown(),
    );
    let (Ok(mut c), Ok(mut stop), Ok(mut close), Ok(mut logoff), Ok(mut shutdown)) = signals else {
        LEASH_ENDED.notified().await;
        return;
    };
    tokio::select! {
        () = LEASH_ENDED.notified() => {}
        _ = c.recv() => {}
        _ = stop.recv() => {}
        _ = close.recv() => {}
        _ = logoff.recv() => {}
        _ = shutdown.recv() => {}
    }
}

/// Asks this process to end when standard input ends: whoever started it holds the other end.
pub(crate) fn end_with_standard_input() {
    let thread = std::thread::Builder::new().name("leash".into());
    let watch = || {
        let mut nothing = std::io::sink();
        // However it ends, nobody is there any more.
        std::io::copy(&mut std::io::stdin().lock(), &mut nothing).ok();
        ask_to_end();
    };
    if let Err(error) = thread.spawn(watch) {
        tracing::warn!("This goes on without whoever started it: {error}");
    }
}

#[cfg(unix)]
fn ask_to_end() {
    rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::TERM).ok();
}

/// As SIGTERM on Unix: whoever waits for it ends tidily, and where nobody does the process ends.
#[cfg(windows)]
fn ask_to_end() {
    if WAITING.load(Ordering::SeqCst) == 0 {
        std::process::exit(0);
    }
    LEASH_ENDED.notify_one();
}

#[cfg(windows)]
static LEASH_ENDED: tokio::sync::Notify = tokio::sync::Notify::const_new();

/// How many wait in [`stop_signal`].
#[cfg(windows)]
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// Somebody waits for as long as this lives.
#[cfg(windows)]
struct Waits;

#[cfg(windows)]
impl Waits {
    fn begin() -> Self {
        WAITING.fetch_add(1, Ordering::SeqCst);
        Self
    }
}

#[cfg(windows)]
impl Drop for Waits {
    fn drop(&mut self) {
        WAITING.fetch_sub(1, Ordering::SeqCst);
    }
}
