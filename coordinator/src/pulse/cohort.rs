//! Who asked for what, coarsely enough that nobody can be found by it.

use std::fmt;
use std::net::IpAddr;

use axum::http::{HeaderMap, header};
use woolgather_protocol::paths;

use crate::http::browsers::{browser, named};

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Pages of the website.
    Pages,
    /// Leases, submissions, audits.
    Work,
    /// The manifest, clips, torrents, pictures.
    Clips,
    /// Announces.
    Swarm,
    /// Ballots and votes, through the API or on a page.
    Votes,
    /// What artists offer.
    Entries,
}

impl Service {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Pages => "Pages",
            Self::Work => "Work for volunteers",
            Self::Clips => "Clips and pictures",
            Self::Swarm => "Sharing",
            Self::Votes => "Voting",
            Self::Entries => "Submitting",
        }
    }

    /// By the pattern of a route; `None` for what watches over us, and for what is not there.
    fn of(route: &str) -> Option<Self> {
        const WATCHING: [&str; 4] = ["/healthz", "/readyz", "/metrics", "/status/me"];
        if WATCHING.contains(&route) {
            return None;
        }
        let of_api = |resource: &str| match resource.split('/').next() {
            Some("manifest" | "clips" | "sheep") => Self::Clips,
            Some("ballots" | "votes") => Self::Votes,
            Some("entries") => Self::Entries,
            _ => Self::Work,
        };
        Some(if let Some(resource) = route.strip_prefix("/api/v1/") {
            of_api(resource)
        } else if route == paths::ANNOUNCE || route == paths::SCRAPE {
            Self::Swarm
        } else if route.starts_with("/vote") {
            Self::Votes
        } else if route.starts_with("/submit") || route.starts_with("/entries") {
            Self::Entries
        } else {
            Self::Pages
        })
    }
}

/// Which program asks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Client {
    /// Our own, with its version and system.
    Woolgather(String),
    /// A browser or another program that we know by name.
    Named(&'static str),
    /// Anything else.
    Other,
}

/// The longest version and system that is kept, in characters; ours have about twenty.
const CLIENT_CHARS_MAX: usize = 40;

/// Programs other than browsers that we know by name.
const PROGRAMS: [(&str, &str); 8] = [
    ("qBittorrent", "qBittorrent"),
    ("Transmission", "Transmission"),
    ("aria2", "aria2"),
    ("libtorrent", "libtorrent"),
    ("rqbit", "rqbit"),
    ("curl/", "curl"),
    ("python", "Python"),
    ("Go-http-client", "a Go program"),
];

impl Client {
    fn of(user_agent: &str) -> Self {
        if let Some(rest) = user_agent.strip_prefix("woolgather/") {
            let plain = |c: char| c.is_ascii_alphanumeric() || " .-_()".contains(c);
            if rest.chars().count() <= CLIENT_CHARS_MAX && rest.chars().all(plain) {
                return Self::Woolgather(rest.to_owned());
            }
        }
        browser(user_agent)
            .or_else(|| named(&PROGRAMS, user_agent))
            .map_or(Self::Other, Self::Named)
    }
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Woolgather(rest) => write!(f, "Woolgather {rest}"),
            Self::Named(name) => f.write_str(name),
            Self::Other => f.write_str("other programs"),
        }
    }
}

/// Over which internet protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// Version 4.
    V4,
    /// Version 6.
    V6,
}

impl Protocol {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        }
    }
}

/// Requests that have what they need in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cohort {
    /// What they are for.
    pub service: Service,
    /// Who asks.
    pub client: Client,
    /// Over which protocol.
    pub protocol: Protocol,
}

impl Cohort {
    /// The cohort of a request: `route` is the pattern that it matched. `None` for one that is not measured.
    #[must_use]
    pub fn of(route: &str, headers: &HeaderMap, address: IpAddr) -> Option<Self> {
        let user_agent = headers.get(header::USER_AGENT);
        let user_agent = user_agent.and_then(|value| value.to_str().ok());
        Some(Self {
            service: Service::of(route)?,
            client: Client::of(user_agent.unwrap_or_default()),
            protocol: match address.to_canonical() {
                IpAddr::V4(_) => Protocol::V4,
                IpAddr::V6(_) => Protocol::V6,
            },
        })
    }
}
