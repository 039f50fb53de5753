//! One slab: 1,024 points that play the chaos game together.
//!
//! Every step each group of 32 points goes through one xform (each point through its own where the genome has
//! xaos), points that came out bad are replaced, the points are plotted, and then re-mixed into new groups.
//! `docs/rendering.md` is the specification; this file follows its order.
//!
//! Nothing here depends on how many lanes the machine works on at once: a point's next place is a function of
//! its place, its colour, and the words drawn for it.

use super::lanes::{LANES, Lanes, Numbers, Places};
use super::math;
use super::nudge::Nudge;
use super::scatter::{COLOR_BITS, Inks, Scatter};
use super::width::Code;
use crate::plan::{FramePlan, Moment, SLAB_POINTS, XformPlan};
use crate::streams::{Key, counter, purpose};

/// Points of a slab.
const POINTS: usize = SLAB_POINTS as usize;
/// Groups of a slab.
const GROUPS: usize = POINTS / LANES;
const GROUP_BITS: u32 = GROUPS.ilog2();
/// Steps before the first plotted one.
pub(crate) const FUSE: u32 = 24;
/// Bad values in a row after which the replacement is taken as it is.
const ATTEMPTS: u32 = 5;
/// A coordinate beyond this is bad, and so is what is not a number.
const BAD: f32 = 1e10;
/// Palette coordinates that a hit can tell apart.
const COLORS: f32 = 65_536.0;

/// What a slab has to do.
pub(super) struct SlabTask<'a> {
    moment: &'a Moment,
    pub(super) inks: &'a Inks,
    key: Key,
    nudge: Option<Nudge>,
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
            nudge: plan.nudge,
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
///
/// Inlined into what [`super::width`] compiles for a certain processor; `code` is the rest of that.
#[inline(always)]
pub(super) fn run_slab_here(
    task: &SlabTask<'_>,
    code: &Code<
        impl Fn(&XformPlan, &mut Lanes, &mut Numbers, Places),
        impl Fn(&mut Scatter, usize),
    >,
    scatter: &mut Scatter,
) {
    let mut before = Box::new(Slab::start(task.key));
    let mut slab = before.clone();
    let mut mix = Mix::NONE;
    let mut bad = Vec::new();
    let mut left = task.samples;
    let mut step = 0;
    while left > 0 {
        if task.moment.selection.has_xaos() {
            slab.step_by_point(&before, &mix, task, &code.apply, step, &mut bad);
        } else {
            slab.step_by_group(&before, &mix, task, &code.apply, step, &mut bad);
        }
        if !bad.is_empty() {
            slab.mend(task, &code.apply, step, &mut bad);
        }
        if step >= FUSE {
            let plotted = left.min(POINTS as u64);
            slab.plot(task, code, step, plotted as usize, scatter);
            left -= plotted;
        }
        mix = Mix::after(step);
        std::mem::swap(&mut before, &mut slab);
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

    /// Fills the slab with the points of `before`, mixed, each group moved through the xform it draws; `bad` gets the
    /// places whose values are bad.
    #[inline(always)]
    fn step_by_group(
        &mut self,
        before: &Self,
        mix: &Mix,
        task: &SlabTask<'_>,
        apply: impl Fn(&XformPlan, &mut Lanes, &mut Numbers, Places),
        step: u32,
        bad: &mut Vec<Bad>,
    ) {
        let offset = task.key.word(counter(purpose::CHOICE, step, 0));
        let order = Order::new(task.key, step);
        for group in 0..GROUPS {
            // The groups share the interval evenly from a random offset: each choice is as random as ever, and
            // together they come closer to the weights than independent ones.
            let word = offset.wrapping_add(order.rank(group as u32) << (32 - GROUP_BITS));
            let choice = task.moment.selection.choose(0, word);
            let first = group * LANES;
            let (mut lanes, mut color) = before.mixed_group(mix, first);
            let places = Places::new(task.key, purpose::variations(0), step, |lane| {
                (first + lane) as u32
            });
            apply(&task.moment.xforms[choice], &mut lanes, &mut color, places);
            if let Some(nudge) = task.nudge {
                nudge.apply(&mut lanes, task.key, step, |lane| first + lane);
            }
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

    /// The points that come to the group at place `first`, and their colours.
    #[inline(always)]
    fn mixed_group(&self, mix: &Mix, first: usize) -> (Lanes, Numbers) {
        let mut lanes = Lanes::ZERO;
        let mut color = [0.0; LANES];
        for (lane, color) in color.iter_mut().enumerate() {
            let from = mix.source(first, lane);
            lanes.x[lane] = self.x[from];
            lanes.y[lane] = self.y[from];
            *color = self.color[from];
        }
        (lanes, color)
    }

    /// Fills the slab with the points of `before`, mixed, each moved through the xform it draws after its last one.
    ///
    /// The points of one xform are brought together, so that groups stay full.
    fn step_by_point(
        &mut self,
        before: &Self,
        mix: &Mix,
        task: &SlabTask<'_>,
        apply: impl Fn(&XformPlan, &mut Lanes, &mut Numbers, Places),
        step: u32,
        bad: &mut Vec<Bad>,
    ) {
        let selection = &task.moment.selection;
        let mut places_of = vec![Vec::new(); task.moment.xforms.len()];
        let mut rows = [0; POINTS];
        for (place, row) in rows.iter_mut().enumerate() {
            let from = mix.source(place - place % LANES, place % LANES);
            self.x[place] = before.x[from];
            self.y[place] = before.y[from];
            self.color[place] = before.color[from];
            let word = task.key.word(counter(purpose::CHOICE, step, place as u32));
            // The first choice has no past.
            *row = if step == 0 {
                0
            } else {
                usize::from(before.xform[from]) + 1
            };
            places_of[selection.choose(*row, word)].push(place);
        }
        for (choice, places) in places_of.iter().enumerate() {
            for places in places.chunks(LANES) {
                self.move_points(task, &apply, choice, places, purpose::variations(0), step);
                for &place in places {
                    self.xform[place] = choice as u8;
                    if is_bad(self.x[place], self.y[place]) {
                        bad.push((place, rows[place]));
                    }
                }
            }
        }
    }

    /// Replaces the bad values at the places of `bad` by fresh points and moves those, until they come out good; the
    /// choices are made in the selection rows of `bad`, which is empty afterwards.
    ///
    /// Points of one choice are moved together: there are flames that throw away every point.
    fn mend(
        &mut self,
        task: &SlabTask<'_>,
        apply: impl Fn(&XformPlan, &mut Lanes, &mut Numbers, Places),
        step: u32,
        bad: &mut Vec<Bad>,
    ) {
        for attempt in 1..=ATTEMPTS {
            let draw = |purpose, place: usize| counter(purpose, step, place as u32);
            for &(place, _) in &*bad {
                self.x[place] = task.key.signed(draw(purpose::retry_x(attempt), place));
                self.y[place] = task.key.signed(draw(purpose::retry_y(attempt), place));
            }
            if attempt == ATTEMPTS || bad.is_empty() {
                break;
            }
            for &(place, row) in &*bad {
                let word = task.key.word(draw(purpose::retry_choice(attempt), place));
                self.xform[place] = task.moment.selection.choose(row, word) as u8;
            }
            let xform = self.xform;
            bad.sort_unstable_by_key(|&(place, _)| (xform[place], place));
            let mut places = [0; LANES];
            for alike in bad.chunk_by(|&(one, _), &(other, _)| xform[one] == xform[other]) {
                let choice = usize::from(xform[alike[0].0]);
                for group in alike.chunks(LANES) {
                    for (to, &(place, _)) in places.iter_mut().zip(group) {
                        *to = place;
                    }
                    let from = purpose::variations(attempt);
                    self.move_points(task, &apply, choice, &places[..group.len()], from, step);
                }
            }
            bad.retain(|&(place, _)| is_bad(self.x[place], self.y[place]));
        }
        bad.clear();
    }

    /// Moves the points at `places` (at most a group) through xform `choice`.
    fn move_points(
        &mut self,
        task: &SlabTask<'_>,
        apply: impl Fn(&XformPlan, &mut Lanes, &mut Numbers, Places),
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
        if let Some(nudge) = task.nudge {
            nudge.apply(&mut lanes, task.key, step, |lane| at(lane) as usize);
        }
        for (lane, &place) in places.iter().enumerate() {
            self.x[place] = lanes.x[lane];
            self.y[place] = lanes.y[lane];
            self.color[place] = color[lane];
        }
    }

    /// Plots the points at the first `plotted` places.
    #[inline(always)]
    fn plot(
        &self,
        task: &SlabTask<'_>,
        code: &Code<
            impl Fn(&XformPlan, &mut Lanes, &mut Numbers, Places),
            impl Fn(&mut Scatter, usize),
        >,
        step: u32,
        plotted: usize,
        scatter: &mut Scatter,
    ) {
        for first in (0..plotted).step_by(LANES) {
            let mut lanes = Lanes {
                x: *lane_array(&self.x, first),
                y: *lane_array(&self.y, first),
            };
            let mut color = *lane_array(&self.color, first);
            finish(task, &code.apply, step, first, &mut lanes, &mut color);
            let mut bins = bins(task, &lanes, scatter.outside());
            let mut inks = [0; LANES];
            for (ink, color) in inks.iter_mut().zip(color) {
                *ink = floor(color * COLORS).min(COLORS as u32 - 1);
            }
            let class_of = |lane: usize| task.inks.class_of[usize::from(self.xform[first + lane])];
            if task.moment.selection.has_xaos() {
                for lane in 0..LANES {
                    match class_of(lane) {
                        Some(class) => inks[lane] |= class << COLOR_BITS,
                        None => bins[lane] = scatter.outside(),
                    }
                }
            } else if let Some(class) = class_of(0) {
                for ink in &mut inks {
                    *ink |= class << COLOR_BITS;
                }
            } else {
                continue;
            }
            let volley = scatter.pack(&bins, &inks);
            scatter.push(&volley, LANES.min(plotted - first), &code.flush);
        }
    }
}

/// Where the points go between two steps.
///
/// A point keeps its lane; the points of a lane move round the groups, each lane by a distance of its own that is hashed
/// from the step.
struct Mix {
    /// Place from which each lane of the first group is filled.
    sources: [u16; LANES],
}

impl Mix {
    /// Every point stays.
    const NONE: Self = {
        let mut sources = [0; LANES];
        let mut lane = 0;
        while lane < LANES {
            sources[lane] = lane as u16;
            lane += 1;
        }
        Self { sources }
    };

    /// The mixing after step `step`.
    #[inline(always)]
    fn after(step: u32) -> Self {
        let mut sources = [0; LANES];
        for (lane, source) in sources.iter_mut().enumerate() {
            let word = Key::new(0).word(counter(purpose::CHOICE, step, lane as u32));
            *source = ((word as usize % GROUPS) * LANES + lane) as u16;
        }
        Self { sources }
    }

    /// The place from which lane `lane` of the group at place `first` is filled.
    #[inline(always)]
    fn source(&self, first: usize, lane: usize) -> usize {
        (usize::from(self.sources[lane]) + first) % POINTS
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
pub(super) fn is_bad(x: f32, y: f32) -> bool {
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
#[inline(always)]
fn finish(
    task: &SlabTask<'_>,
    apply: impl Fn(&XformPlan, &mut Lanes, &mut Numbers, Places),
    step: u32,
    first: usize,
    lanes: &mut Lanes,
    color: &mut Numbers,
) {
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

/// The bins that the points of a group fall on; `outside` for those beside the histogram.
#[inline(always)]
fn bins(task: &SlabTask<'_>, lanes: &Lanes, outside: u32) -> [u32; LANES] {
    let at = lanes.mapped(&task.moment.camera);
    let (wide, high) = (task.bins_wide as f32, task.bins_high as f32);
    let mut bins = [outside; LANES];
    for (lane, bin) in bins.iter_mut().enumerate() {
        let (x, y) = (at.x[lane], at.y[lane]);
        let inside = (x >= 0.0) & (x < wide) & (y >= 0.0) & (y < high);
        let index = floor(y).wrapping_mul(task.bins_wide).wrapping_add(floor(x));
        *bin = if inside { index } else { outside };
    }
    bins
}

/// The integer part of a number from 0 to 2²²; anything for other numbers.
///
/// The conversion of the language keeps to the range of integers, which costs more than the rest.
#[inline(always)]
fn floor(x: f32) -> u32 {
    let nearest = math::round_to_bits(x);
    let above = (nearest as i32 as f32) > x;
    nearest.wrapping_sub(u32::from(above))
}
