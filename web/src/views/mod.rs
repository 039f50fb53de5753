//! Views: one struct per page, filled by the coordinator and written out by a template.
//!
//! A view holds exactly what its page says: names, numbers, ids. Addresses are made here from ids,
//! so a handler never spells one. Every page shares `templates/layout.html`.
//!
//! | page | view | route |
//! |---|---|---|
//! | home | [`HomePage`] | `/` |
//! | the flock by room, order, tag, artist and word | [`GalleryPage`] | `/gallery` |
//! | one sheep | [`SheepPage`] | `/sheep/{id}` |
//! | a sheep in somebody else's page | [`EmbedPage`] | `/embed/{id}` |
//! | two sheep to compare | [`VotePage`] | `/vote` |
//! | what a computer has just shown | [`SeenPage`] | `/seen` |
//! | offering flames | [`UploadPage`] | `/submit`, `/submit?parent={sheep}` |
//! | what was read of them | [`ReviewPage`] | `/submit/review/{draft}` |
//! | what a browser has offered | [`OwnEntriesPage`] | `/entries` |
//! | what became of it | [`EntryPage`] | `/entries/{id}` |
//! | the work going on | [`StatusPage`] | `/status` |
//! | is it just me? | [`HealthPage`] | `/status/me` |
//! | how to take part | [`JoinPage`] | `/join` |
//! | a piece of work | [`WorkPage`] | `/units/{id}` |
//! | what programs may ask | [`ApiPage`] | `/api` |
//! | people, teams, machines | [`PeoplePage`], [`TeamsPage`], [`MachinesPage`] | `/people`, `/teams`, `/people/machines` |
//! | one person, one team | [`PersonPage`], [`TeamPage`] | `/people/{handle}`, `/teams/{handle}` |
//! | the way in, what is one's own | [`SignInPage`], [`AccountPage`] | `/signin`, `/account` |
//! | taking a screensaver | [`LinkPage`] | `/link` |
//! | the operator's console | [`AdminPage`] | `/admin` |
//! | how the flock renews itself | [`AdminFlockPage`] | `/admin/flock` |
//! | jobs, storage, swarm, settings | [`AdminWorksPage`] | `/admin/works` |
//! | its door | [`AdminDoorPage`] | `/admin/enter/{word}` |
//! | a refusal | [`ErrorPage`] | anywhere |

mod account;
mod admin;
mod admin_works;
pub mod api;
mod embed;
mod entry;
mod error;
mod gallery;
mod health;
mod home;
mod join;
mod own;
mod people;
mod review;
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
pub use admin_works::{AdminFlockPage, AdminJob, AdminSwarm, AdminWaiting, AdminWorksPage};
pub use api::ApiPage;
pub use embed::{EmbedPage, render_embed};
pub use entry::{EntryPage, EntryPlace};
pub use error::ErrorPage;
pub use gallery::{Counted, GalleryPage, GalleryQuery};
pub use health::{Health, HealthLine, HealthPage, HealthWord, JustMe, MineLine};
pub use home::{HomePage, Now, System};
pub use join::JoinPage;
pub use own::{OwnEntriesPage, OwnEntry};
pub use people::{
    GroupLine, MachinesPage, PeoplePage, PersonPage, TeamItem, TeamPage, TeamsPage, UnitLine,
};
pub use review::{Became, ReviewFlame, ReviewPage, ReviewRemark, ReviewXform};
pub use seen::{SeenPage, SeenSheep};
pub use sheep::{ClipFacts, ClipLink, Credit, Kin, KinNode, Rating, SheepCard, SheepPage};
pub use status::{ClipProgress, Published, StatusPage, SwarmNumbers, VolunteerLine};
pub use upload::{BranchFrom, Refusal, SheepLink, UploadPage};
pub use vote::{Pair, VotePage};
pub use work::{WorkPage, WrongFrame};

/// The entry of the navigation that a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nav {
    /// The flock: home.
    Flock,
    /// Gallery.
    Gallery,
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
