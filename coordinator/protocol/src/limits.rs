//! Sizes both ends keep to. Whatever comes from outside is measured against these first.

/// The largest JSON body of a request.
pub const JSON_BYTES_MAX: u64 = 256 * 1024;
/// The largest preamble of a submission (digests of its frames).
pub const PREAMBLE_BYTES_MAX: u32 = 64 * 1024;
/// The longest clip, in frames.
pub const CLIP_FRAMES_MAX: u32 = 4096;
/// The longest segment, in frames.
pub const SEGMENT_FRAMES_MAX: u32 = 256;
/// The widest frame, in pixels.
pub const FRAME_WIDTH_MAX: u32 = 4096;
/// The highest frame, in pixels: what the codec's level for this width allows.
pub const FRAME_HEIGHT_MAX: u32 = 2176;
/// The smallest frame side, in pixels.
pub const FRAME_SIDE_MIN: u32 = 16;
/// The most leases in one answer.
pub const LEASES_MAX: u32 = 64;
/// The largest clip file a client takes.
pub const CLIP_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// The largest manifest a client takes.
pub const MANIFEST_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// The largest torrent file a client takes.
pub const TORRENT_BYTES_MAX: u64 = 2 * 1024 * 1024;
/// The longest name of a device, a volunteer, an artist or a sheep, in characters.
pub const NAME_CHARS_MAX: usize = 64;

/// The longest reason of an operator's decision, in characters.
pub const REASON_CHARS_MAX: usize = 400;
/// The longest appeal against a decision, in characters.
pub const APPEAL_CHARS_MAX: usize = 500;
/// The most flames of one file that the website's review shows.
pub const REVIEW_FLAMES_MAX: usize = 32;
/// The most devices that a worker says it draws with.
pub const DEVICES_MAX: usize = 8;
/// The longest description of such a device, in characters.
pub const DEVICE_NAME_CHARS_MAX: usize = 160;

/// `text` as a name for people: trimmed, control characters gone, cut to [`NAME_CHARS_MAX`].
/// Empty when nothing is left.
#[must_use]
pub fn clean_name(text: &str) -> String {
    clean_line(text, NAME_CHARS_MAX)
}

/// `text` as a line for people: trimmed, control characters gone, cut to so many characters.
#[must_use]
pub fn clean_line(text: &str, chars_max: usize) -> String {
    text.trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(chars_max)
        .collect::<String>()
        .trim()
        .to_owned()
}
