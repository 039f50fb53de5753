//! The manifest: what the coordinator vouches for. A client plays and shares nothing else.

use serde::{Deserialize, Serialize};

use crate::digests::{InfoHash, Sha256};
use crate::ids::{ClipId, SheepId};
use crate::keys::PublicKey;
use crate::recipe::Recipe;
use crate::signing::Document;
use crate::work::ClipKind;

/// The living flock: its sheep, and the clips between them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Manifest {
    /// The key that signs it; must be the one the client has pinned.
    pub coordinator: PublicKey,
    /// Goes up with every change; a client takes no lower one than it has.
    pub sequence: u64,
    /// When it was made.
    pub made_at_ms: i64,
    /// The flock's name.
    pub flock: String,
    /// The recipe new clips are made by.
    pub recipe: Recipe,
    /// Living sheep that have a live clip.
    pub sheep: Vec<ManifestSheep>,
    /// Live clips.
    pub clips: Vec<ManifestClip>,
}

impl Document for Manifest {
    const PURPOSE: &'static str = "woolgather-manifest-v1";
}

/// A sheep as clients see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ManifestSheep {
    /// Its name in addresses.
    pub id: SheepId,
    /// Its name for people.
    pub title: String,
    /// Who made it.
    pub artist: String,
    /// Its genome, 64 hexadecimal characters.
    pub genome: String,
    /// SPDX name of the licence of genome and pictures.
    pub licence: String,
    /// The sheep it came from; empty for an artist's own.
    pub parents: Vec<SheepId>,
    /// Mean of its rating; 0 is an ordinary sheep.
    pub rating: f64,
}

/// A clip as clients see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ManifestClip {
    /// Its name in addresses.
    pub id: ClipId,
    /// Goes up when the clip is repaired.
    pub version: u32,
    /// Loop or edge.
    pub kind: ClipKind,
    /// Where it starts.
    pub from: SheepId,
    /// Where it ends: `from` again for a loop.
    pub to: SheepId,
    /// Frames in the file.
    pub frames: u32,
    /// Length of the file.
    pub bytes: u64,
    /// SHA-256 of the file.
    pub sha256: Sha256,
    /// Its torrent.
    pub info_hash: InfoHash,
    /// Names of the volunteers who rendered it, most segments first.
    pub volunteers: Vec<String>,
    /// When it went live.
    pub published_at_ms: i64,
}
