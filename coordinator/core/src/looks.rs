//! Looks in words: the tags that a sheep's descriptors say.
//!
//! One table of thresholds, read top down. They were set by what the sixteen starter sheep measure, so that each word but the
//! colours fits at most a third of them: a word that fits everybody helps nobody to find anything.

use woolgather_genome::Descriptors;

/// A colour's word holds from the angle where the one before ends; red is at 0 degrees, green at 120.
const COLOURS: [(f64, &str); 9] = [
    (18.0, "red"),
    (40.0, "orange"),
    (75.0, "gold"),
    (155.0, "green"),
    (195.0, "teal"),
    (255.0, "blue"),
    (295.0, "violet"),
    (342.0, "pink"),
    (360.0, "red"),
];
/// Below this the hues disagree so much that none of them names the picture.
const HUE_AGREES: f64 = 0.4;
/// Below this, with colours all the same, they are many.
const HUE_DISAGREES: f64 = 0.15;

/// What is measured, the word for little of it and the word for much.
struct Scale {
    value: fn(&Descriptors) -> f64,
    little: Option<(f64, &'static str)>,
    much: Option<(f64, &'static str)>,
}

const SCALES: [Scale; 5] = [
    Scale {
        value: |looks| looks.colorfulness,
        little: Some((0.25, "pale")),
        much: Some((0.345, "vivid")),
    },
    Scale {
        value: |looks| looks.luminance,
        little: Some((0.2, "dark")),
        much: Some((0.33, "bright")),
    },
    Scale {
        value: |looks| looks.coverage,
        little: Some((0.55, "airy")),
        much: Some((0.88, "dense")),
    },
    Scale {
        value: |looks| looks.symmetry,
        little: None,
        much: Some((0.82, "symmetric")),
    },
    Scale {
        value: |looks| looks.motion,
        little: Some((0.05, "calm")),
        much: Some((0.09, "lively")),
    },
];

/// The words for a sheep's looks: at most one colour, then at most one of each scale.
#[must_use]
pub fn measured_tags(looks: &Descriptors) -> Vec<&'static str> {
    let scales = SCALES.iter().filter_map(|scale| {
        let value = (scale.value)(looks);
        let little = scale.little.filter(|(below, _)| value < *below);
        let much = scale.much.filter(|(above, _)| value > *above);
        little.or(much).map(|(_, word)| word)
    });
    colour(looks).into_iter().chain(scales).collect()
}

fn colour(looks: &Descriptors) -> Option<&'static str> {
    let [cos, sin] = looks.hue;
    let agreement = libm::hypot(cos, sin);
    if agreement < HUE_AGREES {
        let many = agreement < HUE_DISAGREES && looks.colorfulness > 0.25;
        return many.then_some("many-coloured");
    }
    let angle = libm::atan2(sin, cos).to_degrees();
    let angle = if angle < 0.0 { angle + 360.0 } else { angle };
    let word = COLOURS.iter().find(|(end, _)| angle <= *end);
    word.map(|(_, word)| *word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Descriptors = Descriptors {
        hue: [0.2, 0.2],
        colorfulness: 0.3,
        luminance: 0.27,
        coverage: 0.7,
        dimension: 1.6,
        symmetry: 0.5,
        motion: 0.07,
    };

    fn check(looks: Descriptors, expected: &[&str]) {
        assert_eq!(measured_tags(&looks), expected);
    }

    #[test]
    fn an_ordinary_picture_has_no_words() {
        check(PLAIN, &[]);
    }

    #[test]
    fn hues_are_named_where_they_agree() {
        for (degrees, word) in [
            (0.0, "red"),
            (350.0, "red"),
            (30.0, "orange"),
            (60.0, "gold"),
            (120.0, "green"),
            (180.0, "teal"),
            (240.0, "blue"),
            (280.0, "violet"),
            (320.0, "pink"),
        ] {
            let angle = f64::to_radians(degrees);
            let hue = [0.8 * libm::cos(angle), 0.8 * libm::sin(angle)];
            check(Descriptors { hue, ..PLAIN }, &[word]);
        }
        let hue = [0.01, 0.0];
        check(Descriptors { hue, ..PLAIN }, &["many-coloured"]);
    }

    #[test]
    fn each_scale_has_a_word_at_its_ends() {
        let little = Descriptors {
            colorfulness: 0.05,
            luminance: 0.01,
            coverage: 0.1,
            motion: 0.0,
            ..PLAIN
        };
        check(little, &["pale", "dark", "airy", "calm"]);
        let much = Descriptors {
            colorfulness: 0.5,
            luminance: 0.5,
            coverage: 0.9,
            symmetry: 0.95,
            motion: 0.2,
            ..PLAIN
        };
        check(much, &["vivid", "bright", "dense", "symmetric", "lively"]);
    }

    #[test]
    fn every_word_is_a_tag() {
        let scales = SCALES.iter().flat_map(|scale| [scale.little, scale.much]);
        let words = COLOURS.iter().map(|(_, word)| *word);
        let words = words.chain(scales.flatten().map(|(_, word)| word));
        for word in words.chain(["many-coloured"]) {
            let tag: woolgather_protocol::Tag = word.parse().unwrap();
            assert_eq!(tag.as_str(), word);
        }
    }
}
