//! An S3-compatible server of a test's own: real, local, gone when dropped.
//!
//! It is the s3s project's server over a temporary folder, on a thread with a runtime of its own, so
//! that a test may kill its coordinator and keep the bucket. Signatures are checked. What is put is
//! not forced to disk: this server outlives those that are killed.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::thread::JoinHandle;

use anyhow::Context as _;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// The server's only bucket.
pub const BUCKET: &str = "flock";
/// Who may use it, as AWS calls it.
pub const ACCESS_KEY_ID: &str = "woolgather";
/// The secret that goes with it; it protects nothing.
pub const SECRET_ACCESS_KEY: &str = "for-tests-only";

/// A server with one empty bucket.
#[derive(Debug)]
pub struct BucketServer {
    folder: tempfile::TempDir,
    address: SocketAddr,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl BucketServer {
    /// Starts a server on a free port of the loopback address.
    ///
    /// # Errors
    ///
    /// When the system gives no folder, port or thread.
    pub fn start() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::create_dir(folder.path().join(BUCKET))?;
        let mut server = Self {
            folder,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            running: None,
        };
        server.come_back()?;
        Ok(server)
    }

    /// Its address, for `--s3-endpoint`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The bucket's address, for `--blobs`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("s3://{BUCKET}/blobs")
    }

    /// Variables of the environment that a program needs to use it.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, &'static str); 3] {
        [
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID),
            ("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY),
            ("AWS_REGION", "us-east-1"),
        ]
    }

    /// Where the bucket's objects lie as files, named by their keys.
    #[must_use]
    pub fn objects(&self) -> PathBuf {
        self.folder.path().join(BUCKET)
    }

    /// Stops answering and breaks every connection; what was put stays.
    pub fn go_away(&mut self) {
        if let Some(running) = self.running.take() {
            // The thread may have ended by itself.
            let _ = running.stop.send(());
            let _ = running.thread.join();
        }
    }

    /// Answers again, at the same address.
    ///
    /// # Errors
    ///
    /// When somebody else has the port by now.
    pub fn come_back(&mut self) -> anyhow::Result<()> {
        let listener = std::net::TcpListener::bind(self.address).context("no port for S3")?;
        listener.set_nonblocking(true)?;
        self.address = listener.local_addr()?;
        let files = FileSystem::new(self.folder.path());
        let files = files.map_err(|error| anyhow::anyhow!("s3s-fs: {error:?}"))?;
        let mut builder = S3ServiceBuilder::new(files);
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY_ID, SECRET_ACCESS_KEY));
        let service = builder.build();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("s3".into());
        let thread = thread.spawn(move || {
            // Whatever is under way ends with the runtime.
            runtime.block_on(async {
                tokio::select! {
                    () = serve(listener, service) => {}
                    _ = stopped => {}
                }
            });
        })?;
        self.running = Some(Running { stop, thread });
        Ok(())
    }
}

impl Drop for BucketServer {
    fn drop(&mut self) {
        self.go_away();
    }
}

async fn serve(listener: std::net::TcpListener, service: S3Service) {
    let Ok(listener) = TcpListener::from_std(listener) else {
        return;
    };
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let connection =
            http1::Builder::new().serve_connection(TokioIo::new(stream), service.clone());
        // A client that hangs up is its own affair.
        tokio::spawn(async move { drop(connection.await) });
    }
}
