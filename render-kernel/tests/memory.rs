//! What a render really allocates, against what its plan states; alone in its program, because the allocator counts
//! everything in it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use woolgather_genome::{Estimator, Genome, starter_flock};
use woolgather_render_kernel::{
    RenderControl, StillSettings, plan_still, render, render_linear, with_threads,
};

/// The system's allocator, counting.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[expect(unsafe_code, reason = "an allocator cannot be written without")]
// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

fn count(layout: Layout) {
    let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
    PEAK.fetch_max(now, Ordering::Relaxed);
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Bytes that a render of `genome` allocates at its peak, over what its plan states.
fn ratio(genome: &Genome, [width, height]: [u32; 2], linear: bool) -> f64 {
    let settings = StillSettings {
        width,
        height,
        quality: 1.0,
        ..StillSettings::default()
    };
    with_threads(2, || {
        let before = NOW.load(Ordering::Relaxed);
        let plan = plan_still(genome, &settings).unwrap();
        PEAK.store(before, Ordering::Relaxed);
        let control = RenderControl::unattended();
        if linear {
            drop(render_linear(&plan, &control).unwrap());
        } else {
            drop(render(&plan, &control).unwrap());
        }
        let peak = PEAK.load(Ordering::Relaxed) - before;
        let ratio = peak as f64 / plan.memory_bytes() as f64;
        println!(
            "{width} x {height}: {:.1} MiB, {ratio:.3} of the statement",
            peak as f64 / 1_048_576.0
        );
        ratio
    })
    .unwrap()
}

#[test]
fn a_plan_states_the_memory_that_its_render_takes() {
    let sheep = starter_flock()[0].genome();
    let off = Estimator {
        radius: 0.0,
        ..Estimator::default()
    };
    let plain = Genome {
        supersample: 1,
        estimator: Estimator::default(),
        ..sheep.clone()
    };
    let fine = Genome {
        supersample: 3,
        estimator: off,
        filter_radius: 1.0,
        ..sheep.clone()
    };
    let mut veiled = Genome {
        supersample: 2,
        passes: 2,
        ..plain.clone()
    };
    veiled.palette = {
        let mut entries = *veiled.palette.entries();
        entries[7][3] = 0.5;
        woolgather_genome::Palette::new(entries)
    };
    for (name, genome, size, linear) in [
        ("plain", &plain, [1280, 720], false),
        (
            "supersampled without density estimation",
            &fine,
            [640, 360],
            false,
        ),
        (
            "two passes, half transparent colours",
            &veiled,
            [800, 600],
            false,
        ),
        ("linear", &plain, [1920, 1080], true),
    ] {
        let ratio = ratio(genome, size, linear);
        assert!(
            (0.87..=1.13).contains(&ratio),
            "{name}: {ratio:.3} of the statement"
        );
    }
}
