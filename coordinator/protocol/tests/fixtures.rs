//! The golden examples in `fixtures`: each is what the types write, to the byte, and reads back as
//! what was written. `docs/protocol.md` quotes them, and its tables are what the code says.
//!
//! After a change that is meant, `WOOLGATHER_WRITE_FIXTURES=1` writes the files anew.

use std::fmt::Debug;
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use woolgather_genome::parse_flames;
use woolgather_protocol::audit::{AuditReport, encode_means};
use woolgather_protocol::entries::{Entry, EntryRequest, EntryState};
use woolgather_protocol::examples;
use woolgather_protocol::info::{CoordinatorInfo, Device, DeviceRequest, PROTOCOL_VERSION};
use woolgather_protocol::manifest::{Manifest, ManifestClip, ManifestSheep};
use woolgather_protocol::people::{
    LinkAnswer, LinkCode, LinkRequest, People, PersonLine, PersonProfile, PersonSheep, PersonUnit,
    UnitFate,
};
use woolgather_protocol::problem::GenomeFault;
use woolgather_protocol::seen::SeenList;
use woolgather_protocol::sheep::{
    FamilyMember, FamilyTie, FamilyTree, SheepClip, SheepCredit, SheepList, SheepRating,
    SheepRecord, SheepStage, SheepSummary,
};
use woolgather_protocol::signing::{self, Document, Nonce, RequestToSign};
use woolgather_protocol::submission::{Preamble, Receipt, WorkUnitState, WorkUnitStatus};
use woolgather_protocol::votes::{Answer, Ballot, BallotRequest, BallotSheep, Vote, VoteReceipt};
use woolgather_protocol::work::{
    ClipKind, DeviceKind, DrawingDevice, Lease, LeaseRequest, LeaseResponse, Notice, Task, WorkUnit,
};
use woolgather_protocol::{
    Blake3, DeviceSecret, InfoHash, Licence, Problem, ProblemKind, PublicKey, Recipe, Sha256,
    SheepId, Signature, Signed, limits, paths,
};

/// When everything in the examples happens: November 2026.
const NOW_MS: i64 = 1_795_000_000_000;

/// Compares an example with what the types make of `value`.
fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(name: &str, value: &T) {
    let written = format!("{}\n", serde_json::to_string_pretty(value).unwrap());
    if std::env::var_os("WOOLGATHER_WRITE_FIXTURES").is_some() {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        std::fs::write(folder.join(format!("{name}.json")), written).unwrap();
        return;
    }
    let example = examples::ALL.iter().find(|example| example.name == name);
    let json = example.expect("listed in examples.rs").json;
    assert_eq!(json, written, "{name}: the type writes something else");
    assert_eq!(&serde_json::from_str::<T>(json).unwrap(), value, "{name}");
}

fn coordinator() -> DeviceSecret {
    DeviceSecret::from_bytes(&[9; 32])
}

fn device() -> DeviceSecret {
    DeviceSecret::from_bytes(&[1; 32])
}

fn id<T: std::str::FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn work_unit() -> WorkUnit {
    let flame = r#"<flame name="Example" size="320 180" scale="60"><xform weight="1" color="0.3" linear="0.5" swirl="0.5" coefs="0.6 0.2 -0.2 0.6 0.4 0"/><color index="0" rgb="10 20 60"/><color index="255" rgb="255 190 110"/></flame>"#;
    let genome = parse_flames(flame).unwrap().remove(0);
    let recipe = Recipe::small();
    WorkUnit {
        id: id("unit-7f3a"),
        task: Task::Segment,
        clip: id("clip-2c51"),
        clip_version: 1,
        clip_kind: ClipKind::Loop,
        title: "Example".into(),
        segment: 1,
        first_frame: 8,
        frame_count: 8,
        genomes: vec![WorkUnit::encode_genome(&genome)],
        upload_bytes_max: recipe.segment_bytes_max() + u64::from(limits::PREAMBLE_BYTES_MAX) + 4,
        recipe,
        rng_seed: 1_234_567_890_123_456_789,
    }
}

fn manifest() -> Manifest {
    Manifest {
        coordinator: coordinator().public(),
        sequence: 42,
        made_at_ms: NOW_MS,
        flock: "Example flock".into(),
        recipe: Recipe::small(),
        sheep: vec![ManifestSheep {
            id: id("sheep-9b0e"),
            title: "Example".into(),
            artist: "Ada".into(),
            genome: Blake3::of(b"genome").to_string(),
            licence: "CC0-1.0".into(),
            parents: Vec::new(),
            rating: 0.25,
        }],
        clips: vec![ManifestClip {
            id: id("clip-2c51"),
            version: 1,
            kind: ClipKind::Loop,
            from: id("sheep-9b0e"),
            to: id("sheep-9b0e"),
            frames: 32,
            bytes: 482_113,
            sha256: Sha256([0x5a; 32]),
            info_hash: InfoHash([0xb7; 20]),
            volunteers: vec!["Ada".into(), "Grace".into()],
            published_at_ms: NOW_MS,
        }],
    }
}

fn preamble(segment: &[u8]) -> Preamble {
    let frames = (8..16_u32).map(|frame| Blake3::of(&frame.to_le_bytes()));
    Preamble {
        segment_bytes: segment.len() as u64,
        segment: Blake3::of(segment),
        frames: frames.collect(),
        render_ms: 41_200,
        drawn_by: DeviceKind::Cpu,
    }
}

const SEGMENT: &[u8] = b"the encoded frames";

/// A signed request with everything that goes into it, so that a stranger can check their signing.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct SignedRequest {
    /// The 32 bytes of the ed25519 seed, in hexadecimal. Never used anywhere else.
    device_secret: String,
    coordinator: PublicKey,
    method: String,
    path: String,
    /// The body as text, or its bytes in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body_hex: Option<String>,
    signed_text: String,
    headers: SignedHeaders,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct SignedHeaders {
    woolgather_key: PublicKey,
    woolgather_time: String,
    woolgather_nonce: Nonce,
    woolgather_body: Blake3,
    woolgather_signature: Signature,
}

fn signed_request(method: &str, path: &str, body: &[u8]) -> SignedRequest {
    let nonce = Nonce(*b"\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff");
    let key = coordinator().public();
    let request = RequestToSign {
        method,
        path,
        coordinator: &key,
        time_ms: NOW_MS,
        nonce,
        body: Blake3::of(body),
    };
    let signature = request.sign(&device());
    let text = std::str::from_utf8(body).ok().map(ToOwned::to_owned);
    let binary = method == "PUT";
    SignedRequest {
        device_secret: Blake3(device().to_bytes()).to_string(),
        coordinator: key,
        method: method.into(),
        path: path.into(),
        body_hex: binary.then(|| data_encoding::HEXLOWER.encode(body)),
        body: text.filter(|_| !binary),
        signed_text: request.text(),
        headers: SignedHeaders {
            woolgather_key: device().public(),
            woolgather_time: NOW_MS.to_string(),
            woolgather_nonce: nonce,
            woolgather_body: request.body,
            woolgather_signature: signature,
        },
    }
}

#[test]
fn what_a_coordinator_says_of_itself() {
    check(
        "coordinator-info",
        &CoordinatorInfo {
            name: "Example flock".into(),
            protocol_version: PROTOCOL_VERSION,
            key: coordinator().public(),
            server_time_ms: NOW_MS,
            recipe: Recipe::small(),
            origin_peers: vec!["192.0.2.7:6881".parse().unwrap()],
            manifest_sequence: 42,
        },
    );
}

#[test]
fn devices() {
    let volunteer = "Ada".to_owned();
    let request = DeviceRequest {
        volunteer: volunteer.clone(),
    };
    check("device-request", &request);
    let known = Device {
        key: device().public(),
        volunteer,
        accepted_units: 17,
        credit: 93_312,
        waiting_units: 2,
        escrow: 0,
    };
    check("device", &known);
}

#[test]
fn work() {
    let request = LeaseRequest {
        seconds_wanted: 60,
        samples_per_second: 2.5e7,
        units_max: 4,
        devices: vec![DrawingDevice {
            kind: DeviceKind::Cpu,
            name: "Example CPU, 8 threads".into(),
            samples_per_second: 2.5e7,
        }],
    };
    check("lease-request", &request);
    let response = LeaseResponse {
        leases: vec![Lease {
            id: id("lease-61d0"),
            work: Signed::seal(&work_unit(), &coordinator()),
            term_s: 300,
        }],
        retry_after_s: 5,
        notices: vec![Notice {
            work_unit: id("unit-0c44"),
            problem: Problem::new(
                ProblemKind::AuditMismatch,
                "Frame 3 differs from the referee's rendering.",
            ),
        }],
        withheld: None,
    };
    check("lease-response", &response);
    check("work-unit", &work_unit());
    let audit = WorkUnit {
        id: id("unit-b2e9"),
        task: Task::Audit { frame: 11 },
        ..work_unit()
    };
    check("work-unit-audit", &audit);
}

#[test]
fn submissions_and_audits() {
    check("preamble", &preamble(SEGMENT));
    let receipt = Receipt {
        duplicate: false,
        state: WorkUnitState::Submitted,
    };
    check("receipt", &receipt);
    let status = WorkUnitStatus {
        state: WorkUnitState::Ready,
        refused: Some(Problem::new(
            ProblemKind::UndecodableSegment,
            "Frame 5 cannot be decoded.",
        )),
    };
    check("work-unit-status", &status);
    let report = AuditReport {
        frame: Blake3::of(b"frame"),
        luma: encode_means(&[1_024, 8_000, 12_160, 15_040]),
        chroma_blue: encode_means(&[8_192]),
        chroma_red: encode_means(&[8_704]),
        render_ms: 5_150,
        drawn_by: DeviceKind::Gpu,
    };
    check("audit-report", &report);
}

#[test]
fn manifests() {
    check("manifest", &manifest());
    check(
        "signed-manifest",
        &Signed::seal(&manifest(), &coordinator()),
    );
}

#[test]
fn votes() {
    let sheep = |name: &str, title: &str| BallotSheep {
        id: id(name),
        title: title.into(),
        artist: "Ada".into(),
    };
    check("ballot-request-pair", &BallotRequest::Pair);
    let single = BallotRequest::Single {
        on_screen: Some(id("sheep-9b0e")),
    };
    check("ballot-request-single", &single);
    let token = "opaque-text-from-the-coordinator".to_owned();
    let ballot = Ballot {
        token: token.clone(),
        left: sheep("sheep-9b0e", "Example"),
        right: Some(sheep("sheep-44fa", "Another")),
    };
    check("ballot", &ballot);
    let answer = Answer::Left;
    check("vote", &Vote { token, answer });
    let receipt = VoteReceipt {
        left_rating: 0.31,
        right_rating: Some(-0.06),
        votes_by_you: 12,
    };
    check("vote-receipt", &receipt);
    let seen = SeenList {
        coordinator: coordinator().public(),
        device: device().public(),
        sheep: vec![id("sheep-9b0e"), id("sheep-44fa")],
        made_at_ms: NOW_MS,
    };
    check("seen-list", &seen);
}

#[test]
fn entries() {
    let request = EntryRequest {
        genome:
            r#"<flame name="Example"><xform weight="1" linear="1" coefs="1 0 0 1 0 0"/></flame>"#
                .into(),
        artist: "Ada".into(),
        consent: true,
        title: Some("Example".into()),
        tags: vec!["deep-sea".parse().unwrap()],
        licence: Licence::CcBy,
        parent: Some(id("sheep-9b0e")),
    };
    check("entry-request", &request);
    let entry = Entry {
        id: id("entry-3d2f"),
        state: EntryState::Received,
        reason: "It will be looked at.".into(),
        title: "Example".into(),
        artist: "Ada".into(),
        sheep: None,
        licence: Licence::CcBy,
        tags: vec!["deep-sea".parse().unwrap()],
        parent: Some(id("sheep-9b0e")),
    };
    check("entry", &entry);
}

fn sheep_summary() -> SheepSummary {
    let (sheep, clip) = (id("sheep-9b0e"), id("clip-2c51"));
    SheepSummary {
        title: "Example".into(),
        artist: "Ada".into(),
        licence: "CC0-1.0".into(),
        stage: SheepStage::Live,
        born_at_ms: NOW_MS,
        rating: SheepRating {
            mean: 0.25,
            deviation: 0.5,
            votes: 12,
        },
        tags: vec![id("blue"), id("deep-sea")],
        page: paths::sheep_page(&sheep),
        poster: Some(paths::poster(&sheep)),
        clip: Some(SheepClip {
            version: 1,
            file: paths::clip(&clip, 1),
            torrent: paths::torrent(&clip, 1),
            id: clip,
        }),
        id: sheep,
    }
}

#[test]
fn sheep() {
    let list = SheepList {
        sheep: vec![sheep_summary()],
        next: Some("0.25_7".into()),
    };
    check("sheep-list", &list);
    let parent: SheepId = id("sheep-44fa");
    let record = SheepRecord {
        genome_id: "4e1f15ec9363e88ff64855cb835163a54ed985ea1ba1fa652cdeea3db50fd9d6".into(),
        genome: paths::genome(&id("sheep-9b0e")),
        volunteers: vec!["Ada".into(), "Grace".into()],
        family: FamilyTree {
            ancestors: vec![FamilyTie {
                generation: 1,
                child: id("sheep-9b0e"),
                parent: parent.clone(),
            }],
            descendants: Vec::new(),
            members: vec![FamilyMember {
                id: parent,
                title: "Another".into(),
                artist: "Grace".into(),
                stage: SheepStage::Retired,
            }],
            is_cut: false,
        },
        credits: vec![SheepCredit {
            artist: "Grace".into(),
            licence: "CC-BY-4.0".into(),
        }],
        sheep: sheep_summary(),
    };
    check("sheep-record", &record);
}

#[test]
fn people() {
    let code: LinkCode = id("hdmkwpqz");
    check("link-request", &LinkRequest::Offer);
    check(
        "link-request-take",
        &LinkRequest::Take { code: code.clone() },
    );
    let answer = LinkAnswer {
        person: None,
        code: Some(code),
        expires_at_ms: Some(NOW_MS + 600_000),
    };
    check("link-answer", &answer);
    let ada = PersonLine {
        handle: id("ada"),
        name: "Ada".into(),
        team: Some(id("night-owls")),
        tags: vec![id("deep-sea"), id("gold")],
        credit: 93_312,
        credit_week: 4_096,
        sheep: 1,
        sheep_votes: 12,
    };
    let people = People {
        people: vec![ada.clone()],
        other_devices: 7,
    };
    check("people", &people);
    let profile = PersonProfile {
        person: ada,
        about: "I draw at night.".into(),
        since_ms: NOW_MS - 86_400_000,
        frames: 136,
        bytes: 8_210_044,
        sheep: vec![PersonSheep {
            id: id("sheep-9b0e"),
            title: "Example".into(),
            votes: 12,
        }],
        units: vec![PersonUnit {
            id: id("unit-7f3a"),
            title: "Example".into(),
            segment: 1,
            frames: 8,
            state: UnitFate::Accepted,
            credit: 5_488,
            escrow: false,
            handed_in_ms: NOW_MS,
        }],
    };
    check("person-profile", &profile);
}

#[test]
fn problems() {
    let lease = Problem::new(
        ProblemKind::UnknownLease,
        "The lease lease-61d0 was never given out here.",
    );
    check("problem", &lease);
    let fault = GenomeFault {
        line: 3,
        attribute: Some("gamma".into()),
        value: Some("-1".into()),
        legal: Some("above 0".into()),
    };
    let genome = Problem::genome("Line 3: gamma is -1; above 0 is legal.", fault);
    check("problem-genome", &genome);
    let busy = Problem::new(
        ProblemKind::Busy,
        "More is being handed in than the disk takes; no new work for a moment.",
    );
    check("problem-busy", &busy.retry_after(23));
}

#[test]
fn signed_requests() {
    let body = serde_json::to_vec(&DeviceRequest {
        volunteer: "Ada".into(),
    });
    let request = signed_request("POST", paths::DEVICES, &body.unwrap());
    check("signed-request", &request);
    let path = paths::submission(&id("lease-61d0"));
    let body = [preamble(SEGMENT).to_bytes(), SEGMENT.to_vec()].concat();
    check("signed-submission", &signed_request("PUT", &path, &body));
}

#[test]
fn signatures_in_examples_hold() {
    let json = |name: &str| {
        let example = examples::ALL.iter().find(|example| example.name == name);
        example.unwrap().json
    };
    let response: LeaseResponse = serde_json::from_str(json("lease-response")).unwrap();
    let work = response.leases[0].work.open(&coordinator().public());
    assert_eq!(work.unwrap(), work_unit());
    let signed: Signed<Manifest> = serde_json::from_str(json("signed-manifest")).unwrap();
    assert_eq!(signed.open(&coordinator().public()).unwrap(), manifest());
    for name in ["signed-request", "signed-submission"] {
        let request: SignedRequest = serde_json::from_str(json(name)).unwrap();
        let SignedHeaders {
            woolgather_key: key,
            woolgather_signature: signature,
            ..
        } = &request.headers;
        assert!(
            key.verify(request.signed_text.as_bytes(), signature)
                .is_ok(),
            "{name}"
        );
    }
}

#[test]
fn every_file_is_an_example() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let listed = examples::ALL
            .iter()
            .any(|example| format!("{}.json", example.name) == name);
        assert!(listed, "{name}");
    }
}

/// The guide for whoever writes a client of their own.
fn guide() -> String {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/protocol.md");
    std::fs::read_to_string(file).unwrap()
}

/// Strings of more than so many characters are cut in the guide, with an ellipsis.
const QUOTED_CHARS_MAX: usize = 200;

/// An example as the guide quotes it: the file, with its long strings cut.
fn quoted(json: &str) -> String {
    let mut value: serde_json::Value = serde_json::from_str(json).unwrap();
    shorten(&mut value);
    // Keys stay in the file's order: only the strings are replaced.
    let mut text = json.trim_end().to_owned();
    let full: serde_json::Value = serde_json::from_str(json).unwrap();
    replace(&full, &value, &mut text);
    text
}

fn shorten(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) if text.chars().count() > QUOTED_CHARS_MAX => {
            *text = text
                .chars()
                .take(QUOTED_CHARS_MAX)
                .chain(Some('…'))
                .collect();
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(shorten),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(shorten),
        _ => {}
    }
}

fn replace(full: &serde_json::Value, short: &serde_json::Value, text: &mut String) {
    use serde_json::Value::{Array, Object, String as Text};
    match (full, short) {
        (Text(_), Text(_)) if full != short => {
            *text = text.replace(&full.to_string(), &short.to_string());
        }
        (Array(full), Array(short)) => {
            for (full, short) in full.iter().zip(short) {
                replace(full, short, text);
            }
        }
        (Object(full), Object(short)) => {
            for (full, short) in full.values().zip(short.values()) {
                replace(full, short, text);
            }
        }
        _ => {}
    }
}

/// A fenced example follows a comment that names its file.
#[test]
fn the_guide_quotes_the_examples() {
    let guide = guide();
    for example in examples::ALL {
        let expected = format!(
            "<!-- fixtures/{}.json -->\n```json\n{}\n```",
            example.name,
            quoted(example.json)
        );
        assert!(
            guide.contains(&expected),
            "docs/protocol.md should hold\n\n{expected}"
        );
    }
}

#[test]
fn the_guide_lists_every_problem() {
    let guide = guide();
    for kind in ProblemKind::ALL {
        let (status, advice) = (kind.status(), kind.advice());
        let row = format!("| `{kind}` | {status} | {}. {advice} |", kind.title());
        assert!(guide.contains(&row), "docs/protocol.md should hold\n{row}");
    }
}

#[test]
fn the_guide_names_every_limit_and_purpose() {
    let guide = guide();
    for text in [
        format!("`{}`", WorkUnit::PURPOSE),
        format!("`{}`", Manifest::PURPOSE),
        format!("`{}`", SeenList::PURPOSE),
        format!("| JSON body of a request | {} |", limits::JSON_BYTES_MAX),
        format!("| preamble | {} |", limits::PREAMBLE_BYTES_MAX),
        format!("| leases in one answer | {} |", limits::LEASES_MAX),
        format!("| manifest | {} |", limits::MANIFEST_BYTES_MAX),
        format!("| torrent | {} |", limits::TORRENT_BYTES_MAX),
        format!("| clip file | {} |", limits::CLIP_BYTES_MAX),
        format!("| name | {} characters |", limits::NAME_CHARS_MAX),
        format!(
            "| time of a request | {} ms from the coordinator's |",
            signing::CLOCK_SKEW_MAX_MS
        ),
    ] {
        assert!(guide.contains(&text), "docs/protocol.md should hold {text}");
    }
}
