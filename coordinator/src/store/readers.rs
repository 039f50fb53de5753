//! The readers: a few threads that look, each with a connection of its own.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{mpsc, oneshot};

use super::StoreError;
use super::database::{Database, query};
use super::place::Place;

/// Readers at the same time. Reads are short and the machine may have two cores.
const READERS: usize = 4;
/// Reads that may wait; callers beyond wait for a place.
const QUEUE_MAX: usize = 1024;

/// Takes the connection, or the reason why there is none.
type Look = Box<dyn FnOnce(Result<&mut dyn Database, StoreError>) + Send>;

/// The sending end of the readers' queue.
#[derive(Clone)]
pub(super) struct Readers {
    queue: mpsc::Sender<Look>,
}

impl Readers {
    /// Starts the readers; each connects when it first has something to look at. They end when
    /// the last sender is gone.
    pub(super) fn start(place: &Place) -> std::io::Result<Self> {
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..READERS {
            let (place, waiting) = (place.clone(), Arc::clone(&waiting));
            let thread = std::thread::Builder::new().name("store reader".into());
            thread.spawn(move || run(&place, &waiting))?;
        }
        Ok(Self { queue })
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
        let sent = self.queue.send(look).await;
        sent.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }
}

fn run(place: &Place, waiting: &Mutex<mpsc::Receiver<Look>>) {
    let mut conn: Option<Box<dyn Database>> = None;
    loop {
        let next = waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .blocking_recv();
        let Some(look) = next else { return };
        if conn.as_ref().is_none_or(|conn| conn.is_broken()) {
            match place.connect_reading() {
                Ok(fresh) => conn = Some(fresh),
                Err(error) => {
                    look(Err(error.into()));
                    continue;
                }
            }
        }
        if let Some(conn) = &mut conn {
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
