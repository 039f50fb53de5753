//! Views: one struct per page, filled by the coordinator and written out by a template.
//!
//! A view holds exactly what its page says: names, numbers, ids. Addresses are made here from ids,
//! so a handler never spells one. Every page shares `templates/layout.html`.
//!
//! | page | view | route |
//! |---|---|---|
//! | the flock | [`HomePage`] | `/`, `/?page=N` |
//! | one sheep | [`SheepPage`] | `/sheep/{id}` |
//! | two sheep to compare | [`VotePage`] | `/vote` |
//! | what a computer has just shown | [`SeenPage`] | `/seen` |
//! | offering a genome | [`UploadPage`] | `/submit` |
//! | what became of it | [`EntryPage`] | `/entries/{id}` |
//! | the work going on | [`StatusPage`] | `/status` |
//! | how to take part | [`JoinPage`] | `/join` |
//! | a piece of work | [`WorkPage`] | `/units/{id}` |
//! | what programs may ask | [`ApiPage`] | `/api` |
//! | people, teams, machines | [`PeoplePage`], [`TeamsPage`], [`MachinesPage`] | `/people`, `/teams`, `/people/machines` |
//! | one person, one team | [`PersonPage`], [`TeamPage`] | `/people/{handle}`, `/teams/{handle}` |
//! | the way in, what is one's own | [`SignInPage`], [`AccountPage`] | `/signin`, `/account` |
//! | taking a screensaver | [`LinkPage`] | `/link` |
//! | the operator's console | [`AdminPage`] | `/admin` |
//! | its door | [`AdminDoorPage`] | `/admin/enter/{word}` |
//! | a refusal | [`ErrorPage`] | anywhere |

mod account;
mod admin;
pub mod api;
mod entry;
mod error;
mod home;
mod join;
mod people;
mod seen;
mod sheep;
mod status;
mod upload;
mod vote;
mod work;

pub use askama::Error;
use askama::Template;

pub use account::{
    AccountDevice, AccountPage, AccountPasskey, AccountSession, AccountToken, Done, LinkPage,
    Linking, Shown, SignInPage,
};
pub use admin::{
    AdminDevice, AdminDoor, AdminDoorPage, AdminEntry, AdminLog, AdminPage, AdminVerdict, Decided,
};
pub use api::ApiPage;
pub use entry::EntryPage;
pub use error::ErrorPage;
pub use home::{HomePage, PageNumber};
pub use join::JoinPage;
pub use people::{
    GroupLine, MachinesPage, PeoplePage, PersonPage, TeamItem, TeamPage, TeamsPage, UnitLine,
};
pub use seen::{SeenPage, SeenSheep};
pub use sheep::{ClipFacts, ClipLink, Rating, SheepCard, SheepLink, SheepPage};
pub use status::{ClipProgress, Published, StatusPage, SwarmNumbers, VolunteerLine};
pub use upload::{Refusal, UploadPage};
pub use vote::{Pair, VotePage};
pub use work::{WorkPage, WrongFrame};

/// The entry of the navigation that a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nav {
    /// The flock: home.
    Flock,
    /// Vote.
    Vote,
    /// Submit.
    Submit,
    /// People.
    People,
    /// Status.
    Status,
    /// Join.
    Join,
    /// Account.
    Account,
    /// A page that no entry leads to.
    Elsewhere,
}

/// A whole HTML page.
pub trait Page: Template {
    /// The entry of the navigation that is marked as the current one.
    fn here(&self) -> Nav;
}

/// The page as HTML, to be sent as `text/html; charset=utf-8` with
/// [`CONTENT_SECURITY_POLICY`](crate::CONTENT_SECURITY_POLICY).
///
/// # Errors
///
/// [`Error`] when a value's `Display` fails, which none in these views does: answer with a 500.
pub fn render<P: Page>(page: &P) -> Result<String, Error> {
    page.render()
}
