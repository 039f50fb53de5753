//! What other coordinators of the flock tell, and what is done with it.

use tokio::sync::broadcast::error::RecvError;

use crate::state::App;
use crate::tracker::gossip::Heard;

/// Listens for ever.
pub(super) async fn run(app: &App) {
    if let Some(gossip) = app.company.gossip() {
        let mut heard = gossip.listen();
        loop {
            match heard.recv().await {
                Ok(words) => {
                    if let Some(peer) = Heard::from_words(&words) {
                        app.tracker.hear(&peer, app.clock.now_ms());
                    }
                }
                // Peers announce again and again.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => break,
            }
        }
    }
    std::future::pending::<()>().await;
}
