//! `person`: whose page is hidden, and whose account goes.

use super::open;
use super::trust::ago;
use crate::cli::{PersonArgs, PersonCommand};
use crate::clock::{Clock as _, SystemClock};
use crate::store::{ArtistName, PersonForOperator};

/// `person list`, `person hide`, `person show`, `person delete`.
///
/// # Errors
///
/// A chain of sentences for the operator.
pub async fn person(args: PersonArgs) -> anyhow::Result<()> {
    let store = open(&args.home).await?;
    match args.command {
        PersonCommand::List => {
            let now_ms = SystemClock.now_ms();
            for person in store.people_for_operators().await? {
                println!("{}", line(&person, now_ms));
            }
        }
        PersonCommand::Hide { handle, reason } => {
            store.hide_person(&handle, &reason).await?;
            println!("nobody else sees the page of {handle}; within a minute no board names them");
        }
        PersonCommand::Show { handle, reason } => {
            store.show_person(&handle, &reason).await?;
            println!("{handle} may be found again, once they tick it");
        }
        PersonCommand::Delete {
            handle,
            artist_too,
            reason,
        } => {
            let artist = if artist_too {
                ArtistName::Remove
            } else {
                ArtistName::Keep
            };
            store.remove_person(&handle, artist, &reason).await?;
            println!("the account of {handle} is gone");
        }
    }
    Ok(())
}

/// A person in a line: handle, since when, devices, whether others see the page, name.
fn line(person: &PersonForOperator, now_ms: i64) -> String {
    let seen = match (&person.hidden, person.listed) {
        (Some(reason), _) => format!("hidden: {reason}"),
        (None, true) => "listed".to_owned(),
        (None, false) => "not listed".to_owned(),
    };
    format!(
        "{:24}  {:>8}  {:>3} devices  {seen}  {}",
        person.handle.as_str(),
        ago(now_ms - person.made_ms),
        person.devices,
        person.name,
    )
}
