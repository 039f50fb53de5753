//! A PostgreSQL server of a test's own: real, local, gone when dropped.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};

/// Where Debian keeps the programs of every version.
const VERSIONS: &str = "/usr/lib/postgresql";
/// Whom the server runs as where the caller is root, which it refuses to be.
const USER: &str = "postgres";
/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a waiting caller looks.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A running server; it listens on a socket in a temporary folder and trusts whoever reaches it.
#[derive(Debug)]
pub struct PostgresServer {
    server: Child,
    folder: tempfile::TempDir,
}

impl PostgresServer {
    /// Makes a database cluster in a temporary folder and starts a server on it, with the
    /// durability it ships with.
    ///
    /// # Errors
    ///
    /// When PostgreSQL is not installed or does not start; the message holds what it wrote.
    pub fn start() -> anyhow::Result<Self> {
        let programs = programs()?;
        let folder = tempfile::tempdir()?;
        let owner = owner()?;
        let data = folder.path().join("data");
        std::fs::create_dir(&data)?;
        if let Some((user, group)) = owner {
            chown(folder.path(), Some(user), Some(group))?;
            chown(&data, Some(user), Some(group))?;
        }
        let mut made = command(&programs.join("initdb"), owner);
        made.args(["-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C", "-D"]);
        let made = made.arg(&data).output().context("initdb did not start")?;
        ensure!(
            made.status.success(),
            "initdb: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        let server = spawn(folder.path())?;
        let mut server = Self { server, folder };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// Ends the server as `kill -9` does, and starts it again on what is on disk.
    ///
    /// # Errors
    ///
    /// When it does not start again; the message holds what it wrote.
    pub fn crash(&mut self) -> anyhow::Result<()> {
        self.server.kill()?;
        self.server.wait()?;
        self.server = spawn(self.folder.path())?;
        self.wait_until_ready()
    }

    fn wait_until_ready(&mut self) -> anyhow::Result<()> {
        let ready = programs()?.join("pg_isready");
        let begun = Instant::now();
        while !self.answers(&ready)? {
            if begun.elapsed() > PATIENCE {
                let log = self.folder.path().join("log");
                bail!("postgres: {}", std::fs::read_to_string(log)?);
            }
            std::thread::sleep(LOOK_EVERY);
            // After a crash it does not start before the last of the old processes has ended.
            if self.server.try_wait()?.is_some() {
                self.server = spawn(self.folder.path())?;
            }
        }
        Ok(())
    }

    /// What a client connects to.
    #[must_use]
    pub fn address(&self) -> String {
        let socket = self.folder.path().display();
        format!("host={socket} user={USER} dbname=postgres")
    }

    fn answers(&self, ready: &Path) -> anyhow::Result<bool> {
        let mut asked = Command::new(ready);
        asked.arg("-q").arg("-h").arg(self.folder.path());
        Ok(asked
            .status()
            .context("pg_isready did not start")?
            .success())
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        // Nothing of it is kept, so it need not end well.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Starts a server on the cluster in `folder`.
fn spawn(folder: &Path) -> anyhow::Result<Child> {
    let log = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join("log"))?;
    command(&programs()?.join("postgres"), owner()?)
        .arg("-D")
        .arg(folder.join("data"))
        .arg("-k")
        .arg(folder)
        .args(["-c", "listen_addresses=", "-c", "max_connections=200"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .context("postgres did not start")
}

/// The folder with the newest version's programs.
fn programs() -> anyhow::Result<PathBuf> {
    let missing = || format!("PostgreSQL is not installed: there is no {VERSIONS}");
    let versions = std::fs::read_dir(VERSIONS).with_context(missing)?;
    let mut found: Vec<(u32, PathBuf)> = versions
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, programs)| programs.join("postgres").exists())
        .collect();
    found.sort_unstable();
    let (_, newest) = found.pop().with_context(missing)?;
    Ok(newest)
}

/// User and group to run as; `None` for the caller's own.
fn owner() -> anyhow::Result<Option<(u32, u32)>> {
    let number = |what: &[&str]| -> anyhow::Result<u32> {
        let said = Command::new("id").args(what).output()?;
        let said = String::from_utf8_lossy(&said.stdout);
        said.trim()
            .parse()
            .with_context(|| format!("id {what:?}: {said}"))
    };
    if number(&["-u"])? != 0 {
        return Ok(None);
    }
    Ok(Some((number(&["-u", USER])?, number(&["-g", USER])?)))
}

fn command(program: &Path, owner: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    if let Some((user, group)) = owner {
        command.uid(user).gid(group);
    }
    // Its working folder must be one that it may enter.
    command.current_dir("/");
    command
}
