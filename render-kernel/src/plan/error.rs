//! Why a frame cannot be planned.

use woolgather_genome::{KeyframeError, LimitError};

/// Why a frame cannot be planned; nothing was allocated or drawn.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The genome breaks a limit: mend it.
    #[error("the genome is not legal: {0}")]
    Genome(LimitError),
    /// The picture's size is 0 or beyond what any frame may have.
    #[error("a frame of {width} x {height} pixels: each side has 1 to {limit}")]
    Size {
        /// Asked for, in pixels.
        width: u32,
        /// Asked for, in pixels.
        height: u32,
        /// Longest side in pixels.
        limit: u32,
    },
    /// The quality is not a positive number.
    #[error("a quality of {quality}: more than 0 samples per pixel")]
    Quality {
        /// Asked for, in samples per pixel.
        quality: f64,
    },
    /// The key genomes have no movement: sort them by their times, or ask for a finite time.
    #[error("the key genomes cannot be followed: {0}")]
    Keyframes(#[from] KeyframeError),
    /// The clip has no such frame.
    #[error("frame {frame} of a clip of {frames} frames")]
    Frame {
        /// Asked for, counted from 0.
        frame: u32,
        /// Frames of the clip.
        frames: u32,
    },
    /// The shutter's settings are not legal.
    #[error("a shutter of {temporal_samples} moments over {width} frames with exponent {exponent}")]
    Shutter {
        /// Asked for.
        temporal_samples: u32,
        /// Asked for, in frames.
        width: f64,
        /// Asked for.
        exponent: f64,
    },
    /// More moments than a frame may have.
    #[error("{moments} moments in one frame: at most {limit}")]
    Moments {
        /// Moments of all passes.
        moments: u64,
        /// Most moments.
        limit: u64,
    },
    /// The frame would take too many samples: lower the quality, the size or the zoom.
    #[error("{samples:.0} samples in one frame: at most {limit}")]
    Samples {
        /// Samples asked for.
        samples: f64,
        /// Most samples.
        limit: u64,
    },
    /// The frame would take too much memory: lower the size, the supersample or the filter radii.
    #[error(
        "{} of memory for one frame, of which most are {bins} histogram bins: at most {}; lower the size or the \
         supersample",
        mebibytes(*.bytes),
        mebibytes(*.limit)
    )]
    Memory {
        /// Bytes the frame would take.
        bytes: u64,
        /// Most bytes.
        limit: u64,
        /// Bins of the histogram: the size times the supersample, and the filters' border.
        bins: u64,
    },
    /// Density estimation would tell more hit counts apart than flam3 allows.
    #[error(
        "density estimation up to {counts:.0} hits: at most {limit:.0}; raise its minimum or its curve"
    )]
    Estimator {
        /// Hits at which the smallest radius is reached.
        counts: f64,
        /// Most hits.
        limit: f64,
    },
    /// No xform can be chosen: every weight, or every weight after xform `after`, is 0.
    #[error("no xform to choose{}", .after.map_or(String::new(), |xform| format!(" after xform {xform}")))]
    NothingToChoose {
        /// The previous xform, counted from 0; `None` where there are no weights at all.
        after: Option<usize>,
    },
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes.div_ceil(1 << 20))
}
