//! Every byte on the network, version 1: types, limits, problem kinds. Nothing else.
//!
//! The coordinator and its clients meet only here. The crate knows no server, no HTTP client and
//! no database; it depends on the genome crate for ids and limits. JSON carries everything but
//! segments, clips, pictures and torrents.
//!
//! # Contents
//!
//! * [`ids`], [`digests`]: names of things and fingerprints of bytes, as types.
//! * [`keys`], [`signing`]: ed25519 keys, signed requests, signed documents.
//! * [`recipe`], [`work`], [`submission`], [`audit`]: what a worker gets and gives.
//! * [`manifest`]: what a client may play and share.
//! * [`votes`], [`entries`]: what people give; [`tags`]: words to find things by; [`seen`]: what a device has
//!   shown them.
//! * [`licence`], [`tags`]: what goes with a sheep or an entry.
//! * [`sheep`]: the gallery's lists, and what is known of one sheep.
//! * [`people`]: accounts, and how a device is linked to one.
//! * [`info`]: what a coordinator says of itself.
//! * [`problem`]: every refusal, with a stable kind.
//! * [`limits`], [`paths`]: sizes and addresses both ends use.
//! * [`examples`]: every request and answer, as golden JSON.
//!
//! # Units
//!
//! Times are milliseconds since 1970 UTC by the coordinator's clock, as `i64`, in fields that end
//! in `_ms`; durations are whole seconds in fields that end in `_s`; sizes are bytes.

pub mod audit;
pub mod digests;
pub mod entries;
pub mod examples;
pub mod ids;
pub mod info;
pub mod keys;
pub mod licence;
pub mod limits;
pub mod manifest;
pub mod paths;
pub mod people;
pub mod problem;
pub mod recipe;
pub mod seen;
pub mod sheep;
pub mod signing;
pub mod submission;
pub mod tags;
pub mod votes;
pub mod work;

pub use digests::{Blake3, InfoHash, Sha256};
pub use ids::{ClipId, EntryId, LeaseId, SheepId, WorkUnitId};
pub use keys::{DeviceSecret, PublicKey, Signature};
pub use licence::Licence;
pub use problem::{Problem, ProblemKind};
pub use recipe::Recipe;
pub use signing::Signed;
pub use tags::Tag;

/// The schema of a text: what it is, and the regular expression that it matches.
#[cfg(feature = "openapi")]
fn text_schema(
    description: &str,
    pattern: String,
) -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
    use utoipa::openapi::schema::{ObjectBuilder, Type};
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description.trim_ascii()))
        .pattern(Some(pattern))
        .into()
}
