//! A coordinator's stage: its tasks, how long what it does takes, and its end.

use std::collections::HashMap;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::{AbortHandle, JoinSet};
use woolgather_coordinator::checks::child::{self, ChildArgs};
use woolgather_coordinator::hands::{Moment, Stage, StageFuture};

use crate::world::{World, lock};

/// How long somebody rests who has nothing to do. The program looks every second; here nothing
/// depends on that but how long a simulation takes.
pub const REST: Duration = Duration::from_secs(15);

/// The same when everybody has gone home.
const LONG_REST: Duration = Duration::from_secs(10 * 60);

/// The tasks of one process, and the time that its work takes.
pub struct ProcessStage {
    world: Arc<World>,
    cores: usize,
    tasks: Mutex<JoinSet<()>>,
    /// Whether it may be killed in the middle of something.
    exposed: AtomicBool,
    /// Requests under way.
    requests: AtomicU32,
}

impl ProcessStage {
    /// A stage without tasks.
    #[must_use]
    pub fn new(world: &Arc<World>) -> Arc<Self> {
        Arc::new(Self {
            world: Arc::clone(world),
            cores: 1 + world.below(4) as usize,
            tasks: Mutex::default(),
            exposed: AtomicBool::new(false),
            requests: AtomicU32::new(0),
        })
    }

    /// Runs a task that ends with the process.
    pub fn run(&self, task: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        let mut tasks = lock(&self.tasks);
        while let Some(ended) = tasks.try_join_next() {
            self.look_at(ended);
        }
        tasks.spawn(task)
    }

    /// From now on it may be killed in the middle of something.
    pub fn expose(&self) {
        self.exposed.store(true, Ordering::Relaxed);
    }

    /// A request is under way until what is returned is dropped: then it dies much more often than
    /// while it looks whether there is something to do.
    pub fn request(self: &Arc<Self>) -> UnderWay {
        self.requests.fetch_add(1, Ordering::Relaxed);
        UnderWay(Arc::clone(self))
    }

    /// Ends all tasks where they are. Whoever waits for one learns that it is gone.
    pub async fn kill(&self) {
        let mut tasks = std::mem::take(&mut *lock(&self.tasks));
        tasks.abort_all();
        while let Some(ended) = tasks.join_next().await {
            self.look_at(ended);
        }
    }

    fn look_at(&self, ended: Result<(), tokio::task::JoinError>) {
        if let Err(error) = ended
            && error.is_panic()
        {
            self.world.fail("the coordinator panicked");
        }
    }

    /// How long this takes, and whether the process is killed at its end.
    fn draw(&self, moment: Moment) -> (Duration, bool) {
        let world = &self.world;
        // Usual and unusual times in ms, how many in a thousand are unusual, and deaths in ten
        // thousand.
        let (usual, unusual, odd, deaths) = match moment {
            Moment::Look => (3, 400, 10, 0),
            Moment::Commit => (20, 6_000, 10, 40),
            Moment::Committed => (5, 2_000, 15, 80),
            Moment::Work => (300, 8_000, 30, 60),
            Moment::Worked => (5, 1_000, 15, 60),
        };
        let is_odd = world.happens(odd);
        let took = world.between_ms(0, if is_odd { unusual } else { usual });
        let may_die = self.exposed.load(Ordering::Relaxed) && !world.is_calm();
        // Most commits only look whether there is something to do.
        let commits = matches!(moment, Moment::Commit | Moment::Committed);
        let idle = commits && self.requests.load(Ordering::Relaxed) == 0;
        let of = if idle { 1_000_000 } else { 10_000 };
        (took, may_die && world.below(of) < deaths)
    }
}

/// A request under way.
pub struct UnderWay(Arc<ProcessStage>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.requests.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Stage for ProcessStage {
    fn spawn(&self, task: StageFuture) {
        self.run(task);
    }

    fn pass(&self, moment: Moment) -> StageFuture {
        let (took, dies) = self.draw(moment);
        if took.is_zero() && !dies {
            return Box::pin(ready(()));
        }
        let world = Arc::clone(&self.world);
        Box::pin(async move {
            tokio::time::sleep(took).await;
            if dies && !world.is_calm() {
                world.note(&format!("the coordinator dies at: {moment:?}"));
                world.kill.notify_one();
                std::future::pending::<()>().await;
            }
        })
    }

    fn decode(&self, segment: &[u8], args: &ChildArgs) -> anyhow::Result<Vec<u8>> {
        known_answer(segment, args)
    }

    fn rest(&self, usual: Duration) -> Duration {
        // When everybody has gone home, days pass.
        usual.max(if self.world.is_over() {
            LONG_REST
        } else {
            REST
        })
    }

    fn cores(&self) -> usize {
        self.cores
    }

    fn rng_seed(&self) -> [u8; 32] {
        self.world.bytes()
    }
}

/// What the decoder says about a segment. Volunteers here hand in the same few segments, so every
/// one of them is decoded once in this program's life.
fn known_answer(segment: &[u8], args: &ChildArgs) -> anyhow::Result<Vec<u8>> {
    type Known = Mutex<Option<HashMap<([u8; 32], ChildArgs), Vec<u8>>>>;
    static KNOWN: Known = Mutex::new(None);
    let asked = (*blake3::hash(segment).as_bytes(), *args);
    let known = lock(&KNOWN).get_or_insert_default().get(&asked).cloned();
    if let Some(answer) = known {
        return Ok(answer);
    }
    let answer = child::answer(segment, args)?;
    lock(&KNOWN)
        .get_or_insert_default()
        .insert(asked, answer.clone());
    Ok(answer)
}

/// Aborts a task when it is dropped, as a server does whose client has hung up.
pub(crate) struct AbortOnDrop(pub(crate) AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A future that somebody else decides the type of.
pub(crate) type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;
