//! The coordinator that is measured: a real process on a data folder of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use http_body_util::{BodyExt as _, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use woolgather_machines::{Machine, PostgresServer, coordinator_url};
use woolgather_protocol::{PublicKey, Recipe, paths};

use crate::filling;
use crate::ledger::Place;

/// How long a coordinator may take to listen.
const PATIENCE: Duration = Duration::from_secs(60);

/// Which database it stands on.
pub(crate) enum Ground {
    /// An SQLite file in the data folder.
    Sqlite,
    /// A server started for this.
    Postgres(PostgresServer),
}

/// A coordinator, running or not.
pub(crate) struct Subject {
    program: PathBuf,
    folder: tempfile::TempDir,
    ground: Ground,
    /// The same at every start, so that volunteers find it again.
    listen: String,
    machine: Option<Machine>,
}

impl Subject {
    /// Founds a flock with so many work units to lease, and starts the coordinator.
    pub(crate) fn found(
        program: &Path,
        ground: Ground,
        recipe: &Recipe,
        units: u64,
    ) -> anyhow::Result<Self> {
        let mut subject = Self {
            program: program.to_owned(),
            folder: tempfile::tempdir()?,
            ground,
            listen: free_address()?.to_string(),
            machine: None,
        };
        let recipe = serde_json::to_vec(recipe)?;
        std::fs::write(subject.recipe(), recipe)?;
        subject.start()?;
        subject.stop()?;
        match &subject.ground {
            Ground::Sqlite => filling::sqlite(&subject.data().join("woolgather.sqlite"), units)?,
            Ground::Postgres(server) => filling::postgres(&server.address(), units)?,
        }
        subject.start()?;
        Ok(subject)
    }

    fn recipe(&self) -> PathBuf {
        self.folder.path().join("recipe.json")
    }

    /// Its data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Starts it and returns how long it took until it listened.
    pub(crate) fn start(&mut self) -> anyhow::Result<Duration> {
        // The file of an earlier start would be believed.
        let _ = std::fs::remove_file(self.data().join("listen.txt"));
        let recipe = self.recipe();
        let recipe = recipe.to_str().context("a folder with an odd name")?;
        let mut args = vec![
            "serve",
            "--listen",
            &self.listen,
            "--origin-listen",
            "127.0.0.1:0",
        ];
        args.extend(["--recipe", recipe, "--starter-sheep", "2", "--no-edges"]);
        // What is measured is volunteers' audits, so the coordinator has patience with them.
        args.extend(["--audit-patience", "24h"]);
        // A volunteer here does the work of hundreds.
        args.extend(["--requests-per-device", "0"]);
        let store = match &self.ground {
            Ground::Sqlite => None,
            Ground::Postgres(server) => Some(server.address()),
        };
        if let Some(store) = &store {
            args.extend(["--store", store]);
        }
        let begun = std::time::Instant::now();
        let machine = Machine::start(&self.program, &args, &self.data())?;
        coordinator_url(&machine, &self.data(), PATIENCE)?;
        self.machine = Some(machine);
        Ok(begun.elapsed())
    }

    /// Asks it to end and waits for it.
    pub(crate) fn stop(&mut self) -> anyhow::Result<()> {
        match self.machine.take() {
            Some(machine) => machine.terminate(),
            None => Ok(()),
        }
    }

    /// Ends it as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        if let Some(machine) = self.machine.take() {
            machine.kill();
        }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> anyhow::Result<SocketAddr> {
        let text = std::fs::read_to_string(self.data().join("listen.txt"))?;
        let host = text.trim().trim_start_matches("http://");
        Ok(host.parse()?)
    }

    /// Its key.
    pub(crate) async fn key(&self) -> anyhow::Result<PublicKey> {
        let info: Value = serde_json::from_slice(&get(self.address()?, paths::INFO).await?)?;
        let key = info["key"]
            .as_str()
            .context("a coordinator without a key")?;
        Ok(key.parse()?)
    }

    /// Where its store is, for somebody who reads it from outside.
    pub(crate) fn place(&self) -> Place {
        match &self.ground {
            Ground::Sqlite => Place::File(self.data().join("woolgather.sqlite")),
            Ground::Postgres(server) => Place::Server(server.address()),
        }
    }

    /// Memory it holds, in bytes.
    pub(crate) fn memory(&self) -> anyhow::Result<u64> {
        let machine = self.machine.as_ref().context("it is not running")?;
        let status = std::fs::read_to_string(format!("/proc/{}/status", machine.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        Ok(1024 * kilobytes.unwrap_or(0_u64))
    }
}

/// An address nobody listens on now.
fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Asks an unsigned question.
pub(crate) async fn get(address: SocketAddr, path: &str) -> anyhow::Result<Bytes> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::get(path)
        .header("host", "coordinator")
        .body(Empty::<Bytes>::new())?;
    let response = sender.send_request(request).await?;
    Ok(response.into_body().collect().await?.to_bytes())
}
