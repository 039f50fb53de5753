//! What the icon in the desktop's panel looks like, and what its menu says: a menu as data.
//!
//! ```text
//! Panel { sentence, sheep, .. } -> face -> Face { look, sentence, menu } -> whoever draws it
//!                                                          a click -> Act -> the agent's desk
//! ```
//!
//! The menu begins with the agent's one sentence, so that the question "what is it doing?" needs one click.

use std::time::Duration;

use crate::schedule::LocalTime;
use crate::seen::SeenSheep;
use crate::talk::Vote;

/// The hour at which "until tomorrow" ends.
const MORNING_HOUR: u64 = 6;

/// What the menu depends on.
#[derive(Clone, Copy, Debug)]
pub struct Panel<'a> {
    /// The agent's one sentence.
    pub sentence: &'a str,
    /// Is everything paused?
    pub paused: bool,
    /// The sheep on the screen, or the one that was seen last.
    pub sheep: Option<&'a SeenSheep>,
    /// Is it on the screen now?
    pub on_screen: bool,
    /// Is there a website to show the list on?
    pub has_page: bool,
}

/// The icon and its menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Face {
    /// What the icon looks like.
    pub look: Look,
    /// What the panel says when the pointer rests on it.
    pub sentence: String,
    /// The menu, from the top.
    pub menu: Vec<Item>,
}

/// What the icon looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// As ever.
    Awake,
    /// While everything is paused.
    Paused,
}

/// A line of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// Words that only say something.
    Words(String),
    /// Something to choose.
    Choice(Choice),
    /// A line between groups.
    Divider,
}

/// Something to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What it is called.
    pub words: &'static str,
    /// What follows.
    pub act: Act,
    /// For an answer: is it the one that was given? `None` for what is no answer.
    pub given: Option<bool>,
}

/// What a click asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// A vote on this sheep.
    Vote {
        /// Which way.
        vote: Vote,
        /// The sheep's id.
        sheep: String,
    },
    /// Show what was seen, on the website.
    ShowSeen,
    /// Show the flock, as if nobody were here.
    ShowFlock,
    /// Do nothing for an hour.
    PauseForAnHour,
    /// Do nothing until tomorrow morning; see [`until_tomorrow`].
    PauseUntilTomorrow,
    /// End a pause.
    Resume,
    /// Open the settings.
    Settings,
    /// End the agent.
    Quit,
}

/// What icon and menu are in a situation.
#[must_use]
pub fn face(panel: &Panel<'_>) -> Face {
    let mut menu = vec![Item::Words(panel.sentence.to_owned()), Item::Divider];
    menu.extend(about_sheep(panel));
    menu.extend([Item::Divider, choice("Show the flock now", Act::ShowFlock)]);
    if panel.paused {
        menu.push(choice("Resume", Act::Resume));
    } else {
        menu.push(choice("Pause for an hour", Act::PauseForAnHour));
        menu.push(choice("Pause until tomorrow", Act::PauseUntilTomorrow));
    }
    menu.extend([
        Item::Divider,
        choice("Settings…", Act::Settings),
        choice("Quit", Act::Quit),
    ]);
    Face {
        look: if panel.paused {
            Look::Paused
        } else {
            Look::Awake
        },
        sentence: panel.sentence.to_owned(),
        menu,
    }
}

fn about_sheep(panel: &Panel<'_>) -> Vec<Item> {
    let Some(sheep) = panel.sheep else {
        return vec![Item::Words("No sheep was shown yet".to_owned())];
    };
    let place = if panel.on_screen {
        "On the screen"
    } else {
        "Seen last"
    };
    let by = if sheep.artist.is_empty() {
        String::new()
    } else {
        format!(" by {}", sheep.artist)
    };
    let answer = |words, vote| {
        let act = Act::Vote {
            vote,
            sheep: sheep.id.clone(),
        };
        let given = Some(sheep.vote == Some(vote));
        Item::Choice(Choice { words, act, given })
    };
    let mut items = vec![
        Item::Words(format!("{place}: {}{by}", sheep.title)),
        answer("Like it", Vote::Up),
        answer("Not for me", Vote::Down),
    ];
    if panel.has_page {
        items.push(choice("What you have just seen…", Act::ShowSeen));
    }
    items
}

fn choice(words: &'static str, act: Act) -> Item {
    Item::Choice(Choice {
        words,
        act,
        given: None,
    })
}

/// How long it is from `now` until six o'clock tomorrow morning. An hour that the clocks skip or repeat in between is
/// not looked at.
#[must_use]
pub fn until_tomorrow(now: LocalTime) -> Duration {
    let minutes = (24 + MORNING_HOUR) * 60 - u64::from(now.minute);
    Duration::from_secs(minutes * 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::Weekday;

    fn star() -> SeenSheep {
        SeenSheep {
            id: "star".to_owned(),
            title: "Cinder Star".to_owned(),
            artist: "Ada".to_owned(),
            shown_unix_s: 0,
            vote: None,
        }
    }

    const PANEL: Panel<'_> = Panel {
        sentence: "Not rendering: on battery, 63 %.",
        paused: false,
        sheep: None,
        on_screen: false,
        has_page: true,
    };

    /// The menu as somebody reads it: words in brackets cannot be chosen, a star is the answer that was given.
    #[track_caller]
    fn check(panel: &Panel<'_>, expected: &[&str]) {
        let line = |item: &Item| match item {
            Item::Words(words) => format!("({words})"),
            Item::Choice(Choice { words, given, .. }) => match given {
                Some(true) => format!("* {words}"),
                Some(false) | None => (*words).to_owned(),
            },
            Item::Divider => "-".to_owned(),
        };
        let menu: Vec<String> = face(panel).menu.iter().map(line).collect();
        assert_eq!(menu, expected);
    }

    #[test]
    fn before_anything_was_shown_there_is_nothing_to_vote_on() {
        check(
            &PANEL,
            &[
                "(Not rendering: on battery, 63 %.)",
                "-",
                "(No sheep was shown yet)",
                "-",
                "Show the flock now",
                "Pause for an hour",
                "Pause until tomorrow",
                "-",
                "Settings…",
                "Quit",
            ],
        );
    }

    #[test]
    fn what_was_seen_last_can_be_voted_on_and_looked_at_again() {
        let sheep = SeenSheep {
            vote: Some(Vote::Down),
            ..star()
        };
        let panel = Panel {
            sentence: "Paused until you say otherwise.",
            paused: true,
            sheep: Some(&sheep),
            ..PANEL
        };
        check(
            &panel,
            &[
                "(Paused until you say otherwise.)",
                "-",
                "(Seen last: Cinder Star by Ada)",
                "Like it",
                "* Not for me",
                "What you have just seen…",
                "-",
                "Show the flock now",
                "Resume",
                "-",
                "Settings…",
                "Quit",
            ],
        );
        assert_eq!(face(&panel).look, Look::Paused);
    }

    #[test]
    fn without_a_website_and_an_artist_the_sheep_is_there_still() {
        let sheep = SeenSheep {
            artist: String::new(),
            ..star()
        };
        let panel = Panel {
            sheep: Some(&sheep),
            on_screen: true,
            has_page: false,
            ..PANEL
        };
        let menu = face(&panel).menu;
        assert_eq!(menu[2], Item::Words("On the screen: Cinder Star".into()));
        assert_eq!(menu[5], Item::Divider);
    }

    #[test]
    fn a_vote_is_about_the_sheep_that_the_menu_names() {
        let sheep = star();
        let panel = Panel {
            sheep: Some(&sheep),
            ..PANEL
        };
        let act = Act::Vote {
            vote: Vote::Up,
            sheep: "star".to_owned(),
        };
        let words = "Like it";
        let given = Some(false);
        let expected = Item::Choice(Choice { words, act, given });
        assert!(face(&panel).menu.contains(&expected));
    }

    #[test]
    fn tomorrow_begins_at_six() {
        let check = |hour, minute, expected_minutes: u64| {
            let now = LocalTime::new(Weekday::Sunday, hour, minute);
            let expected = Duration::from_secs(expected_minutes * 60);
            assert_eq!(until_tomorrow(now), expected, "{hour}:{minute}");
        };
        check(23, 59, 6 * 60 + 1);
        check(12, 30, 17 * 60 + 30);
        check(0, 0, 30 * 60);
    }
}
