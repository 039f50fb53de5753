//! The variation catalogue: one table that parser, printer, interpolation and renderers read.
//!
//! A row is a variation's flam3 number, its name in files, its parameters with their defaults, the
//! page that defines it, and its formula. Adding a variation is adding a row here (and taking its
//! number out of [`NOT_YET`]), a file in `shaders/wgsl/variations/` and one in
//! `render-kernel/src/cpu/variations/`; exhaustive matches over [`Variation`] turn an omission into
//! a compile error.
//!
//! # Notation of the formulas
//!
//! `x, y` the point after the affine map; `w` the weight; `r2 = x^2 + y^2`, `r = sqrt r2`;
//! `phi = atan2(x, y)`, measured from the y axis; `theta = atan2(y, x)`; `eps = 1e-10`; `R` a
//! uniform number in 0..1, drawn anew at each mention; `bit` a random bit; `fmod` and `trunc` as
//! in C. The two parts, split by the top-level comma, are added to the sums of X and Y.

use crate::limits::{self, Range};

/// Most parameters that any variation of flam3 has.
pub const MAX_PARAMETERS: usize = 8;

/// A number that shapes a variation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// Its attribute in flam3 files.
    pub name: &'static str,
    /// Its value where a file is silent.
    pub default: f64,
    /// Its legal values.
    pub range: Range,
}

/// A variation with its weight and parameters, as an xform holds it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeightedVariation {
    /// Which one.
    pub variation: Variation,
    /// Its share in the sum; may be negative.
    pub weight: f64,
    /// In the order of [`Variation::parameters`]; the unused rest is 0.
    pub parameters: [f64; MAX_PARAMETERS],
}

impl WeightedVariation {
    /// A variation with the parameters that a file leaves unsaid.
    #[must_use]
    pub fn new(variation: Variation, weight: f64) -> Self {
        let mut parameters = [0.0; MAX_PARAMETERS];
        for (value, parameter) in parameters.iter_mut().zip(variation.parameters()) {
            *value = parameter.default;
        }
        Self {
            variation,
            weight,
            parameters,
        }
    }
}

/// How an xform that is only there to be blended away imitates the identity beside a companion
/// that has this variation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Padding {
    /// It does not care.
    None,
    /// Turned by half a turn and weighed with -1, which is kinder to maps that turn inside out.
    Inverted,
    /// With this variation itself, which these parameters make the identity.
    Identity(&'static [(usize, f64)]),
    /// With this variation itself after x and y are swapped.
    Swapped,
}

/// One row of the catalogue.
struct Row {
    name: &'static str,
    parameters: &'static [Parameter],
    padding: Padding,
    source: &'static str,
    formula: &'static str,
}

/// The variations that flam3's first paper lists, with its numbers.
const PAPER: &str = "S. Draves and E. Reckase, The Fractal Flame Algorithm, appendix";
/// The later ones, which flam3 numbers on.
const FLAM3: &str = "flam3 3.1, variation list";

/// A parameter's own range, or the one of most parameters.
macro_rules! range {
    () => {
        limits::PARAMETER
    };
    ($range:expr) => {
        $range
    };
}

/// A variation's own padding, or that of most variations.
macro_rules! padding {
    () => {
        Padding::None
    };
    ($padding:expr) => {
        $padding
    };
}

/// Makes [`Variation`] and its rows from one table.
macro_rules! catalogue {
    ($($variant:ident = $index:literal, $name:literal,
        [$($parameter:literal = $default:literal $(in $range:expr)?),*], $source:ident,
        $formula:literal $(, $padding:expr)?;)+) => {
        /// A variation that this version knows, numbered as in flam3.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Variation {
            $(#[doc = concat!("`", $formula, "`")] $variant = $index,)+
        }

        impl Variation {
            /// Every known variation, by rising number.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            const fn row(self) -> &'static Row {
                match self {
                    $(Self::$variant => &Row {
                        name: $name,
                        parameters: &[$(Parameter {
                            name: $parameter,
                            default: $default,
                            range: range!($($range)?),
                        },)*],
                        padding: padding!($($padding)?),
                        source: $source,
                        formula: $formula,
                    },)+
                }
            }
        }
    };
}

catalogue! {
    Linear = 0, "linear", [], PAPER,
        "w x, w y";
    Sinusoidal = 1, "sinusoidal", [], PAPER,
        "w sin x, w sin y";
    Spherical = 2, "spherical", [], PAPER,
        "w x / (r2 + eps), w y / (r2 + eps)",
        Padding::Inverted;
    Swirl = 3, "swirl", [], PAPER,
        "w (x sin r2 - y cos r2), w (x cos r2 + y sin r2)";
    Horseshoe = 4, "horseshoe", [], PAPER,
        "w (x - y)(x + y) / (r + eps), 2 w x y / (r + eps)";
    Polar = 5, "polar", [], PAPER,
        "w phi / pi, w (r - 1)",
        Padding::Inverted;
    Heart = 7, "heart", [], PAPER,
        "w r sin(r phi), -w r cos(r phi)";
    Spiral = 9, "spiral", [], PAPER,
        "q = r + eps: w (cos phi + sin q) / q, w (sin phi - cos q) / q";
    Ex = 12, "ex", [], PAPER,
        "s = sin(phi + r), c = cos(phi - r): w r (s^3 + c^3), w r (s^3 - c^3)";
    Julia = 13, "julia", [], PAPER,
        "a = phi / 2 + pi bit: w sqrt(r) cos a, w sqrt(r) sin a";
    Waves = 15, "waves", [], PAPER,
        "w (x + b sin(y / (c^2 + eps))), w (y + e sin(x / (f^2 + eps))), b c e f of coefs";
    Exponential = 18, "exponential", [], PAPER,
        "w exp(x - 1) cos(pi y), w exp(x - 1) sin(pi y)";
    Cosine = 20, "cosine", [], PAPER,
        "w cos(pi x) cosh y, -w sin(pi x) sinh y";
    Rings = 21, "rings", [], PAPER,
        "d = c^2 + eps of coefs, q = fmod(r + d, 2 d) - d + r (1 - d): w q cos phi, w q sin phi",
        Padding::Swapped;
    Blob = 23, "blob", ["blob_low" = 0.0, "blob_high" = 1.0, "blob_waves" = 1.0], PAPER,
        "q = r (low + (high - low)(0.5 + 0.5 sin(waves phi))): w q sin phi, w q cos phi",
        Padding::Identity(&[(0, 1.0), (1, 1.0), (2, 1.0)]);
    Pdj = 24, "pdj", ["pdj_a" = 0.0, "pdj_b" = 0.0, "pdj_c" = 0.0, "pdj_d" = 0.0], PAPER,
        "w (sin(a y) - cos(b x)), w (sin(c x) - cos(d y))";
    Rings2 = 26, "rings2", ["rings2_val" = 0.0], PAPER,
        "d = val^2 + eps, q = r - 2 d trunc((r + d) / (2 d)) + r (1 - d): w q sin phi, w q cos phi",
        Padding::Identity(&[(0, 0.0)]);
    Bubble = 28, "bubble", [], PAPER,
        "w x / (r2 / 4 + 1), w y / (r2 / 4 + 1)";
    Perspective = 30, "perspective", ["perspective_angle" = 0.0, "perspective_dist" = 0.0], PAPER,
        "t = 1 / (dist - y sin(angle pi / 2)): w dist x t, w dist cos(angle pi / 2) y t",
        Padding::Identity(&[(0, 0.0)]);
    Julian = 32, "julian", ["julian_power" = 1.0, "julian_dist" = 1.0], PAPER,
        "k = trunc(|power| R), a = (theta + 2 pi k) / power: w r2^(dist / power / 2) (cos a, sin a)",
        Padding::Inverted;
    Juliascope = 33, "juliascope", ["juliascope_power" = 1.0, "juliascope_dist" = 1.0], PAPER,
        "as julian, with a = (2 pi k - theta) / power where k is odd",
        Padding::Inverted;
    Pie = 37, "pie", ["pie_slices" = 6.0, "pie_rotation" = 0.0, "pie_thickness" = 0.5], PAPER,
        "k = trunc(R slices + 0.5), a = rotation + 2 pi (k + R thickness) / slices: w R cos a, w R sin a";
    Ngon = 38, "ngon", ["ngon_sides" = 5.0, "ngon_power" = 3.0, "ngon_circle" = 1.0, "ngon_corners" = 2.0], PAPER,
        "p = r^power, b = 2 pi / sides, t = theta - b floor(theta / b), less b if over b / 2, m = (corners (1 / (cos t + eps) - 1) + circle) / (p + eps): w m x, w m y",
        Padding::Inverted;
    Curl = 39, "curl", ["curl_c1" = 1.0, "curl_c2" = 0.0], PAPER,
        "re = 1 + c1 x + c2 (x^2 - y^2), im = c1 y + 2 c2 x y: w (x re + y im) / (re^2 + im^2), w (y re - x im) / (re^2 + im^2)",
        Padding::Identity(&[(0, 0.0), (1, 0.0)]);
    Rectangles = 40, "rectangles", ["rectangles_x" = 1.0, "rectangles_y" = 1.0], PAPER,
        "each axis with its p: (2 floor(x / p) + 1) p - x, or x where p is 0; times w",
        Padding::Identity(&[(0, 0.0), (1, 0.0)]);
    SuperShape = 50, "super_shape", ["super_shape_rnd" = 0.0 in limits::SHARE, "super_shape_m" = 0.0, "super_shape_n1" = 1.0, "super_shape_n2" = 1.0, "super_shape_n3" = 1.0, "super_shape_holes" = 0.0], FLAM3,
        "u = m theta / 4 + pi / 4, q = w (rnd R + (1 - rnd) r - holes) (|cos u|^n2 + |sin u|^n3)^(-1 / n1) / r: q x, q y; rnd clamped to 0..1",
        Padding::Identity(&[(0, 0.0), (2, 2.0), (3, 2.0), (4, 2.0), (5, 0.0)]);
    Flower = 51, "flower", ["flower_petals" = 0.0, "flower_holes" = 0.0], FLAM3,
        "q = w (R - holes) cos(petals theta) / r: q x, q y";
    Conic = 52, "conic", ["conic_eccentricity" = 1.0, "conic_holes" = 0.0], FLAM3,
        "q = w (R - holes) eccentricity / (1 + eccentricity x / r) / r: q x, q y";
    Bent2 = 54, "bent2", ["bent2_x" = 1.0, "bent2_y" = 1.0], FLAM3,
        "w x (times bent2_x where x < 0), w y (times bent2_y where y < 0)";
    Bipolar = 55, "bipolar", ["bipolar_shift" = 0.0], FLAM3,
        "t = r2 + 1, u = 2 x, v = atan2(2 y, r2 - 1) / 2 - shift pi / 2 wrapped to half a turn: w ln((t + u) / (t - u)) / (2 pi), 2 w v / pi";
    Boarders = 56, "boarders", [], FLAM3,
        "o = p - rint p: w (o / 2 + rint p) in one case of four, else o / 2 moved by a quarter along the larger axis";
    Cell = 58, "cell", ["cell_size" = 1.0], FLAM3,
        "the square grid of side size, cell i to 2 i, or -(2 i + 1) where i < 0; y negated";
    Foci = 64, "foci", [], FLAM3,
        "p = e^x / 2, q = e^-x / 2, t = w / (p + q - cos y): t (p - q), t sin y";
    Loonie = 66, "loonie", [], FLAM3,
        "m = sqrt(w^2 / r2 - 1) where r2 < w^2, else 1: w m x, w m y";
    Modulus = 68, "modulus", ["modulus_x" = 0.0, "modulus_y" = 0.0], FLAM3,
        "each axis with its m: -m + fmod(x + m, 2 m) above m, m - fmod(m - x, 2 m) below -m; times w";
    Polar2 = 70, "polar2", [], FLAM3,
        "w phi / pi, w ln(r2) / (2 pi)";
    Wedge = 77, "wedge", ["wedge_angle" = 0.0, "wedge_hole" = 0.0, "wedge_count" = 1.0, "wedge_swirl" = 0.0], FLAM3,
        "a = theta + swirl r, c = floor((count a + pi) / (2 pi)), a = a (1 - angle count / (2 pi)) + c angle: w (r + hole) (cos a, sin a)";
    WedgeJulia = 78, "wedge_julia", ["wedge_julia_angle" = 0.0, "wedge_julia_count" = 1.0, "wedge_julia_power" = 1.0, "wedge_julia_dist" = 0.0], FLAM3,
        "the angle of julian, then that of wedge: w r2^(dist / power / 2) (cos a, sin a)",
        Padding::Inverted;
    Whorl = 80, "whorl", ["whorl_inside" = 0.0, "whorl_outside" = 0.0], FLAM3,
        "a = theta + (inside where r < w, else outside) / (w - r): w r cos a, w r sin a";
    Exp = 82, "exp", [], FLAM3,
        "w e^x cos y, w e^x sin y";
    Sin = 84, "sin", [], FLAM3,
        "w sin x cosh y, w cos x sinh y";
    Sec = 87, "sec", [], FLAM3,
        "d = 2 / (cos 2x + cosh 2y): w d cos x cosh y, w d sin x sinh y";
    Csc = 88, "csc", [], FLAM3,
        "d = 2 / (cosh 2y - cos 2x): w d sin x cosh y, -w d cos x sinh y";
    Cosh = 91, "cosh", [], FLAM3,
        "w cosh x cos y, w sinh x sin y";
    Sech = 93, "sech", [], FLAM3,
        "d = 2 / (cos 2y + cosh 2x): w d cos y cosh x, -w d sin y sinh x";
    Csch = 94, "csch", [], FLAM3,
        "d = 2 / (cosh 2x - cos 2y): w d sinh x cos y, -w d cosh x sin y";
    Coth = 95, "coth", [], FLAM3,
        "d = 1 / (cosh 2x - cos 2y): w d sinh 2x, w d sin 2y";
    Auger = 96, "auger", ["auger_sym" = 0.0, "auger_weight" = 0.5, "auger_freq" = 1.0, "auger_scale" = 1.0], FLAM3,
        "s = sin(freq x), t = sin(freq y), X = x + weight (scale t / 2 + |x| t), Y = y + weight (scale s / 2 + |y| s): w (x + sym (X - x)), w Y";
}

impl Variation {
    /// flam3's number.
    #[must_use]
    pub const fn index(self) -> u8 {
        self as u8
    }

    /// The attribute that carries its weight in flam3 files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// What shapes it, in the order of [`WeightedVariation::parameters`].
    #[must_use]
    pub const fn parameters(self) -> &'static [Parameter] {
        self.row().parameters
    }

    /// How padding imitates the identity beside it.
    pub(crate) const fn padding(self) -> Padding {
        self.row().padding
    }

    /// Its formula, in the notation of this file.
    #[must_use]
    pub const fn formula(self) -> &'static str {
        self.row().formula
    }

    /// Where it was first written down.
    #[must_use]
    pub const fn source(self) -> &'static str {
        self.row().source
    }

    /// The variation with flam3's number `index`.
    #[must_use]
    pub fn from_index(index: u8) -> Option<Self> {
        let place = Self::ALL
            .binary_search_by_key(&index, |variation| variation.index())
            .ok()?;
        Some(Self::ALL[place])
    }

    /// The variation whose weight is the attribute `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|variation| variation.name() == name)
    }

    /// The variation and the place of the parameter whose attribute is `name`.
    #[must_use]
    pub fn from_parameter_name(name: &str) -> Option<(Self, usize)> {
        Self::ALL.iter().find_map(|variation| {
            let place = variation
                .parameters()
                .iter()
                .position(|parameter| parameter.name == name)?;
            Some((*variation, place))
        })
    }
}

/// Variations that flam3 numbers in all.
pub(crate) const FLAM3_VARIATIONS: usize = 99;

/// flam3's variations that this version does not know, so that they can be refused by name.
const NOT_YET: &[(usize, &str)] = &[
    (6, "handkerchief"),
    (8, "disc"),
    (10, "hyperbolic"),
    (11, "diamond"),
    (14, "bent"),
    (16, "fisheye"),
    (17, "popcorn"),
    (19, "power"),
    (22, "fan"),
    (25, "fan2"),
    (27, "eyefish"),
    (29, "cylinder"),
    (31, "noise"),
    (34, "blur"),
    (35, "gaussian_blur"),
    (36, "radial_blur"),
    (41, "arch"),
    (42, "tangent"),
    (43, "square"),
    (44, "rays"),
    (45, "blade"),
    (46, "secant2"),
    (47, "twintrian"),
    (48, "cross"),
    (49, "disc2"),
    (53, "parabola"),
    (57, "butterfly"),
    (59, "cpow"),
    (60, "curve"),
    (61, "edisc"),
    (62, "elliptic"),
    (63, "escher"),
    (65, "lazysusan"),
    (67, "pre_blur"),
    (69, "oscilloscope"),
    (71, "popcorn2"),
    (72, "scry"),
    (73, "separation"),
    (74, "split"),
    (75, "splits"),
    (76, "stripes"),
    (79, "wedge_sph"),
    (81, "waves2"),
    (83, "log"),
    (85, "cos"),
    (86, "tan"),
    (89, "cot"),
    (90, "sinh"),
    (92, "tanh"),
    (97, "flux"),
    (98, "mobius"),
];

/// Whether flam3 has a variation `name` that this version does not know.
pub(crate) fn is_not_yet(name: &str) -> bool {
    NOT_YET.iter().any(|(_, known)| *known == name)
}

/// The name of flam3's variation number `index`, known here or not.
pub(crate) fn flam3_name(index: usize) -> Option<&'static str> {
    let here = u8::try_from(index).ok().and_then(Variation::from_index);
    here.map(Variation::name).or_else(|| {
        let (_, name) = NOT_YET.iter().find(|(number, _)| *number == index)?;
        Some(*name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_rise_and_lead_back() {
        assert!(Variation::ALL.is_sorted());
        for &variation in Variation::ALL {
            assert_eq!(Variation::from_index(variation.index()), Some(variation));
            assert_eq!(Variation::from_name(variation.name()), Some(variation));
        }
        assert_eq!(Variation::from_index(98), None);
    }

    #[test]
    fn known_and_unknown_variations_make_up_the_99_of_flam3() {
        let names: std::collections::BTreeSet<_> = (0..FLAM3_VARIATIONS)
            .map(|index| flam3_name(index).expect("every number has a name"))
            .collect();
        assert_eq!(names.len(), FLAM3_VARIATIONS);
        assert_eq!(Variation::ALL.len() + NOT_YET.len(), FLAM3_VARIATIONS);
        assert_eq!(flam3_name(FLAM3_VARIATIONS), None);
    }

    #[test]
    fn parameters_are_legal_by_default_and_named_once() {
        for &variation in Variation::ALL {
            assert!(variation.parameters().len() <= MAX_PARAMETERS);
            for (place, parameter) in variation.parameters().iter().enumerate() {
                assert!(parameter.range.contains(parameter.default));
                assert_eq!(
                    Variation::from_parameter_name(parameter.name),
                    Some((variation, place))
                );
                assert_eq!(Variation::from_name(parameter.name), None);
            }
        }
    }

    #[test]
    fn a_new_weighted_variation_has_the_defaults_of_the_table() {
        let pie = WeightedVariation::new(Variation::Pie, 0.5);
        assert_eq!(pie.parameters, [6.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }
}
