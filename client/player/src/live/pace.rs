//! How much to draw in a frame, so that frames come as fast as the display shows them. Pure.
//!
//! ```text
//! rungs   360p x 2 | 360p x 3 | 360p x 4.5 | 540p x 2 | …    height x samples a pixel, ever more work
//! falls   at once, as many rungs as a frame is too long
//! rises   a rung, after many frames that left room for it; after a fall it waits longer
//! ```
//!
//! A change of height begins with an empty picture and is seen, so rising is slow: whoever looks should
//! not notice that the renderer looks for its limits.

use std::collections::VecDeque;
use std::time::Duration;

/// Heights in pixels that a picture may be drawn in, below the screen's own.
const HEIGHTS: [u32; 7] = [270, 360, 540, 720, 1080, 1440, 2160];
/// Samples a pixel and frame: these at every height,
const QUALITIES: [f64; 3] = [2.0, 3.0, 4.5];
/// and these too at the greatest.
const QUALITIES_BEYOND: [f64; 4] = [7.0, 10.0, 15.0, 20.0];
/// What a pixel costs beside its samples, in samples: fading, density estimation, tone map.
const PIXEL_COST: f64 = 4.0;
/// Frames that are looked at together; a single long one is the system's, not ours.
const WINDOW: usize = 5;
/// A frame this much longer than the display's is too long.
const TOO_LONG: f64 = 1.3;
/// A rung is climbed when the frame is expected to take this much of the display's time then.
const ROOMY: f64 = 0.8;
/// Frames with room before a rung is climbed: at first, and at most.
const PATIENCE: (u32, u32) = (45, 1800);

/// What to draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rung {
    /// Height of the picture in pixels.
    pub(crate) height: u32,
    /// Samples a pixel.
    pub(crate) quality: f64,
}

impl Rung {
    /// Work of a frame, in samples of a picture of square shape.
    fn cost(self) -> f64 {
        f64::from(self.height).powi(2) * (self.quality + PIXEL_COST)
    }
}

/// Chooses the rung.
#[derive(Debug)]
pub(crate) struct Pace {
    /// Time of a frame.
    target: Duration,
    height_max: u32,
    rungs: Vec<Rung>,
    at: usize,
    /// The last frames at this rung.
    times: VecDeque<Duration>,
    calm: u32,
    patience: u32,
}

impl Pace {
    /// Frames of `target` on a screen `height_max` pixels high; begins at the lowest rung that is at least
    /// `height_first` high.
    pub(crate) fn new(target: Duration, height_first: u32, height_max: u32) -> Self {
        let rungs = ladder(height_max);
        let first = rungs.iter().position(|rung| rung.height >= height_first);
        Self {
            target,
            at: first.unwrap_or(rungs.len() - 1),
            rungs,
            height_max: height_max.max(1),
            times: VecDeque::with_capacity(WINDOW),
            calm: 0,
            patience: PATIENCE.0,
        }
    }

    /// What to draw now.
    pub(crate) fn rung(&self) -> Rung {
        self.rungs[self.at]
    }

    /// The screen has another height.
    pub(crate) fn set_height_max(&mut self, height_max: u32) {
        if height_max.max(1) == self.height_max {
            return;
        }
        self.height_max = height_max.max(1);
        let here = self.rung();
        self.rungs = ladder(height_max);
        let dearer = self
            .rungs
            .partition_point(|rung| rung.cost() <= here.cost());
        self.go_to(dearer.saturating_sub(1));
    }

    /// Notes a frame: `interval` after the one before, of which drawing took `busy`.
    pub(crate) fn note(&mut self, interval: Duration, busy: Duration) {
        // Where drawing takes little of the interval, it is the display that is slow.
        let time = if 2 * busy < interval { busy } else { interval };
        self.times.push_back(time);
        if self.times.len() < WINDOW {
            return;
        }
        let mut sorted: Vec<Duration> = self.times.iter().copied().collect();
        sorted.sort_unstable();
        let share = sorted[WINDOW / 2].as_secs_f64() / self.target.as_secs_f64();
        self.times.pop_front();
        if share > TOO_LONG {
            self.fall(share);
        } else {
            self.rise(share);
        }
    }

    fn fall(&mut self, share: f64) {
        if self.at == 0 {
            return;
        }
        let fitting = self.rung().cost() / share;
        let cheaper = self.rungs[..self.at].partition_point(|rung| rung.cost() <= fitting);
        self.go_to(cheaper.saturating_sub(1));
        self.patience = (2 * self.patience).min(PATIENCE.1);
    }

    fn rise(&mut self, share: f64) {
        let Some(next) = self.rungs.get(self.at + 1) else {
            return;
        };
        if share * next.cost() / self.rung().cost() > ROOMY {
            self.calm = 0;
            return;
        }
        self.calm += 1;
        if self.calm >= self.patience {
            self.go_to(self.at + 1);
        }
    }

    fn go_to(&mut self, rung: usize) {
        self.at = rung;
        self.times.clear();
        self.calm = 0;
    }
}

/// The rungs for a screen of this height, cheapest first; never none.
fn ladder(height_max: u32) -> Vec<Rung> {
    let height_max = height_max.max(1);
    let lower = HEIGHTS.into_iter().filter(|&height| height < height_max);
    let rungs = |height, qualities: &[f64]| -> Vec<Rung> {
        let rung = |&quality| Rung { height, quality };
        qualities.iter().map(rung).collect()
    };
    let mut all: Vec<Rung> = lower
        .chain([height_max])
        .flat_map(|height| rungs(height, &QUALITIES))
        .collect();
    all.extend(rungs(height_max, &QUALITIES_BEYOND));
    all.sort_by(|one, other| one.cost().total_cmp(&other.cost()));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET: Duration = Duration::from_millis(20);

    fn pace() -> Pace {
        Pace::new(TARGET, 540, 1080)
    }

    /// Frames on a machine that draws a cost of `speed` in a millisecond, behind a display at the target's rate.
    fn run(pace: &mut Pace, speed: f64, frames: u32) {
        for _ in 0..frames {
            let busy = Duration::from_secs_f64(pace.rung().cost() / speed / 1000.0);
            pace.note(busy.max(TARGET), busy);
        }
    }

    #[test]
    fn it_begins_at_the_height_asked_for() {
        let first = pace().rung();
        assert_eq!((first.height, first.quality), (540, 2.0));
        assert_eq!(Pace::new(TARGET, 540, 200).rung().height, 200);
    }

    #[test]
    fn on_a_slow_machine_it_falls_within_a_few_frames_and_far_enough() {
        let mut pace = pace();
        let speed = pace.rung().cost() / 60.0;
        run(&mut pace, speed, 6);
        assert!(pace.rung().cost() / speed <= 26.0, "{:?}", pace.rung());
    }

    #[test]
    fn on_a_fast_machine_it_rises_a_rung_at_a_time_to_the_screens_height() {
        let mut pace = pace();
        run(&mut pace, 1e9, 30);
        assert_eq!(pace.rung().height, 540);
        run(&mut pace, 1e9, 2000);
        assert_eq!((pace.rung().height, pace.rung().quality), (1080, 20.0));
    }

    #[test]
    fn it_stays_inside_its_bounds() {
        let mut pace = pace();
        run(&mut pace, 1.0, 100);
        assert_eq!((pace.rung().height, pace.rung().quality), (270, 2.0));
        run(&mut pace, 1.0, 100);
        assert_eq!(pace.rung().height, 270);
    }

    #[test]
    fn a_single_long_frame_changes_nothing() {
        let mut pace = pace();
        let before = pace.rung();
        for frame in 0..40 {
            let busy = Duration::from_millis(if frame == 20 { 400 } else { 16 });
            pace.note(busy.max(TARGET), busy);
        }
        assert_eq!(pace.rung(), before);
    }

    #[test]
    fn a_slow_display_is_no_reason_to_draw_less() {
        let mut pace = pace();
        let before = pace.rung().cost();
        for _ in 0..200 {
            pace.note(4 * TARGET, TARGET / 4);
        }
        assert!(pace.rung().cost() >= before);
    }

    #[test]
    fn a_rung_that_was_too_high_is_tried_ever_more_rarely() {
        let mut pace = pace();
        let speed = pace.rung().cost() / 10.0;
        let mut falls = 0;
        let mut before = pace.rung().cost();
        for _ in 0..20_000 {
            // The machine slows down whenever more is asked than at first.
            let slow = pace.rung().cost() > speed * 10.5;
            let busy = if slow { 2 * TARGET } else { TARGET / 3 };
            pace.note(busy.max(TARGET), busy);
            falls += u32::from(pace.rung().cost() < before);
            before = pace.rung().cost();
        }
        assert!((1..=20).contains(&falls), "{falls}");
    }

    #[test]
    fn a_smaller_window_is_never_drawn_higher_than_it_is() {
        let mut pace = pace();
        run(&mut pace, 1e9, 2000);
        pace.set_height_max(300);
        assert!(pace.rung().height <= 300);
    }
}
