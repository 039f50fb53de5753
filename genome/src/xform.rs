//! An xform, and the motion elements that move its numbers through a loop.

use crate::{Affine, MotionFunction, Variation, WeightedVariation};

/// One map of the flame: an affine map, a weighted sum of variations, a second affine map, and
/// what it does to the colour.
#[derive(Clone, Debug, PartialEq)]
pub struct Xform {
    /// Relative probability of being chosen, 0 or more. 0 in a final xform.
    pub weight: f64,
    /// Palette coordinate, 0 to 1.
    pub color: f64,
    /// How far a point's colour moves towards [`Xform::color`], 0 to 1.
    pub color_speed: f64,
    /// 0 keeps the xform still while the loop turns the others; any other number turns it.
    pub animate: f64,
    /// Visibility, 0 to 1.
    pub opacity: f64,
    /// The map before the variations.
    pub coefs: Affine,
    /// The map after the variations.
    pub post: Affine,
    /// Multipliers of the other xforms' weights when this one was the last chosen, 0 or more.
    ///
    /// A row shorter than the list of xforms goes on with ones; an empty row is all ones.
    pub chaos: Vec<f64>,
    /// The variations, sorted by [`Variation::index`], each at most once.
    ///
    /// Without any, every point goes to the translation of [`Xform::post`]. A weight of 0 stands
    /// only where [`Xform::motion`] may lift it.
    pub variations: Vec<WeightedVariation>,
    /// What moves these numbers through a loop, applied in order.
    pub motion: Vec<Motion>,
}

impl Default for Xform {
    /// The xform that leaves points where they are, with flam3's defaults and a weight of 0.
    fn default() -> Self {
        Self {
            weight: 0.0,
            color: 0.0,
            color_speed: 0.5,
            animate: 1.0,
            opacity: 1.0,
            coefs: Affine::IDENTITY,
            post: Affine::IDENTITY,
            chaos: Vec::new(),
            variations: vec![WeightedVariation::new(Variation::Linear, 1.0)],
            motion: Vec::new(),
        }
    }
}

/// What is added to an xform's numbers as the loop goes round.
///
/// Every number here is an amplitude: it is multiplied by [`MotionFunction`] at
/// `frequency * blend` and added to the xform's number of the same name.
#[derive(Clone, Debug, PartialEq)]
pub struct Motion {
    /// Turns of the function in one loop.
    pub frequency: i32,
    /// The wave.
    pub function: MotionFunction,
    /// Added to [`Xform::weight`].
    pub weight: f64,
    /// Added to [`Xform::color`].
    pub color: f64,
    /// Added to [`Xform::color_speed`].
    pub color_speed: f64,
    /// Added to [`Xform::animate`].
    pub animate: f64,
    /// Added to [`Xform::opacity`].
    pub opacity: f64,
    /// Added to [`Xform::coefs`].
    pub coefs: Affine,
    /// Added to [`Xform::post`].
    pub post: Affine,
    /// Added to weights and parameters; sorted by [`Variation::index`], each at most once.
    pub variations: Vec<WeightedVariation>,
}

impl Default for Motion {
    /// A motion that moves nothing: frequency 0, `sin`, zeros.
    fn default() -> Self {
        Self {
            frequency: 0,
            function: MotionFunction::Sin,
            weight: 0.0,
            color: 0.0,
            color_speed: 0.0,
            animate: 0.0,
            opacity: 0.0,
            coefs: Affine::ZERO,
            post: Affine::ZERO,
            variations: Vec::new(),
        }
    }
}
