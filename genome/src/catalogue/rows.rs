//! The rows of the catalogue: all 99 variations of flam3, and the macro that makes the enum of them.
//!
//! A row reads
//!
//! ```text
//! Variant = number "name", source,
//!     "What it does, one sentence.",
//!     ["formula, a line", "for a line"],
//!     ["parameter" = default, what random genomes draw; ...],
//!     padding;
//! ```
//!
//! in the notation that [`Variation`] explains. The table is one long file because it is one thing;
//! the numbers and formulas are flam3's, including what it calls by the wrong name or weighs twice.

use super::draw::{DEFAULT, SIGNED, UNIT, multiple, uniform, value, whole};
use super::{Padding, Parameter, Row};
use crate::limits;
use std::f64::consts::{PI, TAU};

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

/// Where a formula was first written down.
macro_rules! source {
    (paper) => {
        "S. Draves and E. Reckase, The Fractal Flame Algorithm, appendix"
    };
    (flam3) => {
        "flam3 3.1, variation list"
    };
}

/// Makes [`Variation`] and its rows from one table.
macro_rules! catalogue {
    ($(
        $variant:ident = $index:literal $name:literal, $source:ident,
            $summary:literal,
            [$($line:literal),+],
            [$(
                $parameter:literal $(or $alias:literal)? = $default:expr, $draw:expr
                $(, in $range:expr)?
            );*]
            $(, $padding:expr)?;
    )+) => {
        /// A variation of the plane, numbered as in flam3.
        ///
        /// An xform maps a point by its `coefs`, sends the result through every variation it
        /// weighs, and adds up what they return. Each variant's page gives its formula, its
        /// parameters with their defaults, and its source.
        ///
        /// # Notation
        ///
        /// * `x`, `y`: the point after the affine map; `w`: the variation's weight. A formula's
        ///   last two lines are what it adds to the sums `X` and `Y`.
        /// * `r2 = x^2 + y^2`, `r = sqrt r2`, `eps = 1e-10`.
        /// * `phi = atan2(x, y)`, the angle from the *y* axis; `theta = atan2(y, x)`, the one from
        ///   the x axis. So `sin phi = x / r` and `cos phi = y / r`.
        /// * `R`: a uniform random number in 0..1, drawn anew at each mention; `G`: the sum of four
        ///   of them less 2; `bit`: a random bit.
        /// * `fmod` and `trunc` round towards 0 as in C, `floor` goes down, `rint` to the nearest.
        /// * `b`, `e`, `c`, `f` *of coefs*: numbers of the xform's affine map, see [`crate::Affine`].
        /// * A parameter goes by its name without the variation's: `low` for `blob_low`.
        ///
        /// What is not a number, or beyond 1e10, is a *bad value*: the renderer replaces the point.
        /// Formulas that divide by zero or overflow do so on purpose.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Variation {
            $(
                #[doc = $summary]
                #[doc = concat!("\n`", $name, "`, flam3's number ", stringify!($index), ".\n")]
                #[doc = "\n```text"]
                $(#[doc = $line])+
                #[doc = "```\n"]
                $(#[doc = concat!("* `", $parameter, "`: ", stringify!($default), " by default")])*
                #[doc = concat!("\nSource: ", source!($source), ".")]
                $variant = $index,
            )+
        }

        impl Variation {
            /// Every variation, by rising number: [`Variation::ALL`]`[n]` is flam3's number `n`.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            pub(super) const fn row(self) -> &'static Row {
                match self {
                    $(Self::$variant => const { &Row {
                        name: $name,
                        summary: $summary,
                        formula: &[$($line,)+],
                        source: source!($source),
                        parameters: &[$(Parameter {
                            name: $parameter,
                            aliases: &[$($alias)?],
                            default: $default,
                            range: range!($($range)?),
                            draw: $draw,
                        },)*],
                        padding: padding!($($padding)?),
                    } },)+
                }
            }
        }
    };
}

catalogue! {
    Linear = 0 "linear", paper,
        "Leaves the point where it is.",
        ["X += w x", "Y += w y"], [];
    Sinusoidal = 1 "sinusoidal", paper,
        "Folds the plane into a square.",
        ["X += w sin x", "Y += w sin y"], [];
    Spherical = 2 "spherical", paper,
        "Turns the plane inside out through the unit circle.",
        ["X += w x / (r2 + eps)", "Y += w y / (r2 + eps)"], [],
        Padding::Inverted;
    Swirl = 3 "swirl", paper,
        "Turns every point by its squared radius.",
        ["X += w (x sin r2 - y cos r2)", "Y += w (x cos r2 + y sin r2)"], [];
    Horseshoe = 4 "horseshoe", paper,
        "Doubles the angle.",
        ["X += w (x - y)(x + y) / (r + eps)", "Y += 2 w x y / (r + eps)"], [];
    Polar = 5 "polar", paper,
        "Takes angle and radius as coordinates.",
        ["X += w phi / pi", "Y += w (r - 1)"], [],
        Padding::Inverted;
    Handkerchief = 6 "handkerchief", paper,
        "Turns its two axes apart by the radius.",
        ["X += w r sin(phi + r)", "Y += w r cos(phi - r)"], [];
    Heart = 7 "heart", paper,
        "Turns a point by its angle times its radius.",
        ["X += w r sin(r phi)", "Y -= w r cos(r phi)"], [];
    Disc = 8 "disc", paper,
        "Winds the plane up inside the unit disc: the angle becomes the radius.",
        ["X += w (phi / pi) sin(pi r)", "Y += w (phi / pi) cos(pi r)"], [];
    Spiral = 9 "spiral", paper,
        "Hyperbolic arms with a circle's wobble.",
        ["q = r + eps", "X += w (cos phi + sin q) / q", "Y += w (sin phi - cos q) / q"], [];
    Hyperbolic = 10 "hyperbolic", paper,
        "Inverts one axis and keeps the other.",
        ["X += w sin(phi) / (r + eps)", "Y += w cos(phi) (r + eps)"], [];
    Diamond = 11 "diamond", paper,
        "Folds circles into a diamond.",
        ["X += w sin phi cos r", "Y += w cos phi sin r"], [];
    Ex = 12 "ex", paper,
        "An x with bent arms.",
        [
            "s = sin(phi + r), c = cos(phi - r)",
            "X += w r (s^3 + c^3)",
            "Y += w r (s^3 - c^3)"
        ], [];
    Julia = 13 "julia", paper,
        "One of the two square roots, at random.",
        ["a = phi / 2 + pi bit", "X += w sqrt(r) cos a", "Y += w sqrt(r) sin a"], [];
    Bent = 14 "bent", paper,
        "Stretches the left half and flattens the half below 0.",
        ["X += w (2 x where x < 0, else x)", "Y += w (y / 2 where y < 0, else y)"], [];
    Waves = 15 "waves", paper,
        "Shifts each axis by the sine of the other; the coefs set size and pitch.",
        [
            "b, e, c, f of coefs",
            "X += w (x + b sin(y / (c^2 + eps)))",
            "Y += w (y + e sin(x / (f^2 + eps)))"
        ], [];
    Fisheye = 16 "fisheye", paper,
        "Draws far points in towards a circle of radius 2, x and y swapped.",
        ["X += 2 w y / (r + 1)", "Y += 2 w x / (r + 1)"], [];
    Popcorn = 17 "popcorn", paper,
        "Shifts each axis by the sine of a tangent of the other; the coefs set how far.",
        ["c, f of coefs", "X += w (x + c sin(tan 3y))", "Y += w (y + f sin(tan 3x))"], [];
    Exponential = 18 "exponential", paper,
        "The complex exponential, its angle in half turns.",
        ["X += w exp(x - 1) cos(pi y)", "Y += w exp(x - 1) sin(pi y)"], [];
    Power = 19 "power", paper,
        "Raises the radius to the sine of the angle.",
        ["X += w r^(sin phi) cos phi", "Y += w r^(sin phi) sin phi"], [];
    Cosine = 20 "cosine", paper,
        "The complex cosine of pi x + i y.",
        ["X += w cos(pi x) cosh y", "Y -= w sin(pi x) sinh y"], [];
    Rings = 21 "rings", paper,
        "Folds the plane into rings; the coefs set their width.",
        [
            "d = c^2 + eps, c of coefs",
            "q = fmod(r + d, 2 d) - d + r (1 - d)",
            "X += w q cos phi",
            "Y += w q sin phi"
        ], [],
        Padding::Swapped;
    Fan = 22 "fan", paper,
        "Swaps the halves of every blade of a fan; the coefs set its blades.",
        [
            "d = pi (c^2 + eps), c and f of coefs",
            "a = phi - d / 2 where fmod(phi + f, d) > d / 2, else phi + d / 2",
            "X += w r cos a",
            "Y += w r sin a"
        ], [],
        Padding::Swapped;
    Blob = 23 "blob", paper,
        "Lets the radius swell and shrink round the circle.",
        [
            "q = r (low + (high - low)(0.5 + 0.5 sin(waves phi)))",
            "X += w q sin phi",
            "Y += w q cos phi"
        ],
        [
            "blob_low" = 0.0, uniform(0.2, 0.7);
            "blob_high" = 1.0, uniform(0.8, 1.2);
            "blob_waves" = 1.0, whole(2, 6)
        ],
        Padding::Identity(&[(0, 1.0), (1, 1.0), (2, 1.0)]);
    Pdj = 24 "pdj", paper,
        "Peter de Jong's attractor.",
        ["X += w (sin(a y) - cos(b x))", "Y += w (sin(c x) - cos(d y))"],
        [
            "pdj_a" = 0.0, uniform(-3.0, 3.0);
            "pdj_b" = 0.0, uniform(-3.0, 3.0);
            "pdj_c" = 0.0, uniform(-3.0, 3.0);
            "pdj_d" = 0.0, uniform(-3.0, 3.0)
        ];
    Fan2 = 25 "fan2", paper,
        "Swaps the halves of every blade of a fan of its own.",
        [
            "d = pi (x_^2 + eps), x_ and y_ its parameters",
            "t = phi + y_ - d trunc((phi + y_) / d)",
            "a = phi - d / 2 where t > d / 2, else phi + d / 2",
            "X += w r sin a",
            "Y += w r cos a"
        ],
        ["fan2_x" = 0.0, SIGNED; "fan2_y" = 0.0, SIGNED],
        Padding::Identity(&[(0, 0.0), (1, 0.0)]);
    Rings2 = 26 "rings2", paper,
        "Folds the plane into rings of a width of its own.",
        [
            "d = val^2 + eps",
            "q = r - 2 d trunc((r + d) / (2 d)) + r (1 - d)",
            "X += w q sin phi",
            "Y += w q cos phi"
        ],
        ["rings2_val" = 0.0, uniform(0.0, 2.0)],
        Padding::Identity(&[(0, 0.0)]);
    Eyefish = 27 "eyefish", paper,
        "Draws far points in towards a circle of radius 2.",
        ["X += 2 w x / (r + 1)", "Y += 2 w y / (r + 1)"], [];
    Bubble = 28 "bubble", paper,
        "Puts the plane on a ball and looks at it from above.",
        ["X += w x / (r2 / 4 + 1)", "Y += w y / (r2 / 4 + 1)"], [];
    Cylinder = 29 "cylinder", paper,
        "Rolls the x axis up.",
        ["X += w sin x", "Y += w y"], [];
    Perspective = 30 "perspective", paper,
        "Tilts the plane away from the eye.",
        [
            "t = 1 / (dist - y sin(angle pi / 2))",
            "X += w dist x t",
            "Y += w dist cos(angle pi / 2) y t"
        ],
        ["perspective_angle" = 0.0, UNIT; "perspective_dist" = 0.0, uniform(1.0, 3.0)],
        Padding::Identity(&[(0, 0.0)]);
    Noise = 31 "noise", paper,
        "Scatters each axis by the same random length and angle.",
        ["a = 2 pi R, q = w R", "X += q x cos a", "Y += q y sin a"], [];
    Julian = 32 "julian", paper,
        "One of the roots of order power, at random.",
        [
            "k = trunc(|power| R)",
            "a = (theta + 2 pi k) / power, q = w r2^(dist / power / 2)",
            "X += q cos a",
            "Y += q sin a"
        ],
        ["julian_power" = 1.0, whole(2, 6); "julian_dist" = 1.0, DEFAULT],
        Padding::Inverted;
    Juliascope = 33 "juliascope", paper,
        "One of the roots of order power, every other one mirrored.",
        [
            "k = trunc(|power| R)",
            "a = (2 pi k + theta) / power where k is even, else (2 pi k - theta) / power",
            "q = w r2^(dist / power / 2)",
            "X += q cos a",
            "Y += q sin a"
        ],
        ["juliascope_power" = 1.0, whole(2, 6); "juliascope_dist" = 1.0, DEFAULT],
        Padding::Inverted;
    Blur = 34 "blur", paper,
        "A random point of a disc, densest in the middle; where the orbit was does not matter.",
        ["a = 2 pi R, q = w R", "X += q cos a", "Y += q sin a"], [];
    GaussianBlur = 35 "gaussian_blur", paper,
        "A random point of a soft spot; where the orbit was does not matter.",
        ["a = 2 pi R, q = w G", "X += q cos a", "Y += q sin a"], [];
    RadialBlur = 36 "radial_blur", paper,
        "Smears a point round the origin, towards it, or both.",
        [
            "s = sin(angle pi / 2), z = cos(angle pi / 2)",
            "g = w G, a = theta + s g",
            "X += r cos a + (z g - 1) x",
            "Y += r sin a + (z g - 1) y"
        ],
        ["radial_blur_angle" = 0.0, SIGNED];
    Pie = 37 "pie", paper,
        "A random point of a sliced disc; where the orbit was does not matter.",
        [
            "k = trunc(R slices + 0.5)",
            "a = rotation + 2 pi (k + R thickness) / slices, q = w R",
            "X += q cos a",
            "Y += q sin a"
        ],
        [
            "pie_slices" = 6.0, uniform(0.0, 10.0);
            "pie_rotation" = 0.0, uniform(-TAU, TAU);
            "pie_thickness" = 0.5, UNIT
        ];
    Ngon = 38 "ngon", paper,
        "Bends circles towards polygons.",
        [
            "p = r^power, b = 2 pi / sides",
            "t = theta - b floor(theta / b), less b where that is over b / 2",
            "m = (corners (1 / (cos t + eps) - 1) + circle) / (p + eps)",
            "X += w m x",
            "Y += w m y"
        ],
        [
            "ngon_sides" = 5.0, whole(3, 12);
            "ngon_power" = 3.0, uniform(1.0, 4.0);
            "ngon_circle" = 1.0, uniform(0.0, 3.0);
            "ngon_corners" = 2.0, multiple(2, 0.0, 2.0)
        ],
        Padding::Inverted;
    Curl = 39 "curl", paper,
        "Divides by a complex polynomial of second degree.",
        [
            "re = 1 + c1 x + c2 (x^2 - y^2), im = c1 y + 2 c2 x y",
            "X += w (x re + y im) / (re^2 + im^2)",
            "Y += w (y re - x im) / (re^2 + im^2)"
        ],
        ["curl_c1" = 1.0, UNIT; "curl_c2" = 0.0, UNIT],
        Padding::Identity(&[(0, 0.0), (1, 0.0)]);
    Rectangles = 40 "rectangles", paper,
        "Mirrors every cell of a grid in place.",
        [
            "p = its parameter x for X, y for Y",
            "X += w ((2 floor(x / p) + 1) p - x), or w x where p is 0",
            "Y += w ((2 floor(y / p) + 1) p - y), or w y where p is 0"
        ],
        ["rectangles_x" = 1.0, UNIT; "rectangles_y" = 1.0, UNIT],
        Padding::Identity(&[(0, 0.0), (1, 0.0)]);
    Arch = 41 "arch", paper,
        "A random point of an arch; where the orbit was does not matter, and w shapes it.",
        ["a = pi w R", "X += w sin a", "Y += w sin(a)^2 / cos a"], [];
    Tangent = 42 "tangent", paper,
        "Columns of tangents.",
        ["X += w sin x / cos y", "Y += w tan y"], [];
    Square = 43 "square", paper,
        "A random point of a square; where the orbit was does not matter.",
        ["X += w (R - 0.5)", "Y += w (R - 0.5)"], [];
    Rays = 44 "rays", paper,
        "Random rays out of a bright middle; w shapes them.",
        [
            "a = pi w R, m = w (w / (r2 + eps)) tan a",
            "X += m cos x",
            "Y += m sin y"
        ], [];
    Blade = 45 "blade", paper,
        "Swings x out and back by a random angle up to w r; y only sets how far.",
        ["a = R w r", "X += w x (cos a + sin a)", "Y += w x (cos a - sin a)"], [];
    Secant2 = 46 "secant2", paper,
        "Hangs the plane on the secant of the radius; w shapes it.",
        ["c = cos(w r)", "X += w x", "Y += w (1 / c + 1 where c < 0, else 1 / c - 1)"], [];
    Twintrian = 47 "twintrian", paper,
        "Two spindles of random strokes; y only sets how wild, and w shapes them.",
        [
            "a = R w r, d = log10(sin(a)^2) + cos a, or -30 where that is bad",
            "X += w x d",
            "Y += w x (d - pi sin a)"
        ], [];
    Cross = 48 "cross", paper,
        "Throws points out along the diagonals.",
        [
            "m = w sqrt(1 / ((x^2 - y^2)^2 + eps))",
            "X += m x",
            "Y += m y"
        ], [];
    Disc2 = 49 "disc2", flam3,
        "A disc wound up along the diagonal and twisted.",
        [
            "k = w phi / pi, t = pi rot (x + y)",
            "g = 1 + twist - 2 pi where twist > 2 pi, 1 + twist + 2 pi where twist < -2 pi, else 1",
            "X += k (sin t + g (cos twist - 1))",
            "Y += k (cos t + g sin twist)"
        ],
        ["disc2_rot" = 0.0, uniform(0.0, 0.5); "disc2_twist" = 0.0, uniform(0.0, 0.5)];
    SuperShape = 50 "super_shape", flam3,
        "Gielis' superformula as a radius.",
        [
            "u = m theta / 4 + pi / 4, rnd clamped to 0..1",
            "q = w (rnd R + (1 - rnd) r - holes) (|cos u|^n2 + |sin u|^n3)^(-1 / n1) / r",
            "X += q x",
            "Y += q y"
        ],
        [
            "super_shape_rnd" = 0.0, UNIT, in limits::SHARE;
            "super_shape_m" = 0.0, whole(0, 5);
            "super_shape_n1" = 1.0, uniform(0.0, 40.0);
            "super_shape_n2" = 1.0, uniform(0.0, 20.0);
            "super_shape_n3" = 1.0, multiple(3, 1.0, 1.0);
            "super_shape_holes" = 0.0, DEFAULT
        ],
        Padding::Identity(&[(0, 0.0), (2, 2.0), (3, 2.0), (4, 2.0), (5, 0.0)]);
    Flower = 51 "flower", flam3,
        "A random radius under the petals of a rose.",
        ["q = w (R - holes) cos(petals theta) / r", "X += q x", "Y += q y"],
        ["flower_petals" = 0.0, uniform(0.0, 4.0); "flower_holes" = 0.0, UNIT];
    Conic = 52 "conic", flam3,
        "A random radius under a conic section.",
        [
            "q = w (R - holes) eccentricity / (1 + eccentricity x / r) / r",
            "X += q x",
            "Y += q y"
        ],
        ["conic_eccentricity" = 1.0, UNIT; "conic_holes" = 0.0, UNIT];
    Parabola = 53 "parabola", flam3,
        "A random point under the squared sine of the radius.",
        ["X += w height sin(r)^2 R", "Y += w width cos(r) R"],
        ["parabola_height" = 0.0, uniform(0.5, 1.5); "parabola_width" = 0.0, uniform(0.5, 1.5)];
    Bent2 = 54 "bent2", flam3,
        "Stretches the left half and the half below 0 by numbers of its own.",
        [
            "X += w (x times bent2_x where x < 0, else x)",
            "Y += w (y times bent2_y where y < 0, else y)"
        ],
        ["bent2_x" = 1.0, uniform(-1.5, 1.5); "bent2_y" = 1.0, uniform(-1.5, 1.5)];
    Bipolar = 55 "bipolar", flam3,
        "Bipolar coordinates, shifted round.",
        [
            "t = r2 + 1, u = 2 x",
            "v = atan2(2 y, r2 - 1) / 2 - shift pi / 2, wrapped to -pi / 2..pi / 2",
            "X += w ln((t + u) / (t - u)) / (2 pi)",
            "Y += 2 w v / pi"
        ],
        ["bipolar_shift" = 0.0, SIGNED];
    Boarders = 56 "boarders", flam3,
        "Shrinks every unit cell, three times of four onto its border.",
        [
            "i = rint x, j = rint y, o = x - i, p = y - j",
            "one time of four: s = t = 0; else with |o| >= |p|: s = sign(o) / 4, t = s p / o;",
            "else t = sign(p) / 4, s = t o / p",
            "X += w (o / 2 + i + s)",
            "Y += w (p / 2 + j + t)"
        ], [];
    Butterfly = 57 "butterfly", flam3,
        "Two pairs of wings.",
        [
            "m = (4 / sqrt(3 pi)) w sqrt(|x y| / (eps + x^2 + 4 y^2))",
            "X += m x",
            "Y += 2 m y"
        ], [];
    Cell = 58 "cell", flam3,
        "Shuffles the cells of a grid into one quadrant, like cards.",
        [
            "i = floor(x / size), j = floor(y / size)",
            "i' = 2 i, or -(2 i + 1) where i < 0; j' likewise",
            "X += w (x + (i' - i) size)",
            "Y -= w (y + (j' - j) size)"
        ],
        ["cell_size" = 1.0, uniform(0.5, 2.5)];
    // flam3 draws cpow_power from 0 to 4; 0 makes every value bad, so here it starts at 1.
    Cpow = 59 "cpow", flam3,
        "A complex power, one of its branches at random.",
        [
            "l = ln(r2) / 2, g = r_ / power, h = i_ / power, r_ and i_ its parameters",
            "a = g theta + h l + (2 pi / power) floor(power R)",
            "m = w exp(g l - h theta)",
            "X += m cos a",
            "Y += m sin a"
        ],
        [
            "cpow_r" = 1.0, uniform(0.0, 3.0);
            "cpow_i" = 0.0, uniform(-0.5, 0.5);
            "cpow_power" = 1.0, whole(1, 4)
        ];
    Curve = 60 "curve", flam3,
        "Lifts a bell-shaped ridge out of each axis.",
        [
            "X += w (x + xamp exp(-y^2 / max(xlength^2, 1e-20)))",
            "Y += w (y + yamp exp(-x^2 / max(ylength^2, 1e-20)))"
        ],
        [
            "curve_xamp" = 0.0, uniform(-2.5, 2.5);
            "curve_yamp" = 0.0, uniform(-2.0, 2.0);
            "curve_xlength" = 1.0, uniform(1.0, 3.0);
            "curve_ylength" = 1.0, uniform(1.0, 3.0)
        ];
    Edisc = 61 "edisc", flam3,
        "A disc in elliptic coordinates.",
        [
            "t = r2 + 1, u = 2 x, m = (sqrt(t + u) + sqrt(t - u)) / 2",
            "a = ln(m + sqrt(m - 1)), b = -acos(x / m), k = w / 11.57034632",
            "s = -sin a where y > 0, else sin a",
            "X += k cosh b cos a",
            "Y += k sinh b s"
        ], [];
    Elliptic = 62 "elliptic", flam3,
        "Elliptic coordinates of the plane.",
        [
            "t = r2 + 1, u = 2 x, m = (sqrt(t + u) + sqrt(t - u)) / 2",
            "a = x / m, b = sqrt(max(0, 1 - a^2)), l = ln(m + sqrt(max(0, m - 1)))",
            "X += 2 w atan2(a, b) / pi",
            "Y += 2 w l / pi where y > 0, else -2 w l / pi"
        ], [];
    Escher = 63 "escher", flam3,
        "The complex power that turns a picture in a picture into a spiral.",
        [
            "g = (1 + cos beta) / 2, h = sin(beta) / 2, l = ln(r2) / 2",
            "m = w exp(g l - h theta), a = g theta + h l",
            "X += m cos a",
            "Y += m sin a"
        ],
        ["escher_beta" = 0.0, uniform(-PI, PI)];
    Foci = 64 "foci", flam3,
        "Elliptic coordinates seen from their foci.",
        [
            "p = exp(x) / 2, q = exp(-x) / 2, t = w / (p + q - cos y)",
            "X += t (p - q)",
            "Y += t sin y"
        ], [];
    Lazysusan = 65 "lazysusan", flam3,
        "Turns and twists a disc of radius w; what lies outside keeps its distance.",
        [
            "u = x - x_, v = y + y_, q = sqrt(u^2 + v^2), x_ and y_ its parameters",
            "a = atan2(v, u) + spin + twist (w - q), m = w (1 + space / q)",
            "X += w q cos a + x_ where q < w, else m u + x_",
            "Y += w q sin a - y_ where q < w, else m v - y_"
        ],
        [
            "lazysusan_spin" = 0.0, uniform(-PI, PI);
            "lazysusan_space" = 0.0, uniform(-2.0, 2.0);
            "lazysusan_twist" = 0.0, uniform(-2.0, 2.0);
            "lazysusan_x" = 0.0, uniform(-2.0, 2.0);
            "lazysusan_y" = 0.0, uniform(-2.0, 2.0)
        ];
    Loonie = 66 "loonie", flam3,
        "Turns a disc inside out; its radius is the weight.",
        [
            "m = sqrt(w^2 / r2 - 1) where r2 < w^2, else 1",
            "X += w m x",
            "Y += w m y"
        ], [];
    PreBlur = 67 "pre_blur", flam3,
        "Blurs the point itself, before every other variation of the xform sees it.",
        ["a = 2 pi R, g = w G", "x += g cos a", "y += g sin a"], [];
    Modulus = 68 "modulus", flam3,
        "Brings the plane back into a rectangle, cell by cell.",
        [
            "m = its parameter x for X, y for Y",
            "X += w (fmod(x + m, 2 m) - m) where x > m, w (m - fmod(m - x, 2 m)) where x < -m, else w x",
            "Y likewise"
        ],
        ["modulus_x" = 0.0, SIGNED; "modulus_y" = 0.0, SIGNED];
    Oscilloscope = 69 "oscilloscope", flam3,
        "Mirrors what lies below a fading wave and above its image.",
        [
            "t = amplitude exp(-damping |x|) cos(2 pi frequency x) + separation",
            "X += w x",
            "Y += -w y where |y| <= t, else w y"
        ],
        [
            "oscilloscope_separation" or "oscope_separation" = 1.0, uniform(0.0, 2.0);
            "oscilloscope_frequency" or "oscope_frequency" = PI, uniform(-PI, PI);
            "oscilloscope_amplitude" or "oscope_amplitude" = 1.0, uniform(1.0, 3.0);
            "oscilloscope_damping" or "oscope_damping" = 0.0, UNIT
        ];
    Polar2 = 70 "polar2", flam3,
        "Takes angle and logarithm of the radius as coordinates.",
        ["X += w phi / pi", "Y += w ln(r2) / (2 pi)"], [];
    Popcorn2 = 71 "popcorn2", flam3,
        "Shifts each axis by the sine of a tangent of the other.",
        [
            "X += w (x + x_ sin(tan(c y))), x_ and y_ its parameters",
            "Y += w (y + y_ sin(tan(c x)))"
        ],
        [
            "popcorn2_x" = 0.0, uniform(0.0, 0.2);
            "popcorn2_y" = 0.0, uniform(0.0, 0.2);
            "popcorn2_c" = 0.0, uniform(0.0, 5.0)
        ];
    Scry = 72 "scry", flam3,
        "The plane in a crystal ball; w is in the ball and does not multiply.",
        ["m = 1 / (r (r2 + 1 / (w + eps)))", "X += m x", "Y += m y"], [];
    Separation = 73 "separation", flam3,
        "Opens a gap along each axis, with hyperbolas for banks.",
        [
            "X += w (sqrt(x^2 + x_^2) - x xinside) where x > 0, x_ its parameter",
            "X -= w (sqrt(x^2 + x_^2) + x xinside) else",
            "Y likewise"
        ],
        [
            "separation_x" = 0.0, uniform(0.0, 2.0);
            "separation_y" = 0.0, uniform(0.0, 2.0);
            "separation_xinside" = 0.0, SIGNED;
            "separation_yinside" = 0.0, SIGNED
        ];
    Split = 74 "split", flam3,
        "Mirrors every other stripe of each axis.",
        [
            "X += w x where cos(pi ysize y) >= 0, else -w x",
            "Y += w y where cos(pi xsize x) >= 0, else -w y"
        ],
        ["split_xsize" = 0.0, SIGNED; "split_ysize" = 0.0, SIGNED];
    Splits = 75 "splits", flam3,
        "Pulls the four quadrants apart.",
        [
            "X += w (x + x_ where x >= 0, else x - x_), x_ and y_ its parameters",
            "Y += w (y + y_ where y >= 0, else y - y_)"
        ],
        ["splits_x" = 0.0, SIGNED; "splits_y" = 0.0, SIGNED];
    Stripes = 76 "stripes", flam3,
        "Cuts the plane into bent stripes.",
        [
            "n = floor(x + 0.5), o = x - n",
            "X += w (o (1 - space) + n)",
            "Y += w (y + o^2 warp)"
        ],
        ["stripes_space" = 0.0, UNIT; "stripes_warp" = 0.0, uniform(0.0, 5.0)];
    Wedge = 77 "wedge", flam3,
        "Cuts wedges out of the plane and closes up.",
        [
            "a' = theta + swirl r, c = floor((count a' + pi) / (2 pi))",
            "a = a' (1 - angle count / (2 pi)) + c angle",
            "X += w (r + hole) cos a",
            "Y += w (r + hole) sin a"
        ],
        [
            "wedge_angle" = 0.0, uniform(0.0, PI);
            "wedge_hole" = 0.0, uniform(-0.5, 0.5);
            "wedge_count" = 1.0, whole(1, 5);
            "wedge_swirl" = 0.0, UNIT
        ];
    WedgeJulia = 78 "wedge_julia", flam3,
        "The roots of julian with wedges cut out.",
        [
            "k = trunc(|power| R), a' = (theta + 2 pi k) / power",
            "c = floor((count a' + pi) / (2 pi))",
            "a = a' (1 - angle count / (2 pi)) + c angle",
            "q = w r2^(dist / power / 2)",
            "X += q cos a",
            "Y += q sin a"
        ],
        [
            "wedge_julia_angle" = 0.0, uniform(0.0, PI);
            "wedge_julia_count" = 1.0, whole(1, 3);
            "wedge_julia_power" = 1.0, whole(2, 6);
            "wedge_julia_dist" = 0.0, value(1.0)
        ],
        Padding::Inverted;
    WedgeSph = 79 "wedge_sph", flam3,
        "Cuts wedges out of the plane turned inside out.",
        [
            "q = 1 / (r + eps), a' = theta + swirl q, c = floor((count a' + pi) / (2 pi))",
            "a = a' (1 - angle count / (2 pi)) + c angle",
            "X += w (q + hole) cos a",
            "Y += w (q + hole) sin a"
        ],
        [
            "wedge_sph_angle" = 0.0, uniform(0.0, PI);
            "wedge_sph_hole" = 0.0, uniform(-0.5, 0.5);
            "wedge_sph_count" = 1.0, whole(1, 5);
            "wedge_sph_swirl" = 0.0, UNIT
        ],
        Padding::Inverted;
    Whorl = 80 "whorl", flam3,
        "Winds ever faster towards a circle; its radius is the weight.",
        [
            "a = theta + (inside where r < w, else outside) / (w - r)",
            "X += w r cos a",
            "Y += w r sin a"
        ],
        ["whorl_inside" = 0.0, UNIT; "whorl_outside" = 0.0, UNIT];
    Waves2 = 81 "waves2", flam3,
        "Shifts each axis by the sine of the other, pitch and size its own.",
        ["X += w (x + scalex sin(freqx y))", "Y += w (y + scaley sin(freqy x))"],
        [
            "waves2_freqx" = 0.0, uniform(0.0, 4.0);
            "waves2_freqy" = 0.0, uniform(0.0, 4.0);
            "waves2_scalex" = 0.0, uniform(0.5, 1.5);
            "waves2_scaley" = 0.0, uniform(0.5, 1.5)
        ];
    Exp = 82 "exp", flam3,
        "The complex exponential.",
        ["X += w exp(x) cos y", "Y += w exp(x) sin y"], [];
    Log = 83 "log", flam3,
        "The complex logarithm.",
        ["X += w ln(r2) / 2", "Y += w theta"], [];
    Sin = 84 "sin", flam3,
        "The complex sine.",
        ["X += w sin x cosh y", "Y += w cos x sinh y"], [];
    Cos = 85 "cos", flam3,
        "The complex cosine.",
        ["X += w cos x cosh y", "Y -= w sin x sinh y"], [];
    Tan = 86 "tan", flam3,
        "The complex tangent.",
        ["d = 1 / (cos 2x + cosh 2y)", "X += w d sin 2x", "Y += w d sinh 2y"], [];
    Sec = 87 "sec", flam3,
        "The complex secant.",
        ["d = 2 / (cos 2x + cosh 2y)", "X += w d cos x cosh y", "Y += w d sin x sinh y"], [];
    Csc = 88 "csc", flam3,
        "The complex cosecant.",
        ["d = 2 / (cosh 2y - cos 2x)", "X += w d sin x cosh y", "Y -= w d cos x sinh y"], [];
    Cot = 89 "cot", flam3,
        "The complex cotangent.",
        ["d = 1 / (cosh 2y - cos 2x)", "X += w d sin 2x", "Y -= w d sinh 2y"], [];
    Sinh = 90 "sinh", flam3,
        "The complex hyperbolic sine.",
        ["X += w sinh x cos y", "Y += w cosh x sin y"], [];
    Cosh = 91 "cosh", flam3,
        "The complex hyperbolic cosine.",
        ["X += w cosh x cos y", "Y += w sinh x sin y"], [];
    Tanh = 92 "tanh", flam3,
        "The complex hyperbolic tangent.",
        ["d = 1 / (cos 2y + cosh 2x)", "X += w d sinh 2x", "Y += w d sin 2y"], [];
    Sech = 93 "sech", flam3,
        "The complex hyperbolic secant.",
        ["d = 2 / (cos 2y + cosh 2x)", "X += w d cos y cosh x", "Y -= w d sin y sinh x"], [];
    Csch = 94 "csch", flam3,
        "The complex hyperbolic cosecant.",
        ["d = 2 / (cosh 2x - cos 2y)", "X += w d sinh x cos y", "Y -= w d cosh x sin y"], [];
    Coth = 95 "coth", flam3,
        "The complex hyperbolic cotangent.",
        ["d = 1 / (cosh 2x - cos 2y)", "X += w d sinh 2x", "Y += w d sin 2y"], [];
    Auger = 96 "auger", flam3,
        "Drills ripples into both axes.",
        [
            "s = sin(freq x), t = sin(freq y)",
            "p = x + weight (scale t / 2 + |x| t), q = y + weight (scale s / 2 + |y| s)",
            "X += w (x + sym (p - x))",
            "Y += w q"
        ],
        [
            "auger_sym" = 0.0, DEFAULT;
            "auger_weight" = 0.5, uniform(0.5, 1.0);
            "auger_freq" = 1.0, whole(1, 5);
            "auger_scale" = 1.0, UNIT
        ];
    Flux = 97 "flux", flam3,
        "Field lines between two poles, whose distance is the weight.",
        [
            "p = x + w, m = x - w, a = (atan2(y, m) - atan2(y, p)) / 2",
            "q = w (2 + spread) sqrt(sqrt(p^2 + y^2) / sqrt(m^2 + y^2))",
            "X += q cos a",
            "Y += q sin a"
        ],
        ["flux_spread" = 0.0, uniform(0.5, 1.0)];
    Mobius = 98 "mobius", flam3,
        "A Moebius transformation: a complex linear fraction.",
        [
            "z = x + i y, a = re_a + i im_a, and so on",
            "v = w (a z + b) / (c z + d)",
            "X += re v",
            "Y += im v"
        ],
        [
            "mobius_re_a" or "Re_A" = 0.0, SIGNED;
            "mobius_im_a" or "Im_A" = 0.0, SIGNED;
            "mobius_re_b" or "Re_B" = 0.0, SIGNED;
            "mobius_im_b" or "Im_B" = 0.0, SIGNED;
            "mobius_re_c" or "Re_C" = 0.0, SIGNED;
            "mobius_im_c" or "Im_C" = 0.0, SIGNED;
            "mobius_re_d" or "Re_D" = 0.0, SIGNED;
            "mobius_im_d" or "Im_D" = 0.0, SIGNED
        ];
}
