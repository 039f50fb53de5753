//! What is told of what happens: log lines for people or programs, traces for a collector.
//!
//! Log lines go to standard error, as `RUST_LOG` says. Traces are spans: one for each request, and
//! within it one for each step that takes time. They are made only where a collector wants them, and
//! are sent in the background; a collector that is away costs nothing but the traces.

use anyhow::Context as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer};
use url::Url;

use crate::cli::{LogArgs, LogFormat};

/// What is logged unless `RUST_LOG` says otherwise: our own news, and others' warnings.
const LOG_DEFAULT: &str = "warn,woolgather_coordinator=info";
/// Whose spans are traces.
const TRACED: &str = "woolgather_coordinator";
/// How a collector calls us.
const SERVICE: &str = "woolgather-coordinator";
/// Where a collector takes traces (OTLP/HTTP).
const TRACES_PATH: &str = "v1/traces";

/// Logging under way.
#[derive(Debug)]
pub struct Logging {
    traces: Option<SdkTracerProvider>,
}

impl Logging {
    /// Starts logging, and traces where a collector is named; these are sent by tasks of `runtime`.
    ///
    /// # Errors
    ///
    /// When the collector's address cannot be one.
    pub fn start(args: &LogArgs, runtime: &Handle) -> anyhow::Result<Self> {
        let sent = args.otlp.as_ref().map(|url| exporter(url, runtime));
        let traces = sent.transpose()?;
        let spans = traces.as_ref().map(|provider| {
            tracing_opentelemetry::layer()
                .with_tracer(provider.tracer(SERVICE))
                .with_filter(Targets::new().with_target(TRACED, LevelFilter::DEBUG))
        });
        let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
        let lines = match args.log_format {
            LogFormat::Text => lines.boxed(),
            LogFormat::Json => lines.json().flatten_event(true).boxed(),
        };
        tracing_subscriber::registry()
            .with(lines.with_filter(filter()))
            .with(spans)
            .init();
        Ok(Self { traces })
    }

    /// Sends what is left. Not from within the runtime: it waits for it.
    pub fn finish(self) {
        if let Some(traces) = self.traces
            && let Err(error) = traces.shutdown()
        {
            tracing::warn!(%error, "Some traces were not sent: {error}");
        }
    }
}

/// Starts logging for people, without traces.
pub fn start_plain() {
    tracing_subscriber::fmt()
        .with_env_filter(filter())
        .with_writer(std::io::stderr)
        .init();
}

fn filter() -> EnvFilter {
    EnvFilter::try_from_default_env().unwrap_or_else(|_| LOG_DEFAULT.into())
}

fn exporter(collector: &Url, runtime: &Handle) -> anyhow::Result<SdkTracerProvider> {
    let mut url = collector.clone();
    let path = format!("{}/{TRACES_PATH}", url.path().trim_end_matches('/'));
    url.set_path(&path);
    let client = Sender {
        http: reqwest::Client::builder().build()?,
        runtime: runtime.clone(),
    };
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(client)
        .with_endpoint(url.as_str())
        .build()
        .with_context(|| format!("--otlp {collector} cannot be a collector's address"))?;
    let resource = Resource::builder().with_service_name(SERVICE).build();
    Ok(SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(resource)
        .build())
}

/// The HTTP client that the exporter's own thread uses: requests are sent by the runtime, which that
/// thread has none of.
#[derive(Debug)]
struct Sender {
    http: reqwest::Client,
    runtime: Handle,
}

#[async_trait::async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let http = self.http.clone();
        let sent = self.runtime.spawn(async move {
            let answer = http.execute(request.try_into()?).await?;
            let status = answer.status();
            let mut response = Response::new(answer.bytes().await?);
            *response.status_mut() = status;
            Ok::<_, HttpError>(response)
        });
        sent.await?
    }
}
