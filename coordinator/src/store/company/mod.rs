//! The company: coordinators that serve one flock together, on one PostgreSQL server.
//!
//! Any of them may go at any moment, and each can do everything, so little has to be agreed on:
//!
//! * who is the *leader*, for what only one should do at a time ([`leader`]);
//! * which signed requests were seen, so that none is good twice ([`nonces`]);
//! * what the others have heard, such as peers of the tracker ([`gossip`]).
//!
//! All of it lives in sessions of the server, in a table without a log, or in notifications: nothing
//! of it is part of the flock, so nothing is copied or restored. On SQLite a coordinator is alone,
//! and there is none of this.

mod gossip;
mod leader;
mod nonces;

use std::sync::Arc;

use super::database::query;
use super::{Place, Store, StoreError};

pub use gossip::Gossip;
pub use nonces::{SharedNonces, Sighting};

use leader::Leadership;

/// Whether other coordinators may serve the same flock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Membership {
    /// They may: whatever this one keeps, they can reach.
    Shared,
    /// They may not: its blobs are in a folder of its own.
    Alone,
}

/// A coordinator's place among those that serve the same flock. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Company(Option<Arc<Ties>>);

/// What ties a coordinator to the others.
#[derive(Debug)]
struct Ties {
    leadership: Leadership,
    nonces: SharedNonces,
    gossip: Gossip,
}

impl Company {
    /// Whether this coordinator is the leader now. Another may be, for some seconds after this one
    /// was cut off: what a leader does must be harmless when done twice.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.0.as_ref().is_none_or(|ties| ties.leadership.is_held())
    }

    /// Whether no other coordinator served the flock when this one started, so that what was being
    /// done is being done by nobody.
    #[must_use]
    pub fn began_alone(&self) -> bool {
        self.0
            .as_ref()
            .is_none_or(|ties| ties.leadership.began_alone())
    }

    /// The memory of signed requests that all share; `None` where there is only one coordinator.
    #[must_use]
    pub fn nonces(&self) -> Option<SharedNonces> {
        Some(self.0.as_ref()?.nonces.clone())
    }

    /// What is told to the others and heard from them; `None` where there is only one coordinator.
    #[must_use]
    pub fn gossip(&self) -> Option<&Gossip> {
        Some(&self.0.as_ref()?.gossip)
    }
}

impl Store {
    /// Joins the coordinators that serve this flock. Found the flock first.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotAlone`] when they and this one cannot work together: say so and do not
    /// start. Otherwise as every read.
    pub async fn join_company(&self, membership: Membership) -> Result<Company, StoreError> {
        let Place::Server(config) = self.place() else {
            return Ok(Company(None));
        };
        let flock =
            query("SELECT network_key, CAST(current_schema() AS TEXT) AS schema FROM flock");
        let row = self.row(flock).await?;
        let row = row.ok_or_else(|| StoreError::Corrupt("there is no flock yet".into()))?;
        let names = Names::of(row.try_get("network_key")?, row.try_get("schema")?);
        let (config, now_ms) = (config.clone(), self.now_ms());
        let joining = tokio::task::spawn_blocking(move || -> Result<Ties, StoreError> {
            Ok(Ties {
                leadership: Leadership::start(&config, &names, membership)?,
                nonces: SharedNonces::start(&config, now_ms)?,
                gossip: Gossip::start(&config, &names)?,
            })
        });
        let ties = joining.await.map_err(|_| StoreError::Closed)??;
        Ok(Company(Some(Arc::new(ties))))
    }
}

/// What the flock's locks and its channel are called on the server, where other flocks may have
/// databases or schemas too.
struct Names {
    leader: i64,
    presence: i64,
    channel: String,
}

impl Names {
    fn of(network_key: &str, schema: &str) -> Self {
        let flock = format!("{network_key} {schema}");
        let lock = |what: &str| {
            let digest = blake3::derive_key(what, flock.as_bytes());
            let (eight, _) = digest.as_chunks::<8>();
            i64::from_le_bytes(eight[0])
        };
        Self {
            leader: lock("woolgather leader"),
            presence: lock("woolgather presence"),
            channel: format!("woolgather_{:016x}", lock("woolgather gossip")),
        }
    }
}
