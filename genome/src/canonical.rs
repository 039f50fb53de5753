//! Canonical bytes: one genome, one sequence of bytes, on every machine for ever.
//!
//! # Layout, version 1
//!
//! Everything is little-endian. `f` is a 64-bit float (never -0), `u` an unsigned 32-bit count,
//! `c` one byte: a choice's place in its list, or a variation's flam3 number.
//!
//! ```text
//! "WGEN" 1           four letters, one byte of version
//! u bytes            name: length in bytes, UTF-8
//! f uu ff f f f      time, size, center, scale, zoom, rotate
//! u f c f u u        supersample, filter radius, filter shape, quality, passes, temporal samples
//! c f f              temporal filter: shape, width, exponent
//! fff f f f f f f    background, brightness, gamma, gamma threshold, vibrancy, highlight, hue
//! fff                estimator: radius, minimum, curve
//! c c c c f          palette mode, interpolation, its type, the palette's, hsv-rgb blend
//! 1024 f             palette: 256 times red, green, blue, alpha
//! u xforms           then u, 0 or 1: final xforms
//! ```
//!
//! An xform is `f f f f f` (weight, color, color speed, animate, opacity), coefs and post as
//! `ffffff` each in the order a b c d e f, `u f...` chaos row, `u variations`, `u motions`.
//! A variation is `c f f...`: number, weight, as many parameters as the catalogue lists.
//! A motion is a signed 32-bit frequency, `c` function, `f f f f f`, coefs, post, `u variations`.
//!
//! [`Genome::edits`] are not in it: they tell where a genome comes from, not what it looks like.
//!
//! Adding a variation or a choice keeps the version; changing anything that is here raises it.

use crate::choices::{
    FilterShape, Interpolation, InterpolationType, MotionFunction, PaletteInterpolation,
    PaletteMode, TemporalFilterShape,
};
use crate::limits::GENOME_BYTES_MAX;
use crate::palette::{PALETTE_ENTRIES, Palette};
use crate::{
    Affine, Estimator, Genome, LimitError, Motion, TemporalFilter, Variation, WeightedVariation,
    Xform,
};

const MAGIC: &[u8; 4] = b"WGEN";
const VERSION: u8 = 1;

/// Why bytes are not a genome.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CanonicalError {
    /// More bytes than a genome may have.
    #[error("{0} bytes are more than a genome may have")]
    TooLarge(usize),
    /// The bytes are something else.
    #[error("these bytes are not a genome")]
    NotAGenome,
    /// A layout that this version cannot read.
    #[error("layout version {0} is not known here")]
    Version(u8),
    /// The bytes end too early.
    #[error("the bytes end too early")]
    Truncated,
    /// A choice or variation that this version does not know.
    #[error("{what} number {number} is not known here")]
    Unknown {
        /// What is numbered.
        what: &'static str,
        /// The number.
        number: u8,
    },
    /// The genome is not legal.
    #[error(transparent)]
    Illegal(#[from] LimitError),
    /// The genome is legal but has another spelling, or something follows it.
    #[error("these bytes are not the genome's canonical form")]
    NotCanonical,
}

impl Genome {
    /// The genome without its [`Genome::edits`] as bytes, in the layout of this file.
    #[must_use]
    pub fn canonical_bytes(&self) -> Vec<u8> {
        let mut out = Writer(Vec::with_capacity(12 * 1024));
        out.genome(self);
        out.0
    }

    /// The legal genome with exactly these canonical bytes, and no edits.
    ///
    /// # Errors
    ///
    /// Anything else. [`CanonicalError::Version`] and [`CanonicalError::Unknown`] may be cured by
    /// a newer version of this program, the others mean that the bytes are to be dropped.
    pub fn from_canonical_bytes(bytes: &[u8]) -> Result<Self, CanonicalError> {
        if bytes.len() > GENOME_BYTES_MAX {
            return Err(CanonicalError::TooLarge(bytes.len()));
        }
        let genome = Reader(bytes).genome()?;
        genome.check()?;
        if genome.canonical_bytes() == bytes {
            Ok(genome)
        } else {
            Err(CanonicalError::NotCanonical)
        }
    }
}

struct Writer(Vec<u8>);

impl Writer {
    fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    fn count(&mut self, count: u32) {
        self.0.extend(count.to_le_bytes());
    }

    fn length(&mut self, length: usize) {
        self.count(u32::try_from(length).unwrap_or(u32::MAX));
    }

    fn floats<'a>(&mut self, numbers: impl IntoIterator<Item = &'a f64>) {
        for number in numbers {
            // Adding 0 turns -0 into 0.
            self.0.extend((number + 0.0).to_le_bytes());
        }
    }

    fn choice<T: PartialEq>(&mut self, choice: &T, all: &[T]) {
        let place = all.iter().position(|one| one == choice);
        self.byte(place.unwrap_or_default() as u8);
    }

    fn genome(&mut self, genome: &Genome) {
        self.0.extend(MAGIC);
        self.byte(VERSION);
        self.length(genome.name.len());
        self.0.extend(genome.name.as_bytes());
        self.floats([&genome.time]);
        genome.size.iter().for_each(|&side| self.count(side));
        self.floats(&genome.center);
        self.floats([&genome.scale, &genome.zoom, &genome.rotate]);
        self.count(genome.supersample);
        self.floats([&genome.filter_radius]);
        self.choice(&genome.filter_shape, FilterShape::ALL);
        self.floats([&genome.quality]);
        self.count(genome.passes);
        self.count(genome.temporal_samples);
        let TemporalFilter {
            shape,
            width,
            exponent,
        } = &genome.temporal_filter;
        self.choice(shape, TemporalFilterShape::ALL);
        self.floats([width, exponent]);
        self.floats(&genome.background);
        self.floats([&genome.brightness, &genome.gamma, &genome.gamma_threshold]);
        self.floats([&genome.vibrancy, &genome.highlight_power, &genome.hue]);
        let Estimator {
            radius,
            minimum,
            curve,
        } = &genome.estimator;
        self.floats([radius, minimum, curve]);
        self.choice(&genome.palette_mode, PaletteMode::ALL);
        self.choice(&genome.interpolation, Interpolation::ALL);
        self.choice(&genome.interpolation_type, InterpolationType::ALL);
        self.choice(&genome.palette_interpolation, PaletteInterpolation::ALL);
        self.floats([&genome.hsv_rgb_palette_blend]);
        self.floats(genome.palette.entries().iter().flatten());
        self.length(genome.xforms.len());
        genome.xforms.iter().for_each(|xform| self.xform(xform));
        self.length(usize::from(genome.final_xform.is_some()));
        genome
            .final_xform
            .iter()
            .for_each(|xform| self.xform(xform));
    }

    fn xform(&mut self, xform: &Xform) {
        self.floats([&xform.weight, &xform.color, &xform.color_speed]);
        self.floats([&xform.animate, &xform.opacity]);
        self.affine(&xform.coefs);
        self.affine(&xform.post);
        self.length(xform.chaos.len());
        self.floats(&xform.chaos);
        self.variations(&xform.variations);
        self.length(xform.motion.len());
        xform.motion.iter().for_each(|motion| self.motion(motion));
    }

    fn affine(&mut self, Affine { a, b, c, d, e, f }: &Affine) {
        self.floats([a, b, c, d, e, f]);
    }

    fn variations(&mut self, entries: &[WeightedVariation]) {
        self.length(entries.len());
        for entry in entries {
            self.byte(entry.variation.index());
            self.floats([&entry.weight]);
            let parameters = entry.variation.parameters().len();
            self.floats(&entry.parameters[..parameters]);
        }
    }

    fn motion(&mut self, motion: &Motion) {
        self.0.extend(motion.frequency.to_le_bytes());
        self.choice(&motion.function, MotionFunction::ALL);
        self.floats([&motion.weight, &motion.color, &motion.color_speed]);
        self.floats([&motion.animate, &motion.opacity]);
        self.affine(&motion.coefs);
        self.affine(&motion.post);
        self.variations(&motion.variations);
    }
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], CanonicalError> {
        let (bytes, rest) = self
            .0
            .split_first_chunk()
            .ok_or(CanonicalError::Truncated)?;
        self.0 = rest;
        Ok(*bytes)
    }

    fn count(&mut self) -> Result<u32, CanonicalError> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }

    fn float(&mut self) -> Result<f64, CanonicalError> {
        Ok(f64::from_le_bytes(self.bytes()?))
    }

    fn floats<const N: usize>(&mut self) -> Result<[f64; N], CanonicalError> {
        let mut floats = [0.0; N];
        for float in &mut floats {
            *float = self.float()?;
        }
        Ok(floats)
    }

    fn choice<T: Copy>(&mut self, what: &'static str, all: &[T]) -> Result<T, CanonicalError> {
        let [number] = self.bytes()?;
        all.get(usize::from(number))
            .copied()
            .ok_or(CanonicalError::Unknown { what, number })
    }

    /// A counted list. The bytes run out long before a false count has cost anything.
    fn list<T>(
        &mut self,
        item: impl Fn(&mut Self) -> Result<T, CanonicalError>,
    ) -> Result<Vec<T>, CanonicalError> {
        (0..self.count()?).map(|_| item(self)).collect()
    }

    fn genome(&mut self) -> Result<Genome, CanonicalError> {
        if self.bytes().ok().as_ref() != Some(MAGIC) {
            return Err(CanonicalError::NotAGenome);
        }
        let [version] = self.bytes()?;
        if version != VERSION {
            return Err(CanonicalError::Version(version));
        }
        let name = self.list(Self::bytes::<1>)?.concat();
        Ok(Genome {
            name: String::from_utf8(name).map_err(|_| CanonicalError::Illegal(LimitError::Name))?,
            time: self.float()?,
            size: [self.count()?, self.count()?],
            center: self.floats()?,
            scale: self.float()?,
            zoom: self.float()?,
            rotate: self.float()?,
            supersample: self.count()?,
            filter_radius: self.float()?,
            filter_shape: self.choice("filter shape", FilterShape::ALL)?,
            quality: self.float()?,
            passes: self.count()?,
            temporal_samples: self.count()?,
            temporal_filter: TemporalFilter {
                shape: self.choice("temporal filter", TemporalFilterShape::ALL)?,
                width: self.float()?,
                exponent: self.float()?,
            },
            background: self.floats()?,
            brightness: self.float()?,
            gamma: self.float()?,
            gamma_threshold: self.float()?,
            vibrancy: self.float()?,
            highlight_power: self.float()?,
            hue: self.float()?,
            estimator: Estimator {
                radius: self.float()?,
                minimum: self.float()?,
                curve: self.float()?,
            },
            palette_mode: self.choice("palette mode", PaletteMode::ALL)?,
            interpolation: self.choice("interpolation", Interpolation::ALL)?,
            interpolation_type: self.choice("interpolation type", InterpolationType::ALL)?,
            palette_interpolation: self
                .choice("palette interpolation", PaletteInterpolation::ALL)?,
            hsv_rgb_palette_blend: self.float()?,
            palette: self.palette()?,
            xforms: self.list(Self::xform)?,
            final_xform: self.list(Self::xform)?.pop(),
            edits: Vec::new(),
        })
    }

    fn palette(&mut self) -> Result<Palette, CanonicalError> {
        let mut entries = [[0.0; 4]; PALETTE_ENTRIES];
        for entry in &mut entries {
            *entry = self.floats()?;
        }
        Ok(Palette::new(entries))
    }

    fn xform(&mut self) -> Result<Xform, CanonicalError> {
        Ok(Xform {
            weight: self.float()?,
            color: self.float()?,
            color_speed: self.float()?,
            animate: self.float()?,
            opacity: self.float()?,
            coefs: self.affine()?,
            post: self.affine()?,
            chaos: self.list(Self::float)?,
            variations: self.list(Self::variation)?,
            motion: self.list(Self::motion)?,
        })
    }

    fn affine(&mut self) -> Result<Affine, CanonicalError> {
        let [a, b, c, d, e, f] = self.floats()?;
        Ok(Affine { a, b, c, d, e, f })
    }

    fn variation(&mut self) -> Result<WeightedVariation, CanonicalError> {
        let [number] = self.bytes()?;
        let what = "variation";
        let variation =
            Variation::from_index(number).ok_or(CanonicalError::Unknown { what, number })?;
        let mut entry = WeightedVariation::new(variation, self.float()?);
        for (parameter, _) in entry.parameters.iter_mut().zip(variation.parameters()) {
            *parameter = self.float()?;
        }
        Ok(entry)
    }

    fn motion(&mut self) -> Result<Motion, CanonicalError> {
        Ok(Motion {
            frequency: i32::from_le_bytes(self.bytes()?),
            function: self.choice("motion function", MotionFunction::ALL)?,
            weight: self.float()?,
            color: self.float()?,
            color_speed: self.float()?,
            animate: self.float()?,
            opacity: self.float()?,
            coefs: self.affine()?,
            post: self.affine()?,
            variations: self.list(Self::variation)?,
        })
    }
}
