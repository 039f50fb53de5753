//! What this crate accepts at most, and why.
//!
//! Recipes stay far below these figures. They exist so that a stream from outside can be refused from
//! its first bytes. A picture of the largest size takes 27 MB; our own streams of that size decode in
//! 0.2 GiB on one thread and 0.5 GiB on sixteen, a hostile one may hold seven more pictures as
//! references.

/// Smallest width and height of a frame, in pixels: the encoder refuses less.
pub const FRAME_SIDE_MIN: u32 = 16;

/// Largest width of a frame, in pixels: what one AV1 tile may be wide.
pub const FRAME_WIDTH_MAX: u32 = 4096;

/// Largest height of a frame, in pixels: with the largest width, the picture of AV1 level 5.
pub const FRAME_HEIGHT_MAX: u32 = 2176;

/// Largest number of frames a second: with the largest picture, the display rate of AV1 level 5.2.
pub const FPS_MAX: u32 = 120;

/// Largest number of frames in one segment: ten seconds at 30 a second, and the reach of a reader's
/// patience between two points where it may start.
pub const SEGMENT_FRAMES_MAX: u32 = 300;

/// Largest size of one segment, in bytes: 32 frames of 1280×720 need 1 to 3 MB.
pub const SEGMENT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Largest number of frames in one clip: two minutes at 30 a second.
pub const CLIP_FRAMES_MAX: u32 = 3_600;

/// Largest size of one clip, in bytes. A reader holds the clip in memory.
pub const CLIP_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Largest size of a clip's index (its `moov` box), in bytes: 3,600 frames need 20 kB.
pub const CLIP_INDEX_BYTES_MAX: usize = 256 * 1024;
