//! The variations, and how a group of points passes through one.
//!
//! One file per variation, in the catalogue's names. Each has two functions: `prepare` turns a genome's
//! numbers into the constants that the formula needs (once per moment, in double precision), and `apply`
//! moves one point (in single precision, without branches, so that the loop over a group's lanes becomes
//! vector code). A variation that draws random numbers says how many with `DRAWS`.
//!
//! `shaders/wgsl/variations/<name>.wgsl` is to be the twin of `<name>.rs`: same order, same names.

mod auger;
mod bent2;
mod bipolar;
mod blob;
mod boarders;
mod bubble;
mod cell;
mod conic;
mod cosh;
mod cosine;
mod coth;
mod csc;
mod csch;
mod curl;
mod ex;
mod exp;
mod exponential;
mod flower;
mod foci;
mod heart;
mod horseshoe;
mod julia;
mod julian;
mod juliascope;
mod linear;
mod loonie;
mod modulus;
mod ngon;
mod pdj;
mod perspective;
mod pie;
mod polar;
mod polar2;
mod rectangles;
mod rings;
mod rings2;
mod sec;
mod sech;
mod sin;
mod sinusoidal;
mod spherical;
mod spiral;
mod super_shape;
mod swirl;
mod waves;
mod wedge;
mod wedge_julia;
mod whorl;

use woolgather_genome::{Affine, Variation, WeightedVariation};

use super::lanes::{LANES, Lanes, Places};
use crate::math;

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
    (near, if x.abs() > DOUBLE_OVERFLOW { BAD } else { 0.0 })
}

/// Rounds constants to single precision and fills them up.
fn constants<const N: usize>(numbers: [f64; N]) -> Constants {
    let mut constants = Constants::default();
    for (constant, number) in constants.iter_mut().zip(numbers) {
        *constant = number as f32;
    }
    constants
}

/// Prepares the constants of a weighted variation inside an xform with the affine map `coefs`.
pub(crate) fn prepare(v: &WeightedVariation, coefs: &Affine) -> Constants {
    match v.variation {
        Variation::Linear => linear::prepare(v, coefs),
        Variation::Sinusoidal => sinusoidal::prepare(v, coefs),
        Variation::Spherical => spherical::prepare(v, coefs),
        Variation::Swirl => swirl::prepare(v, coefs),
        Variation::Horseshoe => horseshoe::prepare(v, coefs),
        Variation::Polar => polar::prepare(v, coefs),
        Variation::Heart => heart::prepare(v, coefs),
        Variation::Spiral => spiral::prepare(v, coefs),
        Variation::Ex => ex::prepare(v, coefs),
        Variation::Julia => julia::prepare(v, coefs),
        Variation::Waves => waves::prepare(v, coefs),
        Variation::Exponential => exponential::prepare(v, coefs),
        Variation::Cosine => cosine::prepare(v, coefs),
        Variation::Rings => rings::prepare(v, coefs),
        Variation::Blob => blob::prepare(v, coefs),
        Variation::Pdj => pdj::prepare(v, coefs),
        Variation::Rings2 => rings2::prepare(v, coefs),
        Variation::Bubble => bubble::prepare(v, coefs),
        Variation::Perspective => perspective::prepare(v, coefs),
        Variation::Julian => julian::prepare(v, coefs),
        Variation::Juliascope => juliascope::prepare(v, coefs),
        Variation::Pie => pie::prepare(v, coefs),
        Variation::Ngon => ngon::prepare(v, coefs),
        Variation::Curl => curl::prepare(v, coefs),
        Variation::Rectangles => rectangles::prepare(v, coefs),
        Variation::SuperShape => super_shape::prepare(v, coefs),
        Variation::Flower => flower::prepare(v, coefs),
        Variation::Conic => conic::prepare(v, coefs),
        Variation::Bent2 => bent2::prepare(v, coefs),
        Variation::Bipolar => bipolar::prepare(v, coefs),
        Variation::Boarders => boarders::prepare(v, coefs),
        Variation::Cell => cell::prepare(v, coefs),
        Variation::Foci => foci::prepare(v, coefs),
        Variation::Loonie => loonie::prepare(v, coefs),
        Variation::Modulus => modulus::prepare(v, coefs),
        Variation::Polar2 => polar2::prepare(v, coefs),
        Variation::Wedge => wedge::prepare(v, coefs),
        Variation::WedgeJulia => wedge_julia::prepare(v, coefs),
        Variation::Whorl => whorl::prepare(v, coefs),
        Variation::Exp => exp::prepare(v, coefs),
        Variation::Sin => sin::prepare(v, coefs),
        Variation::Sec => sec::prepare(v, coefs),
        Variation::Csc => csc::prepare(v, coefs),
        Variation::Cosh => cosh::prepare(v, coefs),
        Variation::Sech => sech::prepare(v, coefs),
        Variation::Csch => csch::prepare(v, coefs),
        Variation::Coth => coth::prepare(v, coefs),
        Variation::Auger => auger::prepare(v, coefs),
    }
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

/// Adds what `variation` makes of the points `from` to `sum`, and moves `places` past the numbers it drew.
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
        Variation::Linear => each!(linear, passage),
        Variation::Sinusoidal => each!(sinusoidal, passage),
        Variation::Spherical => each!(spherical, passage),
        Variation::Swirl => each!(swirl, passage),
        Variation::Horseshoe => each!(horseshoe, passage),
        Variation::Polar => each!(polar, passage),
        Variation::Heart => each!(heart, passage),
        Variation::Spiral => each!(spiral, passage),
        Variation::Ex => each!(ex, passage),
        Variation::Julia => draw!(julia, passage),
        Variation::Waves => each!(waves, passage),
        Variation::Exponential => each!(exponential, passage),
        Variation::Cosine => each!(cosine, passage),
        Variation::Rings => each!(rings, passage),
        Variation::Blob => each!(blob, passage),
        Variation::Pdj => each!(pdj, passage),
        Variation::Rings2 => each!(rings2, passage),
        Variation::Bubble => each!(bubble, passage),
        Variation::Perspective => each!(perspective, passage),
        Variation::Julian => draw!(julian, passage),
        Variation::Juliascope => draw!(juliascope, passage),
        Variation::Pie => draw!(pie, passage),
        Variation::Ngon => each!(ngon, passage),
        Variation::Curl => each!(curl, passage),
        Variation::Rectangles => each!(rectangles, passage),
        Variation::SuperShape => draw!(super_shape, passage),
        Variation::Flower => draw!(flower, passage),
        Variation::Conic => draw!(conic, passage),
        Variation::Bent2 => each!(bent2, passage),
        Variation::Bipolar => each!(bipolar, passage),
        Variation::Boarders => draw!(boarders, passage),
        Variation::Cell => each!(cell, passage),
        Variation::Foci => each!(foci, passage),
        Variation::Loonie => each!(loonie, passage),
        Variation::Modulus => each!(modulus, passage),
        Variation::Polar2 => each!(polar2, passage),
        Variation::Wedge => each!(wedge, passage),
        Variation::WedgeJulia => draw!(wedge_julia, passage),
        Variation::Whorl => each!(whorl, passage),
        Variation::Exp => each!(exp, passage),
        Variation::Sin => each!(sin, passage),
        Variation::Sec => each!(sec, passage),
        Variation::Csc => each!(csc, passage),
        Variation::Cosh => each!(cosh, passage),
        Variation::Sech => each!(sech, passage),
        Variation::Csch => each!(csch, passage),
        Variation::Coth => each!(coth, passage),
        Variation::Auger => each!(auger, passage),
    }
}

#[cfg(test)]
mod tests;
