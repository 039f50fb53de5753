//! What an artist may type to get pictures: `render` and `animate`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use super::machine::MachineArgs;
use super::values::{memory, positive, size, within};

pub(super) const RENDER_HELP: &str = "\
Examples:
  woolgather render flame.flam3 -o flame.png
  woolgather render flame.flam3 --size 1920x1080 --quality 500 -o large.png
  woolgather render *.flam3 --scale 0.25 --quality 20 -o previews/
  woolgather render flame.flam3 --transparent --bits 16 -o layer.png

  The genome out of a picture, twice as near:
  woolgather render flame.png --zoom 1 -o nearer.png

  Between the key genomes of a file:
  woolgather render keys.flam3 --time 40 -o between.png

  Linear light in 32-bit floats, before the tone map:
  woolgather render flame.flam3 -o light.exr

With --backend cpu the same genome, size, quality and rng-seed give the same bits on every machine
and with any number of threads; a graphics card draws the same picture to rounding. A PNG carries
its genome: `woolgather genome convert picture.png` takes it out again.";

pub(super) const ANIMATE_HELP: &str = "\
Examples:
  One genome turns once round itself:
  woolgather animate sheep.flam3 -o loop.mp4

  Two: the way from one to the other, as a small quick draft:
  woolgather animate a.flam3 b.flam3 --scale 0.5 --quality 20 -o edge.mp4

  More: loops and edges in turn, and back to the beginning:
  woolgather animate a.flam3 b.flam3 c.flam3 --round -o film.mp4

  A keyframed file by its own times, as frames:
  woolgather animate keys.flam3 --as keyframes -o frames/

  The frames as genomes, not drawn:
  woolgather animate a.flam3 b.flam3 --frames 80 -o genomes.flam3

A film is AV1 in 10 bits. A folder gets a PNG for each frame: 00000.png, 00001.png and so on.
What is interrupted goes on when the same command is given again. With --backend cpu every frame has
the same bits on every machine; a graphics card draws the same pictures to rounding.";

/// What to read.
#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    /// Genome files (.flam3, .flame), pictures that carry one (.png), or - for standard input
    #[arg(required = true, value_name = "GENOME")]
    pub(crate) genomes: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
}

/// How to read.
#[derive(Debug, Args)]
pub(crate) struct ReadingArgs {
    /// Your copy of flam3-palettes.xml, for genomes that name a palette by its number
    #[arg(long, value_name = "FILE", env = "flam3_palettes")]
    pub(crate) palettes: Option<PathBuf>,
}

/// The camera, the cost and the noise of a picture.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Picture")]
pub(crate) struct PictureArgs {
    /// Size in pixels, such as 1920x1080; the genome's own unless given
    #[arg(long, value_name = "WxH", value_parser = size)]
    pub(crate) size: Option<(u32, u32)>,
    /// Times the size, such as 0.25 for previews
    #[arg(long, value_name = "F", value_parser = within(0.001, 1000.0))]
    pub(crate) scale: Option<f64>,
    /// Nearer by so many doublings, farther if negative; each costs four times the samples
    #[arg(long, value_name = "Z", value_parser = within(-10.0, 10.0), allow_negative_numbers = true)]
    pub(crate) zoom: Option<f64>,
    /// Samples per pixel; the genome's own unless given
    #[arg(long, value_name = "Q", value_parser = positive)]
    pub(crate) quality: Option<f64>,
    /// Histogram bins per pixel along each axis; the genome's own unless given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=16))]
    pub(crate) supersample: Option<u32>,
    /// Another number, other noise
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) rng_seed: u64,
    /// Threads; one for each core unless given
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) threads: usize,
    /// The most memory a picture may take
    #[arg(long, value_name = "BYTES", default_value = "3G", value_parser = memory)]
    pub(crate) memory: u64,
}

/// What becomes of the light.
#[derive(Debug, Args)]
#[command(next_help_heading = "Light")]
pub(crate) struct DevelopArgs {
    /// No background: PNG with an alpha channel
    #[arg(long)]
    pub(crate) transparent: bool,
    /// Cut off overexposed colours before the spatial filter, not after it
    #[arg(long)]
    pub(crate) early_clip: bool,
    /// Spatial filters of the shapes they are named after, where flam3 confuses some
    #[arg(long)]
    pub(crate) true_filters: bool,
}

/// Options of `render`.
#[derive(Debug, Args)]
pub(crate) struct RenderArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// The picture, or a folder where there are several
    #[arg(short, long, value_name = "OUT")]
    pub(crate) out: PathBuf,
    /// Between the file's genomes at this time, where they are key genomes
    #[arg(long, value_name = "T", allow_negative_numbers = true)]
    pub(crate) time: Option<f64>,
    /// Bits per channel of a PNG: 8 or 16
    #[arg(long, value_name = "BITS", default_value = "8", value_parser = bits())]
    pub(crate) bits: u8,
    /// Kind of picture in a folder; a file's ending says its own
    #[arg(long, value_name = "KIND", value_enum, default_value_t)]
    pub(crate) format: PictureKind,
    #[command(flatten)]
    pub(crate) picture: PictureArgs,
    #[command(flatten)]
    pub(crate) develop: DevelopArgs,
    #[command(flatten)]
    pub(crate) machine: MachineArgs,
}

/// A kind of picture file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum PictureKind {
    /// Colours of a screen, 8 or 16 bits
    #[default]
    Png,
    /// Linear light, 32-bit floats
    Exr,
}

impl PictureKind {
    /// The ending of its files.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Exr => "exr",
        }
    }
}

/// Options of `animate`.
#[derive(Debug, Args)]
pub(crate) struct AnimateArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// A film (.mp4), a folder for PNG frames, or a file for the frames' genomes (.flam3)
    #[arg(short, long, value_name = "OUT")]
    pub(crate) out: PathBuf,
    /// Bits per channel of PNG frames: 8 or 16
    #[arg(long, value_name = "BITS", default_value = "8", value_parser = bits())]
    pub(crate) bits: u8,
    #[command(flatten)]
    pub(crate) motion: MotionArgs,
    #[command(flatten)]
    pub(crate) film: FilmArgs,
    #[command(flatten)]
    pub(crate) picture: PictureArgs,
    #[command(flatten)]
    pub(crate) machine: MachineArgs,
}

/// How genomes become movement.
#[derive(Debug, Args)]
#[command(next_help_heading = "Movement")]
pub(crate) struct MotionArgs {
    /// What the genomes are; told from their number and their times unless given
    #[arg(long = "as", value_name = "WHAT", value_enum)]
    pub(crate) what: Option<MotionKind>,
    /// Frames of each loop and of each edge
    #[arg(long, value_name = "N", default_value_t = 160, value_parser = clap::value_parser!(u32).range(1..=36_000))]
    pub(crate) frames: u32,
    /// Edges only, in a sequence
    #[arg(long)]
    pub(crate) no_loops: bool,
    /// A sequence that comes back to its beginning
    #[arg(long)]
    pub(crate) round: bool,
    /// Xforms set out on an edge one after another: 0 together, 1 one at a time
    #[arg(long, value_name = "S", value_parser = within(0.0, 1.0))]
    pub(crate) stagger: Option<f64>,
    /// Pace of an edge
    #[arg(long, value_name = "PACE", value_enum, default_value_t)]
    pub(crate) easing: Pace,
    /// First frame's time in a keyframed file; its first genome's unless given
    #[arg(long, value_name = "T", allow_negative_numbers = true)]
    pub(crate) begin: Option<f64>,
    /// Last frame's time in a keyframed file; one before its last genome's unless given
    #[arg(long, value_name = "T", allow_negative_numbers = true)]
    pub(crate) end: Option<f64>,
    /// Time between two frames of a keyframed file
    #[arg(long, value_name = "T", default_value_t = 1.0, value_parser = positive)]
    pub(crate) step: f64,
    /// Moments of motion blur in a frame; 8, or the genome's own in a keyframed file, unless given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(crate) temporal_samples: Option<u32>,
    /// How long the shutter is open, in frames; the genome's own unless given
    #[arg(long, value_name = "W", value_parser = within(0.0, 64.0))]
    pub(crate) shutter: Option<f64>,
}

/// What several genomes are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MotionKind {
    /// One genome, turning once round itself
    Loop,
    /// The way from one genome to another
    Edge,
    /// The loops of several genomes, and edges between them
    Sequence,
    /// Key genomes, each at its own time
    Keyframes,
}

/// How an edge gets going and stops.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Pace {
    /// Slow at both ends
    #[default]
    Smooth,
    /// The same all the way
    Linear,
}

/// How a film is encoded.
#[derive(Debug, Args)]
#[command(next_help_heading = "Film")]
pub(crate) struct FilmArgs {
    /// Frames a second of a film
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=120))]
    pub(crate) fps: u32,
    /// How coarse a film may be, 0 to 255: eight steps are about one decibel
    #[arg(long, value_name = "N", default_value_t = 80)]
    pub(crate) quantizer: u8,
    /// The encoder's haste: 0 slow and small to 10 fast
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u8).range(0..=10))]
    pub(crate) encoder_speed: u8,
}

/// Reads `8` or `16`.
fn bits() -> impl TypedValueParser<Value = u8> {
    PossibleValuesParser::new(["8", "16"]).map(|text| if text == "16" { 16 } else { 8 })
}

pub(super) const COMPARE_HELP: &str = "\
Example:
  woolgather compare mine.png theirs.png

Two renderings of one flame with the same random numbers differ by rounding and, where a film was
made of one, by what its encoder lost. That much may differ; the means of blocks of 8 by 8 pixels
are compared. It ends with a failure where the pictures are two.";

/// Options of `compare`.
#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// A PNG
    pub(crate) one: PathBuf,
    /// Another, of the same size
    pub(crate) other: PathBuf,
    /// For programs: one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}
