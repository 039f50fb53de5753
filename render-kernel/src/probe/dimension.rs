//! The correlation dimension: how quickly the number of neighbours grows with the distance.
//!
//! # Source
//!
//! P. Grassberger and I. Procaccia, *Characterization of Strange Attractors* (1983), with the two
//! distances and the correction for few neighbours of J. C. Sprott, *Strange Attractors: Creating Patterns in
//! Chaos* (1993), which flam3 takes over.

/// Squared distances that count as near and as far, as shares of the squared diagonal. The distances
/// themselves are ten to one, so the logarithm to base ten of the neighbours' ratio is the dimension.
const NEAR: f64 = 4e-5;
const FAR: f64 = 4e-3;

/// The correlation dimension of `points`, of which every pair is looked at.
///
/// `diagonal_squared` is the squared diagonal of their bounding box. 0 where no two points are far enough
/// together to tell.
pub(super) fn correlation_dimension(points: &[[f32; 2]], diagonal_squared: f64) -> f64 {
    let limits = [NEAR, FAR].map(|share| (share * diagonal_squared) as f32);
    let (mut near, mut far) = (0_u64, 0_u64);
    for (i, &[x, y]) in points.iter().enumerate() {
        let (mut near_here, mut far_here) = (0_u32, 0_u32);
        for &[other_x, other_y] in &points[..i] {
            let (dx, dy) = (other_x - x, other_y - y);
            let distance = dx * dx + dy * dy;
            near_here += u32::from(distance < limits[0]);
            far_here += u32::from(distance < limits[1]);
        }
        near += u64::from(near_here);
        far += u64::from(far_here);
    }
    if far == 0 {
        return 0.0;
    }
    // Half a neighbour less keeps a single chance neighbour from counting in full, and none from counting
    // as infinitely few.
    let near = (near as f64 - 0.5).max(0.5);
    libm::log10(far as f64 / near)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::streams::Key;

    fn check(point: impl Fn(f32, f32) -> [f32; 2], expected: f64) {
        let key = Key::new(5);
        let points: Vec<_> = (0..4_096)
            .map(|i| point(key.uniform(i), key.uniform(1 << 20 | i)))
            .collect();
        let dimension = correlation_dimension(&points, 2.0);
        assert!(
            (dimension - expected).abs() < 0.06,
            "{dimension} for {expected}"
        );
    }

    #[test]
    fn a_line_has_one_dimension_and_a_square_two() {
        check(|x, y| [x, y], 2.0);
        check(|x, _| [x, 1.0 - x], 1.0);
        check(|_, _| [0.3, 0.4], 0.0);
    }

    #[test]
    fn dust_has_the_dimension_of_its_construction() {
        // Binary digits read as ternary ones without a 1: Cantor's dust.
        let cantor = |x: f32| {
            let bits = (x * 16_777_216.0) as u32;
            (0..24).fold(0.0, |sum, k| (sum + (bits >> k & 1) as f32 * 2.0) / 3.0)
        };
        check(
            |x, y| [cantor(x), cantor(y)],
            2.0 * 2.0_f64.ln() / 3.0_f64.ln(),
        );
    }
}
