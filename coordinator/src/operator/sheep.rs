//! Tags and titles, for the operator to mend.

use crate::cli::{SheepArgs, SheepCommand, TagChange};

/// `sheep tag`, `sheep title`.
///
/// # Errors
///
/// A chain of sentences for the operator.
pub async fn sheep(args: SheepArgs) -> anyhow::Result<()> {
    let store = super::open(&args.home).await?;
    match args.command {
        SheepCommand::Tag { id, changes } => {
            let (mut give, mut take) = (Vec::new(), Vec::new());
            for change in changes {
                match change {
                    TagChange::Give(tag) => give.push(tag),
                    TagChange::Take(tag) => take.push(tag),
                }
            }
            let tags = if give.is_empty() && take.is_empty() {
                store.sheep(&id).await?;
                store.tags_of(&id).await?
            } else {
                store.change_tags(&id, give, take).await?
            };
            let tags: Vec<_> = tags.iter().map(ToString::to_string).collect();
            println!("{id}: {}", tags.join(" "));
        }
        SheepCommand::Title { id, title } => {
            store.set_title(&id, &title).await?;
            println!("{id} is called \"{}\" now", title.trim());
        }
    }
    Ok(())
}
