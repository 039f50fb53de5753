//! Several coordinators on one database and one bucket, killed in turns under load, and the database
//! too in the end: what one has acknowledged the others know, and the flock goes on.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use hyper::Method;
use serde_json::Value;
use tokio::task::JoinHandle;
use woolgather_protocol::info::{Device, DeviceRequest};
use woolgather_protocol::manifest::Manifest;
use woolgather_protocol::{Blake3, ProblemKind, PublicKey, paths};

use crate::figures::{Times, draw, ms};
use crate::frames::{Answers, recipe};
use crate::ledger::{self, Ledger};
use crate::subject::{Subject, get};
use crate::volunteer::{Told, Volunteer};
use crate::wire::{Answer, Wire};

/// Coordinators.
pub(crate) const COORDINATORS: usize = 2;
/// Sheep of the flock. All but the last sheep's loop are finished, joined and published meanwhile.
pub(crate) const SHEEP: u32 = 6;
/// The longest that a coordinator lives between two kills, and is gone then, ms.
const LIFE_MAX_MS: u64 = 2_000;
const GONE_MAX_MS: u64 = 1_000;
/// How long anything may take that must happen; nothing is measured by it.
const PATIENCE: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// The same for what takes a while and costs something to look at.
const LOOK_SELDOM_EVERY: Duration = Duration::from_millis(500);

/// How often, and by how many watched.
#[derive(Debug, Args)]
pub(crate) struct SeveralOptions {
    /// How often a coordinator is killed, the leader every other time.
    #[arg(long, default_value_t = 40)]
    pub(crate) kills: u32,
    /// Volunteers at work meanwhile, each at both coordinators in turns.
    #[arg(long, default_value_t = 32)]
    pub(crate) volunteers: u64,
    /// Decides the moments.
    #[arg(long, default_value_t = 1)]
    pub(crate) rng_seed: u64,
}

/// What was seen.
#[derive(Default)]
struct Seen {
    takeovers: Times,
    starts: Times,
    replays: u64,
    manifests: u64,
    newest_manifest: u64,
}

/// Kills, looks, and prints what was found.
///
/// # Errors
///
/// When anything acknowledged is missing, paid twice or taken twice, when a flock stands still while
/// a coordinator is there, or when manifests disagree.
pub(crate) async fn run(subject: &mut Subject, options: &SeveralOptions) -> anyhow::Result<()> {
    let key = subject.key().await?;
    let addresses = subject.addresses();
    let answers = Arc::new(Answers::make(&recipe(), false)?);
    let told = Arc::new(Told::default());
    let over = Arc::new(AtomicBool::new(false));
    let volunteers: Vec<_> = (0..options.volunteers)
        .map(|number| {
            let volunteer = Volunteer {
                wire: Wire::alternating(&addresses, key, number),
                answers: Arc::clone(&answers),
                told: Arc::clone(&told),
                over: Arc::clone(&over),
            };
            tokio::spawn(volunteer.work())
        })
        .collect();
    let replays = replay(addresses.clone(), key, Arc::clone(&over));
    let manifests = watch_manifests(addresses.clone(), Arc::clone(&over));
    let mut seen = Seen::default();
    let mut random = options.rng_seed;
    for turn in 0..options.kills {
        let life = Duration::from_millis(draw(&mut random) % LIFE_MAX_MS);
        tokio::time::sleep(life).await;
        let gone = Duration::from_millis(draw(&mut random) % GONE_MAX_MS);
        kill_one(subject, turn % 2 == 0, gone, &told, &mut seen).await?;
    }
    crash_database(subject, &told).await?;
    wait_for_loops(subject).await?;
    peers_find_each_other(&addresses).await?;
    clips_are_given(&addresses).await?;
    over.store(true, Ordering::Relaxed);
    for volunteer in volunteers {
        volunteer.await?;
    }
    seen.replays = replays.await??;
    (seen.manifests, seen.newest_manifest) = manifests.await??;
    subject.stop()?;
    let ledger = ledger::read(subject.place())?;
    report(options, &ledger, &told, &mut seen);
    let acknowledged = told.acknowledged();
    let lost = ledger.missing(&acknowledged);
    ensure!(lost == 0, "{lost} acknowledged submissions are not there");
    ledger.check()?;
    if let Some(objects) = subject.objects() {
        check_blobs(&objects, &ledger)?;
    }
    ensure!(
        ledger.accepted > 0 && seen.replays > 0 && told.broken.load(Ordering::Relaxed) > 0,
        "nothing was accepted or replayed, or no kill was noticed: this has shown nothing"
    );
    Ok(())
}

/// Kills the leader or another; the one that is left must lead soon, and take work at once.
async fn kill_one(
    subject: &mut Subject,
    leader: bool,
    gone: Duration,
    told: &Told,
    seen: &mut Seen,
) -> anyhow::Result<()> {
    let addresses = subject.addresses();
    let leads = leader_of(&addresses).await?;
    let victim = if leader { leads } else { 1 - leads };
    subject.kill_one(victim);
    let killed = Instant::now();
    let before = told.count();
    let left = 1 - victim;
    wait_until("the other one leads", || is_leader(addresses[left])).await?;
    if leader {
        seen.takeovers.push(killed.elapsed());
    }
    wait_until("the other one takes work", || async {
        Ok(told.count() > before)
    })
    .await?;
    tokio::time::sleep(gone).await;
    seen.starts.push(subject.start_one(victim)?);
    Ok(())
}

/// Waits until every loop is published that can be. A submission of one of them may wait behind
/// thousands to be decoded, so this may take for as long as it goes on.
async fn wait_for_loops(subject: &Subject) -> anyhow::Result<()> {
    let (mut accepted, mut since) = (0, Instant::now());
    loop {
        let ledger = ledger::read(subject.place())?;
        if ledger.live_clips >= i64::from(SHEEP) - 1 {
            return Ok(());
        }
        if ledger.accepted > accepted {
            (accepted, since) = (ledger.accepted, Instant::now());
        }
        ensure!(
            since.elapsed() < PATIENCE,
            "nothing was accepted for {PATIENCE:?}"
        );
        tokio::time::sleep(LOOK_SELDOM_EVERY).await;
    }
}

/// Ends the database under the coordinators, which must find it again.
async fn crash_database(subject: &mut Subject, told: &Told) -> anyhow::Result<()> {
    subject.crash_database()?;
    let before = told.count();
    wait_until("work is taken again", || async {
        Ok(told.count() > before)
    })
    .await?;
    leader_of(&subject.addresses()).await?;
    Ok(())
}

/// Which coordinator leads.
async fn leader_of(addresses: &[SocketAddr]) -> anyhow::Result<usize> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        for (number, &address) in addresses.iter().enumerate() {
            if is_leader(address).await? {
                return Ok(number);
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    bail!("nobody leads")
}

async fn is_leader(address: SocketAddr) -> anyhow::Result<bool> {
    let metrics = get(address, "/metrics").await?;
    let metrics = String::from_utf8_lossy(&metrics);
    Ok(metrics.lines().any(|line| line == "woolgather_leader 1"))
}

async fn wait_until<F>(what: &str, is_so: impl Fn() -> F) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<bool>>,
{
    let begun = Instant::now();
    while !is_so().await? {
        ensure!(
            begun.elapsed() < PATIENCE,
            "{what}: not within {PATIENCE:?}"
        );
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}

/// A peer that announces at one coordinator's tracker is found through the other's.
async fn peers_find_each_other(addresses: &[SocketAddr]) -> anyhow::Result<()> {
    let manifest = document_of(&get(addresses[0], paths::MANIFEST).await?);
    let manifest = manifest.context("there is no manifest")?;
    let info_hash = manifest["clips"][0]["info_hash"].as_str();
    let info_hash = info_hash.context("a manifest without clips")?;
    let digits = info_hash.as_bytes().chunks(2);
    let escaped: String = digits
        .map(|two| format!("%{}", String::from_utf8_lossy(two)))
        .collect();
    for (number, port) in [(0, 4_001_u16), (1, 4_002)] {
        let query = |name: u8, port: u16| {
            let name = char::from(name).to_string().repeat(20);
            format!(
                "{}?info_hash={escaped}&peer_id={name}&port={port}&left=1&compact=1",
                paths::ANNOUNCE
            )
        };
        // Compact lists hold an address's four bytes and a port's two.
        let peer = [&[127, 0, 0, 1][..], &port.to_be_bytes()].concat();
        // What one coordinator tells the other may be missed, so soon after the database was away;
        // peers announce again and again.
        wait_until("peers find each other", || async {
            get(addresses[number], &query(b'a' + number as u8, port)).await?;
            let answer = get(addresses[1 - number], &query(b'z', 4_003)).await?;
            Ok(answer.windows(peer.len()).any(|six| six == peer))
        })
        .await?;
    }
    Ok(())
}

/// Every clip of the manifest is given by every coordinator, whoever published it.
async fn clips_are_given(addresses: &[SocketAddr]) -> anyhow::Result<()> {
    let manifest = document_of(&get(addresses[0], paths::MANIFEST).await?);
    let manifest: Manifest = serde_json::from_value(manifest.context("there is no manifest")?)?;
    for clip in &manifest.clips {
        let path = paths::clip(&clip.id, clip.version);
        let first = get(addresses[0], &path).await?;
        let whole = first.len() as u64 == clip.bytes;
        ensure!(whole, "clip {} is not given whole", clip.id);
        let same = get(addresses[1], &path).await? == first;
        ensure!(same, "clip {} is another at the other one", clip.id);
    }
    Ok(())
}

/// Sends every request to one coordinator and then to the other, or to both at once. Returns how
/// many were sent twice; none may be taken twice.
fn replay(
    addresses: Vec<SocketAddr>,
    key: PublicKey,
    over: Arc<AtomicBool>,
) -> JoinHandle<anyhow::Result<u64>> {
    tokio::spawn(async move {
        let mut wires = [0, 1].map(|_| Wire::alternating(&addresses, key, u64::MAX));
        let mut replays = 0;
        // It leases nothing, for it would never hand it in.
        let introduction = DeviceRequest {
            volunteer: "Echo".into(),
        };
        let body = serde_json::to_vec(&introduction)?;
        for turn in 0.. {
            if over.load(Ordering::Relaxed) {
                break;
            }
            let (method, digest) = (Method::POST, Blake3::of(&body));
            let request = wires[0].sign(method, paths::DEVICES, body.clone().into(), digest)?;
            let (first, second) = (turn % 2, 1 - turn % 2);
            let again = request.clone();
            let [one, other] = &mut wires;
            let sent: [anyhow::Result<Answer<Device>>; 2] = if turn % 4 < 2 {
                let done = one.deliver(first, request).await;
                [done, other.deliver(second, again).await]
            } else {
                let both = tokio::join!(one.deliver(first, request), other.deliver(second, again));
                [both.0, both.1]
            };
            if sent.iter().any(anyhow::Result::is_err) {
                wires.iter_mut().for_each(Wire::hang_up);
                tokio::time::sleep(LOOK_EVERY).await;
                continue;
            }
            let mut taken = 0;
            let mut replayed = 0;
            for answer in sent.into_iter().flatten() {
                match answer {
                    Answer::Done(_) => taken += 1,
                    Answer::Refused(problem) if problem.kind == ProblemKind::ReplayedSignature => {
                        replayed += 1;
                    }
                    Answer::Refused(_) | Answer::Busy { .. } => {}
                }
            }
            ensure!(taken < 2, "a request was taken by both coordinators");
            replays += u64::from(taken == 1 && replayed == 1);
        }
        Ok(replays)
    })
}

/// Asks one coordinator after the other for the manifest: its number never goes back, and a number
/// has one manifest. Returns how often it asked, and the newest number.
fn watch_manifests(
    addresses: Vec<SocketAddr>,
    over: Arc<AtomicBool>,
) -> JoinHandle<anyhow::Result<(u64, u64)>> {
    tokio::spawn(async move {
        let (mut asked, mut newest) = (0, (0, hyper::body::Bytes::new()));
        while !over.load(Ordering::Relaxed) {
            for &address in &addresses {
                // A coordinator that was killed gives none.
                let Ok(manifest) = get(address, paths::MANIFEST).await else {
                    continue;
                };
                let Some(sequence) =
                    document_of(&manifest).and_then(|document| document["sequence"].as_u64())
                else {
                    continue;
                };
                ensure!(
                    sequence >= newest.0,
                    "manifest {sequence} came after {}",
                    newest.0
                );
                ensure!(
                    sequence > newest.0 || manifest == newest.1,
                    "there are two manifests with the number {sequence}"
                );
                newest = (sequence, manifest);
                asked += 1;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok((asked, newest.0))
    })
}

/// What a signed manifest says; `None` when the answer is none.
fn document_of(manifest: &[u8]) -> Option<Value> {
    let signed: Value = serde_json::from_slice(manifest).ok()?;
    serde_json::from_str(signed["document"].as_str()?).ok()
}

/// Every blob that the store names must be in the bucket, whole.
fn check_blobs(objects: &Path, ledger: &Ledger) -> anyhow::Result<()> {
    for name in &ledger.blobs {
        let sound = ledger::is_whole(objects, name);
        ensure!(sound, "the blob {name} is not in the bucket, or damaged");
    }
    Ok(())
}

fn report(options: &SeveralOptions, ledger: &Ledger, told: &Told, seen: &mut Seen) {
    let line = |what: &str, number: u64| println!("{what:<52} {number:>10}");
    let count = |number: usize| number as u64;
    let broken = told.broken.load(Ordering::Relaxed);
    let refused = told.refused.load(Ordering::Relaxed);
    line("coordinators", count(COORDINATORS));
    line(
        "coordinators killed; the database once",
        u64::from(options.kills),
    );
    line("submissions acknowledged", count(told.count()));
    line("submissions in the store", count(ledger.submissions.len()));
    line("units accepted", ledger.accepted.unsigned_abs());
    line("credit rows", ledger.credit_rows.unsigned_abs());
    line("blobs named by the store", count(ledger.blobs.len()));
    line("clips published", ledger.live_clips.unsigned_abs());
    line("requests that broke off", broken);
    line("requests refused", refused);
    line("requests replayed at the other, taken once", seen.replays);
    line("manifests compared", seen.manifests);
    line("newest manifest", seen.newest_manifest);
    for (what, times) in [
        ("leader killed until the other leads", &mut seen.takeovers),
        ("start until it listens", &mut seen.starts),
    ] {
        println!(
            "{:<52} {:>6.0} {:>6.0}",
            format!("{what}, ms: median, most"),
            ms(times.percentile(0.5)),
            ms(times.percentile(1.0)),
        );
    }
}
