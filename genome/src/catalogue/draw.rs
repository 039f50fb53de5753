//! What a random genome puts into a variation's parameter, as data.
//!
//! The numbers are those of flam3's own random genomes. Whoever draws brings the random numbers.

/// Where a random genome takes a parameter from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Draw {
    /// It stays at [`super::Parameter::default`].
    Default,
    /// Always this value.
    Value(f64),
    /// A uniform number from `from` to `to`.
    Uniform {
        /// Least value.
        from: f64,
        /// Greatest value.
        to: f64,
    },
    /// One of the whole numbers from `from` to `to`, both included, each as likely as the others.
    Whole {
        /// Least value.
        from: u32,
        /// Greatest value.
        to: u32,
    },
    /// An earlier parameter of the same variation times a uniform number from `from` to `to`.
    Multiple {
        /// Its place in [`super::Variation::parameters`], below this parameter's own.
        of: usize,
        /// Least factor.
        from: f64,
        /// Greatest factor.
        to: f64,
    },
}

/// Stays as it is by default.
pub(super) const DEFAULT: Draw = Draw::Default;
/// A share.
pub(super) const UNIT: Draw = uniform(0.0, 1.0);
/// Up to 1 either way.
pub(super) const SIGNED: Draw = uniform(-1.0, 1.0);

pub(super) const fn value(value: f64) -> Draw {
    Draw::Value(value)
}

pub(super) const fn uniform(from: f64, to: f64) -> Draw {
    Draw::Uniform { from, to }
}

pub(super) const fn whole(from: u32, to: u32) -> Draw {
    Draw::Whole { from, to }
}

pub(super) const fn multiple(of: usize, from: f64, to: f64) -> Draw {
    Draw::Multiple { of, from, to }
}
