//! The gallery: sheep by room, order, tag, artist and word, a page at a time.

use askama::Template;
use woolgather_protocol::Tag;
use woolgather_protocol::sheep::{Room, Sort};

use super::{Nav, Page, SheepCard};
use crate::words::query_part;

/// What a list of sheep is of. Its address says all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GalleryQuery {
    /// Which sheep.
    pub room: Room,
    /// In which order.
    pub sort: Sort,
    /// All of these tags.
    pub tags: Vec<Tag>,
    /// By this artist.
    pub artist: Option<String>,
    /// With these words in title, artist or tags.
    pub search: String,
}

/// How many sheep there are on all pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// So many.
    Exactly(u64),
    /// Nobody counted further.
    MoreThan(u64),
    /// Nobody counted.
    NotAtAll,
}

/// A page of sheep.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "gallery.html")]
pub struct GalleryPage {
    /// What the list is of.
    pub query: GalleryQuery,
    /// Tags to choose from.
    pub frequent: Vec<Tag>,
    /// The sheep on this page.
    pub sheep: Vec<SheepCard>,
    /// How many there are.
    pub counted: Counted,
    /// Nothing comes before it.
    pub is_first: bool,
    /// The mark that the page before ends at.
    pub before: Option<String>,
    /// The mark that the next one begins after.
    pub after: Option<String>,
    /// There may be more further on than were looked at.
    pub is_cut: bool,
}

impl Page for GalleryPage {
    fn here(&self) -> Nav {
        Nav::Gallery
    }
}

impl GalleryQuery {
    /// Whether anything but room and order is asked for.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        !self.tags.is_empty() || self.artist.is_some() || !self.search.is_empty()
    }

    /// The address of the first page.
    #[must_use]
    pub fn url(&self) -> String {
        let tags: Vec<&str> = self.tags.iter().map(Tag::as_str).collect();
        let tags = tags.join(",");
        let parts = [
            ("room", self.room.as_str(), Room::default().as_str()),
            ("sort", self.sort.as_str(), Sort::default().as_str()),
            ("tag", &tags, ""),
            ("artist", self.artist.as_deref().unwrap_or_default(), ""),
            ("q", &self.search, ""),
        ];
        let said = parts.iter().filter(|(_, value, usual)| value != usual);
        let said: Vec<_> = said
            .map(|(name, value, _)| format!("{name}={}", query_part(value)))
            .collect();
        if said.is_empty() {
            return "/gallery".to_owned();
        }
        format!("/gallery?{}", said.join("&"))
    }

    fn from(&self, side: &str, mark: &str) -> String {
        let url = self.url();
        let joint = if url.contains('?') { '&' } else { '?' };
        format!("{url}{joint}{side}={}", query_part(mark))
    }

    /// The address of the room without a filter.
    fn room_url(&self) -> String {
        let room = Self {
            room: self.room,
            ..Self::default()
        };
        room.url()
    }

    fn with_room(&self, room: &Room) -> Self {
        Self {
            room: *room,
            ..self.clone()
        }
    }

    /// With the tag, or without it where it was there.
    fn toggled(&self, tag: &Tag) -> Self {
        let mut query = self.clone();
        if self.has(tag) {
            query.tags.retain(|other| other != tag);
        } else {
            query.tags.push(tag.clone());
        }
        query
    }

    fn has(&self, tag: &Tag) -> bool {
        self.tags.contains(tag)
    }

    fn without_artist(&self) -> Self {
        Self {
            artist: None,
            ..self.clone()
        }
    }

    fn without_search(&self) -> Self {
        Self {
            search: String::new(),
            ..self.clone()
        }
    }

    fn tag_line(&self) -> String {
        let tags: Vec<&str> = self.tags.iter().map(Tag::as_str).collect();
        tags.join(",")
    }
}

impl GalleryPage {
    /// Tags to choose from that are not chosen.
    fn other_tags(&self) -> Vec<&Tag> {
        let tags = self.frequent.iter();
        tags.filter(|tag| !self.query.has(tag)).collect()
    }

    fn heading(&self) -> &'static str {
        match self.query.room {
            Room::Living => "The living flock",
            Room::Hall => "Hall of fame",
            Room::Archive => "The archive",
        }
    }

    fn about(&self) -> &'static str {
        match self.query.room {
            Room::Living => {
                "Every sheep here plays on screens now, can be voted on and may have children."
            }
            Room::Hall => {
                "Almost certainly better than an ordinary sheep: so high that even twice the doubt cannot pull them down. Some have retired."
            }
            Room::Archive => {
                "Retired to make room for younger ones. They keep their genome, their picture and their credits."
            }
        }
    }
}

fn room_label(room: &Room) -> &'static str {
    match room {
        Room::Living => "Living",
        Room::Hall => "Hall of fame",
        Room::Archive => "Archive",
    }
}

fn sort_label(sort: &Sort) -> &'static str {
    match sort {
        Sort::Best => "Best rated",
        Sort::Newest => "Newest",
        Sort::Uncertain => "Needs votes",
        Sort::Oldest => "Oldest",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_is_not_usual() {
        assert_eq!(GalleryQuery::default().url(), "/gallery");
        let query = GalleryQuery {
            room: Room::Archive,
            sort: Sort::Newest,
            tags: vec!["deep sea".parse().unwrap(), "red".parse().unwrap()],
            artist: Some("Ada & Bo".into()),
            search: "50 %".into(),
        };
        let url =
            "/gallery?room=archive&sort=newest&tag=deep-sea%2Cred&artist=Ada%20%26%20Bo&q=50%20%25";
        assert_eq!(query.url(), url);
        assert_eq!(query.from("after", "0.5_7"), format!("{url}&after=0.5_7"));
        assert_eq!(
            GalleryQuery::default().from("before", "1_2"),
            "/gallery?before=1_2"
        );
    }

    #[test]
    fn a_tag_is_chosen_and_let_go() {
        let red: Tag = "red".parse().unwrap();
        let chosen = GalleryQuery::default().toggled(&red);
        assert!(chosen.has(&red) && chosen.is_filtered());
        assert_eq!(chosen.toggled(&red), GalleryQuery::default());
    }
}
