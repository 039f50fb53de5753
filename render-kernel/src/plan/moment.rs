//! One moment of a frame's exposure: the genome at one time, as the chaos game's numbers.

use woolgather_genome::{Affine, Genome, Palette, Variation, Xform};

use super::{PlanError, Selection, Shape};
use crate::cpu::variations::{self, Constants};
use crate::streams::Key;

/// What one full hit adds to a bin's alpha and count: the unit of all fixed-point numbers of the histogram.
pub(crate) const HIT: u32 = 1 << 16;

/// The genome at one time.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    /// Where this moment's random numbers come from.
    pub(crate) key: Key,
    /// Points to plot.
    pub(crate) samples: u64,
    pub(crate) xforms: Vec<XformPlan>,
    pub(crate) final_xform: Option<FinalPlan>,
    pub(crate) selection: Selection,
    /// World to histogram bins.
    pub(crate) camera: Map,
    /// What a full hit adds to red, green, blue and alpha, in units of 1 / [`HIT`], by palette entry.
    pub(crate) palette: Vec<[u32; 4]>,
}

/// An xform.
#[derive(Clone, Debug)]
pub(crate) struct XformPlan {
    pub(crate) coefs: Map,
    pub(crate) variations: Vec<(Variation, Constants)>,
    pub(crate) post: Option<Map>,
    /// A point's colour becomes `color_keep * color + color_add`.
    pub(crate) color_keep: f32,
    pub(crate) color_add: f32,
    /// What a hit counts, in units of 1 / [`HIT`]; 0 is not plotted at all.
    pub(crate) visibility: u32,
}

/// The final xform.
#[derive(Clone, Debug)]
pub(crate) struct FinalPlan {
    pub(crate) xform: XformPlan,
    /// How likely it is applied to a plotted point; 1 is always.
    pub(crate) probability: f32,
}

/// An affine map in single precision: `x' = a x + b y + c`, `y' = d x + e y + f`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Map {
    pub(crate) a: f32,
    pub(crate) b: f32,
    pub(crate) c: f32,
    pub(crate) d: f32,
    pub(crate) e: f32,
    pub(crate) f: f32,
}

impl From<&Affine> for Map {
    fn from(map: &Affine) -> Self {
        Self {
            a: map.a as f32,
            b: map.b as f32,
            c: map.c as f32,
            d: map.d as f32,
            e: map.e as f32,
            f: map.f as f32,
        }
    }
}

impl Moment {
    /// Plans `genome` for `samples` points; `weight` is the moment's share of the shutter, 0 to 1.
    pub(super) fn new(
        genome: &Genome,
        weight: f64,
        samples: u64,
        shape: &Shape,
        key: Key,
    ) -> Result<Self, PlanError> {
        Ok(Self {
            key,
            samples,
            xforms: genome.xforms.iter().map(XformPlan::new).collect(),
            final_xform: genome.final_xform.as_ref().map(|xform| FinalPlan {
                xform: XformPlan::new(xform),
                probability: xform.opacity as f32,
            }),
            selection: Selection::new(&genome.xforms)?,
            camera: camera(genome, shape),
            palette: palette(&genome.palette, weight),
        })
    }

    /// Whether every hit adds to alpha what it counts.
    pub(crate) fn is_opaque(&self) -> bool {
        self.palette.iter().all(|&[.., alpha]| alpha == HIT)
    }
}

impl XformPlan {
    /// Plans `xform`; a variation without weight is left out.
    pub(crate) fn new(xform: &Xform) -> Self {
        let variations = xform
            .variations
            .iter()
            .filter(|variation| variation.weight != 0.0);
        Self {
            coefs: Map::from(&xform.coefs),
            variations: variations
                .map(|v| (v.variation, variations::prepare(v, &xform.coefs)))
                .collect(),
            post: (!xform.post.is_identity()).then(|| Map::from(&xform.post)),
            color_keep: (1.0 - xform.color_speed) as f32,
            color_add: (xform.color_speed * xform.color) as f32,
            visibility: visibility(xform.opacity),
        }
    }
}

/// What a hit of an xform with `opacity` counts: flam3's `10^(-log2(1 / opacity))`, in units of 1 / [`HIT`].
fn visibility(opacity: f64) -> u32 {
    const LOG2_10: f64 = std::f64::consts::LOG2_10;
    let share = if opacity > 0.0 {
        libm::pow(opacity.min(1.0), LOG2_10)
    } else {
        0.0
    };
    (share * f64::from(HIT)).round() as u32
}

/// World to bins: turn about the centre, then scale and move the picture's corner to the gutter's end.
fn camera(genome: &Genome, shape: &Shape) -> Map {
    let bins_per_unit = genome.scale * libm::exp2(genome.zoom) * f64::from(shape.supersample);
    let turn = genome.rotate.to_radians();
    let (cos, sin) = if genome.rotate == 0.0 {
        (1.0, 0.0)
    } else {
        (libm::cos(turn), libm::sin(turn))
    };
    let [x, y] = genome.center;
    let middle = |pixels: u32| {
        f64::from(pixels) * 0.5 * f64::from(shape.supersample) + f64::from(shape.gutter)
    };
    let (a, b) = (bins_per_unit * cos, -bins_per_unit * sin);
    let (d, e) = (bins_per_unit * sin, bins_per_unit * cos);
    Map::from(&Affine {
        a,
        b,
        c: middle(shape.width) - a * x - b * y,
        d,
        e,
        f: middle(shape.height) - d * x - e * y,
    })
}

/// The palette in fixed point, weighted with the moment's share of the shutter.
fn palette(palette: &Palette, weight: f64) -> Vec<[u32; 4]> {
    let fixed = |value: f64| (value * weight * f64::from(HIT)).round() as u32;
    palette
        .entries()
        .iter()
        .map(|entry| entry.map(fixed))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opacity_is_not_linear() {
        assert_eq!(visibility(1.0), HIT);
        assert_eq!(visibility(0.0), 0);
        // Half the opacity is a tenth of the light.
        assert_eq!(visibility(0.5), 6554);
    }

    #[test]
    fn the_centre_of_the_world_is_the_middle_of_the_picture() {
        let shape = Shape {
            width: 320,
            height: 240,
            supersample: 2,
            gutter: 5,
        };
        let genome = Genome {
            center: [0.3, -0.4],
            scale: 75.0,
            rotate: 37.0,
            zoom: 1.0,
            ..Genome::default()
        };
        let map = camera(&genome, &shape);
        let (x, y) = (0.3_f32, -0.4_f32);
        assert!((map.a * x + map.b * y + map.c - 325.0).abs() < 1e-3);
        assert!((map.d * x + map.e * y + map.f - 245.0).abs() < 1e-3);
        // 75 pixels per unit, doubled by the zoom and by the supersample.
        assert!((map.a.hypot(map.d) - 300.0).abs() < 1e-3);
    }
}
