//! Frame for frame over the seams: what the projection shows is what was rendered.
//!
//! Two starter sheep are rendered small and encoded, segment by segment and joined, as a worker and
//! the coordinator do it. Then the film is held against the renderings themselves.

use woolgather_genome::{TemporalFilter, TemporalFilterShape, starter_flock};
use woolgather_render_kernel::compare::{Floor, same_picture};
use woolgather_render_kernel::{
    ClipGenomes, ClipSettings, Planes, RenderControl, plan_clip_frame, render,
};
use woolgather_video::DecodedFrame;
use woolgather_video::{EncoderSettings, JoinSettings, PlanesRef, SegmentEncoder, join_segments};

use super::*;

const WIDTH: u32 = 192;
const HEIGHT: u32 = 108;
const FPS: u32 = 30;
const FRAMES: u32 = 32;
const SEGMENT_FRAMES: u32 = 16;

/// A sheep's place in the starter flock.
type Sheep = usize;

/// A clip as it was rendered.
fn rendered(from: Sheep, to: Sheep) -> Vec<Planes> {
    let genome = |sheep: Sheep| starter_flock()[sheep].genome();
    let genomes = if from == to {
        ClipGenomes::Loop(genome(from))
    } else {
        ClipGenomes::Edge(genome(from), genome(to))
    };
    let settings = ClipSettings {
        width: WIDTH,
        height: HEIGHT,
        frames: FRAMES,
        quality: 20.0,
        temporal_samples: 2,
        temporal_filter: TemporalFilter {
            shape: TemporalFilterShape::Box,
            width: 1.0,
            exponent: 0.0,
        },
        rng_seed: 5,
    };
    let frame = |frame| {
        let plan = plan_clip_frame(&genomes, &settings, frame).expect("it is small");
        let frame = render(&plan, &RenderControl::unattended()).expect("nobody cancels");
        frame.to_planes()
    };
    (0..FRAMES).map(frame).collect()
}

fn encoded(frames: &[Planes]) -> Vec<u8> {
    let settings = EncoderSettings {
        width: WIDTH,
        height: HEIGHT,
        fps: FPS,
        speed: 10,
        quantizer: 60,
        segment_frames: SEGMENT_FRAMES,
    };
    let segments = frames.chunks(SEGMENT_FRAMES as usize).map(|frames| {
        let mut encoder = SegmentEncoder::new(&settings).expect("the settings are sound");
        for planes in frames {
            let planes = PlanesRef {
                width: WIDTH,
                height: HEIGHT,
                luma: &planes.luma,
                chroma_blue: &planes.chroma_blue,
                chroma_red: &planes.chroma_red,
            };
            encoder.push(&planes).expect("the planes have their shape");
        }
        encoder.finish().expect("every frame was pushed")
    });
    let segments: Vec<Vec<u8>> = segments.collect();
    let segments: Vec<&[u8]> = segments.iter().map(Vec::as_slice).collect();
    let settings = JoinSettings {
        width: WIDTH,
        height: HEIGHT,
        fps: FPS,
    };
    join_segments(&segments, &settings).expect("the segments are of one recipe")
}

/// Writes a clip from one sheep to another.
fn clip_of(folder: &Path, (from, to): (Sheep, Sheep), frames: &[Planes]) -> LocalClip {
    LocalClip {
        from_sheep: from.to_string(),
        to_sheep: to.to_string(),
        ..broken_clip(folder, &format!("{from}-{to}"), &encoded(frames))
    }
}

fn planes(frame: &DecodedFrame) -> Planes {
    let frame = frame.clone();
    Planes {
        width: frame.width,
        height: frame.height,
        luma: frame.luma,
        chroma_blue: frame.chroma_blue,
        chroma_red: frame.chroma_red,
    }
}

/// Mean absolute difference of the luma of two pictures, in 10-bit steps.
fn step(before: &Planes, here: &Planes) -> f64 {
    let both = before.luma.iter().zip(&here.luma);
    let sum: u64 = both.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / here.luma.len() as f64
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// It is not the picture that was rendered for this place.
    Other,
    /// The step to it, over a seam, is more than a tenth larger than the steps beside it.
    Jump,
}

/// Holds a film against what it should be; every [`FRAMES`] there is a seam. Returns the places
/// of pictures at fault.
fn faults(film: &[Planes], expected: &[Planes]) -> Vec<(usize, Fault)> {
    assert_eq!(film.len(), expected.len());
    let mut faults = Vec::new();
    for (place, (shown, expected)) in film.iter().zip(expected).enumerate() {
        let (shown, expected) = (shown.block_means(), expected.block_means());
        if !same_picture(&shown, &expected, &Floor::encoded()).is_same() {
            faults.push((place, Fault::Other));
        }
    }
    let step_to = |place: usize| step(&film[place - 1], &film[place]);
    for seam in (1..film.len() - 1).filter(|place| place % FRAMES as usize == 0) {
        let ordinary = (step_to(seam - 1) + step_to(seam + 1)) / 2.0;
        if step_to(seam) > 1.1 * ordinary {
            faults.push((seam, Fault::Jump));
        }
    }
    faults
}

#[test]
fn what_is_shown_around_the_seams_is_what_was_rendered_and_nothing_jumps() {
    let folder = tempfile::tempdir().unwrap();
    let arcs = [(0, 0), (0, 2), (2, 2)];
    let [first, edge, last] = arcs.map(|(from, to)| rendered(from, to));
    let clips = [&first, &edge, &last].into_iter().zip(arcs);
    let clips = clips.map(|(frames, arc)| clip_of(folder.path(), arc, frames));
    let mut screening = Screening::start(clips.collect(), 1);
    let expected = [&first, &first, &edge, &last, &last]
        .map(Vec::as_slice)
        .concat();
    let pictures = screening.take(expected.len());
    let shown: Vec<&str> = pictures
        .chunk_by(|a, b| a.showing == b.showing)
        .map(|showing| showing[0].clip.title.as_str())
        .collect();
    assert_eq!(
        shown,
        ["0-0", "0-2", "2-2"],
        "rng_seed 1 begins with sheep 0"
    );
    assert!(
        pictures
            .iter()
            .all(|picture| picture.under.is_none() && picture.share == 1.0)
    );
    let film: Vec<Planes> = pictures
        .iter()
        .map(|picture| planes(&picture.frame))
        .collect();
    assert_eq!(faults(&film, &expected), []);

    check_that_faults_are_seen(&film, &expected);
}

/// Plants faults into a good film around its seam from loop to edge.
fn check_that_faults_are_seen(film: &[Planes], expected: &[Planes]) {
    let seam = 2 * FRAMES as usize;
    let check = |spoil: &dyn Fn(&mut Vec<Planes>), fault| {
        let mut spoilt = film.to_vec();
        spoil(&mut spoilt);
        spoilt.resize(film.len(), film[0].clone());
        assert!(faults(&spoilt, expected).contains(&fault), "{fault:?}");
    };
    check(
        &|film| film.insert(seam, film[seam - 1].clone()),
        (seam, Fault::Other),
    );
    check(
        &|film| film[seam] = film[seam - 1].clone(),
        (seam, Fault::Other),
    );
    check(
        &|film| film[seam - 1] = film[seam].clone(),
        (seam - 1, Fault::Other),
    );
    check(&|film| drop(film.remove(seam)), (seam, Fault::Other));
    check(&|film| film[seam].luma.fill(64), (seam, Fault::Other));
    check(&|film| film[seam].luma.fill(64), (seam, Fault::Jump));

    // A jump that was rendered like that is one all the same.
    let mut jumping = film.to_vec();
    jumping.remove(seam);
    jumping.push(film[0].clone());
    assert_eq!(faults(&jumping, &jumping), [(seam, Fault::Jump)]);
}

#[test]
fn clips_that_do_not_meet_are_faded_for_sixty_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let flat = |luma: u16| {
        let grey = Planes {
            width: WIDTH,
            height: HEIGHT,
            luma: vec![luma; (WIDTH * HEIGHT) as usize],
            chroma_blue: vec![512; (WIDTH * HEIGHT / 4) as usize],
            chroma_red: vec![512; (WIDTH * HEIGHT / 4) as usize],
        };
        vec![grey; FRAMES as usize]
    };
    let clips = [(0, 200), (1, 800)];
    let clips = clips.map(|(sheep, luma)| clip_of(folder.path(), (sheep, sheep), &flat(luma)));
    let mut screening = Screening::start(clips.to_vec(), 1);
    let rounds = 2 * FRAMES as usize;
    let pictures = screening.take(2 * rounds);
    let (before, after) = pictures.split_at(rounds);
    assert!(before.iter().all(|picture| picture.under.is_none()));
    let (fading, faded) = after.split_at(60);
    for picture in fading {
        let under = picture.under.as_ref().expect("the clip before");
        let other = before[0].frame.luma[0];
        assert!(under.luma[0].abs_diff(other) <= 2 && picture.frame.luma[0].abs_diff(other) > 500);
    }
    assert!(fading.is_sorted_by(|a, b| a.share < b.share));
    assert!(fading[0].share > 0.0 && fading[0].share < 0.01 && fading[59].share > 0.99);
    assert!(!faded.is_empty());
    assert!(
        faded
            .iter()
            .all(|picture| picture.under.is_none() && picture.share == 1.0)
    );
}
