//! What the comparison says about real frames: honest ones, lazy ones and painted ones.

use woolgather_genome::{TemporalFilter, TemporalFilterShape, starter_flock};
use woolgather_render_kernel::compare::{
    BlockMeans, Floor, Verdict, continuity, measure_floor, same_picture,
};
use woolgather_render_kernel::{
    ClipGenomes, ClipSettings, Frame, FramePlan, PlanError, RenderControl, plan_clip_frame, render,
};

/// Frame `frame` of a sheep's loop as the default flock draws it, smaller.
fn frame(genomes: &ClipGenomes, frame: u32) -> Frame {
    let plan = plan(genomes, frame, 5).unwrap();
    render(&plan, &RenderControl::unattended()).unwrap()
}

fn plan(genomes: &ClipGenomes, frame: u32, rng_seed: u64) -> Result<FramePlan, PlanError> {
    let settings = ClipSettings {
        width: 320,
        height: 180,
        frames: 160,
        quality: 60.0,
        temporal_samples: 4,
        temporal_filter: TemporalFilter {
            shape: TemporalFilterShape::Box,
            width: 1.0,
            exponent: 0.0,
        },
        rng_seed,
    };
    plan_clip_frame(genomes, &settings, frame)
}

fn means(frame: &Frame) -> BlockMeans {
    frame.to_planes().block_means()
}

/// What a coarse encoder does: every sample off by up to ten steps, blocks by one or two.
fn encoded(frame: &Frame) -> BlockMeans {
    let mut planes = frame.to_planes();
    for (i, sample) in planes.luma.iter_mut().enumerate() {
        let noise = (i as u32).wrapping_mul(0x9e37_79b9) >> 27;
        *sample = (*sample + noise as u16).saturating_sub(14);
    }
    planes.block_means()
}

#[test]
fn an_encoded_frame_is_itself_and_neither_its_neighbour_nor_a_painted_one() {
    for sheep in starter_flock() {
        let genomes = ClipGenomes::Loop(sheep.genome());
        let here = frame(&genomes, 40);
        let judge = |other: &BlockMeans| same_picture(&encoded(&here), other, &Floor::encoded());
        assert!(
            judge(&means(&here)).is_same(),
            "{}: {:?}",
            sheep.title,
            judge(&means(&here))
        );

        let neighbour = judge(&means(&frame(&genomes, 41)));
        assert!(
            matches!(neighbour, Verdict::Different(_)),
            "{}: {neighbour:?}",
            sheep.title
        );

        // A word of 24 by 8 pixels in a corner, a quarter of full white brighter.
        let mut painted = means(&here);
        for block in &mut painted.luma[40 * 20 + 2..][..3] {
            *block += 219 * 16;
        }
        assert!(
            !judge(&painted).is_same(),
            "{}: the painted word went through",
            sheep.title
        );
    }
}

#[test]
fn no_frame_of_an_honest_loop_is_suspicious_and_a_swapped_one_is() {
    let genomes = ClipGenomes::Loop(starter_flock()[0].genome());
    let mut frames: Vec<_> = (40..48).map(|k| encoded(&frame(&genomes, k))).collect();
    assert_eq!(continuity(&frames), []);
    frames[4] = encoded(&frame(&genomes, 120));
    assert!(
        continuity(&frames)
            .iter()
            .any(|suspicion| suspicion.frame == 4)
    );
}

#[test]
fn a_genomes_own_floor_bears_its_encoded_frame_and_not_the_next_one() {
    let genomes = ClipGenomes::Loop(starter_flock()[0].genome());
    let plan_of = |rng_seed| plan(&genomes, 40, rng_seed);
    let floor = measure_floor(&plan_of, 5, &RenderControl::unattended()).unwrap();
    let shown = encoded(&frame(&genomes, 40));
    let judge = |frame: &Frame| same_picture(&shown, &means(frame), &floor.encoded());
    assert!(judge(&frame(&genomes, 40)).is_same());
    assert!(!judge(&frame(&genomes, 41)).is_same());
}
