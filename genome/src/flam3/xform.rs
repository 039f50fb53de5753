//! `<xform>`, `<finalxform>` and `<motion>` elements.
//!
//! The three share their attributes. They are read into an [`Xform`] in the file's order, later
//! ones winning, as flam3 does; a motion element starts from zeros instead of defaults.

use super::attribute::Value;
use super::foreign::xform as foreign;
use super::remark::{Notes, RemarkKind, XformPlace};
use super::{ParseError, ParseErrorKind};
use crate::catalogue::FLAM3_VARIATIONS;
use crate::limits::{self, Range};
use crate::{Affine, MAX_PARAMETERS, Motion, MotionFunction, Variation, WeightedVariation, Xform};
use roxmltree::Node;
use std::collections::BTreeMap;

/// Where the attributes stand, which decides the defaults and what is legal.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// An `<xform>`, with its number, or the `<finalxform>`.
    Xform(XformPlace),
    /// A `<motion>`.
    Motion,
}

impl Place {
    /// `range`, or what a motion element may add.
    fn range(self, range: Range) -> Range {
        match self {
            Self::Motion => limits::MOTION_AMPLITUDE,
            Self::Xform(_) => range,
        }
    }
}

/// Reads an `<xform>` or `<finalxform>` with its motion elements.
pub(super) fn parse(
    node: Node<'_, '_>,
    place: XformPlace,
    notes: &mut Notes<'_>,
) -> Result<Xform, ParseError> {
    notes.xform = Some(place);
    let mut reader = Reader::new(Place::Xform(place));
    let mut unknown = Vec::new();
    for value in Value::all(node) {
        if matches!(value.name(), "motion_frequency" | "motion_function") {
            let legal = "only in a <motion> element";
            return Err(value.error(ParseErrorKind::Misplaced).legal(legal));
        }
        if !reader.read(value)? {
            unknown.push(value);
        }
    }
    let fixed = !node.children().any(|child| child.has_tag_name("motion"));
    foreign::read(&mut reader, &unknown, fixed, notes)?;
    let mut motion = Vec::new();
    for child in node.children().filter(|child| child.has_tag_name("motion")) {
        if motion.len() == limits::MOTIONS_MAX {
            let legal = format!("at most {} motion elements", limits::MOTIONS_MAX);
            return Err(ParseError::at(child, ParseErrorKind::TooMany).legal(legal));
        }
        motion.extend(parse_motion(child, notes)?);
    }
    let mut xform = reader.finish();
    if motion.is_empty() {
        xform.variations.retain(|entry| entry.weight != 0.0);
    }
    xform.motion = motion;
    notes.xform = None;
    Ok(xform)
}

/// Reads a `<motion>`; none where it moves in a way that there is not here.
fn parse_motion(node: Node<'_, '_>, notes: &mut Notes<'_>) -> Result<Option<Motion>, ParseError> {
    let mut motion = Motion::default();
    let mut reader = Reader::new(Place::Motion);
    let mut unknown = Vec::new();
    for value in Value::all(node) {
        match value.name() {
            "motion_frequency" => {
                motion.frequency = value.integer(limits::MOTION_FREQUENCY)? as i32;
            }
            "motion_function" if value.text().trim() == "saw" => {
                let reason = "motion here follows sin, triangle or hill";
                notes.attribute(value, RemarkKind::Dropped { reason });
                return Ok(None);
            }
            "motion_function" => {
                motion.function = value.choice(MotionFunction::ALL, MotionFunction::name)?;
            }
            "chaos" | "plotmode" => {
                let legal = "only in an <xform> element";
                return Err(value.error(ParseErrorKind::Misplaced).legal(legal));
            }
            _ if reader.read(value)? => {}
            _ => unknown.push(value),
        }
    }
    foreign::read(&mut reader, &unknown, false, notes)?;
    let added = reader.finish();
    Ok(Some(Motion {
        weight: added.weight,
        color: added.color,
        color_speed: added.color_speed,
        animate: added.animate,
        opacity: added.opacity,
        coefs: added.coefs,
        post: added.post,
        variations: added.variations,
        ..motion
    }))
}

/// An xform in the making.
pub(super) struct Reader {
    place: Place,
    xform: Xform,
    variations: BTreeMap<Variation, WeightedVariation>,
}

impl Reader {
    fn new(place: Place) -> Self {
        let xform = match place {
            Place::Xform(XformPlace::Number(index)) => Xform {
                color: (index & 1) as f64,
                ..Xform::default()
            },
            Place::Xform(XformPlace::Final) => Xform::default(),
            Place::Motion => Xform {
                color_speed: 0.0,
                animate: 0.0,
                opacity: 0.0,
                coefs: Affine::ZERO,
                post: Affine::ZERO,
                ..Xform::default()
            },
        };
        Self {
            place,
            xform,
            variations: BTreeMap::new(),
        }
    }

    fn finish(self) -> Xform {
        Xform {
            variations: self.variations.into_values().collect(),
            ..self.xform
        }
    }

    /// Reads one attribute, or returns false where it is none of flam3's.
    fn read(&mut self, value: Value<'_, '_>) -> Result<bool, ParseError> {
        let share = self.place.range(limits::SHARE);
        let coefficient = self.place.range(limits::COEFFICIENT);
        match value.name() {
            "weight" => self.xform.weight = value.number(self.weight_range())?,
            "color" => self.xform.color = self.read_color(value, share)?,
            "color_speed" => self.xform.color_speed = value.number(share)?,
            "symmetry" => self.read_symmetry(value)?,
            "animate" => self.xform.animate = value.number(share)?,
            "opacity" => self.xform.opacity = value.number(share)?,
            "plotmode" => self.read_plotmode(value),
            "coefs" => self.xform.coefs = Affine::from_columns(value.numbers(coefficient)?),
            "post" => self.xform.post = Affine::from_columns(value.numbers(coefficient)?),
            "chaos" => self.read_chaos(value)?,
            "var1" => self.read_single_variation(value)?,
            "var" => self.read_all_variations(value)?,
            _ => return self.read_variation(value),
        }
        Ok(true)
    }

    /// Hides the xform where it says "off"; other words mean nothing.
    fn read_plotmode(&mut self, value: Value<'_, '_>) {
        if value.text().trim() == "off" {
            self.xform.opacity = 0.0;
        }
    }

    fn weight_range(&self) -> Range {
        match self.place {
            Place::Xform(XformPlace::Final) => Range::new(0.0, 0.0),
            Place::Xform(_) | Place::Motion => self.place.range(limits::WEIGHT),
        }
    }

    /// The first of one or two numbers; the second had a meaning once.
    fn read_color(&self, value: Value<'_, '_>, share: Range) -> Result<f64, ParseError> {
        match value.text().split_whitespace().count() {
            1 | 2 => Ok(value.list(2, share)?[0]),
            _ => Err(value
                .error(ParseErrorKind::WrongCount)
                .legal(format!("one number (a second is ignored), {share}"))),
        }
    }

    /// The old spelling of color_speed and animate together.
    fn read_symmetry(&mut self, value: Value<'_, '_>) -> Result<(), ParseError> {
        let symmetry = value.number(limits::SYMMETRY)?;
        self.xform.color_speed = (1.0 - symmetry) / 2.0;
        self.xform.animate = if symmetry > 0.0 { 0.0 } else { 1.0 };
        Ok(())
    }

    /// A final xform is never chosen, so its row, which some programs write, says nothing.
    fn read_chaos(&mut self, value: Value<'_, '_>) -> Result<(), ParseError> {
        let chaos = value.list(limits::XFORMS_MAX, limits::CHAOS)?;
        if self.place != Place::Xform(XformPlace::Final) {
            self.xform.chaos = chaos;
        }
        Ok(())
    }

    /// `var1`: this variation and no other.
    fn read_single_variation(&mut self, value: Value<'_, '_>) -> Result<(), ParseError> {
        let legal = Range::new(0.0, (FLAM3_VARIATIONS - 1) as f64);
        let index = value.integer(legal)? as u8;
        self.clear_weights();
        self.set_weight(index, 1.0);
        Ok(())
    }

    /// `var`: the weights of all of flam3's variations, by number.
    fn read_all_variations(&mut self, value: Value<'_, '_>) -> Result<(), ParseError> {
        let weights = value.numbers::<FLAM3_VARIATIONS>(limits::VARIATION_WEIGHT)?;
        self.clear_weights();
        for (index, &weight) in weights.iter().enumerate() {
            if weight != 0.0 {
                self.set_weight(index as u8, weight);
            }
        }
        Ok(())
    }

    /// Takes every variation out, keeping the parameters that were read.
    fn clear_weights(&mut self) {
        for entry in self.variations.values_mut() {
            entry.weight = 0.0;
        }
    }

    /// Gives the variation with flam3's number `index` its weight.
    fn set_weight(&mut self, index: u8, weight: f64) {
        if let Some(variation) = Variation::from_index(index) {
            self.entry(variation).weight = weight;
        }
    }

    /// The weight or a parameter of a variation; false where there is none of this name.
    fn read_variation(&mut self, value: Value<'_, '_>) -> Result<bool, ParseError> {
        let name = value.name();
        if let Some(variation) = Variation::from_name(name) {
            self.entry(variation).weight = value.number(limits::VARIATION_WEIGHT)?;
            return Ok(true);
        }
        self.set_parameter(name, value)
    }

    /// Sets the parameter called `name`; false where there is none.
    pub(super) fn set_parameter(
        &mut self,
        name: &str,
        value: Value<'_, '_>,
    ) -> Result<bool, ParseError> {
        let Some((variation, place)) = Variation::from_parameter_name(name) else {
            return Ok(false);
        };
        let range = self.place.range(variation.parameters()[place].range);
        self.entry(variation).parameters[place] = value.number(range)?;
        Ok(true)
    }

    /// Gives a variation its weight under another name; false where it has one already, unless
    /// the two are simply the sum.
    pub(super) fn add_weight(
        &mut self,
        variation: Variation,
        value: Value<'_, '_>,
    ) -> Result<bool, ParseError> {
        let weight = value.number(limits::VARIATION_WEIGHT)?;
        let entry = self.entry(variation);
        let free = entry.weight == 0.0 || variation == Variation::Linear;
        if free {
            entry.weight = limits::VARIATION_WEIGHT.clamp(entry.weight + weight);
        }
        Ok(free)
    }

    /// Takes a variation out.
    pub(super) fn remove(&mut self, variation: Variation) {
        self.variations.remove(&variation);
    }

    /// Multiplies the points before the variations by a factor, if nothing stands in the way.
    pub(super) fn scale_coefs(&mut self, factor: f64) -> bool {
        let minds = |variation| reads_coefs(variation) || stands_first(variation);
        if self.weighted().any(minds) {
            return false;
        }
        let columns = self
            .xform
            .coefs
            .to_columns()
            .map(|number| number * factor + 0.0);
        let legal = columns
            .iter()
            .all(|&number| limits::COEFFICIENT.contains(number));
        if legal {
            self.xform.coefs = Affine::from_columns(columns);
        }
        legal
    }

    /// Multiplies the points after the variations by a factor, if the result is legal.
    pub(super) fn scale_post(&mut self, factor: f64) -> bool {
        let [a, d, b, e, c, f] = self.xform.post.to_columns();
        let [a, d, b, e] = [a, d, b, e].map(|number| number * factor + 0.0);
        let legal = [a, d, b, e]
            .iter()
            .all(|&number| limits::COEFFICIENT.contains(number));
        if legal {
            self.xform.post = Affine::from_columns([a, d, b, e, c, f]);
        }
        legal
    }

    /// Puts a variation in the place of those that leave every point where it is, if they do.
    pub(super) fn replace_identity(&mut self, entry: WeightedVariation) -> bool {
        let only_linear = self.weighted().eq([Variation::Linear]);
        let identity = only_linear && self.entry(Variation::Linear).weight == 1.0;
        let free = identity && !stands_first(entry.variation);
        if free {
            self.clear_weights();
            self.variations.insert(entry.variation, entry);
        }
        free
    }

    /// The variations that have a weight.
    fn weighted(&self) -> impl Iterator<Item = Variation> {
        let entries = self.variations.values();
        entries
            .filter(|entry| entry.weight != 0.0)
            .map(|entry| entry.variation)
    }

    fn entry(&mut self, variation: Variation) -> &mut WeightedVariation {
        let start = match self.place {
            Place::Motion => WeightedVariation {
                variation,
                weight: 0.0,
                parameters: [0.0; MAX_PARAMETERS],
            },
            Place::Xform(_) => WeightedVariation::new(variation, 0.0),
        };
        self.variations.entry(variation).or_insert(start)
    }
}

/// Whether a variation's formula has numbers of coefs in it.
fn reads_coefs(variation: Variation) -> bool {
    matches!(variation.name(), "waves" | "popcorn" | "rings" | "fan")
}

/// Whether a variation moves the point before the sum of the others sees it.
fn stands_first(variation: Variation) -> bool {
    variation.name() == "pre_blur"
}
