//! The memory of signed requests that coordinators share.
//!
//! A table without a log on the server: a claim costs a place in the next statement, no forced
//! write. What a crash of the server makes it forget is told by a second such table, which says
//! since when the memory reaches back; requests signed before that cannot be told from replays, and
//! are stale. Claims queue up and go to the server together, as transactions do.

use std::collections::HashSet;
use std::sync::Arc;

use postgres::{Client, Config};
use tokio::sync::{mpsc, oneshot};

use crate::store::StoreError;
use crate::store::database::{DatabaseError, connect};

/// Half a hash of key and nonce.
type Mark = [u8; 16];

/// Made by whichever coordinator comes first; they take turns.
const MAKE: &str = "
    BEGIN;
    SELECT pg_advisory_xact_lock(8023194507733);
    CREATE UNLOGGED TABLE IF NOT EXISTS seen_request
        (mark BYTEA PRIMARY KEY, forget_ms BIGINT NOT NULL);
    CREATE INDEX IF NOT EXISTS seen_request_forget ON seen_request (forget_ms);
    CREATE UNLOGGED TABLE IF NOT EXISTS seen_since
        (only_one INTEGER PRIMARY KEY CHECK (only_one = 1), began_ms BIGINT NOT NULL);
    COMMIT";

/// The first to come after the memory was lost says when that was.
const BEGIN: &str = "INSERT INTO seen_since VALUES (1, $1) ON CONFLICT DO NOTHING";

/// The marks of a group that were not there.
const CLAIM: &str = "
    INSERT INTO seen_request
    SELECT mark, $2 FROM unnest($1::BYTEA[]) AS claimed(mark)
    ON CONFLICT DO NOTHING RETURNING mark";

const FORGET: &str = "
    DELETE FROM seen_request WHERE mark IN
        (SELECT mark FROM seen_request WHERE forget_ms < $1 LIMIT $2)";

/// The most claims in one statement.
const GROUP_MAX: usize = 512;
/// Claims that may wait; callers beyond wait for a place.
const QUEUE_MAX: usize = 4096;
/// How often what is too old is forgotten, and how much of it at a time, so that no claim waits long.
const FORGET_EVERY_MS: i64 = 1_000;
const FORGET_MAX: i64 = 20_000;

/// What the memory says of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sighting {
    /// Nobody has seen it before.
    First,
    /// This coordinator or another has seen it before.
    Again,
    /// It was signed before the memory began.
    Unknown,
}

/// The memory. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SharedNonces {
    queue: mpsc::Sender<Claim>,
}

#[derive(Debug)]
struct Claim {
    mark: Mark,
    signed_ms: i64,
    forget_ms: i64,
    now_ms: i64,
    answer: oneshot::Sender<Result<Sighting, StoreError>>,
}

impl SharedNonces {
    pub(super) fn start(config: &Config, now_ms: i64) -> Result<Self, StoreError> {
        let mut task = Task {
            config: config.clone(),
            client: None,
            began_ms: 0,
            forgot_ms: now_ms,
        };
        task.connected(now_ms)?;
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let thread = std::thread::Builder::new().name("store nonces".into());
        thread.spawn(move || task.run(waiting))?;
        Ok(Self { queue })
    }

    /// Takes note of a request that was signed at `signed_ms` and need not be remembered after
    /// `forget_ms` (both ms since 1970), and says whether anybody has seen it before.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`] when the server is away; the request may have been noted.
    pub async fn claim(
        &self,
        mark: [u8; 16],
        signed_ms: i64,
        forget_ms: i64,
        now_ms: i64,
    ) -> Result<Sighting, StoreError> {
        let (answer, answered) = oneshot::channel();
        let claim = Claim {
            mark,
            signed_ms,
            forget_ms,
            now_ms,
            answer,
        };
        let sent = self.queue.send(claim).await;
        sent.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }
}

struct Task {
    config: Config,
    client: Option<Client>,
    began_ms: i64,
    forgot_ms: i64,
}

impl Task {
    fn run(mut self, mut waiting: mpsc::Receiver<Claim>) {
        let mut group = Vec::with_capacity(GROUP_MAX);
        while waiting.blocking_recv_many(&mut group, GROUP_MAX) > 0 {
            let now_ms = group.last().map_or(0, |claim: &Claim| claim.now_ms);
            match self.note(&group, now_ms) {
                Ok(fresh) => self.answer(&mut group, fresh),
                Err(error) => {
                    self.client = None;
                    let error = Arc::new(error);
                    for claim in group.drain(..) {
                        // The caller may have gone away.
                        let failed = Err(StoreError::Commit(Arc::clone(&error)));
                        let _ = claim.answer.send(failed);
                    }
                }
            }
        }
    }

    fn note(&mut self, group: &[Claim], now_ms: i64) -> Result<HashSet<Mark>, DatabaseError> {
        let forget = now_ms - self.forgot_ms >= FORGET_EVERY_MS;
        if forget {
            self.forgot_ms = now_ms;
        }
        let client = self.connected(now_ms)?;
        let marks: Vec<&[u8]> = group.iter().map(|claim| &claim.mark[..]).collect();
        let forget_ms = group.iter().map(|claim| claim.forget_ms).max();
        let rows = client.query(CLAIM, &[&marks, &forget_ms.unwrap_or(0)])?;
        if forget {
            client.execute(FORGET, &[&now_ms, &FORGET_MAX])?;
        }
        rows.iter()
            .map(|row| {
                let mark: &[u8] = row.try_get(0)?;
                Mark::try_from(mark)
                    .map_err(|_| DatabaseError::Shape("a mark of another length".into()))
            })
            .collect()
    }

    /// Of equal requests in a group the first is the fresh one.
    fn answer(&self, group: &mut Vec<Claim>, mut fresh: HashSet<Mark>) {
        for claim in group.drain(..) {
            let sighting = match fresh.remove(&claim.mark) {
                _ if claim.signed_ms < self.began_ms => Sighting::Unknown,
                true => Sighting::First,
                false => Sighting::Again,
            };
            // The caller may have gone away.
            let _ = claim.answer.send(Ok(sighting));
        }
    }

    /// The client; a new one reads anew since when the memory reaches back.
    fn connected(&mut self, now_ms: i64) -> Result<&mut Client, DatabaseError> {
        if self.client.as_ref().is_none_or(Client::is_closed) {
            let mut client = connect(&self.config)?;
            client.batch_execute(MAKE)?;
            client.execute(BEGIN, &[&now_ms])?;
            let row = client.query_one("SELECT began_ms FROM seen_since", &[])?;
            self.began_ms = row.try_get(0)?;
            self.client = Some(client);
        }
        self.client
            .as_mut()
            .ok_or_else(|| DatabaseError::Shape("no connection".into()))
    }
}
