//! What can be done to bring a new genome into the world.

use super::GeneMutation;

/// How a child is made.
///
/// Together with the `rng_seed` and the parents it says everything about the child.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// From nothing.
    Random {
        /// What symmetry it gets: a kind as `<symmetry>` has it, 0 for a random one, 1 for none.
        /// Unsaid, a quarter of those without a final xform get a random one.
        symmetry: Option<i32>,
    },
    /// From one parent by flam3's rules.
    Mutate {
        /// How; unsaid, drawn with flam3's probabilities.
        method: Option<MutateMethod>,
        /// How far [`MutateMethod::AllCoefs`] moves; flam3's is 0.1.
        speed: f64,
        /// What [`MutateMethod::AddSymmetry`] adds: a kind as `<symmetry>` has it; unsaid or 0, a
        /// random one.
        symmetry: Option<i32>,
    },
    /// From two parents by flam3's rules.
    Cross {
        /// How; unsaid, drawn with flam3's probabilities.
        method: Option<CrossMethod>,
        /// A mutation of the child's genes on top.
        genes: Option<GeneMutation>,
    },
    /// From one parent, by moving some of its numbers a little: the flock's own mutation.
    Genes(GeneMutation),
    /// From one parent, unchanged.
    Clone,
}

impl Operation {
    /// How many parents it takes.
    #[must_use]
    pub const fn parents(&self) -> usize {
        match self {
            Self::Random { .. } => 0,
            Self::Mutate { .. } | Self::Genes(_) | Self::Clone => 1,
            Self::Cross { .. } => 2,
        }
    }
}

/// Makes an enum of methods with flam3's words and probabilities.
macro_rules! methods {
    ($(#[$doc:meta])* $method:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal, $probability:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $method {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $method {
            /// Every method, in flam3's order.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// flam3's word for it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The method that flam3 calls `name`.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|method| method.name() == name)
            }

            /// How likely it is where none is asked for, 0 to 1.
            #[must_use]
            pub const fn probability(self) -> f64 {
                match self {
                    $(Self::$variant => $probability,)+
                }
            }
        }
    };
}

methods! {
    /// How flam3 mutates a genome.
    MutateMethod {
        /// The variations of a fresh random genome replace all of the parent's.
        AllVars = "all_vars", 0.1;
        /// One xform gets the affine map of a random genome; where there are at most two, only its
        /// translation, so that the child remains recognisable.
        OneXform = "one_xform", 0.2;
        /// Turns and mirrors are added.
        AddSymmetry = "add_symmetry", 0.2;
        /// Post maps are added that undo what is done to the maps before the variations.
        PostXforms = "post_xforms", 0.1;
        /// New colours of the xforms, a new palette, or both.
        ColorPalette = "color_palette", 0.1;
        /// One xform goes.
        DeleteXform = "delete_xform", 0.1;
        /// Every affine map moves a little towards one of a random genome.
        AllCoefs = "all_coefs", 0.2;
    }
}

methods! {
    /// How flam3 crosses two genomes.
    CrossMethod {
        /// The xforms of both, and the first parent's final xform.
        Union = "union", 0.1;
        /// A genome on the way from one to the other.
        Interpolate = "interpolate", 0.1;
        /// Xform by xform from either parent.
        Alternate = "alternate", 0.8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_add_up_and_words_read_back() {
        let mutations: f64 = MutateMethod::ALL.iter().map(|m| m.probability()).sum();
        let crosses: f64 = CrossMethod::ALL.iter().map(|m| m.probability()).sum();
        assert!((mutations - 1.0).abs() < 1e-12 && (crosses - 1.0).abs() < 1e-12);
        for &method in MutateMethod::ALL {
            assert_eq!(MutateMethod::from_name(method.name()), Some(method));
        }
        assert_eq!(CrossMethod::from_name("marry"), None);
    }
}
