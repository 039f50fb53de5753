//! The AV1 level a recipe declares: how much a decoder must be able to do.
//!
//! Left alone, the encoder writes level 31, "no limit", and players then cannot tell a small clip from
//! one that would drown them. We declare the smallest level of the main tier that holds the picture,
//! its rate, and a bit rate of [`BITS_PER_PIXEL`]: what the grainiest flames reach.
//!
//! Source: AV1 Bitstream & Decoding Process Specification, annex A.3, main tier.

use crate::settings::EncoderSettings;

/// Allowance for the stream's bits, for each pixel shown. Dark grainy flames at a good quality come to
/// 0.1 to 0.4; a level that is one step too high costs nothing.
const BITS_PER_PIXEL: f64 = 0.4;

/// One row of the table.
struct Level {
    /// `seq_level_idx`.
    index: u8,
    /// Pixels in a picture.
    picture_max: u64,
    /// Pixels across.
    width_max: u32,
    /// Pixels down.
    height_max: u32,
    /// Pixels shown in a second.
    display_rate_max: u64,
    /// Megabits in a second.
    megabits_max: f64,
}

#[rustfmt::skip]
const LEVELS: &[Level] = &[
    Level { index:  0, picture_max:   147_456, width_max: 2048, height_max: 1152, display_rate_max:     4_423_680, megabits_max:  1.5 },
    Level { index:  1, picture_max:   278_784, width_max: 2816, height_max: 1584, display_rate_max:     8_363_520, megabits_max:  3.0 },
    Level { index:  4, picture_max:   665_856, width_max: 4352, height_max: 2448, display_rate_max:    19_975_680, megabits_max:  6.0 },
    Level { index:  5, picture_max: 1_065_024, width_max: 5504, height_max: 3096, display_rate_max:    31_950_720, megabits_max: 10.0 },
    Level { index:  8, picture_max: 2_359_296, width_max: 6144, height_max: 3456, display_rate_max:    70_778_880, megabits_max: 12.0 },
    Level { index:  9, picture_max: 2_359_296, width_max: 6144, height_max: 3456, display_rate_max:   141_557_760, megabits_max: 20.0 },
    Level { index: 12, picture_max: 8_912_896, width_max: 8192, height_max: 4352, display_rate_max:   267_386_880, megabits_max: 30.0 },
    Level { index: 13, picture_max: 8_912_896, width_max: 8192, height_max: 4352, display_rate_max:   534_773_760, megabits_max: 40.0 },
    Level { index: 14, picture_max: 8_912_896, width_max: 8192, height_max: 4352, display_rate_max: 1_069_547_520, megabits_max: 60.0 },
];

/// The `seq_level_idx` for `settings`, which must be within [`crate::limits`].
///
/// Above level 5.1 the bit rate is no longer asked for: nothing that plays level 5.2 fails on it.
pub(crate) fn level_index(settings: &EncoderSettings) -> u8 {
    let picture = u64::from(settings.width) * u64::from(settings.height);
    let rate = picture * u64::from(settings.fps);
    let megabits = rate as f64 * BITS_PER_PIXEL / 1e6;
    let holds = |level: &&Level| {
        picture <= level.picture_max
            && settings.width <= level.width_max
            && settings.height <= level.height_max
            && rate <= level.display_rate_max
    };
    let roomy = |level: &&Level| megabits <= level.megabits_max || level.index >= 14;
    // Unwrap safety: the limits on size and frame rate are those of level 5.2, the last row.
    LEVELS
        .iter()
        .filter(holds)
        .find(roomy)
        .expect("limits end at level 5.2")
        .index
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits;

    fn check(width: u32, height: u32, fps: u32, expected: u8) {
        let settings = EncoderSettings {
            width,
            height,
            fps,
            ..EncoderSettings::default()
        };
        assert_eq!(
            level_index(&settings),
            expected,
            "{width}x{height} at {fps}"
        );
    }

    #[test]
    fn levels_follow_size_rate_and_bits() {
        check(320, 180, 15, 0); // 2.0
        check(320, 180, 30, 0); // 2.0
        check(640, 360, 30, 1); // 2.1
        check(854, 480, 30, 4); // 3.0
        check(1280, 720, 30, 8); // 4.0: 3.1 has the rate, but not the bits
        check(1920, 1080, 30, 12); // 5.0
        check(1920, 1080, 60, 14); // 5.2
    }

    #[test]
    fn the_largest_settings_still_have_a_level() {
        check(
            limits::FRAME_WIDTH_MAX,
            limits::FRAME_HEIGHT_MAX,
            limits::FPS_MAX,
            14,
        );
    }
}
