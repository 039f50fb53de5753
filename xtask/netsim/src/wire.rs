//! A device's requests: signed anew each time, with a clock that may be wrong until it has learned
//! better.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use woolgather_coordinator::clock::Clock as _;
use woolgather_protocol::info::CoordinatorInfo;
use woolgather_protocol::signing::{self, Nonce, RequestToSign};
use woolgather_protocol::{Blake3, DeviceSecret, Problem, ProblemKind, PublicKey, paths};

use crate::coordinator::{Coordinator, Reply};
use crate::network::Network;
use crate::world::{World, lock};

/// A request as it is sent; the network may deliver it twice.
#[derive(Debug, Clone)]
pub struct Sent {
    /// How.
    pub method: Method,
    /// To which address.
    pub path: String,
    /// With which headers.
    pub headers: Vec<(&'static str, String)>,
    /// What.
    pub body: Bytes,
}

/// What came back.
#[derive(Debug)]
pub enum Answer<T> {
    /// The coordinator did it.
    Done(T),
    /// It did not, and says why.
    Refused(Problem),
    /// It is busy, and says for how many seconds.
    Busy(u64),
    /// Nothing came back.
    Broken,
}

/// A device and its way to the coordinator.
pub struct Wire {
    /// What it is called in the trace.
    pub name: String,
    /// Whose it is: those are cut off together.
    pub person: usize,
    world: Arc<World>,
    network: Arc<Network>,
    secret: DeviceSecret,
    address: SocketAddr,
    nonces: u64,
    /// What its clock shows more than the right one, ms.
    skew_ms: i64,
    /// What it adds to its clock, having asked the coordinator for the time.
    ahead_ms: i64,
}

impl Wire {
    /// The device with this number, of this person, whose clock is wrong by `skew_ms`.
    #[must_use]
    pub fn new(
        world: &Arc<World>,
        network: &Arc<Network>,
        number: usize,
        person: usize,
        skew_ms: i64,
    ) -> Self {
        let mut seed = [0x5a; 32];
        seed[..8].copy_from_slice(&(number as u64).to_le_bytes());
        let [.., low] = (person as u32 + 1).to_be_bytes();
        Self {
            name: format!("device {number}"),
            person,
            world: Arc::clone(world),
            network: Arc::clone(network),
            secret: DeviceSecret::from_bytes(&seed),
            address: SocketAddr::from(([198, 51, 100, low], 40_000)),
            nonces: 0,
            skew_ms,
            ahead_ms: 0,
        }
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> PublicKey {
        self.secret.public()
    }

    /// Sends JSON, as [`Wire::ask`].
    pub async fn json<T: DeserializeOwned>(
        &mut self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Answer<T> {
        match serde_json::to_vec(body) {
            Ok(body) => self.ask(method, path, body.into()).await,
            Err(error) => {
                self.world.fail(&format!("a body has no JSON: {error}"));
                Answer::Broken
            }
        }
    }

    /// Sends a signed request; when the clock is wrong it is put right and the request signed once
    /// more, as the client does.
    pub async fn ask<T: DeserializeOwned>(
        &mut self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Answer<T> {
        let answer = self.ask_once(method.clone(), path, body.clone()).await;
        match &answer {
            Answer::Refused(problem) if problem.kind == ProblemKind::StaleSignature => {}
            _ => return answer,
        }
        if !self.set_clock().await {
            return Answer::Broken;
        }
        self.ask_once(method, path, body).await
    }

    async fn ask_once<T: DeserializeOwned>(
        &mut self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Answer<T> {
        let sent = self.sign(method, path, body);
        self.send(sent).await
    }

    /// Asks the coordinator for the time; `false` when no answer came.
    async fn set_clock(&mut self) -> bool {
        let sent = Sent {
            method: Method::GET,
            path: paths::INFO.into(),
            headers: Vec::new(),
            body: Bytes::new(),
        };
        let Answer::Done(info) = self.send::<CoordinatorInfo>(sent).await else {
            return false;
        };
        self.ahead_ms = info.server_time_ms - (self.world.clock.now_ms() + self.skew_ms);
        true
    }

    fn sign(&mut self, method: Method, path: &str, body: Bytes) -> Sent {
        self.nonces += 1;
        let mut nonce = [0; 16];
        nonce[..8].copy_from_slice(&self.nonces.to_le_bytes());
        let to_sign = RequestToSign {
            method: method.as_str(),
            path,
            coordinator: &Coordinator::key(),
            time_ms: self.world.clock.now_ms() + self.skew_ms + self.ahead_ms,
            nonce: Nonce(nonce),
            body: Blake3::of(&body),
        };
        let headers = vec![
            (signing::HEADER_KEY, self.key().to_string()),
            (signing::HEADER_TIME, to_sign.time_ms.to_string()),
            (signing::HEADER_NONCE, to_sign.nonce.to_string()),
            (signing::HEADER_BODY, to_sign.body.to_string()),
            (
                signing::HEADER_SIGNATURE,
                to_sign.sign(&self.secret).to_string(),
            ),
        ];
        Sent {
            method,
            path: path.to_owned(),
            headers,
            body,
        }
    }

    async fn send<T: DeserializeOwned>(&self, sent: Sent) -> Answer<T> {
        let what = format!("{}: {} {}", self.name, sent.method, sent.path);
        lock(&self.world.told).sent += 1;
        match self.network.call(self.person, self.address, sent).await {
            Some(reply) => {
                let answer = self.read(&what, &reply);
                let words = match &answer {
                    Answer::Refused(problem) => problem.kind.as_str(),
                    _ => "",
                };
                self.world
                    .note(&format!("{what}: {} {words}", reply.status));
                answer
            }
            None => {
                lock(&self.world.told).broken += 1;
                self.world.note(&format!("{what}: nothing came back"));
                Answer::Broken
            }
        }
    }

    fn read<T: DeserializeOwned>(&self, what: &str, reply: &Reply) -> Answer<T> {
        let broken = |why: &str| {
            let body = String::from_utf8_lossy(&reply.body);
            self.world
                .fail(&format!("{what}: {} {why}: {body}", reply.status));
            Answer::Broken
        };
        if (200..300).contains(&reply.status) {
            // A lease that is given back has an empty answer.
            let body = if reply.body.is_empty() {
                b"null"
            } else {
                &reply.body[..]
            };
            return match serde_json::from_slice(body) {
                Ok(value) => Answer::Done(value),
                Err(_) => broken("cannot be read"),
            };
        }
        let Ok(problem) = serde_json::from_slice::<Problem>(&reply.body) else {
            return broken("is no problem that we know");
        };
        match problem.kind {
            ProblemKind::Internal => broken("is our own fault"),
            ProblemKind::Busy | ProblemKind::TooMany => {
                Answer::Busy(problem.retry_after_s.unwrap_or(1).into())
            }
            _ => Answer::Refused(problem),
        }
    }
}
