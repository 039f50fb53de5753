//! A device: a key that signs requests, and what a worker and an auditor do.

use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use woolgather_coordinator::clock::Clock;
use woolgather_protocol::audit::{AuditReport, encode_means};
use woolgather_protocol::signing::{self, Nonce, RequestToSign};
use woolgather_protocol::submission::{Preamble, Receipt, WorkUnitState, WorkUnitStatus};
use woolgather_protocol::work::{DeviceKind, Lease, LeaseRequest, LeaseResponse, Task, WorkUnit};
use woolgather_protocol::{
    Blake3, DeviceSecret, Problem, ProblemKind, PublicKey, WorkUnitId, paths,
};
use woolgather_render_kernel::Planes;

use super::TestCoordinator;
use super::segments;

/// A device that talks to one coordinator.
pub(crate) struct Device {
    secret: DeviceSecret,
    coordinator: PublicKey,
    url: String,
    clock: std::sync::Arc<woolgather_coordinator::clock::MockClock>,
    http: reqwest::Client,
}

/// A signed request, ready to be sent (more than once, by a test of replays).
#[derive(Clone)]
pub(crate) struct SignedRequest {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

static NONCES: AtomicU64 = AtomicU64::new(0);

impl Device {
    pub(super) fn new(coordinator: &TestCoordinator, key: u8) -> Self {
        Self {
            secret: DeviceSecret::from_bytes(&[key; 32]),
            coordinator: coordinator.app.public_key(),
            url: coordinator.url.clone(),
            clock: coordinator.clock.clone(),
            http: reqwest::Client::new(),
        }
    }

    /// Its public key.
    pub(crate) fn key(&self) -> PublicKey {
        self.secret.public()
    }

    /// Signs a request, now and with a fresh nonce.
    pub(crate) fn sign(&self, method: Method, path: &str, body: Vec<u8>) -> SignedRequest {
        self.sign_at(self.clock.now_ms(), method, path, body)
    }

    /// Signs a request as if it were another time.
    pub(crate) fn sign_at(
        &self,
        time_ms: i64,
        method: Method,
        path: &str,
        body: Vec<u8>,
    ) -> SignedRequest {
        let mut nonce = [0; 16];
        let number = NONCES.fetch_add(1, Ordering::Relaxed);
        nonce[..8].copy_from_slice(&number.to_le_bytes());
        let request = RequestToSign {
            method: method.as_str(),
            path,
            coordinator: &self.coordinator,
            time_ms,
            nonce: Nonce(nonce),
            body: Blake3::of(&body),
        };
        let headers = vec![
            (signing::HEADER_KEY, self.key().to_string()),
            (signing::HEADER_TIME, time_ms.to_string()),
            (signing::HEADER_NONCE, request.nonce.to_string()),
            (signing::HEADER_BODY, request.body.to_string()),
            (
                signing::HEADER_SIGNATURE,
                request.sign(&self.secret).to_string(),
            ),
        ];
        SignedRequest {
            method,
            path: path.to_owned(),
            headers,
            body,
        }
    }

    /// Sends a signed request.
    pub(crate) async fn send(&self, request: SignedRequest) -> reqwest::Response {
        let url = format!("{}{}", self.url, request.path);
        let mut sent = self.http.request(request.method, url).body(request.body);
        for (name, value) in request.headers {
            sent = sent.header(name, value);
        }
        sent.send().await.unwrap()
    }

    /// Sends a signed request with a JSON body.
    pub(crate) async fn send_json(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> reqwest::Response {
        let body = serde_json::to_vec(body).unwrap();
        self.send(self.sign(method, path, body)).await
    }

    /// POSTs JSON and reads the answer, which must be good.
    pub(crate) async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> T {
        good(self.send_json(Method::POST, path, body).await).await
    }

    /// Asks for as much work as there is.
    pub(crate) async fn lease(&self) -> LeaseResponse {
        let request = LeaseRequest {
            seconds_wanted: 3600,
            samples_per_second: 1e9,
            units_max: 64,
            devices: Vec::new(),
        };
        self.post(paths::LEASES, &request).await
    }

    /// Asks for work and returns the first lease on a segment.
    pub(crate) async fn lease_segment(&self) -> (Lease, WorkUnit) {
        let leases = self.lease().await.leases;
        let mut leases = leases.into_iter().map(|lease| self.open(lease));
        leases
            .find(|(_, work)| work.task == Task::Segment)
            .expect("a segment to render")
    }

    /// Opens a lease's work with the coordinator's key.
    pub(crate) fn open(&self, lease: Lease) -> (Lease, WorkUnit) {
        let work = lease.work.open(&self.coordinator).unwrap();
        (lease, work)
    }

    /// Hands in `body` for a lease, and waits until it is checked if it was taken.
    pub(crate) async fn submit(&self, lease: &Lease, body: Vec<u8>) -> reqwest::Response {
        let path = paths::submission(&lease.id);
        let response = self.send(self.sign(Method::PUT, &path, body)).await;
        if response.status().is_success() {
            let work = lease.work.open(&self.coordinator).unwrap();
            self.wait_for_check(&work.id).await;
        }
        response
    }

    async fn wait_for_check(&self, work_unit: &WorkUnitId) {
        let url = format!("{}{}", self.url, paths::work_unit(work_unit));
        for _ in 0..1000 {
            let answer = self.http.get(&url).send().await.unwrap();
            let status: WorkUnitStatus = good(answer).await;
            if status.state != WorkUnitState::Submitted {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("nobody checks {work_unit}");
    }

    /// Renders (in a manner of speaking) and hands in every segment there is.
    pub(crate) async fn render_everything(&self) {
        self.render_everything_as(honest).await;
    }

    /// Hands in what `render` makes of every segment there is.
    pub(crate) async fn render_everything_as(&self, render: impl Fn(&WorkUnit) -> Vec<u8>) {
        loop {
            let leases = self.lease().await.leases;
            let work = leases.into_iter().map(|lease| self.open(lease));
            let segments: Vec<_> = work
                .filter(|(_, work)| work.task == Task::Segment)
                .collect();
            if segments.is_empty() {
                return;
            }
            for (lease, work) in segments {
                let receipt: Receipt = good(self.submit(&lease, render(&work)).await).await;
                assert!(!receipt.duplicate);
            }
        }
    }

    /// Does whatever there is to do, with these answers.
    pub(crate) async fn do_everything_as(
        &self,
        render: impl Fn(&WorkUnit) -> Vec<u8>,
        audit: impl Fn(&WorkUnit, u32) -> AuditReport,
    ) {
        loop {
            let leases = self.lease().await.leases;
            if leases.is_empty() {
                return;
            }
            for lease in leases {
                let (lease, work) = self.open(lease);
                let _: Receipt = match work.task {
                    Task::Segment => good(self.submit(&lease, render(&work)).await).await,
                    Task::Audit { frame } => {
                        let path = paths::audit(&lease.id);
                        let report = audit(&work, frame);
                        good(self.send_json(Method::PUT, &path, &report).await).await
                    }
                };
            }
        }
    }

    /// Reports on the audits it is given, and gives everything else back.
    pub(crate) async fn audit_some_as(&self, audit: impl Fn(&WorkUnit, u32) -> AuditReport) {
        for lease in self.lease().await.leases {
            let (lease, work) = self.open(lease);
            if let Task::Audit { frame } = work.task {
                let path = paths::audit(&lease.id);
                let report = audit(&work, frame);
                let response = self.send_json(Method::PUT, &path, &report).await;
                let _: Receipt = good(response).await;
            } else {
                self.give_back(&lease).await;
            }
        }
    }

    /// Gives a lease back.
    pub(crate) async fn give_back(&self, lease: &Lease) {
        let path = paths::lease(&lease.id);
        let answer = self
            .send(self.sign(Method::DELETE, &path, Vec::new()))
            .await;
        assert!(answer.status().is_success());
    }

    /// Audits every frame there is to audit, honestly.
    pub(crate) async fn audit_everything(&self) {
        self.audit_everything_as(|work, frame| report(&segments::planes(&work.recipe, frame)))
            .await;
    }

    /// Hands in what `audit` makes of every frame there is to audit. Returns the audits' names and
    /// frames.
    pub(crate) async fn audit_everything_as(
        &self,
        audit: impl Fn(&WorkUnit, u32) -> AuditReport,
    ) -> Vec<(WorkUnitId, u32)> {
        let mut audited = Vec::new();
        loop {
            let leases = self.lease().await.leases;
            if leases.is_empty() {
                return audited;
            }
            for lease in leases {
                let (lease, work) = self.open(lease);
                let Task::Audit { frame } = work.task else {
                    panic!("everything was rendered before");
                };
                let path = paths::audit(&lease.id);
                let report = audit(&work, frame);
                let response = self.send_json(Method::PUT, &path, &report).await;
                let _: Receipt = good(response).await;
                audited.push((work.id, frame));
            }
        }
    }
}

/// The submission of an honest worker, if frames were what [`segments::planes`] says.
pub(crate) fn honest(work: &WorkUnit) -> Vec<u8> {
    let segment = segments::segment(&work.recipe, work.first_frame, work.frame_count);
    submission(work, &segment)
}

/// A submission of this segment, with the digests of honest frames.
pub(crate) fn submission(work: &WorkUnit, segment: &[u8]) -> Vec<u8> {
    let frames = work.first_frame..work.first_frame + work.frame_count;
    let frames: Vec<_> = frames
        .map(|frame| segments::planes(&work.recipe, frame))
        .collect();
    submission_of(&frames, segment)
}

/// A submission of this segment, with the digests of these frames.
pub(crate) fn submission_of(frames: &[Planes], segment: &[u8]) -> Vec<u8> {
    submission_drawn_by(DeviceKind::Cpu, frames, segment)
}

/// The same, drawn by a device of this kind.
pub(crate) fn submission_drawn_by(
    drawn_by: DeviceKind,
    frames: &[Planes],
    segment: &[u8],
) -> Vec<u8> {
    let preamble = Preamble {
        segment_bytes: segment.len() as u64,
        segment: Blake3::of(segment),
        frames: frames.iter().map(|frame| Blake3(frame.digest())).collect(),
        render_ms: 10,
        drawn_by,
    };
    [preamble.to_bytes(), segment.to_vec()].concat()
}

/// The report of an auditor who rendered this frame.
pub(crate) fn report(planes: &Planes) -> AuditReport {
    let means = planes.block_means();
    AuditReport {
        frame: Blake3(planes.digest()),
        luma: encode_means(&means.luma),
        chroma_blue: encode_means(&means.chroma_blue),
        chroma_red: encode_means(&means.chroma_red),
        render_ms: 5,
        drawn_by: DeviceKind::Cpu,
    }
}

/// Reads a good answer.
pub(crate) async fn good<T: DeserializeOwned>(response: reqwest::Response) -> T {
    let status = response.status();
    let text = response.text().await.unwrap();
    assert!(status.is_success(), "{status}: {text}");
    serde_json::from_str(&text).unwrap()
}

/// Reads a refusal of this kind.
pub(crate) async fn refused(response: reqwest::Response, kind: ProblemKind) -> Problem {
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
    let status = response.status().as_u16();
    let problem: Problem = response.json().await.unwrap();
    assert_eq!(problem.kind, kind, "{problem}");
    assert_eq!(status, kind.status());
    problem
}
