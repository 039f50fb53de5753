//! The accept test: whether a child is worth showing to anybody.

use super::settings::AcceptTest;
use super::{Examine, Picture, Undrawable};
use crate::{Estimator, Genome};

/// Side of the test picture in pixels.
const SIDE: u32 = 128;

/// Why a child was not good enough.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// It is too dark.
    #[error("its mean brightness is {mean:.1} of 255, under {mean_min}")]
    Dark {
        /// The mean of all channels.
        mean: f64,
        /// What it had to be.
        mean_min: f64,
    },
    /// It fills the picture without leaving anything black.
    #[error("{black:.3} of the picture is black, under {black_min}")]
    Full {
        /// The share of black pixels.
        black: f64,
        /// What it had to be.
        black_min: f64,
    },
    /// Too much of it is white.
    #[error("{white:.3} of the picture is white, over {white_max}")]
    White {
        /// The share of white pixels.
        white: f64,
        /// What it could be.
        white_max: f64,
    },
    /// It is noise or fog.
    #[error("its structure is {structure:.3}, under {structure_min}")]
    Noise {
        /// The picture's structure.
        structure: f64,
        /// What it had to be.
        structure_min: f64,
    },
    /// There is no picture of it.
    #[error(transparent)]
    Undrawable(#[from] Undrawable),
    /// Its numbers left their ranges.
    #[error("it is not legal: {0}")]
    Illegal(#[from] crate::LimitError),
}

/// Draws `genome` small and looks at it.
pub(super) fn test(
    genome: &Genome,
    examine: &dyn Examine,
    rng_seed: u64,
    test: &AcceptTest,
) -> Result<(), Refusal> {
    judge(&examine.picture(&view(genome, test), rng_seed)?, test)
}

/// `genome` as the test draws it: small, quick, without what smooths a picture.
pub(super) fn view(genome: &Genome, test: &AcceptTest) -> Genome {
    let shown = genome.scale * libm::exp2(genome.zoom);
    let scale = test
        .scale
        .unwrap_or(shown * f64::from(SIDE) / f64::from(genome.size[1]));
    Genome {
        size: [SIDE; 2],
        scale: crate::limits::SCALE.clamp(scale),
        zoom: 0.0,
        rotate: 0.0,
        quality: 1.0,
        passes: 1,
        supersample: 1,
        filter_radius: 0.5,
        highlight_power: 1.0,
        estimator: Estimator {
            radius: 0.0,
            minimum: 0.0,
            ..genome.estimator
        },
        ..genome.clone()
    }
}

fn judge(picture: &Picture, test: &AcceptTest) -> Result<(), Refusal> {
    let (mean, black, white) = (picture.mean(), picture.black(), picture.white());
    if mean < test.mean_min {
        return Err(Refusal::Dark {
            mean,
            mean_min: test.mean_min,
        });
    }
    if black < test.black_min {
        return Err(Refusal::Full {
            black,
            black_min: test.black_min,
        });
    }
    if white > test.white_max {
        return Err(Refusal::White {
            white,
            white_max: test.white_max,
        });
    }
    let structure = picture.structure();
    if structure < test.structure_min {
        return Err(Refusal::Noise {
            structure,
            structure_min: test.structure_min,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pixels: [[u8; 3]; 4], expected: &str) {
        let picture = Picture::new(2, 2, pixels.to_vec());
        let test = AcceptTest {
            structure_min: 0.0,
            ..AcceptTest::default()
        };
        let verdict = judge(&picture, &test);
        let verdict = verdict.map_or_else(|refusal| refusal.to_string(), |()| "good".to_owned());
        assert_eq!(verdict, expected);
    }

    #[test]
    fn too_dark_too_full_and_too_white_are_refused() {
        let (black, grey, white) = ([0; 3], [90; 3], [255; 3]);
        check([black, grey, grey, grey], "good");
        check(
            [black, black, black, [30; 3]],
            "its mean brightness is 7.5 of 255, under 20",
        );
        check([grey; 4], "0.000 of the picture is black, under 0.01");
        check(
            [black, grey, grey, white],
            "0.250 of the picture is white, over 0.05",
        );
    }

    #[test]
    fn the_view_shows_what_the_childs_own_framing_shows() {
        let genome = Genome {
            size: [1280, 720],
            scale: 360.0,
            zoom: 1.0,
            ..Genome::default()
        };
        // 720 pixels at 720 pixels per unit are one unit; so are 128 at 128.
        assert_eq!(view(&genome, &AcceptTest::default()).scale, 128.0);
        assert_eq!(view(&genome, &AcceptTest::FLAM3).scale, 64.0);
    }
}
