//! Sample views of sheep and of what visitors do with them: a lively flock, and an empty one. The tests and
//! `examples/gallery.rs` share these and their neighbours.

use woolgather_protocol::entries::{Entry, EntryState};
use woolgather_protocol::ids::{ClipId, SheepId};
use woolgather_protocol::problem::GenomeFault;
use woolgather_protocol::sheep::{Room, Sort};
use woolgather_protocol::votes::Answer;
use woolgather_protocol::{Licence, Tag};
use woolgather_web::views::{
    Became, BranchFrom, ClipFacts, ClipLink, Counted, Credit, EmbedPage, EntryPage, EntryPlace,
    ErrorPage, GalleryPage, GalleryQuery, HomePage, JoinPage, Kin, KinNode, Now, OwnEntriesPage,
    OwnEntry, Pair, Rating, Refusal, ReviewFlame, ReviewPage, ReviewRemark, ReviewXform, SeenPage,
    SeenSheep, SheepCard, SheepLink, SheepPage, System, UploadPage, VotePage,
};

pub(crate) const STARTERS: [(&str, &str); 16] = [
    ("cinder-star", "Cinder Star"),
    ("lightning-rose", "Lightning Rose"),
    ("abalone", "Abalone"),
    ("three-lanterns", "Three Lanterns"),
    ("gilded-cage", "Gilded Cage"),
    ("delft-tide", "Delft Tide"),
    ("owl-in-the-reeds", "Owl in the Reeds"),
    ("honeycomb-moon", "Honeycomb Moon"),
    ("nautilus-lamp", "Nautilus Lamp"),
    ("foxfire", "Foxfire"),
    ("seahorse-lane", "Seahorse Lane"),
    ("ribbon-dancers", "Ribbon Dancers"),
    ("lily-in-sparks", "Lily in Sparks"),
    ("urchin-window", "Urchin Window"),
    ("glassblower", "Glassblower"),
    ("seven-veils", "Seven Veils"),
];

/// Text that must never reach a page as markup.
pub(crate) const HOSTILE: &str =
    r#""><script>alert('x')</script><img src=x onerror=alert(1)>&amp;"#;

/// A name of 200 letters without a place to break.
pub(crate) fn long_name() -> String {
    "Schäfchenwolkenhimmel"
        .repeat(10)
        .chars()
        .take(200)
        .collect()
}

pub(crate) fn sheep_id(text: &str) -> SheepId {
    text.parse().expect("a sample id")
}

pub(crate) fn clip_id(text: &str) -> ClipId {
    text.parse().expect("a sample id")
}

/// The starter sheep with this number.
pub(crate) fn card(number: usize) -> SheepCard {
    let (id, title) = STARTERS[number % STARTERS.len()];
    SheepCard {
        id: sheep_id(id),
        title: title.to_owned(),
        artist: "Woolgather flock".to_owned(),
        clip: Some(ClipLink {
            id: clip_id(&format!("{id}-loop")),
            version: 1,
        }),
        has_poster: true,
        rating: Rating {
            percent: [71, 64, 88, 50, 43, 57, 76, 62][number % 8],
            low: [61, 50, 80, 8, 20, 44, 68, 12][number % 8],
            high: [80, 76, 94, 92, 69, 70, 83, 95][number % 8],
            votes: [41, 26, 112, 0, 9, 31, 58, 1][number % 8],
        },
    }
}

/// A relative with these of its own.
fn kin(number: usize, kin_of_it: Vec<KinNode>) -> KinNode {
    let SheepCard {
        id, title, artist, ..
    } = card(number);
    KinNode {
        kin: Kin {
            id,
            title,
            artist,
            has_poster: number != 7,
            retired: number == 5,
        },
        kin_of_it,
        is_met: number == 6,
    }
}

pub(crate) fn tag(text: &str) -> Tag {
    text.parse().expect("a sample tag")
}

fn link(number: usize) -> SheepLink {
    let SheepCard { id, title, .. } = card(number);
    SheepLink { id, title }
}

pub(crate) fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

pub(crate) fn home() -> HomePage {
    HomePage {
        flock: "Meadow".to_owned(),
        system: System::Debian,
        hero: Some(card(0)),
        best: (1..13).map(card).collect(),
        newest: (4..16).rev().map(card).collect(),
        now: Now {
            sheep_living: 1_023,
            clips_rendering: 4,
            workers_active: 12,
            frames_today: 48_320,
        },
    }
}

pub(crate) fn home_empty() -> HomePage {
    HomePage {
        hero: None,
        best: Vec::new(),
        newest: Vec::new(),
        now: Now::default(),
        ..home()
    }
}

pub(crate) fn embed() -> EmbedPage {
    EmbedPage {
        sheep: card(2),
        address: "https://flock.example".to_owned(),
    }
}

/// A first page of several.
pub(crate) fn gallery() -> GalleryPage {
    GalleryPage {
        query: GalleryQuery::default(),
        frequent: ["blue", "calm", "gold", "vivid", "deep-sea", "symmetric"]
            .map(tag)
            .to_vec(),
        sheep: (0..15).map(card).collect(),
        counted: Counted::MoreThan(1_000),
        is_first: true,
        before: None,
        after: Some("0.25_8".to_owned()),
        is_cut: false,
    }
}

/// A page in the middle of what a search found.
pub(crate) fn gallery_found() -> GalleryPage {
    GalleryPage {
        query: GalleryQuery {
            room: Room::Archive,
            sort: Sort::Newest,
            tags: vec![tag("blue"), tag("calm")],
            artist: Some("Ada & Bo".to_owned()),
            search: "lantern".to_owned(),
        },
        counted: Counted::NotAtAll,
        is_first: false,
        before: Some("41_41".to_owned()),
        after: None,
        is_cut: true,
        ..gallery()
    }
}

/// Nothing found.
pub(crate) fn gallery_nothing() -> GalleryPage {
    GalleryPage {
        sheep: Vec::new(),
        is_first: true,
        before: None,
        is_cut: false,
        ..gallery_found()
    }
}

/// What was seen, one of it liked, one not, and one retired.
pub(crate) fn seen() -> SeenPage {
    let seen = |number: usize| SeenSheep {
        card: card(number),
        ballot: (number != 4).then(|| format!("b4ll0t-{number}")),
        standing: [None, Some(Answer::Up), None, Some(Answer::Down)][number % 4],
    };
    SeenPage {
        list: Some("s3413d".to_owned()),
        sheep: (0..7).map(seen).collect(),
        doubt: None,
        thanked: true,
        problem: None,
    }
}

/// A list that nobody can vote with.
pub(crate) fn seen_doubted() -> SeenPage {
    let mut page = seen();
    for seen in &mut page.sheep {
        seen.ballot = None;
        seen.standing = None;
    }
    page.thanked = false;
    page.doubt = Some(
        "This list is more than half an hour old: open it again from your computer to vote."
            .to_owned(),
    );
    page
}

pub(crate) fn sheep() -> SheepPage {
    SheepPage {
        sheep: card(2),
        person: None,
        genome_id: "4f9a1c".repeat(11)[..64].to_owned(),
        licence: "CC0-1.0".to_owned(),
        volunteers: strings(&["Ada", "quiet-laptop", "Tomoko", "bench-17", "Ines & Jo"]),
        tags: vec![tag("teal"), tag("calm"), tag("deep sea")],
        is_bred: true,
        ancestors: vec![
            kin(
                0,
                vec![kin(3, vec![kin(1, vec![]), kin(4, vec![])]), kin(7, vec![])],
            ),
            kin(5, vec![]),
        ],
        descendants: vec![kin(6, vec![]), kin(4, vec![kin(1, vec![])])],
        is_cut: true,
        credits: vec![
            Credit {
                artist: "Ines Marín".to_owned(),
                licence: "CC-BY-4.0".to_owned(),
            },
            Credit {
                artist: "Woolgather flock".to_owned(),
                licence: "CC0-1.0".to_owned(),
            },
        ],
        facts: Some(ClipFacts {
            width: 1280,
            height: 720,
            frames: 160,
            fps: 30,
            bytes: 3_120_000,
            info_hash: "9b1d".repeat(10),
            seeders: 17,
        }),
        retired: false,
        address: "https://flock.example".to_owned(),
    }
}

pub(crate) fn vote() -> VotePage {
    VotePage {
        pair: Some(Pair {
            ballot: "b4ll0t".to_owned(),
            left: card(4),
            right: card(6),
        }),
        votes: 12,
        thanked: true,
        undone: false,
        problem: None,
    }
}

pub(crate) fn upload() -> UploadPage {
    UploadPage {
        artist: String::new(),
        artist_chars_max: 64,
        genome_bytes_max: 512 * 1024,
        flames_max: 32,
        parent: None,
        refused: None,
        has_entries: true,
    }
}

pub(crate) fn upload_branch() -> UploadPage {
    UploadPage {
        artist: "Ines Marín".to_owned(),
        parent: Some(BranchFrom {
            sheep: link(2),
            artist: "Woolgather flock".to_owned(),
            licence: Licence::CcBy,
            mutants: (6..12).collect(),
            more: Some(2),
        }),
        ..upload()
    }
}

fn remark(became: Became, line: u32, name: &str, words: &str) -> ReviewRemark {
    ReviewRemark {
        became,
        line,
        name: name.to_owned(),
        words: words.to_owned(),
    }
}

fn xform(place: &str, kept: &[&str], remarks: Vec<ReviewRemark>) -> ReviewXform {
    ReviewXform {
        place: place.to_owned(),
        kept: strings(kept),
        remarks,
    }
}

/// A file of three flames: one kept whole, one poorer, one that cannot be drawn.
pub(crate) fn review() -> ReviewPage {
    let whole = ReviewFlame {
        number: 0,
        title: "Morning in the Kelp".to_owned(),
        chosen: true,
        undrawable: None,
        xforms: vec![
            xform("Xform 1", &["linear", "spherical"], vec![]),
            xform("Xform 2", &["julian"], vec![]),
        ],
        remarks: vec![],
    };
    let poorer = ReviewFlame {
        number: 1,
        title: "Harbour Lights".to_owned(),
        chosen: false,
        xforms: vec![
            xform(
                "Xform 1",
                &["linear"],
                vec![
                    remark(
                        Became::Renamed,
                        14,
                        "linear3D=\"1\"",
                        "is called linear here",
                    ),
                    remark(
                        Became::Dropped,
                        14,
                        "hexes=\"0.5\"",
                        "is left out: no variation or parameter of this name is known here",
                    ),
                ],
            ),
            xform("Final xform", &["spherical"], vec![]),
        ],
        remarks: vec![
            remark(
                Became::Changed,
                12,
                "cam_zoom=\"2\"",
                "became scale=\"240\"",
            ),
            remark(
                Became::Ignored,
                12,
                "nick=\"ines\"",
                "is not kept: credit is given where a flame is handed in, not in the file",
            ),
        ],
        ..whole.clone()
    };
    let undrawable = ReviewFlame {
        number: 2,
        title: "Too Wide".to_owned(),
        chosen: false,
        undrawable: Some("its estimator needs more memory than a frame may take.".to_owned()),
        ..whole.clone()
    };
    ReviewPage {
        draft: "d4r2f6t8s2u4w6y2".parse().expect("a sample id"),
        flames: vec![whole, poorer, undrawable],
        artist: "Ines Marín".to_owned(),
        tags: "kelp, morning".to_owned(),
        licence: Licence::Cc0,
        consent: false,
        parent: Some(link(2)),
        owes_credit: false,
        name_chars_max: 64,
        remarks_left_out: 0,
        refused: None,
    }
}

pub(crate) fn own_entries() -> OwnEntriesPage {
    let states = [
        EntryState::Screening,
        EntryState::Accepted,
        EntryState::Rejected,
    ];
    let entries = states.map(|state| {
        let page = entry(state);
        OwnEntry {
            entry: page.entry,
            preview_url: page.preview_url,
        }
    });
    OwnEntriesPage {
        entries: entries.into(),
    }
}

/// Turned down, and its artist may say why it should not be.
pub(crate) fn entry_declined() -> EntryPage {
    EntryPage {
        yours: true,
        ..entry(EntryState::Rejected)
    }
}

/// Accepted, and not born yet.
pub(crate) fn entry_waiting() -> EntryPage {
    let mut page = entry(EntryState::Accepted);
    page.entry.sheep = None;
    page.entry.reason = "It is accepted, and waits for its turn.".to_owned();
    page.entry.tags = vec![
        "kelp".parse().expect("a tag"),
        "morning".parse().expect("a tag"),
    ];
    EntryPage {
        yours: true,
        parent: Some(link(2)),
        place: Some(EntryPlace {
            review: false,
            place: 3,
            waiting: 7,
            births_a_day: 2.4,
        }),
        ..page
    }
}

pub(crate) fn upload_refused() -> UploadPage {
    UploadPage {
        artist: "Ines Marín".to_owned(),
        refused: Some(Refusal {
            message: "The second xform has a weight that is not a number.".to_owned(),
            fault: Some(GenomeFault {
                line: 7,
                attribute: Some("weight".to_owned()),
                value: Some("heavy".to_owned()),
                legal: Some("a number from 0 to 1000000".to_owned()),
            }),
        }),
        ..upload()
    }
}

pub(crate) fn entry(state: EntryState) -> EntryPage {
    let reason = match state {
        EntryState::Received => "The file is stored; a preview comes next.",
        EntryState::Screening => "A preview is being rendered and measured.",
        EntryState::NeedsReview => "The picture is very dark; a person will look at it.",
        EntryState::Accepted => "Its loop is live.",
        EntryState::Rejected => "The loop flashes more than three times a second.",
        EntryState::Withdrawn => "You took it back.",
    };
    EntryPage {
        entry: Entry {
            id: "e7k2m4p6q8s2u4w6".parse().expect("a sample id"),
            state,
            reason: reason.to_owned(),
            title: "Morning in the Kelp".to_owned(),
            artist: "Ines Marín".to_owned(),
            sheep: (state == EntryState::Accepted).then(|| sheep_id("abalone")),
            licence: Licence::Cc0,
            tags: Vec::new(),
            parent: None,
        },
        preview_url: (state != EntryState::Received)
            .then(|| "/api/v1/sheep/abalone/poster.webp".to_owned()),
        parent: None,
        place: None,
        yours: false,
        appeal: None,
        refused: None,
    }
}

pub(crate) fn join() -> JoinPage {
    JoinPage {
        coordinator_url: "https://flock.example".to_owned(),
    }
}

pub(crate) fn error() -> ErrorPage {
    ErrorPage {
        status: 404,
        title: "No such sheep".to_owned(),
        detail: "It may have wandered off, or the address has a slip in it.".to_owned(),
    }
}
