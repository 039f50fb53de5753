//! What a measured floor lets through, and what it does not, on every starter sheep.

use woolgather_genome::{Genome, Palette, TemporalFilter, TemporalFilterShape, starter_flock};

use super::*;
use crate::compare::same_picture;
use crate::{ClipGenomes, ClipSettings, plan_clip_frame};

const QUALITY: f64 = 40.0;
/// The one starter sheep that stretches more than it contracts.
const SCATTERED: &str = "Seven Veils";

/// Frame `frame` of a loop as the default flock draws it, smaller.
fn plan(genome: &Genome, frame: u32, quality: f64, rng_seed: u64) -> Result<FramePlan, PlanError> {
    let settings = ClipSettings {
        width: 256,
        height: 144,
        frames: 160,
        quality,
        temporal_samples: 4,
        temporal_filter: TemporalFilter {
            shape: TemporalFilterShape::Box,
            width: 1.0,
            exponent: 0.0,
        },
        rng_seed,
    };
    plan_clip_frame(&ClipGenomes::Loop(genome.clone()), &settings, frame)
}

fn draw(plan: &FramePlan) -> BlockMeans {
    render(plan, &RenderControl::unattended())
        .unwrap()
        .to_planes()
        .block_means()
}

/// The palette moved on by eight entries.
fn recolored(genome: &Genome) -> Genome {
    let mut entries = *genome.palette.entries();
    entries.rotate_right(8);
    Genome {
        palette: Palette::new(entries),
        ..genome.clone()
    }
}

/// A word of 24 by 8 pixels in a corner, a quarter of full white brighter.
fn painted(mut means: BlockMeans) -> BlockMeans {
    let corner = (means.blocks_high as usize - 2) * means.blocks_wide as usize + 2;
    for block in &mut means.luma[corner..][..3] {
        *block += 219 * 16;
    }
    means
}

#[test]
fn honest_pictures_pass_and_lazy_or_false_ones_do_not() {
    for sheep in starter_flock() {
        let genome = sheep.genome();
        let plan_of = |rng_seed| plan(&genome, 40, QUALITY, rng_seed);
        let floor = measure_floor(&plan_of, 5, &RenderControl::unattended()).unwrap();
        let here = plan_of(5).unwrap();
        let shown = draw(&here);
        let check = |name: &str, bound: Floor, other: &BlockMeans, expected: bool| {
            let verdict = same_picture(&shown, other, &bound);
            let title = sheep.title;
            assert_eq!(
                verdict.is_same(),
                expected,
                "{title}: {name}: {verdict:?} by {bound:?}\n{floor}"
            );
        };

        let (tight, loose) = (floor.same_rng_seed(), floor.other_rng_seed());
        check(
            "another device",
            tight,
            &draw(&here.on_other_device(99)),
            true,
        );
        let again = draw(&plan_of(1234).unwrap());
        check("other random numbers", loose, &again, true);
        let keeps_orbits = floor.keeps_orbits();
        assert_eq!(keeps_orbits, sheep.title != SCATTERED, "{floor}");
        let grain_passes = !keeps_orbits;
        check(
            "other random numbers, called the same",
            tight,
            &again,
            grain_passes,
        );

        let next = draw(&plan(&genome, 41, QUALITY, 5).unwrap());
        check("the next frame", tight, &next, false);
        check("the next frame", floor.encoded(), &next, false);
        let half = draw(&plan(&genome, 40, QUALITY / 2.0, 5).unwrap());
        check("half the quality", tight, &half, grain_passes);
        check("a painted corner", tight, &painted(shown.clone()), false);
        check("a painted corner", loose, &painted(again), false);
        let false_colors = draw(&plan(&recolored(&genome), 40, QUALITY, 1234).unwrap());
        check("false colours", loose, &false_colors, false);
        let later = draw(&plan(&genome, 44, QUALITY, 1234).unwrap());
        check("a frame soon after", loose, &later, false);
    }
}

#[test]
fn a_floor_knows_grain_from_rounding_and_says_so() {
    let genome = starter_flock()[0].genome();
    let floor = |quality| {
        let plan_of = |rng_seed| plan(&genome, 0, quality, rng_seed);
        measure_floor(&plan_of, 1, &RenderControl::unattended()).unwrap()
    };
    let (coarse, fine) = (floor(10.0), floor(40.0));
    assert!(coarse.noise.luma_typical > 1.5 * fine.noise.luma_typical);
    assert!(fine.rounding.luma_typical < 0.1 * fine.noise.luma_typical);
    assert_eq!(coarse.or(&fine).noise, coarse.noise);
    let text = coarse.to_string();
    assert_eq!(text.lines().count(), 6);
    let widths: Vec<_> = text.lines().map(str::len).collect();
    assert_eq!(widths, [widths[0]; 6], "{text}");
}

#[test]
fn a_floor_is_not_measured_of_what_cannot_be_drawn_or_is_cancelled() {
    let genome = starter_flock()[0].genome();
    let control = RenderControl::unattended();
    let refused = measure_floor(&|rng_seed| plan(&genome, 0, -1.0, rng_seed), 1, &control);
    assert!(matches!(refused, Err(FloorError::Plan(_))));
    let control = RenderControl {
        cancelled: &|| true,
        ..control
    };
    let cancelled = measure_floor(&|rng_seed| plan(&genome, 0, 9.0, rng_seed), 1, &control);
    assert!(matches!(
        cancelled,
        Err(FloorError::Render(RenderError::Cancelled))
    ));
}
