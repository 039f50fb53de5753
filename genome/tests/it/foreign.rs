//! Files of other programs: what becomes of each, and what is said about it.
//!
//! The files under `tests/data/foreign` were written by hand after what the programs write, with
//! numbers and colours of our own.

use crate::data::text;
use std::fmt::Write;
use woolgather_genome::{
    Flam3Palettes, Genome, ParseErrorKind, ReadOptions, Reading, RemarkKind, Xform, XformPlace,
    parse_flames, print_flames, read_flames,
};

#[track_caller]
fn read(xml: &str) -> Reading {
    let reading = read_flames(xml, &ReadOptions::default()).expect("a readable file");
    for genome in &reading.genomes {
        assert_eq!(genome.check(), Ok(()));
    }
    let printed = print_flames(&reading.genomes);
    assert_eq!(parse_flames(&printed), Ok(reading.genomes.clone()));
    reading
}

/// The only xform of a flame with these attributes, and what is said about it.
#[track_caller]
fn xform(attributes: &str) -> (Xform, Vec<String>) {
    let xml = format!("<flame name='a'><xform weight='1' {attributes}/></flame>");
    let mut reading = read(&xml);
    let remarks = reading.remarks.iter().map(ToString::to_string);
    (reading.genomes[0].xforms.remove(0), remarks.collect())
}

/// The weights and parameters of an xform's variations.
fn variations(xform: &Xform) -> String {
    let entries = xform.variations.iter().map(|entry| {
        let parameters = entry.variation.parameters();
        let values = &entry.parameters[..parameters.len()];
        format!("{} {} {values:?}", entry.variation.name(), entry.weight)
    });
    entries.collect::<Vec<_>>().join(", ")
}

fn summary(reading: &Reading) -> String {
    let mut text = String::new();
    for genome in &reading.genomes {
        describe(&mut text, genome).expect("a String takes it");
    }
    for remark in &reading.remarks {
        writeln!(text, "{remark}").expect("a String takes it");
    }
    text
}

fn describe(text: &mut String, genome: &Genome) -> std::fmt::Result {
    writeln!(
        text,
        "{}: size {:?}, center {:?}, scale {}, zoom {}, rotate {}, supersample {}, passes {}, \
         samples {}, background {:?}, estimator {}, {:?}, colours {:?}, edits {}",
        genome.name,
        genome.size,
        genome.center,
        genome.scale,
        genome.zoom,
        genome.rotate,
        genome.supersample,
        genome.passes,
        genome.temporal_samples,
        genome.background,
        genome.estimator.radius,
        genome.palette_mode,
        genome.palette.entries()[77].map(|channel| (channel * 255.0).round()),
        genome.edits.len(),
    )?;
    for xform in genome.xforms.iter().chain(&genome.final_xform) {
        writeln!(
            text,
            "   weight {}, color {} {}, animate {}, opacity {}, chaos {:?}, motions {}\n      \
             {:?} then {:?}\n      {}",
            xform.weight,
            xform.color,
            xform.color_speed,
            xform.animate,
            xform.opacity,
            xform.chaos,
            xform.motion.len(),
            xform.coefs.to_columns(),
            xform.post.to_columns(),
            variations(xform),
        )?;
    }
    Ok(())
}

#[test]
fn files_of_apophysis_2_are_read() {
    insta::assert_snapshot!(summary(&read(&text("foreign/apophysis-2.09.flame"))));
}

#[test]
fn files_of_apophysis_7x_are_read() {
    insta::assert_snapshot!(summary(&read(&text("foreign/apophysis-7x.flame"))));
}

#[test]
fn files_of_jwildfire_are_read() {
    insta::assert_snapshot!(summary(&read(&text("foreign/jwildfire.flame"))));
}

#[test]
fn layered_files_of_jwildfire_give_their_first_layer() {
    insta::assert_snapshot!(summary(&read(&text("foreign/jwildfire-layers.flame"))));
}

#[test]
fn files_of_fractorium_are_read() {
    insta::assert_snapshot!(summary(&read(&text("foreign/fractorium.flame"))));
}

/// A library of two palettes, 12 a ramp from red to blue and 13 all grey.
fn library() -> Flam3Palettes {
    let ramp: String = (0..=255_u8)
        .map(|i| format!("00{:02X}00{i:02X}", 255 - i))
        .collect();
    let grey = "00808080".repeat(256);
    let xml = format!(
        "<palettes><palette number='12' name='ramp' data='\n{ramp}'/>\
         <palette number='13' name='grey' data='{grey}'/></palettes>"
    );
    Flam3Palettes::parse(&xml).expect("a library")
}

#[test]
fn palettes_of_flam3s_library_are_taken_from_the_users_copy() {
    let library = library();
    assert_eq!((library.len(), library.name(13)), (2, Some("grey")));
    let file = text("foreign/flam3-2.flame");
    let error = read_flames(&file, &ReadOptions::default()).expect_err("no library");
    assert_eq!(error.kind, ParseErrorKind::LibraryPalette);
    let options = ReadOptions {
        flam3_palettes: Some(&library),
        rng_seed: 7,
    };
    let reading = read_flames(&file, &options).expect("a readable file");
    insta::assert_snapshot!(summary(&reading));
    // Red turned by a quarter lies between yellow and green.
    let first = reading.genomes[0].palette.entries()[0].map(|channel| channel * 255.0);
    assert_eq!(first, [127.5, 255.0, 0.0, 255.0]);
    let missing = file.replace("palette=\"12\"", "palette=\"11\"");
    let error = read_flames(&missing, &options).expect_err("no such palette");
    assert!(error.to_string().contains("12 to 13"), "{error}");
}

#[test]
fn two_palettes_of_the_library_are_blended_round_the_hue_circle() {
    let library = library();
    let options = ReadOptions {
        flam3_palettes: Some(&library),
        ..ReadOptions::default()
    };
    let color = |blend: &str| {
        let xml = format!(
            "<flame name='a'><xform weight='1'/>\
             <palette index0='12' hue0='0' index1='12' hue1='0.25' blend='{blend}'/></flame>"
        );
        let reading = read_flames(&xml, &options).expect("a readable file");
        reading.genomes[0].palette.entries()[0].map(|channel| (channel * 255.0).round())
    };
    assert_eq!(color("0"), [255.0, 0.0, 0.0, 255.0]);
    assert_eq!(color("1"), [128.0, 255.0, 0.0, 255.0]);
    assert_eq!(color("0.5"), [255.0, 191.0, 0.0, 255.0]);
}

#[test]
fn a_random_symmetry_is_drawn_from_the_rng_seed() {
    let xml = "<flame name='a'><xform weight='1'/><symmetry kind='0'/></flame>";
    let kind = |rng_seed| {
        let options = ReadOptions {
            rng_seed,
            ..ReadOptions::default()
        };
        let reading = read_flames(xml, &options).expect("a readable file");
        match reading.remarks[0].kind {
            RemarkKind::Drawn { kind } => (kind, reading.genomes[0].xforms.len()),
            ref other => panic!("{other:?}"),
        }
    };
    assert_eq!(kind(3), kind(3));
    let kinds: Vec<i64> = (0..2000).map(|rng_seed| kind(rng_seed).0).collect();
    assert!(kinds.iter().all(|kind| (-25..=25).contains(kind)));
    // Half are one of fifteen, of which three are 2; nearly all others are one of thirteen.
    let twos = kinds.iter().filter(|kind| **kind == 2).count() as f64 / 2000.0;
    assert!((twos - 0.138).abs() < 0.03, "{twos}");
    let far = kinds.iter().filter(|kind| kind.abs() > 6).count();
    assert!((5..50).contains(&far), "{far}");
    for rng_seed in 0..50 {
        let (kind, xforms) = kind(rng_seed);
        let added = match kind {
            0 | 1 => 0,
            2.. => kind - 1,
            _ => -kind,
        };
        assert_eq!(xforms as i64, 1 + added, "kind {kind}");
    }
}

#[test]
fn a_remark_says_where_and_what() {
    let xml = "<flames><flame name='a'><xform weight='1' linear='1'/></flame>\n<flame name='b'>\n\
               <xform weight='1' linear='1'/>\n<xform weight='1'\n  linear='1' hexes='0.5'/>\n\
               <finalxform linear='1' blade3D='2'/></flame></flames>";
    let reading = read(xml);
    let [hexes, blade] = &reading.remarks[..] else {
        panic!("{:?}", reading.remarks);
    };
    assert_eq!((hexes.line, hexes.flame), (5, 1));
    assert_eq!(hexes.xform, Some(XformPlace::Number(1)));
    assert_eq!(
        (hexes.attribute.as_str(), hexes.value.as_str()),
        ("hexes", "0.5")
    );
    assert!(hexes.kind.changes_picture());
    assert_eq!((blade.line, blade.xform), (6, Some(XformPlace::Final)));
}

#[test]
fn the_grid_refuses_what_a_reader_would_leave_out() {
    let lossy = "<flame name='a'>\n<xform weight='1' linear='1' hexes='0.5'/></flame>";
    let error = parse_flames(lossy).expect_err("a loss");
    assert_eq!(error.kind, ParseErrorKind::NotCarried);
    assert_eq!((error.line, error.attribute.as_deref()), (2, Some("hexes")));
    let harmless = lossy.replace("hexes='0.5'", "name='stem' linear3D='0.5'");
    let genomes = parse_flames(&harmless).expect("nothing is lost");
    assert_eq!(genomes, read(&harmless).genomes);
}

#[test]
fn a_variation_before_or_after_linear_takes_its_place() {
    let (folded, remarks) = xform("linear='1' pre_julian='0.5' pre_julian_power='3'");
    assert_eq!(variations(&folded), "julian 0.5 [3.0, 1.0]");
    assert!(remarks[0].contains("became julian"), "{remarks:?}");
    for kept in [
        "linear='0.9' post_julian='1'",
        "linear='1' swirl='1' post_julian='1'",
        "linear='1' pre_julian='1' post_swirl='1'",
        "linear='1' pre_blur='1' post_swirl='1'",
    ] {
        let (_, remarks) = xform(kept);
        assert!(remarks[0].contains("is left out"), "{kept}: {remarks:?}");
    }
}

#[test]
fn linear_before_or_after_is_a_factor() {
    let (before, _) = xform("swirl='1' pre_linear='0.5' coefs='1 2 3 4 5 6'");
    assert_eq!(before.coefs.to_columns(), [0.5, 1.0, 1.5, 2.0, 2.5, 3.0]);
    let (after, _) = xform("swirl='1' post_linear='0.5' post='1 2 3 4 5 6'");
    assert_eq!(after.post.to_columns(), [0.5, 1.0, 1.5, 2.0, 5.0, 6.0]);
    // The formula of waves has numbers of coefs in it.
    let (waves, remarks) = xform("waves='1' pre_linear='0.5' coefs='1 2 3 4 5 6'");
    assert_eq!(waves.coefs.to_columns(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert!(remarks[0].contains("is left out"), "{remarks:?}");
}

#[test]
fn a_variation_under_two_names_is_one_or_none() {
    let (sum, _) = xform("linear3D='0.25' linear='0.5'");
    assert_eq!(variations(&sum), "linear 0.75 []");
    let (first, remarks) = xform("julian='1' julian_power='5' julia3Dz='1' julia3Dz_power='2'");
    assert_eq!(variations(&first), "julian 1 [5.0, 1.0]");
    assert_eq!(remarks.len(), 1);
    assert!(remarks[0].contains("each variation once"), "{remarks:?}");
}

#[test]
fn a_hash_in_a_name_is_understood_and_shown() {
    let (_, remarks) = xform("bubble='1' bubble#1#='0.5' bubble#1#_fx_priority='0'");
    assert_eq!(remarks.len(), 1);
    assert!(remarks[0].contains("bubble#1#=\"0.5\""), "{remarks:?}");
    let named = "<flame name='a#1'><!-- # --><xform weight='1' linear='1'/></flame>";
    assert_eq!(read(named).genomes[0].name, "a#1");
    assert!(parse_flames("<flame na#me='a'").is_err());
}

#[test]
fn remarks_stop_at_their_limit() {
    let words: String = (0..1000).map(|i| format!(" other_{i}='1'")).collect();
    let xforms = format!("<xform weight='1' linear='1'{words}/>").repeat(3);
    let reading = read(&format!("<flame name='a'>{xforms}</flame>"));
    assert_eq!(
        (reading.remarks.len(), reading.remarks_left_out),
        (1000, 2000)
    );
}
