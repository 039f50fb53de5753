//! Attributes of `<xform>` and `<finalxform>` that other programs write.
//!
//! Most are variations. One that flam3 has under another name is read; `pre_X` and `post_X`, which
//! stand before and after the sum of the others, are read where an xform of flam3's form says the
//! same; every other one is left out with a remark of its own.

use super::Meaning::{Name, Neutral, Note, Silent};
use super::{Word, flame, look_up, pass_over};
use crate::flam3::attribute::Value;
use crate::flam3::remark::{Notes, RemarkKind};
use crate::flam3::{ParseError, xform::Reader};
use crate::{Variation, WeightedVariation, limits};

const DEPTH: &str = "it moves points in depth, which a flame in a plane does not show";
const SPACE: &str = "flames here lie in a plane, and it needs space";
const COLORS: &str = "colours here follow color and color_speed alone";
const UNKNOWN: &str = "no variation or parameter of this name is known here";
const UNKNOWN_SETTING: &str = "no setting of this name is known here";
const ORDER: &str = "variations here are added up, not applied one after another";
const TWICE: &str = "an xform here holds each variation once";
const FLAT: &[&str] = &["1 0 0 1 0 0"];

/// The words; each stands after those that it would be hidden by.
pub(super) const WORDS: &[Word] = &[
    // Settings of Apophysis 7X.
    ("name", Note("xforms have numbers here, no names")),
    ("var_color", Silent),
    // Read with its <finalxform>.
    ("enabled", Silent),
    // Settings of Fractorium.
    (
        "motion_offset",
        Neutral(&["0"], "all motion here begins with the loop"),
    ),
    // Settings of JWildfire.
    ("color_type", Neutral(&["DIFFUSION"], COLORS)),
    ("targetcolor", Silent),
    ("material", Silent),
    ("material_speed", Silent),
    ("mod_gamma_speed", Silent),
    ("mod_contrast_speed", Silent),
    ("mod_saturation_speed", Silent),
    ("mod_hue_speed", Silent),
    ("mod_*", Neutral(&["0"], COLORS)),
    (
        "wfield_type",
        Neutral(
            &["NONE"],
            "weights here are the same everywhere in the plane",
        ),
    ),
    ("wfield_*", Silent),
    ("yzCoefs", Neutral(FLAT, SPACE)),
    ("zxCoefs", Neutral(FLAT, SPACE)),
    ("yzPost", Neutral(FLAT, SPACE)),
    ("zxPost", Neutral(FLAT, SPACE)),
    ("antialias_*", Silent),
    ("visible", Neutral(&["1", "true"], UNKNOWN_SETTING)),
    // Variations under another name.
    ("linear3D", Name("linear")),
    ("radial_gaussian", Name("radial_blur")),
    ("radial_gaussian_angle", Name("radial_blur_angle")),
    ("pre_gaussian_blur", Name("pre_blur")),
    // Its x and y are those of julian, whose distance is 1 when nothing else is said.
    ("julia3Dz", Name("julian")),
    ("julia3Dz_power", Name("julian_power")),
    // Variations that leave x and y alone.
    ("flatten", Note(DEPTH)),
    ("pre_flatten", Note(DEPTH)),
    ("post_flatten", Note(DEPTH)),
    ("zblur", Note(DEPTH)),
    ("zcone", Note(DEPTH)),
    ("zscale", Note(DEPTH)),
    ("ztranslate", Note(DEPTH)),
    ("pre_zblur", Note(DEPTH)),
    ("pre_zscale", Note(DEPTH)),
    ("pre_ztranslate", Note(DEPTH)),
    ("post_zscale", Note(DEPTH)),
    ("post_ztranslate", Note(DEPTH)),
    // Variations that bring depth into x and y.
    ("julia3D", Neutral(&["0"], SPACE)),
    ("pre_rotate_x", Neutral(&["0"], SPACE)),
    ("pre_rotate_y", Neutral(&["0"], SPACE)),
    ("post_rotate_x", Neutral(&["0"], SPACE)),
    ("post_rotate_y", Neutral(&["0"], SPACE)),
    // A parameter that flam3's variation of this name does not have.
    (
        "log_base",
        Neutral(
            &["2.718281828459045"],
            "the logarithm here is the natural one",
        ),
    ),
];

/// Where a variation stands that is no part of the sum.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Before,
    After,
}

/// Reads the attributes of an xform that are not flam3's.
///
/// `fixed` is whether no motion element moves the xform's numbers, so that they may be multiplied
/// into each other.
pub(in crate::flam3) fn read(
    reader: &mut Reader,
    unknown: &[Value<'_, '_>],
    fixed: bool,
    notes: &mut Notes<'_>,
) -> Result<(), ParseError> {
    let refused = refuse_other_orders(reader, unknown, notes);
    let mut open: Vec<Value<'_, '_>> = Vec::new();
    for &value in unknown {
        match look_up(WORDS, value.name()).or_else(|| flame::motion_curve(value.name())) {
            Some(Name(_)) | None => open.push(value),
            Some(meaning) => pass_over(value, meaning, notes),
        }
    }
    // Weights first: a parameter of what had to be left out is left out with it.
    let refused = read_weights(reader, &open, refused, notes)?;
    let mut sides = Vec::new();
    for &value in &open {
        if owner(value.name(), unknown).is_some_and(|owner| refused.contains(&owner)) {
            continue;
        }
        match known_name(value.name()) {
            Some(name) if Variation::from_name(name).is_some() => {}
            Some(name) => {
                reader.set_parameter(name, value)?;
                notes.attribute(value, RemarkKind::Renamed { to: name });
            }
            None => sides.extend(read_unknown(value, unknown, notes)),
        }
    }
    read_sides(reader, &sides, unknown, fixed, notes)
}

/// Leaves out the variations that JWildfire's priority puts before or after the sum, and returns
/// their names.
fn refuse_other_orders<'a>(
    reader: &mut Reader,
    unknown: &[Value<'a, '_>],
    notes: &mut Notes<'_>,
) -> Vec<&'a str> {
    let mut refused = Vec::new();
    for value in unknown {
        let Some(base) = value.name().strip_suffix("_fx_priority") else {
            continue;
        };
        let in_its_name = base.starts_with("pre_") || base.starts_with("post_");
        let Some(weight) = value.beside(base) else {
            continue;
        };
        if value.is_zero() || in_its_name || weight.is_zero() {
            continue;
        }
        if let Some(variation) = Variation::from_name(base) {
            reader.remove(variation);
        }
        notes.attribute(weight, RemarkKind::Dropped { reason: ORDER });
        refused.push(base);
    }
    refused
}

/// Reads the weights of variations under other names; returns the names of those left out.
fn read_weights<'a>(
    reader: &mut Reader,
    open: &[Value<'a, '_>],
    mut refused: Vec<&'a str>,
    notes: &mut Notes<'_>,
) -> Result<Vec<&'a str>, ParseError> {
    for &value in open {
        let known = known_name(value.name());
        let Some(variation) = known.and_then(Variation::from_name) else {
            continue;
        };
        if refused.contains(&value.name()) || value.is_zero() {
            continue;
        }
        let kind = if reader.add_weight(variation, value)? {
            let to = variation.name();
            RemarkKind::Renamed { to }
        } else {
            refused.push(value.name());
            RemarkKind::Dropped { reason: TWICE }
        };
        notes.attribute(value, kind);
    }
    Ok(refused)
}

/// The name here of a variation or parameter: by the table, or but for its capitals.
fn known_name(name: &str) -> Option<&'static str> {
    if let Some(Name(to)) = look_up(WORDS, name) {
        return Some(to);
    }
    let same = |known: &&'static str| known.eq_ignore_ascii_case(name);
    let variations = Variation::ALL.iter();
    let names = variations.flat_map(|variation| {
        let parameters = variation.parameters().iter();
        std::iter::once(variation.name()).chain(parameters.map(|parameter| parameter.name))
    });
    names.into_iter().find(same)
}

/// The other attribute that this one belongs to by its name, as `bwraps_gain` does to `bwraps`.
fn owner<'a>(name: &str, unknown: &[Value<'a, '_>]) -> Option<&'a str> {
    let names = unknown.iter().map(Value::name);
    let owners = names.filter(|owner| {
        let rest = name.strip_prefix(owner);
        rest.is_some_and(|rest| rest.starts_with('_'))
    });
    owners.max_by_key(|owner| owner.len())
}

/// Says what becomes of a word that no table has; one that stands before or after the sum is
/// returned for a second look.
fn read_unknown<'a, 'input>(
    value: Value<'a, 'input>,
    unknown: &[Value<'a, 'input>],
    notes: &mut Notes<'_>,
) -> Option<(Side, Variation, Value<'a, 'input>)> {
    let name = value.name();
    let belongs = name.ends_with("_fx_priority") || owner(name, unknown).is_some();
    if belongs || value.is_zero() {
        return None;
    }
    if let Some((side, rest)) = side_of(name)
        && let Some(variation) = known_name(rest).and_then(Variation::from_name)
    {
        return Some((side, variation, value));
    }
    let kind = if !value.is_number() {
        let reason = UNKNOWN_SETTING;
        RemarkKind::Ignored { reason }
    } else if name.ends_with('.') {
        RemarkKind::Dropped { reason: TWICE }
    } else {
        RemarkKind::Dropped { reason: UNKNOWN }
    };
    notes.attribute(value, kind);
    None
}

fn side_of(name: &str) -> Option<(Side, &str)> {
    let before = name.strip_prefix("pre_").map(|rest| (Side::Before, rest));
    before.or_else(|| name.strip_prefix("post_").map(|rest| (Side::After, rest)))
}

/// Reads the variations before and after the sum, if there is one only and it can be said in
/// flam3's form.
fn read_sides(
    reader: &mut Reader,
    sides: &[(Side, Variation, Value<'_, '_>)],
    unknown: &[Value<'_, '_>],
    fixed: bool,
    notes: &mut Notes<'_>,
) -> Result<(), ParseError> {
    if let [(side, variation, value)] = *sides
        && fixed
    {
        let entry = read_side(variation, value, unknown)?;
        if let Some(to) = fold(reader, side, entry) {
            notes.attribute(value, RemarkKind::Converted { to });
            return Ok(());
        }
    }
    for (_, _, value) in sides {
        notes.attribute(*value, RemarkKind::Dropped { reason: ORDER });
    }
    Ok(())
}

/// A variation before or after the sum with its weight and parameters.
fn read_side(
    variation: Variation,
    value: Value<'_, '_>,
    unknown: &[Value<'_, '_>],
) -> Result<WeightedVariation, ParseError> {
    let weight = value.number(limits::VARIATION_WEIGHT)?;
    let mut entry = WeightedVariation::new(variation, weight);
    for parameter in unknown {
        let Some(name) = side_of(parameter.name()).and_then(|(_, rest)| known_name(rest)) else {
            continue;
        };
        let belongs = owner(parameter.name(), unknown) == Some(value.name());
        if let Some((of, place)) = Variation::from_parameter_name(name)
            && belongs
            && of == variation
        {
            entry.parameters[place] = parameter.number(variation.parameters()[place].range)?;
        }
    }
    Ok(entry)
}

/// Puts a variation that stands before or after the sum into the xform, where that gives the same
/// map: linear is a factor of one of the affine maps; beside nothing but linear 1, which leaves
/// points where they are, any other is the sum.
fn fold(reader: &mut Reader, side: Side, entry: WeightedVariation) -> Option<String> {
    let factor = entry.weight;
    let scaled = match (entry.variation, side) {
        (Variation::Linear, Side::Before) => reader.scale_coefs(factor).then_some("coefs"),
        (Variation::Linear, Side::After) => reader.scale_post(factor).then_some("post"),
        (variation, _) => {
            let to = format!("{}, in the place of linear", variation.name());
            return reader.replace_identity(entry).then_some(to);
        }
    };
    scaled.map(|place| format!("a factor of {place}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_leads_to_names_that_are_here() {
        for (word, meaning) in WORDS {
            if let Name(to) = meaning {
                let known = Variation::from_name(to).is_some()
                    || Variation::from_parameter_name(to).is_some();
                assert!(known, "{word} leads to {to}");
                assert_eq!(known_name(word), Some(*to));
            }
        }
    }

    #[test]
    fn capitals_do_not_matter() {
        assert_eq!(known_name("Mobius_Re_A"), Some("mobius_re_a"));
        assert_eq!(known_name("JuliaN"), Some("julian"));
        assert_eq!(known_name("hexes"), None);
    }
}
