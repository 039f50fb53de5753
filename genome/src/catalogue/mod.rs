//! The variation catalogue: one table that parser, printer, interpolation and renderers read.
//!
//! A row is a variation's flam3 number, its name in files, its parameters with their defaults and
//! what random genomes draw for them, the page that defines it, and its formula. The rows are in
//! `rows.rs`; adding a variation is adding a row there, a file in `shaders/wgsl/variations/` and
//! one in `render-kernel/src/cpu/variations/`. Exhaustive matches over [`Variation`] turn an
//! omission into a compile error, and `docs/variations.md` shows the whole table with pictures.

mod draw;
mod rows;

pub use draw::Draw;
pub use rows::Variation;

use crate::limits::Range;

/// Most parameters that any variation of flam3 has.
pub const MAX_PARAMETERS: usize = 8;

/// A number that shapes a variation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// Its attribute in flam3 files.
    pub name: &'static str,
    /// Other spellings that files use; it is printed as `name`.
    pub aliases: &'static [&'static str],
    /// Its value where a file is silent.
    pub default: f64,
    /// Its legal values.
    pub range: Range,
    /// What a random genome puts there.
    pub draw: Draw,
}

impl Parameter {
    /// Whether the attribute `name` carries it.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }
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
    summary: &'static str,
    formula: &'static [&'static str],
    source: &'static str,
    parameters: &'static [Parameter],
    padding: Padding,
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

    /// What it does to the plane, in one sentence.
    #[must_use]
    pub const fn summary(self) -> &'static str {
        self.row().summary
    }

    /// Its formula, line by line, in the notation of [`Variation`].
    #[must_use]
    pub const fn formula(self) -> &'static [&'static str] {
        self.row().formula
    }

    /// Where it was first written down.
    #[must_use]
    pub const fn source(self) -> &'static str {
        self.row().source
    }

    /// Whether random genomes may have it.
    ///
    /// flam3 leaves out what only blurs, and what in nine genomes of ten tears the picture apart.
    #[must_use]
    pub const fn in_random_genomes(self) -> bool {
        !matches!(
            self,
            Self::Noise
                | Self::Blur
                | Self::GaussianBlur
                | Self::RadialBlur
                | Self::Ngon
                | Self::Square
                | Self::Rays
                | Self::Cross
                | Self::PreBlur
                | Self::Separation
                | Self::Split
                | Self::Splits
        )
    }

    /// The variation with flam3's number `index`.
    #[must_use]
    pub fn from_index(index: u8) -> Option<Self> {
        Self::ALL.get(usize::from(index)).copied()
    }

    /// The variation whose weight is the attribute `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|variation| variation.name() == name)
    }

    /// The variation and the place of the parameter whose attribute is `name`, in any spelling.
    #[must_use]
    pub fn from_parameter_name(name: &str) -> Option<(Self, usize)> {
        Self::ALL.iter().find_map(|variation| {
            let place = variation
                .parameters()
                .iter()
                .position(|parameter| parameter.is_named(name))?;
            Some((*variation, place))
        })
    }
}

/// Variations of flam3, and numbers that its `var` attribute lists.
pub(crate) const FLAM3_VARIATIONS: usize = 99;

const _: () = assert!(Variation::ALL.len() == FLAM3_VARIATIONS);

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn numbers_are_places_and_names_lead_back() {
        for (place, &variation) in Variation::ALL.iter().enumerate() {
            assert_eq!(usize::from(variation.index()), place);
            assert_eq!(Variation::from_index(variation.index()), Some(variation));
            assert_eq!(Variation::from_name(variation.name()), Some(variation));
        }
        assert_eq!(Variation::from_index(99), None);
    }

    #[test]
    fn no_two_things_in_a_file_have_the_same_name() {
        let mut names = BTreeSet::new();
        for &variation in Variation::ALL {
            assert!(names.insert(variation.name()), "{}", variation.name());
            for (place, parameter) in variation.parameters().iter().enumerate() {
                for &name in [parameter.name].iter().chain(parameter.aliases) {
                    assert!(names.insert(name), "{name}");
                    let found = Variation::from_parameter_name(name);
                    assert_eq!(found, Some((variation, place)));
                }
            }
        }
    }

    #[test]
    fn parameters_are_legal_by_default_and_however_they_are_drawn() {
        for &variation in Variation::ALL {
            let parameters = variation.parameters();
            assert!(parameters.len() <= MAX_PARAMETERS);
            for (place, parameter) in parameters.iter().enumerate() {
                assert!(parameter.range.contains(parameter.default));
                let (from, to) = match parameter.draw {
                    Draw::Default => continue,
                    Draw::Value(value) => (value, value),
                    Draw::Uniform { from, to } => (from, to),
                    Draw::Whole { from, to } => (f64::from(from), f64::from(to)),
                    Draw::Multiple { of, from, to } => {
                        assert!(of < place, "{} looks ahead", parameter.name);
                        (from, to)
                    }
                };
                assert!(from <= to, "{}", parameter.name);
                assert!(parameter.range.contains(from) && parameter.range.contains(to));
            }
        }
    }

    #[test]
    fn a_new_weighted_variation_has_the_defaults_of_the_table() {
        let pie = WeightedVariation::new(Variation::Pie, 0.5);
        assert_eq!(pie.parameters, [6.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn random_genomes_have_all_but_twelve_of_the_variations() {
        let drawn = Variation::ALL.iter().filter(|it| it.in_random_genomes());
        assert_eq!(drawn.count(), FLAM3_VARIATIONS - 12);
    }
}
