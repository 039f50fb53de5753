//! What a coordinator says of itself, and how a device introduces itself.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::keys::PublicKey;
use crate::recipe::Recipe;

/// The version of everything in this crate.
pub const PROTOCOL_VERSION: u32 = 1;

/// The first thing a client asks for. The key is pinned at first contact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CoordinatorInfo {
    /// The flock's name.
    pub name: String,
    /// [`PROTOCOL_VERSION`].
    pub protocol_version: u32,
    /// Signs manifests and work units.
    pub key: PublicKey,
    /// The coordinator's clock, so that a client with a wrong one can sign.
    pub server_time_ms: i64,
    /// The recipe new clips are made by.
    pub recipe: Recipe,
    /// Where the coordinator itself seeds.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub origin_peers: Vec<SocketAddr>,
    /// Sequence number of the newest manifest.
    pub manifest_sequence: u64,
}

/// A device introduces itself; doing so again changes its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceRequest {
    /// The volunteer's name, shown with the clips it rendered; empty for "anonymous".
    pub volunteer: String,
}

/// What the coordinator holds about a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Device {
    /// The device's key.
    pub key: PublicKey,
    /// The volunteer's name as it will be shown.
    pub volunteer: String,
    /// Segments accepted so far.
    pub accepted_units: u64,
    /// Credit earned so far, in thousands of reference samples.
    pub credit: u64,
    /// Segments handed in that wait for a second opinion.
    #[serde(default)]
    pub waiting_units: u64,
    /// Of the credit, what is in escrow: a device's first twenty units count for good when all of
    /// them are accepted.
    #[serde(default)]
    pub escrow: u64,
}
