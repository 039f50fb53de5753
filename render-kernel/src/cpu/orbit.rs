//! A few points playing the chaos game by themselves, for whoever measures a flame instead of drawing it.
//!
//! Unlike a slab's, every point here chooses its xform alone, with or without xaos: measurements take few
//! points, and those shall be as independent as flam3's. Points of one xform are brought together so that
//! vectors stay full. Same arithmetic as the renderer's, so the same bits everywhere.

use super::lanes::{LANES, Lanes, Numbers, Places};
use super::slab::{FUSE, is_bad};
use super::width::Width;
use crate::plan::Moment;
use crate::streams::{Key, counter, purpose};

/// Points that play side by side.
pub(crate) const POINTS: usize = 1024;
/// Steps that share a key; counters have room for so many.
const STEPS_PER_KEY: u32 = 1024;

/// A point as it would be plotted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plotted {
    /// World units.
    pub(crate) x: f32,
    pub(crate) y: f32,
    /// Palette coordinate, 0 to 1.
    pub(crate) color: f32,
}

/// Points of a moment's flame.
pub(crate) struct Orbits<'a> {
    moment: &'a Moment,
    width: Width,
    root: Key,
    step: u32,
    x: Vec<f32>,
    y: Vec<f32>,
    color: Vec<f32>,
    /// The xform that a point last went through.
    xform: Vec<usize>,
    /// Bad values met so far, and values in all.
    bad: u64,
    moved: u64,
}

impl<'a> Orbits<'a> {
    /// Starts fresh points and plays the steps that do not count.
    pub(crate) fn new(moment: &'a Moment) -> Self {
        let root = moment.key;
        let start = |purpose| move |at: usize| root.signed(counter(purpose, 0, at as u32));
        let mut orbits = Self {
            moment,
            width: Width::widest(),
            root,
            step: 0,
            x: (0..POINTS).map(start(purpose::START_X)).collect(),
            y: (0..POINTS).map(start(purpose::START_Y)).collect(),
            color: (0..POINTS)
                .map(|at| root.uniform(counter(purpose::START_COLOR, 0, at as u32)))
                .collect(),
            xform: vec![0; POINTS],
            bad: 0,
            moved: 0,
        };
        for _ in 0..FUSE {
            orbits.advance();
        }
        orbits
    }

    /// The share of bad values so far.
    pub(crate) fn bad_share(&self) -> f64 {
        self.bad as f64 / self.moved.max(1) as f64
    }

    /// Moves every point once. A bad value is replaced by a fresh point, which is taken as it is.
    pub(crate) fn advance(&mut self) {
        let (key, step) = self.key();
        let places_of = self.choices(key, step);
        for (choice, places) in places_of.iter().enumerate() {
            for places in places.chunks(LANES) {
                let (lanes, color) = self.map(choice, places, key, step, [0.0; 2]);
                for (lane, &place) in places.iter().enumerate() {
                    self.xform[place] = choice;
                    self.put(
                        place,
                        key,
                        step,
                        [lanes.x[lane], lanes.y[lane]],
                        color[lane],
                    );
                }
            }
        }
        self.moved += POINTS as u64;
        self.step += 1;
    }

    /// The points as they would be plotted: after the final xform, without those that are invisible.
    pub(crate) fn plotted(&self) -> impl Iterator<Item = Plotted> {
        let (key, step) = self.key();
        let visible = |place: &usize| self.moment.xforms[self.xform[*place]].visibility > 0;
        let places: Vec<usize> = (0..POINTS).filter(visible).collect();
        let mut points = Vec::with_capacity(places.len());
        for places in places.chunks(LANES) {
            let (mut lanes, mut color) = self.gather(places, [0.0; 2]);
            if let Some(last) = &self.moment.final_xform {
                let at = |lane: usize| places.get(lane).map_or(0, |&place| place as u32);
                let draws = Places::new(key, purpose::FINAL_VARIATIONS, step, at);
                let (before, blended) = (lanes, color);
                self.width.apply(&last.xform, &mut lanes, &mut color, draws);
                for lane in 0..LANES {
                    let chance = key.uniform(counter(purpose::FINAL, step, at(lane)));
                    if last.probability < 1.0 && chance >= last.probability {
                        (lanes.x[lane], lanes.y[lane]) = (before.x[lane], before.y[lane]);
                        color[lane] = blended[lane];
                    }
                }
            }
            points.extend((0..places.len()).map(|lane| Plotted {
                x: lanes.x[lane],
                y: lanes.y[lane],
                color: color[lane],
            }));
        }
        points.into_iter().filter(|point| !is_bad(point.x, point.y))
    }

    /// How far apart each point and one `offset` beside it lie after the step that comes next, divided by how far
    /// apart they were. Both take the same xform and the same random numbers.
    pub(crate) fn stretches(&self, offset: f32) -> Vec<f64> {
        let (key, step) = self.key();
        let mut stretches = Vec::with_capacity(POINTS);
        for (choice, places) in self.choices(key, step).iter().enumerate() {
            for places in places.chunks(LANES) {
                let (here, _) = self.map(choice, places, key, step, [0.0; 2]);
                let (beside, _) = self.map(choice, places, key, step, [offset, 0.0]);
                for (lane, &place) in places.iter().enumerate() {
                    let x = f64::from(beside.x[lane]) - f64::from(here.x[lane]);
                    let y = f64::from(beside.y[lane]) - f64::from(here.y[lane]);
                    // What the offset really is after rounding.
                    let before = f64::from(self.x[place] + offset) - f64::from(self.x[place]);
                    stretches.push((x * x + y * y).sqrt() / before.abs());
                }
            }
        }
        stretches
    }

    /// The places of the points that each xform gets in the next step.
    fn choices(&self, key: Key, step: u32) -> Vec<Vec<usize>> {
        let mut places_of = vec![Vec::new(); self.moment.xforms.len()];
        for place in 0..POINTS {
            // The first choice has no past.
            let row = if self.moment.selection.has_xaos() && self.step > 0 {
                self.xform[place] + 1
            } else {
                0
            };
            let word = key.word(counter(purpose::CHOICE, step, place as u32));
            places_of[self.moment.selection.choose(row, word)].push(place);
        }
        places_of
    }

    /// The key and the step within it that the next numbers are drawn with.
    fn key(&self) -> (Key, u32) {
        let key = self.root.derive(self.step / STEPS_PER_KEY);
        (key, self.step % STEPS_PER_KEY)
    }

    /// The points at `places`, moved aside by `offset` and sent through xform `choice`.
    fn map(
        &self,
        choice: usize,
        places: &[usize],
        key: Key,
        step: u32,
        offset: [f32; 2],
    ) -> (Lanes, Numbers) {
        let (mut lanes, mut color) = self.gather(places, offset);
        let at = |lane: usize| places.get(lane).map_or(0, |&place| place as u32);
        let draws = Places::new(key, purpose::variations(0), step, at);
        self.width
            .apply(&self.moment.xforms[choice], &mut lanes, &mut color, draws);
        (lanes, color)
    }

    fn gather(&self, places: &[usize], offset: [f32; 2]) -> (Lanes, Numbers) {
        let (mut lanes, mut color) = (Lanes::ZERO, [0.0; LANES]);
        for (lane, &place) in places.iter().enumerate() {
            lanes.x[lane] = self.x[place] + offset[0];
            lanes.y[lane] = self.y[place] + offset[1];
            color[lane] = self.color[place];
        }
        (lanes, color)
    }

    fn put(&mut self, place: usize, key: Key, step: u32, [x, y]: [f32; 2], color: f32) {
        self.color[place] = color;
        (self.x[place], self.y[place]) = if is_bad(x, y) {
            self.bad += 1;
            let fresh = |purpose| key.signed(counter(purpose, step, place as u32));
            (fresh(purpose::retry_x(1)), fresh(purpose::retry_y(1)))
        } else {
            (x, y)
        };
    }
}
