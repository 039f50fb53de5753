//! A machine to play stories on: a situation, a fake clock, and a desk that carries out effects.

use std::time::Duration;

use woolgather_agent::situation::{InSaver, Input, Link, Power, Queue, Sleep};
use woolgather_agent::{
    Agent, Consent, Effect, Effort, LocalTime, Settings, Situation, State, Weekday,
};

/// How often the world steps when time passes.
pub(crate) const STEP: Duration = Duration::from_millis(200);

/// What the effects have led to. Carrying out one twice is a failure of the agent's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Desk {
    pub(crate) saver: bool,
    pub(crate) work: Option<Effort>,
    pub(crate) card_held: bool,
    pub(crate) send: bool,
    pub(crate) fetch: bool,
    pub(crate) share: Option<u32>,
    pub(crate) trims: Vec<u64>,
    pub(crate) written: Option<State>,
}

impl Desk {
    #[track_caller]
    pub(crate) fn carry_out(&mut self, effect: &Effect) {
        let turn = |place: &mut bool, to: bool| {
            assert_ne!(*place, to, "{effect:?} was said twice");
            *place = to;
        };
        match effect {
            Effect::OpenSaver => turn(&mut self.saver, true),
            Effect::CloseSaver => turn(&mut self.saver, false),
            Effect::StartWork(effort) => {
                assert_eq!(self.work, None, "work was started twice");
                self.work = Some(*effort);
                self.card_held |= effort.card_percent > 0;
            }
            Effect::ChangeEffort(effort) => {
                assert!(self.work.is_some(), "an effort without work");
                assert_ne!(self.work, Some(*effort), "the same effort again");
                self.work = Some(*effort);
                self.card_held |= effort.card_percent > 0;
            }
            Effect::StopWork => assert!(self.work.take().is_some(), "work was stopped twice"),
            Effect::ReleaseCard => {
                let uses = self.work.is_some_and(|effort| effort.card_percent > 0);
                assert!(!uses, "the card was taken away from work");
                turn(&mut self.card_held, false);
            }
            Effect::StartSending => turn(&mut self.send, true),
            Effect::StopSending => turn(&mut self.send, false),
            Effect::StartFetching => turn(&mut self.fetch, true),
            Effect::StopFetching => turn(&mut self.fetch, false),
            Effect::StartSharing { kib_per_s_max } => {
                assert_ne!(self.share, Some(*kib_per_s_max), "the same speed again");
                self.share = Some(*kib_per_s_max);
            }
            Effect::StopSharing => assert!(self.share.take().is_some(), "said twice"),
            Effect::TrimFlock { bytes_max } => self.trims.push(*bytes_max),
            Effect::WriteState(state) => self.written = Some(*state),
        }
    }

    /// "saver | 2+card | send fetch share", with a dash for what is not.
    pub(crate) fn words(&self) -> String {
        let saver = if self.saver { "saver" } else { "-" };
        let work = self.work.map_or("-".to_owned(), |effort| {
            let card = match effort.card_percent {
                0 => String::new(),
                100 => "+card".to_owned(),
                percent => format!("+card {percent} %"),
            };
            format!("{}{card}", effort.cores)
        });
        let lines = [
            (self.send, "send"),
            (self.fetch, "fetch"),
            (self.share.is_some(), "share"),
        ];
        let open: Vec<&str> = lines
            .iter()
            .filter(|line| line.0)
            .map(|line| line.1)
            .collect();
        let network = if open.is_empty() {
            "-".to_owned()
        } else {
            open.join(" ")
        };
        format!("{saver} | {work} | {network}")
    }
}

/// The machine of the stories.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) agent: Agent,
    pub(crate) settings: Settings,
    pub(crate) situation: Situation,
    pub(crate) now: Duration,
    pub(crate) desk: Desk,
}

/// The settings of somebody who has said yes to everything that is asked.
pub(crate) fn willing() -> Settings {
    let mut settings = Settings::default();
    settings.render.enabled = Consent::Given;
    settings.network.share = Consent::Given;
    settings
}

/// A desktop machine with four cores and a card, untouched for ten minutes, on a Tuesday afternoon.
pub(crate) fn idle_machine() -> Situation {
    Situation {
        unix_s: 1_800_000_000,
        local: LocalTime::new(Weekday::Tuesday, 15, 0),
        input: Input::Since(Duration::from_secs(600)),
        power: Power::Mains,
        card: true,
        temperature_c: Some(60),
        others_cpu_percent: Some(3),
        disk_free_bytes: Some(100 << 30),
        cache_bytes: 1 << 30,
        queue: Queue::InHand("Cinder Star".to_owned()),
        ..Situation::default()
    }
}

impl World {
    /// The idle machine of a willing person, before the agent's first step.
    pub(crate) fn new() -> Self {
        let settings = willing();
        let situation = idle_machine();
        Self {
            agent: Agent::new(settings.clone(), State::default(), situation.unix_s),
            settings,
            situation,
            now: Duration::from_secs(1000),
            desk: Desk::default(),
        }
    }

    /// One step without time passing. What happens once is over afterwards.
    #[track_caller]
    pub(crate) fn step(mut self) -> Self {
        self.step_effects();
        self
    }

    #[track_caller]
    pub(crate) fn step_effects(&mut self) -> Vec<Effect> {
        let effects = self.agent.step(self.now, &self.situation);
        for effect in &effects {
            self.desk.carry_out(effect);
        }
        self.situation.in_saver = InSaver::Quiet;
        self.situation.player_dropped_frames = false;
        if self.situation.sleep == Sleep::JustWoke {
            self.situation.sleep = Sleep::Awake;
        }
        effects
    }

    /// Lets time pass on all clocks, without a step.
    pub(crate) fn pass(mut self, time: Duration) -> Self {
        let seconds_before = self.now.as_secs();
        self.now += time;
        self.situation.unix_s += (self.now.as_secs() - seconds_before) as i64;
        if let Input::Since(since) = &mut self.situation.input {
            *since += time;
        }
        self
    }

    /// Lets `seconds` pass in steps.
    #[track_caller]
    pub(crate) fn wait(mut self, seconds: u64) -> Self {
        let end = self.now + Duration::from_secs(seconds);
        while self.now < end {
            self = self.pass(STEP).step();
        }
        self
    }

    /// Changes the situation; the next step sees it.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Situation)) -> Self {
        change(&mut self.situation);
        self
    }

    /// Changes the settings.
    pub(crate) fn set(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self.agent.change_settings(self.settings.clone());
        self
    }

    /// Somebody touches the machine, and our saver notices when it shows.
    pub(crate) fn touch(self) -> Self {
        let shows = self.desk.saver;
        self.key(if shows {
            InSaver::Other
        } else {
            InSaver::Quiet
        })
    }

    /// Somebody presses a key, and this is what reaches the saver.
    pub(crate) fn key(self, in_saver: InSaver) -> Self {
        self.with(|s| {
            s.input = Input::Since(Duration::ZERO);
            s.in_saver = in_saver;
        })
    }

    /// Somebody asks for a pause.
    pub(crate) fn pause(mut self, seconds: Option<u64>) -> Self {
        self.agent.pause(seconds.map(Duration::from_secs));
        self
    }

    /// Somebody ends it.
    pub(crate) fn resume(mut self) -> Self {
        self.agent.resume();
        self
    }

    pub(crate) fn battery(self, percent: u8) -> Self {
        self.with(|s| s.power = Power::Battery(Some(percent)))
    }

    pub(crate) fn link(self, link: Link) -> Self {
        self.with(|s| s.link = link)
    }

    pub(crate) fn runs(self, program: &str) -> Self {
        self.with(|s| s.running = vec!["init".to_owned(), program.to_owned()])
    }

    pub(crate) fn at(self, weekday: Weekday, hour: u16, minute: u16) -> Self {
        self.with(|s| s.local = LocalTime::new(weekday, hour, minute))
    }

    pub(crate) fn schedule(self, range: &str) -> Self {
        self.set(|s| s.render.schedule.0 = vec![range.parse().unwrap()])
    }

    /// The agent ends and starts again after `seconds`, with what it wrote.
    pub(crate) fn restart(mut self, seconds: u64) -> Self {
        let effects = self.agent.clone().stop();
        for effect in &effects {
            self.desk.carry_out(effect);
        }
        self = self.pass(Duration::from_secs(seconds));
        let state = self.desk.written.unwrap_or_default();
        let state = State::from_json(&state.to_json()).unwrap();
        self.agent = Agent::new(self.settings.clone(), state, self.situation.unix_s);
        // The steady clock of a machine that was restarted starts anew.
        self.now = Duration::from_secs(5);
        self
    }

    /// The sentence after the last step.
    pub(crate) fn sentence(&self) -> String {
        self.agent.decision().unwrap().reason.to_string()
    }
}
