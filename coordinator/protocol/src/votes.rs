//! Ballots and votes. Only a dealt ballot rates; it is good once and for a day.

use serde::{Deserialize, Serialize};

use crate::ids::SheepId;

/// What kind of question is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum BallotRequest {
    /// Two sheep side by side, chosen by the coordinator.
    Pair,
    /// Up or down for one sheep: the one on the screen, if the coordinator deals it.
    Single {
        /// What is on the screen; `None` lets the coordinator choose.
        on_screen: Option<SheepId>,
    },
}

/// A sheep on a ballot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BallotSheep {
    /// Its name in addresses.
    pub id: SheepId,
    /// Its name for people.
    pub title: String,
    /// Who made it.
    pub artist: String,
}

/// A dealt question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ballot {
    /// Signed by the coordinator, opaque to everybody else; good once, for 24 hours.
    pub token: String,
    /// The sheep on the left, or the only one.
    pub left: BallotSheep,
    /// The sheep on the right of a pair.
    pub right: Option<BallotSheep>,
}

/// What a voter may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Pair: the left one.
    Left,
    /// Pair: the right one.
    Right,
    /// Pair: no difference.
    Same,
    /// Single: more of this.
    Up,
    /// Single: less of this.
    Down,
}

/// The answer to a ballot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Vote {
    /// The ballot's token.
    pub token: String,
    /// What the voter says.
    pub answer: Answer,
}

/// The coordinator's answer to a vote: it is counted and on disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VoteReceipt {
    /// The rating of the left or only sheep after the vote.
    pub left_rating: f64,
    /// The rating of the right sheep after the vote.
    pub right_rating: Option<f64>,
    /// How many votes this voter has given.
    pub votes_by_you: u64,
}
