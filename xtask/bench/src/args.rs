//! The command line.

use clap::{Parser, Subcommand};

/// Measurements against named references.
#[derive(Parser)]
pub(crate) struct Args {
    /// What to measure.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to measure.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Compare our pictures with flam3's, genome by genome; about four minutes with flam3 installed
    Oracle(OracleOptions),
    /// Time the processor's renderer beside flam3-render
    Cpu(CpuOptions),
    /// Draw one flame; `cpu` starts this and measures it
    #[command(hide = true)]
    Draw(DrawOptions),
    /// Time the graphics card's renderer beside the processor's and flam3-render
    Gpu(GpuOptions),
    /// Draw a first frame with fresh and with kept pipelines; `gpu` starts this
    #[command(hide = true)]
    FirstFrame(FirstFrameOptions),
    /// Compare the graphics card's pictures with the processor's, by each genome's own floor
    Parity(ParityOptions),
    /// Weigh a rendered and encoded segment against its frames as PNG
    #[cfg(feature = "upload")]
    Upload(UploadOptions),
    /// Draw every variation into one picture, as the documentation shows them
    Variations(VariationsOptions),
}

/// Options of `variations`.
#[derive(clap::Args)]
pub(crate) struct VariationsOptions {
    /// Where the picture goes, as PNG
    #[arg(long)]
    pub(crate) out: std::path::PathBuf,
    /// Tiles side by side
    #[arg(long, default_value_t = 11)]
    pub(crate) columns: u32,
    /// Size of a tile in pixels
    #[arg(long, default_value_t = 140)]
    pub(crate) tile: u32,
    /// Samples per pixel
    #[arg(long, default_value_t = 120.0)]
    pub(crate) quality: f64,
}

/// Options of `oracle`.
#[derive(clap::Args)]
pub(crate) struct OracleOptions {
    /// Only genomes whose name contains this
    pub(crate) filter: Option<String>,
    /// Only this leg; may be given several times
    #[arg(long, value_enum)]
    pub(crate) leg: Vec<crate::oracle::Leg>,
    /// Number that the random streams start from
    #[arg(long, default_value_t = 3)]
    pub(crate) rng_seed: u64,
    /// Write our pictures into this folder
    #[arg(long)]
    pub(crate) save: Option<std::path::PathBuf>,
    /// Draw on a graphics adapter
    #[arg(long)]
    pub(crate) gpu: bool,
    /// Which one: part of its name, or its number
    #[arg(long, requires = "gpu")]
    pub(crate) adapter: Option<String>,
}

/// Options of `gpu`.
#[derive(clap::Args)]
pub(crate) struct GpuOptions {
    /// Only these oracle genomes, such as `28_random_s4`
    pub(crate) genomes: Vec<String>,
    /// Part of the adapter's name, or its number; left out: the best one, a software one where there is no other
    #[arg(long)]
    pub(crate) adapter: Option<String>,
    /// Pixels, as WIDTHxHEIGHT; left out: 1920x1080, and 640x360 on a software adapter
    #[arg(long, value_parser = size)]
    pub(crate) size: Option<[u32; 2]>,
    /// Samples per pixel; left out: 1000, and 20 on a software adapter
    #[arg(long)]
    pub(crate) quality: Option<f64>,
    /// Runs of each program; the medians are compared
    #[arg(long, default_value_t = 3)]
    pub(crate) runs: u32,
}

/// Options of `first-frame`.
#[derive(clap::Args)]
pub(crate) struct FirstFrameOptions {
    /// The flam3 file; its first flame is drawn at its own size and quality
    pub(crate) genome: std::path::PathBuf,
    /// As in `gpu`
    #[arg(long)]
    pub(crate) adapter: Option<String>,
}

/// Options of `parity`.
#[derive(clap::Args)]
pub(crate) struct ParityOptions {
    /// Only genomes whose name contains this
    pub(crate) filter: Option<String>,
    /// As in `gpu`
    #[arg(long)]
    pub(crate) adapter: Option<String>,
    /// Genomes drawn by chance
    #[arg(long, default_value_t = 200)]
    pub(crate) random: u64,
    /// Pixels, as WIDTHxHEIGHT
    #[arg(long, value_parser = size, default_value = "160x90")]
    pub(crate) size: [u32; 2],
    /// Samples per pixel
    #[arg(long, default_value_t = 50.0)]
    pub(crate) quality: f64,
    /// Print every genome, not only those beyond the bound for the same random numbers
    #[arg(long)]
    pub(crate) all: bool,
}

/// Reads `1920x1080`.
fn size(text: &str) -> Result<[u32; 2], String> {
    let sides = text.split_once('x').and_then(|(width, height)| {
        Some([width.parse::<u32>().ok()?, height.parse::<u32>().ok()?])
    });
    sides.ok_or_else(|| format!("{text} is not a size such as 1920x1080"))
}

/// Options of `upload`.
#[cfg(feature = "upload")]
#[derive(clap::Args)]
pub(crate) struct UploadOptions {
    /// A starter sheep's title; `flock` for every starter sheep; or a flam3 file. Left out: the first one
    #[arg(long)]
    pub(crate) genome: Option<String>,
    /// Width in pixels
    #[arg(long, default_value_t = 1280)]
    pub(crate) width: u32,
    /// Height in pixels
    #[arg(long, default_value_t = 720)]
    pub(crate) height: u32,
    /// Frames of the segment
    #[arg(long, default_value_t = 32)]
    pub(crate) frames: u32,
    /// Frames of the loop that the segment is the beginning of
    #[arg(long, default_value_t = 160)]
    pub(crate) loop_frames: u32,
    /// Samples per pixel
    #[arg(long, default_value_t = 100.0)]
    pub(crate) quality: f64,
    /// Moments of the shutter
    #[arg(long, default_value_t = 8)]
    pub(crate) temporal_samples: u32,
    /// Width of the shutter in frames
    #[arg(long, default_value_t = 1.0)]
    pub(crate) shutter: f64,
    /// The encoder's base quantizers, 0 finest to 255 coarsest; each is tried on the same frames
    #[arg(long, value_delimiter = ',', default_values_t = [100])]
    pub(crate) quantizer: Vec<u8>,
    /// The encoder's preset, 0 slowest to 10 fastest
    #[arg(long, default_value_t = 10)]
    pub(crate) speed: u8,
}

/// Options of `cpu`.
#[derive(clap::Args)]
pub(crate) struct CpuOptions {
    /// Only this oracle genome, such as `28_random_s4`
    pub(crate) genome: Option<String>,
    /// Width in pixels
    #[arg(long, default_value_t = 1280)]
    pub(crate) width: u32,
    /// Height in pixels
    #[arg(long, default_value_t = 720)]
    pub(crate) height: u32,
    /// Samples per pixel
    #[arg(long, default_value_t = 100.0)]
    pub(crate) quality: f64,
    /// Runs of each program; the medians are compared
    #[arg(long, default_value_t = 3)]
    pub(crate) runs: u32,
}

/// Options of `draw`.
#[derive(clap::Args)]
pub(crate) struct DrawOptions {
    /// The flam3 file; its first flame is drawn at its own size and quality
    pub(crate) genome: std::path::PathBuf,
    /// The PNG file
    pub(crate) out: std::path::PathBuf,
    /// Threads
    #[arg(long, default_value_t = 1)]
    pub(crate) threads: usize,
}
