//! One slab: 1,024 points that play the chaos game together.
//!
//! Every step each group of 32 points goes through one xform (each point through its own where the genome has
//! xaos), points that came out bad are replaced, the points are plotted, and then re-mixed into new groups.
//! `docs/rendering.md` is the specification; this file follows its order.
//!
//! Nothing here depends on how many lanes the machine works on at once: a point's next place is a function of
//! its place, its colour, and the words drawn for it.

use super::histogram::SharedHistogram;
use super::lanes::{LANES, Lanes, Numbers, Places};
use super::scatter::{Inks, Scatter};
use super::xform::apply;
use crate::plan::{FramePlan, Moment, SLAB_POINTS};
use crate::streams::{Key, counter, purpose};

/// Points of a slab.
const POINTS: usize = SLAB_POINTS as usize;
/// Groups of a slab.
const GROUPS: usize = POINTS / LANES;
const GROUP_BITS: u32 = GROUPS.ilog2();
/// Steps before the first plotted one.
const FUSE: u32 = 24;
/// Bad values in a row after which the replacement is taken as it is.
const ATTEMPTS: u32 = 5;
/// A coordinate beyond this is bad, and so is what is not a number.
const BAD: f32 = 1e10;
/// The bin of a point outside the histogram.
const OUTSIDE: u32 = u32::MAX;

/// What a slab has to do.
pub(super) struct SlabTask<'a> {
    moment: &'a Moment,
    inks: &'a Inks,
    key: Key,
    /// Points to plot.
    pub(super) samples: u64,
    bins_wide: u32,
    bins_high: u32,
}

impl<'a> SlabTask<'a> {
    /// Slab `slab` of `moment`.
    pub(super) fn new(plan: &FramePlan, moment: &'a Moment, inks: &'a Inks, slab: u32) -> Self {
        let before = u64::from(slab) * plan.slab_samples();
        Self {
            moment,
            inks,
            key: moment.key.derive(slab),
            samples: (moment.samples - before).min(plan.slab_samples()),
            bins_wide: plan.shape.bins_wide(),
            bins_high: plan.shape.bins_high(),
        }
    }
}

/// The points of a slab, each number in an array of its own, place by place.
#[derive(Clone)]
struct Slab {
    x: [f32; POINTS],
    y: [f32; POINTS],
    color: [f32; POINTS],
    /// The xform that a point last went through; for xaos.
    xform: [u8; POINTS],
}

/// The place of a point with a bad value, and the selection row of its past.
type Bad = (usize, usize);

/// Plays one slab and hands its hits to `scatter`.
pub(super) fn run_slab(task: &SlabTask<'_>, histogram: &SharedHistogram, scatter: &mut Scatter) {
    let mut slab = Box::new(Slab::start(task.key));
    let mut mixed = slab.clone();
    let mut bad = Vec::new();
    let mut left = task.samples;
    let mut step = 0;
    while left > 0 {
        if task.moment.selection.has_xaos() {
            slab.step_by_point(task, step, &mut bad);
        } else {
            slab.step_by_group(task, step, &mut bad);
        }
        for (place, row) in bad.drain(..) {
            slab.retry(task, step, place, row);
        }
        if step >= FUSE {
            let plotted = left.min(POINTS as u64);
            slab.plot(task, step, plotted as usize, histogram, scatter);
            left -= plotted;
        }
        slab.mix_into(&mut mixed, step);
        std::mem::swap(&mut slab, &mut mixed);
        step += 1;
    }
}

impl Slab {
    /// Fresh points in the square of ±1.
    fn start(key: Key) -> Self {
        let mut slab = Self {
            x: [0.0; POINTS],
            y: [0.0; POINTS],
            color: [0.0; POINTS],
            xform: [0; POINTS],
        };
        for place in 0..POINTS {
            let at = place as u32;
            slab.x[place] = key.signed(counter(purpose::START_X, 0, at));
            slab.y[place] = key.signed(counter(purpose::START_Y, 0, at));
            slab.color[place] = key.uniform(counter(purpose::START_COLOR, 0, at));
        }
        slab
    }

    /// Moves every group through the xform it draws; `bad` gets the places whose values are bad.
    fn step_by_group(&mut self, task: &SlabTask<'_>, step: u32, bad: &mut Vec<Bad>) {
        let offset = task.key.word(counter(purpose::CHOICE, step, 0));
        let order = Order::new(task.key, step);
        for group in 0..GROUPS {
            // The groups share the interval evenly from a random offset: each choice is as random as ever, and
            // together they come closer to the weights than independent ones.
            let word = offset.wrapping_add(order.rank(group as u32) << (32 - GROUP_BITS));
            let choice = task.moment.selection.choose(0, word);
            let first = group * LANES;
            let mut lanes = Lanes {
                x: *lane_array(&self.x, first),
                y: *lane_array(&self.y, first),
            };
            let mut color = *lane_array(&self.color, first);
            let places = Places::new(task.key, purpose::variations(0), step, |lane| {
                (first + lane) as u32
            });
            apply(&task.moment.xforms[choice], &mut lanes, &mut color, places);
            *lane_array_mut(&mut self.x, first) = lanes.x;
            *lane_array_mut(&mut self.y, first) = lanes.y;
            *lane_array_mut(&mut self.color, first) = color;
            self.xform[first..first + LANES].fill(choice as u8);
            if any_bad(&lanes) {
                let bad_lanes = (0..LANES).filter(|&lane| is_bad(lanes.x[lane], lanes.y[lane]));
                bad.extend(bad_lanes.map(|lane| (first + lane, 0)));
            }
        }
    }

    /// Moves every point through the xform it draws after its last one.
    ///
    /// The points of one xform are brought together, so that groups stay full.
    fn step_by_point(&mut self, task: &SlabTask<'_>, step: u32, bad: &mut Vec<Bad>) {
        let selection = &task.moment.selection;
        let mut places_of = vec![Vec::new(); task.moment.xforms.len()];
        let mut rows = [0; POINTS];
        for (place, row) in rows.iter_mut().enumerate() {
            let word = task.key.word(counter(purpose::CHOICE, step, place as u32));
            // The first choice has no past.
            *row = if step == 0 {
                0
            } else {
                usize::from(self.xform[place]) + 1
            };
            places_of[selection.choose(*row, word)].push(place);
        }
        for (choice, places) in places_of.iter().enumerate() {
            for places in places.chunks(LANES) {
                self.move_points(task, choice, places, purpose::variations(0), step);
                for &place in places {
                    self.xform[place] = choice as u8;
                    if is_bad(self.x[place], self.y[place]) {
                        bad.push((place, rows[place]));
                    }
                }
            }
        }
    }

    /// Replaces the bad value at `place` by a fresh point and moves that, until it comes out good; the choices
    /// are made in selection row `row`.
    fn retry(&mut self, task: &SlabTask<'_>, step: u32, place: usize, row: usize) {
        let at = place as u32;
        for attempt in 1..=ATTEMPTS {
            self.x[place] = task
                .key
                .signed(counter(purpose::retry_x(attempt), step, at));
            self.y[place] = task
                .key
                .signed(counter(purpose::retry_y(attempt), step, at));
            if attempt == ATTEMPTS {
                return;
            }
            let word = task
                .key
                .word(counter(purpose::retry_choice(attempt), step, at));
            let choice = task.moment.selection.choose(row, word);
            self.xform[place] = choice as u8;
            self.move_points(task, choice, &[place], purpose::variations(attempt), step);
            if !is_bad(self.x[place], self.y[place]) {
                return;
            }
        }
    }

    /// Moves the points at `places` (at most a group) through xform `choice`.
    fn move_points(
        &mut self,
        task: &SlabTask<'_>,
        choice: usize,
        places: &[usize],
        from: u32,
        step: u32,
    ) {
        let mut lanes = Lanes::ZERO;
        let mut color = [0.0; LANES];
        for (lane, &place) in places.iter().enumerate() {
            lanes.x[lane] = self.x[place];
            lanes.y[lane] = self.y[place];
            color[lane] = self.color[place];
        }
        let at = |lane: usize| places.get(lane).map_or(0, |&place| place as u32);
        apply(
            &task.moment.xforms[choice],
            &mut lanes,
            &mut color,
            Places::new(task.key, from, step, at),
        );
        for (lane, &place) in places.iter().enumerate() {
            self.x[place] = lanes.x[lane];
            self.y[place] = lanes.y[lane];
            self.color[place] = color[lane];
        }
    }

    /// Plots the points at the first `plotted` places.
    fn plot(
        &self,
        task: &SlabTask<'_>,
        step: u32,
        plotted: usize,
        histogram: &SharedHistogram,
        scatter: &mut Scatter,
    ) {
        for first in (0..plotted).step_by(LANES) {
            let mut lanes = Lanes {
                x: *lane_array(&self.x, first),
                y: *lane_array(&self.y, first),
            };
            let mut color = *lane_array(&self.color, first);
            finish(task, step, first, &mut lanes, &mut color);
            let bins = bins(task, &lanes);
            let count = LANES.min(plotted - first);
            for lane in 0..count {
                let class = task.inks.class_of[usize::from(self.xform[first + lane])];
                if let Some(class) = class
                    && bins[lane] != OUTSIDE
                {
                    let coordinate = ((color[lane] * 65_536.0) as i32).clamp(0, 65_535) as u32;
                    scatter.push(histogram, task.inks, bins[lane], class, coordinate);
                }
            }
        }
    }

    /// Writes the points to the places they take in the next step.
    ///
    /// A point keeps its lane; the points of a lane move round the groups, each lane by a distance of its own
    /// that is hashed from the step.
    fn mix_into(&self, to: &mut Self, step: u32) {
        let mut sources = [0; LANES];
        for (lane, source) in sources.iter_mut().enumerate() {
            let word = Key::new(0).word(counter(purpose::CHOICE, step, lane as u32));
            *source = (word as usize % GROUPS) * LANES + lane;
        }
        for group in 0..GROUPS {
            for (lane, &source) in sources.iter().enumerate() {
                let (place, from) = (group * LANES + lane, (source + group * LANES) % POINTS);
                to.x[place] = self.x[from];
                to.y[place] = self.y[from];
                to.color[place] = self.color[from];
                to.xform[place] = self.xform[from];
            }
        }
    }
}

/// The order in which a step's groups share the interval of choices: a bijection of 0..32 drawn for the step.
///
/// Points of the same lane never meet in a group, so without it their choices would stay a fixed distance apart
/// for ever.
struct Order {
    flip: u32,
    factor: u32,
    turn: u32,
}

impl Order {
    fn new(key: Key, step: u32) -> Self {
        let word = key.word(counter(purpose::CHOICE, step, 1));
        Self {
            flip: word >> 27,
            factor: word >> 22 | 1,
            turn: (word >> 17) % GROUP_BITS,
        }
    }

    #[inline(always)]
    fn rank(&self, group: u32) -> u32 {
        let mixed = (group ^ self.flip).wrapping_mul(self.factor) % GROUPS as u32;
        (mixed << self.turn | mixed >> (GROUP_BITS - self.turn)) % GROUPS as u32
    }
}

/// The group that begins at place `first`.
#[inline(always)]
fn lane_array(numbers: &[f32; POINTS], first: usize) -> &Numbers {
    // Unwrap safety: `first` is a multiple of LANES below POINTS, so a whole group follows.
    numbers[first..].first_chunk().unwrap()
}

/// The group that begins at place `first`.
#[inline(always)]
fn lane_array_mut(numbers: &mut [f32; POINTS], first: usize) -> &mut Numbers {
    // Unwrap safety: `first` is a multiple of LANES below POINTS, so a whole group follows.
    numbers[first..].first_chunk_mut().unwrap()
}

/// Whether a value must be replaced; written so that what is not a number fails the comparison.
#[inline(always)]
fn is_bad(x: f32, y: f32) -> bool {
    !(x.abs() <= BAD && y.abs() <= BAD)
}

#[inline(always)]
fn any_bad(lanes: &Lanes) -> bool {
    let mut bad = 0;
    for lane in 0..LANES {
        bad |= u32::from(is_bad(lanes.x[lane], lanes.y[lane]));
    }
    bad != 0
}

/// Takes plotted points through the final xform, where there is one.
fn finish(task: &SlabTask<'_>, step: u32, first: usize, lanes: &mut Lanes, color: &mut Numbers) {
    let Some(last) = &task.moment.final_xform else {
        return;
    };
    let place = |lane: usize| (first + lane) as u32;
    let (mut moved, mut blended) = (*lanes, *color);
    let places = Places::new(task.key, purpose::FINAL_VARIATIONS, step, place);
    apply(&last.xform, &mut moved, &mut blended, places);
    for lane in 0..LANES {
        let draw = |purpose| counter(purpose, step, place(lane));
        if last.probability < 1.0 && task.key.uniform(draw(purpose::FINAL)) >= last.probability {
            continue;
        }
        if is_bad(moved.x[lane], moved.y[lane]) {
            moved.x[lane] = task.key.signed(draw(purpose::FINAL_X));
            moved.y[lane] = task.key.signed(draw(purpose::FINAL_Y));
        }
        lanes.x[lane] = moved.x[lane];
        lanes.y[lane] = moved.y[lane];
        color[lane] = blended[lane];
    }
}

/// The bins that the points of a group fall on.
#[inline(always)]
fn bins(task: &SlabTask<'_>, lanes: &Lanes) -> [u32; LANES] {
    let at = lanes.mapped(&task.moment.camera);
    let (wide, high) = (task.bins_wide as f32, task.bins_high as f32);
    let mut bins = [OUTSIDE; LANES];
    for (lane, bin) in bins.iter_mut().enumerate() {
        let (x, y) = (at.x[lane], at.y[lane]);
        let inside = x >= 0.0 && x < wide && y >= 0.0 && y < high;
        let index = (y as i32 as u32)
            .wrapping_mul(task.bins_wide)
            .wrapping_add(x as i32 as u32);
        *bin = if inside { index } else { OUTSIDE };
    }
    bins
}
