//! The choices a genome makes from short lists, each with the word that flam3 files use for it.
//!
//! One macro line per choice keeps the enum, its words and the list of legal words together, so
//! that the parser, the printer and the error messages cannot disagree. The position in the list
//! is the choice's number in the canonical bytes: append, never reorder.

/// Makes an enum whose variants know the words of flam3 files.
macro_rules! choice {
    ($(#[$doc:meta])* $choice:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub enum $choice {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $choice {
            /// Every choice, in the order of the canonical bytes.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word that flam3 files use.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The choice that flam3 files call `name`.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|choice| choice.name() == name)
            }
        }
    };
}

choice! {
    /// The spatial filter's name as the genome says it.
    ///
    /// flam3 wires several of these names to another kernel than the one they name; the renderer
    /// follows flam3, the genome keeps the word.
    FilterShape {
        /// The default.
        #[default]
        Gaussian = "gaussian",
        /// Cubic Hermite.
        Hermite = "hermite",
        /// Box.
        Box = "box",
        /// Triangle.
        Triangle = "triangle",
        /// Bell.
        Bell = "bell",
        /// Cubic B-spline.
        Bspline = "bspline",
        /// Mitchell-Netravali.
        Mitchell = "mitchell",
        /// Blackman window.
        Blackman = "blackman",
        /// Catmull-Rom.
        Catrom = "catrom",
        /// Hann window.
        Hanning = "hanning",
        /// Hamming window.
        Hamming = "hamming",
        /// Lanczos with three lobes.
        Lanczos3 = "lanczos3",
        /// Lanczos with two lobes.
        Lanczos2 = "lanczos2",
        /// Quadratic.
        Quadratic = "quadratic",
    }
}

choice! {
    /// How much each moment of an open shutter counts.
    TemporalFilterShape {
        /// All moments alike.
        #[default]
        Box = "box",
        /// The middle most.
        Gaussian = "gaussian",
        /// A power of the moment's place in the shutter; the exponent's sign is the direction.
        Exp = "exp",
    }
}

choice! {
    /// How a palette coordinate finds its colour.
    PaletteMode {
        /// The nearest lower entry.
        #[default]
        Step = "step",
        /// Linear between two entries.
        Linear = "linear",
    }
}

choice! {
    /// The curve through the key genomes of an animation.
    Interpolation {
        /// Straight from one to the next.
        #[default]
        Linear = "linear",
        /// Catmull-Rom over four key genomes; between two it is the straight line.
        Smooth = "smooth",
    }
}

choice! {
    /// How the affine maps of two genomes are blended.
    InterpolationType {
        /// Each number for itself.
        Linear = "linear",
        /// Each column as angle and logarithm of its length.
        #[default]
        Log = "log",
        /// As linear, without the companion xforms of padding.
        Old = "old",
        /// As [`InterpolationType::Old`]; flam3 keeps two names.
        Older = "older",
    }
}

choice! {
    /// How the palettes of two genomes are blended.
    PaletteInterpolation {
        /// Hue, saturation and value, hue along the number line.
        Hsv = "hsv",
        /// A hard border that travels along the palette.
        Sweep = "sweep",
        /// Red, green and blue.
        Rgb = "rgb",
        /// Hue along the shorter way round its circle, mixed with RGB as the genome says.
        #[default]
        HsvCircular = "hsv_circular",
    }
}

choice! {
    /// The wave of a motion element over one turn.
    MotionFunction {
        /// `sin 2 pi t`.
        #[default]
        Sin = "sin",
        /// Straight lines through 0, 1, 0, -1, 0.
        Triangle = "triangle",
        /// `(1 - cos 2 pi t) / 2`.
        Hill = "hill",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_leads_back_to_its_choice() {
        for &shape in FilterShape::ALL {
            assert_eq!(FilterShape::from_name(shape.name()), Some(shape));
        }
        assert_eq!(FilterShape::from_name("Gaussian"), None);
        assert_eq!(FilterShape::ALL.len(), 14);
    }

    #[test]
    fn defaults_are_those_of_flam3() {
        assert_eq!(FilterShape::default().name(), "gaussian");
        assert_eq!(TemporalFilterShape::default().name(), "box");
        assert_eq!(PaletteMode::default().name(), "step");
        assert_eq!(Interpolation::default().name(), "linear");
        assert_eq!(InterpolationType::default().name(), "log");
        assert_eq!(PaletteInterpolation::default().name(), "hsv_circular");
    }
}
