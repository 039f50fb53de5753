//! The tracker: tells peers of a torrent about each other.
//!
//! BEP 3 (announce), BEP 7 (IPv6), BEP 23 (compact lists), BEP 48 (scrape), over HTTP, for the
//! torrents of this flock only. Peers live in memory: a restart forgets them and their next
//! announce brings them back. The origin seeder does not announce; its addresses are part of every
//! answer, unless enough volunteers can help.
//!
//! ```text
//! query -> announce::parse -> peers::Tracker -> answer -> bencode
//! ```
//!
//! * [`announce`], [`scrape`]: what a client's query says.
//! * [`peers`], [`torrent`]: who has what.
//! * [`answer`]: what a client is told.
//! * [`gossip`]: what the trackers of several coordinators tell each other.
//! * [`bencode`]: how it is written.

pub mod announce;
pub mod answer;
pub mod bencode;
pub mod gossip;
pub mod peers;
pub mod query;
pub mod scrape;
pub mod torrent;

pub use peers::Tracker;
