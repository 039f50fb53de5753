//! A moment of the show as a plan for the renderer: which genome, how large, how many samples.
//!
//! Live frames differ from a film's in what costs time and does not show in motion: one bin a pixel, one
//! pass, and filters of one width for every sheep, so that the histogram keeps its shape and can go on from
//! frame to frame.

use woolgather_genome::{Estimator, FilterShape, Genome, edge_genome, loop_genome};
use woolgather_render_kernel::{FramePlan, StillSettings, plan_still};

use super::pace::Rung;
use super::show::Scene;
use crate::flock::{LiveSheep, PlayError};

/// Radius of the spatial filter in pixels: enough against stairs, and little is lost.
const FILTER_RADIUS: f64 = 0.6;
/// Radius of the density estimator on a picture 720 pixels high: flam3's default.
const ESTIMATOR_RADIUS: f64 = 9.0;
/// The widest and narrowest that it is on other heights.
const ESTIMATOR_RADII: (f64, f64) = (5.0, 11.0);
/// Where the processor draws; its cost grows with its square.
const ESTIMATOR_RADIUS_SOFTWARE: f64 = 4.0;
/// How fast it narrows where there are more hits: flam3's default.
const ESTIMATOR_CURVE: f64 = 0.4;

/// The genome to be seen at a moment.
fn genome(flock: &[LiveSheep], scene: Scene) -> Genome {
    match scene {
        Scene::Loop { sheep, turn } => loop_genome(&flock[sheep].genome, turn),
        Scene::Edge {
            from,
            to,
            phase,
            blend,
        } => {
            let to = &flock[to].genome;
            if phase > 0.0 {
                edge_genome(&loop_genome(&flock[from].genome, phase), to, blend)
            } else {
                edge_genome(&flock[from].genome, to, blend)
            }
        }
    }
}

/// What a picture is drawn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Easel {
    /// The screen in pixels; a picture has its shape.
    pub(crate) screen: (u32, u32),
    /// The processor does the drawing.
    pub(crate) software: bool,
}

impl Easel {
    /// The plan of a moment.
    ///
    /// # Errors
    ///
    /// [`PlayError::CannotDraw`] with the sheep's title.
    pub(crate) fn plan(
        &self,
        flock: &[LiveSheep],
        scene: Scene,
        rung: Rung,
        rng_seed: u64,
    ) -> Result<FramePlan, PlayError> {
        let genome = Genome {
            supersample: 1,
            passes: 1,
            temporal_samples: 1,
            filter_radius: FILTER_RADIUS,
            filter_shape: FilterShape::default(),
            estimator: Estimator {
                radius: self.estimator_radius(rung.height),
                minimum: 0.0,
                curve: ESTIMATOR_CURVE,
            },
            ..genome(flock, scene)
        };
        let settings = StillSettings {
            width: width(rung.height, self.screen),
            height: rung.height,
            // Zooming in asks for more samples; live there is only so much time.
            quality: rung.quality / 4.0_f64.powf(genome.zoom),
            rng_seed,
            ..StillSettings::default()
        };
        plan_still(&genome, &settings).map_err(|error| PlayError::CannotDraw {
            title: flock[scene.sheep()].title.clone(),
            reason: error.to_string(),
        })
    }

    fn estimator_radius(&self, height: u32) -> f64 {
        if self.software {
            return ESTIMATOR_RADIUS_SOFTWARE;
        }
        let (narrowest, widest) = ESTIMATOR_RADII;
        (ESTIMATOR_RADIUS * f64::from(height) / 720.0).clamp(narrowest, widest)
    }
}

/// Width of a picture of the screen's shape; the screen's own where the height is.
fn width(height: u32, screen: (u32, u32)) -> u32 {
    let shape = f64::from(screen.0) / f64::from(screen.1.max(1));
    ((f64::from(height) * shape).round() as u32).clamp(1, screen.0.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use woolgather_genome::starter_flock;

    fn flock() -> Vec<LiveSheep> {
        let sheep = |sheep: &woolgather_genome::StarterSheep| LiveSheep {
            genome: sheep.genome(),
            title: sheep.title.to_owned(),
            artist: sheep.artist.to_owned(),
        };
        starter_flock().iter().map(sheep).collect()
    }

    const EASEL: Easel = Easel {
        screen: (1280, 720),
        software: false,
    };
    const RUNG: Rung = Rung {
        height: 360,
        quality: 2.0,
    };

    #[test]
    fn a_picture_has_the_screens_shape_and_the_samples_asked_for() {
        let scene = Scene::Loop {
            sheep: 0,
            turn: 0.3,
        };
        let plan = EASEL.plan(&flock(), scene, RUNG, 1).unwrap();
        assert_eq!((plan.width(), plan.height()), (640, 360));
        assert_eq!(plan.samples(), 2 * 640 * 360);
        assert_eq!(width(1080, (1920, 1080)), 1920);
        assert_eq!(width(700, (701, 700)), 701);
    }

    #[test]
    fn every_edge_of_the_starter_flock_can_be_planned() {
        let flock = flock();
        for (from, to) in (0..16).flat_map(|from| (0..16).map(move |to| (from, to))) {
            let scene = Scene::Edge {
                from,
                to,
                phase: 0.25,
                blend: 0.5,
            };
            let plan = EASEL.plan(&flock, scene, RUNG, 1);
            assert!(plan.is_ok(), "{from} {to}: {plan:?}");
        }
    }

    #[test]
    fn an_edge_from_the_middle_of_a_loop_begins_with_the_loop() {
        let flock = flock();
        let turn = 0.4;
        let looped = genome(&flock, Scene::Loop { sheep: 2, turn });
        let left = genome(
            &flock,
            Scene::Edge {
                from: 2,
                to: 5,
                phase: turn,
                blend: 0.0,
            },
        );
        assert_eq!(looped, left);
    }
}
