//! The saver processes that share one agent.
//!
//! XScreenSaver and its kin start one process for every monitor. The agent keeps a list of those that
//! said hello, so that each can avoid the others' sheep and only one of them votes: the one that came
//! first of those that are left.

use crate::talk::{Answer, Playing, SaverHello};

/// The most processes that are kept, which is more monitors than one desk holds.
pub const SAVERS_MAX: usize = 32;

/// The saver processes, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub struct Savers(Vec<SaverHello>);

impl Savers {
    /// Takes in a hello, the first or a later one, and returns the answer to it.
    ///
    /// A process is told apart by its number alone, so it draws in one window.
    pub fn hello(&mut self, hello: SaverHello) -> Answer {
        let pid = hello.pid;
        match self.0.iter().position(|saver| saver.pid == pid) {
            Some(place) => self.0[place] = hello,
            None if self.0.len() < SAVERS_MAX => self.0.push(hello),
            None => {
                return Answer::Refused {
                    sentence: format!("The agent looks after at most {SAVERS_MAX} savers."),
                };
            }
        }
        let others = self.0.iter().filter(|saver| saver.pid != pid);
        Answer::Saver {
            votes: self.voter() == Some(pid),
            others: others.filter_map(playing).collect(),
        }
    }

    /// A process said goodbye, or its connection ended. One that is not known changes nothing.
    pub fn bye(&mut self, pid: u32) {
        self.0.retain(|saver| saver.pid != pid);
    }

    /// The process that votes.
    #[must_use]
    pub fn voter(&self) -> Option<u32> {
        self.0.first().map(|saver| saver.pid)
    }

    /// The id of the sheep that the one that votes plays, where it plays one of the flock's.
    #[must_use]
    pub fn on_vote(&self) -> Option<&str> {
        self.0.first()?.sheep_id.as_deref()
    }

    /// The id of the sheep that a process plays, where it plays one of the flock's.
    #[must_use]
    pub fn shows(&self, pid: u32) -> Option<&str> {
        let saver = self.0.iter().find(|saver| saver.pid == pid)?;
        saver.sheep_id.as_deref()
    }

    /// Frames that all of them together missed.
    #[must_use]
    pub fn dropped_frames(&self) -> u64 {
        self.0.iter().map(|saver| saver.dropped_frames).sum()
    }

    /// Does one of them draw in the window of the desktop's own saver?
    #[must_use]
    pub fn have_host(&self) -> bool {
        self.0.iter().any(|saver| saver.window.is_some())
    }

    /// The processes.
    pub fn pids(&self) -> impl Iterator<Item = u32> {
        self.0.iter().map(|saver| saver.pid)
    }

    /// What is playing where.
    #[must_use]
    pub fn playing(&self) -> Vec<Playing> {
        self.0.iter().filter_map(playing).collect()
    }
}

fn playing(saver: &SaverHello) -> Option<Playing> {
    Some(Playing {
        monitor: saver.monitor.clone(),
        sheep: saver.sheep.clone()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello(pid: u32, monitor: &str, sheep: Option<&str>) -> SaverHello {
        SaverHello {
            pid,
            window: Some(0x60_0008),
            monitor: monitor.to_owned(),
            sheep: sheep.map(str::to_owned),
            sheep_id: None,
            artist: None,
            dropped_frames: 0,
            key_taken: false,
        }
    }

    #[track_caller]
    fn check(answer: &Answer, expected_vote: bool, expected: &[(&str, &str)]) {
        let Answer::Saver { votes, others } = answer else {
            panic!("{answer:?}");
        };
        let others: Vec<_> = others
            .iter()
            .map(|playing| (playing.monitor.as_str(), playing.sheep.as_str()))
            .collect();
        assert_eq!((*votes, others.as_slice()), (expected_vote, expected));
    }

    #[test]
    fn the_first_votes_and_each_hears_what_the_others_play() {
        let mut savers = Savers::default();
        check(&savers.hello(hello(10, "DP-1", None)), true, &[]);
        check(&savers.hello(hello(11, "DP-2", Some("Fern"))), false, &[]);
        let answer = savers.hello(hello(10, "DP-1", Some("Cinder Star")));
        check(&answer, true, &[("DP-2", "Fern")]);
        let answer = savers.hello(hello(11, "DP-2", Some("Fern")));
        check(&answer, false, &[("DP-1", "Cinder Star")]);
    }

    #[test]
    fn when_the_voter_goes_the_next_one_votes() {
        let mut savers = Savers::default();
        savers.hello(hello(10, "DP-1", None));
        savers.hello(hello(11, "DP-2", None));
        savers.bye(10);
        savers.bye(99);
        assert_eq!((savers.voter(), savers.shows(11)), (Some(11), None));
        savers.bye(11);
        assert_eq!((savers.voter(), savers.playing()), (None, Vec::new()));
    }

    #[test]
    fn there_is_room_for_so_many_and_a_later_hello_needs_none() {
        let mut savers = Savers::default();
        let most = u32::try_from(SAVERS_MAX).unwrap();
        for pid in 0..most {
            savers.hello(hello(pid, "DP-1", None));
        }
        let answer = savers.hello(hello(most, "DP-1", None));
        assert!(matches!(answer, Answer::Refused { .. }));
        check(&savers.hello(hello(0, "DP-1", None)), true, &[]);
    }
}
