//! Planted faults: what a coordinator would do that breaks its promises. A simulation that does not
//! find them is worth nothing.

use axum::body::Bytes;
use axum::http::Method;

use crate::coordinator::Reply;
use crate::wire::Sent;
use crate::world::World;

/// A fault, or none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Plant {
    /// The coordinator as it is.
    #[default]
    None,
    /// Some submissions are acknowledged and never taken.
    AnswersTooEarly,
    /// When it is killed, what was committed since its start is gone.
    ForgetsCommits,
    /// Some units are paid twice.
    PaysTwice,
    /// A blob disappears.
    LosesBlob,
    /// Jobs that wait are forgotten when it is killed.
    ForgetsJobs,
}

impl Plant {
    /// What somebody between volunteer and coordinator answers instead of passing the request on.
    pub(crate) fn answers(self, world: &World, sent: &Sent) -> Option<Reply> {
        let early = self == Self::AnswersTooEarly
            && sent.method == Method::PUT
            && sent.path.ends_with("/submission")
            && world.happens(100);
        let body = br#"{"duplicate":false,"state":"submitted"}"#;
        early.then(|| Reply {
            status: 200,
            body: Bytes::from_static(body),
        })
    }

    /// What it does to the database while nobody has it open but the observer.
    pub(crate) fn sql(self) -> Option<&'static str> {
        match self {
            Self::PaysTwice => Some(
                "INSERT INTO ledger (number, work_unit, device, credit, reason, written_ms)
                 SELECT (SELECT MAX(number) + 1 FROM ledger), work_unit, device, credit, reason,
                        written_ms
                 FROM ledger ORDER BY number DESC LIMIT 1",
            ),
            Self::ForgetsJobs => Some(
                "UPDATE job SET state = 'done' WHERE state IN ('waiting', 'running')
                    OR key LIKE 'join:%'",
            ),
            _ => None,
        }
    }
}
