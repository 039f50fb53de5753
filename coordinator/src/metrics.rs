//! What an operator's monitoring reads: counters and gauges, in OpenMetrics text.
//!
//! Counters go up where things happen. Gauges are set when somebody asks, from the store and the
//! tracker, so that nothing has to be kept in step. Labels come from fixed sets only (route
//! patterns, problem kinds): no address, key or id ever becomes one.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use woolgather_protocol::ProblemKind;

/// Content type of [`Metrics::to_text`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A request by where it went and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabels {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabels {
    state: &'static str,
}

/// All metrics of the program.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    request_seconds: Histogram,
    refusals: Family<KindLabels, Counter>,
    submissions: Counter,
    submission_bytes: Counter,
    http_clip_bytes: Counter,
    announces: Counter,
    blobs_discarded: Counter,
    blobs_erased: Counter,
    work_units: Family<StateLabels, Gauge>,
    active_workers: Gauge,
    tracker_peers: Gauge,
    origin_bytes: Gauge,
    leads: Gauge,
}

/// What gauges are set to when somebody asks.
#[derive(Debug, Clone, Default)]
pub struct Readings {
    /// Work units by state.
    pub work_units: Vec<(&'static str, u64)>,
    /// Devices heard of lately.
    pub active_workers: u64,
    /// Peers the tracker holds.
    pub tracker_peers: u64,
    /// Bytes the origin seeder has uploaded over BitTorrent since start.
    pub origin_bytes: u64,
    /// Whether this coordinator leads those that serve the flock.
    pub leads: bool,
}

impl Metrics {
    /// Everything at zero.
    #[must_use]
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("woolgather");
        let mut counter = |name, help| {
            let counter = Counter::default();
            registry.register(name, help, counter.clone());
            counter
        };
        let submissions = counter("submissions", "Submissions taken");
        let submission_bytes = counter("submission_bytes", "Bytes of submissions taken");
        let http_clip_bytes = counter("clip_http_bytes", "Bytes of clips given over HTTP");
        let announces = counter("tracker_announces", "Announces answered");
        let blobs_discarded = counter("blobs_discarded", "Blobs put aside since no row needs them");
        let blobs_erased = counter("blobs_erased", "Discarded blobs that were removed");
        let mut gauge = |name, help| {
            let gauge = Gauge::default();
            registry.register(name, help, gauge.clone());
            gauge
        };
        let active_workers = gauge("active_workers", "Devices heard of in the last minutes");
        let tracker_peers = gauge("tracker_peers", "Peers the tracker holds");
        let origin_bytes = gauge(
            "origin_upload_bytes",
            "Bytes the origin seeder has given over BitTorrent since start",
        );
        let leads = gauge(
            "leader",
            "1 if this coordinator leads those that serve the flock",
        );
        let requests = Family::default();
        registry.register(
            "http_requests",
            "Requests by route and status",
            requests.clone(),
        );
        let refusals = Family::default();
        registry.register(
            "refusals",
            "Refused requests by problem kind",
            refusals.clone(),
        );
        let work_units = Family::default();
        registry.register("work_units", "Work units by state", work_units.clone());
        // 1 ms to 32 s.
        let request_seconds = Histogram::new(exponential_buckets(0.001, 2.0, 16));
        registry.register_with_unit(
            "http_request_duration",
            "Time from a request's head to its answer's head",
            Unit::Seconds,
            request_seconds.clone(),
        );
        Self {
            registry,
            requests,
            request_seconds,
            refusals,
            submissions,
            submission_bytes,
            http_clip_bytes,
            announces,
            blobs_discarded,
            blobs_erased,
            work_units,
            active_workers,
            tracker_peers,
            origin_bytes,
            leads,
        }
    }

    /// A request was answered; `route` is its pattern, not its path.
    pub fn request(&self, route: &str, status: u16, seconds: f64) {
        let labels = RequestLabels {
            route: route.to_owned(),
            status,
        };
        self.requests.get_or_create(&labels).inc();
        self.request_seconds.observe(seconds);
    }

    /// A request was refused.
    pub fn refusal(&self, kind: ProblemKind) {
        let kind = kind.as_str();
        self.refusals.get_or_create(&KindLabels { kind }).inc();
    }

    /// A submission was taken.
    pub fn submission(&self, bytes: u64) {
        self.submissions.inc();
        self.submission_bytes.inc_by(bytes);
    }

    /// A part of a clip went out over HTTP.
    pub fn clip_bytes(&self, bytes: u64) {
        self.http_clip_bytes.inc_by(bytes);
    }

    /// Bytes of clips that went out over HTTP since start.
    #[must_use]
    pub fn clip_bytes_given(&self) -> u64 {
        self.http_clip_bytes.get()
    }

    /// An announce was answered.
    pub fn announce(&self) {
        self.announces.inc();
    }

    /// Blobs that no row needs were put aside, others removed.
    pub fn collected(&self, discarded: u64, erased: u64) {
        self.blobs_discarded.inc_by(discarded);
        self.blobs_erased.inc_by(erased);
    }

    /// Everything as OpenMetrics text, with the gauges set to `readings`.
    ///
    /// # Panics
    ///
    /// Never in practice: writing to a `String` does not fail.
    #[must_use]
    pub fn to_text(&self, readings: &Readings) -> String {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        for &(state, count) in &readings.work_units {
            let gauge = self.work_units.get_or_create(&StateLabels { state });
            gauge.set(number(count));
        }
        self.active_workers.set(number(readings.active_workers));
        self.tracker_peers.set(number(readings.tracker_peers));
        self.origin_bytes.set(number(readings.origin_bytes));
        self.leads.set(i64::from(readings.leads));
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing to a string does not fail");
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_can_be_read_by_monitoring() {
        let metrics = Metrics::new();
        metrics.request("/api/v1/leases", 200, 0.01);
        metrics.refusal(ProblemKind::TooLarge);
        metrics.submission(1000);
        let readings = Readings {
            work_units: vec![("ready", 3)],
            active_workers: 2,
            ..Readings::default()
        };
        let text = metrics.to_text(&readings);
        for line in [
            r#"woolgather_http_requests_total{route="/api/v1/leases",status="200"} 1"#,
            r#"woolgather_refusals_total{kind="too-large"} 1"#,
            "woolgather_submission_bytes_total 1000",
            r#"woolgather_work_units{state="ready"} 3"#,
            "woolgather_active_workers 2",
            "woolgather_http_request_duration_seconds_count 1",
            "# EOF",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
