//! The agent's desk: everything that comes in becomes a situation, and what is decided is carried out.

mod panel;

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;
use url::Url;
use woolgather_agent::situation::{InSaver, Input, Link, Queue, Sleep};
use woolgather_agent::talk::{Answer, Rendering, Request, Status, Today};
use woolgather_agent::tray::Act;
use woolgather_agent::{
    Agent, Decision, Effect, Line, LocalTime, Reason, Saver, Savers, Settings, Situation, State,
    Weekday, Why, Work,
};
use woolgather_platform::desktop::SleepEvent;
use woolgather_platform::saver;

use super::children::{ChildNews, Role};
use super::hands::{Hands, STATE};
use super::sight::Sight;
use super::socket::Asked;
use super::survey::{Looking, Presence, Survey};
use super::tray::Tray;

/// Between two steps while something of ours runs or shows, and while nothing does.
const STEP_BUSY: Duration = Duration::from_millis(150);
const STEP_QUIET: Duration = Duration::from_secs(1);
/// How long the coordinator is left alone when it did not answer, or a child failed.
const LEFT_ALONE: Duration = Duration::from_secs(60);
/// How long our saver's windows have to say that a key was theirs.
const KEY_PATIENCE: Duration = Duration::from_millis(500);
/// On Windows, how long what counts as input may come of windows that open under the pointer, as under wine.
/// Elsewhere only people make input, and whoever presses a key before the windows have the keyboard is back.
const OPENING: Duration = Duration::from_secs(2);

/// What comes in.
#[derive(Debug)]
pub(crate) enum Event {
    Asked(Asked),
    Presence(Presence),
    Survey(Survey),
    Sleep(SleepEvent),
    Child(ChildNews),
    /// Somebody chose this in the icon's menu.
    Chosen(Act),
    /// The system wants the agent to end.
    Stop,
}

/// The agent at work.
pub(crate) struct Desk<S> {
    hands: Hands,
    agent: Agent,
    /// Reads the settings again when they have changed.
    settings: S,
    events: Receiver<Event>,
    looking: Arc<Mutex<Looking>>,
    look_now: Sender<()>,
    started: Instant,
    presence: Presence,
    presence_since: Instant,
    survey: Survey,
    sleep: Sleep,
    savers: Savers,
    sight: Sight,
    tray: Tray,
    /// Is an icon in the panel wanted?
    wants_tray: bool,
    /// When the saver's windows last told of a key of theirs.
    key_taken: Option<Instant>,
    saver_opened: Option<Instant>,
    saver_left: bool,
    vote_key: bool,
    queue: Queue,
    unreachable_until: Option<Instant>,
    dropped_frames: u64,
    today: Today,
    day: String,
    rendered: Duration,
    stepped: Instant,
}

impl<S: FnMut() -> Option<Settings>> Desk<S> {
    /// A desk for `settings`, which are read again by calling `again`.
    pub(crate) fn new(
        mut hands: Hands,
        settings: Settings,
        again: S,
        events: Receiver<Event>,
        looking: Arc<Mutex<Looking>>,
        look_now: Sender<()>,
        tray: Tray,
    ) -> Self {
        let kept = std::fs::read_to_string(hands.place().folder.join(STATE));
        let state = match kept.map(|text| State::from_json(&text)) {
            Ok(Ok(state)) => state,
            Ok(Err(error)) => {
                tracing::warn!("{error}");
                State::default()
            }
            Err(_) => State::default(),
        };
        let now = Instant::now();
        lock(&looking).apps = settings.exclusive.apps.clone();
        hands.set_quota(quota_bytes(&settings));
        Self {
            sight: Sight::new(hands.place()),
            tray,
            wants_tray: settings.agent.tray,
            agent: Agent::new(settings, state, unix_s()),
            hands,
            settings: again,
            events,
            looking,
            look_now,
            started: now,
            presence: Presence::Here,
            presence_since: now,
            survey: Survey::default(),
            sleep: Sleep::Awake,
            savers: Savers::default(),
            key_taken: None,
            saver_opened: None,
            saver_left: false,
            vote_key: false,
            queue: Queue::Unasked,
            unreachable_until: None,
            dropped_frames: 0,
            today: Today::default(),
            day: String::new(),
            rendered: Duration::ZERO,
            stepped: now,
        }
    }

    /// Works until somebody wants it to end; then ends what it has begun.
    pub(crate) fn run(mut self) {
        loop {
            let busy = self.hands.are_busy() || self.savers.have_host();
            let wait = if busy { STEP_BUSY } else { STEP_QUIET };
            let mut event = match self.events.recv_timeout(wait) {
                Ok(event) => Some(event),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            // Everything that is there before anything is decided, a worker's chatter too.
            let mut stop = false;
            while let Some(next) = event {
                stop |= self.take(next);
                event = self.events.try_recv().ok();
            }
            if stop {
                break;
            }
            self.step();
        }
        for effect in self.agent.clone().stop() {
            self.carry_out(&effect);
        }
        self.tray.show(None);
        self.hands.let_go();
    }

    /// Takes in an event; true where it means the end.
    fn take(&mut self, event: Event) -> bool {
        match event {
            Event::Stop => return true,
            Event::Asked(Asked { request, answer }) => {
                let stop = request == Request::Stop;
                let reply = self.answer(request);
                // Who asked may have gone.
                answer.send(reply).ok();
                return stop;
            }
            Event::Presence(presence) => {
                self.presence = presence;
                self.presence_since = Instant::now();
            }
            Event::Survey(survey) => {
                self.survey = survey;
                if let Some(settings) = (self.settings)() {
                    self.change_settings(settings);
                }
            }
            Event::Sleep(SleepEvent::GoingToSleep) => self.sleep = Sleep::GoingDown,
            Event::Sleep(SleepEvent::Woke) => self.sleep = Sleep::JustWoke,
            Event::Child(ChildNews::Said(role, number, said)) => self.hear(role, number, &said),
            Event::Child(ChildNews::Ended(role, number)) => self.bury(role, number),
            Event::Chosen(act) => return self.act(act),
        }
        false
    }

    fn answer(&mut self, request: Request) -> Answer {
        match request {
            Request::Status => Answer::Status(Box::new(self.status())),
            Request::Pause { for_s } => {
                self.agent.pause(for_s.map(Duration::from_secs));
                Answer::Ok
            }
            Request::Resume => {
                self.agent.resume();
                Answer::Ok
            }
            Request::Vote { vote, sheep } => self.sight.vote(vote, sheep.as_deref(), &self.savers),
            Request::Seen => self.sight.list(),
            Request::SaverHello(hello) => {
                if hello.key_taken && self.hands.number(Role::Saver) == Some(hello.pid) {
                    self.key_taken = Some(Instant::now());
                    self.vote_key = true;
                }
                self.sight.hear(&hello, &self.savers, unix_s());
                self.savers.hello(hello)
            }
            Request::SaverBye { pid } => {
                self.savers.bye(pid);
                self.dropped_frames = self.savers.dropped_frames();
                Answer::Ok
            }
            Request::SettingsChanged => {
                if let Some(settings) = (self.settings)() {
                    self.change_settings(settings);
                }
                Answer::Ok
            }
            Request::Stop => Answer::Ok,
        }
    }

    fn change_settings(&mut self, settings: Settings) {
        lock(&self.looking).apps = settings.exclusive.apps.clone();
        self.hands.set_quota(quota_bytes(&settings));
        self.wants_tray = settings.agent.tray;
        self.agent.change_settings(settings);
        // Who has gone sees the old look and nothing else.
        self.look_now.send(()).ok();
    }

    fn status(&self) -> Status {
        let decision = self.agent.decision();
        let rendering = match (decision.map(|it| &it.work), &self.queue) {
            (Some(Work::Render(effort)), Queue::InHand(sheep)) => Some(Rendering {
                sheep: sheep.clone(),
                cores: effort.cores,
                cores_all: cores(),
                card_percent: effort.card_percent,
            }),
            _ => None,
        };
        let paused = |it: &Decision| matches!(it.reason, Reason::Resting(Why::Paused(_)));
        Status {
            sentence: decision.map_or_else(
                || "Not rendering: the agent has just begun.".to_owned(),
                |it| it.reason.to_string(),
            ),
            saver: decision.map_or_else(String::new, |it| it.saver.to_string()),
            network: decision.map_or_else(Vec::new, |it| it.network_sentences().to_vec()),
            playing: self.savers.playing(),
            rendering,
            sharing: self.hands.are_sharing(),
            paused: decision.is_some_and(paused),
            today: Today {
                rendering_s: self.rendered.as_secs(),
                ..self.today
            },
        }
    }

    /// Hears what a child says.
    fn hear(&mut self, role: Role, number: u32, said: &Value) {
        if self.hands.number(role) != Some(number) {
            return;
        }
        match said["event"].as_str() {
            Some("leased") => {
                let title = said["title"].as_str().unwrap_or("a sheep");
                self.queue = Queue::InHand(title.to_owned());
                self.unreachable_until = None;
            }
            Some("frame") => self.today.frames += 1,
            Some("submitted" | "audited") => {
                self.today.work_units += 1;
                self.queue = Queue::Unasked;
            }
            Some("refused" | "given_back") => self.queue = Queue::Unasked,
            Some("idle") => {
                self.queue = Queue::NoneThere;
                self.unreachable_until = None;
            }
            Some("withheld") => {
                let why = said["detail"].as_str().unwrap_or("it does not say why");
                self.queue = Queue::Withheld(why.to_owned());
                self.unreachable_until = None;
            }
            Some("unreachable") => {
                self.queue = Queue::Unasked;
                self.unreachable_until = Some(Instant::now() + LEFT_ALONE);
            }
            Some("fetched") => {
                self.today.fetched_bytes += said["bytes"].as_u64().unwrap_or(0);
            }
            _ => {}
        }
    }

    /// A child has ended; where nobody asked it to, that means something.
    fn bury(&mut self, role: Role, number: u32) {
        self.savers.bye(number);
        let Some(code) = self.hands.bury(role, number) else {
            return;
        };
        match role {
            Role::Saver => self.saver_left = true,
            Role::Worker | Role::Sharing => {
                tracing::warn!(?code, "{role:?} has ended by itself");
                self.unreachable_until = Some(Instant::now() + LEFT_ALONE);
                if role == Role::Worker {
                    self.queue = Queue::Unasked;
                }
            }
        }
    }

    /// Looks, decides, and carries out.
    fn step(&mut self) {
        let now = Instant::now();
        let passed = now - std::mem::replace(&mut self.stepped, now);
        if self.hands.are_working() {
            self.rendered += passed;
        }
        let situation = self.situation(now);
        for effect in self.agent.step(now - self.started, &situation) {
            self.carry_out(&effect);
        }
        self.sleep = Sleep::Awake;
        self.saver_left = false;
        self.vote_key = false;
        let left_alone = self.unreachable_until.is_some_and(|until| now < until);
        if self.hands.look_after(now, left_alone) {
            self.queue = Queue::Unasked;
        }
        let own = self.hands.numbers().into_iter().chain(self.savers.pids());
        lock(&self.looking).own = own.collect::<BTreeSet<_>>().into_iter().collect();
        self.show_in_panel();
    }

    fn carry_out(&mut self, effect: &Effect) {
        tracing::debug!(?effect);
        if *effect == Effect::OpenSaver {
            self.saver_opened = Some(Instant::now());
        }
        if self.hands.carry_out(effect) {
            self.queue = Queue::Unasked;
        }
    }

    fn situation(&mut self, now: Instant) -> Situation {
        if self.unreachable_until.is_some_and(|until| now >= until) {
            self.unreachable_until = None;
        }
        let local = jiff::Zoned::now();
        let day = local.date().to_string();
        if day != self.day {
            self.day = day;
            self.today = Today::default();
            self.rendered = Duration::ZERO;
        }
        let dropped = self.savers.dropped_frames();
        let dropped_more = dropped > std::mem::replace(&mut self.dropped_frames, dropped);
        let survey = self.survey.clone();
        let is_near = |url: &Url| {
            let host = url.host_str().unwrap_or_default();
            matches!(host, "localhost" | "127.0.0.1" | "[::1]")
        };
        let link = match &self.hands.place().coordinator {
            // The way to this machine is there without a network.
            Some(url) if is_near(url) => Link::Free,
            _ => survey.link,
        };
        // What cannot be handed in is not begun: the worker waits with what it has.
        let sends = self
            .agent
            .decision()
            .is_none_or(|decision| decision.network.send == Line::Open);
        Situation {
            unix_s: unix_s(),
            local: local_time(&local),
            input: match &self.presence {
                Presence::Here => Input::Since(Duration::ZERO),
                Presence::Away(since) => Input::Since(now.saturating_duration_since(*since)),
                Presence::Unknown(why) => Input::Unknown(why.clone()),
            },
            in_saver: self.in_saver(now),
            power: survey.power,
            sleep: self.sleep,
            locked: survey.locked,
            full_screen: survey.full_screen,
            inhibitor: survey.inhibitor,
            running: survey.running,
            cores: cores(),
            card: self.hands.place().card,
            temperature_c: survey.temperature_c,
            others_cpu_percent: survey.others_cpu_percent,
            link,
            flock_known: self.hands.place().coordinator.is_some(),
            coordinator_reachable: self.unreachable_until.is_none(),
            disk_free_bytes: survey.disk_free_bytes,
            cache_bytes: survey.cache_bytes,
            host_saver: self.savers.have_host().then(|| saver::HOST.to_owned()),
            host_chosen: survey.host_chosen,
            queue: if sends {
                self.queue.clone()
            } else {
                Queue::Unasked
            },
            player_dropped_frames: dropped_more,
        }
    }

    /// What reached our saver's windows.
    fn in_saver(&self, now: Instant) -> InSaver {
        if self.saver_left {
            return InSaver::Other;
        }
        if self.hands.number(Role::Saver).is_none() {
            // One that could not be started is not on, whatever was decided.
            let is_missed = |it: &Decision| it.saver == Saver::Show;
            return if self.agent.decision().is_some_and(is_missed) {
                InSaver::Other
            } else {
                InSaver::Quiet
            };
        }
        if self.vote_key {
            return InSaver::VoteKey;
        }
        // Input that the windows do not tell of went elsewhere: they have not got the keyboard.
        let unheard = match self.presence {
            Presence::Here => {
                let heard = self
                    .key_taken
                    .is_some_and(|taken| taken >= self.presence_since);
                let came_with_it = cfg!(windows)
                    && self
                        .saver_opened
                        .is_some_and(|opened| self.presence_since < opened + OPENING);
                !heard && !came_with_it && now - self.presence_since > KEY_PATIENCE
            }
            Presence::Away(_) | Presence::Unknown(_) => false,
        };
        if unheard {
            InSaver::Unfocused
        } else {
            InSaver::Quiet
        }
    }
}

fn quota_bytes(settings: &Settings) -> u64 {
    u64::from(settings.disk.flock_gib_max) << 30
}

/// Seconds since 1970.
fn unix_s() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs() as i64)
}

/// The clock on the wall.
fn local_time(now: &jiff::Zoned) -> LocalTime {
    LocalTime::new(
        Weekday::ALL[usize::from(now.weekday().to_monday_zero_offset().unsigned_abs())],
        now.hour().unsigned_abs().into(),
        now.minute().unsigned_abs().into(),
    )
}

fn cores() -> u32 {
    std::thread::available_parallelism().map_or(1, |cores| cores.get() as u32)
}

/// A thread that panicked while it held it has left a list that is still true.
fn lock(looking: &Mutex<Looking>) -> std::sync::MutexGuard<'_, Looking> {
    looking.lock().unwrap_or_else(PoisonError::into_inner)
}
