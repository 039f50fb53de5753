//! What was on the screens here: the list of it, what somebody thinks of each, and the page about it.

use std::path::PathBuf;

use anyhow::Context as _;
use url::Url;
use woolgather_agent::talk::{Answer, SaverHello, Vote};
use woolgather_agent::{Savers, seen::Seen, seen::SeenSheep};
use woolgather_protocol::seen::{SEEN_SHEEP_MAX, SeenList};
use woolgather_protocol::{SheepId, paths};

use super::hands::Place;
use crate::identity::Identity;
use crate::library;
use crate::votes::{self, Taste};

/// What was seen here.
pub(crate) struct Sight {
    data: PathBuf,
    coordinator: Option<Url>,
    seen: Seen,
    taste: Taste,
}

impl Sight {
    pub(crate) fn new(place: &Place) -> Self {
        Self {
            data: place.folder.clone(),
            coordinator: place.coordinator.clone(),
            seen: Seen::default(),
            taste: Taste::of(&place.folder),
        }
    }

    /// Takes note of what a process shows, where that is another sheep than before.
    pub(crate) fn hear(&mut self, hello: &SaverHello, before: &Savers, unix_s: i64) {
        if before.shows(hello.pid) != hello.sheep_id.as_deref() {
            self.seen.show(hello, unix_s);
        }
    }

    /// The list, and the address of the page about it.
    pub(crate) fn list(&mut self) -> Answer {
        let taste = &mut self.taste;
        let sheep = self.seen.list(|_| None).into_iter();
        let sheep = sheep.map(|sheep| with_vote(sheep, taste)).collect();
        let has_page = self.has_page() && self.seen.newest().is_some();
        let page = has_page.then(|| self.page());
        let page = match page.transpose() {
            Ok(page) => page.map(String::from),
            Err(error) => {
                tracing::info!("There is no page about what was seen: {error:#}");
                None
            }
        };
        Answer::Seen { sheep, page }
    }

    /// The sheep that the processes vote on, or else the one that came last, and whether it is on a screen now.
    pub(crate) fn current(&mut self, savers: &Savers) -> Option<(SeenSheep, bool)> {
        let on_screen = savers.on_vote().and_then(|id| self.seen.find(id));
        let sheep = on_screen.or(self.seen.newest())?.clone();
        let on_screen = on_screen.is_some();
        Some((with_vote(sheep, &mut self.taste), on_screen))
    }

    /// Is there a website to show the list on?
    pub(crate) fn has_page(&self) -> bool {
        self.coordinator.is_some()
    }

    /// The address of the page about the list, signed by this device and good for half an hour.
    pub(crate) fn page(&self) -> anyhow::Result<Url> {
        let coordinator = self.coordinator.as_ref().context("no flock is known yet")?;
        let identity = Identity::open(&self.data)?;
        let key = identity.pinned(coordinator)?;
        let key = key.with_context(|| format!("{coordinator} was never reached from here"))?;
        let sheep = self.seen.list(|_| None).into_iter();
        let list = SeenList {
            coordinator: key,
            device: identity.secret().public(),
            sheep: sheep
                .filter_map(|sheep| sheep.id.parse().ok())
                .take(SEEN_SHEEP_MAX)
                .collect(),
            made_at_ms: jiff::Timestamp::now().as_millisecond(),
        };
        let path = paths::seen(&list.seal(identity.secret()));
        Ok(woolgather_api::address(coordinator, &path))
    }

    /// Votes on a sheep that was seen, or without one on what the processes vote on.
    pub(crate) fn vote(&self, vote: Vote, sheep: Option<&str>, savers: &Savers) -> Answer {
        let sheep = match sheep {
            Some(id) if self.seen.find(id).is_none() => {
                return refused(
                    "That sheep was not on a screen here lately; `woolgather seen` lists those that were.",
                );
            }
            Some(id) => id,
            None => match savers.on_vote() {
                Some(id) => id,
                None => {
                    return refused(
                        "Nothing of the flock is playing just now; `woolgather seen` lists what was.",
                    );
                }
            },
        };
        let Ok(sheep) = sheep.parse::<SheepId>() else {
            return refused("What is playing has no name that can be voted on.");
        };
        match votes::keep_and_send(&self.data, sheep, vote == Vote::Up) {
            Ok(()) => {
                if let Err(error) = library::trim(&self.data, u64::MAX) {
                    tracing::warn!("The clips of a sheep voted down are still here: {error:#}");
                }
                Answer::Ok
            }
            Err(error) => refused(&format!("The vote could not be kept: {error}.")),
        }
    }
}

fn with_vote(sheep: SeenSheep, taste: &mut Taste) -> SeenSheep {
    let up = sheep.id.parse().ok().and_then(|id| taste.up(&id));
    let vote = up.map(|up| if up { Vote::Up } else { Vote::Down });
    SeenSheep { vote, ..sheep }
}

fn refused(sentence: &str) -> Answer {
    Answer::Refused {
        sentence: sentence.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use woolgather_protocol::PublicKey;
    use woolgather_protocol::seen::Claim;

    fn hello(pid: u32, id: &str) -> SaverHello {
        SaverHello {
            pid,
            window: None,
            monitor: "1".to_owned(),
            sheep: Some(format!("The {id}")),
            sheep_id: Some(id.to_owned()),
            artist: None,
            dropped_frames: 0,
            key_taken: false,
        }
    }

    fn sight(coordinator: Option<&str>) -> (tempfile::TempDir, Sight) {
        let folder = tempfile::tempdir().unwrap();
        let place = Place {
            data: None,
            config: None,
            folder: folder.path().to_owned(),
            coordinator: coordinator.map(|url| url.parse().unwrap()),
            card: false,
            saver: Vec::new(),
        };
        (folder, Sight::new(&place))
    }

    #[track_caller]
    fn ids(sight: &mut Sight) -> Vec<String> {
        match sight.list() {
            Answer::Seen { sheep, .. } => sheep.into_iter().map(|sheep| sheep.id).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_saver_that_only_says_hello_again_shows_nothing_new() {
        let (_folder, mut sight) = sight(None);
        let mut savers = Savers::default();
        for (pid, id) in [(1, "fern"), (2, "star"), (1, "fern"), (2, "wolf")] {
            sight.hear(&hello(pid, id), &savers, 5);
            savers.hello(hello(pid, id));
        }
        assert_eq!(ids(&mut sight), ["wolf", "star", "fern"]);
        let (sheep, on_screen) = sight.current(&savers).unwrap();
        assert_eq!((sheep.id.as_str(), on_screen), ("fern", true));
        savers.bye(1);
        savers.bye(2);
        let (sheep, on_screen) = sight.current(&savers).unwrap();
        assert_eq!((sheep.id.as_str(), on_screen), ("wolf", false));
    }

    #[test]
    fn only_what_was_seen_is_voted_on_and_the_vote_is_known_at_once() {
        let (_folder, mut sight) = sight(None);
        let savers = Savers::default();
        let nothing = sight.vote(Vote::Up, None, &savers);
        assert!(matches!(nothing, Answer::Refused { .. }));
        sight.hear(&hello(1, "fern"), &savers, 5);
        let unseen = sight.vote(Vote::Up, Some("star"), &savers);
        assert!(matches!(unseen, Answer::Refused { .. }));
        assert_eq!(sight.vote(Vote::Down, Some("fern"), &savers), Answer::Ok);
        assert_eq!(sight.current(&savers).unwrap().0.vote, Some(Vote::Down));
        let fern = "fern".parse().unwrap();
        assert_eq!(votes::voted_down(&sight.data), [fern]);
    }

    #[test]
    fn the_page_is_for_the_coordinator_that_was_met_and_signed_by_this_device() {
        let url = "https://flock.example/ours/";
        let (folder, mut sight) = sight(Some(url));
        let error = sight.page().unwrap_err().to_string();
        assert!(error.contains("was never reached"), "{error}");
        let identity = Identity::open(folder.path()).unwrap();
        let key = PublicKey([7; 32]);
        identity.pin(&url.parse().unwrap(), key).unwrap();
        sight.hear(&hello(1, "fern"), &Savers::default(), 5);
        let page = sight.page().unwrap();
        let (place, list) = page.as_str().split_once("?list=").unwrap();
        assert_eq!(place, "https://flock.example/ours/seen");
        let claim = Claim::read(list).unwrap();
        assert_eq!(claim.sheep(), ["fern".parse().unwrap()]);
        let now_ms = jiff::Timestamp::now().as_millisecond();
        assert_eq!(claim.verify(&key, now_ms), Ok(identity.secret().public()));
    }
}
