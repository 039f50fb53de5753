//! `woolgather vote`: a dealt ballot, answered.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use clap::ValueEnum as _;
use serde_json::json;
use woolgather_protocol::votes::{Ballot, BallotRequest, BallotSheep, Vote};

use crate::cli::{Choice, VoteArgs};
use crate::connect::connect;
use crate::identity::{Identity, data_folder};
use crate::say::Say;

pub(crate) async fn vote(data: Option<&Path>, args: &VoteArgs) -> anyhow::Result<()> {
    if let Some(answer) = args.answer {
        check(answer, args.single)?;
    }
    let identity = Identity::open(&data_folder(data)?)?;
    let url = args
        .coordinator
        .as_ref()
        .context("no coordinator was named")?;
    let coordinator = connect(&identity, url).await?;
    let request = if args.single {
        BallotRequest::Single { on_screen: None }
    } else {
        BallotRequest::Pair
    };
    let ballot = coordinator.ballot(&request).await?;
    let page = |sheep: &BallotSheep| coordinator.address(&format!("/sheep/{}", sheep.id));
    let say = Say::new(args.json);
    let line = |place: &str, sheep: &BallotSheep| {
        let BallotSheep { title, artist, .. } = sheep;
        say.words(&format!("{place} \"{title}\" by {artist}  {}", page(sheep)));
    };
    line("left: ", &ballot.left);
    if let Some(right) = &ballot.right {
        line("right:", right);
    }
    let answer = match args.answer {
        Some(answer) => answer,
        None => ask(&ballot)?,
    };
    let vote = Vote {
        token: ballot.token.clone(),
        answer: answer.into(),
    };
    let receipt = coordinator.vote(&vote).await?;
    let event = json!({
        "event": "voted",
        "left": ballot.left.title,
        "right": ballot.right.as_ref().map(|right| &right.title),
        "answer": vote.answer,
        "left_rating": receipt.left_rating,
        "right_rating": receipt.right_rating,
    });
    let words = format!(
        "Counted, thank you. That was vote {} from this device.",
        receipt.votes_by_you
    );
    say.event(&event, Some(&words));
    Ok(())
}

/// The answers that a ballot takes.
fn choices(single: bool) -> &'static [Choice] {
    if single {
        &[Choice::Up, Choice::Down]
    } else {
        &[Choice::Left, Choice::Right, Choice::Same]
    }
}

/// Refuses an answer that cannot fit, before a ballot is dealt for it.
fn check(answer: Choice, single: bool) -> anyhow::Result<()> {
    let choices = choices(single);
    if choices.contains(&answer) {
        return Ok(());
    }
    let question = if single { "one sheep" } else { "two sheep" };
    bail!(
        "about {question} the answer is {}",
        names(choices).join(", ")
    );
}

fn names(choices: &[Choice]) -> Vec<String> {
    let value = |choice: &Choice| Some(choice.to_possible_value()?.get_name().to_owned());
    choices.iter().filter_map(value).collect()
}

/// Asks on the terminal until the answer is one of those the ballot takes.
fn ask(ballot: &Ballot) -> anyhow::Result<Choice> {
    if !std::io::stdin().is_terminal() {
        bail!("nobody is there to ask; give --answer");
    }
    let choices = choices(ballot.right.is_none());
    let names = names(choices);
    loop {
        print!("{}? ", names.join(", "));
        std::io::stdout().flush()?;
        let mut line = String::new();
        let read = std::io::stdin()
            .read_line(&mut line)
            .context("the terminal went away")?;
        if read == 0 {
            bail!("no answer was given");
        }
        let typed = line.trim();
        let found = names
            .iter()
            .position(|name| !typed.is_empty() && name.starts_with(typed));
        if let Some(index) = found {
            return Ok(choices[index]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_must_fit_the_question() {
        for answer in [Choice::Left, Choice::Right, Choice::Same] {
            assert!(check(answer, false).is_ok());
        }
        assert!(check(Choice::Up, true).is_ok());
        let error = check(Choice::Left, true).unwrap_err().to_string();
        assert_eq!(error, "about one sheep the answer is up, down");
        let error = check(Choice::Down, false).unwrap_err().to_string();
        assert_eq!(error, "about two sheep the answer is left, right, same");
    }
}
