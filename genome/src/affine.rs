//! The affine map of an xform: six numbers.
//!
//! A file writes them as three column vectors, `coefs="a d b e c f"`: the image of the x unit
//! vector, the image of the y unit vector, the translation. In flam3's pictures y points down.

/// The map `x' = a x + b y + c`, `y' = d x + e y + f`, in world units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine {
    /// x of the image of the x unit vector.
    pub a: f64,
    /// x of the image of the y unit vector.
    pub b: f64,
    /// x of the translation.
    pub c: f64,
    /// y of the image of the x unit vector.
    pub d: f64,
    /// y of the image of the y unit vector.
    pub e: f64,
    /// y of the translation.
    pub f: f64,
}

impl Affine {
    /// The map that moves nothing.
    pub const IDENTITY: Self = Self::from_columns([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// Six zeros: what a motion element adds when it says nothing.
    pub const ZERO: Self = Self::from_columns([0.0; 6]);

    /// Makes a map from a file's order of numbers: `a d b e c f`.
    #[must_use]
    pub const fn from_columns([a, d, b, e, c, f]: [f64; 6]) -> Self {
        Self { a, b, c, d, e, f }
    }

    /// The numbers in a file's order: `a d b e c f`.
    #[must_use]
    pub const fn to_columns(self) -> [f64; 6] {
        [self.a, self.d, self.b, self.e, self.c, self.f]
    }

    /// Whether this is exactly the identity, so that applying it can be skipped.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        *self == Self::IDENTITY
    }

    /// Where the point `[x, y]` goes.
    #[must_use]
    pub fn apply(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [
            self.a * x + self.b * y + self.c,
            self.d * x + self.e * y + self.f,
        ]
    }
}

impl Default for Affine {
    fn default() -> Self {
        Self::IDENTITY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_the_images_of_the_unit_vectors_and_the_translation() {
        let affine = Affine::from_columns([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(affine.apply([0.0, 0.0]), [5.0, 6.0]);
        assert_eq!(affine.apply([1.0, 0.0]), [6.0, 8.0]);
        assert_eq!(affine.apply([0.0, 1.0]), [8.0, 10.0]);
        assert_eq!(affine.to_columns(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    }

    #[test]
    fn only_the_identity_is_the_identity() {
        assert!(Affine::default().is_identity());
        assert!(!Affine::ZERO.is_identity());
    }
}
