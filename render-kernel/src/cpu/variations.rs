//! The variations, and how a group of points passes through one.
//!
//! One file per variation, in the catalogue's names. Each has two functions: `prepare` turns a genome's
//! numbers into the constants that the formula needs (once per moment, in double precision), and `apply`
//! moves one point (in single precision, without branches, so that the loop over a group's lanes becomes
//! vector code). A variation that draws random numbers says how many with `DRAWS`.
//!
//! `shaders/wgsl/variations/<name>.wgsl` is to be the twin of `<name>.rs`: same order, same names.

mod arch;
mod auger;
mod bent;
mod bent2;
mod bipolar;
mod blade;
mod blob;
mod blur;
mod boarders;
mod bubble;
mod butterfly;
mod cell;
mod conic;
mod cos;
mod cosh;
mod cosine;
mod cot;
mod coth;
mod cpow;
mod cross;
mod csc;
mod csch;
mod curl;
mod curve;
mod cylinder;
mod diamond;
mod disc;
mod disc2;
mod edisc;
mod elliptic;
mod escher;
mod ex;
mod exp;
mod exponential;
mod eyefish;
mod fan;
mod fan2;
mod fisheye;
mod flower;
mod flux;
mod foci;
mod gaussian_blur;
mod handkerchief;
mod heart;
mod horseshoe;
mod hyperbolic;
mod julia;
mod julian;
mod juliascope;
mod lazysusan;
mod linear;
mod log;
mod loonie;
mod mobius;
mod modulus;
mod ngon;
mod noise;
mod oscilloscope;
mod parabola;
mod pdj;
mod perspective;
mod pie;
mod polar;
mod polar2;
mod popcorn;
mod popcorn2;
mod power;
mod pre_blur;
mod radial_blur;
mod rays;
mod rectangles;
mod rings;
mod rings2;
mod scry;
mod sec;
mod secant2;
mod sech;
mod separation;
mod sin;
mod sinh;
mod sinusoidal;
mod spherical;
mod spiral;
mod split;
mod splits;
mod square;
mod stripes;
mod super_shape;
mod swirl;
mod tan;
mod tangent;
mod tanh;
mod twintrian;
mod waves;
mod waves2;
mod wedge;
mod wedge_julia;
mod wedge_sph;
mod whorl;

use woolgather_genome::{Affine, Variation, WeightedVariation};

use super::lanes::{LANES, Lanes, Places};
use crate::math;
use crate::streams::Draws;

/// Numbers that a variation's formula needs, its own order; the unused rest is 0.
pub(crate) type Constants = [f32; 8];

/// What keeps a division by a squared radius finite; flam3's value.
const EPSILON: f32 = 1e-10;

/// Beyond this a ratio of hyperbolic functions has reached its limit, and their squares are still finite in
/// single precision.
const HYPERBOLIC_LIMIT: f32 = 40.0;
/// Beyond this the hyperbolic functions overflow in double precision.
const DOUBLE_OVERFLOW: f32 = 710.0;
/// A coordinate that is bad whatever is added to it.
const BAD: f32 = 1e30;

/// A point of the plane, in world units.
#[derive(Clone, Copy)]
struct Point {
    x: f32,
    y: f32,
}

impl Point {
    #[inline(always)]
    fn radius_squared(self) -> f32 {
        self.x * self.x + self.y * self.y
    }

    #[inline(always)]
    fn radius(self) -> f32 {
        self.radius_squared().sqrt()
    }

    /// The angle from the x axis.
    #[inline(always)]
    fn theta(self) -> f32 {
        math::atan2(self.y, self.x)
    }

    /// The angle from the y axis.
    #[inline(always)]
    fn phi(self) -> f32 {
        math::atan2(self.x, self.y)
    }
}

/// The argument of a ratio of hyperbolic functions, and what to add to the result.
///
/// The argument is kept where single precision can hold the functions; the ratio has its limit there. Farther
/// out flam3 divides infinity by infinity, which makes the value bad and starts the orbit afresh. Genomes that
/// throw points that far rely on it, so the same arguments are bad here.
#[inline(always)]
fn hyperbolic_argument(x: f32) -> (f32, f32) {
    limited(x, DOUBLE_OVERFLOW)
}

/// As [`hyperbolic_argument`], where the formula has the functions of twice the argument above the line too.
#[inline(always)]
fn doubled_argument(x: f32) -> (f32, f32) {
    limited(x, 0.5 * DOUBLE_OVERFLOW)
}

#[inline(always)]
fn limited(x: f32, overflow: f32) -> (f32, f32) {
    let near = if x > HYPERBOLIC_LIMIT {
        HYPERBOLIC_LIMIT
    } else {
        x
    };
    let near = if near < -HYPERBOLIC_LIMIT {
        -HYPERBOLIC_LIMIT
    } else {
        near
    };
    (near, if x.abs() > overflow { BAD } else { 0.0 })
}

/// The tangent; near its poles as wild as single precision has it.
#[inline(always)]
fn tan(x: f32) -> f32 {
    let (s, c) = math::sin_cos(x);
    s / c
}

/// Random numbers that [`bell`] takes.
const BELL_DRAWS: u32 = 4;

/// A random number within -2..2, nearly normal: the sum of four uniform ones less their mean.
#[inline(always)]
fn bell(draws: &mut Draws) -> f32 {
    draws.uniform() + draws.uniform() + draws.uniform() + draws.uniform() - 2.0
}

/// Rounds constants to single precision and fills them up.
fn constants<const N: usize>(numbers: [f64; N]) -> Constants {
    let mut constants = Constants::default();
    for (constant, number) in constants.iter_mut().zip(numbers) {
        *constant = number as f32;
    }
    constants
}

/// A group on its way through one variation.
struct Passage<'a> {
    constants: &'a Constants,
    from: &'a Lanes,
    sum: &'a mut Lanes,
    places: &'a mut Places,
}

/// Takes every point of the passage through a variation that draws no random numbers.
///
/// A macro, because the call through a function's argument is not inlined into code that is compiled for
/// another processor than the rest, and then nothing of the loop is.
macro_rules! each {
    ($variation:ident, $passage:ident) => {
        for lane in 0..LANES {
            let from = $passage.from.point(lane);
            let to = $variation::apply($passage.constants, from);
            $passage.sum.x[lane] += to.x;
            $passage.sum.y[lane] += to.y;
        }
    };
}

/// Takes every point of the passage through a variation that draws random numbers.
macro_rules! draw {
    ($variation:ident, $passage:ident) => {{
        for lane in 0..LANES {
            let from = $passage.from.point(lane);
            let draws = &mut $passage.places.draws(lane);
            let to = $variation::apply($passage.constants, from, draws);
            $passage.sum.x[lane] += to.x;
            $passage.sum.y[lane] += to.y;
        }
        $passage.places.advance($variation::DRAWS);
    }};
}

impl Lanes {
    #[inline(always)]
    fn point(&self, lane: usize) -> Point {
        Point {
            x: self.x[lane],
            y: self.y[lane],
        }
    }
}

/// What is applied to the point itself before the sum begins adds nothing to it; see [`before`].
macro_rules! before {
    ($variation:ident, $passage:ident) => {
        ()
    };
}

/// Makes [`prepare`] and [`add`] from one table: how a variation takes its points, which it is, and where it is.
macro_rules! variations {
    ($($how:ident $variation:ident $file:ident;)+) => {
        /// Prepares the constants of a weighted variation inside an xform with the affine map `coefs`.
        pub(crate) fn prepare(v: &WeightedVariation, coefs: &Affine) -> Constants {
            match v.variation {
                $(Variation::$variation => $file::prepare(v, coefs),)+
            }
        }

        /// Adds what `variation` makes of the points `from` to `sum`, and moves `places` past the numbers it
        /// drew.
        #[inline(always)]
        pub(super) fn add(
            variation: Variation,
            constants: &Constants,
            from: &Lanes,
            sum: &mut Lanes,
            places: &mut Places,
        ) {
            let passage = Passage {
                constants,
                from,
                sum,
                places,
            };
            match variation {
                $(Variation::$variation => $how!($file, passage),)+
            }
        }
    };
}

variations! {
    each Linear linear;
    each Sinusoidal sinusoidal;
    each Spherical spherical;
    each Swirl swirl;
    each Horseshoe horseshoe;
    each Polar polar;
    each Handkerchief handkerchief;
    each Heart heart;
    each Disc disc;
    each Spiral spiral;
    each Hyperbolic hyperbolic;
    each Diamond diamond;
    each Ex ex;
    draw Julia julia;
    each Bent bent;
    each Waves waves;
    each Fisheye fisheye;
    each Popcorn popcorn;
    each Exponential exponential;
    each Power power;
    each Cosine cosine;
    each Rings rings;
    each Fan fan;
    each Blob blob;
    each Pdj pdj;
    each Fan2 fan2;
    each Rings2 rings2;
    each Eyefish eyefish;
    each Bubble bubble;
    each Cylinder cylinder;
    each Perspective perspective;
    draw Noise noise;
    draw Julian julian;
    draw Juliascope juliascope;
    draw Blur blur;
    draw GaussianBlur gaussian_blur;
    draw RadialBlur radial_blur;
    draw Pie pie;
    each Ngon ngon;
    each Curl curl;
    each Rectangles rectangles;
    draw Arch arch;
    each Tangent tangent;
    draw Square square;
    draw Rays rays;
    draw Blade blade;
    each Secant2 secant2;
    draw Twintrian twintrian;
    each Cross cross;
    each Disc2 disc2;
    draw SuperShape super_shape;
    draw Flower flower;
    draw Conic conic;
    draw Parabola parabola;
    each Bent2 bent2;
    each Bipolar bipolar;
    draw Boarders boarders;
    each Butterfly butterfly;
    each Cell cell;
    draw Cpow cpow;
    each Curve curve;
    each Edisc edisc;
    each Elliptic elliptic;
    each Escher escher;
    each Foci foci;
    each Lazysusan lazysusan;
    each Loonie loonie;
    before PreBlur pre_blur;
    each Modulus modulus;
    each Oscilloscope oscilloscope;
    each Polar2 polar2;
    each Popcorn2 popcorn2;
    each Scry scry;
    each Separation separation;
    each Split split;
    each Splits splits;
    each Stripes stripes;
    each Wedge wedge;
    draw WedgeJulia wedge_julia;
    each WedgeSph wedge_sph;
    each Whorl whorl;
    each Waves2 waves2;
    each Exp exp;
    each Log log;
    each Sin sin;
    each Cos cos;
    each Tan tan;
    each Sec sec;
    each Csc csc;
    each Cot cot;
    each Sinh sinh;
    each Cosh cosh;
    each Tanh tanh;
    each Sech sech;
    each Csch csch;
    each Coth coth;
    each Auger auger;
    each Flux flux;
    each Mobius mobius;
}

/// Moves the points `from` themselves, where `variation` is one that does so before all others see them.
#[inline(always)]
pub(super) fn before(
    variation: Variation,
    constants: &Constants,
    from: &mut Lanes,
    places: &mut Places,
) {
    if variation != Variation::PreBlur {
        return;
    }
    for lane in 0..LANES {
        let to = pre_blur::apply(constants, from.point(lane), &mut places.draws(lane));
        from.x[lane] = to.x;
        from.y[lane] = to.y;
    }
    places.advance(pre_blur::DRAWS);
}

#[cfg(test)]
mod tests;
