//! How far apart honest pictures of one genome lie: its floor, which every verdict about it should rest on.
//!
//! A fixed bound is too tight for a flame of fine sparks and too loose for a smooth one. So a genome is drawn a few
//! times as honest machines would draw it, and the distances of these pictures are its floor:
//!
//! * **rounding**: the same random numbers on devices that round in their own ways (a hashed nudge of a few units in
//!   the last place after every map, `cpu/nudge.rs`). This is what a graphics card's picture may differ by.
//! * **noise**: other random numbers. This is what two renderers may differ by that share nothing but the genome.
//!
//! The bounds are these distances with a margin ([`GenomeFloor::same_rng_seed`], [`GenomeFloor::other_rng_seed`]),
//! and for a decoded picture with the encoder's share ([`GenomeFloor::encoded`]). `docs/decisions/0012` has the
//! measurements that the margins come from. Units are those of [`Floor`]: 10-bit steps of 8×8 blocks.

use std::fmt;

use super::{BlockMeans, Difference, Floor, difference};
use crate::{FramePlan, PlanError, RenderControl, RenderError, render};

/// Pictures of either kind beside the plain one; three distances each.
const OTHERS: u32 = 2;

/// How far apart honest pictures of a genome lie, measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GenomeFloor {
    /// Greatest distances with the same random numbers and another rounding.
    pub rounding: Floor,
    /// Greatest distances with other random numbers.
    pub noise: Floor,
}

/// Why a floor could not be measured.
#[derive(Debug, thiserror::Error)]
pub enum FloorError {
    /// The genome cannot be drawn this way.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A render ended without a frame.
    #[error(transparent)]
    Render(#[from] RenderError),
}

/// Draws five pictures and returns how far apart they are.
///
/// `plan` makes the frame's plan for an `rng_seed`; the floor holds for the size, the quality and the moment that it
/// plans. The three numbers from `rng_seed` on are used.
///
/// # Errors
///
/// [`FloorError::Plan`] where `plan` refuses; [`FloorError::Render`] where `control` cancels.
pub fn measure_floor(
    plan: &dyn Fn(u64) -> Result<FramePlan, PlanError>,
    rng_seed: u64,
    control: &RenderControl<'_>,
) -> Result<GenomeFloor, FloorError> {
    let plain = plan(rng_seed)?;
    let mut plans = vec![plain.clone()];
    plans.extend((1..=OTHERS).map(|device| plain.on_other_device(device)));
    for other in 1..=OTHERS {
        plans.push(plan(rng_seed.wrapping_add(u64::from(other)))?);
    }
    let share = 1.0 / plans.len() as f64;
    let pictures = plans.iter().enumerate().map(|(done, plan)| {
        let progress = |part: f64| (control.progress)((done as f64 + part) * share);
        let control = RenderControl {
            progress: &progress,
            ..*control
        };
        render(plan, &control).map(|frame| frame.to_planes().block_means())
    });
    let pictures = pictures.collect::<Result<Vec<_>, _>>()?;
    let (same, other) = pictures.split_at(1 + OTHERS as usize);
    Ok(GenomeFloor {
        rounding: greatest_distances(same.iter()),
        noise: greatest_distances(same[..1].iter().chain(other)),
    })
}

/// The greatest distances between any two pictures.
fn greatest_distances<'a>(pictures: impl Iterator<Item = &'a BlockMeans>) -> Floor {
    let pictures: Vec<_> = pictures.collect();
    let pairs = pictures
        .iter()
        .enumerate()
        .flat_map(|(i, a)| pictures[..i].iter().map(move |b| difference(a, b)));
    pairs.fold(Floor::ZERO, |floor, difference| {
        floor.or(&difference.into())
    })
}

/// What a margin does to a measured distance.
#[derive(Clone, Copy)]
struct Margin {
    /// Typical luma, worst luma, typical chroma, worst chroma are multiplied by these …
    factors: [f64; 4],
    /// … and these are added, in 10-bit steps.
    added: [f64; 4],
}

/// Rounding: four units in the last place are already more than a device may be off, so this is for the stages
/// after the histogram and for bins that one orbit decides.
const ROUNDING: Margin = Margin {
    factors: [3.0, 4.0, 3.0, 4.0],
    added: [0.1, 1.0, 0.1, 1.0],
};
/// Noise: typical distances of honest pictures were at most 1.09 (luma) and 1.15 (chroma) of the measured ones for
/// eight sheep, but 1.16 and 1.37 for one whose grain sits in a few bright blocks.
const NOISE: Margin = Margin {
    factors: [1.35, 2.0, 1.6, 2.0],
    added: [0.05, 4.0, 0.05, 4.0],
};
/// Half as much again as the encoder moved blocks of honest frames at quantizer 100, the coarsest that a recipe
/// usually has (`docs/benchmarks.md`).
const ENCODER: [f64; 4] = [3.5, 34.0, 7.5, 110.0];

/// Where rounding moves a picture by this part of its noise, the same random numbers do not mean the same orbits.
const SCATTERED: f64 = 0.5;

impl GenomeFloor {
    /// Whether two devices that draw the same random numbers draw the same orbits.
    ///
    /// Most flames contract: a difference in the last place fades. One that stretches more than it contracts doubles it
    /// at every step instead, and two devices' pictures of it have grain of their own, as with other random numbers.
    /// Then only what other random numbers tell can be told: false colours and shapes, not lazy work. On one kind of
    /// device digests are equal all the same.
    #[must_use]
    pub fn keeps_orbits(&self) -> bool {
        self.rounding.luma_typical < SCATTERED * self.noise.luma_typical
    }

    /// The bound for two renderings with the same random numbers, on any two devices; never wider than
    /// [`GenomeFloor::other_rng_seed`].
    #[must_use]
    pub fn same_rng_seed(&self) -> Floor {
        let (mut numbers, other) = (
            self.rounding.with(ROUNDING).numbers(),
            self.other_rng_seed().numbers(),
        );
        for (number, other) in numbers.iter_mut().zip(other) {
            *number = number.min(other);
        }
        Floor::of(numbers)
    }

    /// The bound for two renderings with different random numbers.
    ///
    /// It bears the genome's own grain, so it tells less: a frame next in time is told from this one where the
    /// flame moves by more than its grain, and half the quality, whose grain is 1.2 times this one's, is not.
    #[must_use]
    pub fn other_rng_seed(&self) -> Floor {
        self.noise.with(NOISE)
    }

    /// The bound for two renderings with the same random numbers, one of which was encoded and decoded.
    ///
    /// [`Floor::encoded`] is for those who have not measured the genome.
    #[must_use]
    pub fn encoded(&self) -> Floor {
        self.same_rng_seed().with(Margin {
            factors: [1.0; 4],
            added: ENCODER,
        })
    }

    /// The floor that bears what either bears; for a genome whose frames were measured at several times.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self {
            rounding: self.rounding.or(&other.rounding),
            noise: self.noise.or(&other.noise),
        }
    }
}

impl Floor {
    const ZERO: Self = Self::of([0.0; 4]);

    const fn of([luma_typical, luma_worst, chroma_typical, chroma_worst]: [f64; 4]) -> Self {
        Self {
            luma_typical,
            luma_worst,
            chroma_typical,
            chroma_worst,
        }
    }

    const fn numbers(&self) -> [f64; 4] {
        [
            self.luma_typical,
            self.luma_worst,
            self.chroma_typical,
            self.chroma_worst,
        ]
    }

    fn or(&self, other: &Self) -> Self {
        let (mut numbers, other) = (self.numbers(), other.numbers());
        for (number, other) in numbers.iter_mut().zip(other) {
            *number = number.max(other);
        }
        Self::of(numbers)
    }

    fn with(&self, margin: Margin) -> Self {
        let mut numbers = self.numbers();
        for (i, number) in numbers.iter_mut().enumerate() {
            *number = *number * margin.factors[i] + margin.added[i];
        }
        Self::of(numbers)
    }
}

impl From<Difference> for Floor {
    /// The floor that just bears `difference`.
    fn from(difference: Difference) -> Self {
        Self {
            luma_typical: difference.luma_typical,
            luma_worst: difference.luma_worst,
            chroma_typical: difference.chroma_typical,
            chroma_worst: difference.chroma_worst,
        }
    }
}

impl fmt::Display for GenomeFloor {
    /// A table of what was measured and what follows from it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = [
            ("rounding, measured", self.rounding),
            ("noise, measured", self.noise),
            ("bound, same random numbers", self.same_rng_seed()),
            ("bound, other random numbers", self.other_rng_seed()),
            ("bound, same and encoded", self.encoded()),
        ];
        let heads = ["luma typical", "worst", "chroma typical", "worst"];
        write!(f, "{:27}", "10-bit steps, 8x8 blocks")?;
        for head in heads {
            write!(f, "  {head:>14}")?;
        }
        for (name, floor) in rows {
            write!(f, "\n{name:27}")?;
            for number in floor.numbers() {
                write!(f, "  {number:>14.2}")?;
            }
        }
        if !self.keeps_orbits() {
            write!(
                f,
                "\nRounding scatters this flame's orbits: devices of different kinds differ by its whole noise."
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
