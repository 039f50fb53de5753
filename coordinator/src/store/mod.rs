//! The store: everything the coordinator remembers, as named transactions.
//!
//! One SQLite file in the data folder (WAL, synchronous=FULL) or a PostgreSQL server, one writer
//! that commits in groups, a few readers; each has a thread and a connection. A method that changes anything returns *after* its commit is on
//! disk, so its answer may be passed on as "durable". Every method may be called twice with the
//! same arguments; the second call changes nothing.
//!
//! The database may be opened by several processes at once (the operator's commands beside the
//! server): writers take turns, nothing is cached between calls.
//!
//! # In reading order
//!
//! * [`Store::open`], [`Place`], [`StoreError`], `database`, the writer and the readers: how a
//!   transaction runs.
//! * `flock`: founding, the manifest. `devices`: volunteers and their notices.
//! * `leases`, `answers`, `submissions`, `checking`, `audits`: a work unit's life.
//! * `records`, `classes`, `auditors`: trust. `verdicts`, `repair`: what follows when the referee
//!   found a frame wrong. `ledger`: credit. `operators`: what operators decide; `admins`: who
//!   may use their console. Their rules are those of `woolgather_coordinator_core`.
//! * `questions`, `ballots`, `votes`, `effects`: what voters are asked and say; `undo`: a vote taken
//!   back; `refit`: all of it weighed anew every night; `voters`: whose votes were voided.
//! * `nursery`, `lineages`, `retirement`: who is bred, from whom, and who goes.
//! * `gallery`, `tags`, `family`: how sheep are found, and who came from whom.
//! * `people`: accounts, sessions, passkeys, tokens, and which voters are whose.
//! * `entries`, `appeals`, `drafts`: what artists offer, and what they may do with it before and after.
//! * `jobs`: background tasks. `clips`, `sheep`, `votes`: what people see and give.
//! * `blobs`: which of them rows need. `company`: several coordinators on one store.
//! * `copying`: a store carried over whole, for backups and moves.
//! * `status`: numbers for the status page and the metrics.
//!
//! # Units
//!
//! Times are milliseconds since 1970 UTC by the store's [`Clock`](crate::clock::Clock). Sizes are
//! bytes. Credit is in thousands of reference samples.

mod copying;
mod database;
mod error;
mod open;
mod paging;
mod place;
mod readers;
mod rows;
mod secrets;
mod writer;

mod admins;
mod births;
mod blobs;
mod devices;
mod flock;

mod acceptance;
mod answers;
mod auditors;
mod audits;
mod checking;
mod classes;
mod leases;
mod ledger;
mod means;
mod operators;
mod queue;
mod records;
mod repair;
mod submissions;
mod verdicts;
mod withheld;
mod work;

mod clips;
mod company;
mod family;
mod gallery;
mod jobs;
mod lineages;
mod nursery;
mod publishing;
mod retirement;
mod sheep;
mod tags;

mod ballots;
mod effects;
mod questions;
mod refit;
mod seen;
mod undo;
mod vote_lists;
mod voters;
mod votes;

mod appeals;
mod drafts;
mod entries;
mod importing;
mod people;
mod status;

pub use admins::{LINK_LASTS, SESSION_LASTS};
pub use answers::{EarlierAnswer, OpenLease, UnitFacts};
pub use appeals::EntryPlace;
pub use audits::{AuditAnswer, AuditEvidence, Settlement};
pub use checking::{CheckedFrames, ClaimedCheck};
pub use clips::{ClipRow, ClipState, JoinSegment, NewClipFile};
pub use company::{Company, Gossip, Membership, SharedNonces, Sighting};
pub use copying::{Progress, copy_store};
pub use database::DatabaseError;
pub use drafts::Draft;
pub use entries::{Accepted, EntryRow, NewEntry, Screening};
pub use error::StoreError;
pub use family::{Family, GENERATIONS_MAX, InheritedCredit, Relative, Tie};
pub use flock::{Flock, FoundingSheep, NewFlock};
pub use gallery::{
    COUNTED_MAX, GALLERY_PAGE_MAX, GalleryFilter, GalleryPage, GalleryRequest, GalleryRow, Glance,
    Mark, MarkError, Start, TERMS_MAX,
};
pub use importing::{Imported, ImportedSheep};
pub use jobs::{ClaimedJob, Job, JobLine};
pub use leases::{LeaseTerms, LeasedWork, WorkForDevice};
pub use ledger::CreditLine;
pub use lineages::{BRED, Lineage, NewChild};
pub use means::FrameMeans;
pub use nursery::{Change, LivingSheep, Nursery, WaitingEntry};
pub use open::Store;
pub use operators::{DeviceLine, LogLine};
pub use paging::{Page, PageRequest};
pub use people::{
    ArtistName, Boards, Browser, CEREMONY_LASTS, Ceremony, Figures, Group, LINK_CODE_LASTS, Link,
    Machines, NewPasskey, NewProfile, NewTeam, OfferedDevice, Opened, PERSON_SESSION_LASTS,
    PasskeyRow, PersonDevice, PersonExport, PersonForOperator, PersonRow, RECOVERY_CODES, Session,
    TOKENS_MAX, TeamLine, TeamRow, TokenOwner, TokenRow,
};
pub use place::Place;
pub use refit::VoteLog;
pub use repair::{AuditAgain, DoubtReports};
pub use seen::SeenBallot;
pub use sheep::{SheepOrder, SheepRow, SheepState};
pub use status::{ClipProgress, FlockStatus, Held, UnitCounts, VolunteerCredit};
pub use submissions::NewSubmission;
pub use tags::{TITLE_CHARS_MAX, TagCount, TagSource};
pub use undo::{TakenBack, UNDO_TERM_MS};
pub use verdicts::{Verdict, VerdictPictures};
pub use vote_lists::{LoggedBallot, SheepLine, VoterLine};
pub use votes::{VoteFrom, VoterId};
pub use woolgather_coordinator_core::PersonId;

#[cfg(test)]
mod tests;
