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
        Variation::Linear => passage.each(linear::apply),
        Variation::Sinusoidal => passage.each(sinusoidal::apply),
        Variation::Spherical => passage.each(spherical::apply),
        Variation::Swirl => passage.each(swirl::apply),
        Variation::Horseshoe => passage.each(horseshoe::apply),
        Variation::Polar => passage.each(polar::apply),
        Variation::Heart => passage.each(heart::apply),
        Variation::Spiral => passage.each(spiral::apply),
        Variation::Ex => passage.each(ex::apply),
        Variation::Julia => passage.draw(julia::apply, julia::DRAWS),
        Variation::Waves => passage.each(waves::apply),
        Variation::Exponential => passage.each(exponential::apply),
        Variation::Cosine => passage.each(cosine::apply),
        Variation::Rings => passage.each(rings::apply),
        Variation::Blob => passage.each(blob::apply),
        Variation::Pdj => passage.each(pdj::apply),
        Variation::Rings2 => passage.each(rings2::apply),
        Variation::Bubble => passage.each(bubble::apply),
        Variation::Perspective => passage.each(perspective::apply),
        Variation::Julian => passage.draw(julian::apply, julian::DRAWS),
        Variation::Juliascope => passage.draw(juliascope::apply, juliascope::DRAWS),
        Variation::Pie => passage.draw(pie::apply, pie::DRAWS),
        Variation::Ngon => passage.each(ngon::apply),
        Variation::Curl => passage.each(curl::apply),
        Variation::Rectangles => passage.each(rectangles::apply),
        Variation::SuperShape => passage.draw(super_shape::apply, super_shape::DRAWS),
        Variation::Flower => passage.draw(flower::apply, flower::DRAWS),
        Variation::Conic => passage.draw(conic::apply, conic::DRAWS),
        Variation::Bent2 => passage.each(bent2::apply),
        Variation::Bipolar => passage.each(bipolar::apply),
        Variation::Boarders => passage.draw(boarders::apply, boarders::DRAWS),
        Variation::Cell => passage.each(cell::apply),
        Variation::Foci => passage.each(foci::apply),
        Variation::Loonie => passage.each(loonie::apply),
        Variation::Modulus => passage.each(modulus::apply),
        Variation::Polar2 => passage.each(polar2::apply),
        Variation::Wedge => passage.each(wedge::apply),
        Variation::WedgeJulia => passage.draw(wedge_julia::apply, wedge_julia::DRAWS),
        Variation::Whorl => passage.each(whorl::apply),
        Variation::Exp => passage.each(exp::apply),
        Variation::Sin => passage.each(sin::apply),
        Variation::Sec => passage.each(sec::apply),
        Variation::Csc => passage.each(csc::apply),
        Variation::Cosh => passage.each(cosh::apply),
        Variation::Sech => passage.each(sech::apply),
        Variation::Csch => passage.each(csch::apply),
        Variation::Coth => passage.each(coth::apply),
        Variation::Auger => passage.each(auger::apply),
    }
}

/// A group on its way through one variation.
struct Passage<'a> {
    constants: &'a Constants,
    from: &'a Lanes,
    sum: &'a mut Lanes,
    places: &'a mut Places,
}

impl Passage<'_> {
    /// Through a formula without chance.
    #[inline(always)]
    fn each(self, apply: impl Fn(&Constants, Point) -> Point) {
        for lane in 0..LANES {
            let to = apply(
                self.constants,
                Point {
                    x: self.from.x[lane],
                    y: self.from.y[lane],
                },
            );
            self.sum.x[lane] += to.x;
            self.sum.y[lane] += to.y;
        }
    }

    /// Through a formula that draws `draws` random numbers for every point.
    #[inline(always)]
    fn draw(self, apply: impl Fn(&Constants, Point, &mut Draws) -> Point, draws: u32) {
        for lane in 0..LANES {
            let from = Point {
                x: self.from.x[lane],
                y: self.from.y[lane],
            };
            let to = apply(self.constants, from, &mut self.places.draws(lane));
            self.sum.x[lane] += to.x;
            self.sum.y[lane] += to.y;
        }
        self.places.advance(draws);
    }
}

#[cfg(test)]
mod tests;
