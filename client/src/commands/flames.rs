//! What artists hand over: genome files, pictures that carry a genome, standard input.
//!
//! Everything is read whole before a command begins its work, so that a mistake shows at once; and one
//! file's mistake is said without losing the others ([`Failures`]). What a genome cannot hold of what a
//! file says is never dropped in silence: [`Source::tell`] says it.

use std::fs;
use std::io::{Error, ErrorKind, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use woolgather_genome::limits::GENOME_BYTES_MAX;
use woolgather_genome::{
    Flam3Palettes, Genome, ParseError, ReadOptions, Reading, Remark, read_flames,
};
use woolgather_render_kernel::export::genome_in_png;

use super::failures::Failures;
use crate::cli::{InputArgs, ReadingArgs, is_standard};
use crate::say::plain;

/// Bytes of a picture that may carry a genome: a 16-bit PNG of 8K noise has less.
const PICTURE_BYTES_MAX: usize = 256 << 20;
/// Bytes of a palette library; flam3's has 1.5 million.
const LIBRARY_BYTES_MAX: usize = 8 << 20;
/// How every PNG begins.
const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Remarks that are told of one file by commands that are about something else.
const REMARKS_TOLD: usize = 5;

/// A genome and the name that files made of it get.
#[derive(Debug, Clone)]
pub(crate) struct Flame {
    pub(crate) genome: Genome,
    /// The file's name without its ending, and the genome's number where the file has several.
    pub(crate) name: String,
}

/// What one file holds.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) flames: Vec<Flame>,
    /// What was understood in another way than it was written.
    pub(crate) remarks: Vec<Remark>,
    /// How many more remarks there were than are kept.
    pub(crate) remarks_left_out: usize,
}

/// Reads files, with whatever else it takes to understand them.
pub(crate) struct Reader {
    palettes: Option<Flam3Palettes>,
}

impl Reader {
    /// # Errors
    ///
    /// Where the palette library cannot be read.
    pub(crate) fn new(args: &ReadingArgs) -> anyhow::Result<Self> {
        let library = |path: &PathBuf| {
            let name = path.display();
            let text = fs::File::open(path).and_then(|file| take(file, LIBRARY_BYTES_MAX));
            let text = text.with_context(|| format!("could not read {name}"))?;
            let text = String::from_utf8(text).with_context(|| format!("{name} is no text"))?;
            Flam3Palettes::parse(&text).with_context(|| name.to_string())
        };
        Ok(Self {
            palettes: args.palettes.as_ref().map(library).transpose()?,
        })
    }

    /// Reads one file, whatever it is.
    ///
    /// # Errors
    ///
    /// One sentence with the file's name; for a broken genome with its line and what is legal there.
    pub(crate) fn read(&self, path: &Path) -> anyhow::Result<Source> {
        let text = text(path)?;
        let reading = self
            .parse(&text)
            .with_context(|| path.display().to_string())?;
        Ok(Source::new(path, reading))
    }

    /// Genomes out of flam3 XML.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with it.
    pub(crate) fn parse(&self, xml: &str) -> Result<Reading, ParseError> {
        let options = ReadOptions {
            flam3_palettes: self.palettes.as_ref(),
            ..ReadOptions::default()
        };
        read_flames(xml, &options)
    }

    /// Reads the first genome of a file.
    ///
    /// # Errors
    ///
    /// As [`Reader::read`].
    pub(crate) fn read_first(&self, path: &Path) -> anyhow::Result<Flame> {
        let source = self.read(path)?;
        source.tell();
        let first = source.flames.into_iter().next();
        first.with_context(|| format!("{} holds no genome", path.display()))
    }
}

/// The flam3 XML of a file: the file itself, or what the picture carries.
///
/// # Errors
///
/// One sentence with the file's name.
pub(crate) fn text(path: &Path) -> anyhow::Result<String> {
    let name = path.display();
    let bytes = if is_standard(path) {
        take(std::io::stdin(), PICTURE_BYTES_MAX)
    } else {
        fs::File::open(path).and_then(|file| take(file, PICTURE_BYTES_MAX))
    };
    let bytes = bytes.with_context(|| format!("could not read {name}"))?;
    if bytes.starts_with(PNG_SIGNATURE) {
        let text = genome_in_png(&bytes).with_context(|| name.to_string())?;
        return text.with_context(|| format!("{name}: the picture carries no genome"));
    }
    if bytes.len() > GENOME_BYTES_MAX {
        bail!("{name}: longer than a genome may be, {GENOME_BYTES_MAX} bytes");
    }
    String::from_utf8(bytes).with_context(|| format!("{name}: neither a genome nor a PNG picture"))
}

/// Reads all that can be read, and tells what was understood in another way; what cannot be read is noted.
///
/// # Errors
///
/// Where the palette library cannot be read.
pub(crate) fn read_all(args: &InputArgs, failures: &mut Failures) -> anyhow::Result<Vec<Source>> {
    let reader = Reader::new(&args.reading)?;
    let mut sources = Vec::new();
    for path in &args.genomes {
        match reader.read(path) {
            Ok(source) => {
                source.tell();
                sources.push(source);
            }
            Err(error) => failures.note(&error),
        }
    }
    Ok(sources)
}

impl Source {
    /// What was read of the file at `path`.
    pub(crate) fn new(path: &Path, reading: Reading) -> Self {
        Self {
            path: path.to_owned(),
            flames: named(reading.genomes, path),
            remarks: reading.remarks,
            remarks_left_out: reading.remarks_left_out,
        }
    }

    /// Tells the first remarks that matter for the picture, and how many there are.
    pub(crate) fn tell(&self) {
        let name = self.path.display();
        let losses = || self.remarks.iter().filter(|it| it.kind.changes_picture());
        for remark in losses().take(REMARKS_TOLD) {
            eprintln!("{}", plain(&format!("{name}: {remark}")));
        }
        let untold = losses().count().saturating_sub(REMARKS_TOLD) + self.remarks_left_out;
        if untold > 0 {
            eprintln!("{name}: {untold} more; `woolgather genome check` says them all");
        }
    }
}

/// Reads a whole file of at most `bytes_max` bytes.
fn take(source: impl Read, bytes_max: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(bytes_max as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > bytes_max {
        let reason = format!("longer than {bytes_max} bytes");
        return Err(Error::new(ErrorKind::FileTooLarge, reason));
    }
    Ok(bytes)
}

/// The name that files made of this one get.
pub(crate) fn stem(path: &Path) -> String {
    if is_standard(path) {
        return "genome".into();
    }
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

fn named(genomes: Vec<Genome>, path: &Path) -> Vec<Flame> {
    let stem = stem(path);
    let count = genomes.len();
    let number = |(index, genome)| Flame {
        genome,
        name: if count == 1 {
            stem.clone()
        } else {
            format!("{stem}-{}", index + 1)
        },
    };
    genomes.into_iter().enumerate().map(number).collect()
}
