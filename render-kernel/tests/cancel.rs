//! How long a render goes on after it was told to stop.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use woolgather_genome::{Estimator, Genome, starter_flock};
use woolgather_render_kernel::{
    RenderControl, RenderError, StillSettings, plan_still, render, with_threads,
};

/// What is promised on a quiet machine, and what is forgiven on one that tests in parallel.
const PROMISED: Duration = Duration::from_millis(100);
const FORGIVEN: u32 = 8;

/// Stops a render `delay` after its progress reaches `share`, and returns how long it took to return.
fn time_to_stop(genome: &Genome, share: f64, delay: Duration) -> Duration {
    let settings = StillSettings {
        width: 3840,
        height: 2160,
        quality: 0.5,
        ..StillSettings::default()
    };
    let stop = AtomicBool::new(false);
    let reached = AtomicBool::new(false);
    let stopped_at = Mutex::new(None);
    let cancelled = || stop.load(Ordering::Relaxed);
    let progress = |done: f64| {
        if done >= share {
            reached.store(true, Ordering::Relaxed);
        }
    };
    let control = RenderControl {
        cancelled: &cancelled,
        progress: &progress,
    };
    let plan = plan_still(genome, &settings).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !reached.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(delay);
            *stopped_at.lock().unwrap() = Some(Instant::now());
            stop.store(true, Ordering::Relaxed);
        });
        let outcome = with_threads(2, || render(&plan, &control)).unwrap();
        assert!(
            matches!(outcome, Err(RenderError::Cancelled)),
            "it was too quick to be stopped"
        );
    });
    stopped_at.into_inner().unwrap().unwrap().elapsed()
}

#[test]
fn a_large_frame_stops_soon_in_every_stage() {
    let genome = Genome {
        supersample: 2,
        estimator: Estimator {
            radius: 9.0,
            ..Estimator::default()
        },
        ..starter_flock()[0].genome()
    };
    let stages = [
        ("at the start", 0.0, 0),
        ("among the samples", 0.3, 0),
        ("at the logarithm", 0.899, 5),
        ("in density estimation", 0.899, 700),
    ];
    for (stage, share, delay) in stages {
        let took = time_to_stop(&genome, share, Duration::from_millis(delay));
        println!("{stage}: {took:?}");
        assert!(took < PROMISED * FORGIVEN, "{stage}: {took:?}");
    }
}
