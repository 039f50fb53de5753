//! Every refusal, as problem+json (RFC 9457) with a stable kind.

use serde::{Deserialize, Serialize};

/// Content type of a problem.
pub const CONTENT_TYPE: &str = "application/problem+json";

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $status:literal, $text:literal, $title:literal;)*) => {
        /// What went wrong, by a name that never changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum ProblemKind {
            $($(#[doc = $doc])+ #[serde(rename = $text)] $name,)*
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

            /// Whether it passes by itself: the answer then says when to try again.
            #[must_use]
            pub fn passes(self) -> bool {
                matches!(self, Self::TooMany | Self::Busy | Self::NotReady | Self::StorageFull | Self::StorageAway)
            }

            /// What it means, in a few words.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// What to do about it, in a sentence or two.
            #[must_use]
            pub fn advice(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_ascii(),)* }
            }
        }
    };
}

kinds! {
    /// The request's form is wrong; the detail says where.
    MalformedRequest = 400, "malformed-request", "The request cannot be read";
    /// One of the five headers is missing; add all of them.
    Unsigned = 401, "unsigned", "The request must be signed by a device key";
    /// Method, path, coordinator's key, time, nonce or body digest is not what was signed, or a header has another form; compare with the worked example.
    BadSignature = 401, "bad-signature", "The signature does not fit the request";
    /// The request's time is too far from the coordinator's; ask for its time and sign again.
    StaleSignature = 401, "stale-signature", "The request was signed too long ago or too early";
    /// The very same request was seen before; sign a fresh one.
    ReplayedSignature = 409, "replayed-signature", "This signed request was already used";
    /// It was damaged on its way, or its digest is of something else; send it again.
    BodyMismatch = 400, "body-mismatch", "The body is not the one that was signed";
    /// Nothing by this name, not yet or no longer; do not ask again for the same.
    NotFound = 404, "not-found", "There is nothing here";
    /// There is something at this address, but it is asked for in another way; the header `Allow` says how.
    MethodNotAllowed = 405, "method-not-allowed", "Not by this method";
    /// The coordinator never gave it out; drop the work.
    UnknownLease = 404, "unknown-lease", "No such lease";
    /// Another device holds it; sign with the key that leased it.
    ForeignLease = 403, "foreign-lease", "This lease belongs to another device";
    /// The lease ran out and somebody else handed the work in first, or it was given back.
    LeaseSuperseded = 409, "lease-superseded", "Somebody else was faster";
    /// A segment was handed in for an audit, or an audit report for a segment.
    WrongTask = 409, "wrong-task", "This lease is for another task";
    /// The detail says how many bytes are allowed.
    TooLarge = 413, "too-large", "The body is larger than allowed";
    /// Its length or its BLAKE3 is another; the unit goes to somebody else.
    SegmentMismatch = 422, "segment-mismatch", "The segment is not the one announced";
    /// It cannot be read, or has digests of another number of frames; the unit goes to somebody else.
    BadPreamble = 422, "bad-preamble", "The submission's preamble does not fit the work unit";
    /// It is no AV1 stream in low-overhead format with temporal delimiters; the unit goes to somebody else.
    UnreadableSegment = 422, "unreadable-segment", "The segment is not a readable AV1 stream";
    /// Its sequence header is not the recipe's to the byte: use exactly that encoder and version.
    WrongSequenceHeader = 422, "wrong-sequence-header", "The segment was not encoded by the recipe";
    /// The recipe says which size; the unit goes to somebody else.
    WrongFrameSize = 422, "wrong-frame-size", "The frames have the wrong size";
    /// The work unit says how many; the unit goes to somebody else.
    WrongFrameCount = 422, "wrong-frame-count", "The segment has the wrong number of frames";
    /// Told later, as a notice: a decoder stopped within it. Look at your encoder and your memory.
    UndecodableSegment = 422, "undecodable-segment", "The segment cannot be decoded";
    /// Told later, as a notice: the coordinator rendered the frame itself and it is another picture. Look at your machine, its driver and its memory.
    AuditMismatch = 422, "audit-mismatch", "An audited frame differs from the submitted one";
    /// Too much of what this device handed in was wrong, or of what its driver draws; the detail says until when it gets no work.
    WorkWithheld = 403, "work-withheld", "There is no work for this device for now";
    /// A plane's means are not base64, or not as many as a frame of this size has blocks.
    BadAuditReport = 422, "bad-audit-report", "The audit report does not fit the frame";
    /// The problem says where, and what would be legal: line, attribute, value, range.
    GenomeRefused = 422, "genome-refused", "The genome cannot be used";
    /// Ask the artist, and send `consent` as true.
    ConsentMissing = 422, "consent-missing", "Publishing needs your consent to the licence";
    /// There are not enough sheep to ask about; ask again when the manifest has changed.
    NoBallot = 409, "no-ballot", "There is nothing to vote on yet";
    /// It was never dealt, or to somebody else; ask for another.
    UnknownBallot = 404, "unknown-ballot", "No such ballot";
    /// Your vote counts already; ask for another ballot.
    SpentBallot = 409, "spent-ballot", "This ballot was already answered";
    /// A ballot is good for a day; ask for another.
    ExpiredBallot = 410, "expired-ballot", "This ballot is too old";
    /// `left`, `right` and `same` answer a pair, `up` and `down` a single sheep.
    WrongAnswer = 422, "wrong-answer", "The answer does not fit the ballot";
    /// It was revoked, or never made; make another on your account's page.
    UnknownToken = 401, "unknown-token", "No such token";
    /// The token is good for other things; make one with the scope that the detail names.
    ScopeMissing = 403, "scope-missing", "The token does not allow this";
    /// It was used, is older than ten minutes, or has a letter wrong; ask for another.
    UnknownCode = 404, "unknown-code", "No such code";
    /// Somebody else has it; choose another.
    HandleTaken = 409, "handle-taken", "This handle is taken";
    /// The device is linked already; remove that link first.
    LinkedAlready = 409, "linked-already", "This device belongs to somebody";
    /// Link the device first.
    NotLinked = 409, "not-linked", "This device belongs to nobody";
    /// The form came from another website, or the browser did not say from where; open the page here and send it again.
    CrossSite = 403, "cross-site", "The form came from elsewhere";
    /// Sign in first, in this browser.
    SignedOut = 401, "signed-out", "Nobody is signed in here";
    /// It was answered too late, twice, or with a key that is not known here; begin again.
    PasskeyRefused = 422, "passkey-refused", "The passkey was not taken";
    /// This device or network asks too often; wait for as long as the answer says.
    TooMany = 429, "too-many", "Too many requests";
    /// The coordinator is behind and gives no new work; keep what you have, hand it in, and ask again when the answer says.
    Busy = 503, "busy", "The coordinator is behind with its work";
    /// Send requests to another coordinator of this flock, if there is one; the detail says what is missing.
    NotReady = 503, "not-ready", "This coordinator is not ready";
    /// The coordinator has no room left; keep the submission and send it again when the answer says.
    StorageFull = 507, "storage-full", "The coordinator's disk is full";
    /// The coordinator cannot store anything for a moment; keep what you have and send it again later.
    StorageAway = 503, "storage-away", "The coordinator cannot store anything at the moment";
    /// The coordinator's fault; it is logged there. Try again later.
    Internal = 500, "internal", "The coordinator failed";
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for ProblemKind {
    /// One constant for each kind, with its title and what to do about it.
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Type};
        let kinds = Self::ALL.iter().map(|kind| {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .title(Some(kind.title()))
                .description(Some(format!("Status {}. {}", kind.status(), kind.advice())))
                .enum_values(Some([kind.as_str()]))
        });
        kinds
            .fold(OneOfBuilder::new(), OneOfBuilder::item)
            .description(Some("What went wrong, by a name that never changes."))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for ProblemKind {}

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
    /// In how many seconds to try again, where waiting helps; the header `Retry-After` says the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
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
            retry_after_s: None,
        }
    }

    /// The same, with the time after which to try again.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        Self {
            retry_after_s: Some(seconds),
            ..self
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
