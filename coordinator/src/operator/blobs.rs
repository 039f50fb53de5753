//! `blobs`: what an operator does about segments, clips and pictures.

use std::time::SystemTime;

use super::open;
use crate::blobs::Blobs;
use crate::cli::{BlobsArgs, BlobsCommand};
use crate::hands::Hands;
use crate::jobs::collecting::{Collected, Collector, PARTS};
use crate::keys::{self, IfMissing};

/// `blobs collect`.
///
/// # Errors
///
/// A chain of sentences for the operator.
pub async fn blobs(args: BlobsArgs) -> anyhow::Result<()> {
    let BlobsCommand::Collect = args.command;
    let store = open(&args.home).await?;
    let place = args.home.blobs.place()?;
    let blobs = Blobs::open_beside(&place, &args.home.data)?;
    let key = keys::key_in(&args.home.key_file(), IfMissing::Fail)?.public();
    let flock = store.flock().await?;
    let hands = Hands::machine();
    let collector = Collector::new(&store, &blobs, &hands, &flock, key);
    let now = SystemTime::now();
    let mut collected = Collected::default();
    for part in 0..PARTS {
        collected = collected.and(collector.collect(part, now).await?);
    }
    println!(
        "{} blobs looked at: {} discarded, to be erased after a day; {} erased that were discarded a \
         day ago; {} brought back",
        collected.seen, collected.discarded, collected.erased, collected.recovered
    );
    Ok(())
}
