//! The API for people: every operation, body and refusal, on one page that needs no script.
//!
//! The coordinator fills it from its OpenAPI document, so page and document say the same.

use askama::Template;

use super::{Nav, Page};

/// Everything that programs may ask the coordinator.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "api.html")]
pub struct ApiPage {
    /// What the API is for, a paragraph each.
    pub about: Vec<String>,
    /// Operations by what they are for.
    pub groups: Vec<Group>,
    /// The five headers of a signed request.
    pub signature: Vec<Member>,
    /// Every type that travels.
    pub types: Vec<Type>,
    /// Every kind of refusal.
    pub kinds: Vec<Kind>,
}

/// Operations for one kind of caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// A short word.
    pub name: String,
    /// Whom it is for.
    pub about: String,
    /// Its operations.
    pub operations: Vec<Operation>,
}

/// A method on a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Its name, unlike any other's; also its anchor.
    pub id: String,
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub method: String,
    /// The path, with `{names}` for its parameters.
    pub path: String,
    /// What it does, in a few words.
    pub title: String,
    /// More about it; may be empty.
    pub about: String,
    /// Whether a device must sign it.
    pub signed: bool,
    /// Whether a person's token does, too.
    pub token: bool,
    /// What stands in path and query.
    pub parameters: Vec<Member>,
    /// What it takes.
    pub takes: Option<Body>,
    /// What it answers, by status, refusals last.
    pub answers: Vec<Reply>,
}

/// A named value: a parameter, a header, a member of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Its type.
    pub of: TypeName,
    /// Whether it may be left out.
    pub optional: bool,
    /// What it means.
    pub about: String,
}

/// A type as it is read: words around the name of a type that has a place on the page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypeName {
    /// Words before the name: `list of`.
    pub before: String,
    /// The name of one of [`ApiPage::types`]; may be empty.
    pub name: String,
    /// Words after it, or all there is: `or null`, `text`.
    pub after: String,
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// Its content type.
    pub content_type: String,
    /// What is in it.
    pub of: TypeName,
    /// What it is, in a sentence; may be empty.
    pub about: String,
    /// An example, as JSON on several lines.
    pub example: Option<String>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: String,
    /// What it means; empty for refusals, which say it by their kinds.
    pub about: String,
    /// What it carries.
    pub body: Option<Body>,
    /// The kinds of refusal that are sent with this status.
    pub kinds: Vec<String>,
}

/// A type that travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Type {
    /// Its name; also its anchor.
    pub name: String,
    /// What it is.
    pub about: String,
    /// Members of an object.
    pub members: Vec<Member>,
    /// The texts that are allowed, where there are few.
    pub values: Vec<String>,
    /// The pattern that a text follows; may be empty.
    pub pattern: String,
}

/// A kind of refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    /// Its stable name; also its anchor.
    pub name: String,
    /// The HTTP status.
    pub status: u16,
    /// What it means, in a few words.
    pub title: String,
    /// What to do about it.
    pub advice: String,
}

impl Page for ApiPage {
    fn here(&self) -> Nav {
        Nav::Elsewhere
    }
}

impl Operation {
    /// Whether there is anything to show beside parameters and answers.
    fn shows_bodies(&self) -> bool {
        self.takes.is_some() || self.good().any(|answer| answer.body.is_some())
    }

    /// Answers that are no refusals.
    fn good(&self) -> impl Iterator<Item = &Reply> {
        self.answers.iter().filter(|answer| answer.kinds.is_empty())
    }

    /// Refusals, by status.
    fn refusals(&self) -> impl Iterator<Item = &Reply> {
        self.answers
            .iter()
            .filter(|answer| !answer.kinds.is_empty())
    }
}

/// The style class of a status.
fn look(status: &str) -> &'static str {
    if status.starts_with(['2', '3']) {
        "code-status--good"
    } else {
        ""
    }
}
