//! The leader, and who is there at all: locks that last as long as a session of the server.
//!
//! A coordinator that ends, however it does, loses its session, and the server gives its locks back;
//! the next one to ask leads. Each asks twice a second, the leader for a sign that its session still
//! stands. A machine that vanishes without a word is missed by the server after some ten seconds.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use postgres::{Client, Config};

use super::{Membership, Names};
use crate::store::StoreError;
use crate::store::database::{DatabaseError, connect};

/// How often a coordinator looks whether it leads.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long a leader believes that it leads without having asked: longer than a look takes on a
/// busy server, much shorter than a job.
const BELIEVED_FOR: Duration = Duration::from_secs(5);
/// How long a start waits for another coordinator to be gone, and how often it looks: one whose
/// machine vanished a moment ago is still there to the server.
const PATIENCE: Duration = Duration::from_secs(15);
const LOOK_AT_START_EVERY: Duration = Duration::from_millis(20);

/// A coordinator's session and what it holds.
#[derive(Debug)]
pub(super) struct Leadership {
    held_at: Arc<Mutex<Option<Instant>>>,
    began_alone: bool,
    /// The thread ends with this.
    _alive: Sender<()>,
}

impl Leadership {
    /// Takes its place, and begins to ask for the lead.
    pub(super) fn start(
        config: &Config,
        names: &Names,
        membership: Membership,
    ) -> Result<Self, StoreError> {
        let mut client = connect(config)?;
        let began_alone = appear(&mut client, names.presence, membership)?;
        let (alive, ended) = mpsc::channel();
        let held_at = Arc::new(Mutex::new(None));
        let mut task = Task {
            config: config.clone(),
            leader: names.leader,
            presence: names.presence,
            membership,
            client: Some(client),
            held_at: Arc::clone(&held_at),
        };
        // The first look is part of the start, so that a coordinator that is alone leads at once.
        task.look();
        let thread = std::thread::Builder::new().name("store leader".into());
        thread.spawn(move || task.run(&ended))?;
        Ok(Self {
            held_at,
            began_alone,
            _alive: alive,
        })
    }

    pub(super) fn is_held(&self) -> bool {
        let held_at = *self.held_at.lock().unwrap_or_else(PoisonError::into_inner);
        held_at.is_some_and(|moment| moment.elapsed() < BELIEVED_FOR)
    }

    pub(super) fn began_alone(&self) -> bool {
        self.began_alone
    }
}

struct Task {
    config: Config,
    leader: i64,
    presence: i64,
    membership: Membership,
    client: Option<Client>,
    held_at: Arc<Mutex<Option<Instant>>>,
}

impl Task {
    fn run(mut self, ended: &Receiver<()>) {
        while ended.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout) {
            self.look();
        }
    }

    /// Looks whether this coordinator leads, and keeps that.
    fn look(&mut self) {
        let asked_at = Instant::now();
        let held = self.ask().unwrap_or_else(|error| {
            tracing::warn!(%error, "It is not known who leads: {error}");
            // With its session a coordinator has lost its locks.
            self.client = None;
            false
        });
        let mut held_at = self.held_at.lock().unwrap_or_else(PoisonError::into_inner);
        if held != held_at.is_some() {
            let words = if held { "leads" } else { "no longer leads" };
            tracing::info!("This coordinator {words}");
        }
        *held_at = held.then_some(asked_at);
    }

    fn ask(&mut self) -> Result<bool, DatabaseError> {
        let holds = self.is_leader();
        let client = match &mut self.client {
            Some(client) => client,
            None => {
                let mut client = connect(&self.config)?;
                let lock = presence_lock(self.membership);
                let row = client.query_one(lock, &[&self.presence])?;
                if !row.try_get(0)? {
                    // It started while this one's session was lost. It must be seen to by people.
                    let words = "a coordinator that cannot work with this one serves the flock too";
                    return Err(DatabaseError::Shape(words.into()));
                }
                self.client.insert(client)
            }
        };
        if holds {
            client.simple_query("SELECT 1")?;
            return Ok(true);
        }
        let row = client.query_one("SELECT pg_try_advisory_lock($1)", &[&self.leader])?;
        Ok(row.try_get(0)?)
    }

    /// Whether the session, if it still stands, has the lead.
    fn is_leader(&self) -> bool {
        let held_at = self.held_at.lock().unwrap_or_else(PoisonError::into_inner);
        held_at.is_some() && self.client.is_some()
    }
}

fn presence_lock(membership: Membership) -> &'static str {
    match membership {
        Membership::Shared => "SELECT pg_try_advisory_lock_shared($1)",
        Membership::Alone => "SELECT pg_try_advisory_lock($1)",
    }
}

/// Makes this coordinator's presence known; whether nobody else was there.
fn appear(client: &mut Client, presence: i64, membership: Membership) -> Result<bool, StoreError> {
    let mut take = |sql: &str| -> Result<bool, DatabaseError> {
        Ok(client.query_one(sql, &[&presence])?.try_get(0)?)
    };
    let alone = presence_lock(Membership::Alone);
    let begun = Instant::now();
    loop {
        if take(alone)? {
            if membership == Membership::Shared {
                // Held in both ways for a moment, so that nobody slips in between.
                take(presence_lock(membership))?;
                take("SELECT pg_advisory_unlock($1)")?;
            }
            return Ok(true);
        }
        if membership == Membership::Shared && take(presence_lock(membership))? {
            return Ok(false);
        }
        if begun.elapsed() > PATIENCE {
            return Err(StoreError::NotAlone);
        }
        std::thread::sleep(LOOK_AT_START_EVERY);
    }
}
