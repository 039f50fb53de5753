//! End-to-end tests: real processes, real sockets, kill -9, other people's BitTorrent clients.
//!
//! The tests are in `tests/`; here is what they share: a [`Grid`], which is a coordinator with a
//! folder for every machine around it. Every machine has a loopback port of its own, so that bytes can be
//! told apart by where they came from. Nothing leaves the loopback range.
//!
//! The programs must have been built (`cargo build --workspace --bins`; `cargo xtask test` does).

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use sha2::{Digest as _, Sha256};
use woolgather_machines::{Machine, coordinator_url};
use woolgather_protocol::info::{CoordinatorInfo, Device, DeviceRequest};
use woolgather_protocol::manifest::{Manifest, ManifestClip};
use woolgather_protocol::recipe::Encoder;
use woolgather_protocol::signing::{self, Nonce, RequestToSign};
use woolgather_protocol::{Blake3, DeviceSecret, Recipe, Signed, paths};

/// How long anything may take on a busy two-core machine before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(180);

/// A coordinator, and folders for the machines around it.
#[derive(Debug)]
pub struct Grid {
    folder: tempfile::TempDir,
    options: Vec<String>,
    coordinator: Machine,
    /// `http://127.0.0.1:PORT`
    pub url: String,
}

impl Grid {
    /// Founds a flock of one starter sheep with `recipe` and starts its coordinator; `options` are
    /// further options of `serve`.
    ///
    /// # Errors
    ///
    /// When the coordinator does not come up.
    pub fn start(recipe: &Recipe, options: &[&str]) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("recipe.json");
        std::fs::write(&file, serde_json::to_vec(recipe)?)?;
        let file = file
            .to_str()
            .context("a temporary folder with an odd name")?;
        let fixed = [
            "--recipe",
            file,
            "--starter-sheep",
            "1",
            "--origin-listen",
            "127.0.0.1:0",
            "--no-edges",
        ];
        let options = fixed
            .iter()
            .chain(options)
            .map(|&option| option.to_owned())
            .collect::<Vec<_>>();
        let (coordinator, url) = serve(folder.path(), "127.0.0.1:0", &options)?;
        Ok(Self {
            folder,
            options,
            coordinator,
            url,
        })
    }

    /// Kills the coordinator as `kill -9` does and starts it again at the same address.
    ///
    /// # Errors
    ///
    /// When it does not come up again.
    pub fn kill_and_restart(&mut self) -> anyhow::Result<()> {
        self.coordinator.kill();
        let listen = self.url.trim_start_matches("http://").to_owned();
        let (coordinator, url) = serve(self.folder.path(), &listen, &self.options)?;
        self.coordinator = coordinator;
        self.url = url;
        Ok(())
    }

    /// The folder of the machine with this name.
    #[must_use]
    pub fn machine(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The operator's command `woolgather-coordinator ARGS --data …`, run to its end.
    ///
    /// # Errors
    ///
    /// When it fails.
    pub fn operator(&self, args: &[&str]) -> anyhow::Result<String> {
        let output = std::process::Command::new(program("woolgather-coordinator")?)
            .args(args)
            .arg("--data")
            .arg(self.machine("coordinator"))
            .output()?;
        if !output.status.success() {
            bail!("{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Starts `woolgather COMMAND --coordinator URL --json …` on the machine with this name.
    ///
    /// # Errors
    ///
    /// When the process cannot be started.
    pub fn client(&self, name: &str, command: &str, options: &[&str]) -> anyhow::Result<Machine> {
        let mut args = vec![command, "--coordinator", &self.url, "--json"];
        args.extend(options);
        Machine::start(&program("woolgather")?, &args, &self.machine(name))
    }

    /// Starts a machine that fetches and shares.
    ///
    /// # Errors
    ///
    /// When the process cannot be started.
    pub fn sharer(&self, name: &str, options: &[&str]) -> anyhow::Result<Machine> {
        let fixed = ["--agree", "--listen", "127.0.0.1:0", "--poll", "1"];
        self.client(name, "sync", &[&fixed, options].concat())
    }

    /// Starts a worker with one thread.
    ///
    /// # Errors
    ///
    /// When the process cannot be started.
    pub fn worker(&self, name: &str) -> anyhow::Result<Machine> {
        self.client(name, "work", &["--name", name, "--threads", "1"])
    }

    /// What the coordinator says of itself.
    ///
    /// # Errors
    ///
    /// When it does not answer.
    pub async fn info(&self) -> anyhow::Result<CoordinatorInfo> {
        Ok(self.get(paths::INFO).await?.json().await?)
    }

    /// The newest manifest, its signature checked.
    ///
    /// # Errors
    ///
    /// When there is none, or it is not signed by the coordinator's key.
    pub async fn manifest(&self) -> anyhow::Result<Manifest> {
        let key = self.info().await?.key;
        let signed: Signed<Manifest> = self.get(paths::MANIFEST).await?.json().await?;
        Ok(signed.open(&key)?)
    }

    /// GET, with any refusal as an error.
    ///
    /// # Errors
    ///
    /// When there is no answer or it is a refusal.
    pub async fn get(&self, path: &str) -> anyhow::Result<reqwest::Response> {
        Ok(reqwest::get(format!("{}{path}", self.url))
            .await?
            .error_for_status()?)
    }

    /// What the coordinator holds about the device of a machine, asked with the machine's own key.
    ///
    /// # Errors
    ///
    /// When the machine has no key, or the coordinator refuses.
    pub async fn device(&self, name: &str) -> anyhow::Result<Device> {
        let key = std::fs::read(self.machine(name).join("device.key"))?;
        let secret = DeviceSecret::from_bytes(&key.try_into().ok().context("a damaged key")?);
        let info = self.info().await?;
        let request = DeviceRequest {
            volunteer: name.to_owned(),
        };
        let body = serde_json::to_vec(&request)?;
        let nonce: [u8; 16] = Sha256::digest(info.server_time_ms.to_le_bytes())[..16].try_into()?;
        let to_sign = RequestToSign {
            method: "POST",
            path: paths::DEVICES,
            coordinator: &info.key,
            time_ms: info.server_time_ms,
            nonce: Nonce(nonce),
            body: Blake3::of(&body),
        };
        let response = reqwest::Client::new()
            .post(format!("{}{}", self.url, paths::DEVICES))
            .header("content-type", "application/json")
            .header(signing::HEADER_KEY, secret.public().to_string())
            .header(signing::HEADER_TIME, to_sign.time_ms.to_string())
            .header(signing::HEADER_NONCE, to_sign.nonce.to_string())
            .header(signing::HEADER_BODY, to_sign.body.to_string())
            .header(signing::HEADER_SIGNATURE, to_sign.sign(&secret).to_string())
            .body(body)
            .send()
            .await?;
        Ok(response.error_for_status()?.json().await?)
    }

    /// Waits until a clip is published; `machines` must keep running meanwhile.
    ///
    /// # Errors
    ///
    /// When none is within [`PATIENCE`], or a machine stops.
    pub async fn published(&self, machines: &[&Machine]) -> anyhow::Result<ManifestClip> {
        let start = Instant::now();
        loop {
            if let Some(clip) = self.manifest().await?.clips.into_iter().next() {
                return Ok(clip);
            }
            for machine in machines {
                machine.must_run()?;
            }
            if start.elapsed() > PATIENCE {
                bail!("no clip was published within {PATIENCE:?}");
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

/// A recipe small enough for a test: three segments of four frames.
#[must_use]
pub fn tiny_recipe() -> Recipe {
    Recipe {
        width: 192,
        height: 108,
        loop_frames: 12,
        edge_frames: 12,
        segment_frames: 4,
        quality: 20.0,
        temporal_samples: 2,
        ..Recipe::small()
    }
}

/// The tiny recipe with nearly no compression, so that a clip has many pieces.
#[must_use]
pub fn bulky_recipe() -> Recipe {
    Recipe {
        width: 512,
        height: 288,
        quality: 5.0,
        encoder: Encoder::rav1e(10, 8),
        ..tiny_recipe()
    }
}

fn serve(folder: &Path, listen: &str, options: &[String]) -> anyhow::Result<(Machine, String)> {
    let data = folder.join("coordinator");
    std::fs::remove_file(data.join("listen.txt")).ok();
    let mut args = vec!["serve", "--listen", listen];
    args.extend(options.iter().map(String::as_str));
    let machine = Machine::start(&program("woolgather-coordinator")?, &args, &data)?;
    let url = coordinator_url(&machine, &data, PATIENCE)?;
    Ok((machine, url))
}

/// Where a program of ours lies that was built beside this test.
///
/// # Errors
///
/// When it was not built.
pub fn program(name: &str) -> anyhow::Result<PathBuf> {
    let test = std::env::current_exe()?;
    let folder = test
        .ancestors()
        .nth(2)
        .context("a test outside a target folder")?;
    let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if !program.exists() {
        bail!(
            "{} is not built: cargo build --workspace --bins",
            program.display()
        );
    }
    Ok(program)
}

/// A program of the system's, or an error with the line that installs it.
///
/// # Errors
///
/// When it is not there.
pub fn system_program(name: &str, package: &str) -> anyhow::Result<std::process::Command> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if std::env::split_paths(&path).any(|folder| folder.join(name).is_file()) {
        return Ok(std::process::Command::new(name));
    }
    bail!("{name} is missing: apt-get install -y --no-install-recommends {package}")
}
