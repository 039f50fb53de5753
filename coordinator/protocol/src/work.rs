//! Work units and leases: what a worker asks for and gets.

use serde::{Deserialize, Serialize};

use crate::ids::{ClipId, LeaseId, WorkUnitId};
use crate::limits;
use crate::problem::Problem;
use crate::recipe::Recipe;
use crate::signing::{Document, Signed};

/// Whether a clip leads back to its sheep or on to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClipKind {
    /// A sheep to itself: frame k of n is the genome rotated by 360°·k/n.
    Loop,
    /// A sheep to another.
    Edge,
}

/// What is to be done with the frames of a work unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "task")]
pub enum Task {
    /// Render and encode the whole segment; answer with a submission.
    Segment,
    /// Render one frame again in full; answer with an audit report.
    Audit {
        /// The frame's number within the clip.
        frame: u32,
    },
}

/// One segment to render, as signed data: nothing else decides its pixels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkUnit {
    /// Its name.
    pub id: WorkUnitId,
    /// Segment or audit.
    pub task: Task,
    /// The clip it belongs to.
    pub clip: ClipId,
    /// The clip's version; a repaired clip has a higher one.
    pub clip_version: u32,
    /// Loop or edge.
    pub clip_kind: ClipKind,
    /// What the volunteer is told is being rendered: the sheep's title.
    pub title: String,
    /// Which segment of the clip, from 0.
    pub segment: u32,
    /// The segment's first frame within the clip.
    pub first_frame: u32,
    /// Frames in the segment.
    pub frame_count: u32,
    /// One genome for a loop, two for an edge: canonical bytes in standard base64.
    pub genomes: Vec<String>,
    /// The flock's recipe.
    pub recipe: Recipe,
    /// The random number all frames of the clip are keyed with.
    pub rng_seed: u64,
    /// The largest submission that is taken, in bytes.
    pub upload_bytes_max: u64,
}

impl Document for WorkUnit {
    const PURPOSE: &'static str = "woolgather-work-unit-v1";
}

/// Why a genome inside a work unit cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WorkUnitError {
    /// A loop carries one genome, an edge two.
    #[error("a {kind:?} carries {expected} genome(s), this work unit has {found}")]
    GenomeCount {
        /// The clip's kind.
        kind: ClipKind,
        /// How many it should have.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// Not base64.
    #[error("the genome is not base64: {0}")]
    Base64(#[from] data_encoding::DecodeError),
    /// Not a genome's canonical bytes, or one outside the limits.
    #[error("the genome cannot be read: {0}")]
    Genome(#[from] woolgather_genome::CanonicalError),
}

impl WorkUnit {
    /// Writes genomes the way [`WorkUnit::genomes`] holds them.
    #[must_use]
    pub fn encode_genome(genome: &woolgather_genome::Genome) -> String {
        data_encoding::BASE64.encode(&genome.canonical_bytes())
    }

    /// Reads the genomes: one for a loop, two for an edge.
    ///
    /// # Errors
    ///
    /// [`WorkUnitError`]: give the lease back; the coordinator that signed it is at fault.
    pub fn decode_genomes(&self) -> Result<Vec<woolgather_genome::Genome>, WorkUnitError> {
        let expected = match self.clip_kind {
            ClipKind::Loop => 1,
            ClipKind::Edge => 2,
        };
        if self.genomes.len() != expected {
            let (kind, found) = (self.clip_kind, self.genomes.len());
            return Err(WorkUnitError::GenomeCount {
                kind,
                expected,
                found,
            });
        }
        let mut genomes = Vec::with_capacity(expected);
        for text in &self.genomes {
            let bytes = data_encoding::BASE64.decode(text.as_bytes())?;
            genomes.push(woolgather_genome::Genome::from_canonical_bytes(&bytes)?);
        }
        Ok(genomes)
    }
}

/// A worker asks for work. Asking again returns the leases it still holds first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeaseRequest {
    /// How many seconds of work the worker wants.
    pub seconds_wanted: u32,
    /// Its measured speed in samples per second; 0 when not measured yet (it then gets one unit).
    pub samples_per_second: f64,
    /// Never more units than this.
    pub units_max: u32,
    /// What it draws with, each with its own measured speed; older clients do not say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<DrawingDevice>,
}

/// What a worker draws with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DrawingDevice {
    /// What it is.
    pub kind: DeviceKind,
    /// Its name and its driver's, at most [`limits::DEVICE_NAME_CHARS_MAX`] characters.
    pub name: String,
    /// Its measured speed; 0 when not measured yet.
    pub samples_per_second: f64,
}

/// What drew a picture. Two processors draw the same bits, a graphics card the same picture to rounding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum DeviceKind {
    /// A processor.
    #[default]
    Cpu,
    /// A graphics card, or a card and a processor together.
    Gpu,
}

impl DeviceKind {
    /// Its name in JSON and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Gpu => "gpu",
        }
    }
}

impl std::str::FromStr for DeviceKind {
    type Err = UnknownDeviceKind;

    fn from_str(text: &str) -> Result<Self, UnknownDeviceKind> {
        match text {
            "cpu" => Ok(Self::Cpu),
            "gpu" => Ok(Self::Gpu),
            _ => Err(UnknownDeviceKind),
        }
    }
}

/// Neither a processor nor a graphics card.
#[derive(Debug, thiserror::Error)]
#[error("a picture is drawn by a cpu or a gpu")]
pub struct UnknownDeviceKind;

impl LeaseRequest {
    /// The request without what is more than the limits allow: further devices, longer names, speeds that are no numbers.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        self.devices.truncate(limits::DEVICES_MAX);
        for device in &mut self.devices {
            device.name = device
                .name
                .chars()
                .take(limits::DEVICE_NAME_CHARS_MAX)
                .collect();
        }
        self.devices.retain(|device| {
            device.samples_per_second.is_finite() && device.samples_per_second >= 0.0
        });
        self
    }
}

/// A time-limited right to a work unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Lease {
    /// Its name; also the address of the answer.
    pub id: LeaseId,
    /// The work, signed by the coordinator.
    pub work: Signed<WorkUnit>,
    /// How long it lasts from now, by the coordinator's clock.
    pub term_s: u32,
}

/// What a worker is told about work it handed in earlier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Notice {
    /// The work unit it is about.
    pub work_unit: WorkUnitId,
    /// Why its submission was refused after it had been taken.
    pub problem: Problem,
}

/// The answer to a [`LeaseRequest`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeaseResponse {
    /// The worker's leases; empty when there is nothing to do.
    pub leases: Vec<Lease>,
    /// When to ask again if there was nothing.
    pub retry_after_s: u32,
    /// News about earlier submissions, told once.
    pub notices: Vec<Notice>,
    /// Why there are no new leases, where that is this device's own doing or its driver's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Problem>,
}
