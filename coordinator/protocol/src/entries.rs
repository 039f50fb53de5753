//! Entries: what an artist offers to the flock.

use serde::{Deserialize, Serialize};

use crate::ids::{EntryId, SheepId};
use crate::licence::Licence;
use crate::tags::Tag;

/// Life of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EntryState {
    /// On disk.
    Received,
    /// A preview is being rendered and looked at by the machine.
    Screening,
    /// An operator must look at it.
    NeedsReview,
    /// It is a sheep now.
    Accepted,
    /// It will not be a sheep; the reason says why.
    Rejected,
    /// Its artist took it back.
    Withdrawn,
}

/// An entry as its artist sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entry {
    /// Its name.
    pub id: EntryId,
    /// How far it has come.
    pub state: EntryState,
    /// Why it is where it is, in a sentence.
    pub reason: String,
    /// The genome's name.
    pub title: String,
    /// Who offers it.
    pub artist: String,
    /// The sheep it became.
    pub sheep: Option<SheepId>,
    /// The licence of genome and pictures.
    #[serde(default)]
    pub licence: Licence,
    /// The artist's tags.
    #[serde(default)]
    pub tags: Vec<Tag>,
    /// The sheep that it branches from.
    #[serde(default)]
    pub parent: Option<SheepId>,
}

/// An artist offers a genome through the API (the website's form carries the same fields).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EntryRequest {
    /// flam3 XML with exactly one `<flame>`.
    pub genome: String,
    /// The name to credit.
    pub artist: String,
    /// The artist agrees to publish genome and pictures under `licence`.
    pub consent: bool,
    /// The name of the sheep to be; the genome's own unless given.
    #[serde(default)]
    pub title: Option<String>,
    /// Words by which it may be found; each once, up to [`crate::tags::TAGS_MAX`].
    #[serde(default)]
    pub tags: Vec<Tag>,
    /// The licence; CC0-1.0 unless given. What branches from a CC-BY-4.0 sheep is CC-BY-4.0 whatever is asked.
    #[serde(default)]
    pub licence: Licence,
    /// The sheep that it branches from, whose genome its artist began with.
    #[serde(default)]
    pub parent: Option<SheepId>,
}
