//! What another device's rounding does to an orbit: every mapped point moves by a few units in its last place.
//!
//! Two devices that follow the specification agree in every integer and differ in how they round. A nudged render
//! draws the same random numbers and makes the same choices as the plain one, and moves each point, after each map,
//! by −4 to 4 steps of 2⁻²³ of its greater coordinate, each axis for itself. That is more than the elementary
//! functions may be off (2 units), and covers sums in which large terms cancel as long as the point stays of the
//! terms' size. `compare::measure_floor` asks how far such pictures lie apart.

use super::lanes::{LANES, Lanes};
use crate::streams::{Key, counter, purpose};

/// One step, relative to the greater coordinate.
const STEP: f32 = 1.0 / 8_388_608.0;
/// Steps each way.
const STEPS: i32 = 4;

/// A device that rounds in its own way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Nudge {
    /// Which of all such devices.
    pub(crate) device: u32,
}

impl Nudge {
    /// Moves the points `lanes` that were just mapped in step `step` of the slab with key `key`; `place` is the
    /// place of a lane's point.
    pub(super) fn apply(
        self,
        lanes: &mut Lanes,
        key: Key,
        step: u32,
        place: impl Fn(usize) -> usize,
    ) {
        let key = key.derive(self.device);
        for lane in 0..LANES {
            let word = key.word(counter(purpose::NUDGE, step, place(lane) as u32));
            let (x, y) = (lanes.x[lane], lanes.y[lane]);
            let unit = x.abs().max(y.abs()) * STEP;
            lanes.x[lane] = x + steps(word >> 16) * unit;
            lanes.y[lane] = y + steps(word & 0xffff) * unit;
        }
    }
}

/// −[`STEPS`] to [`STEPS`] as 16 bits have it.
fn steps(bits: u32) -> f32 {
    ((bits * (2 * STEPS as u32 + 1)) >> 16) as f32 - STEPS as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_steps_is_as_likely_as_any_other() {
        let mut counts = [0; 9];
        for bits in 0..=0xffff {
            counts[(steps(bits) + 4.0) as usize] += 1;
        }
        assert!(
            counts.iter().all(|count| (7281..=7283).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn a_nudge_moves_the_last_places_only_and_leaves_bad_values_bad() {
        let mut lanes = Lanes {
            x: [3.0; LANES],
            y: [-0.25; LANES],
        };
        lanes.x[5] = f32::NAN;
        lanes.y[6] = f32::INFINITY;
        Nudge { device: 1 }.apply(&mut lanes, Key::new(3), 30, |lane| lane);
        assert!(lanes.x.iter().any(|&x| x != 3.0));
        for (lane, (&x, &y)) in lanes.x.iter().zip(&lanes.y).enumerate() {
            match lane {
                5 => assert!(x.is_nan()),
                6 => assert!(!y.is_finite()),
                _ => assert!((x - 3.0).abs() <= 12.0 * STEP && (y + 0.25).abs() <= 12.0 * STEP),
            }
        }
    }
}
