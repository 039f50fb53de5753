//! A clip of two segments of four frames, 32×18 pixels, and a coordinator that leases it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use woolgather_api::Coordinator;
use woolgather_genome::{Genome, starter_flock};
use woolgather_protocol::info::{CoordinatorInfo, PROTOCOL_VERSION};
use woolgather_protocol::recipe::{Encoder, TemporalFilterKind};
use woolgather_protocol::submission::{Receipt, WorkUnitState};
use woolgather_protocol::work::{ClipKind, Lease, LeaseRequest, LeaseResponse, Task, WorkUnit};
use woolgather_protocol::{DeviceSecret, Problem, ProblemKind, Recipe, Signed, paths};

use crate::assignment::Assignment;
use crate::{Stop, Worker, WorkerSettings};

/// The coordinator's key.
pub(super) fn operator() -> DeviceSecret {
    DeviceSecret::from_bytes(&[9; 32])
}

pub(super) fn recipe() -> Recipe {
    Recipe {
        width: 32,
        height: 18,
        loop_frames: 8,
        edge_frames: 8,
        segment_frames: 4,
        quality: 10.0,
        temporal_filter: TemporalFilterKind::Gaussian,
        encoder: Encoder::rav1e(10, 80),
        ..Recipe::small()
    }
}

pub(super) fn genome(index: usize) -> Genome {
    starter_flock()[index].genome()
}

/// The second segment of a loop.
pub(super) fn unit() -> WorkUnit {
    WorkUnit {
        id: "unit-1".parse().unwrap(),
        task: Task::Segment,
        clip: "clip-1".parse().unwrap(),
        clip_version: 1,
        clip_kind: ClipKind::Loop,
        title: "Cinder Star".into(),
        segment: 1,
        first_frame: 4,
        frame_count: 4,
        genomes: vec![WorkUnit::encode_genome(&genome(0))],
        recipe: recipe(),
        rng_seed: 7,
        upload_bytes_max: 1 << 20,
    }
}

/// The audit of one of its frames.
pub(super) fn audit_of(frame: u32) -> WorkUnit {
    WorkUnit {
        task: Task::Audit { frame },
        ..unit()
    }
}

/// `unit` leased to us and signed with `secret`.
pub(super) fn leased_by(unit: &WorkUnit, secret: &DeviceSecret) -> Lease {
    Lease {
        id: "lease-1".parse().unwrap(),
        work: Signed::seal(unit, secret),
        term_s: 600,
    }
}

pub(super) fn assignment(unit: &WorkUnit) -> Assignment {
    Assignment::open(&leased_by(unit, &operator()), &operator().public()).unwrap()
}

/// A coordinator on loopback that follows a script.
#[derive(Clone, Default)]
pub(super) struct Flock(Arc<Mutex<Script>>);

/// What the coordinator will say, and what it was told.
#[derive(Default)]
pub(super) struct Script {
    /// One answer after the other to requests for leases; then there is no work.
    pub(super) leases: VecDeque<Vec<Lease>>,
    /// One problem after the other to whatever is handed in; then receipts.
    pub(super) refusals: VecDeque<Problem>,
    /// What workers asked for.
    pub(super) asked: Vec<LeaseRequest>,
    /// Path and body of what was handed in, also of what was refused.
    pub(super) handed_in: Vec<(String, Bytes)>,
    /// Paths of leases given back.
    pub(super) given_back: Vec<String>,
}

impl Flock {
    pub(super) fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap()
    }

    /// A worker with one thread for this coordinator.
    pub(super) async fn worker(&self, stop: &Stop) -> Worker {
        let app = Router::new().fallback(answer).with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let secret = DeviceSecret::from_bytes(&[1; 32]);
        let coordinator = Coordinator::connect(url.parse().unwrap(), Some(secret), None)
            .await
            .unwrap();
        let settings = WorkerSettings {
            threads: 1,
            retry_s: 0,
            ..WorkerSettings::default()
        };
        Worker::new(coordinator, settings, stop.clone()).unwrap()
    }
}

async fn answer(State(flock): State<Flock>, method: Method, uri: Uri, body: Bytes) -> Response {
    let mut script = flock.script();
    let path = uri.path().to_owned();
    match (method, path.as_str()) {
        (Method::GET, paths::INFO) => json(&info()),
        (Method::POST, paths::LEASES) => {
            script.asked.push(serde_json::from_slice(&body).unwrap());
            json(&LeaseResponse {
                leases: script.leases.pop_front().unwrap_or_default(),
                retry_after_s: 1,
                notices: Vec::new(),
                withheld: None,
            })
        }
        (Method::PUT, _) => {
            script.handed_in.push((path, body));
            match script.refusals.pop_front() {
                Some(problem) => refusal(&problem),
                None => json(&Receipt {
                    duplicate: false,
                    state: WorkUnitState::Submitted,
                }),
            }
        }
        (Method::DELETE, _) => {
            script.given_back.push(path);
            StatusCode::NO_CONTENT.into_response()
        }
        _ => refusal(&Problem::new(ProblemKind::NotFound, "in a test")),
    }
}

fn json(value: &impl serde::Serialize) -> Response {
    serde_json::to_vec(value).unwrap().into_response()
}

fn refusal(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap();
    (status, json(problem)).into_response()
}

fn info() -> CoordinatorInfo {
    CoordinatorInfo {
        name: "Test flock".into(),
        protocol_version: PROTOCOL_VERSION,
        key: operator().public(),
        server_time_ms: 0,
        recipe: recipe(),
        origin_peers: Vec::new(),
        manifest_sequence: 0,
    }
}
