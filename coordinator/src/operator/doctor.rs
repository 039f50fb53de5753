//! `doctor`: what keeps a coordinator from working, one line each, with what to do about it.
//!
//! It takes the options of `serve`, looks and changes nothing but the database's schema, which the
//! next start would bring up to date too. It may run beside the coordinator, and then looks at that
//! from outside as well.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use tokio::net::{TcpListener, TcpStream};
use url::{Host, Url};
use woolgather_protocol::info::CoordinatorInfo;
use woolgather_protocol::signing::CLOCK_SKEW_MAX_MS;
use woolgather_protocol::{PublicKey, paths};

use crate::blobs::{BlobPlace, Blobs};
use crate::checks;
use crate::cli::ServeArgs;
use crate::clock::{Clock as _, SystemClock};
use crate::config::Config;
use crate::http::admission::free_bytes;
use crate::keys::{self, IfMissing};
use crate::serve::{LISTEN_FILE, OTHER_FILES};
use crate::store::{Place, Store};

/// How long anything on the network may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What one look found.
enum Finding {
    /// As it should be.
    Good(String),
    /// It works, but not as well as it could.
    Odd { what: String, mend: String },
    /// It does not work.
    Bad { what: String, mend: String },
}

use Finding::Good;

fn odd(what: impl Into<String>, mend: impl Into<String>) -> Finding {
    let (what, mend) = (what.into(), mend.into());
    Finding::Odd { what, mend }
}

fn bad(what: impl Into<String>, mend: impl Into<String>) -> Finding {
    let (what, mend) = (what.into(), mend.into());
    Finding::Bad { what, mend }
}

/// Looks at everything and prints a line for each.
///
/// # Errors
///
/// When something does not work, so that the program exits with 1; or when the options are wrong.
pub async fn doctor(args: ServeArgs) -> anyhow::Result<()> {
    let config = Config::from_args(args)?;
    let mut failed = 0;
    for (about, finding) in look(&config).await {
        match finding {
            Good(what) => println!("ok    {about}: {what}"),
            Finding::Odd { what, mend } => println!("odd   {about}: {what}. {mend}"),
            Finding::Bad { what, mend } => {
                failed += 1;
                println!("BAD   {about}: {what}. {mend}");
            }
        }
    }
    anyhow::ensure!(failed == 0, "{failed} of these must be mended");
    Ok(())
}

async fn look(config: &Config) -> Vec<(&'static str, Finding)> {
    let mut found = vec![
        ("data folder", data_folder(&config.data)),
        ("free space", free_space(config)),
        ("open files", open_files(config)),
        ("key", key(&config.key_file)),
        ("database", database(config).await),
        ("blobs", blobs(config).await),
        ("clock", clock(config)),
        ("decoder", decoder(config).await),
        ("listening", listening(config).await),
        ("seeding", seeding(config).await),
    ];
    found.extend(from_outside(config).await);
    found
}

fn data_folder(data: &Path) -> Finding {
    let shown = data.display();
    if !data.exists() {
        let parent = data
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        return match parent.is_dir() {
            true => Good(format!("{shown} is made at the first start")),
            false => bad(
                format!("{shown} lies in a folder that is not there"),
                format!("Make {} or name another with --data.", parent.display()),
            ),
        };
    }
    let probe = data.join("doctor.tmp");
    match std::fs::write(&probe, b"?").and_then(|()| std::fs::remove_file(&probe)) {
        Ok(()) => Good(format!("{shown} can be written")),
        Err(error) => bad(
            format!("{shown} cannot be written ({error})"),
            "Give it to the user that runs the coordinator.",
        ),
    }
}

fn free_space(config: &Config) -> Finding {
    let place = if config.data.exists() {
        config.data.as_path()
    } else {
        Path::new(".")
    };
    let gigabytes = |bytes: u64| bytes as f64 / f64::from(1 << 30);
    let Some(free) = free_bytes(place) else {
        return odd("the system does not say", "Watch it yourself.");
    };
    let (leases, uploads) = (
        config.admission.lease_free_bytes_min,
        config.admission.upload_free_bytes_min,
    );
    let what = format!("{:.1} GiB", gigabytes(free));
    if free < uploads {
        let mend = format!(
            "Nothing is taken below {:.1} GiB (--free-space-uploads): make room.",
            gigabytes(uploads)
        );
        return bad(what, mend);
    }
    if free < leases {
        let mend = format!(
            "No work is handed out below {:.1} GiB (--free-space-leases): make room.",
            gigabytes(leases)
        );
        return bad(what, mend);
    }
    if free < leases.saturating_mul(2) {
        return odd(what, "It will be short soon.");
    }
    Good(what)
}

fn open_files(config: &Config) -> Finding {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit};
        let wanted = config.connections.connections_max as u64 + OTHER_FILES;
        if let Some(most) = getrlimit(Resource::Nofile).maximum
            && most < wanted
        {
            return odd(
                format!("{most} are allowed, {wanted} could be used"),
                "Raise the limit (LimitNOFILE= of the service) or lower --connections.",
            );
        }
    }
    Good(format!(
        "enough for {} connections",
        config.connections.connections_max
    ))
}

fn key(path: &Path) -> Finding {
    if !path.exists() {
        return Good("made at the first start".into());
    }
    match own_key(path) {
        Err(error) => bad(
            format!("{error:#}"),
            "Restore it from a backup; a new one cuts off every client.",
        ),
        Ok(key) => {
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                let mode = std::fs::metadata(path).map(|file| file.permissions().mode());
                if mode.is_ok_and(|mode| mode & 0o077 != 0) {
                    return odd(
                        "others on this machine may read it",
                        format!("chmod 600 {}", path.display()),
                    );
                }
            }
            Good(format!("{} can be read", key.short()))
        }
    }
}

/// The key, if there is one; none is made.
fn own_key(path: &Path) -> anyhow::Result<PublicKey> {
    anyhow::ensure!(path.exists(), "there is no key yet");
    Ok(keys::key_in(path, IfMissing::Fail)?.public())
}

/// Whether blobs can be stored; where they lie in a folder, that it is there.
async fn blobs(config: &Config) -> Finding {
    let (place, data) = (config.blobs.clone(), config.data.clone());
    if matches!(place, BlobPlace::Folder) && !data.join("blobs").exists() {
        return Good("made at the first start".into());
    }
    let opened = Blobs::open_beside(&place, &data);
    let asked = tokio::task::spawn_blocking(move || opened?.answers());
    let said = match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(said)) => said.map_err(|error| error.to_string()),
        Ok(Err(_)) | Err(_) => Err("they do not answer".to_owned()),
    };
    match (said, place) {
        (Ok(()), _) => Good("something can be stored".into()),
        (Err(why), BlobPlace::Folder) => {
            let mend = "Give the folder to the user that runs the coordinator.";
            bad(
                format!("{} cannot be written ({why})", data.join("blobs").display()),
                mend,
            )
        }
        (Err(why), BlobPlace::Bucket(_)) => {
            bad(why, "Check --blobs, --s3-endpoint and the AWS_… variables.")
        }
    }
}

async fn database(config: &Config) -> Finding {
    if let Place::Folder(folder) = &config.store
        && !folder.join("woolgather.sqlite").exists()
    {
        return Good("made at the first start".into());
    }
    let place = config.store.clone();
    let behind = tokio::task::spawn_blocking(move || Store::migrations_missing(&place));
    match tokio::time::timeout(PATIENCE, behind).await {
        Ok(Ok(Ok(missing))) if missing > 0 => {
            return odd(
                format!("its schema is {missing} migrations behind this program's"),
                "The next `serve` brings it up to date; make a backup before.",
            );
        }
        // What is wrong is said below.
        _ => {}
    }
    let opened = async {
        let store = Store::open(
            config.store.clone(),
            std::sync::Arc::new(SystemClock),
            keys::fresh_bytes()?,
        );
        let store = store.await.context("it cannot be opened")?;
        let flock = store.flock().await.context("there is no flock in it")?;
        let status = store.status().await.context("it cannot be read")?;
        anyhow::Ok((flock, status))
    };
    match tokio::time::timeout(PATIENCE, opened).await {
        Err(_) => bad(
            "it does not answer",
            "Is the server reachable, or the disk broken?",
        ),
        Ok(Err(error)) => bad(
            format!("{error:#}"),
            "Check --store and who may use it, or restore a backup.",
        ),
        Ok(Ok((flock, status))) if status.jobs_failed > 0 => odd(
            format!(
                "\"{}\", {} jobs were given up",
                flock.name, status.jobs_failed
            ),
            "The log says why.",
        ),
        Ok(Ok((flock, status))) => Good(format!(
            "\"{}\", {} sheep, {} clips",
            flock.name, status.live_sheep, status.live_clips
        )),
    }
}

/// Without a network there is only this to compare with: nothing can have been written later than now.
fn clock(config: &Config) -> Finding {
    let written = ["woolgather.sqlite-wal", "woolgather.sqlite", LISTEN_FILE]
        .iter()
        .filter_map(|file| {
            std::fs::metadata(config.data.join(file))
                .ok()?
                .modified()
                .ok()
        })
        .max();
    match written.and_then(|written| written.duration_since(SystemTime::now()).ok()) {
        Some(ahead) if ahead > Duration::from_secs(60) => bad(
            format!(
                "the data folder was written {} s in the future",
                ahead.as_secs()
            ),
            "Set the clock (timedatectl set-ntp true): leases and signatures go by it.",
        ),
        _ => Good("not before what was written last".into()),
    }
}

/// Has a segment decoded as a volunteer's would be.
async fn decoder(config: &Config) -> Finding {
    match checks::try_decoder(&config.recipe).await {
        Ok(()) => Good("a child process decodes a segment".into()),
        Err(error) => bad(
            format!("a child process does not decode a segment ({error:#})"),
            "May this user start processes and filter their system calls, and is there memory? See the \
             log.",
        ),
    }
}

async fn listening(config: &Config) -> Finding {
    port(config.listen, "--listen").await
}

async fn seeding(config: &Config) -> Finding {
    let finding = port(config.origin_listen, "--origin-listen").await;
    let Good(what) = finding else {
        return finding;
    };
    for peer in &config.origin_public {
        let connected = tokio::time::timeout(PATIENCE, TcpStream::connect(peer)).await;
        if !connected.is_ok_and(|connected| connected.is_ok()) {
            return odd(
                format!("{what}, but nobody answers at {peer}"),
                "Is the coordinator running, and the port open in the firewall?",
            );
        }
    }
    Good(what)
}

/// Whether an address can be listened on, or is already.
async fn port(address: SocketAddr, option: &str) -> Finding {
    match TcpListener::bind(address).await {
        Ok(_) => Good(format!("{address} is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Good(format!(
            "{address} is in use, by the coordinator if it runs"
        )),
        Err(error) => bad(
            format!("{address} cannot be listened on ({error})"),
            format!("Choose another with {option}."),
        ),
    }
}

/// The coordinator as its clients see it.
async fn from_outside(config: &Config) -> Vec<(&'static str, Finding)> {
    let local = std::fs::read_to_string(config.data.join(LISTEN_FILE));
    let running = local.ok().and_then(|text| text.trim().parse::<Url>().ok());
    let running = match running {
        Some(url) if ask(&url).await.is_ok() => true,
        _ => return vec![("public address", not_running(config))],
    };
    let Some(url) = config.public_url.clone().filter(|_| running) else {
        let finding = if config.listen.ip().is_loopback() {
            Good("none: only this machine can reach it".into())
        } else {
            odd("none", "Others need one: give it with --public-url.")
        };
        return vec![("public address", finding)];
    };
    let info = match ask(&url).await {
        Ok(info) => info,
        Err(error) => {
            let mend =
                "Check name, certificate, proxy and firewall; the proxy must pass all paths on.";
            return vec![("public address", bad(format!("{url} ({error:#})"), mend))];
        }
    };
    vec![
        ("public address", judge(config, &url, &info)),
        ("time at the public address", skew(&info)),
        ("tracker", tracker(&url).await),
    ]
}

fn not_running(config: &Config) -> Finding {
    let what = match &config.public_url {
        Some(url) => format!("{url} was not tried: the coordinator does not run"),
        None => "not tried: the coordinator does not run".into(),
    };
    odd(what, "Start it, and ask again.")
}

fn judge(config: &Config, url: &Url, info: &CoordinatorInfo) -> Finding {
    match own_key(&config.key_file) {
        Ok(own) if own != info.key => bad(
            format!("another coordinator answers at {url}"),
            "Does the proxy lead to this one?",
        ),
        _ if url.scheme() == "http" && !is_local(url) => odd(
            format!("{url} is not encrypted"),
            "Put a proxy with a certificate in front, and name it with https://.",
        ),
        _ => Good(format!("{url} leads here")),
    }
}

fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_private(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn skew(info: &CoordinatorInfo) -> Finding {
    let apart_ms = info.server_time_ms.abs_diff(SystemClock.now_ms());
    if apart_ms > CLOCK_SKEW_MAX_MS.unsigned_abs() {
        return bad(
            format!("{} s from this machine's", apart_ms / 1000),
            "Set both clocks (timedatectl set-ntp true).",
        );
    }
    Good(format!("{apart_ms} ms from this machine's"))
}

async fn tracker(url: &Url) -> Finding {
    match fetch(url, paths::ANNOUNCE).await {
        // A question without an info hash is refused in bencode, which shows that it is the tracker.
        Ok(answer) if answer.starts_with(b"d") => Good("answers".into()),
        Ok(_) => bad(
            "something else answers at /announce",
            "The proxy must pass /announce and /scrape on.",
        ),
        Err(error) => bad(
            format!("{error:#}"),
            "The proxy must pass /announce and /scrape on.",
        ),
    }
}

async fn ask(url: &Url) -> anyhow::Result<CoordinatorInfo> {
    let answer = fetch(url, paths::INFO).await?;
    serde_json::from_slice(&answer).context("what answers there is no coordinator")
}

async fn fetch(url: &Url, path: &str) -> anyhow::Result<Vec<u8>> {
    let http = reqwest::Client::builder().timeout(PATIENCE).build()?;
    let answer = http.get(url.join(path)?).send().await?;
    Ok(answer.bytes().await?.to_vec())
}
