//! Golden examples: every request and every answer as JSON, in the folder `fixtures`.
//!
//! The types read and write each file to the byte (`tests/fixtures.rs`), so nothing that travels
//! changes by accident. The OpenAPI document shows the same files, and `docs/protocol.md` quotes
//! them. Keys, ids and times in them are made up; signatures are real.

/// One example.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// The file's name in `fixtures`, without `.json`.
    pub name: &'static str,
    /// The schema in the OpenAPI document that it belongs to; empty where none has it.
    pub schema: &'static str,
    /// The file.
    pub json: &'static str,
}

macro_rules! examples {
    ($($name:literal $schema:literal,)*) => {
        /// All of them; the first of a schema is the one that the OpenAPI document shows.
        pub const ALL: &[Example] = &[$(Example {
            name: $name,
            schema: $schema,
            json: include_str!(concat!("../fixtures/", $name, ".json")),
        },)*];
    };
}

examples! {
    "coordinator-info" "CoordinatorInfo",
    "device-request" "DeviceRequest",
    "device" "Device",
    "lease-request" "LeaseRequest",
    "lease-response" "LeaseResponse",
    "work-unit" "WorkUnit",
    "work-unit-audit" "",
    "preamble" "Preamble",
    "receipt" "Receipt",
    "work-unit-status" "WorkUnitStatus",
    "audit-report" "AuditReport",
    "signed-manifest" "Signed_Manifest",
    "manifest" "Manifest",
    "ballot-request-pair" "BallotRequest",
    "ballot-request-single" "",
    "ballot" "Ballot",
    "vote" "Vote",
    "vote-receipt" "VoteReceipt",
    "entry-request" "EntryRequest",
    "entry" "Entry",
    "sheep-list" "SheepList",
    "sheep-record" "SheepRecord",
    "link-request" "LinkRequest",
    "link-request-take" "",
    "link-answer" "LinkAnswer",
    "people" "People",
    "person-profile" "PersonProfile",
    "problem" "Problem",
    "problem-genome" "",
    "problem-busy" "",
    "seen-list" "",
    "signed-request" "",
    "signed-submission" "",
}

/// The example of a schema of the OpenAPI document.
#[must_use]
pub fn of_schema(schema: &str) -> Option<&'static Example> {
    ALL.iter()
        .find(|example| example.schema == schema && !schema.is_empty())
}
