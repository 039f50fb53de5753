//! `woolgather play`: the local flock in a window; votes go to the coordinator when it is there.
//!
//! With `--live`, or while there are no clips yet, flames are drawn as they are shown: the starter flock, or
//! genomes out of files.
//!
//! Votes are written to `DATA/votes.jsonl` before they are sent and taken out when they are
//! counted, so that a vote cast while offline is not lost.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use url::Url;
use woolgather_api::{ApiError, Coordinator};
use woolgather_genome::starter_flock;
use woolgather_player::{
    ForeignWindow, LiveSheep, PlayEvent, PlayOptions, PlayReport, Vote as Thumb,
    play as play_flock, play_live,
};
use woolgather_protocol::SheepId;
use woolgather_protocol::votes::{Answer, BallotRequest, Vote};

use super::flames::Reader;
use super::random;
use crate::cli::PlayArgs;
use crate::connect::connect;
use crate::identity::{Identity, data_folder};
use crate::library::{Library, replace};

/// Votes that wait at most; older ones are dropped first.
const WAITING_MAX: usize = 1000;
/// The longest the coordinator is waited for; whoever leaves the player should not notice.
const SEND_MAX: Duration = Duration::from_secs(3);

pub(crate) fn play(data: Option<&Path>, args: &PlayArgs) -> anyhow::Result<()> {
    let options = PlayOptions {
        windowed: args.windowed,
        size: args.size,
        monitor: args.monitor,
        within: args.window_id.map(ForeignWindow),
        for_: args
            .for_secs
            .map(|secs| Duration::try_from_secs_f64(secs).unwrap_or_default()),
        rng_seed: args.rng_seed.unwrap_or_else(random),
        screenshot: args.screenshot.clone(),
        frame_log: args.frame_log.clone(),
    };
    if args.live {
        return live(args, &options);
    }
    let folder = data_folder(data)?;
    let identity = Identity::open(&folder)?;
    let library = Library::open(&folder)?;
    let flock = library.flock()?;
    let clips = flock
        .as_ref()
        .map(|flock| library.playable(&flock.manifest))
        .unwrap_or_default();
    if clips.is_empty() {
        eprintln!(
            "There are no clips here yet (`woolgather sync` fetches some); drawing the starter flock live."
        );
        return live(args, &options);
    }
    let (cast, votes) = channel();
    let coordinator = flock.map(|flock| flock.coordinator);
    let sender = std::thread::spawn({
        let waiting = Waiting {
            file: folder.join("votes.jsonl"),
        };
        move || send_votes(&identity, coordinator.as_ref(), &waiting, &votes)
    });
    let report = play_flock(
        clips,
        |event| {
            if let PlayEvent::Voted { sheep, vote } = event
                && let Ok(sheep) = sheep.parse()
            {
                cast.send(CastVote {
                    sheep,
                    up: vote == Thumb::Up,
                })
                .ok();
            }
        },
        &options,
    );
    drop(cast);
    sender.join().ok();
    tell(args, &report?);
    Ok(())
}

/// Says what was played; a screensaver host does not want to hear it.
fn tell(args: &PlayArgs, report: &PlayReport) {
    if args.window_id.is_none() {
        print(report);
    }
}

fn print(report: &PlayReport) {
    println!(
        "{} clips, {} pictures, {} dropped, first picture after {} ms",
        report.clips_played,
        report.frames_presented,
        report.frames_dropped,
        report.first_frame.as_millis()
    );
}

/// Draws the genomes that were given, or the starter flock.
fn live(args: &PlayArgs, options: &PlayOptions) -> anyhow::Result<()> {
    let flock = if args.genomes.is_empty() {
        starters()
    } else {
        from_files(args)?
    };
    tell(args, &play_live(flock, |_| {}, options)?);
    Ok(())
}

fn starters() -> Vec<LiveSheep> {
    let sheep = starter_flock().iter().map(|sheep| LiveSheep {
        genome: sheep.genome(),
        title: sheep.title.to_owned(),
        artist: sheep.artist.to_owned(),
    });
    sheep.collect()
}

/// Genomes out of files, by the names that they give themselves or that their files have.
fn from_files(args: &PlayArgs) -> anyhow::Result<Vec<LiveSheep>> {
    let reader = Reader::new(&args.reading)?;
    let mut flock = Vec::new();
    for path in &args.genomes {
        let source = reader.read(path)?;
        source.tell();
        for flame in source.flames {
            let named = !flame.genome.name.is_empty();
            let title = if named {
                flame.genome.name.clone()
            } else {
                flame.name
            };
            let artist = flame
                .genome
                .edits
                .first()
                .and_then(|edit| edit.attribute("nick"));
            flock.push(LiveSheep {
                title,
                artist: artist.unwrap_or_default().to_owned(),
                genome: flame.genome,
            });
        }
    }
    Ok(flock)
}

/// A vote from the player.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct CastVote {
    sheep: SheepId,
    up: bool,
}

/// Votes that are not counted yet, a JSON object a line. Only one thread may hold it.
struct Waiting {
    file: PathBuf,
}

impl Waiting {
    fn all(&self) -> Vec<CastVote> {
        let text = fs::read_to_string(&self.file).unwrap_or_default();
        text.lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// Rewrites the file with the newest of `votes`.
    fn keep(&self, votes: &[CastVote]) -> anyhow::Result<()> {
        let newest = &votes[votes.len().saturating_sub(WAITING_MAX)..];
        let mut text = String::new();
        for vote in newest {
            text += &serde_json::to_string(vote)?;
            text.push('\n');
        }
        Ok(replace(&self.file, text.as_bytes())?)
    }

    fn add(&self, votes: impl IntoIterator<Item = CastVote>) -> anyhow::Result<()> {
        let mut all = self.all();
        all.extend(votes);
        self.keep(&all)
    }
}

/// Sends what waits, then every vote as it is cast, until the player is gone.
fn send_votes(
    identity: &Identity,
    coordinator: Option<&Url>,
    waiting: &Waiting,
    votes: &Receiver<CastVote>,
) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    else {
        return;
    };
    let flush = || {
        let Some(url) = coordinator.filter(|_| !waiting.all().is_empty()) else {
            return;
        };
        let sending = async { timeout(SEND_MAX, send_waiting(identity, url, waiting)).await };
        match runtime.block_on(sending) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::info!("Votes wait for the coordinator: {error:#}"),
            Err(_) => tracing::info!("Votes wait for the coordinator: it does not answer"),
        }
    };
    flush();
    while let Ok(vote) = votes.recv() {
        // Also those that were cast while the last ones were sent.
        if let Err(error) = waiting.add(std::iter::once(vote).chain(votes.try_iter())) {
            tracing::warn!("A vote could not be kept: {error:#}");
        }
        flush();
    }
}

async fn send_waiting(identity: &Identity, url: &Url, waiting: &Waiting) -> anyhow::Result<()> {
    let coordinator = connect(identity, url).await?;
    let mut left = waiting.all();
    while let Some(vote) = left.first() {
        match send(&coordinator, vote).await {
            Err(error) if error.is_passing() => return Err(error.into()),
            Err(error) => tracing::info!("A vote was not counted: {error}"),
            Ok(()) => {}
        }
        left.remove(0);
        waiting.keep(&left)?;
    }
    Ok(())
}

async fn send(coordinator: &Coordinator, cast: &CastVote) -> Result<(), ApiError> {
    let request = BallotRequest::Single {
        on_screen: Some(cast.sheep.clone()),
    };
    let ballot = coordinator.ballot(&request).await?;
    if ballot.left.id != cast.sheep {
        return Ok(());
    }
    let answer = if cast.up { Answer::Up } else { Answer::Down };
    coordinator
        .vote(&Vote {
            token: ballot.token,
            answer,
        })
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vote(byte: u8, up: bool) -> CastVote {
        CastVote {
            sheep: SheepId::from_random([byte; 10]),
            up,
        }
    }

    fn nobody_waits() -> (tempfile::TempDir, Waiting) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("votes.jsonl");
        (folder, Waiting { file })
    }

    #[test]
    fn votes_wait_in_order_and_survive_a_torn_line() {
        let (_folder, waiting) = nobody_waits();
        waiting.add([vote(1, true), vote(2, false)]).unwrap();
        let mut torn = fs::read(&waiting.file).unwrap();
        torn.extend_from_slice(b"{\"she");
        fs::write(&waiting.file, torn).unwrap();
        assert_eq!(waiting.all(), [vote(1, true), vote(2, false)]);
        waiting.add([vote(3, true)]).unwrap();
        assert_eq!(
            waiting.all(),
            [vote(1, true), vote(2, false), vote(3, true)]
        );
    }

    #[test]
    fn only_the_newest_votes_wait() {
        let (_folder, waiting) = nobody_waits();
        waiting.add(vec![vote(1, true); WAITING_MAX]).unwrap();
        waiting.add([vote(2, true)]).unwrap();
        let all = waiting.all();
        assert_eq!(all.len(), WAITING_MAX);
        assert_eq!(all.last(), Some(&vote(2, true)));
    }

    #[test]
    fn a_vote_cast_while_nobody_answers_waits_for_the_next_time() {
        let (folder, waiting) = nobody_waits();
        let identity = Identity::open(folder.path()).unwrap();
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", closed.local_addr().unwrap());
        drop(closed);
        let (cast, votes) = channel();
        cast.send(vote(1, true)).unwrap();
        drop(cast);
        let started = std::time::Instant::now();
        send_votes(&identity, Some(&url.parse().unwrap()), &waiting, &votes);
        assert!(started.elapsed() < SEND_MAX + Duration::from_secs(1));
        assert_eq!(waiting.all(), [vote(1, true)]);
    }
}
