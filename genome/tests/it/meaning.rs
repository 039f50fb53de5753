//! What attributes and elements mean, one small file at a time.

use woolgather_genome::{Affine, Genome, Motion, MotionFunction, Variation, Xform, parse_flames};

#[track_caller]
fn read(elements: &str) -> Genome {
    read_with("", elements)
}

#[track_caller]
fn read_with(attributes: &str, elements: &str) -> Genome {
    let xml = format!("<flame name=\"a\" {attributes}>{elements}</flame>");
    parse_flames(&xml).expect("a legal flame").remove(0)
}

/// The only xform of a flame with these attributes.
#[track_caller]
fn xform(attributes: &str) -> Xform {
    read(&format!("<xform weight=\"1\" {attributes}/>"))
        .xforms
        .remove(0)
}

/// The variations and weights of an xform.
fn weights(xform: &Xform) -> Vec<(&'static str, f64)> {
    let entries = xform.variations.iter();
    entries
        .map(|entry| (entry.variation.name(), entry.weight))
        .collect()
}

/// The palette of a flame with these elements, in 255ths.
#[track_caller]
fn palette(elements: &str) -> impl Fn(usize) -> [f64; 4] {
    let genome = read(&format!("<xform weight=\"1\"/>{elements}"));
    move |index| genome.palette.entries()[index].map(|channel| channel * 255.0)
}

#[track_caller]
fn near(ours: [f64; 4], expected: [f64; 4]) {
    for (one, two) in ours.into_iter().zip(expected) {
        assert!((one - two).abs() < 1e-9, "{ours:?} is not {expected:?}");
    }
}

#[test]
fn coefs_are_three_columns() {
    let affine = xform(r#"coefs="1 2 3 4 5 6""#).coefs;
    assert_eq!(
        affine,
        Affine {
            a: 1.0,
            d: 2.0,
            b: 3.0,
            e: 4.0,
            c: 5.0,
            f: 6.0
        }
    );
    assert!(xform("").post.is_identity());
}

#[test]
fn an_xform_that_names_no_variation_has_none() {
    assert!(xform("").variations.is_empty());
    assert!(xform(r#"linear="0" swirl="0""#).variations.is_empty());
}

#[test]
fn variations_are_kept_in_the_order_of_their_numbers() {
    let xform = xform(r#"auger="3" swirl="2" linear="1""#);
    assert_eq!(
        weights(&xform),
        [("linear", 1.0), ("swirl", 2.0), ("auger", 3.0)]
    );
}

#[test]
fn parameters_that_are_not_said_have_their_defaults() {
    let xform = xform(r#"julian_dist="-2" julian="1""#);
    assert_eq!(xform.variations[0].parameters[..2], [1.0, -2.0]);
}

#[test]
fn old_lists_of_variations_set_all_of_them() {
    let list = format!("0.5 0 0.25{}", " 0".repeat(96));
    let from_list = xform(&format!(r#"swirl="1" var="{list}""#));
    assert_eq!(weights(&from_list), [("linear", 0.5), ("spherical", 0.25)]);
    let single = xform(r#"swirl="1" var1="13""#);
    assert_eq!(weights(&single), [("julia", 1.0)]);
    let later = xform(r#"var1="13" swirl="1""#);
    assert_eq!(weights(&later), [("swirl", 1.0), ("julia", 1.0)]);
}

#[test]
fn later_attributes_win() {
    let xform = xform(r#"color_speed="1" animate="0" symmetry="-1""#);
    assert_eq!((xform.color_speed, xform.animate), (1.0, 1.0));
    let genome = read_with(
        r#"supersample="2" oversample="3""#,
        r#"<xform weight="1"/>"#,
    );
    assert_eq!(genome.supersample, 3);
}

#[test]
fn plotmode_hides_only_when_it_says_off() {
    assert_eq!(xform(r#"plotmode="off""#).opacity, 0.0);
    assert_eq!(xform(r#"plotmode="on""#).opacity, 1.0);
}

#[test]
fn a_solo_xform_hides_the_others_but_not_the_final_one() {
    let elements = r#"<xform weight="1"/><xform weight="1"/><finalxform linear="1"/>"#;
    let genome = read_with(r#"soloxform="1""#, elements);
    let opacities: Vec<f64> = genome.xforms.iter().map(|xform| xform.opacity).collect();
    assert_eq!(opacities, [0.0, 1.0]);
    assert_eq!(genome.final_xform.map(|xform| xform.opacity), Some(1.0));
    let off = read_with(r#"soloxform="-1""#, elements);
    assert!(off.xforms.iter().all(|xform| xform.opacity == 1.0));
}

#[test]
fn a_final_xform_has_its_own_defaults() {
    let genome = read(r#"<xform weight="1"/><xform weight="1"/><finalxform bubble="1"/>"#);
    let xform = genome.final_xform.expect("a final xform");
    assert_eq!(
        (xform.color, xform.color_speed, xform.weight),
        (0.0, 0.5, 0.0)
    );
    assert_eq!(genome.xforms[1].color, 1.0);
}

#[test]
fn hue_keeps_its_fraction_and_its_sign() {
    let hue = |text: &str| read_with(&format!(r#"hue="{text}""#), r#"<xform weight="1"/>"#).hue;
    assert_eq!(hue("1.25"), 0.25);
    assert_eq!(hue("-1.25"), -0.25);
}

#[test]
fn a_motion_element_starts_from_zeros() {
    let xml = r#"<xform weight="1"><motion motion_frequency="-2" motion_function="hill"
        julian="0.5" coefs="0 0 0 0 1 0"/></xform>"#;
    let xform = read(xml).xforms.remove(0);
    let julian = xform.motion[0].variations[0];
    assert_eq!((julian.variation, julian.weight), (Variation::Julian, 0.5));
    assert_eq!(julian.parameters, [0.0; 8]);
    let expected = Motion {
        frequency: -2,
        function: MotionFunction::Hill,
        coefs: Affine {
            c: 1.0,
            ..Affine::ZERO
        },
        variations: vec![julian],
        ..Motion::default()
    };
    assert_eq!(xform.motion, [expected]);
}

#[test]
fn a_variation_without_weight_stays_where_a_motion_may_lift_it() {
    let xml = r#"<xform weight="1" julian="0" julian_power="3"><motion julian="1"/></xform>"#;
    let xform = read(xml).xforms.remove(0);
    assert_eq!(xform.variations[0].parameters[0], 3.0);
}

#[test]
fn symmetry_adds_turns_and_a_mirror_where_it_stands() {
    let kinds = [
        ("1", 0),
        ("2", 1),
        ("5", 4),
        ("-1", 1),
        ("-2", 2),
        ("-6", 6),
    ];
    for (kind, added) in kinds {
        let elements =
            format!(r#"<xform weight="3"/><symmetry kind="{kind}"/><xform weight="4"/>"#);
        let genome = read(&elements);
        assert_eq!(genome.xforms.len(), added + 2, "kind {kind}");
        assert_eq!(genome.xforms[0].weight, 3.0);
        let last = &genome.xforms[added + 1];
        assert_eq!((last.weight, last.color), (4.0, ((added + 1) & 1) as f64));
    }
    let quarter = read(r#"<xform weight="1"/><symmetry kind="4"/>"#).xforms;
    let colors: Vec<f64> = quarter[1..].iter().map(|xform| xform.color).collect();
    assert_eq!(colors, [0.0, 0.5, 1.0]);
    assert_eq!(
        quarter[1].coefs,
        Affine::from_columns([0.0, 1.0, -1.0, 0.0, 0.0, 0.0])
    );
}

#[test]
fn colours_that_are_not_said_lie_between_their_neighbours_round_the_end() {
    let color = palette(r#"<color index="10" rgb="0 0 0"/><color index="20" rgb="100 50 10"/>"#);
    near(color(10), [0.0, 0.0, 0.0, 255.0]);
    near(color(15), [50.0, 25.0, 5.0, 255.0]);
    near(color(20), [100.0, 50.0, 10.0, 255.0]);
    // 246 steps lead from 20 back to 10.
    near(color(20 + 123), [50.0, 25.0, 5.0, 255.0]);
    near(color(9), [100.0 / 246.0, 50.0 / 246.0, 10.0 / 246.0, 255.0]);
    let single = palette(r#"<color index="77" rgb="1 2 3"/>"#);
    near(single(0), [1.0, 2.0, 3.0, 255.0]);
}

#[test]
fn a_flame_without_colours_is_invisible() {
    assert_eq!(palette("")(0), [0.0; 4]);
}

#[test]
fn colours_are_multiplied_by_their_alpha_and_digits_are_not() {
    near(
        palette(r#"<color index="0" rgba="255 100 0 51"/>"#)(0),
        [51.0, 20.0, 0.0, 51.0],
    );
    near(
        palette(r#"<color index="0" rgb="255 100 0" a="51"/>"#)(0),
        [51.0, 20.0, 0.0, 51.0],
    );
    near(
        palette(r#"<palette count="1" format="RGBA">FF640033</palette>"#)(0),
        [255.0, 100.0, 0.0, 51.0],
    );
}

#[test]
fn three_spellings_of_colours_mix_and_the_later_wins() {
    let color = palette(
        r#"<palette count="3" format="RGB">010203 040506
               070809</palette>
           <colors count="1" data="000A0B0C"/>
           <color index="2" rgb="1.5 2.5 3.5"/>"#,
    );
    near(color(0), [10.0, 11.0, 12.0, 255.0]);
    near(color(1), [4.0, 5.0, 6.0, 255.0]);
    near(color(2), [1.5, 2.5, 3.5, 255.0]);
}
