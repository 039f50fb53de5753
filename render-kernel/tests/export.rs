//! Pictures as files: what comes out again, and what a hostile file gets.

use woolgather_genome::{Genome, parse_flames, print_flame, starter_flock};
use woolgather_render_kernel::export::{Depth, Notes, PngGenomeError, exr, genome_in_png, png};
use woolgather_render_kernel::{
    FramePlan, OutputSettings, RenderControl, StillSettings, plan_still, render, render_linear,
};

fn genome() -> Genome {
    starter_flock()[0].genome()
}

fn plan(transparency: bool) -> FramePlan {
    let settings = StillSettings {
        width: 64,
        height: 36,
        quality: 20.0,
        output: OutputSettings {
            transparency,
            ..OutputSettings::default()
        },
        ..StillSettings::default()
    };
    plan_still(&genome(), &settings).unwrap()
}

#[test]
fn a_png_holds_the_frames_pixels_in_both_depths_with_and_without_alpha() {
    for transparency in [false, true] {
        let frame = render(&plan(transparency), &RenderControl::unattended()).unwrap();
        assert_eq!(frame.has_alpha(), transparency);
        let read = |depth| {
            let file = png(&frame, depth, &Notes::default()).unwrap();
            image::load_from_memory(&file).unwrap()
        };
        let (eight, sixteen) = (read(Depth::Eight), read(Depth::Sixteen));
        assert_eq!(eight.color().has_alpha(), transparency);
        assert_eq!(eight.into_rgba8().into_raw(), frame.to_rgba8());
        assert_eq!(
            sixteen.color().bytes_per_pixel(),
            if transparency { 8 } else { 6 }
        );
        assert_eq!(sixteen.into_rgba16().into_raw(), frame.to_rgba16());
    }
}

#[test]
fn the_genome_comes_out_of_a_png_as_it_went_in() {
    let frame = render(&plan(false), &RenderControl::unattended()).unwrap();
    let xml = print_flame(&Genome {
        name: "Köln–雲☁".into(),
        ..genome()
    });
    let notes = Notes {
        genome_xml: Some(&xml),
        title: Some("雲"),
        author: Some("Ada"),
        samples: Some(46_080),
    };
    let file = png(&frame, Depth::Eight, &notes).unwrap();
    let found = genome_in_png(&file).unwrap().unwrap();
    assert!(found.is_ascii());
    assert_eq!(parse_flames(&found).unwrap(), parse_flames(&xml).unwrap());
    let plain = png(&frame, Depth::Eight, &Notes::default()).unwrap();
    assert_eq!(genome_in_png(&plain), Ok(None));
}

/// A PNG file of chunks without pixels.
fn file(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in chunks {
        file.extend((data.len() as u32).to_be_bytes());
        file.extend(*kind);
        file.extend(*data);
        file.extend([0; 4]);
    }
    file
}

fn packed(text: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(text, 6)
}

#[test]
fn a_genome_is_found_in_every_kind_of_text_chunk() {
    let flame = "<flame name='é'/>";
    let packed = packed(flame.as_bytes());
    let latin: Vec<u8> = flame.chars().map(|c| c as u8).collect();
    let cases: [(&[u8; 4], Vec<u8>); 5] = [
        (b"tEXt", [b"flam3_genome\0", flame.as_bytes()].concat()),
        (b"tEXt", [b"flam3_genome\0", latin.as_slice()].concat()),
        (b"zTXt", [b"flam3_genome\0\0", packed.as_slice()].concat()),
        (
            b"iTXt",
            [b"flam3_genome\0\0\0en\0\0", flame.as_bytes()].concat(),
        ),
        (
            b"iTXt",
            [b"flam3_genome\0\x01\0\0\0", packed.as_slice()].concat(),
        ),
    ];
    for (kind, data) in cases {
        let file = file(&[(b"IDAT", b"pixels"), (kind, &data), (b"IEND", b"")]);
        assert_eq!(genome_in_png(&file), Ok(Some(flame.into())), "{kind:?}");
    }
}

#[test]
fn a_hostile_png_is_refused_without_being_unpacked() {
    let bomb = packed(&vec![b' '; 8 << 20]);
    let bomb = [b"flam3_genome\0\0", bomb.as_slice()].concat();
    let long = [b"flam3_genome\0".as_slice(), &[b' '; 600_000]].concat();
    let whole = file(&[(b"IEND", b"")]);
    let cases = [
        (b"GIF89a".to_vec(), PngGenomeError::NotPng),
        (whole[..whole.len() - 1].to_vec(), PngGenomeError::CutOff),
        (file(&[(b"IDAT", b"")]), PngGenomeError::CutOff),
        (file(&[(b"zTXt", &bomb)]), PngGenomeError::TooLong),
        (file(&[(b"tEXt", &long)]), PngGenomeError::TooLong),
        (
            file(&[(b"zTXt", b"flam3_genome\0\0junk")]),
            PngGenomeError::Damaged,
        ),
        (
            file(&[(b"zTXt", b"flam3_genome\0\x01junk")]),
            PngGenomeError::Damaged,
        ),
        (
            file(&[(b"iTXt", b"flam3_genome\0\0\0en")]),
            PngGenomeError::Damaged,
        ),
        (file(&[(b"tEXt", b"no end")]), PngGenomeError::Damaged),
    ];
    for (file, error) in cases {
        assert_eq!(genome_in_png(&file), Err(error));
    }
    let mut endless = file(&[]);
    endless.extend(u32::MAX.to_be_bytes());
    endless.extend(b"tEXtflam3_genome\0");
    assert_eq!(genome_in_png(&endless), Err(PngGenomeError::CutOff));
}

#[test]
fn an_exr_holds_the_densities_and_the_genome() {
    let image = render_linear(&plan(false), &RenderControl::unattended()).unwrap();
    let xml = print_flame(&genome());
    let notes = Notes {
        genome_xml: Some(&xml),
        title: Some("A sheep"),
        ..Notes::default()
    };
    let file = exr(&image, &notes).unwrap();
    assert_eq!(file, exr(&image, &notes).unwrap());

    use exr::prelude::{ReadChannels as _, ReadLayers as _};
    let set = |pixels: &mut Vec<Vec<[f32; 4]>>, at: exr::math::Vec2<usize>, (r, g, b, a)| {
        pixels[at.y()][at.x()] = [r, g, b, a];
    };
    let read = exr::prelude::read()
        .no_deep_data()
        .largest_resolution_level()
        .rgba_channels(
            |size, _| vec![vec![[0.0; 4]; size.width()]; size.height()],
            set,
        )
        .first_valid_layer()
        .all_attributes()
        .from_buffered(std::io::Cursor::new(&file))
        .unwrap();
    assert_eq!(read.layer_data.channel_data.pixels.concat(), image.pixels());
    let exr::meta::attribute::AttributeValue::Text(found) =
        &read.layer_data.attributes.other[&exr::meta::attribute::Text::from("flam3_genome")]
    else {
        panic!("no genome");
    };
    assert_eq!(found.to_string(), xml);
}

#[test]
fn linear_light_is_what_the_tone_map_starts_from() {
    let image = render_linear(&plan(false), &RenderControl::unattended()).unwrap();
    assert_eq!((image.width(), image.height()), (64, 36));
    assert!(image.pixels().iter().any(|pixel| pixel[3] > 0.05));
    // Colours are multiplied by the alpha, so none is above it.
    for pixel in image.pixels() {
        assert!(
            pixel[..3]
                .iter()
                .all(|&channel| channel <= pixel[3] * 1.0001)
        );
    }
}
