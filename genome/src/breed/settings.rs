//! What every child has in common: where fresh numbers come from, and what is good enough.

use crate::{Estimator, Genome, Palette, PaletteMode, Variation, palette_library};

/// How children are made.
///
/// A child can be bred again only with the same settings; those of [`BreedSettings::default`]
/// change with the palettes and the catalogue of a version.
#[derive(Clone, Debug, PartialEq)]
pub struct BreedSettings {
    /// Where random genomes take everything from that is neither xforms nor colours nor framing:
    /// the size, the quality, the tone. Its own xforms do not count.
    pub template: Genome,
    /// The palettes that random colours come from; with none, a grey one is used.
    pub palettes: Vec<Palette>,
    /// The variations that random xforms come from; with none, linear is used.
    pub variations: Vec<Variation>,
    /// How random xforms choose among the variations.
    pub mixture: Mixture,
    /// What a child must look like.
    pub accept: AcceptTest,
    /// How often it is tried before there is no child.
    pub tries: u32,
    /// How likely a child's colours are improved; see [`Improve`].
    pub improve: Improve,
}

/// How a random xform gets its variations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mixture {
    /// Two variations or more, with random weights that add up to 1; half of the genomes repeat
    /// the first xform's in all others. flam3's usual way.
    #[default]
    Several,
    /// Half of the genomes have one variation alone, for all xforms or for each its own; the other
    /// half are as in [`Mixture::Several`]. flam3's way when it is told to use any variation.
    SingleOrSeveral,
}

/// What the accept test asks of a picture of 128 by 128 pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AcceptTest {
    /// Least mean of all channels, 0 to 255.
    pub mean_min: f64,
    /// Least share of black pixels, 0 to 1.
    pub black_min: f64,
    /// Greatest share of white pixels, 0 to 1.
    pub white_max: f64,
    /// Least [`crate::Picture::structure`]; flam3 asks for none and lets noise and fog pass.
    pub structure_min: f64,
    /// Pixels per world unit of the picture; unsaid, the part of the world that the child's own
    /// framing shows, cut to a square.
    pub scale: Option<f64>,
}

impl AcceptTest {
    /// flam3's test, which looks at one world unit in every direction from the centre whatever the
    /// child's own framing is.
    pub const FLAM3: Self = Self {
        mean_min: 20.0,
        black_min: 0.01,
        white_max: 0.05,
        structure_min: 0.0,
        scale: Some(64.0),
    };
}

impl Default for AcceptTest {
    /// flam3's limits for the part of the world that will be seen, and some structure in it: noise has
    /// about 0.01, the poorest picture worth looking at 0.1.
    fn default() -> Self {
        Self {
            structure_min: 0.06,
            scale: None,
            ..Self::FLAM3
        }
    }
}

/// Improving colours: several recolourings are drawn, and the most colourful picture wins.
///
/// flam3 means to do this with half of its children; a division of whole numbers there makes every
/// score 0, so that nothing comes of it. Here it works.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Improve {
    /// How likely it is done, 0 to 1.
    pub probability: f64,
    /// How many recolourings are looked at.
    pub candidates: u32,
}

impl Default for Improve {
    fn default() -> Self {
        Self {
            probability: 0.5,
            candidates: 5,
        }
    }
}

impl Default for BreedSettings {
    /// flam3's settings with palettes of our own, for a picture of 1280 by 720 pixels.
    fn default() -> Self {
        Self {
            template: template(),
            palettes: palette_library()
                .iter()
                .map(|library| library.palette.clone())
                .collect(),
            variations: Variation::ALL
                .iter()
                .copied()
                .filter(|variation| variation.in_random_genomes())
                .collect(),
            mixture: Mixture::default(),
            accept: AcceptTest::default(),
            tries: 10,
            improve: Improve::default(),
        }
    }
}

/// The tone that suits most flames on a screen.
fn template() -> Genome {
    Genome {
        size: [1280, 720],
        quality: 100.0,
        temporal_samples: 1,
        brightness: 6.0,
        highlight_power: 1.0,
        palette_mode: PaletteMode::Linear,
        estimator: Estimator::default(),
        ..Genome::default()
    }
}
