//! What a worker renders: the same bits for any number of threads, and the auditor's bits too.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use woolgather_genome::{TemporalFilter, TemporalFilterShape};
use woolgather_protocol::audit::decode_means;
use woolgather_protocol::work::{ClipKind, DeviceKind, WorkUnit};
use woolgather_protocol::{Blake3, Recipe};
use woolgather_render_kernel::{
    ClipGenomes, ClipSettings, Frame, RenderControl, plan_clip_frame, render, with_threads,
};
use woolgather_video::{DecodeLimits, decode_segment, inspect_segment, sequence_header};

use super::fixtures::{assignment, audit_of, genome, recipe, unit};
use crate::audit::audit_frame;
use crate::devices::{Devices, WorkBackend};
use crate::segment::{RenderedSegment, render_segment};
use crate::worker::MeasureFrame;
use crate::{Stop, WorkerError};

/// The processor alone.
fn cpu() -> Devices {
    Devices::open(WorkBackend::Cpu, None)
}

/// Renders `unit` with `threads` threads.
fn rendered(unit: &WorkUnit, threads: usize) -> RenderedSegment {
    let assignment = assignment(unit);
    with_threads(threads, || {
        render_segment(&assignment, &cpu(), None, &Stop::default(), &|_| {})
    })
    .unwrap()
    .unwrap()
}

/// A frame of the fixture's clip, drawn from its description without the worker.
fn frame(number: u32) -> Frame {
    let recipe = recipe();
    let settings = ClipSettings {
        width: 32,
        height: 18,
        frames: 8,
        quality: 10.0,
        temporal_samples: recipe.temporal_samples,
        temporal_filter: TemporalFilter {
            shape: TemporalFilterShape::Gaussian,
            width: recipe.temporal_filter_width,
            exponent: 0.0,
        },
        rng_seed: 7,
    };
    let plan = plan_clip_frame(&ClipGenomes::Loop(genome(0)), &settings, number).unwrap();
    render(&plan, &RenderControl::unattended()).unwrap()
}

#[test]
fn a_segment_is_one_that_the_coordinator_will_take() {
    let RenderedSegment {
        submission,
        measured_bytes,
        samples,
    } = rendered(&unit(), 2);
    let (preamble, segment) = (&submission.preamble, &submission.segment);
    assert_eq!(preamble.segment_bytes, segment.len() as u64);
    assert_eq!(preamble.segment, Blake3::of(segment));
    assert_eq!(preamble.frames.len(), 4);
    assert_eq!(measured_bytes, None);
    assert_eq!(samples, 4 * 10 * 32 * 18);

    let info = inspect_segment(segment).unwrap();
    assert_eq!((info.width, info.height, info.frames()), (32, 18, 4));
    let expected = sequence_header(&assignment(&unit()).encoder()).unwrap();
    assert_eq!(info.sequence_header, expected);
}

#[test]
fn the_digests_are_those_of_the_frames_in_order() {
    let digests = rendered(&unit(), 1).submission.preamble.frames;
    let expected: Vec<Blake3> = (4..8)
        .map(|number| Blake3(frame(number).to_planes().digest()))
        .collect();
    assert_eq!(digests, expected);
    assert_ne!(digests[0], digests[1]);
}

#[test]
fn threads_do_not_show_in_the_bytes() {
    let edge = WorkUnit {
        clip_kind: ClipKind::Edge,
        genomes: [1, 2]
            .map(|index| WorkUnit::encode_genome(&genome(index)))
            .into(),
        ..unit()
    };
    for unit in [unit(), edge] {
        let [one, two] = [1, 2].map(|threads| rendered(&unit, threads).submission);
        assert_eq!(one.preamble.frames, two.preamble.frames);
        assert!(one.segment == two.segment);
    }
}

#[test]
fn another_rng_seed_is_another_segment() {
    let other = WorkUnit {
        rng_seed: 8,
        ..unit()
    };
    let [one, other] = [unit(), other].map(|unit| rendered(&unit, 2).submission.preamble);
    assert_ne!(one.frames, other.frames);
    assert_ne!(one.segment, other.segment);
}

#[test]
fn an_auditor_finds_the_digest_that_was_submitted() {
    let submitted = rendered(&unit(), 2).submission.preamble.frames;
    for (number, submitted) in (4..8).zip(submitted) {
        let assignment = assignment(&audit_of(number));
        let audited = audit_frame(&assignment, number, &cpu(), &Stop::default()).unwrap();
        assert_eq!(audited.report.frame, submitted);
        assert_eq!(audited.samples, 10 * 32 * 18);
    }
}

/// The luma planes of a segment.
fn decoded(segment: &[u8]) -> Vec<Vec<u16>> {
    let mut planes = Vec::new();
    decode_segment(segment, &DecodeLimits::default(), &mut |_, frame| {
        planes.push(frame.luma.clone());
        ControlFlow::Continue(())
    })
    .unwrap();
    planes
}

/// The software card that tests have, and what it draws of the fixture beside what the processor draws.
#[track_caller]
fn check_card(backend: WorkBackend) {
    let devices = Devices::open(backend, Some("llvmpipe"));
    assert_eq!(devices.take_notes(), Vec::<String>::new());
    let names: Vec<_> = devices
        .described()
        .iter()
        .map(|device| device.kind)
        .collect();
    assert_eq!(names[0], DeviceKind::Gpu);
    assert_eq!(names.len(), if devices.both() { 2 } else { 1 });
    let told = Mutex::new(Vec::new());
    let assignment = assignment(&unit());
    let segment = with_threads(2, || {
        render_segment(&assignment, &devices, None, &Stop::default(), &|done| {
            told.lock().unwrap().push(done);
        })
    })
    .unwrap()
    .unwrap();
    let preamble = &segment.submission.preamble;
    assert_eq!(preamble.drawn_by, DeviceKind::Gpu);
    assert_eq!(preamble.frames.len(), 4);
    assert_eq!(told.lock().unwrap().last(), Some(&4));
    assert_eq!(segment.samples, 4 * 10 * 32 * 18);
    assert!(devices.speed(DeviceKind::Gpu).samples_per_second() > 0.0);
    // Frames lie where the processor's lie, so the two segments show the same.
    let ours = decoded(&segment.submission.segment);
    let theirs = decoded(&rendered(&unit(), 2).submission.segment);
    assert_eq!(ours.len(), 4);
    let apart = |a: &[u16], b: &[u16]| {
        let apart = a.iter().zip(b).map(|(a, b)| f64::from(a.abs_diff(*b)));
        apart.sum::<f64>() / a.len() as f64
    };
    for (number, frame) in ours.iter().enumerate() {
        let same = apart(frame, &theirs[number]);
        let next = apart(frame, &theirs[(number + 1) % 4]);
        // Another frame of the clip is several times as far away.
        assert!(same < 8.0, "frame {number}: {same} of 1,023 on average");
        assert!(
            3.0 * same < next,
            "frame {number}: {same}, its neighbour {next}"
        );
    }
}

#[test]
fn a_card_renders_the_segment_that_the_processor_renders() {
    check_card(WorkBackend::Gpu);
}

#[test]
fn a_card_and_the_processor_render_it_together() {
    check_card(WorkBackend::Both);
}

#[test]
fn a_worker_without_the_card_it_was_told_of_says_so_and_works() {
    let devices = Devices::open(WorkBackend::Both, Some("no such card"));
    let notes = devices.take_notes();
    assert!(notes[0].contains("no such card"), "{notes:?}");
    assert!(!devices.both());
    let audited = audit_frame(&assignment(&audit_of(4)), 4, &devices, &Stop::default()).unwrap();
    assert_eq!(audited.report.drawn_by, DeviceKind::Cpu);
}

#[test]
fn a_report_carries_the_means_of_every_block() {
    let assignment = assignment(&audit_of(4));
    let report = audit_frame(&assignment, 4, &cpu(), &Stop::default())
        .unwrap()
        .report;
    // 32×18 has 4×3 blocks, the lowest two rows high; its chroma planes, 16×9, have 2×2.
    let luma = decode_means(&report.luma, 12).unwrap();
    assert!(decode_means(&report.chroma_blue, 4).is_some());
    assert!(decode_means(&report.chroma_red, 4).is_some());

    let planes = frame(4).to_planes();
    let block = (0..8).flat_map(|y| &planes.luma[y * 32..][..8]);
    let mean = block.map(|&sample| f64::from(sample)).sum::<f64>() / 64.0;
    assert!((f64::from(luma[0]) / 16.0 - mean).abs() <= 1.0 / 16.0);
}

#[test]
fn every_frame_is_told_and_measured() {
    let told = Mutex::new(Vec::new());
    let measure: MeasureFrame = Arc::new(|frame| u64::from(frame.width()));
    let segment = render_segment(
        &assignment(&unit()),
        &cpu(),
        Some(&measure),
        &Stop::default(),
        &|done| told.lock().unwrap().push(done),
    )
    .unwrap();
    assert_eq!(*told.lock().unwrap(), [1, 2, 3, 4]);
    assert_eq!(segment.measured_bytes, Some(4 * 32));
}

/// A clip whose single frames take many seconds.
fn endless(unit: WorkUnit) -> WorkUnit {
    WorkUnit {
        recipe: Recipe {
            width: 320,
            height: 180,
            quality: 20_000.0,
            ..recipe()
        },
        ..unit
    }
}

/// Turns the switch while `work` goes on; how long it went on after that.
fn time_to_stop(work: impl FnOnce(&Stop) -> Result<(), WorkerError> + Send) -> Duration {
    let stop = Stop::default();
    std::thread::scope(|scope| {
        let working = scope.spawn(|| work(&stop));
        std::thread::sleep(Duration::from_millis(200));
        assert!(!working.is_finished());
        let turned = Instant::now();
        stop.stop();
        let error = working.join().unwrap().unwrap_err();
        assert!(error.is_stop(), "{error}");
        turned.elapsed()
    })
}

/// 100 ms is the promise; the rest is for a busy machine.
const STOP_MAX: Duration = Duration::from_millis(500);

#[test]
fn a_segment_stops_soon_after_the_switch_is_turned() {
    let assignment = assignment(&endless(unit()));
    let took =
        time_to_stop(|stop| render_segment(&assignment, &cpu(), None, stop, &|_| {}).map(drop));
    assert!(took < STOP_MAX, "{took:?}");
}

#[test]
fn an_audit_stops_soon_after_the_switch_is_turned() {
    let assignment = assignment(&endless(audit_of(4)));
    let took = time_to_stop(|stop| audit_frame(&assignment, 4, &cpu(), stop).map(drop));
    assert!(took < STOP_MAX, "{took:?}");
}
