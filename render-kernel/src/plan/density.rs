//! The logarithm's constants and the kernels of density estimation.
//!
//! A bin that few points hit is spread over a wide kernel, a bin that many points hit over a narrow one. flam3
//! keeps a table of kernels by the number of hits, exact up to 100 hits and on a power curve above.
//!
//! # Source
//!
//! F. Suykens and Y. Willems, *Adaptive Filtering for Progressive Monte Carlo Image Rendering* (WSCG 2000),
//! as flam3 3.1 implements it.

use woolgather_genome::Genome;

use super::{HIT, PlanError, Shape};

/// Kernels that have a hit count of their own.
const EXACT: f64 = 100.0;
/// Most hit counts that the curve may tell apart; flam3's own limit.
const COUNTS_MAX: f64 = 1e7;
/// flam3's units: a full hit adds 255.
const WHITE: f64 = 255.0;
/// flam3's preview constants, 268/256.
const GAIN: f64 = 268.0 / 256.0;

/// From counts to logarithmic density.
#[derive(Clone, Debug)]
pub(crate) struct DensityPlan {
    /// A bin of alpha `a` is scaled by `k1 * ln(1 + a * k2) / a`, with `a` in units of 1 / [`HIT`].
    pub(crate) k1: f64,
    pub(crate) k2: f64,
    /// `None` where density estimation is off.
    pub(crate) kernels: Option<Kernels>,
}

/// The kernels, from the widest (one hit) to the narrowest.
#[derive(Clone, Debug)]
pub(crate) struct Kernels {
    /// A count above this takes the last kernel.
    pub(crate) max_count: f64,
    pub(crate) curve: f64,
    /// Reach of kernel `k` in bins: it covers the square of `2 * reach[k] + 1` bins.
    pub(crate) reach: Vec<u16>,
    /// Where the weights of kernel `k` begin: `reach[k] + 1` rows, from its middle row down, of `2 * reach[k] + 1`
    /// bins.
    starts: Vec<usize>,
    /// Every weight four times, once for each channel of a bin.
    weights: Vec<[f32; 4]>,
    /// Bins along each side of the square that a bin's hits are counted in.
    pub(crate) count_width: u32,
    /// What that sum is multiplied by.
    pub(crate) count_scale: f64,
    /// Outermost rows and columns that are not spread.
    pub(crate) margin: u32,
}

/// The curve from hit counts to radii.
struct Curve {
    widest: f64,
    narrowest: f64,
    curve: f64,
    /// Hits at which the narrowest radius is reached.
    counts: f64,
    /// Kernels of the table, before it ends at the narrowest radius.
    table: f64,
    max_count: f64,
}

impl DensityPlan {
    pub(super) fn new(genome: &Genome, mean_weight: f64, shape: &Shape) -> Self {
        let passes = f64::from(genome.passes);
        let supersample = f64::from(shape.supersample);
        let pixels = f64::from(shape.width) * f64::from(shape.height);
        // The picture's area in world units times the samples per pixel; the zoom cancels out.
        let samples = pixels * genome.quality / (genome.scale * genome.scale);
        let unit = WHITE / f64::from(HIT);
        Self {
            // The result stays on flam3's scale of 255, the argument is brought onto it.
            k1: genome.brightness * WHITE * GAIN / passes,
            k2: unit * supersample * supersample * passes / (WHITE * samples * mean_weight),
            kernels: Curve::of(genome).and_then(|curve| Kernels::new(&curve, shape.supersample)),
        }
    }
}

/// Bytes that the kernel tables of `genome` will take at most.
///
/// # Errors
///
/// [`PlanError::Estimator`] where the curve is too flat.
pub(super) fn table_bytes(genome: &Genome) -> Result<u64, PlanError> {
    let Some(curve) = Curve::of(genome) else {
        return Ok(0);
    };
    if curve.counts > COUNTS_MAX {
        return Err(PlanError::Estimator {
            counts: curve.counts,
            limit: COUNTS_MAX,
        });
    }
    // The first kernels are the widest; to bound all by the first would bound ten times too high.
    let bytes = (0..curve.table as usize).map(|k| {
        let reach = curve.radius(k as f64).max(curve.narrowest).ceil() - 1.0;
        (reach + 1.0) * (2.0 * reach + 1.0) * 16.0
    });
    Ok(bytes.sum::<f64>() as u64)
}

impl Curve {
    /// The curve of `genome`, or `None` where density estimation is off.
    fn of(genome: &Genome) -> Option<Self> {
        let estimator = &genome.estimator;
        if estimator.radius <= 0.0 {
            return None;
        }
        let supersample = f64::from(genome.supersample);
        let widest = estimator.radius * supersample + 1.0;
        let narrowest = estimator.minimum * supersample + 1.0;
        let curve = estimator.curve;
        let counts = libm::pow(widest / narrowest, 1.0 / curve).ceil();
        let (table, max_count) = if counts > EXACT {
            let table = (EXACT + libm::pow(counts - EXACT, curve)).ceil() + 1.0;
            (table, libm::pow(table - EXACT, 1.0 / curve).trunc() + EXACT)
        } else {
            (counts, counts)
        };
        Some(Self {
            widest,
            narrowest,
            curve,
            counts,
            table,
            max_count,
        })
    }

    /// Radius of kernel `k` in bins.
    fn radius(&self, k: f64) -> f64 {
        let hits = if k < EXACT {
            k + 1.0
        } else {
            libm::pow(k - EXACT, 1.0 / self.curve) + EXACT + 1.0
        };
        self.widest / libm::pow(hits, self.curve)
    }
}

impl Kernels {
    /// The table of `curve`, or `None` where it has one entry and flam3 switches the estimation off.
    fn new(curve: &Curve, supersample: u32) -> Option<Self> {
        let table = curve.table as usize;
        if table <= 1 {
            return None;
        }
        let around = supersample / 2;
        let even_scale = f64::from(supersample) / f64::from(supersample + 1);
        let mut kernels = Self {
            max_count: curve.max_count,
            curve: curve.curve,
            reach: Vec::new(),
            starts: Vec::new(),
            weights: Vec::new(),
            count_width: 2 * around + 1,
            count_scale: if supersample.is_multiple_of(2) {
                even_scale * even_scale
            } else {
                1.0
            },
            margin: supersample - 1,
        };
        for k in 0..table {
            let radius = curve.radius(k as f64);
            kernels.push(radius.max(curve.narrowest), curve.widest);
            if radius <= curve.narrowest {
                break;
            }
        }
        Some(kernels)
    }

    /// Adds a kernel of `radius` bins.
    fn push(&mut self, radius: f64, widest: f64) {
        let weight = |dx: i32, dy: i32| {
            let distance = f64::from(dx * dx + dy * dy).sqrt();
            let t = 1.5 * distance / radius;
            if distance <= radius {
                libm::exp(-2.0 * t * t)
            } else {
                0.0
            }
        };
        // flam3 differs here: the sum runs over every offset within the radius, but only the offsets below
        // it are applied. Where the radius is a whole number the ring at its end is lost.
        let far = widest.ceil() as i32 - 1;
        let far = far.min(radius as i32);
        let sum: f64 = (-far..=far)
            .flat_map(|dy| (-far..=far).map(move |dx| weight(dx, dy)))
            .sum();
        let reach = radius.ceil() as i32 - 1;
        self.starts.push(self.weights.len());
        self.reach.push(reach as u16);
        self.weights.extend(
            (0..=reach)
                .flat_map(|dy| (-reach..=reach).map(move |dx| [(weight(dx, dy) / sum) as f32; 4])),
        );
    }

    /// The kernel for a bin that `count` full hits fell on.
    pub(crate) fn index(&self, count: f64) -> usize {
        let last = self.reach.len() - 1;
        let index = if count > self.max_count {
            return last;
        } else if count <= EXACT {
            count.ceil() - 1.0
        } else {
            EXACT + libm::pow(count - EXACT, self.curve).floor()
        };
        (index.max(0.0) as usize).min(last)
    }

    /// Weights of kernel `k`: the row through its middle, the one next to it, and so on to its border, each from
    /// `reach[k]` bins to the left of the middle to as many to the right.
    #[inline(always)]
    pub(crate) fn weights(&self, k: usize) -> &[[f32; 4]] {
        let reach = usize::from(self.reach[k]);
        &self.weights[self.starts[k]..][..(reach + 1) * (2 * reach + 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kernels(radius: f64, minimum: f64) -> Option<Kernels> {
        let mut genome = Genome::default();
        genome.estimator.radius = radius;
        genome.estimator.minimum = minimum;
        Curve::of(&genome).and_then(|curve| Kernels::new(&curve, 1))
    }

    #[test]
    fn a_kernel_narrows_as_its_bin_fills() {
        let kernels = kernels(9.0, 0.0).unwrap();
        assert_eq!(kernels.reach[kernels.index(0.5)], 9);
        assert_eq!(kernels.reach[kernels.index(1.5)], 7);
        assert_eq!(kernels.reach[kernels.index(1e9)], 0);
        assert!(kernels.reach.is_sorted_by(|a, b| a >= b));
    }

    #[test]
    fn the_narrowest_kernel_loses_its_ring_as_in_flam3() {
        let kernels = kernels(9.0, 0.0).unwrap();
        let last = kernels.weights(kernels.reach.len() - 1);
        assert_eq!(last.len(), 1);
        assert!((last[0][0] - 0.9574).abs() < 1e-4);
    }

    #[test]
    fn no_radius_or_a_single_one_switches_the_estimation_off() {
        assert!(kernels(0.0, 0.0).is_none());
        assert!(kernels(3.0, 3.0).is_none());
    }

    #[test]
    fn a_flat_curve_is_refused_before_its_table_is_made() {
        let mut genome = Genome::default();
        genome.estimator.curve = 0.01;
        assert!(matches!(
            table_bytes(&genome),
            Err(PlanError::Estimator { .. })
        ));
    }
}
