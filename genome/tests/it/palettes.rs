//! The palette library is large, round, and the same for ever.

use woolgather_genome::{LibraryPalette, palette_library};

/// Channels of an entry as bytes.
fn bytes(palette: &LibraryPalette) -> Vec<[u8; 3]> {
    let entries = palette.palette.entries().iter();
    entries
        .map(|&[red, green, blue, _]| {
            [red, green, blue].map(|channel| (channel * 255.0).round() as u8)
        })
        .collect()
}

/// The largest step that still looks like a gradient and not like an edge.
const EDGE: u32 = 64;

/// How far two entries are apart, in bytes.
fn distance(one: [u8; 3], two: [u8; 3]) -> u32 {
    (0..3).map(|i| u32::from(one[i].abs_diff(two[i]))).sum()
}

#[test]
fn there_are_more_than_a_hundred_and_each_has_a_name_and_colours_of_its_own() {
    let library = palette_library();
    assert!(library.len() >= 100, "{}", library.len());
    let mut names: Vec<_> = library.iter().map(|palette| palette.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), library.len());
    for (index, one) in library.iter().enumerate() {
        for two in &library[index + 1..] {
            let pairs = bytes(one).into_iter().zip(bytes(two));
            let apart: u32 = pairs.map(|(one, two)| distance(one, two)).sum();
            assert!(apart > 256 * 20, "{} and {}", one.name, two.name);
        }
    }
}

#[test]
fn each_holds_whole_bytes_opaque_with_light_and_shade() {
    for palette in palette_library() {
        assert!(palette.palette.is_opaque(), "{}", palette.name);
        for (entry, bytes) in palette.palette.entries().iter().zip(bytes(palette)) {
            let held = bytes.map(|byte| f64::from(byte) / 255.0);
            assert_eq!(entry[..3], held, "{}", palette.name);
        }
        let brightest = bytes(palette).into_iter().map(|[r, g, b]| r.max(g).max(b));
        let darkest = bytes(palette).into_iter().map(|[r, g, b]| r.max(g).max(b));
        assert!(brightest.max() >= Some(190), "{}", palette.name);
        assert!(darkest.min() <= Some(160), "{}", palette.name);
    }
}

#[test]
fn the_last_entry_leads_back_to_the_first_unless_the_palette_is_all_edges() {
    let mut gradients = 0;
    for palette in palette_library() {
        let entries = bytes(palette);
        let step = |i: usize| distance(entries[i], entries[(i + 1) % 256]);
        if (0..255).all(|i| step(i) < EDGE) {
            assert!(step(255) < EDGE, "{} has a seam", palette.name);
            gradients += 1;
        }
    }
    assert!(gradients >= 100, "{gradients}");
}

#[test]
fn the_bytes_of_every_palette_are_the_same_for_ever() {
    let mut hasher = blake3::Hasher::new();
    for palette in palette_library() {
        hasher.update(palette.name.as_bytes());
        hasher.update(bytes(palette).as_flattened());
    }
    let digest = hasher.finalize().to_hex();
    assert_eq!(
        digest.as_str(),
        "9580d1dad1b7077ea151dadc3eef33fe07e7ca90af1e2922c39abd2c213791cc"
    );
}
