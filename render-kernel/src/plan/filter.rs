//! The spatial filter: how the bins of a pixel and of its surroundings make the pixel.
//!
//! The names of a genome are flam3's, and flam3 wires seven of them to another kernel than the one they
//! name; [`Shape::of`] says what is really applied. [`Shape::named`] is the kernel that the name promises.
//!
//! # Sources
//!
//! D. Mitchell and A. Netravali, *Reconstruction Filters in Computer Graphics* (1988), for the cubics; C. Duchon,
//! *Lanczos Filtering in One and Two Dimensions* (1979); the other windows are textbook. The wiring and the supports were measured on flam3 3.1 with impulses
//! (`tests/data/impulse`).

use woolgather_genome::{FilterShape, Genome};

const PI: f64 = std::f64::consts::PI;

/// A square kernel of bins.
#[derive(Clone, Debug)]
pub(crate) struct FilterPlan {
    /// Bins along each side; as odd or even as the supersample.
    pub(crate) width: u32,
    /// Row-major, sum 1.
    pub(crate) kernel: Vec<f32>,
}

/// What a filter name really means: a function and the largest argument it is not 0 for.
struct Shape {
    support: f64,
    value: fn(f64) -> f64,
}

impl FilterPlan {
    /// The filter of `genome`; `by_name` takes its name at its word.
    pub(super) fn new(genome: &Genome, by_name: bool) -> Self {
        let shape = if by_name {
            Shape::named(genome.filter_shape)
        } else {
            Shape::of(genome.filter_shape)
        };
        let supersample = genome.supersample;
        let exact = 2.0 * shape.support * f64::from(supersample) * genome.filter_radius;
        let width = exact as u32 + 1;
        let width = width + (width ^ supersample) % 2;
        let stretch = if exact > 0.0 {
            shape.support * f64::from(width) / exact
        } else {
            1.0
        };

        let side: Vec<f64> = (0..width)
            .map(|i| ((2.0 * f64::from(i) + 1.0) / f64::from(width) - 1.0) * stretch)
            .map(shape.value)
            .collect();
        let sum: f64 = side.iter().sum();
        let kernel = side
            .iter()
            .flat_map(|y| side.iter().map(move |x| (x * y / (sum * sum)) as f32));
        Self {
            width,
            kernel: kernel.collect(),
        }
    }
}

impl Shape {
    /// What flam3 3.1 applies for a name.
    fn of(name: FilterShape) -> Self {
        let (support, value): (f64, fn(f64) -> f64) = match name {
            FilterShape::Gaussian => (1.5, gaussian),
            FilterShape::Hermite => (1.0, hermite),
            FilterShape::Box => (0.5, boxed),
            FilterShape::Triangle => (1.0, triangle),
            FilterShape::Bell | FilterShape::Quadratic => (1.5, bell),
            FilterShape::Bspline => (2.0, |t| cubic(t, 1.0, 0.0)),
            FilterShape::Lanczos3 => (2.0, |t| cubic(t, 1.0 / 3.0, 1.0 / 3.0)),
            FilterShape::Mitchell => (2.0, |t| cubic(t, 0.0, 0.5)),
            FilterShape::Lanczos2 => (1.0, |t| sinc(t) * cosines(t, [0.42, 0.5, 0.08])),
            FilterShape::Blackman => (1.0, |t| sinc(t) * cosines(t, [0.5, 0.5, 0.0])),
            FilterShape::Catrom => (1.0, |t| sinc(t) * cosines(t, [0.54, 0.46, 0.0])),
            FilterShape::Hamming => (3.0, |t| windowed_sinc(t, 3.0)),
            FilterShape::Hanning => (2.0, |t| windowed_sinc(t, 2.0)),
        };
        Self { support, value }
    }

    /// What the textbooks call by a name.
    ///
    /// Blackman, hanning and hamming are a sine cardinal under the window of that name, one lobe long as in
    /// flam3's table of supports; lanczos windows once.
    fn named(name: FilterShape) -> Self {
        let (support, value): (f64, fn(f64) -> f64) = match name {
            FilterShape::Mitchell => (2.0, |t| cubic(t, 1.0 / 3.0, 1.0 / 3.0)),
            FilterShape::Catrom => (2.0, |t| cubic(t, 0.0, 0.5)),
            FilterShape::Blackman => (1.0, |t| sinc(t) * cosines(t, [0.42, 0.5, 0.08])),
            FilterShape::Hanning => (1.0, |t| sinc(t) * cosines(t, [0.5, 0.5, 0.0])),
            FilterShape::Hamming => (1.0, |t| sinc(t) * cosines(t, [0.54, 0.46, 0.0])),
            FilterShape::Lanczos3 => (3.0, |t| sinc(t) * sinc(t / 3.0)),
            FilterShape::Lanczos2 => (2.0, |t| sinc(t) * sinc(t / 2.0)),
            FilterShape::Gaussian
            | FilterShape::Hermite
            | FilterShape::Box
            | FilterShape::Triangle
            | FilterShape::Bell
            | FilterShape::Bspline
            | FilterShape::Quadratic => return Self::of(name),
        };
        Self { support, value }
    }
}

fn gaussian(t: f64) -> f64 {
    libm::exp(-2.0 * t * t)
}

fn hermite(t: f64) -> f64 {
    let t = t.abs();
    if t < 1.0 {
        (2.0 * t - 3.0) * t * t + 1.0
    } else {
        0.0
    }
}

fn boxed(t: f64) -> f64 {
    if t > -0.5 && t <= 0.5 { 1.0 } else { 0.0 }
}

fn triangle(t: f64) -> f64 {
    (1.0 - t.abs()).max(0.0)
}

/// The quadratic B-spline.
fn bell(t: f64) -> f64 {
    let t = t.abs();
    if t < 0.5 {
        0.75 - t * t
    } else if t < 1.5 {
        0.5 * (t - 1.5) * (t - 1.5)
    } else {
        0.0
    }
}

/// Mitchell and Netravali's family of cubics; B = 1, C = 0 is the B-spline, B = 0, C = 1/2 Catmull-Rom.
fn cubic(t: f64, b: f64, c: f64) -> f64 {
    let t = t.abs();
    if t < 1.0 {
        ((12.0 - 9.0 * b - 6.0 * c) * t * t * t
            + (-18.0 + 12.0 * b + 6.0 * c) * t * t
            + (6.0 - 2.0 * b))
            / 6.0
    } else if t < 2.0 {
        ((-b - 6.0 * c) * t * t * t
            + (6.0 * b + 30.0 * c) * t * t
            + (-12.0 * b - 48.0 * c) * t
            + (8.0 * b + 24.0 * c))
            / 6.0
    } else {
        0.0
    }
}

fn sinc(t: f64) -> f64 {
    if t == 0.0 {
        1.0
    } else {
        libm::sin(PI * t) / (PI * t)
    }
}

/// A window made of cosines; it is not cut at its support.
fn cosines(t: f64, [a, b, c]: [f64; 3]) -> f64 {
    a + b * libm::cos(PI * t) + c * libm::cos(2.0 * PI * t)
}

/// flam3 differs here: the sine's window is applied twice.
fn windowed_sinc(t: f64, lobes: f64) -> f64 {
    let window = sinc(t / lobes);
    sinc(t) * window * window
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds the textbook kernel of `name` to what flam3 applies for `wired`.
    #[track_caller]
    fn check_wired_as(name: FilterShape, wired: FilterShape) {
        let (named, wired) = (Shape::named(name), Shape::of(wired));
        assert_eq!(named.support, wired.support);
        for i in -40..=40 {
            let t = f64::from(i) / 10.0;
            assert_eq!((named.value)(t), (wired.value)(t), "{name:?} at {t}");
        }
    }

    #[test]
    fn flam3_has_five_textbook_kernels_under_other_names() {
        check_wired_as(FilterShape::Mitchell, FilterShape::Lanczos3);
        check_wired_as(FilterShape::Catrom, FilterShape::Mitchell);
        check_wired_as(FilterShape::Blackman, FilterShape::Lanczos2);
        check_wired_as(FilterShape::Hanning, FilterShape::Blackman);
        check_wired_as(FilterShape::Hamming, FilterShape::Catrom);
        check_wired_as(FilterShape::Triangle, FilterShape::Triangle);
    }

    #[test]
    fn a_true_lanczos_is_one_in_the_middle_and_nothing_at_every_other_whole_number() {
        for (name, lobes) in [(FilterShape::Lanczos2, 2), (FilterShape::Lanczos3, 3)] {
            let shape = Shape::named(name);
            assert_eq!(shape.support, f64::from(lobes));
            assert_eq!((shape.value)(0.0), 1.0);
            for k in 1..=lobes {
                assert!((shape.value)(f64::from(k)).abs() < 1e-15, "{name:?} at {k}");
            }
            // The second lobe is negative, and less so than under the window that flam3 applies twice.
            assert!((shape.value)(1.3) < windowed_sinc(1.3, f64::from(lobes)));
        }
    }

    #[test]
    fn every_filter_sums_to_one_whichever_way_its_name_is_meant() {
        for &filter_shape in FilterShape::ALL {
            for (supersample, filter_radius) in [(1, 0.5), (1, 1.5), (2, 0.75), (3, 0.0)] {
                let genome = Genome {
                    filter_shape,
                    supersample,
                    filter_radius,
                    ..Genome::default()
                };
                for by_name in [false, true] {
                    let plan = FilterPlan::new(&genome, by_name);
                    let sum: f64 = plan.kernel.iter().map(|&weight| f64::from(weight)).sum();
                    assert!((sum - 1.0).abs() < 1e-5, "{filter_shape:?}: {sum}");
                    assert_eq!(plan.width % 2, supersample % 2);
                }
            }
        }
    }
}
