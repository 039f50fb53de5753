//! `woolgather sync` over HTTP, against a coordinator on loopback: what is fetched, what is thrown
//! away, what one bad clip does to the others. BitTorrent has its own tests beside `swarm`, and both
//! together are tested end to end.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use clap::Parser as _;
use sha2::{Digest as _, Sha256 as Hasher};
use tempfile::TempDir;
use woolgather_protocol::info::{CoordinatorInfo, PROTOCOL_VERSION};
use woolgather_protocol::limits::CLIP_BYTES_MAX;
use woolgather_protocol::manifest::{Manifest, ManifestClip, ManifestSheep};
use woolgather_protocol::work::ClipKind;
use woolgather_protocol::{DeviceSecret, InfoHash, Recipe, Sha256, SheepId, Signed, paths};

use super::sync;
use crate::cli::{Cli, Command, SyncArgs};
use crate::votes::{CastVote, remember};

/// The arguments of `sync OPTIONS`.
pub(super) fn args(options: &str) -> SyncArgs {
    let line = format!("woolgather sync --coordinator http://flock.example {options}");
    match Cli::try_parse_from(line.split_whitespace())
        .unwrap()
        .command
    {
        Command::Sync(args) => args,
        other => panic!("{other:?}"),
    }
}

/// What the coordinator says and has.
struct Script {
    operator: DeviceSecret,
    sequence: u64,
    clips: Vec<ManifestClip>,
    /// Files by path.
    files: HashMap<String, Vec<u8>>,
    /// Paths that were asked for.
    asked: HashSet<String>,
}

/// A coordinator, and a machine that has not met it yet.
struct World {
    script: Arc<Mutex<Script>>,
    url: String,
    machine: TempDir,
}

impl World {
    async fn new() -> Self {
        let script = Arc::new(Mutex::new(Script {
            operator: DeviceSecret::from_bytes(&[9; 32]),
            sequence: 0,
            clips: Vec::new(),
            files: HashMap::new(),
            asked: HashSet::new(),
        }));
        let app = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&script));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            script,
            url,
            machine: tempfile::tempdir().unwrap(),
        }
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap()
    }

    /// Publishes a loop whose file is `bytes`.
    fn publish(&self, id: &str, version: u32, bytes: &[u8]) {
        let clip = clip(id, version, bytes);
        let mut script = self.script();
        script
            .files
            .insert(paths::clip(&clip.id, version), bytes.to_vec());
        script.clips.retain(|other| other.id != clip.id);
        script.clips.push(clip);
        script.sequence += 1;
    }

    /// `sync --once --no-bittorrent`, with an order of clips that is always the same.
    async fn sync(&self) -> anyhow::Result<()> {
        self.sync_with("").await
    }

    /// The same with further options.
    async fn sync_with(&self, options: &str) -> anyhow::Result<()> {
        let mut args = args(&format!(
            "--json --once --no-bittorrent --rng-seed 1 {options}"
        ));
        args.coordinator.coordinator = self.url.parse()?;
        sync(Some(self.machine.path()), args).await
    }

    /// The files of the machine's clips by name.
    fn have(&self) -> Vec<(String, Vec<u8>)> {
        let file = |path: PathBuf| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read(path).unwrap())
        };
        let folder = fs::read_dir(self.machine.path().join("clips")).unwrap();
        let mut files: Vec<_> = folder.map(|entry| file(entry.unwrap().path())).collect();
        files.sort();
        files
    }

    #[track_caller]
    fn check(&self, expected: &[(&str, &[u8])]) {
        let expected: Vec<_> = expected
            .iter()
            .map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec()))
            .collect();
        assert_eq!(self.have(), expected);
    }
}

fn sheep_id() -> SheepId {
    SheepId::from_random([1; 10])
}

fn clip(id: &str, version: u32, bytes: &[u8]) -> ManifestClip {
    ManifestClip {
        id: id.parse().unwrap(),
        version,
        kind: ClipKind::Loop,
        from: sheep_id(),
        to: sheep_id(),
        frames: 32,
        bytes: bytes.len() as u64,
        sha256: Sha256(Hasher::digest(bytes).into()),
        info_hash: InfoHash([0; 20]),
        volunteers: Vec::new(),
        published_at_ms: 0,
    }
}

async fn answer(State(script): State<Arc<Mutex<Script>>>, uri: Uri) -> Response {
    let mut script = script.lock().unwrap();
    script.asked.insert(uri.path().to_owned());
    match uri.path() {
        paths::INFO => json(&info(&script)),
        paths::MANIFEST => json(&Signed::seal(&manifest(&script), &script.operator)),
        path => match script.files.get(path) {
            Some(bytes) => bytes.clone().into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        },
    }
}

fn json(value: &impl serde::Serialize) -> Response {
    serde_json::to_vec(value).unwrap().into_response()
}

fn info(script: &Script) -> CoordinatorInfo {
    CoordinatorInfo {
        name: "Test flock".into(),
        protocol_version: PROTOCOL_VERSION,
        key: script.operator.public(),
        server_time_ms: 0,
        recipe: Recipe::small(),
        origin_peers: Vec::new(),
        manifest_sequence: script.sequence,
    }
}

fn manifest(script: &Script) -> Manifest {
    Manifest {
        coordinator: script.operator.public(),
        sequence: script.sequence,
        made_at_ms: 0,
        flock: "Test flock".into(),
        recipe: Recipe::small(),
        sheep: vec![ManifestSheep {
            id: sheep_id(),
            title: "Alpha".into(),
            artist: "Ada".into(),
            genome: "0".repeat(64),
            licence: "CC0-1.0".into(),
            parents: Vec::new(),
            rating: 0.0,
        }],
        clips: script.clips.clone(),
    }
}

#[tokio::test]
async fn the_flock_arrives_and_is_not_fetched_twice() {
    let world = World::new().await;
    world.publish("a", 1, b"first clip");
    world.publish("b", 1, b"second clip");
    world.sync().await.unwrap();
    let both: [(&str, &[u8]); 2] = [("a-1.mp4", b"first clip"), ("b-1.mp4", b"second clip")];
    world.check(&both);

    world.script().asked.clear();
    world.sync().await.unwrap();
    world.check(&both);
    let expected = [paths::INFO, paths::MANIFEST].map(str::to_owned);
    assert_eq!(world.script().asked, HashSet::from(expected));
}

#[tokio::test]
async fn a_repaired_clip_replaces_the_old_one_and_a_retired_one_goes() {
    let world = World::new().await;
    world.publish("a", 1, b"first clip");
    world.publish("b", 1, b"second clip");
    world.sync().await.unwrap();
    world.publish("a", 2, b"first clip, repaired");
    world.script().clips.retain(|clip| clip.id.as_str() != "b");
    world.sync().await.unwrap();
    world.check(&[("a-2.mp4", b"first clip, repaired")]);
}

#[tokio::test]
async fn one_bad_clip_does_not_keep_the_others_away() {
    let world = World::new().await;
    world.publish("gone", 1, b"a clip that was withdrawn");
    world.publish("good", 1, b"a good clip");
    world.publish("huge", 1, b"a clip that claims to be huge");
    world.publish("wrong", 1, b"a clip with another file");
    {
        let mut script = world.script();
        script.files.remove("/api/v1/clips/gone/1/clip.mp4");
        script.files.insert(
            "/api/v1/clips/wrong/1/clip.mp4".into(),
            b"another file with 24 by.".to_vec(),
        );
        script.clips[2].bytes = CLIP_BYTES_MAX + 1;
        assert_eq!(script.clips[2].id.as_str(), "huge");
    }
    let error = world.sync().await.unwrap_err().to_string();
    assert_eq!(error, "3 of 4 clips were not fetched");
    let complete: Vec<_> = world
        .have()
        .into_iter()
        .filter(|(name, _)| !name.ends_with(".part"))
        .collect();
    assert_eq!(complete, [("good-1.mp4".into(), b"a good clip".to_vec())]);
    assert!(
        !world
            .script()
            .asked
            .contains("/api/v1/clips/huge/1/clip.mp4")
    );
}

#[tokio::test]
async fn an_older_manifest_changes_nothing() {
    let world = World::new().await;
    world.publish("a", 1, b"first clip");
    world.publish("b", 1, b"second clip");
    world.sync().await.unwrap();
    {
        let mut script = world.script();
        script.sequence = 1;
        script.clips.truncate(1);
    }
    let error = world.sync().await.unwrap_err().to_string();
    assert!(error.contains("replays an old one"), "{error}");
    assert_eq!(world.have().len(), 2);
}

#[tokio::test]
async fn a_coordinator_with_a_new_key_is_not_believed() {
    let world = World::new().await;
    world.publish("a", 1, b"first clip");
    world.sync().await.unwrap();
    world.script().operator = DeviceSecret::from_bytes(&[8; 32]);
    world.publish("a", 2, b"a clip from somebody else");
    let error = world.sync().await.unwrap_err().to_string();
    assert!(error.contains("was pinned at first contact"), "{error}");
    world.check(&[("a-1.mp4", b"first clip")]);
}

#[tokio::test]
async fn a_quota_is_kept_and_what_only_shares_fetches_nothing() -> anyhow::Result<()> {
    let world = World::new().await;
    for id in ["one", "two", "three"] {
        world.publish(id, 1, &[7; 100]);
    }
    world.sync_with("--only-share").await?;
    assert_eq!(world.have().len(), 0);
    world.sync_with("--quota 250").await?;
    assert_eq!(world.have().len(), 2);
    world.sync_with("--quota 250").await?;
    assert_eq!(world.have().len(), 2, "a second time adds none");
    world.sync().await?;
    assert_eq!(world.have().len(), 3);
    crate::library::trim(world.machine.path(), 1000)?;
    assert_eq!(world.have().len(), 3, "there is room");
    Ok(())
}

#[tokio::test]
async fn a_clip_thrown_away_is_fetched_again_and_other_files_stay() -> anyhow::Result<()> {
    let world = World::new().await;
    world.publish("one", 1, b"film");
    world.sync().await?;
    let library = crate::library::Library::open(world.machine.path())?;
    let outside = world.machine.path().join("device.key");
    library.discard(&outside);
    assert!(outside.exists(), "it is no clip");
    library.discard(&world.machine.path().join("clips/one-1.mp4"));
    assert_eq!(world.have().len(), 0);
    world.sync().await?;
    world.check(&[("one-1.mp4", b"film")]);
    Ok(())
}

#[tokio::test]
async fn a_sheep_voted_down_leaves_and_is_not_fetched_again_until_it_is_liked() -> anyhow::Result<()>
{
    let world = World::new().await;
    world.publish("one", 1, b"film");
    world.sync().await?;
    assert_eq!(world.have().len(), 1);
    let data = world.machine.path();
    let vote = |up| CastVote {
        sheep: sheep_id(),
        up,
    };
    remember(data, vote(false))?;
    crate::library::trim(data, u64::MAX)?;
    assert_eq!(world.have().len(), 0);
    world.sync().await?;
    assert_eq!(world.have().len(), 0);
    remember(data, vote(true))?;
    world.sync().await?;
    assert_eq!(world.have().len(), 1);
    Ok(())
}

#[test]
fn what_is_on_the_screen_is_known_to_whoever_fetches() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let library = crate::library::Library::open(folder.path())?;
    assert_eq!(library.on_screen(), None);
    library.note_on_screen(&sheep_id())?;
    assert_eq!(library.on_screen(), Some(sheep_id()));
    fs::write(folder.path().join("on-screen.txt"), "no sheep")?;
    assert_eq!(library.on_screen(), None);
    Ok(())
}
