//! What the shaders should show, computed on the processor; for tests only.
//!
//! Written from the definitions rather than from the shader text: chroma is interpolated at its
//! position, colours are computed in `f64` from BT.709's luma weights.
//!
//! Twin: `shaders/wgsl/present/planes.wgsl`. The two agree to 2/255 per channel.

use woolgather_video::DecodedFrame;

/// BT.709's weights of red and blue in luma.
const RED: f64 = 0.2126;
const BLUE: f64 = 0.0722;

/// One pixel as gamma-coded RGB, 0 to 1.
fn rgb_at(frame: &DecodedFrame, x: u32, y: u32) -> [f64; 3] {
    let chroma_size = (frame.width.div_ceil(2), frame.height.div_ceil(2));
    // Left siting: sample 0 sits on luma column 0, and between luma rows 0 and 1.
    let position = (f64::from(x) / 2.0, f64::from(y) / 2.0 - 0.25);
    let luma = f64::from(frame.luma[(y * frame.width + x) as usize]);
    let luma = (luma - 64.0) / 876.0;
    let blue = (bilinear(&frame.chroma_blue, chroma_size, position) - 512.0) / 896.0;
    let red = (bilinear(&frame.chroma_red, chroma_size, position) - 512.0) / 896.0;
    let r = luma + 2.0 * (1.0 - RED) * red;
    let b = luma + 2.0 * (1.0 - BLUE) * blue;
    let g = (luma - RED * r - BLUE * b) / (1.0 - RED - BLUE);
    [r, g, b].map(|channel| channel.clamp(0.0, 1.0))
}

fn bilinear(plane: &[u16], (width, height): (u32, u32), (x, y): (f64, f64)) -> f64 {
    let sample = |x: f64, y: f64| {
        let x = x.clamp(0.0, f64::from(width - 1)) as u32;
        let y = y.clamp(0.0, f64::from(height - 1)) as u32;
        f64::from(plane[(y * width + x) as usize])
    };
    let (left, top) = (x.floor(), y.floor());
    let (right, down) = (x - left, y - top);
    let above = sample(left, top) * (1.0 - right) + sample(left + 1.0, top) * right;
    let below = sample(left, top + 1.0) * (1.0 - right) + sample(left + 1.0, top + 1.0) * right;
    above * (1.0 - down) + below * down
}

mod tests {
    use super::*;
    use crate::caption::{Glimpse, SHEETS};
    use crate::gpu::painter::{Painter, Scene};
    use crate::gpu::{Gpu, Work, readback};
    use crate::graph::tests::flock;
    use crate::projection::Picture;
    use crate::text::Panel;
    use crate::wander::Corner;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};
    use std::sync::Arc;

    const RGBA: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;
    const NO_TEXT: [Option<&Panel>; SHEETS] = [None; SHEETS];

    fn gpu() -> Gpu {
        let instance = wgpu::Instance::default();
        Gpu::open(&instance, None, Work::Film)
            .expect("apt-get install -y libvulkan1 mesa-vulkan-drivers")
    }

    fn paint_to_memory(
        gpu: &Gpu,
        format: wgpu::TextureFormat,
        size: (u32, u32),
        scene: &Scene<'_>,
        panels: [Option<&Panel>; SHEETS],
    ) -> Vec<u8> {
        let mut painter = Painter::new(gpu, format);
        painter.set_panels(gpu, panels);
        readback::paint_to_memory(gpu, format, size, |view| {
            painter.paint(gpu, view, size, scene);
        })
        .unwrap()
    }

    /// Planes of any ten-bit noise: every pixel differs from its neighbours in all three.
    fn noise(width: u32, height: u32, rng_seed: u64) -> DecodedFrame {
        let mut rng = ChaCha8Rng::seed_from_u64(rng_seed);
        let mut plane = |samples: u32| {
            (0..samples)
                .map(|_| (rng.next_u32() >> 22) as u16)
                .collect()
        };
        let chroma = width.div_ceil(2) * height.div_ceil(2);
        DecodedFrame {
            width,
            height,
            luma: plane(width * height),
            chroma_blue: plane(chroma),
            chroma_red: plane(chroma),
        }
    }

    /// Planes of one colour.
    fn flat(width: u32, height: u32, [luma, blue, red]: [u16; 3]) -> DecodedFrame {
        let chroma = (width.div_ceil(2) * height.div_ceil(2)) as usize;
        DecodedFrame {
            width,
            height,
            luma: vec![luma; (width * height) as usize],
            chroma_blue: vec![blue; chroma],
            chroma_red: vec![red; chroma],
        }
    }

    fn picture(number: u64, frame: DecodedFrame) -> Picture {
        Picture {
            frame: Arc::new(frame.into()),
            under: None,
            share: 1.0,
            clip: Arc::new(flock("a>a").remove(0)),
            showing: 1,
            index: 0,
            frames: 1,
            number,
        }
    }

    fn scene(shown: &Picture) -> Scene<'_> {
        Scene {
            shown,
            next: None,
            blend: 0.0,
            glimpses: [Glimpse::NONE; SHEETS],
        }
    }

    /// Paints `scene` as large as its picture and compares each pixel with `expected`; also as it is done without a
    /// card.
    fn check(scene: &Scene<'_>, expected: impl Fn(u32, u32) -> [f64; 3]) {
        let size = (scene.shown.frame.width, scene.shown.frame.height);
        let gpu = gpu();
        let painted = paint_to_memory(&gpu, RGBA, size, scene, NO_TEXT);
        check_pixels(&painted, size, &expected);
        if scene.next.is_none() {
            let mut painter = Painter::without_a_card(&gpu, RGBA);
            let direct = readback::paint_to_memory(&gpu, RGBA, size, |view| {
                painter.paint(&gpu, view, size, scene);
            });
            check_pixels(&direct.unwrap(), size, &expected);
        }
    }

    fn check_pixels(
        rgba: &[u8],
        (width, height): (u32, u32),
        expected: &impl Fn(u32, u32) -> [f64; 3],
    ) {
        for y in 0..height {
            for x in 0..width {
                let found = &rgba[4 * (y * width + x) as usize..][..3];
                for (&found, expected) in found.iter().zip(expected(x, y)) {
                    let difference = (f64::from(found) - 255.0 * expected).abs();
                    assert!(
                        difference <= 2.0,
                        "({x}, {y}): {found}, {}",
                        255.0 * expected
                    );
                }
            }
        }
    }

    fn mixed(a: [f64; 3], b: [f64; 3], share_of_b: f64) -> [f64; 3] {
        [0, 1, 2].map(|channel| a[channel] * (1.0 - share_of_b) + b[channel] * share_of_b)
    }

    #[test]
    fn the_shader_shows_the_colours_of_the_definition_even_sizes() {
        let frame = noise(64, 36, 1);
        check(&scene(&picture(1, frame.clone())), |x, y| {
            rgb_at(&frame, x, y)
        });
    }

    #[test]
    fn the_shader_shows_the_colours_of_the_definition_odd_sizes() {
        let frame = noise(33, 17, 2);
        check(&scene(&picture(1, frame.clone())), |x, y| {
            rgb_at(&frame, x, y)
        });
    }

    #[test]
    fn black_white_and_the_primaries_are_what_they_should_be() {
        for (planes, rgb) in [
            ([64, 512, 512], [0.0, 0.0, 0.0]),
            ([940, 512, 512], [1.0, 1.0, 1.0]),
            ([250, 409, 960], [1.0, 0.0, 0.0]),
            ([691, 167, 105], [0.0, 1.0, 0.0]),
            ([127, 960, 471], [0.0, 0.0, 1.0]),
        ] {
            check(&scene(&picture(1, flat(16, 16, planes))), |_, _| rgb);
        }
    }

    #[test]
    fn a_cross_fade_shows_its_share_of_both_clips() {
        let (upper, under) = (noise(32, 18, 3), noise(32, 18, 4));
        let mut fading = picture(1, upper.clone());
        fading.under = Some(Arc::new(under.clone().into()));
        fading.share = 0.25;
        check(&scene(&fading), |x, y| {
            mixed(rgb_at(&under, x, y), rgb_at(&upper, x, y), 0.25)
        });
    }

    #[test]
    fn between_two_pictures_the_screen_shows_a_mixture() {
        let (before, after) = (noise(32, 18, 5), noise(32, 18, 6));
        let (shown, next) = (picture(1, before.clone()), picture(2, after.clone()));
        let moment = Scene {
            next: Some(&next),
            blend: 0.75,
            ..scene(&shown)
        };
        check(&moment, |x, y| {
            mixed(rgb_at(&before, x, y), rgb_at(&after, x, y), 0.75)
        });
    }

    #[test]
    fn a_target_that_applies_the_srgb_curve_shows_the_same_picture() {
        let shown = picture(1, noise(32, 18, 7));
        let gpu = gpu();
        let paint = |format| paint_to_memory(&gpu, format, (32, 18), &scene(&shown), NO_TEXT);
        let plain = paint(RGBA);
        let curved = paint(wgpu::TextureFormat::Rgba8UnormSrgb);
        for (plain, curved) in plain.iter().zip(&curved) {
            assert!(plain.abs_diff(*curved) <= 1, "{plain} {curved}");
        }
    }

    #[test]
    fn a_target_of_ten_bits_shows_every_step_of_the_film() {
        let gpu = gpu();
        let green = |luma| {
            let shown = picture(1, flat(16, 16, [luma, 512, 512]));
            let target = wgpu::TextureFormat::Rgb10a2Unorm;
            let texels = paint_to_memory(&gpu, target, (16, 16), &scene(&shown), NO_TEXT);
            let sum: u32 = texels
                .chunks(4)
                .map(|texel| u32::from_le_bytes([texel[0], texel[1], texel[2], texel[3]]))
                .map(|texel| texel >> 10 & 1023)
                .sum();
            f64::from(sum) / 256.0
        };
        for luma in [100, 333, 500, 801, 939] {
            let expected = 1023.0 * (f64::from(luma) - 64.0) / 876.0;
            let found = green(luma);
            assert!((found - expected).abs() < 1.0, "{luma}: {found} {expected}");
            assert!(green(luma + 1) > found + 0.5, "{luma}");
        }
    }

    #[test]
    fn beside_a_picture_of_very_other_shape_the_screen_is_black() {
        let shown = picture(1, flat(16, 16, [940, 512, 512]));
        let rgba = paint_to_memory(&gpu(), RGBA, (64, 16), &scene(&shown), NO_TEXT);
        let row: Vec<u8> = rgba[..4 * 64].chunks(4).map(|pixel| pixel[0]).collect();
        assert!(row[..24].iter().all(|&value| value == 0), "{row:?}");
        assert!(row[24..40].iter().all(|&value| value >= 254), "{row:?}");
        assert!(row[40..].iter().all(|&value| value == 0), "{row:?}");
    }

    #[test]
    fn each_sheet_lies_in_its_corner_with_its_opacity() {
        let shown = picture(1, flat(16, 16, [64, 512, 512]));
        let panel = Panel {
            width: 4,
            height: 2,
            rgba: vec![255; 4 * 4 * 2],
        };
        let glimpse = |corner, opacity| Glimpse { corner, opacity };
        let moment = Scene {
            glimpses: [
                glimpse(Corner::LeftBottom, 0.5),
                glimpse(Corner::RightTop, 0.25),
            ],
            ..scene(&shown)
        };
        let panels = [Some(&panel); SHEETS];
        let rgba = paint_to_memory(&gpu(), RGBA, (16, 16), &moment, panels);
        for y in 0..16 {
            for x in 0..16 {
                let found = rgba[4 * (16 * y + x)];
                let expected = match (x, y) {
                    (0..4, 14..) => 128,
                    (12.., 0..2) => 64,
                    _ => 0,
                };
                assert!(found.abs_diff(expected) <= 2, "({x}, {y}): {found}");
            }
        }
    }
}
