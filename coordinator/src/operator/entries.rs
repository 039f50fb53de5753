//! What artists offered, for the operator to decide on.

use woolgather_protocol::entries::EntryState;

use crate::cli::{EntryArgs, EntryCommand};
use crate::store::{Accepted, EntryRow, PageRequest, Store};

/// `entry list`, `entry accept`, `entry reject`.
///
/// # Errors
///
/// A chain of sentences for the operator.
pub async fn entry(args: EntryArgs) -> anyhow::Result<()> {
    let store = super::open(&args.home).await?;
    match args.command {
        EntryCommand::List => list(&store).await,
        EntryCommand::Accept { id } => {
            match store.accept_entry(&id).await? {
                Accepted::Born(sheep) => {
                    println!("entry {id} is the sheep {sheep} now; its loop will be rendered");
                }
                Accepted::Waiting => println!("entry {id} is accepted and waits for its turn"),
            }
            Ok(())
        }
        EntryCommand::Reject { id, reason } => {
            store.reject_entry(&id, &reason).await?;
            println!("entry {id} is rejected: {reason}");
            Ok(())
        }
    }
}

/// Prints every entry, page by page.
async fn list(store: &Store) -> anyhow::Result<()> {
    let mut page = PageRequest::default();
    loop {
        let entries = store.entries(None, page).await?;
        for row in &entries.rows {
            println!("{}", line(row));
        }
        match entries.next {
            Some(after) => page.after = Some(after),
            None => return Ok(()),
        }
    }
}

/// An entry in a line: id, state, title, artist, licence, reason, appeal.
fn line(row: &EntryRow) -> String {
    let entry = &row.entry;
    let appeal = match &row.appeal {
        Some(appeal) => format!("  (its artist asks for a second look: {appeal})"),
        None => String::new(),
    };
    format!(
        "{}  {:12}  \"{}\" by {}, {}: {}{appeal}",
        entry.id,
        state_name(entry.state),
        entry.title,
        entry.artist,
        entry.licence,
        entry.reason
    )
}

fn state_name(state: EntryState) -> &'static str {
    match state {
        EntryState::Received => "received",
        EntryState::Screening => "screening",
        EntryState::NeedsReview => "needs review",
        EntryState::Accepted => "accepted",
        EntryState::Rejected => "rejected",
        EntryState::Withdrawn => "withdrawn",
    }
}
