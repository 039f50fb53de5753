//! Typed HTTP client of the coordinator: the calls of `protocol::paths` as async functions.
//!
//! # Contents
//!
//! * [`Coordinator`]: a coordinator whose key is known; every call is a method of it.
//! * [`DownloadRequest`]: a file by ranged, resumable HTTP, checked against its SHA-256.
//! * [`address`]: one of the paths under a coordinator's own address.
//! * [`ApiError`]: one variant per reaction.
//!
//! Requests that change something are signed with the device's key. All of them may be sent twice,
//! so a call that fails for a passing reason (no connection, 5xx, 429) is repeated a few times with
//! growing pauses, signed anew each time. Every answer has a size limit.

mod coordinator;
mod download;
mod error;
mod limited;
mod request;

pub use coordinator::{Coordinator, Submission};
pub use download::DownloadRequest;
pub use error::ApiError;
pub use request::{address, spread};
