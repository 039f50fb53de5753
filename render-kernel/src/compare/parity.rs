//! How closely one backend's picture keeps to another's, by the genome's own floor.
//!
//! Two backends that draw the same plan share their random numbers and round in their own ways. Most pictures then lie
//! within the bound for the same random numbers. Where one does not, the bound for other random numbers says whether it is
//! still a picture of the same genome, and [`GenomeFloor::keeps_orbits`] whether rounding alone explains that.

use super::{BlockMeans, Difference, GenomeFloor, Verdict, same_picture};

/// The narrowest bound that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closeness {
    /// That for the same random numbers: [`GenomeFloor::same_rng_seed`].
    Rounding,
    /// That for other random numbers: [`GenomeFloor::other_rng_seed`].
    Noise,
    /// None: the pictures do not show the same.
    Beyond,
}

/// How closely two pictures of one plan keep together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parity {
    /// The narrowest bound that holds.
    pub closeness: Closeness,
    /// How far apart they are; `None` where they differ in size.
    pub difference: Option<Difference>,
    /// Whether rounding leaves the genome's orbits as they are; where it does not, [`Closeness::Noise`] is all that two
    /// devices can keep to.
    pub keeps_orbits: bool,
}

impl GenomeFloor {
    /// Judges two backends' pictures of one plan.
    #[must_use]
    pub fn parity(&self, a: &BlockMeans, b: &BlockMeans) -> Parity {
        let (rounding, noise) = (
            same_picture(a, b, &self.same_rng_seed()),
            same_picture(a, b, &self.other_rng_seed()),
        );
        let closeness = if rounding.is_same() {
            Closeness::Rounding
        } else if noise.is_same() {
            Closeness::Noise
        } else {
            Closeness::Beyond
        };
        Parity {
            closeness,
            difference: match noise {
                Verdict::Same(difference) | Verdict::Different(difference) => Some(difference),
                Verdict::OtherSize => None,
            },
            keeps_orbits: self.keeps_orbits(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::{Floor, block_means};

    fn gray(level: u16) -> BlockMeans {
        block_means(64, 64, &[level; 4096], &[512; 1024], &[512; 1024])
    }

    #[test]
    fn the_narrowest_bound_that_holds_is_named() {
        let measured = |luma: f64| Floor {
            luma_typical: luma,
            luma_worst: luma,
            chroma_typical: 0.0,
            chroma_worst: 0.0,
        };
        let floor = GenomeFloor {
            rounding: measured(1.0),
            noise: measured(10.0),
        };
        let closeness = |level| floor.parity(&gray(300), &gray(level)).closeness;
        assert_eq!(closeness(303), Closeness::Rounding);
        assert_eq!(closeness(310), Closeness::Noise);
        assert_eq!(closeness(320), Closeness::Beyond);
        let small = block_means(8, 8, &[300; 64], &[512; 16], &[512; 16]);
        let parity = floor.parity(&gray(300), &small);
        assert_eq!(
            (parity.closeness, parity.difference),
            (Closeness::Beyond, None)
        );
    }
}
