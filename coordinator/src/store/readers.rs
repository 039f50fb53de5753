//! The readers: a few threads that look, each with a connection of its own. On a stage there is one
//! connection, and whoever looks uses it.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{mpsc, oneshot};

use super::StoreError;
use super::database::{Database, query};
use super::place::Place;
use crate::hands::{Hands, Moment, Stage};

/// Readers at the same time. Reads are short and the machine may have two cores.
const READERS: usize = 4;
/// Reads that may wait; callers beyond wait for a place.
const QUEUE_MAX: usize = 1024;

/// Takes the connection, or the reason why there is none.
pub(super) type Look = Box<dyn FnOnce(Result<&mut dyn Database, StoreError>) + Send>;

/// A connection, made when there is first something to look at, and again when it is broken.
pub(super) struct Reader {
    place: Place,
    conn: Option<Box<dyn Database>>,
}

/// The way to the readers.
#[derive(Clone)]
pub(super) enum Readers {
    /// The sending end of their queue.
    Threads(mpsc::Sender<Look>),
    /// The only one.
    Staged(Arc<dyn Stage>, Arc<Mutex<Reader>>),
}

impl Readers {
    /// Starts the readers; each connects when it first has something to look at. They end when
    /// the last sender is gone.
    pub(super) fn start(place: &Place, hands: &Hands) -> std::io::Result<Self> {
        let reader = || Reader {
            place: place.clone(),
            conn: None,
        };
        if let Some(stage) = hands.stage() {
            let only = Arc::new(Mutex::new(reader()));
            return Ok(Self::Staged(Arc::clone(stage), only));
        }
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..READERS {
            let (mut reader, waiting) = (reader(), Arc::clone(&waiting));
            let thread = std::thread::Builder::new().name("store reader".into());
            thread.spawn(move || reader.run(&waiting))?;
        }
        Ok(Self::Threads(queue))
    }

    /// Looks at one moment of everything committed.
    pub(super) async fn read<T, F>(&self, look: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Database) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let look: Look = Box::new(move |conn| {
            // The caller may have gone away; nothing was changed.
            let _ = answer.send(conn.and_then(|conn| at_one_moment(conn, look)));
        });
        match self {
            Self::Threads(queue) => queue.send(look).await.map_err(|_| StoreError::Closed)?,
            Self::Staged(stage, only) => {
                stage.pass(Moment::Look).await;
                // After a panic the simulation is over.
                only.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .show(look);
            }
        }
        answered.await.map_err(|_| StoreError::Closed)?
    }
}

impl Reader {
    fn run(&mut self, waiting: &Mutex<mpsc::Receiver<Look>>) {
        loop {
            let next = waiting
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .blocking_recv();
            let Some(look) = next else { return };
            self.show(look);
        }
    }

    fn show(&mut self, look: Look) {
        if self.conn.as_ref().is_none_or(|conn| conn.is_broken()) {
            match self.place.connect_reading() {
                Ok(fresh) => self.conn = Some(fresh),
                Err(error) => return look(Err(error.into())),
            }
        }
        if let Some(conn) = &mut self.conn {
            look(Ok(&mut **conn));
        }
    }
}

fn at_one_moment<T>(
    conn: &mut dyn Database,
    look: impl FnOnce(&mut dyn Database) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    conn.begin_reading()?;
    let seen = look(conn);
    query("ROLLBACK").execute(conn)?;
    seen
}
