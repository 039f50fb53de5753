//! Days of a fleet: a queue of events over the grid.
//!
//! Messages are lost, doubled and late, machines are switched off with and without a word, and the
//! coordinator is started again every few hours. All draws come from one generator, so a run can be
//! repeated.

mod coordinator;
mod messages;
mod people;

use std::collections::BTreeMap;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use woolgather_coordinator_core::grid::{Grid, Job, Settings, Settlement};
use woolgather_coordinator_core::random::unit;

use crate::pictures::Pictures;
use crate::tally::Tally;
use crate::volunteers::Volunteer;
use messages::Message;

/// An hour, in milliseconds.
pub(crate) const HOUR_MS: i64 = 60 * 60 * 1000;

/// A fresh key takes a liar so long: it costs nothing.
const FRESH_KEY_MS: i64 = 60 * 1000;

/// The coordinator looks after everything so often.
const TICK_MS: i64 = 5_000;

/// What is simulated.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Decides all draws.
    pub rng_seed: u64,
    /// People with a machine each.
    pub volunteers: usize,
    /// Simulated time.
    pub hours: i64,
    /// Share of the volunteers that lie.
    pub bad: f64,
    /// All liars do this attack, by its place in [`crate::attacks::ATTACKS`]; `None`: each in turn.
    pub only: Option<usize>,
    /// Share of the machines that are on which are switched off within an hour.
    pub churn: f64,
    /// Share of requests, and of answers, that are lost.
    pub lost: f64,
}

impl Options {
    /// Two days of 200 volunteers, a tenth of them liars.
    #[must_use]
    pub fn new(rng_seed: u64) -> Self {
        Self {
            rng_seed,
            volunteers: 200,
            hours: 48,
            bad: 0.1,
            only: None,
            churn: 0.3,
            lost: 0.02,
        }
    }
}

/// Something that happens at a time.
#[derive(Debug, Clone, Copy)]
enum Event {
    /// The coordinator looks after everything.
    Tick,
    /// A machine is switched on or off.
    Switch { volunteer: usize },
    /// A machine asks for work, if it is still the same session.
    Ask { volunteer: usize, session: u32 },
    /// A machine has finished its first lease.
    Rendered { volunteer: usize, session: u32 },
    /// A message reaches the coordinator.
    Deliver(Message),
    /// The coordinator has rendered what a job wanted.
    Refereed {
        job: Job,
        settlement: Settlement,
        start: u64,
    },
    /// The coordinator dies and is started again.
    Restart,
    /// A liar comes back with a fresh key.
    Anew { volunteer: usize },
}

/// A fleet and its coordinator.
#[derive(Debug)]
pub struct World {
    pub(crate) options: Options,
    pub(crate) grid: Grid,
    pub(crate) pictures: Pictures,
    pub(crate) volunteers: Vec<Volunteer>,
    pub(crate) tally: Tally,
    rng: ChaCha8Rng,
    now_ms: i64,
    events: BTreeMap<(i64, u64), Event>,
    /// Numbers events, keys and digests.
    counter: u64,
    /// How often the coordinator was started.
    start: u64,
    /// It answers nobody before this.
    up_at_ms: i64,
    referee_is_busy: bool,
    /// Whether a submission was a device's in probation, by its number.
    was_new: Vec<Option<bool>>,
    found_bad: u64,
}

impl World {
    /// A fleet at its beginning.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self::with_pictures(options, Pictures::default())
    }

    /// The same, with what attacks were measured to look like.
    #[must_use]
    pub fn with_pictures(options: Options, pictures: Pictures) -> Self {
        let mut world = Self {
            grid: Grid::new(Settings::default_flock(), 0),
            pictures,
            volunteers: Vec::new(),
            tally: Tally::default(),
            rng: ChaCha8Rng::seed_from_u64(options.rng_seed),
            now_ms: 0,
            events: BTreeMap::new(),
            counter: 0,
            start: 0,
            up_at_ms: 0,
            referee_is_busy: false,
            was_new: Vec::new(),
            found_bad: 0,
            options,
        };
        for _ in 0..8 {
            world.grid.bear();
        }
        for volunteer in 0..options.volunteers {
            world.join(volunteer);
        }
        world.after(TICK_MS, Event::Tick);
        world.after(6 * HOUR_MS, Event::Restart);
        world
    }

    /// Runs to the end. `progress` is told the simulated hours that are over.
    ///
    /// # Errors
    ///
    /// What is not as it must be, with the time of it: our bug, repeated by the same options.
    pub fn run(&mut self, mut progress: impl FnMut(i64)) -> Result<(), String> {
        let end_ms = self.options.hours * HOUR_MS;
        let mut hour = 0;
        while let Some(((at_ms, _), event)) = self.events.pop_first() {
            if at_ms > end_ms {
                break;
            }
            self.now_ms = at_ms;
            if at_ms / HOUR_MS > hour {
                hour = at_ms / HOUR_MS;
                progress(hour);
                let at_hour = |what| format!("after {hour} h: {what}");
                self.grid.invariants().map_err(at_hour)?;
            }
            self.happen(event);
        }
        self.now_ms = end_ms;
        self.grid.invariants()
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Tick => self.tick(),
            Event::Switch { volunteer } => self.switch(volunteer),
            Event::Ask { volunteer, session } => self.ask(volunteer, session),
            Event::Rendered { volunteer, session } => self.rendered(volunteer, session),
            Event::Deliver(message) => self.deliver(message),
            Event::Refereed {
                job,
                settlement,
                start,
            } => self.refereed(job, settlement, start),
            Event::Restart => self.restart(),
            Event::Anew { volunteer } => self.anew(volunteer),
        }
    }

    fn after(&mut self, delay_ms: i64, event: Event) {
        let order = self.count();
        self.events
            .insert((self.now_ms + delay_ms.max(0), order), event);
    }

    fn count(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    /// True with this probability.
    fn chance(&mut self, probability: f64) -> bool {
        unit(&mut self.rng) < probability
    }

    /// A time with this mean, exponentially distributed.
    fn about(&mut self, mean_ms: i64) -> i64 {
        (-libm::log(1.0 - unit(&mut self.rng)) * mean_ms as f64) as i64
    }
}
