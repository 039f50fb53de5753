//! Sample views of the grid: its status, a piece of work, and the operators' console.

use woolgather_protocol::Licence;
use woolgather_protocol::submission::WorkUnitState;
use woolgather_web::views::{
    AdminDevice, AdminDoor, AdminDoorPage, AdminEntry, AdminFlockPage, AdminJob, AdminLog,
    AdminPage, AdminSwarm, AdminVerdict, AdminWaiting, AdminWorksPage, ClipProgress, Decided,
    Health, HealthLine, HealthPage, HealthWord, JustMe, MineLine, Published, StatusPage,
    SwarmNumbers, VolunteerLine, WorkPage, WrongFrame,
};

use crate::samples::{STARTERS, card, clip_id, strings};

pub(crate) fn status() -> StatusPage {
    use WorkUnitState::{Accepted, Auditing, Leased, Ready};
    let clip = |id: &str, title: &str, segments: &[WorkUnitState]| ClipProgress {
        id: clip_id(id),
        title: title.to_owned(),
        segments: segments.to_vec(),
    };
    let published = |number, age_s, volunteers: &[&str]| Published {
        sheep: card(number),
        age_s,
        volunteers: strings(volunteers),
    };
    StatusPage {
        flock: "Meadow".to_owned(),
        recipe: "1280 × 720, 30 frames a second, loops of 160 frames".to_owned(),
        sheep_live: 23,
        clips_live: 61,
        workers_active: 12,
        units_ready: 184,
        units_leased: 9,
        units_auditing: 3,
        votes: 1_408,
        rendering: vec![
            clip(
                "c1",
                "Delft Tide",
                &[Accepted, Accepted, Accepted, Auditing, Leased],
            ),
            clip(
                "c2",
                "Abalone → Gilded Cage",
                &[Accepted, Auditing, Leased, Leased, Ready],
            ),
            clip(
                "c3",
                "Morning in the Kelp",
                &[Leased, Ready, Ready, Ready, Ready],
            ),
        ],
        published: vec![
            published(7, 40, &["Ada", "Tomoko"]),
            published(3, 1_900, &["quiet-laptop"]),
            published(1, 9_000, &["bench-17", "Ada", "Jo", "Mira"]),
            published(0, 200_000, &[]),
        ],
        volunteers: [
            ("Ada", 412),
            ("bench-17", 388),
            ("Tomoko", 97),
            ("quiet-laptop", 1),
        ]
        .map(|(name, segments)| VolunteerLine {
            name: name.to_owned(),
            segments,
        })
        .to_vec(),
        swarm: SwarmNumbers {
            torrents: 61,
            seeders: 204,
            leechers: 11,
            bytes_from_peers: 7_340_000_000,
            bytes_from_origin: 2_410_000_000,
        },
        health: health(),
    }
}

pub(crate) fn health() -> Health {
    let line = |service, client: &str, word, works, asked, places| HealthLine {
        service,
        client: client.to_owned(),
        protocol: if places == 3 { "IPv6" } else { "IPv4" },
        word,
        works,
        asked,
        places,
        took_ms: 4,
    };
    Health {
        lines: vec![
            line("Pages", "Chromium", HealthWord::Working, 9_998, 18_220, 164),
            line("Pages", "Firefox", HealthWord::Working, 10_000, 9_120, 98),
            line(
                "Work for volunteers",
                "Woolgather 0.1.0 (linux x86_64)",
                HealthWord::Working,
                9_971,
                3_402,
                31,
            ),
            line(
                "Work for volunteers",
                "Woolgather 0.0.9 (windows x86_64)",
                HealthWord::Failing,
                8_316,
                95,
                3,
            ),
            line("Sharing", "qBittorrent", HealthWord::TooFew, 10_000, 7, 2),
        ],
        asked_min: 20,
    }
}

pub(crate) fn just_me(answer: JustMe) -> HealthPage {
    let failing: Vec<HealthLine> = health()
        .lines
        .into_iter()
        .filter(|line| line.word == HealthWord::Failing)
        .collect();
    HealthPage {
        answer,
        protocol: "IPv4",
        mine: vec![MineLine {
            service: "Work for volunteers",
            client: "Woolgather 0.0.9 (windows x86_64)".to_owned(),
            asked: 40,
            failed: 8,
            age_s: 130,
            last_failure: Some("The request was signed too long ago or too early"),
            advice: Some("Set the device's clock: it must be right to five minutes."),
            others: failing.first().cloned(),
        }],
        failing,
        workers_active: 31,
    }
}

pub(crate) fn status_empty() -> StatusPage {
    StatusPage {
        sheep_live: 0,
        clips_live: 0,
        workers_active: 0,
        units_ready: 0,
        units_leased: 0,
        units_auditing: 0,
        votes: 0,
        rendering: Vec::new(),
        published: Vec::new(),
        volunteers: Vec::new(),
        swarm: SwarmNumbers::default(),
        health: Health::default(),
        ..status()
    }
}

pub(crate) fn work(state: WorkUnitState) -> WorkPage {
    WorkPage {
        title: "Tide pool".to_owned(),
        segment: 2,
        first_frame: 64,
        frame_count: 32,
        state,
        width: 1280,
        height: 720,
        wrong: Vec::new(),
    }
}

pub(crate) fn work_found_wrong() -> WorkPage {
    WorkPage {
        wrong: vec![WrongFrame {
            frame: 71,
            detail: "Frame 71, rendered again here, is another picture; both are on the website at /units/n4s8k2pqzv7xwjd3.".to_owned(),
            seconds_ago: 400,
            submitted_url: "/units/b7rj5w/submitted.webp".to_owned(),
            rendered_url: "/units/b7rj5w/rendered.webp".to_owned(),
        }],
        ..work(WorkUnitState::Quarantined)
    }
}

pub(crate) fn admin_door(door: AdminDoor) -> AdminDoorPage {
    AdminDoorPage { door }
}

pub(crate) fn admin() -> AdminPage {
    let device = |byte: u8, volunteer: &str| AdminDevice {
        key: woolgather_protocol::DeviceSecret::from_bytes(&[byte; 32]).public(),
        volunteer: volunteer.to_owned(),
        class: "cpu".to_owned(),
        accepted: 1_204,
        refused: 0,
        is_set_aside: false,
        banned: None,
        seconds_ago: 40,
    };
    let log = |action: &str, subject: &str, reason: &str| AdminLog {
        action: action.to_owned(),
        subject: subject.to_owned(),
        reason: reason.to_owned(),
        seconds_ago: 7_200,
    };
    let entry = |number: usize, id: &str| AdminEntry {
        id: id.parse().expect("a sample id"),
        title: STARTERS[number].1.to_owned(),
        artist: "Ada Quill".to_owned(),
        preview_url: Some(card(number).poster_url()),
        seconds_ago: 3_000,
        licence: Licence::CcBy,
        parent: (number == 4).then(|| card(0).id),
        appeal: (number == 6).then(|| "The flashing is gone: I slowed it down.".to_owned()),
    };
    AdminPage {
        proof: "b".repeat(64),
        done: Some(Decided::Accepted),
        problem: None,
        jobs_failed: 0,
        units_quarantined: 1,
        audits_waiting: 3,
        workers_active: 12,
        entries: vec![entry(1, "e1"), entry(4, "e2"), entry(6, "e3")],
        more_entries: false,
        verdicts: vec![AdminVerdict {
            unit: "n4s8k2pqzv7xwjd3".parse().expect("a sample id"),
            wrong: work_found_wrong().wrong.remove(0),
        }],
        devices: vec![
            device(1, "Grace"),
            AdminDevice {
                banned: Some("sells watermarks".to_owned()),
                refused: 9,
                ..device(2, "")
            },
            AdminDevice {
                is_set_aside: true,
                refused: 2,
                class: "gpu NVIDIA GeForce RTX 4070, driver 550.54".to_owned(),
                ..device(3, "Mary")
            },
        ],
        log: vec![
            log("ban", "5c0b…", "sells watermarks"),
            log("requeue", "n4s8k2pqzv7xwjd3", "the genome was mended"),
        ],
    }
}

pub(crate) fn admin_flock() -> AdminFlockPage {
    AdminFlockPage {
        proof: "pr00f".to_owned(),
        numbers: strings(&[
            "58 of 60 live, 1 of them about to retire; being rendered: 2; entries waiting: 1",
            "last day: 9 births, 2 of them artists', 71 answered ballots, work for 11.4 births",
            "births due now: 1 (the pace says 2, at most 12 a day)",
        ]),
        waiting: vec![AdminWaiting {
            id: "e4".parse().expect("an id"),
            title: "Salt Marsh".to_owned(),
            seconds_ago: 8_000,
        }],
        forecast: Some(strings(&[
            "artist: entry e4, \"Salt Marsh\"",
            "crossover of Abalone and Delft Tide: it may join (alternate)",
            "would retire: q2 \"Gilded Cage\", rated -0.84, 31 acts",
        ])),
        births: 3,
    }
}

pub(crate) fn admin_works() -> AdminWorksPage {
    AdminWorksPage {
        proof: "pr00f".to_owned(),
        retried: true,
        jobs: vec![
            AdminJob {
                number: 7,
                key: "join:c3:1".to_owned(),
                state: "failed".to_owned(),
                failures: 20,
                due_s: 0,
                error: Some("no space left on device".to_owned()),
            },
            AdminJob {
                number: 9,
                key: "refit".to_owned(),
                state: "waiting".to_owned(),
                failures: 0,
                due_s: 14_000,
                error: None,
            },
        ],
        free_bytes: Some(81_000_000_000),
        live: (61, 183_000_000),
        retired: (412, 1_240_000_000),
        alone: 3,
        looked_at: 61,
        swarm: vec![AdminSwarm {
            title: "Delft Tide".to_owned(),
            info_hash: "9b1d".repeat(10),
            seeders: 1,
            leechers: 4,
        }],
        settings: vec![
            ("flock-size", "60".to_owned()),
            ("store", "SQLite in /var/lib/woolgather".to_owned()),
        ],
    }
}
