//! What an artist may type to make genomes and to look after them: `breed` and `genome`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use super::pictures::{InputArgs, ReadingArgs};
use super::values::{positive, within};

pub(super) const BREED_HELP: &str = "\
Examples:
  woolgather breed random --count 12 --previews -o new/
  woolgather breed mutate sheep.flam3 --count 6 --speed 0.3 -o mutants/
  woolgather breed mutate sheep.flam3 --method color_palette -o recoloured.flam3
  woolgather breed cross a.flam3 b.flam3 --method alternate --rng-seed 7 -o child.flam3

The same parents, options and rng-seed give the same children. Each child says in its file how it
came to be.";

pub(super) const GENOME_HELP: &str = "\
Examples:
  woolgather genome check *.flame
  woolgather genome info sheep.flam3
  woolgather genome convert old.flame picture.png -o clean/
  woolgather genome floor sheep.flam3";

/// Options of `breed`.
#[derive(Debug, Args)]
pub(crate) struct BreedArgs {
    #[command(subcommand)]
    pub(crate) how: BreedHow,
}

/// The ways to a new genome.
#[derive(Debug, Subcommand)]
pub(crate) enum BreedHow {
    /// Genomes out of nothing but the random number
    Random {
        /// Symmetry: 2 and more turn, -2 and less mirror too; drawn unless given
        #[arg(long, value_name = "K", allow_negative_numbers = true, value_parser = clap::value_parser!(i32).range(-64..=64))]
        symmetry: Option<i32>,
        #[command(flatten)]
        litter: LitterArgs,
    },
    /// A genome with something changed
    Mutate(MutateArgs),
    /// A child of two genomes
    Cross {
        /// One parent; the first genome of a file
        #[arg(value_name = "GENOME")]
        one: PathBuf,
        /// The other
        #[arg(value_name = "GENOME")]
        other: PathBuf,
        /// How the two are put together; drawn unless given
        #[arg(long, value_name = "METHOD", value_enum)]
        method: Option<CrossHow>,
        #[command(flatten)]
        litter: LitterArgs,
    },
    /// A copy that says whose it is
    Clone {
        /// The parent; the first genome of a file
        #[arg(value_name = "GENOME")]
        parent: PathBuf,
        #[command(flatten)]
        litter: LitterArgs,
    },
}

impl BreedHow {
    /// How many children, and where they go.
    pub(crate) fn litter(&self) -> &LitterArgs {
        match self {
            Self::Random { litter, .. }
            | Self::Cross { litter, .. }
            | Self::Clone { litter, .. } => litter,
            Self::Mutate(args) => &args.litter,
        }
    }

    /// The parents' files.
    pub(crate) fn parents(&self) -> Vec<&Path> {
        match self {
            Self::Random { .. } => Vec::new(),
            Self::Mutate(args) => vec![&args.parent],
            Self::Cross { one, other, .. } => vec![one, other],
            Self::Clone { parent, .. } => vec![parent],
        }
    }
}

/// Options of `breed mutate`.
#[derive(Debug, Args)]
pub(crate) struct MutateArgs {
    /// The parent; the first genome of a file
    #[arg(value_name = "GENOME")]
    pub(crate) parent: PathBuf,
    /// What changes; one of flam3's ways is drawn unless given
    #[arg(long, value_name = "METHOD", value_enum)]
    pub(crate) method: Option<MutateHow>,
    /// How far numbers move: 0.1 for all_coefs, 0.5 for genes unless given
    #[arg(long, value_name = "S", value_parser = positive)]
    pub(crate) speed: Option<f64>,
    /// The symmetry that add_symmetry adds; drawn unless given
    #[arg(long, value_name = "K", allow_negative_numbers = true, value_parser = clap::value_parser!(i32).range(-64..=64))]
    pub(crate) symmetry: Option<i32>,
    /// Genomes that say how much genes differ, for the method genes; the starter flock unless given
    #[arg(long, value_name = "GENOME", num_args = 1..)]
    pub(crate) flock: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) litter: LitterArgs,
}

/// How many children, and where they go.
#[derive(Debug, Args)]
pub(crate) struct LitterArgs {
    /// How many
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) count: u32,
    /// Decides everything that is drawn; a random one unless given, the next ones for further children
    #[arg(long, value_name = "N")]
    pub(crate) rng_seed: Option<u64>,
    /// Draw each child too, as a small PNG beside its file
    #[arg(long)]
    pub(crate) previews: bool,
    /// Threads; one for each core unless given
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) threads: usize,
    /// The genome (.flam3), or a folder where there are several
    #[arg(short, long, value_name = "OUT")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
}

/// What a mutation changes, in flam3's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum MutateHow {
    /// All variations become those of a random genome
    AllVars,
    /// One xform becomes that of a random genome
    OneXform,
    /// A symmetry is added
    AddSymmetry,
    /// Maps move between before and after the variations
    PostXforms,
    /// Other colours
    ColorPalette,
    /// One xform goes
    DeleteXform,
    /// All maps move a little
    AllCoefs,
    /// Every fifth number moves, as far as it differs in a flock: the grid's own way
    Genes,
}

/// How two genomes become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CrossHow {
    /// The xforms of both
    Union,
    /// Somewhere between the two
    Interpolate,
    /// Each xform from one or the other
    Alternate,
}

/// Options of `genome`.
#[derive(Debug, Args)]
pub(crate) struct GenomeArgs {
    #[command(subcommand)]
    pub(crate) what: GenomeWhat,
}

/// What can be done with genome files.
#[derive(Debug, Subcommand)]
pub(crate) enum GenomeWhat {
    /// Say what is wrong with files, and what would be lost or renamed
    #[command(after_help = CHECK_HELP)]
    Check {
        #[command(flatten)]
        input: InputArgs,
        /// Remarks are failures too: nothing may be renamed, converted or dropped
        #[arg(long)]
        strict: bool,
        /// Look at small frames of the loop too: what is blank, burnt out, noise, still or flashing fails
        #[arg(long)]
        screen: bool,
        /// One JSON object a line instead of words
        #[arg(long)]
        json: bool,
    },
    /// Say what is in genomes: xforms, variations, bounds, cost, identity
    #[command(after_help = INFO_HELP)]
    Info {
        #[command(flatten)]
        input: InputArgs,
        /// One JSON object a line instead of words
        #[arg(long)]
        json: bool,
    },
    /// Write genomes as plain flam3 files that every reader understands
    #[command(after_help = CONVERT_HELP)]
    Convert {
        #[command(flatten)]
        input: InputArgs,
        /// A file of its own for each genome, in a folder
        #[arg(long)]
        split: bool,
        /// The file, a folder, or - for standard output
        #[arg(short, long, value_name = "OUT")]
        out: PathBuf,
    },
    /// Measure how much two honest renderings of a genome may differ
    #[command(after_help = FLOOR_HELP)]
    Floor {
        #[command(flatten)]
        input: InputArgs,
        /// Size in pixels of the pictures that are compared
        #[arg(long, value_name = "WxH", value_parser = super::values::size, default_value = "320x180")]
        size: (u32, u32),
        /// Samples per pixel of them
        #[arg(long, value_name = "Q", default_value_t = 100.0, value_parser = within(0.01, 100_000.0))]
        quality: f64,
        /// Threads; one for each core unless given
        #[arg(long, value_name = "N", default_value_t = 0)]
        threads: usize,
    },
}

const CHECK_HELP: &str = "\
Examples:
  woolgather genome check sheep.flam3
  woolgather genome check --strict --screen flock/*.flam3

Every file is looked at, whatever is wrong with another. Ends with status 1 if one cannot be read.";

const INFO_HELP: &str = "\
Examples:
  woolgather genome info sheep.flam3
  woolgather genome info --json flock/*.flam3";

const CONVERT_HELP: &str = "\
Examples:
  woolgather genome convert apophysis.flame -o clean.flam3
  woolgather genome convert picture.png -o -
  woolgather genome convert pack.flame more.flame --split -o flock/

Says for every xform what was renamed, converted or dropped.";

const FLOOR_HELP: &str = "\
Example:
  woolgather genome floor sheep.flam3 --size 640x360";
