//! People and teams, as others see them.

use std::collections::BTreeMap;

use askama::Template;
use woolgather_protocol::Tag;
use woolgather_protocol::limits;
use woolgather_protocol::people::{
    ABOUT_CHARS_MAX, HANDLE_CHARS_MAX, Handle, PersonLine, PersonSheep, UnitFate,
};

use super::{Nav, Page};
use crate::words;

/// How large a tag is written: 1 to 4, by how many people on the page have it.
const TAG_SIZES: usize = 4;
/// How many tags stand beside a name; all are on its card.
const TAGS_BESIDE: usize = 2;

/// The boards.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "people.html")]
pub struct PeoplePage {
    /// By credit of the last seven days; their `credit_week`.
    pub this_week: Vec<PersonLine>,
    /// By credit, ever.
    pub ever: Vec<PersonLine>,
    /// By standing votes on their sheep.
    pub artists: Vec<PersonLine>,
    /// Devices with credit that belong to nobody named here.
    pub other_devices: u64,
    /// Accounts of people who do not want to be found.
    pub unlisted: u64,
}

impl Page for PeoplePage {
    fn here(&self) -> Nav {
        Nav::People
    }
}

impl PeoplePage {
    /// A person's tags with their sizes: the more people on this page have a tag, the larger.
    fn cloud<'p>(&self, person: &'p PersonLine) -> Vec<(&'p Tag, usize)> {
        let mut having: BTreeMap<&Tag, usize> = BTreeMap::new();
        for other in &self.ever {
            for tag in &other.tags {
                *having.entry(tag).or_default() += 1;
            }
        }
        let size = |tag| having.get(tag).copied().unwrap_or(1).clamp(1, TAG_SIZES);
        person.tags.iter().map(|tag| (tag, size(tag))).collect()
    }

    /// The boards: element id, title, people, what is counted.
    fn lists(&self) -> [(&'static str, &'static str, &[PersonLine], Counted); 3] {
        [
            (
                "week-title",
                "Credit this week",
                &self.this_week,
                Counted::Week,
            ),
            ("ever-title", "Credit, ever", &self.ever, Counted::Ever),
            (
                "artists-title",
                "Votes on their sheep",
                &self.artists,
                Counted::Votes,
            ),
        ]
    }

    /// What a board says of a person.
    fn figure(&self, person: &PersonLine, counted: &Counted) -> String {
        match counted {
            Counted::Week => words::count(&person.credit_week),
            Counted::Ever => words::count(&person.credit),
            Counted::Votes => words::counted(&person.sheep_votes, "vote"),
        }
    }

    /// The tags that fit beside a name.
    fn first_tags<'p>(&self, person: &'p PersonLine) -> &'p [Tag] {
        &person.tags[..person.tags.len().min(TAGS_BESIDE)]
    }

    fn nobody(&self) -> bool {
        self.this_week.is_empty() && self.ever.is_empty() && self.artists.is_empty()
    }
}

/// What a board counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counted {
    Week,
    Ever,
    Votes,
}

/// A unit in a person's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitLine {
    /// Its page.
    pub url: String,
    /// Title of its clip.
    pub title: String,
    /// Which segment, from 0.
    pub segment: u32,
    /// Frames in it.
    pub frames: u32,
    /// What became of it.
    pub state: UnitFate,
    /// What it earned that stands.
    pub credit: u64,
    /// Whether that can still be lost.
    pub escrow: bool,
    /// Seconds since it was handed in.
    pub seconds_ago: u64,
}

impl UnitLine {
    /// The style class and the words for what became of it.
    fn look(&self) -> (&'static str, &'static str) {
        match self.state {
            UnitFate::BeingChecked => ("auditing", "being checked"),
            UnitFate::Accepted if self.escrow => ("accepted", "accepted, in escrow"),
            UnitFate::Accepted => ("accepted", "accepted"),
            UnitFate::Refused => ("quarantined", "refused"),
            UnitFate::TakenBack => ("quarantined", "found wrong later"),
        }
    }
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "person.html")]
pub struct PersonPage {
    /// Name, tags, credit.
    pub person: PersonLine,
    /// What the person says about themselves.
    pub about: String,
    /// Seconds since the account was made.
    pub since_s_ago: u64,
    /// Frames of accepted units.
    pub frames: u64,
    /// Bytes of the segments in them.
    pub bytes: u64,
    /// Sheep, newest first.
    pub sheep: Vec<PersonSheep>,
    /// Units, newest first.
    pub units: Vec<UnitLine>,
    /// Where the units before these are.
    pub older_units: Option<i64>,
    /// Whether the page's person looks at it.
    pub own: bool,
    /// Whether others can see it.
    pub listed: bool,
}

impl Page for PersonPage {
    fn here(&self) -> Nav {
        Nav::People
    }
}

/// A team in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamItem {
    /// The name in addresses.
    pub handle: Handle,
    /// The name to show.
    pub name: String,
    /// All members.
    pub members: u64,
    /// Credit that stands of all their devices.
    pub credit: u64,
}

/// Teams, and a form for a new one.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "teams.html")]
pub struct TeamsPage {
    /// Most credit first.
    pub teams: Vec<TeamItem>,
    /// Why a team was not made.
    pub problem: Option<String>,
}

impl Page for TeamsPage {
    fn here(&self) -> Nav {
        Nav::People
    }
}

impl TeamsPage {
    fn handle_chars_max(&self) -> usize {
        HANDLE_CHARS_MAX
    }

    fn name_chars_max(&self) -> usize {
        limits::NAME_CHARS_MAX
    }

    fn about_chars_max(&self) -> usize {
        ABOUT_CHARS_MAX
    }
}

/// A team.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "team.html")]
pub struct TeamPage {
    /// Name and sums.
    pub team: TeamItem,
    /// What it says about itself.
    pub about: String,
    /// Segments accepted of all members' devices.
    pub accepted_units: u64,
    /// Members who want to be found: handle, name, credit.
    pub named: Vec<(Handle, String, u64)>,
    /// Whether whoever looks is a member.
    pub member: bool,
}

impl Page for TeamPage {
    fn here(&self) -> Nav {
        Nav::People
    }
}

impl TeamPage {
    fn others(&self) -> u64 {
        self.team.members.saturating_sub(self.named.len() as u64)
    }
}

/// A group that is large enough to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupLine {
    /// The class of hardware, or the tag.
    pub name: String,
    /// Machines, or people.
    pub count: u64,
    /// Segments accepted.
    pub units: u64,
}

/// Machines in groups.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "machines.html")]
pub struct MachinesPage {
    /// By what they draw with.
    pub by_class: Vec<GroupLine>,
    /// Classes that are too small to be shown.
    pub small_classes: u64,
    /// By their people's tags.
    pub by_tag: Vec<GroupLine>,
    /// Tags that are too small to be shown.
    pub small_tags: u64,
    /// The fewest of a group that is shown.
    pub group_min: u64,
}

impl Page for MachinesPage {
    fn here(&self) -> Nav {
        Nav::People
    }
}

/// A table of groups: element id, title, groups, how many are too small, and the heads of its first columns.
type GroupTable<'p> = (
    &'static str,
    &'static str,
    &'p [GroupLine],
    u64,
    (&'static str, &'static str),
);

impl MachinesPage {
    fn tables(&self) -> [GroupTable<'_>; 2] {
        [
            (
                "class-title",
                "By what they draw with",
                &self.by_class,
                self.small_classes,
                ("Class", "Machines"),
            ),
            (
                "tag-title",
                "By their people's tags",
                &self.by_tag,
                self.small_tags,
                ("Tag", "People"),
            ),
        ]
    }
}
