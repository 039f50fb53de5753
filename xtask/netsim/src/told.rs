//! What volunteers were told: the promises that the store must keep.

use std::collections::BTreeMap;

use woolgather_protocol::{Blake3, LeaseId, PublicKey};

/// What an answer was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// A segment.
    Segment,
    /// A frame to audit.
    Audit,
}

/// An answer that was acknowledged.
#[derive(Debug, Clone)]
pub struct Promise {
    /// Who was told.
    pub device: PublicKey,
    /// What it was for.
    pub work: Work,
    /// BLAKE3 of the segment, or of the audited frame.
    pub digest: Blake3,
}

/// Everything that volunteers were told, and who they are.
#[derive(Debug, Default)]
pub struct Told {
    /// Acknowledged answers, by lease.
    pub promises: BTreeMap<LeaseId, Promise>,
    /// Devices that never hand in anything but the truth.
    pub honest: Vec<PublicKey>,
    /// Requests that came to nothing: lost, cut off, timed out.
    pub broken: u64,
    /// Requests that were sent.
    pub sent: u64,
    /// Receipts for what had been handed in before.
    pub duplicates: u64,
    /// Answers by which somebody learned that another was faster.
    pub superseded: u64,
    /// How often the coordinator was killed.
    pub kills: u64,
}
