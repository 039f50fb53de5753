//! The commands about single sheep: `sheep`.

use clap::{Args, Subcommand};
use woolgather_protocol::{SheepId, Tag};

use super::HomeArgs;

/// Options of `sheep`.
#[derive(Debug, Args)]
pub struct SheepArgs {
    /// Where everything is kept.
    #[command(flatten)]
    pub home: HomeArgs,
    /// What to do with a sheep.
    #[command(subcommand)]
    pub command: SheepCommand,
}

/// What an operator can do with a sheep.
#[derive(Debug, Subcommand)]
pub enum SheepCommand {
    /// Give a sheep tags and take others away: `sheep tag ID +deep-sea -red`; without any, list those it has
    Tag {
        /// The sheep
        id: SheepId,
        /// `+WORD` gives a tag, `-WORD` takes one away
        #[arg(value_name = "+WORD|-WORD", allow_hyphen_values = true, value_parser = change)]
        changes: Vec<TagChange>,
    },
    /// Give a sheep another title
    Title {
        /// The sheep
        id: SheepId,
        /// The title, at most 80 characters
        title: String,
    },
}

/// One change of a sheep's tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagChange {
    /// It gets this one.
    Give(Tag),
    /// It loses this one.
    Take(Tag),
}

fn change(text: &str) -> Result<TagChange, String> {
    let parsed = |word: &str| word.parse::<Tag>().map_err(|error| error.to_string());
    match (text.strip_prefix('+'), text.strip_prefix('-')) {
        (Some(word), _) => parsed(word).map(TagChange::Give),
        (_, Some(word)) => parsed(word).map(TagChange::Take),
        (None, None) => Err("begin with + or -".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_says_whether_it_gives_or_takes() {
        let tag = |text: &str| text.parse::<Tag>().unwrap();
        assert_eq!(change("+Deep Sea"), Ok(TagChange::Give(tag("deep-sea"))));
        assert_eq!(change("-red"), Ok(TagChange::Take(tag("red"))));
        for wrong in ["red", "+", "-<b>", ""] {
            assert!(change(wrong).is_err(), "{wrong}");
        }
    }
}
