//! What is refused before anything is allocated, and how a render is watched and stopped.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use woolgather_genome::{Genome, TemporalFilter, starter_flock};
use woolgather_render_kernel::{
    ClipGenomes, ClipSettings, MEMORY_BYTES_MAX, OutputSettings, PlanError, RenderControl,
    RenderError, StillSettings, plan_clip_frame, plan_still, render,
};

fn genome() -> Genome {
    starter_flock()[0].genome()
}

fn still(width: u32, height: u32, quality: f64) -> StillSettings {
    StillSettings {
        width,
        height,
        quality,
        rng_seed: 1,
        ..StillSettings::default()
    }
}

#[test]
fn what_no_machine_should_draw_is_refused_by_name() {
    let size = plan_still(&genome(), &still(0, 100, 1.0)).unwrap_err();
    assert!(matches!(size, PlanError::Size { .. }), "{size}");
    let size = plan_still(&genome(), &still(100, 16_385, 1.0)).unwrap_err();
    assert_eq!(
        size.to_string(),
        "a frame of 100 x 16385 pixels: each side has 1 to 16384"
    );
    for quality in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = plan_still(&genome(), &still(100, 100, quality)).unwrap_err();
        assert!(matches!(error, PlanError::Quality { .. }), "{error}");
    }
    let samples = plan_still(
        &Genome {
            zoom: 15.0,
            ..genome()
        },
        &still(1000, 1000, 100.0),
    );
    assert!(
        matches!(samples, Err(PlanError::Samples { .. })),
        "{samples:?}"
    );
    let memory = plan_still(
        &Genome {
            supersample: 4,
            ..genome()
        },
        &still(8000, 8000, 1.0),
    );
    assert!(matches!(memory, Err(PlanError::Memory { bytes, .. }) if bytes > MEMORY_BYTES_MAX));
    let broken = plan_still(
        &Genome {
            gamma: -1.0,
            ..genome()
        },
        &still(100, 100, 1.0),
    );
    assert!(matches!(broken, Err(PlanError::Genome(_))), "{broken:?}");
}

#[test]
fn frames_and_shutters_that_do_not_exist_are_refused() {
    let genomes = ClipGenomes::Loop(genome());
    let settings = ClipSettings {
        width: 64,
        height: 36,
        frames: 10,
        quality: 1.0,
        temporal_samples: 4,
        temporal_filter: TemporalFilter::default(),
        rng_seed: 1,
    };
    assert!(plan_clip_frame(&genomes, &settings, 9).is_ok());
    let late = plan_clip_frame(&genomes, &settings, 10).unwrap_err();
    assert_eq!(late.to_string(), "frame 10 of a clip of 10 frames");
    let endless = TemporalFilter {
        width: f64::INFINITY,
        ..TemporalFilter::default()
    };
    for settings in [
        ClipSettings {
            temporal_samples: 0,
            ..settings
        },
        ClipSettings {
            temporal_samples: u32::MAX,
            ..settings
        },
        ClipSettings {
            temporal_filter: endless,
            ..settings
        },
    ] {
        let error = plan_clip_frame(&genomes, &settings, 0).unwrap_err();
        assert!(matches!(error, PlanError::Shutter { .. }), "{error}");
    }
}

#[test]
fn a_plan_knows_what_it_costs() {
    let plan = plan_still(&genome(), &still(128, 72, 10.0)).unwrap();
    assert_eq!(
        (plan.width(), plan.height(), plan.samples()),
        (128, 72, 92_160)
    );
    let larger = plan_still(&genome(), &still(1280, 720, 10.0)).unwrap();
    assert!(larger.memory_bytes() > plan.memory_bytes());
    assert!(larger.memory_bytes() < MEMORY_BYTES_MAX);
}

#[test]
fn a_caller_may_allow_less_memory_or_more() {
    let settings = |memory_bytes_max| StillSettings {
        output: OutputSettings {
            memory_bytes_max,
            ..OutputSettings::default()
        },
        ..still(640, 360, 1.0)
    };
    let error = plan_still(&genome(), &settings(10 << 20)).unwrap_err();
    let text = error.to_string();
    assert!(
        text.ends_with("at most 10 MiB; lower the size or the supersample"),
        "{text}"
    );
    let PlanError::Memory { bytes, .. } = error else {
        panic!("{text}");
    };
    assert!(plan_still(&genome(), &settings(bytes)).is_ok());
}

#[test]
fn progress_ends_at_one() {
    let plan = plan_still(&genome(), &still(160, 90, 50.0)).unwrap();
    let told = Mutex::new(Vec::new());
    let progress = |share| told.lock().unwrap().push(share);
    let control = RenderControl {
        progress: &progress,
        ..RenderControl::unattended()
    };
    render(&plan, &control).unwrap();
    let told = told.into_inner().unwrap();
    assert!(
        told.iter().all(|share| (0.0..=1.0).contains(share)),
        "{told:?}"
    );
    assert_eq!(told.last(), Some(&1.0));
    assert!(told.len() > 4, "{told:?}");
}

#[test]
fn a_cancelled_render_does_no_more_than_the_slabs_in_hand() {
    let plan = plan_still(&genome(), &still(160, 90, 1000.0)).unwrap();
    let slabs = AtomicU32::new(0);
    let progress = |_| {
        slabs.fetch_add(1, Ordering::Relaxed);
    };
    let cancelled = || slabs.load(Ordering::Relaxed) > 0;
    let outcome = render(
        &plan,
        &RenderControl {
            cancelled: &cancelled,
            progress: &progress,
        },
    );
    assert!(matches!(outcome, Err(RenderError::Cancelled)));
    // Every thread may have had one slab in hand; the frame has more than fifty.
    assert!(slabs.load(Ordering::Relaxed) as usize <= rayon::current_num_threads());
}
