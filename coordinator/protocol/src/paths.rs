//! Addresses both ends use. Every one starts with the coordinator's URL.

use crate::ids::{ClipId, EntryId, LeaseId, SheepId, WorkUnitId};
use crate::people::{Handle, LinkCode};

/// GET: [`crate::info::CoordinatorInfo`].
pub const INFO: &str = "/api/v1/coordinator";
/// POST, signed: [`crate::info::DeviceRequest`] → [`crate::info::Device`].
pub const DEVICES: &str = "/api/v1/devices";
/// POST, signed: [`crate::work::LeaseRequest`] → [`crate::work::LeaseResponse`].
pub const LEASES: &str = "/api/v1/leases";
/// GET: the signed manifest.
pub const MANIFEST: &str = "/api/v1/manifest";
/// POST, signed: [`crate::votes::BallotRequest`] → [`crate::votes::Ballot`].
pub const BALLOTS: &str = "/api/v1/ballots";
/// POST, signed: [`crate::votes::Vote`] → [`crate::votes::VoteReceipt`].
pub const VOTES: &str = "/api/v1/votes";
/// POST, signed: [`crate::entries::EntryRequest`] → [`crate::entries::Entry`].
pub const ENTRIES: &str = "/api/v1/entries";
/// GET: [`crate::sheep::SheepList`].
pub const SHEEP: &str = "/api/v1/sheep";
/// GET: [`crate::people::People`].
pub const PEOPLE: &str = "/api/v1/people";
/// POST, signed: [`crate::people::LinkRequest`] → [`crate::people::LinkAnswer`].
pub const LINK: &str = "/api/v1/link";
/// GET, with a token: [`crate::people::PersonProfile`] of whose token it is.
pub const ACCOUNT: &str = "/api/v1/account";
/// GET: the OpenAPI document.
pub const OPENAPI: &str = "/api/v1/openapi.json";
/// GET: the website's page about what a device has just shown; POST: a vote from it.
pub const SEEN: &str = "/seen";
/// GET: the tracker's announce (BEP 3).
pub const ANNOUNCE: &str = "/announce";
/// GET: the tracker's scrape (BEP 48).
pub const SCRAPE: &str = "/scrape";

/// DELETE, signed: gives a lease back.
#[must_use]
pub fn lease(id: &LeaseId) -> String {
    format!("{LEASES}/{id}")
}

/// PUT, signed: a submission → [`crate::submission::Receipt`].
#[must_use]
pub fn submission(id: &LeaseId) -> String {
    format!("{LEASES}/{id}/submission")
}

/// PUT, signed: [`crate::audit::AuditReport`] → [`crate::submission::Receipt`].
#[must_use]
pub fn audit(id: &LeaseId) -> String {
    format!("{LEASES}/{id}/audit")
}

/// GET: [`crate::submission::WorkUnitStatus`]; add `?device=KEY` to learn of a refusal.
#[must_use]
pub fn work_unit(id: &WorkUnitId) -> String {
    format!("/api/v1/work-units/{id}")
}

/// GET, ranges: the clip's file.
#[must_use]
pub fn clip(id: &ClipId, version: u32) -> String {
    format!("/api/v1/clips/{id}/{version}/clip.mp4")
}

/// GET: the clip's torrent.
#[must_use]
pub fn torrent(id: &ClipId, version: u32) -> String {
    format!("/api/v1/clips/{id}/{version}/clip.torrent")
}

/// GET: [`crate::sheep::SheepRecord`].
#[must_use]
pub fn sheep(id: &SheepId) -> String {
    format!("{SHEEP}/{id}")
}

/// GET: the website's page about a sheep.
#[must_use]
pub fn sheep_page(id: &SheepId) -> String {
    format!("/sheep/{id}")
}

/// GET: the sheep's genome as flam3 XML.
#[must_use]
pub fn genome(id: &SheepId) -> String {
    format!("/sheep/{id}/genome.flam3")
}

/// GET: the sheep's picture.
#[must_use]
pub fn poster(id: &SheepId) -> String {
    format!("/api/v1/sheep/{id}/poster.webp")
}

/// GET: the website's page about the sheep on a sealed [`crate::seen::SeenList`].
#[must_use]
pub fn seen(list: &str) -> String {
    format!("{SEEN}?list={list}")
}

/// GET: the state of an entry.
#[must_use]
pub fn entry(id: &EntryId) -> String {
    format!("{ENTRIES}/{id}")
}

/// GET: [`crate::people::PersonProfile`].
#[must_use]
pub fn person(handle: &Handle) -> String {
    format!("{PEOPLE}/{handle}")
}

/// GET: the website's page where a signed-in person takes the device that shows this code.
#[must_use]
pub fn link_page(code: &LinkCode) -> String {
    format!("/link?code={}", code.as_str())
}
