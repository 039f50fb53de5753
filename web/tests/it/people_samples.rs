//! Sample views of people and accounts, lively and empty.

use woolgather_protocol::Tag;
use woolgather_protocol::people::{Handle, PersonLine, PersonSheep, Scope, UnitFate};
use woolgather_web::views::{
    AccountDevice, AccountPage, AccountPasskey, AccountSession, AccountToken, GroupLine, LinkPage,
    Linking, MachinesPage, PeoplePage, PersonPage, SignInPage, TeamItem, TeamPage, TeamsPage,
    UnitLine,
};

use crate::samples::sheep_id;

const HOUR_S: u64 = 3_600;
const DAY_S: u64 = 24 * HOUR_S;

pub(crate) fn handle(text: &str) -> Handle {
    text.parse().expect("a sample handle")
}

fn tags(texts: &[&str]) -> Vec<Tag> {
    let tag = |text: &&str| text.parse().expect("a sample tag");
    texts.iter().map(tag).collect()
}

fn line(name: &str, credit: u64, worn: &[&str]) -> PersonLine {
    PersonLine {
        handle: handle(&name.to_lowercase().replace(' ', "-")),
        name: name.to_owned(),
        team: credit.is_multiple_of(2).then(|| handle("night-owls")),
        tags: tags(worn),
        credit,
        credit_week: credit / 9,
        sheep: credit % 7,
        sheep_votes: credit % 113,
    }
}

fn lines() -> Vec<PersonLine> {
    vec![
        line(
            "Mira",
            812_440,
            &["gold", "deep-sea", "ryzen", "slow-loops"],
        ),
        line("Tomasz W", 655_031, &["radeon", "gold"]),
        line("Ines", 402_118, &["deep-sea", "julian", "gold"]),
        line("Noor of the Hill", 88_204, &["laptop", "night"]),
        line("ellipsis", 20_071, &["night", "gold"]),
    ]
}

pub(crate) fn people() -> PeoplePage {
    let mut this_week = lines();
    this_week[2].credit_week = 104_000;
    this_week.sort_by_key(|line| std::cmp::Reverse(line.credit_week));
    this_week.truncate(4);
    let mut artists = lines();
    artists.sort_by_key(|line| std::cmp::Reverse(line.sheep_votes));
    PeoplePage {
        this_week,
        ever: lines(),
        artists,
        other_devices: 1_204,
        unlisted: 311,
    }
}

pub(crate) fn people_empty() -> PeoplePage {
    PeoplePage {
        this_week: Vec::new(),
        ever: Vec::new(),
        artists: Vec::new(),
        other_devices: 3,
        unlisted: 1,
    }
}

pub(crate) fn person() -> PersonPage {
    let unit = |segment: u32, state, credit, escrow| UnitLine {
        url: format!("/units/unit-{segment}"),
        title: ["Cinder Star", "Abalone", "Abalone → Delft Tide"][segment as usize % 3].into(),
        segment,
        frames: 8,
        state,
        credit,
        escrow,
        seconds_ago: u64::from(segment) * 1_700,
    };
    PersonPage {
        person: line(
            "Mira",
            812_440,
            &["gold", "deep-sea", "ryzen", "slow-loops"],
        ),
        about: "Two old workstations under the desk keep the room warm in winter.\n\nI draw with \
                few xforms and much patience."
            .into(),
        since_s_ago: 212 * DAY_S,
        frames: 48_210,
        bytes: 3_204_000_000,
        sheep: [
            ("cinder-star", "Cinder Star", 41),
            ("abalone", "Abalone", 112),
        ]
        .map(|(id, title, votes)| PersonSheep {
            id: sheep_id(id),
            title: title.into(),
            votes,
        })
        .into(),
        units: vec![
            unit(1, UnitFate::BeingChecked, 0, false),
            unit(2, UnitFate::Accepted, 5_488, true),
            unit(3, UnitFate::Accepted, 5_488, false),
            unit(4, UnitFate::Refused, 0, false),
            unit(5, UnitFate::TakenBack, 0, false),
        ],
        older_units: Some(4_711),
        own: false,
        listed: true,
    }
}

pub(crate) fn person_own() -> PersonPage {
    PersonPage {
        about: String::new(),
        sheep: Vec::new(),
        units: Vec::new(),
        older_units: None,
        own: true,
        listed: false,
        ..person()
    }
}

fn team_item() -> TeamItem {
    TeamItem {
        handle: handle("night-owls"),
        name: "Night owls".into(),
        members: 14,
        credit: 1_290_300,
    }
}

pub(crate) fn teams() -> TeamsPage {
    let second = TeamItem {
        handle: handle("school-4"),
        name: "School No. 4, Physics".into(),
        members: 1,
        credit: 20_071,
    };
    TeamsPage {
        teams: vec![team_item(), second],
        problem: None,
    }
}

pub(crate) fn teams_refused() -> TeamsPage {
    TeamsPage {
        teams: Vec::new(),
        problem: Some("There is a team night-owls already. Choose another handle.".into()),
    }
}

pub(crate) fn team() -> TeamPage {
    let named = lines()
        .into_iter()
        .map(|line| (line.handle, line.name, line.credit));
    TeamPage {
        team: team_item(),
        about: "Machines that work while the town sleeps.".into(),
        accepted_units: 9_310,
        named: named.collect(),
        member: true,
    }
}

pub(crate) fn machines() -> MachinesPage {
    let group = |name: &str, count, units| GroupLine {
        name: name.into(),
        count,
        units,
    };
    MachinesPage {
        by_class: vec![
            group("cpu", 812, 40_212),
            group("gpu radv 26.1", 41, 20_118),
        ],
        small_classes: 7,
        by_tag: vec![group("gold", 31, 1_402)],
        small_tags: 96,
        group_min: 20,
    }
}

pub(crate) fn sign_in() -> SignInPage {
    SignInPage {
        passkeys: true,
        ..SignInPage::default()
    }
}

pub(crate) fn sign_in_refused() -> SignInPage {
    SignInPage {
        then: Some("/link?code=abcdefgh".into()),
        passkeys: false,
        handle: "mira".into(),
        problem: Some("Somebody is called mira already. Choose another handle.".into()),
    }
}

pub(crate) fn account() -> AccountPage {
    AccountPage {
        handle: handle("mira"),
        name: "Mira".into(),
        about: person().about,
        tags: "gold, deep-sea, ryzen".into(),
        listed: true,
        hidden: None,
        team: Some(handle("night-owls")),
        coordinator_url: "https://flock.example".into(),
        passkeys_possible: true,
        passkeys: vec![AccountPasskey {
            id: "Y3JlZA".into(),
            name: "My phone".into(),
            made_s_ago: 30 * DAY_S,
            used_s_ago: Some(2 * HOUR_S),
        }],
        recovery_codes: 9,
        sessions: vec![
            AccountSession {
                id: "s1".into(),
                label: "Firefox on Linux".into(),
                seen_s_ago: 0,
                here: true,
            },
            AccountSession {
                id: "s2".into(),
                label: "Safari on iPhone".into(),
                seen_s_ago: 5 * DAY_S,
                here: false,
            },
        ],
        devices: vec![AccountDevice {
            key: "a7".repeat(32),
            volunteer: "Attic".into(),
            accepted_units: 1_204,
            credit: 640_110,
            linked_s_ago: 100 * DAY_S,
        }],
        tokens: vec![AccountToken {
            id: "t1".into(),
            name: "Status bar".into(),
            scopes: vec![Scope::Render, Scope::Vote],
            made_s_ago: 3 * DAY_S,
            used_s_ago: None,
        }],
        shown: None,
        done: None,
        problem: None,
    }
}

pub(crate) fn account_fresh() -> AccountPage {
    AccountPage {
        about: String::new(),
        tags: String::new(),
        team: None,
        listed: false,
        passkeys: Vec::new(),
        recovery_codes: 0,
        devices: Vec::new(),
        tokens: Vec::new(),
        ..account()
    }
}

pub(crate) fn link_asked() -> LinkPage {
    LinkPage {
        handle: handle("mira"),
        linking: Linking::Ask {
            problem: Some("Nobody shows this code now.".into()),
        },
    }
}

pub(crate) fn link_found() -> LinkPage {
    LinkPage {
        handle: handle("mira"),
        linking: Linking::Confirm {
            code: "hdmkwpqz".parse().expect("a sample code"),
            key: "a7".repeat(32),
            volunteer: "Attic".into(),
            seen_s_ago: Some(100 * DAY_S),
            accepted_units: 12,
        },
    }
}
