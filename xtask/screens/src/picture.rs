//! What an X display shows, and whether that moves.

use std::time::{Duration, Instant};

use image::RgbImage;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat, ImageOrder};

/// An area of a screen: its left edge, its upper one, its width and its height, in pixels.
pub type Area = [u32; 4];

/// A picture of which this share of the pixels is not black is one that somebody has painted.
const LIT: f64 = 0.1;
/// Between two looks at a display that is to move.
const BETWEEN_LOOKS: Duration = Duration::from_millis(25);

/// All that a display shows.
///
/// # Panics
///
/// Where the display is not there, or keeps its pixels otherwise than Xvfb and Xephyr with 24 bits do.
#[must_use]
pub fn shot_of(display: &str) -> RgbImage {
    let (connection, screen) = x11rb::connect(Some(display)).expect("the display listens");
    let setup = connection.setup();
    assert_eq!(setup.image_byte_order, ImageOrder::LSB_FIRST);
    let root = &setup.roots[screen];
    let (width, height) = (root.width_in_pixels, root.height_in_pixels);
    let image = connection
        .get_image(ImageFormat::Z_PIXMAP, root.root, 0, 0, width, height, !0)
        .expect("the display answers")
        .reply()
        .expect("everybody may look at the root window");
    let pixels: Vec<u8> = image
        .data
        .chunks_exact(4)
        .flat_map(|pixel| [pixel[2], pixel[1], pixel[0]])
        .collect();
    RgbImage::from_raw(width.into(), height.into(), pixels).expect("four bytes a pixel")
}

/// Share of the pixels of an area that are not black.
#[must_use]
pub fn lit(shot: &RgbImage, [x, y, width, height]: Area) -> f64 {
    let pixels = (y..y + height).flat_map(|y| (x..x + width).map(move |x| (x, y)));
    let lit = pixels.filter(|&(x, y)| shot.get_pixel(x, y).0.iter().any(|&channel| channel > 16));
    lit.count() as f64 / f64::from(width * height)
}

/// When the first picture was seen, and when the first that was another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Motion {
    /// From the beginning of the count to a painted picture.
    pub first: Duration,
    /// From there to one that differs from it.
    pub moved: Duration,
}

/// Looks at an area of a display some thirty times a second, until a painted picture has been seen there and then another one;
/// counts from `since`, and gives up after `patience`.
///
/// # Panics
///
/// As [`shot_of`].
#[must_use]
pub fn motion(display: &str, area: Area, since: Instant, patience: Duration) -> Option<Motion> {
    let [x, y, width, height] = area;
    let mut seen = None;
    while since.elapsed() < patience {
        // Hosts start their savers with low priority: whoever looks without a pause takes the processor from them.
        std::thread::sleep(BETWEEN_LOOKS);
        let shot = shot_of(display);
        let at = since.elapsed();
        if lit(&shot, area) < LIT {
            continue;
        }
        let part = image::imageops::crop_imm(&shot, x, y, width, height).to_image();
        match &seen {
            None => seen = Some((at, part)),
            Some((first, before)) if *before != part => {
                return Some(Motion {
                    first: *first,
                    moved: at,
                });
            }
            Some(_) => {}
        }
    }
    None
}
