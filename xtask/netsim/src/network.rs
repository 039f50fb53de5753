//! The network between people and the coordinator: what is sent comes late, twice, in pieces, in
//! another order, or not at all, and now and then somebody is cut off.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::Request;
use futures_util::{StreamExt as _, stream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::coordinator::{Coordinator, Reply};
use crate::plant::Plant;
use crate::stage::Boxed;
use crate::wire::Sent;
use crate::world::{World, lock};

/// How long a client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often what is held back looks whether the way is free again.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How bad the network is, in thousandths.
#[derive(Debug, Clone, Copy)]
pub struct Weather {
    /// Requests, and answers, that are lost.
    pub lost: u64,
    /// Requests that arrive a second time.
    pub doubled: u64,
    /// Bodies that break off.
    pub torn: u64,
    /// Messages that take very long.
    pub late: u64,
}

/// The network.
pub struct Network {
    world: Arc<World>,
    coordinator: Arc<Coordinator>,
    weather: Weather,
    plant: Plant,
    cut: Mutex<Vec<bool>>,
    /// What is under way without anybody waiting for it.
    astray: Mutex<JoinSet<()>>,
}

/// A piece of a body, and how long it takes to come; `None` where it breaks off.
type Piece = (Duration, Option<Bytes>);

impl Network {
    /// A network for so many people.
    #[must_use]
    pub fn new(
        world: &Arc<World>,
        coordinator: &Arc<Coordinator>,
        weather: Weather,
        people: usize,
        plant: Plant,
    ) -> Arc<Self> {
        Arc::new(Self {
            world: Arc::clone(world),
            coordinator: Arc::clone(coordinator),
            weather,
            plant,
            cut: Mutex::new(vec![false; people]),
            astray: Mutex::default(),
        })
    }

    /// Sends a request and waits for its answer, as long as a client does.
    pub async fn call(
        self: &Arc<Self>,
        person: usize,
        from: SocketAddr,
        sent: Sent,
    ) -> Option<Reply> {
        if let Some(reply) = self.plant.answers(&self.world, &sent) {
            return Some(reply);
        }
        if self.happens(self.weather.doubled) {
            self.world
                .note(&format!("{} {} is doubled", sent.method, sent.path));
            let copy = self.copy_later(person, from, sent.clone());
            self.stray(copy);
        }
        // A server notices that its client hung up, unless a proxy is between them.
        let hang_up = self.world.happens(500);
        let travel = Arc::clone(self).travel(person, from, sent, hang_up);
        let answered: Boxed<Option<Reply>> = if hang_up {
            travel
        } else {
            let (tell, told) = oneshot::channel();
            self.stray(Box::pin(async move {
                // The client may have given up.
                let _ = tell.send(travel.await);
            }));
            Box::pin(async move { told.await.ok().flatten() })
        };
        tokio::time::timeout(PATIENCE, answered).await.ok()?
    }

    fn copy_later(self: &Arc<Self>, person: usize, from: SocketAddr, sent: Sent) -> Boxed<()> {
        let network = Arc::clone(self);
        let later = self.world.between_ms(0, 90_000);
        Box::pin(async move {
            tokio::time::sleep(later).await;
            let travel = Arc::clone(&network).travel(person, from, sent, false);
            if let Some(reply) = travel.await {
                network
                    .world
                    .note(&format!("a copy was answered with {}", reply.status));
            }
        })
    }

    fn travel(
        self: Arc<Self>,
        person: usize,
        from: SocketAddr,
        sent: Sent,
        hang_up: bool,
    ) -> Boxed<Option<Reply>> {
        Box::pin(async move {
            self.fly(person).await?;
            let request = self.request(&sent)?;
            let reply = self.coordinator.serve(request, from, hang_up).await?;
            self.fly(person).await?;
            Some(reply)
        })
    }

    /// One way. `None` when it breaks off at once; it never ends when the message is lost.
    async fn fly(&self, person: usize) -> Option<()> {
        let late = self.happens(self.weather.late);
        let most = if late { 100_000 } else { 400 };
        tokio::time::sleep(self.world.between_ms(5, most)).await;
        if self.happens(self.weather.lost) {
            std::future::pending::<()>().await;
        }
        if self.is_cut(person) {
            match self.world.below(3) {
                0 => return None,
                1 => std::future::pending().await,
                _ => {}
            }
            while self.is_cut(person) {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
        Some(())
    }

    /// The request as it arrives, its body piece by piece.
    fn request(&self, sent: &Sent) -> Option<Request<Body>> {
        let mut builder = Request::builder()
            .method(sent.method.clone())
            .uri(&sent.path)
            .header("host", "coordinator.example");
        for (name, value) in &sent.headers {
            builder = builder.header(*name, value);
        }
        let pieces = stream::iter(self.pieces(&sent.body)).then(|(wait, bytes)| async move {
            tokio::time::sleep(wait).await;
            bytes.ok_or_else(|| std::io::Error::from(std::io::ErrorKind::ConnectionReset))
        });
        let built = builder.body(Body::from_stream(pieces));
        built
            .inspect_err(|error| self.world.fail(&format!("no request: {error}")))
            .ok()
    }

    fn pieces(&self, body: &Bytes) -> Vec<Piece> {
        let count = 1 + self.world.below(3) as usize;
        let size = body.len().div_ceil(count).max(1);
        let torn = self.happens(self.weather.torn);
        let mut pieces = Vec::new();
        for place in (0..body.len()).step_by(size) {
            let slow = self.happens(self.weather.late);
            let most = if slow { 20_000 } else { 100 };
            let bytes = body.slice(place..body.len().min(place + size));
            pieces.push((self.world.between_ms(0, most), Some(bytes)));
        }
        if torn && let Some(last) = pieces.last_mut() {
            last.1 = None;
        }
        pieces
    }

    /// Whether a person is cut off.
    fn is_cut(&self, person: usize) -> bool {
        !self.world.is_calm() && lock(&self.cut).get(person).is_some_and(|cut| *cut)
    }

    /// Something of the weather, which happens no more once it is calm.
    fn happens(&self, thousandths: u64) -> bool {
        !self.world.is_calm() && self.world.happens(thousandths)
    }

    /// Cuts these people off, or not any more.
    fn cut(&self, people: std::ops::Range<usize>, off: bool) {
        let word = if off { "cut off" } else { "back" };
        self.world.note(&format!(
            "people {} to {} are {word}",
            people.start, people.end
        ));
        if let Some(cut) = lock(&self.cut).get_mut(people) {
            cut.fill(off);
        }
    }

    /// Cuts people off now and then, some or all, until it is calm.
    pub async fn partition(self: Arc<Self>) {
        let people = lock(&self.cut).len();
        while !self.world.is_calm() {
            tokio::time::sleep(self.world.between_ms(60_000, 1_800_000)).await;
            let begin = self.world.below(people as u64) as usize;
            let end = if self.world.happens(300) {
                people
            } else {
                begin + 1
            };
            let begin = if self.world.happens(150) { 0 } else { begin };
            self.cut(begin..end, true);
            tokio::time::sleep(self.world.between_ms(5_000, 1_200_000)).await;
            self.cut(begin..end, false);
        }
    }

    fn stray(&self, task: Boxed<()>) {
        let mut astray = lock(&self.astray);
        while astray.try_join_next().is_some() {}
        astray.spawn(task);
    }
}
