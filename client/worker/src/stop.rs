//! Ending a worker from outside.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// A switch that is turned once. Clones share it.
#[derive(Debug, Clone)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Default for Stop {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Stop {
    /// Turns it: rendering ends within 100 ms, encoding with the frame it is at (the better part of
    /// a second at 1280×720), and leases are given back. Work that is finished is still handed in.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was turned.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        *self.0.borrow()
    }

    /// Sleeps for `time`, or until the switch is turned.
    pub async fn sleep(&self, time: Duration) {
        let mut switch = self.0.subscribe();
        tokio::time::timeout(time, switch.wait_for(|stopped| *stopped))
            .await
            .ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sleep_ends_when_the_switch_is_turned() {
        let stop = Stop::default();
        let sleeper = stop.clone();
        let sleep = tokio::spawn(async move { sleeper.sleep(Duration::from_secs(3600)).await });
        stop.stop();
        sleep.await.unwrap();
        assert!(stop.is_stopped());
    }
}
