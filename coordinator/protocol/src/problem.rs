//! Every refusal, as problem+json (RFC 9457) with a stable kind.

use serde::{Deserialize, Serialize};

/// Content type of a problem.
pub const CONTENT_TYPE: &str = "application/problem+json";

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $status:literal, $text:literal, $title:literal;)*) => {
        /// What went wrong, by a name that never changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum ProblemKind {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl ProblemKind {
            /// Every kind there is.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// HTTP status it is sent with.
            #[must_use]
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// The stable name.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What it means, in a few words.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

kinds! {
    /// The request's form is wrong; the detail says where.
    MalformedRequest = 400, "malformed-request", "The request cannot be read";
    /// The request must be signed and is not.
    Unsigned = 401, "unsigned", "The request must be signed by a device key";
    /// The signature does not fit the request.
    BadSignature = 401, "bad-signature", "The signature does not fit the request";
    /// The request's time is too far from the coordinator's; ask for its time and sign again.
    StaleSignature = 401, "stale-signature", "The request was signed too long ago or too early";
    /// The very same request was seen before; sign a fresh one.
    ReplayedSignature = 409, "replayed-signature", "This signed request was already used";
    /// The body is not what was signed.
    BodyMismatch = 400, "body-mismatch", "The body is not the one that was signed";
    /// There is nothing at this address.
    NotFound = 404, "not-found", "There is nothing here";
    /// The coordinator never gave out such a lease.
    UnknownLease = 404, "unknown-lease", "No such lease";
    /// Another device holds this lease.
    ForeignLease = 403, "foreign-lease", "This lease belongs to another device";
    /// The lease ran out and somebody else handed the work in first, or it was given back.
    LeaseSuperseded = 409, "lease-superseded", "Somebody else was faster";
    /// The lease is for the other task (segment or audit).
    WrongTask = 409, "wrong-task", "This lease is for another task";
    /// More bytes than the lease allows.
    TooLarge = 413, "too-large", "The body is larger than allowed";
    /// The segment's bytes are not those the preamble announced.
    SegmentMismatch = 422, "segment-mismatch", "The segment is not the one announced";
    /// The submission's preamble cannot be read or does not fit the work unit.
    BadPreamble = 422, "bad-preamble", "The submission's preamble does not fit the work unit";
    /// The segment is no AV1 stream.
    UnreadableSegment = 422, "unreadable-segment", "The segment is not a readable AV1 stream";
    /// The sequence header is not the recipe's.
    WrongSequenceHeader = 422, "wrong-sequence-header", "The segment was not encoded by the recipe";
    /// The frames have another size than the recipe's.
    WrongFrameSize = 422, "wrong-frame-size", "The frames have the wrong size";
    /// The segment has too many or too few frames.
    WrongFrameCount = 422, "wrong-frame-count", "The segment has the wrong number of frames";
    /// The segment cannot be decoded completely.
    UndecodableSegment = 422, "undecodable-segment", "The segment cannot be decoded";
    /// A frame rendered again by somebody else is another picture.
    AuditMismatch = 422, "audit-mismatch", "An audited frame differs from the submitted one";
    /// The audit report does not fit the audited frame's size.
    BadAuditReport = 422, "bad-audit-report", "The audit report does not fit the frame";
    /// The genome was refused; the problem carries line, attribute, value and legal range.
    GenomeRefused = 422, "genome-refused", "The genome cannot be used";
    /// The artist did not agree to the licence.
    ConsentMissing = 422, "consent-missing", "Publishing needs your consent to the licence";
    /// There are not enough sheep to ask about.
    NoBallot = 409, "no-ballot", "There is nothing to vote on yet";
    /// The ballot was never dealt, to this voter.
    UnknownBallot = 404, "unknown-ballot", "No such ballot";
    /// The ballot was answered before.
    SpentBallot = 409, "spent-ballot", "This ballot was already answered";
    /// The ballot is older than a day.
    ExpiredBallot = 410, "expired-ballot", "This ballot is too old";
    /// The answer does not fit the ballot (left for a single one, say).
    WrongAnswer = 422, "wrong-answer", "The answer does not fit the ballot";
    /// Too many requests; wait a little.
    TooMany = 429, "too-many", "Too many requests";
    /// The coordinator cannot store anything for a moment; keep what you have and send it again later.
    StorageAway = 503, "storage-away", "The coordinator cannot store anything at the moment";
    /// The coordinator's fault; it is logged there. Try again later.
    Internal = 500, "internal", "The coordinator failed";
}

impl std::fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A refusal as it travels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[error("{title}: {detail}")]
pub struct Problem {
    /// Address of the kind's description: `/problems/{kind}`.
    #[serde(rename = "type")]
    pub address: String,
    /// The stable name; programs decide by this.
    pub kind: ProblemKind,
    /// HTTP status.
    pub status: u16,
    /// What it means, in a few words.
    pub title: String,
    /// What happened this time, in a sentence, for people.
    pub detail: String,
    /// Where in a genome the fault is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub genome: Option<GenomeFault>,
}

/// Where in a genome's text the fault is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GenomeFault {
    /// Line, from 1.
    pub line: u32,
    /// The attribute at fault.
    pub attribute: Option<String>,
    /// The value found.
    pub value: Option<String>,
    /// What would be legal.
    pub legal: Option<String>,
}

impl Problem {
    /// A problem of this kind; `detail` is a sentence for people.
    #[must_use]
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self {
            address: format!("/problems/{kind}"),
            kind,
            status: kind.status(),
            title: kind.title().to_owned(),
            detail: detail.into(),
            genome: None,
        }
    }

    /// The refusal of a genome, with the place of the fault.
    #[must_use]
    pub fn genome(detail: impl Into<String>, fault: GenomeFault) -> Self {
        let genome = Some(fault);
        Self {
            genome,
            ..Self::new(ProblemKind::GenomeRefused, detail)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_names_of_their_own_and_error_statuses() {
        let mut names: Vec<_> = ProblemKind::ALL.iter().map(|kind| kind.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ProblemKind::ALL.len());
        assert!(
            ProblemKind::ALL
                .iter()
                .all(|kind| (400..600).contains(&kind.status()))
        );
    }

    #[test]
    fn a_problem_survives_the_wire_and_stays_the_same() {
        let fault = GenomeFault {
            line: 3,
            attribute: Some("gamma".into()),
            value: Some("-1".into()),
            legal: Some("above 0".into()),
        };
        let problem = Problem::genome("gamma must be above 0", fault);
        let text = serde_json::to_string(&problem).unwrap();
        assert!(
            text.contains(r#""type":"/problems/genome-refused""#),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<Problem>(&text).unwrap(), problem);
    }
}
