//! The operator's commands: they open the same store as the server and may run beside it, unless
//! they say otherwise.

mod admins;
mod backup;
mod blobs;
mod doctor;
mod entries;
mod flock;
mod import;
mod people;
mod sheep;
mod trust;
mod voters;

use std::sync::Arc;

use anyhow::{Context as _, ensure};

use crate::cli::HomeArgs;
use crate::clock::SystemClock;
use crate::keys;
use crate::store::Store;

pub use admins::admin_link;
pub use backup::{backup, migrate, restore};
pub use blobs::blobs;
pub use doctor::doctor;
pub use entries::entry;
pub use flock::flock;
pub use import::import;
pub use people::person;
pub use sheep::sheep;
pub use trust::{credit, device, unit};
pub use voters::{export, voter, votes};

/// The store of a flock that is there.
///
/// # Errors
///
/// When there is no data folder, or the database cannot be opened.
async fn open(home: &HomeArgs) -> anyhow::Result<Store> {
    ensure!(
        home.data.is_dir(),
        "there is no data folder {}; name it with --data",
        home.data.display()
    );
    Store::open(home.place()?, Arc::new(SystemClock), keys::fresh_bytes()?)
        .await
        .context("cannot open the database")
}
