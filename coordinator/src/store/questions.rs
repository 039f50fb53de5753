//! What a ballot asks, and what its answer says, whichever side a sheep was shown on.

use woolgather_coordinator_core::ratings::PairAnswer;
use woolgather_protocol::votes::Answer;
use woolgather_protocol::{ProblemKind, SheepId};

use super::StoreError;
use super::database::Row;
use super::rows::{maybe_parsed, parsed};

/// What a ballot asks about, in the order of the sheep's ids, so that left and right do not make
/// two pairs of one.
pub(super) struct Question {
    pub(super) first: SheepId,
    pub(super) second: Option<SheepId>,
    /// The first sheep was shown on the right.
    swapped: bool,
}

impl Question {
    pub(super) fn of(row: &Row) -> Result<Self, StoreError> {
        let left: SheepId = parsed(row, "left_sheep")?;
        let right: Option<SheepId> = maybe_parsed(row, "right_sheep")?;
        Ok(match right {
            Some(right) if right < left => Self {
                first: right,
                second: Some(left),
                swapped: true,
            },
            second => Self {
                first: left,
                second,
                swapped: false,
            },
        })
    }

    /// As the database holds it: empty for a single one.
    pub(super) fn second_text(&self) -> &str {
        self.second
            .as_ref()
            .map(SheepId::as_str)
            .unwrap_or_default()
    }

    /// What an answer says, from the first sheep's side.
    pub(super) fn verdict(&self, answer: Answer) -> Result<Verdict, StoreError> {
        let is_pair = self.second.is_some();
        let verdict = match answer {
            Answer::Up => Verdict::Single { up: true },
            Answer::Down => Verdict::Single { up: false },
            Answer::Same => Verdict::Pair(PairAnswer::Same),
            Answer::Left if self.swapped => Verdict::Pair(PairAnswer::Right),
            Answer::Right if self.swapped => Verdict::Pair(PairAnswer::Left),
            Answer::Left => Verdict::Pair(PairAnswer::Left),
            Answer::Right => Verdict::Pair(PairAnswer::Right),
        };
        if is_pair != matches!(verdict, Verdict::Pair(_)) {
            let legal = if is_pair {
                "left, right or same"
            } else {
                "up or down"
            };
            let detail = format!("This ballot is answered with {legal}.");
            return Err(StoreError::refused(ProblemKind::WrongAnswer, detail));
        }
        Ok(verdict)
    }
}

/// What an answer says, from the first sheep's side.
pub(super) enum Verdict {
    Single { up: bool },
    Pair(PairAnswer),
}
