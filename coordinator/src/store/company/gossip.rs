//! Gossip: short words from one coordinator to the others, for what is good to know and no harm to
//! miss.
//!
//! It travels as the server's notifications: nothing is written, nobody waits for it, and a
//! coordinator that was away has missed it.

use std::sync::mpsc::{self, Receiver, SyncSender, TryRecvError};
use std::time::Duration;

use postgres::fallible_iterator::FallibleIterator as _;
use postgres::{Client, Config};
use tokio::sync::broadcast;

use super::Names;
use crate::store::StoreError;
use crate::store::database::{DatabaseError, connect};

/// The longest words, in bytes; the server takes 7,999 with the sender's name.
const WORDS_BYTES_MAX: usize = 7_900;
/// Words that may wait to be told, and to be heard; beyond, they are lost.
const QUEUE_MAX: usize = 256;
/// How long a coordinator listens before it tells again, and how much it hears meanwhile.
const LISTEN_FOR: Duration = Duration::from_millis(200);
const HEARD_MAX: usize = 64;
/// How long it waits after the server was away.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// A coordinator's mouth and ear.
#[derive(Debug)]
pub struct Gossip {
    told: SyncSender<String>,
    heard: broadcast::Sender<String>,
}

impl Gossip {
    pub(super) fn start(config: &Config, names: &Names) -> Result<Self, StoreError> {
        let (told, telling) = mpsc::sync_channel(QUEUE_MAX);
        let (heard, _) = broadcast::channel(QUEUE_MAX);
        let name = crate::keys::fresh_bytes().map_err(std::io::Error::other)?;
        let mut task = Task {
            config: config.clone(),
            channel: names.channel.clone(),
            name: data_encoding::HEXLOWER.encode(&name[..8]),
            client: None,
            heard: heard.clone(),
        };
        task.connected()?;
        let thread = std::thread::Builder::new().name("store gossip".into());
        thread.spawn(move || task.run(&telling))?;
        Ok(Self { told, heard })
    }

    /// Tells the others. Words longer than 7,900 bytes, and those that come faster than the
    /// server takes them, are lost.
    pub fn tell(&self, words: String) {
        if words.len() <= WORDS_BYTES_MAX {
            // A full queue loses them, as said.
            let _ = self.told.try_send(words);
        }
    }

    /// What the others tell from now on.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<String> {
        self.heard.subscribe()
    }
}

struct Task {
    config: Config,
    channel: String,
    /// Tells this coordinator's words from the others'.
    name: String,
    client: Option<Client>,
    heard: broadcast::Sender<String>,
}

impl Task {
    fn run(mut self, telling: &Receiver<String>) {
        loop {
            let mut told = Vec::new();
            loop {
                match telling.try_recv() {
                    Ok(words) => told.push(words),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return,
                }
            }
            if let Err(error) = self.exchange(told) {
                tracing::warn!(%error, "Nothing is heard from other coordinators: {error}");
                self.client = None;
                std::thread::sleep(AFTER_FAILURE);
            }
        }
    }

    /// Tells, and listens for a moment.
    fn exchange(&mut self, told: Vec<String>) -> Result<(), DatabaseError> {
        let mark = format!("{} ", self.name);
        let channel = self.channel.clone();
        let heard = self.heard.clone();
        let client = self.connected()?;
        for words in told {
            let payload = format!("{mark}{words}");
            client.execute("SELECT pg_notify($1, $2)", &[&channel, &payload])?;
        }
        let mut notifications = client.notifications();
        let mut notifications = notifications.timeout_iter(LISTEN_FOR).take(HEARD_MAX);
        while let Some(notification) = notifications.next()? {
            let payload = notification.payload();
            if let Some((_, words)) = payload.split_once(' ')
                && !payload.starts_with(&mark)
            {
                // Where nobody listens there is nobody to miss it.
                let _ = heard.send(words.to_owned());
            }
        }
        Ok(())
    }

    fn connected(&mut self) -> Result<&mut Client, DatabaseError> {
        if self.client.as_ref().is_none_or(Client::is_closed) {
            let mut client = connect(&self.config)?;
            client.batch_execute(&format!("LISTEN {}", self.channel))?;
            self.client = Some(client);
        }
        self.client
            .as_mut()
            .ok_or_else(|| DatabaseError::Shape("no connection".into()))
    }
}
