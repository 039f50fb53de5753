//! The variations' texts: one function each, in `wgsl/variations/`.
//!
//! A flame's shader holds the functions of the variations that the flame has, and no others: a shader with all
//! of them takes a driver seconds to compile. [`text`] gives one function, [`name`] what the shader calls it by,
//! and [`draws`] how far the caller's random numbers move on.
//!
//! A function takes the constants that the renderer's `prepare` makes in two vectors of four, and the point;
//! one that draws random numbers takes the counter of the next one too:
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

/// Makes the functions from one table: a variation, its file, and the random numbers that it draws.
macro_rules! variations {
    ($($variation:ident $file:literal $draws:literal;)+) => {
        /// The text of a variation's function, with the helpers that are its own.
        #[must_use]
        pub const fn text(variation: Variation) -> &'static str {
            match variation {
                $(Variation::$variation => {
                    include_str!(concat!("../wgsl/variations/", $file, ".wgsl"))
                })+
            }
        }

        /// What follows `variation_` in the name of a variation's function.
        #[must_use]
        pub const fn name(variation: Variation) -> &'static str {
            match variation {
                $(Variation::$variation => $file,)+
            }
        }

        /// How many random numbers a variation draws for a point; 0 means that its function takes no counter.
        #[must_use]
        pub const fn draws(variation: Variation) -> u32 {
            match variation {
                $(Variation::$variation => $draws,)+
            }
        }
    };
}

variations! {
    Linear "linear" 0;
    Sinusoidal "sinusoidal" 0;
    Spherical "spherical" 0;
    Swirl "swirl" 0;
    Horseshoe "horseshoe" 0;
    Polar "polar" 0;
    Handkerchief "handkerchief" 0;
    Heart "heart" 0;
    Disc "disc" 0;
    Spiral "spiral" 0;
    Hyperbolic "hyperbolic" 0;
    Diamond "diamond" 0;
    Ex "ex" 0;
    Julia "julia" 1;
    Bent "bent" 0;
    Waves "waves" 0;
    Fisheye "fisheye" 0;
    Popcorn "popcorn" 0;
    Exponential "exponential" 0;
    Power "power" 0;
    Cosine "cosine" 0;
    Rings "rings" 0;
    Fan "fan" 0;
    Blob "blob" 0;
    Pdj "pdj" 0;
    Fan2 "fan2" 0;
    Rings2 "rings2" 0;
    Eyefish "eyefish" 0;
    Bubble "bubble" 0;
    Cylinder "cylinder" 0;
    Perspective "perspective" 0;
    Noise "noise" 2;
    Julian "julian" 1;
    Juliascope "juliascope" 1;
    Blur "blur" 2;
    GaussianBlur "gaussian_blur" 5;
    RadialBlur "radial_blur" 4;
    Pie "pie" 3;
    Ngon "ngon" 0;
    Curl "curl" 0;
    Rectangles "rectangles" 0;
    Arch "arch" 1;
    Tangent "tangent" 0;
    Square "square" 2;
    Rays "rays" 1;
    Blade "blade" 1;
    Secant2 "secant2" 0;
    Twintrian "twintrian" 1;
    Cross "cross" 0;
    Disc2 "disc2" 0;
    SuperShape "super_shape" 1;
    Flower "flower" 1;
    Conic "conic" 1;
    Parabola "parabola" 2;
    Bent2 "bent2" 0;
    Bipolar "bipolar" 0;
    Boarders "boarders" 1;
    Butterfly "butterfly" 0;
    Cell "cell" 0;
    Cpow "cpow" 1;
    Curve "curve" 0;
    Edisc "edisc" 0;
    Elliptic "elliptic" 0;
    Escher "escher" 0;
    Foci "foci" 0;
    Lazysusan "lazysusan" 0;
    Loonie "loonie" 0;
    PreBlur "pre_blur" 5;
    Modulus "modulus" 0;
    Oscilloscope "oscilloscope" 0;
    Polar2 "polar2" 0;
    Popcorn2 "popcorn2" 0;
    Scry "scry" 0;
    Separation "separation" 0;
    Split "split" 0;
    Splits "splits" 0;
    Stripes "stripes" 0;
    Wedge "wedge" 0;
    WedgeJulia "wedge_julia" 1;
    WedgeSph "wedge_sph" 0;
    Whorl "whorl" 0;
    Waves2 "waves2" 0;
    Exp "exp" 0;
    Log "log" 0;
    Sin "sin" 0;
    Cos "cos" 0;
    Tan "tan" 0;
    Sec "sec" 0;
    Csc "csc" 0;
    Cot "cot" 0;
    Sinh "sinh" 0;
    Cosh "cosh" 0;
    Tanh "tanh" 0;
    Sech "sech" 0;
    Csch "csch" 0;
    Coth "coth" 0;
    Auger "auger" 0;
    Flux "flux" 0;
    Mobius "mobius" 0;
}

#[cfg(test)]
mod tests {
    use super::*;
    use naga::valid::{Capabilities, ValidationFlags, Validator};

    const SHARED: &str = concat!(
        include_str!("../wgsl/shared/math.wgsl"),
        include_str!("../wgsl/shared/streams.wgsl"),
        include_str!("../wgsl/shared/variations.wgsl"),
    );

    /// A shader with nothing but one variation; `DRAWN` is there for the test to read.
    fn shader(variation: Variation) -> String {
        let (text, name) = (text(variation), name(variation));
        let (counter, drawn) = match draws(variation) {
            0 => ("", "0u".to_owned()),
            _ => (", &draws", format!("DRAWS_{}", name.to_uppercase())),
        };
        format!(
            "{SHARED}
            {text}
            const DRAWN: u32 = {drawn};
            @group(0) @binding(0) var<storage, read_write> points: array<vec4<f32>>;
            @compute @workgroup_size(64)
            fn main(@builtin(global_invocation_id) id: vec3<u32>) {{
                var draws = id.x + DRAWN;
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
        let mut shader = SHARED.to_owned();
        for &variation in Variation::ALL {
            shader.push_str(text(variation));
        }
        let module = naga::front::wgsl::parse_str(&shader)
            .unwrap_or_else(|e| panic!("{}", e.emit_to_string(&shader)));
        Validator::new(ValidationFlags::all(), Capabilities::empty())
            .validate(&module)
            .unwrap_or_else(|e| panic!("{}", e.emit_to_string(&shader)));
    }

    #[test]
    fn the_table_and_the_texts_agree_on_the_numbers_drawn() {
        for &variation in Variation::ALL {
            let (module, _) = parse(variation);
            let drawn = module
                .constants
                .iter()
                .find(|(_, constant)| constant.name.as_deref() == Some("DRAWN"))
                .map(|(_, constant)| &module.global_expressions[constant.init]);
            let expected = naga::Expression::Literal(naga::Literal::U32(draws(variation)));
            assert_eq!(drawn, Some(&expected), "{variation:?}");
            assert_eq!(
                draws(variation) > 0,
                text(variation).contains("const DRAWS_"),
                "{variation:?}"
            );
        }
    }

    /// Helpers bear the variation's name, and the first lines say what the text is and what it is the twin of.
    #[test]
    fn every_text_names_its_twin() {
        for &variation in Variation::ALL {
            let name = name(variation);
            let mut lines = text(variation).lines();
            assert!(lines.next().is_some_and(|line| line.starts_with("// ")));
            let twin = format!("// Twin: render-kernel/src/cpu/variations/{name}.rs");
            assert!(lines.any(|line| line == twin), "{name}");
        }
    }
}
