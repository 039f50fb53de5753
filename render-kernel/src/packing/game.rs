//! The chaos game's text and numbers: what the shaders read of a plan.

use woolgather_genome::PaletteMode;
use woolgather_shaders::assemble::{Structure, XformStructure};
use woolgather_shaders::layout::SlabTask;

use crate::plan::{FramePlan, Map, Moment, XformPlan};

/// Whether counts are kept beside alpha.
pub(crate) fn has_counts(plan: &FramePlan) -> bool {
    plan.moments.iter().any(|moment| !moment.is_opaque())
}

/// The structures of `moments` in a frame of `plan`.
///
/// They need not be the same: a variation whose weight passes through 0 is left out there.
pub(crate) fn structures(plan: &FramePlan, moments: &[Moment]) -> Vec<Structure> {
    let counts = has_counts(plan);
    let xform = |xform: &XformPlan| XformStructure {
        variations: xform
            .variations
            .iter()
            .map(|(variation, _)| *variation)
            .collect(),
        post: xform.post.is_some(),
    };
    let structure = |moment: &Moment| Structure {
        xforms: moment.xforms.iter().map(xform).collect(),
        final_xform: moment.final_xform.as_ref().map(|last| xform(&last.xform)),
        xaos: moment.selection.has_xaos(),
        linear_palette: plan.palette_mode == PaletteMode::Linear,
        counts,
    };
    moments.iter().map(structure).collect()
}

/// Every slab of every moment.
pub(crate) fn tasks(plan: &FramePlan, moments: &[Moment]) -> Vec<SlabTask> {
    let of_moment = |(index, moment): (usize, &Moment)| {
        let (key, samples) = (moment.key, moment.samples);
        (0..plan.slabs(samples)).map(move |slab| {
            let before = u64::from(slab) * plan.slab_samples();
            SlabTask {
                key: key.derive(slab).0,
                samples: (samples - before).min(plan.slab_samples()) as u32,
                moment: index as u32,
            }
        })
    };
    moments.iter().enumerate().flat_map(of_moment).collect()
}

/// A moment's numbers, in the order of [`woolgather_shaders::assemble`].
pub(crate) fn numbers(moment: &Moment) -> Vec<[f32; 4]> {
    let mut numbers = Vec::new();
    push_map(&mut numbers, &moment.camera);
    for xform in &moment.xforms {
        push_xform(&mut numbers, xform, 1.0);
    }
    if let Some(last) = &moment.final_xform {
        push_xform(&mut numbers, &last.xform, last.probability);
    }
    numbers
}

/// An xform's numbers, in the order of [`woolgather_shaders::assemble`].
pub(crate) fn push_xform(numbers: &mut Vec<[f32; 4]>, xform: &XformPlan, probability: f32) {
    push_map(numbers, &xform.coefs);
    if let Some(post) = &xform.post {
        push_map(numbers, post);
    }
    numbers.push([xform.color_keep, xform.color_add, probability, 0.0]);
    for (_, constants) in &xform.variations {
        let (halves, _) = constants.as_chunks::<4>();
        numbers.extend(halves);
    }
}

fn push_map(numbers: &mut Vec<[f32; 4]>, map: &Map) {
    numbers.push([map.a, map.b, map.c, 0.0]);
    numbers.push([map.d, map.e, map.f, 0.0]);
}

/// A moment's visibilities and thresholds.
pub(crate) fn integers(moment: &Moment) -> Vec<u32> {
    let visibilities = moment.xforms.iter().map(|xform| xform.visibility);
    let thresholds = moment.selection.rows.iter().flatten();
    visibilities
        .chain(thresholds.map(|&threshold| u32::from(threshold)))
        .collect()
}
