//! Sheep as programs read them: lists of the gallery, and everything that is known of one.

use serde::{Deserialize, Serialize};

use crate::ids::{ClipId, SheepId};
use crate::tags::Tag;

/// Which sheep a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Room {
    /// Those that live.
    #[default]
    Living,
    /// The hall of fame: living or retired, and almost certainly better than an ordinary sheep (their rating less
    /// twice its deviation is above 0). It has an order of its own, the most famous first.
    Hall,
    /// Those that retired.
    Archive,
}

/// In which order a list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Best rating first.
    #[default]
    Best,
    /// Youngest first.
    Newest,
    /// Those first of which least is known.
    Uncertain,
    /// Oldest first.
    Oldest,
}

impl Room {
    /// All of them, in the order people are shown them.
    pub const ALL: [Self; 3] = [Self::Living, Self::Hall, Self::Archive];

    /// Its name in addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Living => "living",
            Self::Hall => "hall",
            Self::Archive => "archive",
        }
    }
}

impl Sort {
    /// All of them, in the order people are shown them.
    pub const ALL: [Self; 4] = [Self::Best, Self::Newest, Self::Uncertain, Self::Oldest];

    /// Its name in addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::Newest => "newest",
            Self::Uncertain => "uncertain",
            Self::Oldest => "oldest",
        }
    }
}

/// How far a sheep has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SheepStage {
    /// Its loop is being rendered.
    Rendering,
    /// Its loop is live.
    Live,
    /// No longer played, bred or dealt; genome, picture, credits and files stay.
    Retired,
}

/// What is believed of a sheep. An ordinary one has a mean of 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SheepRating {
    /// The mean: the log-odds of being preferred to an ordinary sheep.
    pub mean: f64,
    /// The deviation of that mean: how sure it is.
    pub deviation: f64,
    /// Dealt votes it took part in.
    pub votes: u64,
}

/// A published clip, by its address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SheepClip {
    /// The clip.
    pub id: ClipId,
    /// Its version; goes up when it is repaired.
    pub version: u32,
    /// Path of the file.
    pub file: String,
    /// Path of the torrent.
    pub torrent: String,
}

/// A sheep on a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SheepSummary {
    /// Its name in addresses.
    pub id: SheepId,
    /// Its name for people.
    pub title: String,
    /// Who made it.
    pub artist: String,
    /// SPDX name of the licence of genome and pictures.
    pub licence: String,
    /// How far it has come.
    pub stage: SheepStage,
    /// When it was born, ms since 1970 UTC.
    pub born_at_ms: i64,
    /// What voters made of it.
    pub rating: SheepRating,
    /// What it is found by.
    pub tags: Vec<Tag>,
    /// Path of its page.
    pub page: String,
    /// Path of its picture; `null` before its loop is live.
    pub poster: Option<String>,
    /// Its loop; `null` before it is live.
    pub clip: Option<SheepClip>,
}

/// A page of sheep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SheepList {
    /// The sheep.
    pub sheep: Vec<SheepSummary>,
    /// Send this back as `after` for the page that follows; `null` at the end.
    pub next: Option<String>,
}

/// That a sheep is a child of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FamilyTie {
    /// Steps from the sheep that was asked about, from 1.
    pub generation: u32,
    /// The younger one.
    pub child: SheepId,
    /// The older one.
    pub parent: SheepId,
}

/// Somebody in a family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FamilyMember {
    /// The sheep.
    pub id: SheepId,
    /// Its name for people.
    pub title: String,
    /// Who made it.
    pub artist: String,
    /// How far it has come.
    pub stage: SheepStage,
}

/// Where a sheep comes from and what came from it, five generations each way.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FamilyTree {
    /// Ties to its ancestors, the nearest first.
    pub ancestors: Vec<FamilyTie>,
    /// Ties to its descendants, the nearest first.
    pub descendants: Vec<FamilyTie>,
    /// Everybody named in them, but for the sheep itself.
    pub members: Vec<FamilyMember>,
    /// There are more descendants than are told.
    pub is_cut: bool,
}

/// An artist to be named with a sheep, since it descends from a work of theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SheepCredit {
    /// The artist.
    pub artist: String,
    /// SPDX name of that work's licence.
    pub licence: String,
}

/// Everything that is known of a sheep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SheepRecord {
    /// As lists show it.
    pub sheep: SheepSummary,
    /// Its genome's name: 64 hexadecimal digits.
    pub genome_id: String,
    /// Path of the genome as flam3 XML.
    pub genome: String,
    /// The volunteers who rendered the loop, most segments first.
    pub volunteers: Vec<String>,
    /// Where it comes from and what came from it.
    pub family: FamilyTree,
    /// The artists of its ancestors.
    pub credits: Vec<SheepCredit>,
}
