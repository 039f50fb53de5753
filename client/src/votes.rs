//! Votes on what is playing: kept on disk until the coordinator has counted them, so that one cast offline is not lost;
//! and the last one on each sheep for good, because what somebody voted down does not come back to this machine.
//!
//! ```text
//! DATA/votes.jsonl   votes that wait
//! DATA/taste.jsonl   the last vote on each sheep
//! ```
//!
//! Player and agent are several processes, so each change of a file is made under a lock (`votes.lock`, `taste.lock`).

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::time::Duration;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use url::Url;
use woolgather_api::{ApiError, Coordinator};
use woolgather_protocol::SheepId;
use woolgather_protocol::votes::{Answer, BallotRequest, Vote};

use crate::connect::connect;
use crate::identity::Identity;
use crate::library::{Library, replace};

/// Votes that a file holds at most; older ones are dropped first.
const VOTES_MAX: usize = 1000;
/// The longest the coordinator is waited for; whoever leaves the player should not notice.
const SEND_MAX: Duration = Duration::from_secs(3);

/// A vote on a sheep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CastVote {
    pub(crate) sheep: SheepId,
    pub(crate) up: bool,
}

/// Keeps a vote and begins to send what waits, on a thread of its own.
#[cfg_attr(
    not(target_os = "linux"),
    allow(
        dead_code,
        reason = "only the agent does it, which runs on Linux alone"
    )
)]
pub(crate) fn keep_and_send(data: &Path, sheep: SheepId, up: bool) -> anyhow::Result<()> {
    let vote = CastVote { sheep, up };
    let waiting = VoteFile::waiting(data);
    waiting.add([vote.clone()])?;
    remember(data, vote)?;
    let identity = Identity::open(data)?;
    let coordinator = Library::open(data)?.flock()?.map(|flock| flock.coordinator);
    std::thread::Builder::new()
        .name("votes".into())
        .spawn(move || flush(&identity, coordinator.as_ref(), &waiting))?;
    Ok(())
}

/// Sends what waits, then every vote as it is cast, until nobody casts any more.
pub(crate) fn send_votes(
    data: &Path,
    identity: &Identity,
    coordinator: Option<&Url>,
    votes: &Receiver<CastVote>,
) {
    let waiting = VoteFile::waiting(data);
    flush(identity, coordinator, &waiting);
    while let Ok(vote) = votes.recv() {
        // Also those that were cast while the last ones were sent.
        if let Err(error) = waiting.add(std::iter::once(vote).chain(votes.try_iter())) {
            tracing::warn!("A vote could not be kept: {error:#}");
        }
        flush(identity, coordinator, &waiting);
    }
}

/// Keeps what somebody thinks of a sheep, in place of what they thought before.
pub(crate) fn remember(data: &Path, vote: CastVote) -> anyhow::Result<()> {
    VoteFile::taste(data).change(|all| {
        all.retain(|other| other.sheep != vote.sheep);
        all.push(vote);
    })
}

/// The sheep that somebody here voted down.
pub(crate) fn voted_down(data: &Path) -> Vec<SheepId> {
    let votes = VoteFile::taste(data).all();
    let down = votes.into_iter().filter(|vote| !vote.up);
    down.map(|vote| vote.sheep).collect()
}

/// What somebody here thinks of sheep: the last vote on each, read again when it changes.
pub(crate) struct Taste {
    file: VoteFile,
    read: Option<SystemTime>,
    votes: HashMap<SheepId, bool>,
}

impl Taste {
    pub(crate) fn of(data: &Path) -> Self {
        Self {
            file: VoteFile::taste(data),
            read: None,
            votes: HashMap::new(),
        }
    }

    /// Was the last vote on this sheep an upward one? `None` where there was none.
    pub(crate) fn up(&mut self, sheep: &SheepId) -> Option<bool> {
        let modified = fs::metadata(&self.file.file).and_then(|file| file.modified());
        if modified.as_ref().ok() != self.read.as_ref() {
            self.read = modified.ok();
            let votes = self.file.all().into_iter();
            self.votes = votes.map(|vote| (vote.sheep, vote.up)).collect();
        }
        self.votes.get(sheep).copied()
    }
}

/// The file that changes when [`voted_down`] does.
pub(crate) fn taste_file(data: &Path) -> PathBuf {
    VoteFile::taste(data).file
}

/// Votes, a JSON object a line.
struct VoteFile {
    file: PathBuf,
}

impl VoteFile {
    /// Those that are not counted yet.
    fn waiting(data: &Path) -> Self {
        Self {
            file: data.join("votes.jsonl"),
        }
    }

    /// The last one on each sheep.
    fn taste(data: &Path) -> Self {
        Self {
            file: data.join("taste.jsonl"),
        }
    }

    fn all(&self) -> Vec<CastVote> {
        let text = fs::read_to_string(&self.file).unwrap_or_default();
        text.lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// Rewrites the file with the newest of what `change` makes of it.
    fn change(&self, change: impl FnOnce(&mut Vec<CastVote>)) -> anyhow::Result<()> {
        let lock = File::create(self.file.with_extension("lock"))?;
        lock.lock()?;
        let mut votes = self.all();
        change(&mut votes);
        let newest = &votes[votes.len().saturating_sub(VOTES_MAX)..];
        let mut text = String::new();
        for vote in newest {
            text += &serde_json::to_string(vote)?;
            text.push('\n');
        }
        Ok(replace(&self.file, text.as_bytes())?)
    }

    fn add(&self, votes: impl IntoIterator<Item = CastVote>) -> anyhow::Result<()> {
        self.change(|all| all.extend(votes))
    }

    /// Takes a vote out that needs no sending any more.
    fn remove(&self, vote: &CastVote) -> anyhow::Result<()> {
        self.change(|all| {
            if let Some(place) = all.iter().position(|other| other == vote) {
                all.remove(place);
            }
        })
    }
}

/// Sends what waits, if there is anything and somebody to send it to.
fn flush(identity: &Identity, coordinator: Option<&Url>, waiting: &VoteFile) {
    let Some(url) = coordinator.filter(|_| !waiting.all().is_empty()) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let Ok(runtime) = runtime else {
        return;
    };
    let sending = async { timeout(SEND_MAX, send_waiting(identity, url, waiting)).await };
    match runtime.block_on(sending) {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::info!("Votes wait for the coordinator: {error:#}"),
        Err(_) => tracing::info!("Votes wait for the coordinator: it does not answer"),
    }
}

async fn send_waiting(identity: &Identity, url: &Url, waiting: &VoteFile) -> anyhow::Result<()> {
    let coordinator = connect(identity, url).await?;
    for vote in waiting.all() {
        match send(&coordinator, &vote).await {
            Err(error) if error.is_passing() => return Err(error.into()),
            Err(error) => tracing::info!("A vote was not counted: {error}"),
            Ok(()) => {}
        }
        waiting.remove(&vote)?;
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

    fn nobody_waits() -> (tempfile::TempDir, VoteFile) {
        let folder = tempfile::tempdir().unwrap();
        let waiting = VoteFile::waiting(folder.path());
        (folder, waiting)
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
    fn the_last_vote_on_a_sheep_is_what_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(voted_down(folder.path()), []);
        for cast in [vote(1, false), vote(2, false), vote(3, true), vote(1, true)] {
            remember(folder.path(), cast).unwrap();
        }
        assert_eq!(voted_down(folder.path()), [vote(2, false).sheep]);
    }

    #[test]
    fn a_taste_that_changes_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut taste = Taste::of(folder.path());
        let sheep = vote(1, true).sheep;
        assert_eq!(taste.up(&sheep), None);
        remember(folder.path(), vote(1, true)).unwrap();
        assert_eq!(taste.up(&sheep), Some(true));
        remember(folder.path(), vote(1, false)).unwrap();
        let file = File::options().write(true).open(taste_file(folder.path()));
        let later = SystemTime::now() + Duration::from_secs(5);
        file.unwrap().set_modified(later).unwrap();
        assert_eq!(taste.up(&sheep), Some(false));
    }

    #[test]
    fn only_the_newest_votes_wait() {
        let (_folder, waiting) = nobody_waits();
        waiting.add(vec![vote(1, true); VOTES_MAX]).unwrap();
        waiting.add([vote(2, true)]).unwrap();
        let all = waiting.all();
        assert_eq!(all.len(), VOTES_MAX);
        assert_eq!(all.last(), Some(&vote(2, true)));
    }

    #[test]
    fn a_vote_cast_while_nobody_answers_waits_for_the_next_time() {
        let (folder, waiting) = nobody_waits();
        let identity = Identity::open(folder.path()).unwrap();
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", closed.local_addr().unwrap());
        drop(closed);
        let (cast, votes) = std::sync::mpsc::channel();
        cast.send(vote(1, true)).unwrap();
        drop(cast);
        let started = std::time::Instant::now();
        send_votes(
            folder.path(),
            &identity,
            Some(&url.parse().unwrap()),
            &votes,
        );
        assert!(started.elapsed() < SEND_MAX + Duration::from_secs(1));
        assert_eq!(waiting.all(), [vote(1, true)]);
    }

    #[test]
    fn votes_of_several_processes_do_not_displace_each_other() {
        let (folder, waiting) = nobody_waits();
        std::thread::scope(|scope| {
            for byte in 0..8 {
                let folder = folder.path();
                scope.spawn(move || {
                    for _ in 0..20 {
                        let waiting = VoteFile::waiting(folder);
                        waiting.add([vote(byte, true), vote(byte, false)]).unwrap();
                        waiting.remove(&vote(byte, false)).unwrap();
                    }
                });
            }
        });
        let all = waiting.all();
        assert_eq!(all.len(), 160);
        assert!(all.iter().all(|vote| vote.up));
    }
}
