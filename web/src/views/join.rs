//! Join: what Woolgather is and how to lend a computer to it.

use askama::Template;

use super::{Nav, Page};

/// How to take part.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "join.html")]
pub struct JoinPage {
    /// The coordinator's address as volunteers must type it, without a slash at the end.
    pub coordinator_url: String,
}

impl Page for JoinPage {
    fn here(&self) -> Nav {
        Nav::Join
    }
}
