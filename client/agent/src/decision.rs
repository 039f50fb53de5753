//! What follows from the settings, the situation and what is remembered.
//!
//! [`decide`] is a function of its three arguments and nothing else. Each of saver, work and network
//! is allowed unless something stands against it, and what that is comes with it as a [`Why`].
//!
//! # Order of reasons
//!
//! Often several things stand against rendering. The one that is said is what the person would most
//! want to hear first, in this order, which the lists in this file follow:
//!
//! 1. what they said themselves: a pause, a program that has the machine to itself, the settings;
//! 2. what stays so until they do something: no flock, a desktop that does not tell when they are away;
//! 3. the machine's state: battery, heat, other programs, the schedule;
//! 4. what else comes first: a player that missed frames, a network that is gone;
//! 5. what passes by itself: falling asleep and waking up, a film, their own presence, a short rest.
//!
//! Presence comes so late because whoever asks is there: "you are at the machine" would be all they
//! ever heard.

use std::time::Duration;

use crate::memory::{Memory, Pause, Yielding};
use crate::reason::{Name, Reason, Why};
use crate::settings::{CardUse, Consent, RenderWhen, Settings};
use crate::situation::{Link, Power, Queue, Situation, Sleep};

/// How long nothing must have been touched for work beside a person, or with an unknown counter.
pub const QUIET_MIN: Duration = Duration::from_secs(10);

/// What the agent does from now on, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Our own saver.
    pub saver: Saver,
    /// Rendering for the flock.
    pub work: Work,
    /// What may go over the network.
    pub network: Network,
    /// The one sentence for the person.
    pub reason: Reason,
}

/// Our own saver; reads as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saver {
    /// It shows.
    Show,
    /// It does not.
    Hide(Why),
}

/// Rendering for the flock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// With this effort.
    Render(Effort),
    /// Not now.
    Rest(Why),
}

/// How much of the machine rendering may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Cores of the processor, at least 1.
    pub cores: u32,
    /// Per cent of the graphics card's time; 0 leaves it alone.
    pub card_percent: u8,
}

/// What may go over the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// Asking the coordinator for work and sending what is finished. While this is shut, finished
    /// work waits.
    pub send: Line,
    /// Fetching new sheep.
    pub fetch: Line,
    /// Passing sheep on to other participants.
    pub share: Line,
}

/// One thing that may go over the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// It may.
    Open,
    /// It may not.
    Shut(Why),
}

/// Decides what the agent does.
#[must_use]
pub fn decide(settings: &Settings, situation: &Situation, memory: &Memory) -> Decision {
    let view = View {
        settings,
        situation,
        memory,
    };
    let network = view.network();
    let work = view.work();
    Decision {
        saver: view.saver(),
        reason: view.reason(&work, &network),
        work,
        network,
    }
}

/// The three arguments of [`decide`], so that each rule below is a few words.
#[derive(Clone, Copy)]
struct View<'a> {
    settings: &'a Settings,
    situation: &'a Situation,
    memory: &'a Memory,
}

/// The first rule that stands against something.
fn first(rules: &[&dyn Fn() -> Option<Why>]) -> Option<Why> {
    rules.iter().find_map(|rule| rule())
}

impl View<'_> {
    fn saver(self) -> Saver {
        let saver = &self.settings.saver;
        let wait = Duration::from_secs(60) * saver.idle_minutes;
        let stays = self.memory.saver_open.is_some();
        let against = first(&[
            &|| self.by_request(),
            &|| (!saver.enabled).then_some(Why::TurnedOff),
            &|| (!stays).then(|| self.input_unknown()).flatten(),
            &|| {
                self.situation
                    .host_saver
                    .as_deref()
                    .map(|host| Why::HostShows(Name::of(host)))
            },
            &|| {
                self.situation
                    .host_chosen
                    .as_deref()
                    .map(|host| Why::HostWillShow(Name::of(host)))
            },
            &|| self.on_battery().filter(|_| !saver.on_battery),
            &|| self.situation.locked.then_some(Why::Locked),
            &|| self.asleep(),
            &|| self.watching(),
            &|| (!stays).then(|| self.present(wait)).flatten(),
        ]);
        against.map_or(Saver::Show, Saver::Hide)
    }

    fn work(self) -> Work {
        let against = first(&[
            &|| self.by_request(),
            &|| consent(self.settings.render.enabled),
            &|| self.flock_unknown(),
            &|| self.input_unknown().filter(|_| self.only_idle()),
            &|| self.power(),
            &|| self.heat(),
            &|| self.others(),
            &|| self.schedule(),
            &|| (self.memory.yielding == Yielding::All).then_some(Why::PlayingFirst),
            &|| self.nothing_to_do(),
            &|| self.asleep(),
            &|| self.watching().filter(|_| self.only_idle()),
            &|| self.here(),
            &|| (!self.memory.rested()).then_some(Why::ShortRest),
        ]);
        against.map_or_else(|| Work::Render(self.effort()), Work::Rest)
    }

    fn network(self) -> Network {
        let line = |against: Option<Why>| against.map_or(Line::Open, Line::Shut);
        let metered = !self.settings.network.on_metered;
        let link = || match self.situation.link {
            Link::Down => Some(Why::NoNetwork),
            Link::Metered if metered => Some(Why::Metered),
            Link::Metered | Link::Free => None,
        };
        let down = || {
            let going = self.situation.sleep == Sleep::GoingDown;
            going.then_some(Why::GoingToSleep)
        };
        let common = first(&[
            &|| self.by_request(),
            &|| self.flock_unknown(),
            &link,
            &down,
        ]);
        Network {
            send: line(common.clone()),
            fetch: line(first(&[&|| common.clone(), &|| self.disk()])),
            share: line(first(&[
                &|| self.by_request(),
                &|| consent(self.settings.network.share),
                &|| common.clone(),
                &|| self.on_battery(),
            ])),
        }
    }

    fn reason(self, work: &Work, network: &Network) -> Reason {
        match (work, &self.situation.queue) {
            (Work::Rest(why), _) => Reason::Resting(why.clone()),
            (Work::Render(effort), Queue::InHand(sheep)) => Reason::Rendering {
                sheep: Name::of(sheep),
                effort: *effort,
                cores: self.cores(),
                yielding: self.memory.yielding != Yielding::No,
                waiting: network.send != Line::Open,
            },
            (Work::Render(_), Queue::Unasked) => Reason::Asking,
            (Work::Render(_), Queue::NoneThere) => Reason::NoneThere,
            (Work::Render(_), Queue::Withheld(why)) => Reason::Withheld(Name::long(why)),
        }
    }

    /// What the person said that stands against everything of ours.
    fn by_request(self) -> Option<Why> {
        match self.memory.pause {
            Pause::UntilResumed => return Some(Why::Paused(None)),
            Pause::For(left) => return Some(Why::Paused(Some(left))),
            Pause::No => {}
        }
        let exclusive = self.settings.exclusive.apps.iter().map(|app| bare(app));
        let exclusive: Vec<String> = exclusive.collect();
        let mut running = self.situation.running.iter();
        let running = running.find(|program| exclusive.contains(&bare(program)));
        running.map(|program| Why::Exclusive(Name::of(program)))
    }

    fn flock_unknown(self) -> Option<Why> {
        (!self.situation.flock_known).then_some(Why::NoFlock)
    }

    fn only_idle(self) -> bool {
        self.settings.render.when == RenderWhen::Idle
    }

    /// Somebody may be here and nothing tells.
    fn input_unknown(self) -> Option<Why> {
        use crate::situation::Input::{Since, Unknown};
        match (&self.situation.input, self.memory.idle(self.situation)) {
            (Unknown(reason), None) => Some(Why::InputUnknown(Name::long(reason))),
            (Since(_) | Unknown(_), _) => None,
        }
    }

    fn on_battery(self) -> Option<Why> {
        match self.situation.power {
            Power::Battery(percent) => Some(Why::Battery(percent)),
            Power::Mains | Power::NoneKnown => None,
        }
    }

    fn power(self) -> Option<Why> {
        let render = &self.settings.render;
        match self.situation.power {
            Power::Battery(Some(percent)) if render.on_battery && self.memory.battery_low => {
                Some(Why::BatteryLow {
                    percent,
                    least: render.battery_percent_min,
                })
            }
            Power::Battery(Some(_)) if render.on_battery => None,
            _ => self.on_battery(),
        }
    }

    fn heat(self) -> Option<Why> {
        let celsius = self.situation.temperature_c.filter(|_| self.memory.hot)?;
        Some(Why::Hot(celsius))
    }

    fn others(self) -> Option<Why> {
        let percent = self.situation.others_cpu_percent;
        Some(Why::OthersBusy(percent.filter(|_| self.memory.busy)?))
    }

    fn schedule(self) -> Option<Why> {
        let schedule = &self.settings.render.schedule;
        let local = self.situation.local;
        (!schedule.allows(local)).then(|| Why::Schedule(schedule.next_opening(local)))
    }

    /// No work is here, and none can be asked for.
    fn nothing_to_do(self) -> Option<Why> {
        if let Queue::InHand(_) = self.situation.queue {
            return None;
        }
        match self.situation.link {
            Link::Down => Some(Why::NoNetworkNoWork),
            Link::Metered if !self.settings.network.on_metered => Some(Why::MeteredNoWork),
            _ => (!self.situation.coordinator_reachable).then_some(Why::NoCoordinator),
        }
    }

    /// Falling asleep, waking up, or a clock that jumped.
    fn asleep(self) -> Option<Why> {
        if self.situation.sleep == Sleep::GoingDown {
            return Some(Why::GoingToSleep);
        }
        self.memory.settling.map(|(jolt, _)| Why::Settling(jolt))
    }

    /// Somebody is here without touching anything: a film, a talk, a game.
    fn watching(self) -> Option<Why> {
        let full_screen = self.situation.full_screen.as_deref();
        let inhibitor = self.situation.inhibitor.as_deref();
        full_screen
            .map(|app| Why::FullScreen(Name::of(app)))
            .or_else(|| inhibitor.map(|who| Why::Inhibited(Name::of(who))))
    }

    /// Somebody was here less than `wait` ago.
    fn present(self, wait: Duration) -> Option<Why> {
        let idle = self.memory.idle(self.situation)?;
        (idle < wait).then_some(Why::Present(wait))
    }

    /// Somebody was here too lately for work.
    fn here(self) -> Option<Why> {
        if self.only_idle() {
            return self.present(self.away_after());
        }
        let idle = self.memory.idle(self.situation);
        let quiet = idle.unwrap_or_else(|| self.memory.unseen_for());
        (quiet < QUIET_MIN).then_some(Why::Touched)
    }

    fn away_after(self) -> Duration {
        Duration::from_secs(60) * self.settings.render.idle_minutes
    }

    /// Too little room for new sheep.
    fn disk(self) -> Option<Why> {
        let most = u64::from(self.settings.disk.flock_gib_max) << 30;
        let free = self.situation.disk_free_bytes;
        if let Some(free) = free.filter(|_| self.memory.disk_low) {
            return Some(Why::DiskFull {
                free,
                least: u64::from(self.settings.disk.free_gib_min) << 30,
            });
        }
        (self.situation.cache_bytes > most).then_some(Why::FlockTooLarge {
            taken: self.situation.cache_bytes,
            most,
        })
    }

    fn cores(self) -> u32 {
        self.situation.cores.max(1)
    }

    fn effort(self) -> Effort {
        let render = &self.settings.render;
        let away = || {
            let idle = self.memory.idle(self.situation);
            idle.is_some_and(|idle| idle >= self.away_after()) && self.watching().is_none()
        };
        let card = self.situation.card
            && match render.graphics_card {
                CardUse::Never => false,
                CardUse::Always => true,
                CardUse::Auto => away(),
            };
        let halves = u32::from(self.memory.yielding == Yielding::Half);
        let cores = u64::from(self.cores()) * u64::from(render.cores_percent) / 100;
        Effort {
            // Fits: at most all cores, because the settings' range ends at 100.
            cores: (u32::try_from(cores).unwrap_or(u32::MAX) >> halves).max(1),
            card_percent: if card { 100 >> halves } else { 0 },
        }
    }
}

fn consent(consent: Consent) -> Option<Why> {
    match consent {
        Consent::Given => None,
        Consent::Ask => Some(Why::NotAsked),
        Consent::Refused => Some(Why::TurnedOff),
    }
}

/// A program's name for comparison: `Game.EXE` and `game` are the same.
fn bare(program: &str) -> String {
    let name = program.trim().to_lowercase();
    name.strip_suffix(".exe").unwrap_or(&name).to_owned()
}
