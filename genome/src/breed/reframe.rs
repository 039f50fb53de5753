//! Framing: where the flame lies decides what the picture shows.

use super::{BoundingBox, Examine, Undrawable};
use crate::rng::Rng;
use crate::{Genome, limits};

/// How likely the flame is put into the middle; else it is moved off it.
const MIDDLE: f64 = 0.3;
/// The golden section of a side.
const GOLDEN: f64 = 0.381_966_011_250_105;
/// How far the place is moved from the golden section, as a share of the side.
const JITTER: f64 = 0.2;

/// Frames `genome` so that its bounding box is as wide as the picture.
///
/// A box without extent is left as it was: nothing would be seen of it either way.
pub(super) fn reframe(
    genome: &mut Genome,
    rng: &mut Rng,
    examine: &dyn Examine,
) -> Result<&'static str, Undrawable> {
    let bounds = examine.bounds(genome, rng.word())?;
    let placement = Placement::draw(rng);
    if fit(genome, &bounds, &placement) {
        Ok(placement.action())
    } else {
        Ok("not reframed")
    }
}

/// Where in the bounding box the picture's centre is.
enum Placement {
    Middle,
    /// At these shares of its width and height.
    Golden([f64; 2]),
}

impl Placement {
    fn draw(rng: &mut Rng) -> Self {
        if rng.chance(MIDDLE) {
            return Self::Middle;
        }
        Self::Golden(std::array::from_fn(|_| {
            let section = if rng.chance(0.5) {
                GOLDEN
            } else {
                1.0 - GOLDEN
            };
            section + JITTER * rng.signed()
        }))
    }

    fn shares(&self) -> [f64; 2] {
        match self {
            Self::Middle => [0.5; 2],
            Self::Golden(shares) => *shares,
        }
    }

    fn action(&self) -> &'static str {
        match self {
            Self::Middle => "recentred",
            Self::Golden(_) => "reframed",
        }
    }
}

fn fit(genome: &mut Genome, bounds: &BoundingBox, placement: &Placement) -> bool {
    let size = bounds.size();
    let scale = f64::from(genome.size[0]) / size[0];
    let center: [f64; 2] =
        std::array::from_fn(|axis| bounds.min[axis] + placement.shares()[axis] * size[axis]);
    let legal = limits::SCALE.contains(scale)
        && center.iter().all(|&number| limits::CENTER.contains(number));
    if legal {
        genome.center = center;
        genome.scale = scale;
        genome.zoom = 0.0;
        genome.rotate = 0.0;
    }
    legal
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: BoundingBox = BoundingBox {
        min: [-1.0, 2.0],
        max: [3.0, 4.0],
    };

    #[test]
    fn the_box_becomes_as_wide_as_the_picture() {
        let mut genome = Genome {
            size: [800, 600],
            ..Genome::default()
        };
        assert!(fit(&mut genome, &BOX, &Placement::Middle));
        assert_eq!((genome.center, genome.scale), ([1.0, 3.0], 200.0));
        assert!(fit(&mut genome, &BOX, &Placement::Golden([0.25, 0.75])));
        assert_eq!(genome.center, [0.0, 3.5]);
    }

    #[test]
    fn a_box_without_extent_changes_nothing() {
        let point = BoundingBox {
            min: [1.0; 2],
            max: [1.0; 2],
        };
        let mut genome = Genome::default();
        assert!(!fit(&mut genome, &point, &Placement::Middle));
        assert_eq!(genome, Genome::default());
    }

    #[test]
    fn three_in_ten_are_centred_and_the_rest_lies_near_the_golden_section() {
        let mut rng = Rng::new(5);
        let drawn: Vec<_> = (0..2_000).map(|_| Placement::draw(&mut rng)).collect();
        let centred = drawn.iter().filter(|p| matches!(p, Placement::Middle));
        assert!((centred.count() as f64 / 2_000.0 - MIDDLE).abs() < 0.04);
        let shares = drawn.iter().flat_map(Placement::shares);
        assert!(shares.clone().all(|share| (0.18..=0.82).contains(&share)));
        let lower = shares.filter(|&share| share < 0.5).count() as f64;
        assert!((lower / 4_000.0 - 0.35).abs() < 0.05, "{lower}");
    }
}
