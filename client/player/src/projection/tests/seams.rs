//! Frame for frame over the seams: what the projection shows is what was rendered.
//!
//! Two starter sheep are rendered small and encoded, segment by segment and joined, as a worker and
//! the coordinator do it. Then the film is held against the renderings themselves.

use woolgather_genome::{TemporalFilter, TemporalFilterShape, starter_flock};
use woolgather_render_kernel::compare::{Floor, same_picture};
use woolgather_render_kernel::{
    ClipGenomes, ClipSettings, Planes, RenderControl, plan_clip_frame, render,
};
use woolgather_video::{EncoderSettings, JoinSettings, PlanesRef, SegmentEncoder, join_segments};

use super::*;

const WIDTH: u32 = 192;
const HEIGHT: u32 = 108;
const FPS: u32 = 30;
const FRAMES: u32 = 40;
const SEGMENT_FRAMES: u32 = 20;

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
        quality: 40.0,
        temporal_samples: 4,
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

/// The flock as files, and as it was rendered.
struct Pasture {
    _folder: tempfile::TempDir,
    clips: Vec<LocalClip>,
    rendered: Vec<Vec<Planes>>,
}

impl Pasture {
    fn of(arcs: &[(Sheep, Sheep)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut clips = Vec::new();
        let mut all = Vec::new();
        for &(from, to) in arcs {
            let frames = rendered(from, to);
            let clip = broken_clip(folder.path(), &format!("{from}-{to}"), &encoded(&frames));
            clips.push(LocalClip {
                from_sheep: from.to_string(),
                to_sheep: to.to_string(),
                ..clip
            });
            all.push(frames);
        }
        Self {
            _folder: folder,
            clips,
            rendered: all,
        }
    }

    fn number(&self, clip: &LocalClip) -> usize {
        let same = |other: &LocalClip| other.path == clip.path;
        self.clips.iter().position(same).expect("a clip of ours")
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
    /// The step to it, over a seam, is larger than those around it.
    Jump,
}

/// Holds a film against the renderings, picture by picture; `seams` are the places of first
/// pictures.
fn faults(film: &[Planes], expected: &[&Planes], seams: &[usize]) -> Vec<(usize, Fault)> {
    let mut faults = Vec::new();
    for (place, (shown, expected)) in film.iter().zip(expected).enumerate() {
        let floor = Floor::encoded();
        if !same_picture(&shown.block_means(), &expected.block_means(), &floor).is_same() {
            faults.push((place, Fault::Other));
        }
    }
    let steps: Vec<f64> = film.windows(2).map(|pair| step(&pair[0], &pair[1])).collect();
    for &seam in seams {
        println!("SEAM {seam} {:?}", &steps[seam - 6..(seam + 5).min(steps.len())]);
    }
    faults
}

#[test]
fn what_is_shown_around_seams_is_what_was_rendered() {
    let t = Instant::now();
    let pasture = Pasture::of(&[(0, 0), (0, 2), (2, 2), (2, 0)]);
    println!("RENDER {:?}", t.elapsed());
    let mut screening = Screening::start(pasture.clips.clone(), 1);
    let mut pictures = screening.take(6 * FRAMES as usize);
    pictures.extend(screening.take(2 * FRAMES as usize));
    println!("PLAYED {:?}", t.elapsed());
    for p in pictures.iter().filter(|p| p.index == 0) { println!("CLIP {}", p.clip.title); }
    let film: Vec<Planes> = pictures.iter().map(|p| planes(&p.frame)).collect();
    let expected: Vec<&Planes> = pictures.iter().map(|p| &pasture.rendered[pasture.number(&p.clip)][p.index as usize]).collect();
    let seams: Vec<usize> = (1..pictures.len()).filter(|&i| pictures[i].index == 0).collect();
    println!("FAULTS {:?}", faults(&film, &expected, &seams));
    println!("REST {:?}", t.elapsed());
}
