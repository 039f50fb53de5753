//! Motion elements: waves that move an xform's numbers through the loop.

use super::turn::sin_cos_of_turns;
use crate::limits::{self, Range};
use crate::{Affine, Genome, Motion, MotionFunction, WeightedVariation, Xform};

/// The genome with every motion at `blend` of the loop added in and taken off its xforms.
pub(super) fn apply_motion(genome: &Genome, blend: f64) -> Genome {
    let mut moved = genome.clone();
    for xform in moved.xforms.iter_mut().chain(&mut moved.final_xform) {
        let motions = std::mem::take(&mut xform.motion);
        for motion in &motions {
            add(xform, motion, wave(motion, blend));
        }
        if !motions.is_empty() {
            tidy(xform);
        }
    }
    if let Some(xform) = &mut moved.final_xform {
        xform.weight = 0.0;
    }
    moved
}

/// The wave's height at `blend` of the loop, -1 to 1.
fn wave(motion: &Motion, blend: f64) -> f64 {
    let turns = f64::from(motion.frequency) * blend;
    match motion.function {
        MotionFunction::Sin => sin_cos_of_turns(turns).0,
        MotionFunction::Hill => (1.0 - sin_cos_of_turns(turns).1) / 2.0,
        MotionFunction::Triangle => {
            let fraction = turns - turns.floor();
            if fraction < 0.25 {
                4.0 * fraction
            } else if fraction < 0.75 {
                2.0 - 4.0 * fraction
            } else {
                4.0 * fraction - 4.0
            }
        }
    }
}

fn add(xform: &mut Xform, motion: &Motion, height: f64) {
    xform.weight += motion.weight * height;
    xform.color += motion.color * height;
    xform.color_speed += motion.color_speed * height;
    xform.animate += motion.animate * height;
    xform.opacity += motion.opacity * height;
    xform.coefs = added(xform.coefs, motion.coefs, height);
    xform.post = added(xform.post, motion.post, height);
    for moving in &motion.variations {
        let entry = entry_of(xform, moving);
        entry.weight += moving.weight * height;
        for (parameter, amplitude) in entry.parameters.iter_mut().zip(&moving.parameters) {
            *parameter += amplitude * height;
        }
    }
}

/// The xform's own entry of the moving variation, made if it has none.
fn entry_of<'a>(xform: &'a mut Xform, moving: &WeightedVariation) -> &'a mut WeightedVariation {
    let entries = &mut xform.variations;
    let place = entries.binary_search_by_key(&moving.variation, |entry| entry.variation);
    let place = place.unwrap_or_else(|place| {
        entries.insert(place, WeightedVariation::new(moving.variation, 0.0));
        place
    });
    &mut entries[place]
}

fn added(affine: Affine, amplitude: Affine, height: f64) -> Affine {
    let (mut sum, amplitude) = (affine.to_columns(), amplitude.to_columns());
    for (number, amplitude) in sum.iter_mut().zip(amplitude) {
        *number += amplitude * height;
    }
    Affine::from_columns(sum)
}

/// Brings every number back into its range and drops variations that weigh nothing.
fn tidy(xform: &mut Xform) {
    let legal = |value: &mut f64, range: Range| *value = range.clamp(*value);
    legal(&mut xform.weight, limits::WEIGHT);
    legal(&mut xform.color, limits::SHARE);
    legal(&mut xform.color_speed, limits::SHARE);
    legal(&mut xform.animate, limits::SHARE);
    legal(&mut xform.opacity, limits::SHARE);
    for affine in [&mut xform.coefs, &mut xform.post] {
        let columns = affine.to_columns();
        *affine = Affine::from_columns(columns.map(|number| limits::COEFFICIENT.clamp(number)));
    }
    for entry in &mut xform.variations {
        legal(&mut entry.weight, limits::VARIATION_WEIGHT);
        for (value, parameter) in entry
            .parameters
            .iter_mut()
            .zip(entry.variation.parameters())
        {
            legal(value, parameter.range);
        }
    }
    xform.variations.retain(|entry| entry.weight != 0.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heights(function: MotionFunction) -> [f64; 5] {
        let motion = Motion {
            frequency: 1,
            function,
            ..Motion::default()
        };
        [0.0, 0.25, 0.5, 0.75, 1.0].map(|blend| wave(&motion, blend))
    }

    #[test]
    fn waves_begin_and_end_at_rest() {
        assert_eq!(heights(MotionFunction::Sin), [0.0, 1.0, 0.0, -1.0, 0.0]);
        assert_eq!(
            heights(MotionFunction::Triangle),
            [0.0, 1.0, 0.0, -1.0, 0.0]
        );
        assert_eq!(heights(MotionFunction::Hill), [0.0, 0.5, 1.0, 0.5, 0.0]);
    }
}
