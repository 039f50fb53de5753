//! A coordinator whose key is known, and every call to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use reqwest::{Client, Method};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use url::Url;
use woolgather_protocol::audit::AuditReport;
use woolgather_protocol::entries::{Entry, EntryRequest};
use woolgather_protocol::info::{CoordinatorInfo, Device, DeviceRequest, PROTOCOL_VERSION};
use woolgather_protocol::manifest::{Manifest, ManifestClip};
use woolgather_protocol::people::{LinkAnswer, LinkRequest};
use woolgather_protocol::submission::{self, Preamble, Receipt, WorkUnitStatus};
use woolgather_protocol::votes::{Ballot, BallotRequest, Vote, VoteReceipt};
use woolgather_protocol::work::{LeaseRequest, LeaseResponse};
use woolgather_protocol::{
    DeviceSecret, LeaseId, ProblemKind, PublicKey, Signed, WorkUnitId, limits, paths,
};

use crate::error::ApiError;
use crate::limited::{self, JSON_ANSWER_BYTES_MAX};
use crate::request::{Call, Signer, address, now_ms};

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an answer may send nothing.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// A coordinator: its address, its key, and the device that talks to it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Coordinator(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    http: Client,
    url: Url,
    info: CoordinatorInfo,
    secret: Option<DeviceSecret>,
    clock_ahead_ms: AtomicI64,
}

/// A segment to hand in.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Digests and lengths.
    pub preamble: Preamble,
    /// The encoded frames.
    pub segment: Vec<u8>,
}

/// Version and system: the status page says for which of them it does not work.
fn user_agent() -> String {
    let (version, os, arch) = (
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
    );
    format!("woolgather/{version} ({os} {arch})")
}

impl Coordinator {
    /// Asks the coordinator at `url` who it is and keeps to that, also to the address it redirects
    /// to.
    ///
    /// `secret` is the device's key, needed for every call that changes something; `pinned` is the
    /// coordinator's key from an earlier contact.
    ///
    /// # Errors
    ///
    /// [`ApiError::ForeignKey`] when the key is not the pinned one, [`ApiError::Version`] when it
    /// speaks another version, [`ApiError::Address`] when `url` is no web address,
    /// [`ApiError::Network`] when nobody answers.
    pub async fn connect(
        url: Url,
        secret: Option<DeviceSecret>,
        pinned: Option<PublicKey>,
    ) -> Result<Self, ApiError> {
        let http = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .user_agent(user_agent())
            .build()?;
        let (info, url) = fetch_info(&http, &url).await?;
        if let Some(pinned) = pinned {
            check_key(pinned, info.key)?;
        }
        let clock_ahead_ms = AtomicI64::new(clock_ahead_ms(&info));
        Ok(Self(Arc::new(Inner {
            http,
            url,
            info,
            secret,
            clock_ahead_ms,
        })))
    }

    /// What the coordinator said of itself when it was first asked.
    #[must_use]
    pub fn info(&self) -> &CoordinatorInfo {
        &self.0.info
    }

    /// What the coordinator says of itself now.
    ///
    /// # Errors
    ///
    /// As any call; [`ApiError::ForeignKey`] when it is another coordinator now.
    pub async fn ask_info(&self) -> Result<CoordinatorInfo, ApiError> {
        let (info, _) = fetch_info(&self.0.http, &self.0.url).await?;
        check_key(self.0.info.key, info.key)?;
        Ok(info)
    }

    /// The full address of one of [`paths`].
    #[must_use]
    pub fn address(&self, path: &str) -> Url {
        address(&self.0.url, path)
    }

    pub(crate) fn http(&self) -> &Client {
        &self.0.http
    }

    /// Introduces the device, or changes its volunteer's name.
    ///
    /// # Errors
    ///
    /// As any signed call.
    pub async fn register(&self, volunteer: &str) -> Result<Device, ApiError> {
        let request = DeviceRequest {
            volunteer: limits::clean_name(volunteer),
        };
        self.post(paths::DEVICES, &request).await
    }

    /// Asks for work. Asking again returns the leases still held.
    ///
    /// # Errors
    ///
    /// As any signed call.
    pub async fn lease(&self, request: &LeaseRequest) -> Result<LeaseResponse, ApiError> {
        self.post(paths::LEASES, request).await
    }

    /// Gives a lease back.
    ///
    /// # Errors
    ///
    /// As any signed call.
    pub async fn give_back(&self, lease: &LeaseId) -> Result<(), ApiError> {
        self.signed(Method::DELETE, &paths::lease(lease), "", Vec::new())
            .await?;
        Ok(())
    }

    /// Hands a segment in. The receipt means that it is on the coordinator's disk.
    ///
    /// # Errors
    ///
    /// [`ApiError::Problem`] says why it was refused.
    pub async fn submit(
        &self,
        lease: &LeaseId,
        submission: &Submission,
    ) -> Result<Receipt, ApiError> {
        let mut body = submission.preamble.to_bytes();
        body.extend_from_slice(&submission.segment);
        let path = paths::submission(lease);
        let response = self
            .signed(Method::PUT, &path, submission::CONTENT_TYPE, body)
            .await?;
        limited::json(response, JSON_ANSWER_BYTES_MAX).await
    }

    /// Hands an audit's result in.
    ///
    /// # Errors
    ///
    /// As any signed call.
    pub async fn audit(&self, lease: &LeaseId, report: &AuditReport) -> Result<Receipt, ApiError> {
        let body = json_bytes(report);
        let response = self
            .signed(Method::PUT, &paths::audit(lease), JSON, body)
            .await?;
        limited::json(response, JSON_ANSWER_BYTES_MAX).await
    }

    /// What became of a work unit this device handed in.
    ///
    /// # Errors
    ///
    /// As any call.
    pub async fn work_unit(&self, id: &WorkUnitId) -> Result<WorkUnitStatus, ApiError> {
        let mut path = paths::work_unit(id);
        if let Some(secret) = &self.0.secret {
            path = format!("{path}?device={}", secret.public());
        }
        self.get_json(&path, JSON_ANSWER_BYTES_MAX).await
    }

    /// The newest manifest, with its signature checked against the coordinator's key, both as it
    /// was received (to keep) and opened.
    ///
    /// # Errors
    ///
    /// [`ApiError::Unsigned`] when it is not the coordinator's, [`ApiError::ForeignKey`] when it
    /// names another one.
    pub async fn manifest(&self) -> Result<(Signed<Manifest>, Manifest), ApiError> {
        let signed: Signed<Manifest> = self
            .get_json(paths::MANIFEST, limits::MANIFEST_BYTES_MAX)
            .await?;
        let manifest = signed.open(&self.0.info.key)?;
        check_key(self.0.info.key, manifest.coordinator)?;
        Ok((signed, manifest))
    }

    /// The torrent of a clip, unchecked: compare its info hash with the manifest's.
    ///
    /// # Errors
    ///
    /// As any call.
    pub async fn torrent(&self, clip: &ManifestClip) -> Result<Vec<u8>, ApiError> {
        let response = self.get(&paths::torrent(&clip.id, clip.version)).await?;
        limited::bytes(response, limits::TORRENT_BYTES_MAX).await
    }

    /// Asks for a ballot.
    ///
    /// # Errors
    ///
    /// As any signed call; `no-ballot` while there is nothing to vote on.
    pub async fn ballot(&self, request: &BallotRequest) -> Result<Ballot, ApiError> {
        self.post(paths::BALLOTS, request).await
    }

    /// Answers a ballot.
    ///
    /// # Errors
    ///
    /// As any signed call; spent and expired ballots have kinds of their own.
    pub async fn vote(&self, vote: &Vote) -> Result<VoteReceipt, ApiError> {
        self.post(paths::VOTES, vote).await
    }

    /// Offers a genome.
    ///
    /// # Errors
    ///
    /// `genome-refused` says where the genome is at fault.
    pub async fn offer(&self, entry: &EntryRequest) -> Result<Entry, ApiError> {
        self.post(paths::ENTRIES, entry).await
    }

    /// Asks whose the device is, or changes that.
    ///
    /// # Errors
    ///
    /// As any signed call; `unknown-code`, `linked-already`, `not-linked` say what stands in the way.
    pub async fn link(&self, request: &LinkRequest) -> Result<LinkAnswer, ApiError> {
        self.post(paths::LINK, request).await
    }

    async fn get(&self, path: &str) -> Result<reqwest::Response, ApiError> {
        Call::get(&self.0.url, path).send(&self.0.http).await
    }

    async fn get_json<T: DeserializeOwned>(
        &self,
        path: &str,
        bytes_max: u64,
    ) -> Result<T, ApiError> {
        limited::json(self.get(path).await?, bytes_max).await
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        request: &impl Serialize,
    ) -> Result<T, ApiError> {
        let response = self
            .signed(Method::POST, path, JSON, json_bytes(request))
            .await?;
        limited::json(response, JSON_ANSWER_BYTES_MAX).await
    }

    /// Sends a signed request; when the clocks have drifted apart, sets ours and sends it again.
    async fn signed(
        &self,
        method: Method,
        path: &str,
        content_type: &'static str,
        body: Vec<u8>,
    ) -> Result<reqwest::Response, ApiError> {
        let inner = &*self.0;
        let secret = inner.secret.as_ref().ok_or(ApiError::NoKey)?;
        let signer = || Signer {
            secret,
            coordinator: &inner.info.key,
            clock_ahead_ms: inner.clock_ahead_ms.load(Ordering::Relaxed),
        };
        let mut call = Call {
            method,
            base: &inner.url,
            path,
            content_type,
            body,
            signer: Some(signer()),
        };
        match call.send(&inner.http).await {
            Err(ApiError::Problem(problem)) if problem.kind == ProblemKind::StaleSignature => {
                let info = self.ask_info().await?;
                inner
                    .clock_ahead_ms
                    .store(clock_ahead_ms(&info), Ordering::Relaxed);
                call.signer = Some(signer());
                call.send(&inner.http).await
            }
            outcome => outcome,
        }
    }
}

const JSON: &str = "application/json";

fn json_bytes(request: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(request).expect("requests are plain structs")
}

/// What the coordinator at `url` says of itself, and the address that this came from in the end.
async fn fetch_info(http: &Client, url: &Url) -> Result<(CoordinatorInfo, Url), ApiError> {
    let response = Call::get(url, paths::INFO).send(http).await?;
    let base = base_of(response.url()).unwrap_or_else(|| url.clone());
    let body = limited::bytes(response, limits::JSON_BYTES_MAX).await?;
    Ok((read_info(&body)?, base))
}

/// The coordinator's address, from that of its info.
fn base_of(url: &Url) -> Option<Url> {
    let mut base = url.clone();
    base.set_path(url.path().strip_suffix(paths::INFO)?);
    Some(base)
}

/// Reads the version first: another version may say the rest in another way.
fn read_info(body: &[u8]) -> Result<CoordinatorInfo, ApiError> {
    #[derive(Deserialize)]
    struct Version {
        protocol_version: u32,
    }
    let unreadable = |error: serde_json::Error| ApiError::Answer(error.to_string());
    let Version { protocol_version } = serde_json::from_slice(body).map_err(unreadable)?;
    if protocol_version != PROTOCOL_VERSION {
        return Err(ApiError::Version {
            theirs: protocol_version,
            ours: PROTOCOL_VERSION,
        });
    }
    serde_json::from_slice(body).map_err(unreadable)
}

fn check_key(pinned: PublicKey, found: PublicKey) -> Result<(), ApiError> {
    if pinned == found {
        Ok(())
    } else {
        Err(ApiError::ForeignKey { pinned, found })
    }
}

/// The coordinator's clock minus ours, ms. Whatever it says is a number we can live with: a wrong
/// one makes signatures stale.
fn clock_ahead_ms(info: &CoordinatorInfo) -> i64 {
    info.server_time_ms.saturating_sub(now_ms())
}
