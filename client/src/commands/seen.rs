//! `woolgather seen`: what was on the screens here lately, and votes on it.

use anyhow::{Context as _, bail};
use serde_json::json;
use url::Url;
use woolgather_agent::seen::SeenSheep;
use woolgather_agent::talk::{Answer, Request, Vote};

use super::agent::ask;
use crate::agent::browser;
use crate::agent::socket::Visit;
use crate::cli::{SeenArgs, Thumb};
use crate::say::{Say, plain};

pub(crate) fn seen(args: &SeenArgs) -> anyhow::Result<()> {
    let (sheep, page) = list()?;
    let say = Say::new(args.json);
    let now_s = jiff::Timestamp::now().as_second();
    if args.json {
        let object = json!({"sheep": sheep.iter().map(object).collect::<Vec<_>>(), "page": page});
        say.event(&object, None);
    }
    for (number, sheep) in (1..).zip(&sheep) {
        say.words(&words(number, sheep, now_s));
    }
    if sheep.is_empty() {
        say.words("No sheep was on a screen here since the agent began.");
        return Ok(());
    }
    if args.open {
        let page = page.context(
            "there is no page: no flock was met from here yet, and `woolgather sync --coordinator URL` joins one",
        )?;
        return open(&page);
    }
    say.words("`woolgather vote up --sheep 1` votes on one of them, `woolgather seen --open` shows them on the website.");
    Ok(())
}

/// Votes on what is playing, or on one of the sheep that were seen, by its number in the list or its id.
pub(crate) fn vote(thumb: Thumb, which: Option<&str>) -> anyhow::Result<()> {
    let vote = match thumb {
        Thumb::Up => Vote::Up,
        Thumb::Down => Vote::Down,
    };
    let sheep = which.map(|which| find(list()?.0, which)).transpose()?;
    ask(&Request::Vote {
        vote,
        sheep: sheep.as_ref().map(|sheep| sheep.id.clone()),
    })?;
    let about = sheep.map(|sheep| format!(" on {}", plain(&sheep.title)));
    println!(
        "Thank you, your vote{} is kept and sent.",
        about.unwrap_or_default()
    );
    Ok(())
}

/// What the agent remembers, the last one first, and the page about it.
fn list() -> anyhow::Result<(Vec<SeenSheep>, Option<Url>)> {
    let visit = Visit::begin()?;
    let mut visit = visit.context("the agent is not running; `woolgather agent` starts it")?;
    match visit.ask(&Request::Seen)? {
        Answer::Seen { sheep, page } => {
            let page = page.map(|page| page.parse()).transpose();
            Ok((sheep, page.context("the agent gave an odd address")?))
        }
        Answer::Refused { sentence } => bail!("{}", sentence.trim_end_matches('.')),
        other => bail!("the agent gave another answer: {other:?}"),
    }
}

/// The sheep of this number in the list, or of this id.
fn find(sheep: Vec<SeenSheep>, which: &str) -> anyhow::Result<SeenSheep> {
    let count = sheep.len();
    let number = which.parse::<usize>().ok();
    let is_it =
        |(place, sheep): &(usize, SeenSheep)| sheep.id == which || number == Some(place + 1);
    let found = sheep.into_iter().enumerate().find(is_it);
    let found = found.with_context(|| match count {
        0 => "no sheep was on a screen here since the agent began".to_owned(),
        _ => format!(
            "there is no sheep {which:?} in the list: it has the numbers 1 to {count}, see `woolgather seen`"
        ),
    })?;
    Ok(found.1)
}

/// Opens the page, or says its address.
fn open(page: &Url) -> anyhow::Result<()> {
    browser::open(page)
        .with_context(|| format!("the page is {page}, for half an hour, and could not be opened"))
}

fn object(sheep: &SeenSheep) -> serde_json::Value {
    let shown_at = jiff::Timestamp::from_second(sheep.shown_unix_s);
    json!({
        "id": sheep.id,
        "title": sheep.title,
        "artist": sheep.artist,
        "shown_at": shown_at.ok().map(|time| time.to_string()),
        "vote": sheep.vote,
    })
}

fn words(number: usize, sheep: &SeenSheep, now_s: i64) -> String {
    let by = match sheep.artist.as_str() {
        "" => String::new(),
        artist => format!(" by {artist}"),
    };
    let vote = match sheep.vote {
        Some(Vote::Up) => ": you like it",
        Some(Vote::Down) => ": not for you",
        None => "",
    };
    let when = ago(now_s.saturating_sub(sheep.shown_unix_s));
    format!("{number:>2}  {}{by}, {when}{vote}", sheep.title)
}

/// How long ago something was, in the largest unit that fits.
fn ago(seconds: i64) -> String {
    let (count, unit) = match seconds {
        ..60 => return "just now".to_owned(),
        60..3600 => (seconds / 60, "minute"),
        3600..86_400 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{s} ago")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheep(id: &str) -> SeenSheep {
        SeenSheep {
            id: id.to_owned(),
            title: format!("The {id}"),
            artist: "Ada".to_owned(),
            shown_unix_s: 1000,
            vote: None,
        }
    }

    #[test]
    fn a_sheep_is_found_by_its_number_or_its_id() {
        let check = |which: &str, expected: Option<&str>| {
            let found = find(vec![sheep("fern"), sheep("7")], which).ok();
            let found = found.map(|sheep| sheep.id);
            assert_eq!(found.as_deref(), expected, "{which}");
        };
        check("1", Some("fern"));
        check("2", Some("7"));
        check("fern", Some("fern"));
        check("7", Some("7"));
        for which in ["0", "3", "-1", "", "wolf"] {
            check(which, None);
        }
        let error = find(Vec::new(), "1").unwrap_err().to_string();
        assert_eq!(error, "no sheep was on a screen here since the agent began");
    }

    #[test]
    fn a_line_says_what_when_and_what_you_think_of_it() {
        let mut fern = sheep("fern");
        assert_eq!(words(1, &fern, 1010), " 1  The fern by Ada, just now");
        fern.vote = Some(Vote::Down);
        assert_eq!(
            words(12, &fern, 1060),
            "12  The fern by Ada, 1 minute ago: not for you"
        );
        fern.artist.clear();
        fern.vote = Some(Vote::Up);
        assert_eq!(
            words(2, &fern, 1000 + 7300),
            " 2  The fern, 2 hours ago: you like it"
        );
    }

    #[test]
    fn times_are_said_as_people_do() {
        let check = |seconds, expected| assert_eq!(ago(seconds), expected);
        check(-5, "just now");
        check(59, "just now");
        check(3599, "59 minutes ago");
        check(86_399, "23 hours ago");
        check(86_400, "1 day ago");
    }
}
