//! The coordinators that are measured: real processes, each on a data folder of its own.

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
use woolgather_bucket::BucketServer;
use woolgather_machines::{Machine, PostgresServer, coordinator_url};
use woolgather_protocol::{PublicKey, Recipe, paths};

use crate::filling;
use crate::ledger::Place;

/// How long a coordinator may take to listen.
const PATIENCE: Duration = Duration::from_secs(60);

/// What coordinators stand on.
pub(crate) struct Ground {
    /// A PostgreSQL server started for this; without one it is an SQLite file in the data folder.
    pub(crate) postgres: Option<PostgresServer>,
    /// A store of blobs started for this; without one it is the data folder.
    pub(crate) bucket: Option<BucketServer>,
}

impl Ground {
    /// What `serve` must be told.
    fn options(&self) -> Vec<String> {
        let mut options = Vec::new();
        if let Some(server) = &self.postgres {
            options.extend(["--store".into(), server.address()]);
        }
        if let Some(bucket) = &self.bucket {
            options.extend(["--blobs".into(), bucket.url()]);
            options.extend(["--s3-endpoint".into(), bucket.endpoint()]);
            options.push("--s3-allow-http".into());
        }
        options
    }
}

/// The coordinators that are measured, on one ground. The first founds the flock; most measurements
/// have no other.
pub(crate) struct Subject {
    ground: Ground,
    folder: tempfile::TempDir,
    program: PathBuf,
    size: Size,
    coordinators: Vec<Coordinator>,
    /// What each program finds in its environment beside.
    environment: Vec<(&'static str, String)>,
}

/// One coordinator, running or not.
struct Coordinator {
    data: PathBuf,
    /// The same at every start, so that volunteers find it again.
    listen: SocketAddr,
    machine: Option<Machine>,
}

impl Subject {
    /// Founds a flock with so many sheep and work units to lease, and starts so many coordinators.
    pub(crate) fn found(
        program: &Path,
        ground: Ground,
        recipe: &Recipe,
        size: Size,
    ) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let coordinators = (0..size.coordinators).map(|number| {
            Ok(Coordinator {
                data: folder.path().join(format!("data-{number}")),
                listen: free_address()?,
                machine: None,
            })
        });
        let mut subject = Self {
            coordinators: coordinators.collect::<anyhow::Result<_>>()?,
            ground,
            folder,
            program: program.to_owned(),
            size,
            environment: Vec::new(),
        };
        let recipe = serde_json::to_vec(recipe)?;
        std::fs::write(subject.recipe(), recipe)?;
        subject.start_one(0)?;
        subject.stop()?;
        match &subject.ground.postgres {
            None => filling::sqlite(&subject.data().join("woolgather.sqlite"), size.units)?,
            Some(server) => filling::postgres(&server.address(), size.units)?,
        }
        for number in 0..size.coordinators {
            subject.start_one(number)?;
        }
        Ok(subject)
    }

    fn recipe(&self) -> PathBuf {
        self.folder.path().join("recipe.json")
    }

    /// The first coordinator's data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.coordinators[0].data.clone()
    }

    /// Starts the first coordinator and returns how long it took until it listened.
    pub(crate) fn start(&mut self) -> anyhow::Result<Duration> {
        self.start_one(0)
    }

    /// Starts a coordinator and returns how long it took until it listened.
    pub(crate) fn start_one(&mut self, number: usize) -> anyhow::Result<Duration> {
        let word = |path: &Path| path.to_str().map(str::to_owned);
        let odd = "a folder with an odd name";
        let mut args = vec!["serve".to_owned()];
        let listen = self.coordinators[number].listen.to_string();
        args.extend(["--listen".into(), listen]);
        args.extend(["--origin-listen".into(), "127.0.0.1:0".into()]);
        args.extend(["--recipe".into(), word(&self.recipe()).context(odd)?]);
        args.extend(["--starter-sheep".into(), self.size.sheep.to_string()]);
        args.push("--no-edges".into());
        args.extend(self.size.serve.iter().map(|&word| word.to_owned()));
        // A volunteer here does the work of hundreds.
        args.extend(["--requests-per-device".into(), "0".into()]);
        if self.coordinators.len() > 1 {
            let key = self.folder.path().join("coordinator.key");
            args.extend(["--key-file".into(), word(&key).context(odd)?]);
        }
        args.extend(self.ground.options());
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let environment = self.ground.bucket.as_ref().map(BucketServer::environment);
        let mut environment = environment.map_or_else(Vec::new, |pairs| pairs.to_vec());
        let more = self.environment.iter();
        environment.extend(more.map(|(name, value)| (*name, value.as_str())));
        let coordinator = &mut self.coordinators[number];
        // The file of an earlier start would be believed.
        let _ = std::fs::remove_file(coordinator.data.join("listen.txt"));
        let begun = std::time::Instant::now();
        let machine = Machine::start_with(&self.program, &args, &coordinator.data, &environment)?;
        coordinator_url(&machine, &coordinator.data, PATIENCE)?;
        coordinator.machine = Some(machine);
        Ok(begun.elapsed())
    }

    /// Gives programs that are started from now on these variables as well.
    pub(crate) fn surround(&mut self, environment: Vec<(&'static str, String)>) {
        self.environment = environment;
    }

    /// A folder beside the data folders, on the same disk.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Why a coordinator has ended that was to run, if one has.
    pub(crate) fn ended(&self) -> Option<anyhow::Error> {
        let machines = self.coordinators.iter();
        let mut machines = machines.filter_map(|coordinator| coordinator.machine.as_ref());
        machines.find_map(|machine| machine.must_run().err())
    }

    /// The last that the first coordinator has logged.
    pub(crate) fn log_end(&self) -> String {
        let machine = self.coordinators[0].machine.as_ref();
        machine.map(Machine::log_end).unwrap_or_default()
    }

    /// Asks all of them to end and waits for it.
    pub(crate) fn stop(&mut self) -> anyhow::Result<()> {
        for coordinator in &mut self.coordinators {
            if let Some(machine) = coordinator.machine.take() {
                machine.terminate()?;
            }
        }
        Ok(())
    }

    /// Ends the first as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        self.kill_one(0);
    }

    /// Ends one as `kill -9` does.
    pub(crate) fn kill_one(&mut self, number: usize) {
        if let Some(machine) = self.coordinators[number].machine.take() {
            machine.kill();
        }
    }

    /// Ends the database's server as `kill -9` does, and starts it again.
    pub(crate) fn crash_database(&mut self) -> anyhow::Result<()> {
        let server = self.ground.postgres.as_mut();
        server.context("there is no server")?.crash()
    }

    /// Where the first listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.coordinators[0].listen
    }

    /// Where all of them listen.
    pub(crate) fn addresses(&self) -> Vec<SocketAddr> {
        let coordinators = self.coordinators.iter();
        coordinators.map(|coordinator| coordinator.listen).collect()
    }

    /// The key that all of them sign with.
    pub(crate) async fn key(&self) -> anyhow::Result<PublicKey> {
        let info: Value = serde_json::from_slice(&get(self.address(), paths::INFO).await?)?;
        let key = info["key"]
            .as_str()
            .context("a coordinator without a key")?;
        Ok(key.parse()?)
    }

    /// Where its store is, for somebody who reads it from outside.
    pub(crate) fn place(&self) -> Place {
        match &self.ground.postgres {
            None => Place::File(self.data().join("woolgather.sqlite")),
            Some(server) => Place::Server(server.address()),
        }
    }

    /// The files of the bucket, if the blobs are in one.
    pub(crate) fn objects(&self) -> Option<PathBuf> {
        let bucket = self.ground.bucket.as_ref()?;
        Some(bucket.objects().join("blobs"))
    }

    /// The first coordinator's process.
    pub(crate) fn process(&self) -> anyhow::Result<u32> {
        let machine = self.coordinators[0].machine.as_ref();
        Ok(machine.context("it is not running")?.id())
    }

    /// The most memory that any of them holds, in bytes.
    pub(crate) fn memory(&self) -> anyhow::Result<u64> {
        let mut most = 0;
        for coordinator in &self.coordinators {
            let machine = coordinator.machine.as_ref().context("it is not running")?;
            most = most.max(memory_of(machine.id())?);
        }
        Ok(most)
    }
}

/// Memory of a process, in bytes.
fn memory_of(process: u32) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
    Ok(1024 * kilobytes.unwrap_or(0_u64))
}

/// How much there is of everything.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// Coordinators.
    pub(crate) coordinators: usize,
    /// Sheep, each with a loop of four frames.
    pub(crate) sheep: u32,
    /// Work units to lease beside those of the loops.
    pub(crate) units: u64,
    /// What `serve` is told beside that.
    pub(crate) serve: &'static [&'static str],
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
