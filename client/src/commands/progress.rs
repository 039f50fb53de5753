//! A bar with the time left, for everything that renders.
//!
//! Work is counted in samples, whatever it is made of, so that a large picture among small ones does
//! not make the bar lie. Without a terminal there is no bar, and only the lines are printed.

use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

use crate::say::plain;

/// Steps of the bar.
const STEPS: u64 = 1000;

/// The bar of one command.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// All the work, in samples.
    work: u64,
    /// Work of the parts that are done.
    done: AtomicU64,
}

impl Progress {
    /// A bar over so many samples, `done` of which were done before.
    pub(crate) fn new(work: u64, done: u64) -> Self {
        let bar = ProgressBar::new(STEPS);
        if let Ok(style) =
            ProgressStyle::with_template("{msg} [{bar:32}] {percent:>3} %, {eta} left")
        {
            bar.set_style(style.progress_chars("=> "));
        }
        let progress = Self {
            bar,
            work: work.max(1),
            done: AtomicU64::new(done),
        };
        progress.show(0.0);
        // What was done before says nothing about the time left.
        progress.bar.reset_eta();
        progress
    }

    /// Says what is being done.
    pub(crate) fn begin(&self, words: &str) {
        self.bar.set_message(plain(words));
    }

    /// Says that `samples` of the part that is being done are done.
    pub(crate) fn show(&self, samples: f64) {
        let done = self.done.load(Ordering::Relaxed) as f64 + samples;
        let step = (done / self.work as f64 * STEPS as f64) as u64;
        if step > self.bar.position() {
            self.bar.set_position(step);
        }
    }

    /// Ends a part of so many samples.
    pub(crate) fn end(&self, samples: u64) {
        self.done.fetch_add(samples, Ordering::Relaxed);
        self.show(0.0);
    }

    /// A line above the bar, on standard output.
    pub(crate) fn line(&self, words: &str) {
        self.aside(|| println!("{}", plain(words)));
    }

    /// Lets `speak` print without the bar in the way.
    pub(crate) fn aside(&self, speak: impl FnOnce()) {
        self.bar.suspend(speak);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A number of samples for people: `92.2 million`.
pub(crate) fn samples(count: u64) -> String {
    match count {
        0..1_000_000 => format!("{:.0} thousand samples", (count as f64 / 1e3).ceil()),
        1_000_000..1_000_000_000 => format!("{:.1} million samples", count as f64 / 1e6),
        _ => format!("{:.2} billion samples", count as f64 / 1e9),
    }
}

/// A duration for people: `4.2 s`, `3 min 20 s`, `2 h 5 min`.
pub(crate) fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{seconds:.1} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_samples_are_said_as_people_do() {
        assert_eq!(duration(4.23), "4.2 s");
        assert_eq!(duration(200.4), "3 min 20 s");
        assert_eq!(duration(7500.0), "2 h 5 min");
        assert_eq!(samples(1), "1 thousand samples");
        assert_eq!(samples(92_160_000), "92.2 million samples");
        assert_eq!(samples(36_000_000_000), "36.00 billion samples");
    }
}
