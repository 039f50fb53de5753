//! Home: the flock, moving.

use askama::Template;

use super::{Nav, Page, SheepCard};

/// Which page of a list this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageNumber {
    /// This page, from 1.
    pub page: u64,
    /// How many there are; at least 1.
    pub pages: u64,
}

/// The living flock, a page at a time.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "home.html")]
pub struct HomePage {
    /// The flock's name.
    pub flock: String,
    /// The large one at the top of the first page.
    pub featured: Option<SheepCard>,
    /// The others on this page.
    pub sheep: Vec<SheepCard>,
    /// Which page this is.
    pub number: PageNumber,
    /// Living sheep on all pages.
    pub sheep_total: u64,
    /// Clips being rendered now.
    pub clips_rendering: u64,
    /// Workers heard of lately.
    pub workers_active: u64,
}

impl Page for HomePage {
    fn here(&self) -> Nav {
        Nav::Flock
    }
}
