//! Attributes of `<flame>` that other programs write.

use super::{Meaning, Word, look_up, pass_over};
use crate::flam3::ParseError;
use crate::flam3::attribute::Value;
use crate::flam3::remark::{Notes, RemarkKind};
use crate::{Genome, PaletteMode, limits};
use Meaning::{Name, Neutral, Note, Rule, Silent};

const PLANE: &str = "flames here lie in a plane and are seen from straight above";
const TONE: &str = "the tone map here is flam3's, which has no such control";
const CURVES: &str = "the tone map here has no colour curves";
const BACKGROUND: &str = "the background here is one colour";
const CREDIT: &str = "credit is given where a flame is handed in, not in the file";
const FILTER: &str = "the filters here are flam3's, see filter and filter_shape";
const EFFECT: &str = "pictures here are not worked over after they are rendered";

/// The words; each stands after those that it would be hidden by.
pub(super) const WORDS: &[Word] = &[
    // Apophysis, all of them.
    ("version", Silent),
    ("angle", Rule(angle)),
    ("batches", Name("passes")),
    ("nick", Note(CREDIT)),
    ("url", Note(CREDIT)),
    ("notes", Note(CREDIT)),
    ("parents", Note(CREDIT)),
    // Apophysis 7X.
    ("plugins", Silent),
    ("new_linear", Silent),
    ("enable_de", Rule(enable_de)),
    ("curves", Rule(weighted_curves)),
    ("cam_pitch", Neutral(&["0"], PLANE)),
    ("cam_yaw", Neutral(&["0"], PLANE)),
    ("cam_zpos", Neutral(&["0"], PLANE)),
    ("cam_dof", Neutral(&["0"], PLANE)),
    ("cam_perspective", Rule(perspective)),
    // Fractorium.
    ("cam_persp", Rule(perspective)),
    ("logscale_k2", Neutral(&["0"], TONE)),
    ("overall_curve", Rule(curve)),
    ("red_curve", Rule(curve)),
    ("green_curve", Rule(curve)),
    ("blue_curve", Rule(curve)),
    ("blur_curve", Silent),
    ("sub_batch_size", Silent),
    ("fuse", Silent),
    ("rand_range", Silent),
    // JWildfire.
    ("cam_zoom", Rule(cam_zoom)),
    ("cam_roll", Neutral(&["0"], PLANE)),
    ("cam_pos_*", Neutral(&["0"], PLANE)),
    ("cam_xfocus", Silent),
    ("cam_yfocus", Silent),
    ("cam_zfocus", Silent),
    ("cam_dof_*", Silent),
    ("smooth_gradient", Rule(smooth_gradient)),
    ("preserve_z", Silent),
    ("bg_transparency", Silent),
    (
        "background_type",
        Neutral(
            &["GRADIENT_2X2_C", "GRADIENT_2X2", "SINGLE_COLOR"],
            BACKGROUND,
        ),
    ),
    ("background_*", Rule(background_corner)),
    ("saturation", Neutral(&["1"], TONE)),
    ("contrast", Neutral(&["1"], TONE)),
    ("fg_opacity", Neutral(&["1"], TONE)),
    ("white_level", Neutral(&["200", "220"], TONE)),
    ("low_density_brightness", Neutral(&["0.24"], TONE)),
    ("balancing_*", Neutral(&["1"], TONE)),
    ("mixer_mode", Neutral(&["OFF"], TONE)),
    ("mixer_*", Silent),
    ("antialias_*", Note(FILTER)),
    ("filter_type", Note(FILTER)),
    ("filter_kernel", Note(FILTER)),
    ("filter_indicator", Silent),
    ("filter_sharpness", Silent),
    ("filter_low_density", Silent),
    ("spatial_oversample", Name("supersample")),
    ("post_symmetry_type", Neutral(&["NONE"], EFFECT)),
    ("post_symmetry_*", Silent),
    ("post_blur_radius", Neutral(&["0"], EFFECT)),
    ("post_blur_*", Silent),
    ("post_noise_filter", Neutral(&["0"], EFFECT)),
    ("post_noise_*", Silent),
    ("post_optix_*", Silent),
    ("post_bokeh_*", Silent),
    ("motion_blur_length", Neutral(&["0"], EFFECT)),
    ("motion_blur_*", Silent),
    ("sld_rnd_on", Neutral(&["0", "false"], PLANE)),
    ("sld_rnd_*", Silent),
    ("shading_*", Silent),
    ("ai_*", Silent),
    ("zbuffer_*", Silent),
    ("resolution_profile", Silent),
    ("quality_profile", Silent),
    ("frame", Silent),
    ("frame_count", Silent),
    ("fps", Silent),
];

/// Reads an attribute of `<flame>` that is not flam3's, unless [`rename`] gives it a name.
pub(in crate::flam3) fn read(
    genome: &mut Genome,
    value: Value<'_, '_>,
    notes: &mut Notes<'_>,
) -> Result<(), ParseError> {
    let unknown = Note("no setting of this name is known here");
    match look_up(WORDS, value.name()).or_else(|| motion_curve(value.name())) {
        Some(Rule(rule)) => rule(genome, value, notes)?,
        meaning => pass_over(value, meaning.unwrap_or(unknown), notes),
    }
    Ok(())
}

/// The name that an attribute of `<flame>` has here.
pub(in crate::flam3) fn rename(name: &str) -> Option<&'static str> {
    match look_up(WORDS, name) {
        Some(Name(name)) => Some(name),
        _ => None,
    }
}

/// JWildfire's curves over time, one for any number: `X_curve_enabled` and what goes with it.
pub(super) fn motion_curve(name: &str) -> Option<Meaning> {
    let reason = "numbers here move by motion elements, not along drawn curves";
    if name.ends_with("_curve_enabled") {
        Some(Neutral(&["false", "0"], reason))
    } else {
        name.contains("_curve_").then_some(Silent)
    }
}

/// Apophysis says the camera's turn twice, in radians and, the other way round, in degrees.
fn angle(
    genome: &mut Genome,
    value: Value<'_, '_>,
    notes: &mut Notes<'_>,
) -> Result<(), ParseError> {
    if value.beside("rotate").is_some() {
        return Ok(());
    }
    let angle = value.number(limits::Range::both_ways(100.0))?;
    genome.rotate = -180.0 * angle / std::f64::consts::PI + 0.0;
    let to = format!("rotate=\"{}\"", genome.rotate);
    notes.attribute(value, RemarkKind::Converted { to });
    Ok(())
}

/// Apophysis keeps the estimator's numbers when it turns the estimator off.
fn enable_de(
    genome: &mut Genome,
    value: Value<'_, '_>,
    notes: &mut Notes<'_>,
) -> Result<(), ParseError> {
    let radius = value.beside("estimator_radius");
    if value.is_zero() && !radius.is_some_and(|radius| radius.is_zero()) {
        genome.estimator.radius = 0.0;
        genome.estimator.minimum = 0.0;
        let to = "estimator_radius=\"0\"".to_owned();
        notes.attribute(value, RemarkKind::Converted { to });
    }
    Ok(())
}

/// Four Bezier curves of four points: x, y and a weight each.
fn weighted_curves(
    _: &mut Genome,
    value: Value<'_, '_>,
    notes: &mut Notes<'_>,
) -> Result<(), ParseError> {
    keep_straight(value, 3, notes);
    Ok(())
}

/// One curve of pairs.
fn curve(_: &mut Genome, value: Value<'_, '_>, notes: &mut Notes<'_>) -> Result<(), ParseError> {
    keep_straight(value, 2, notes);
    Ok(())
}

/// Curves whose points all lie on the diagonal change no colour.
fn keep_straight(value: Value<'_, '_>, numbers_each: usize, notes: &mut Notes<'_>) {
    let words: Vec<&str> = value.text().split_whitespace().collect();
    let straight = |point: &[&str]| point.len() >= 2 && super::is_same(point[0], point[1]);
    if !words.chunks(numbers_each).all(straight) {
        notes.attribute(value, RemarkKind::Dropped { reason: CURVES });
    }
}

/// Perspective shows nothing of a plane that is looked at from straight above.
fn perspective(
    _: &mut Genome,
    value: Value<'_, '_>,
    notes: &mut Notes<'_>,
) -> Result<(), ParseError> {
    let tilts = ["cam_pitch", "cam_yaw", "cam_zpos", "cam_pos_z"];
    let flat = |name: &&str| value.beside(name).is_none_or(|tilt| tilt.is_zero());
    if !value.is_zero() && !tilts.iter().all(flat) {
        notes.attribute(value, RemarkKind::Dropped { reason: PLANE });
    }
    Ok(())
}

/// JWildfire multiplies its scale by this.
fn cam_zoom(
    genome: &mut Genome,
    value: Value<'_, '_>,
    notes: &mut Notes<'_>,
) -> Result<(), ParseError> {
    let scale = genome.scale;
    let legal = limits::Range::new(limits::SCALE.min / scale, limits::SCALE.max / scale);
    let zoom = value.number(legal)?;
    genome.scale = limits::SCALE.clamp(scale * zoom);
    if zoom != 1.0 {
        let to = format!("scale=\"{}\"", genome.scale);
        notes.attribute(value, RemarkKind::Converted { to });
    }
    Ok(())
}

/// JWildfire blends between palette entries where this is 1.
fn smooth_gradient(
    genome: &mut Genome,
    value: Value<'_, '_>,
    notes: &mut Notes<'_>,
) -> Result<(), ParseError> {
    if value.text().trim() == "1" {
        genome.palette_mode = PaletteMode::Linear;
        let to = "palette_mode=\"linear\"".to_owned();
        notes.attribute(value, RemarkKind::Converted { to });
    }
    Ok(())
}

/// JWildfire gives the corners and the middle a colour each; five equal ones are a background.
fn background_corner(
    genome: &mut Genome,
    value: Value<'_, '_>,
    notes: &mut Notes<'_>,
) -> Result<(), ParseError> {
    let places = ["ul", "ur", "ll", "lr", "cc"].map(|place| format!("background_{place}"));
    let same = |name: &String| {
        let other = value.beside(name);
        other.is_none_or(|other| super::is_same(other.text(), value.text()))
    };
    if !places.iter().any(|name| name == value.name()) || !places.iter().all(same) {
        notes.attribute(value, RemarkKind::Dropped { reason: BACKGROUND });
        return Ok(());
    }
    let color = value.numbers(limits::BACKGROUND)?;
    if color != genome.background {
        genome.background = color;
        let to = format!("background=\"{} {} {}\"", color[0], color[1], color[2]);
        notes.attribute(value, RemarkKind::Converted { to });
    }
    Ok(())
}
