//! What can be said of a flame's orbits without drawing them.

use woolgather_genome::{BoundingBox, Genome, PALETTE_ENTRIES, Undrawable};

use super::bounds::box_of;
use super::dimension::correlation_dimension;
use super::plan_orbits;
use crate::cpu::orbit::{Orbits, POINTS};

/// Steps of all points: 100,352 points are looked at.
const STEPS: usize = 98;
/// Points whose distances are measured; every pair costs.
const DIMENSION_POINTS: usize = 8_192;
/// How far beside each point its companion starts, in world units; flam3's.
const OFFSET: f32 = 1e-5;
/// What a stretch of nothing counts as, in doublings: companions that fall together.
const STRETCH_MIN: f64 = -20.0;

/// Measures of a flame.
#[derive(Clone, Debug, PartialEq)]
pub struct Measures {
    /// Where its visible points lie, without the sparse tails.
    pub bounds: BoundingBox,
    /// Correlation dimension of its visible points, 0 to about 2.
    pub dimension: f64,
    /// How many times an xform doubles small distances, in the mean over the orbit: below 0 where the flame
    /// contracts, as most do. flam3 calls it the Lyapunov exponent.
    pub lyapunov_exponent: f64,
    /// The share of visible points by palette entry; they add up to 1.
    pub colors: Vec<f64>,
    /// The share of bad values: infinities, what is not a number, and points beyond 1e10.
    pub bad_share: f64,
}

/// Measures `genome` on a hundred thousand points of its orbits.
///
/// # Errors
///
/// [`Undrawable`] where the genome cannot be planned or no point of it is visible.
pub fn measure(genome: &Genome, rng_seed: u64) -> Result<Measures, Undrawable> {
    let plan = plan_orbits(genome, rng_seed)?;
    let mut orbits = Orbits::new(&plan.moments[0]);
    let (mut points, mut colors) = (Vec::new(), vec![0_u32; PALETTE_ENTRIES]);
    let (mut doublings, mut stretches) = (0.0, 0);
    for _ in 0..STEPS {
        orbits.advance();
        for point in orbits.plotted() {
            points.push([point.x, point.y]);
            let entry = (point.color * PALETTE_ENTRIES as f32) as usize;
            colors[entry.min(PALETTE_ENTRIES - 1)] += 1;
        }
        for stretch in orbits.stretches(OFFSET) {
            if stretch.is_finite() {
                doublings += libm::log2(stretch).max(STRETCH_MIN);
                stretches += 1;
            }
        }
    }
    let bounds = box_of(&points, orbits.bad_share())?;
    let [width, height] = bounds.size();
    // Points of one step are too few and points of all steps too many: every twelfth of all.
    let apart = points.len().div_ceil(DIMENSION_POINTS).max(1);
    let sparse: Vec<_> = points.iter().copied().step_by(apart).collect();
    Ok(Measures {
        bounds,
        dimension: correlation_dimension(&sparse, width * width + height * height),
        lyapunov_exponent: doublings / f64::from(stretches.max(1)),
        colors: colors
            .iter()
            .map(|&count| f64::from(count) / points.len() as f64)
            .collect(),
        bad_share: orbits.bad_share(),
    })
}

const _: () = assert!(STEPS * POINTS >= 100_000);

#[cfg(test)]
mod tests {
    use super::*;
    use woolgather_genome::{Affine, Variation, WeightedVariation, Xform};

    fn xform(columns: [f64; 6]) -> Xform {
        Xform {
            weight: 1.0,
            coefs: Affine::from_columns(columns),
            ..Xform::default()
        }
    }

    /// Sierpinski's triangle with corners at the origin, at (1, 0) and at (0, 1).
    fn triangle() -> Genome {
        let corner = |c, f| xform([0.5, 0.0, 0.0, 0.5, c, f]);
        Genome {
            xforms: vec![corner(0.0, 0.0), corner(0.5, 0.0), corner(0.0, 0.5)],
            ..Genome::default()
        }
    }

    #[test]
    fn sierpinskis_triangle_has_its_box_its_dimension_and_its_contraction() {
        let measures = measure(&triangle(), 1).unwrap();
        let dimension = 3.0_f64.ln() / 2.0_f64.ln();
        assert!(
            (measures.dimension - dimension).abs() < 0.06,
            "{}",
            measures.dimension
        );
        assert!((measures.lyapunov_exponent + 1.0).abs() < 1e-2);
        for axis in 0..2 {
            assert!(measures.bounds.min[axis].abs() < 0.01);
            assert!((0.9..=1.0).contains(&measures.bounds.max[axis]));
        }
        assert_eq!(measures.bad_share, 0.0);
        assert!((measures.colors.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        // All xforms draw the colour to 0.
        assert_eq!(measures.colors[0], 1.0);
    }

    #[test]
    fn invisible_points_do_not_count_and_a_flame_of_nothing_else_is_undrawable() {
        let mut genome = triangle();
        genome.xforms[1].opacity = 0.0;
        let measures = measure(&genome, 1).unwrap();
        assert!(measures.bounds.max[0] < 0.51, "{:?}", measures.bounds);
        for xform in &mut genome.xforms {
            xform.opacity = 0.0;
        }
        let error = measure(&genome, 1).unwrap_err();
        assert_eq!(
            error.to_string(),
            "it cannot be drawn: next to nothing of it is visible"
        );
    }

    #[test]
    fn a_final_xform_moves_the_box_and_not_the_orbit() {
        let mut genome = triangle();
        genome.final_xform = Some(Xform {
            weight: 0.0,
            ..xform([1.0, 0.0, 0.0, 1.0, 10.0, 0.0])
        });
        let moved = measure(&genome, 1).unwrap();
        let here = measure(&triangle(), 1).unwrap();
        assert!((moved.bounds.min[0] - here.bounds.min[0] - 10.0).abs() < 1e-3);
        assert_eq!(moved.lyapunov_exponent, here.lyapunov_exponent);
    }

    #[test]
    fn bad_values_widen_the_tails() {
        let mut genome = triangle();
        // ln 0 along an axis of a map that flattens everything: bad for every point.
        genome.xforms[2].coefs = Affine::ZERO;
        genome.xforms[2].variations = vec![WeightedVariation::new(Variation::Log, 1.0)];
        let measures = measure(&genome, 1).unwrap();
        assert!(
            (measures.bad_share - 1.0 / 3.0).abs() < 0.01,
            "{}",
            measures.bad_share
        );
    }

    #[test]
    fn measures_are_the_same_every_time() {
        let genome = triangle();
        assert_eq!(measure(&genome, 7), measure(&genome, 7));
        assert_ne!(measure(&genome, 7), measure(&genome, 8));
    }
}
