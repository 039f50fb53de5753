//! The variations' texts: one function each, in `wgsl/variations/`.
//!
//! A flame's shader holds the functions of the variations that the flame has, and no others: a shader with all
//! of them takes a driver seconds to compile. [`text`] gives one function, which is called `variation_` and the
//! catalogue's name ([`Variation::name`]), and [`draws`] says whether it draws random numbers.
//!
//! A function takes the constants that the renderer's `prepare` makes in two vectors of four, and the point;
//! one that draws takes the counter of the next random number too, and its text says in `DRAWS_<NAME>` how many
//! it takes:
//!
//! ```text
//! fn variation_linear(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32>
//! fn variation_blur(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>, draws: ptr<function, u32>) -> vec2<f32>
//! ```
//!
//! The texts rest on `wgsl/shared/{math,streams,variations}.wgsl`.
//!
//! # Twin
//!
//! `cpu/variations/<name>.rs` in the render kernel, the reference for every text.

use woolgather_genome::Variation;

/// Whether a variation draws random numbers, and its function takes their counter.
#[must_use]
pub fn draws(variation: Variation) -> bool {
    text(variation).contains("const DRAWS_")
}

/// Makes [`text`] from one table: a variation and its file.
macro_rules! variations {
    ($($variation:ident $file:literal;)+) => {
        /// The text of a variation's function, with the helpers that are its own.
        #[must_use]
        pub const fn text(variation: Variation) -> &'static str {
            match variation {
                $(Variation::$variation => {
                    include_str!(concat!("../wgsl/variations/", $file, ".wgsl"))
                })+
            }
        }
    };
}

variations! {
    Linear "linear";
    Sinusoidal "sinusoidal";
    Spherical "spherical";
    Swirl "swirl";
    Horseshoe "horseshoe";
    Polar "polar";
    Handkerchief "handkerchief";
    Heart "heart";
    Disc "disc";
    Spiral "spiral";
    Hyperbolic "hyperbolic";
    Diamond "diamond";
    Ex "ex";
    Julia "julia";
    Bent "bent";
    Waves "waves";
    Fisheye "fisheye";
    Popcorn "popcorn";
    Exponential "exponential";
    Power "power";
    Cosine "cosine";
    Rings "rings";
    Fan "fan";
    Blob "blob";
    Pdj "pdj";
    Fan2 "fan2";
    Rings2 "rings2";
    Eyefish "eyefish";
    Bubble "bubble";
    Cylinder "cylinder";
    Perspective "perspective";
    Noise "noise";
    Julian "julian";
    Juliascope "juliascope";
    Blur "blur";
    GaussianBlur "gaussian_blur";
    RadialBlur "radial_blur";
    Pie "pie";
    Ngon "ngon";
    Curl "curl";
    Rectangles "rectangles";
    Arch "arch";
    Tangent "tangent";
    Square "square";
    Rays "rays";
    Blade "blade";
    Secant2 "secant2";
    Twintrian "twintrian";
    Cross "cross";
    Disc2 "disc2";
    SuperShape "super_shape";
    Flower "flower";
    Conic "conic";
    Parabola "parabola";
    Bent2 "bent2";
    Bipolar "bipolar";
    Boarders "boarders";
    Butterfly "butterfly";
    Cell "cell";
    Cpow "cpow";
    Curve "curve";
    Edisc "edisc";
    Elliptic "elliptic";
    Escher "escher";
    Foci "foci";
    Lazysusan "lazysusan";
    Loonie "loonie";
    PreBlur "pre_blur";
    Modulus "modulus";
    Oscilloscope "oscilloscope";
    Polar2 "polar2";
    Popcorn2 "popcorn2";
    Scry "scry";
    Separation "separation";
    Split "split";
    Splits "splits";
    Stripes "stripes";
    Wedge "wedge";
    WedgeJulia "wedge_julia";
    WedgeSph "wedge_sph";
    Whorl "whorl";
    Waves2 "waves2";
    Exp "exp";
    Log "log";
    Sin "sin";
    Cos "cos";
    Tan "tan";
    Sec "sec";
    Csc "csc";
    Cot "cot";
    Sinh "sinh";
    Cosh "cosh";
    Tanh "tanh";
    Sech "sech";
    Csch "csch";
    Coth "coth";
    Auger "auger";
    Flux "flux";
    Mobius "mobius";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assemble::{MATH, SHARED_VARIATIONS, STREAMS};
    use naga::valid::{Capabilities, ValidationFlags, Validator};

    /// What every variation rests on.
    fn shared() -> String {
        [MATH, STREAMS, SHARED_VARIATIONS].concat()
    }

    /// A shader with nothing but one variation.
    fn shader(variation: Variation) -> String {
        let (text, name) = (text(variation), variation.name());
        let counter = if draws(variation) { ", &draws" } else { "" };
        let shared = shared();
        format!(
            "{shared}
            {text}
            @group(0) @binding(0) var<storage, read_write> points: array<vec4<f32>>;
            @compute @workgroup_size(64)
            fn main(@builtin(global_invocation_id) id: vec3<u32>) {{
                var draws = id.x;
                let point = points[id.x];
                let to = variation_{name}(point, point.wzyx, point.xy{counter});
                points[id.x] = vec4<f32>(to, f32(draws), 0.0);
            }}"
        )
    }

    /// Names the variation that a text is wrong for, and shows where.
    fn parse(variation: Variation) -> (naga::Module, String) {
        let shader = shader(variation);
        let module = naga::front::wgsl::parse_str(&shader)
            .unwrap_or_else(|e| panic!("{variation:?}: {}", e.emit_to_string(&shader)));
        (module, shader)
    }

    #[test]
    fn every_variation_is_valid_by_itself() {
        for &variation in Variation::ALL {
            let (module, shader) = parse(variation);
            Validator::new(ValidationFlags::all(), Capabilities::empty())
                .validate(&module)
                .unwrap_or_else(|e| panic!("{variation:?}: {}", e.emit_to_string(&shader)));
        }
    }

    /// A flame may have any of them together, so no two may define the same name.
    #[test]
    fn all_variations_are_valid_together() {
        let mut shader = shared();
        for &variation in Variation::ALL {
            shader.push_str(text(variation));
        }
        let module = naga::front::wgsl::parse_str(&shader)
            .unwrap_or_else(|e| panic!("{}", e.emit_to_string(&shader)));
        Validator::new(ValidationFlags::all(), Capabilities::empty())
            .validate(&module)
            .unwrap_or_else(|e| panic!("{}", e.emit_to_string(&shader)));
    }

    /// The caller moves its counter by as many as the text says, so it had better draw as many.
    #[test]
    fn a_text_draws_as_often_as_it_says() {
        for &variation in Variation::ALL {
            let text = text(variation);
            let calls = |of: &str| text.matches(of).count();
            // `bell` is four numbers.
            let drawn =
                calls("draw_uniform(draws)") + calls("draw_word(draws)") + 4 * calls("bell(draws)");
            let name = variation.name().to_uppercase();
            let said = text
                .split_once(&format!("const DRAWS_{name}: u32 = "))
                .and_then(|(_, rest)| rest.split_once(';'))
                .map(|(number, _)| number.to_owned());
            let expected = (drawn > 0).then(|| format!("{drawn}u"));
            let said = said.map(|said| {
                said.replace("1u + BELL_DRAWS", "5u")
                    .replace("BELL_DRAWS", "4u")
            });
            assert_eq!(said, expected, "{variation:?}");
        }
    }

    /// Helpers bear the variation's name, and the first lines say what the text is and what it is the twin of.
    #[test]
    fn every_text_names_its_twin() {
        for &variation in Variation::ALL {
            let name = variation.name();
            let mut lines = text(variation).lines();
            assert!(lines.next().is_some_and(|line| line.starts_with("// ")));
            let twin = format!("// Twin: render-kernel/src/cpu/variations/{name}.rs");
            assert!(lines.any(|line| line == twin), "{name}");
        }
    }
}
