//! A client that somebody else could have written: `tests/third_party/client.py` knows
//! `docs/protocol.md` and Python's standard library, and none of our code. What it cannot do itself
//! (draw and encode) this test does for it, as a renderer of its own would.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use woolgather_protocol::Blake3;
use woolgather_protocol::work::WorkUnit;

use crate::support::{TestCoordinator, rendered, segments};

/// The foreign client's process and what it says, a line of JSON an event.
struct Client {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

fn here(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

impl Client {
    fn start(args: &[&str]) -> Self {
        let mut process = Command::new("python3")
            .arg(here("tests/third_party/client.py"))
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3, which `cargo xtask test` installs");
        Self {
            input: process.stdin.take().unwrap(),
            output: BufReader::new(process.stdout.take().unwrap()),
            process,
        }
    }

    /// The next event, which must be of this name.
    fn hear(&mut self, event: &str) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let value: Value = serde_json::from_str(&line).expect("the client has said why it ended");
        assert_eq!(value["event"], event, "{value}");
        value
    }

    fn say(&mut self, line: &str) {
        writeln!(self.input, "{line}").unwrap();
    }

    fn finish(mut self) {
        drop(self.input);
        assert!(self.process.wait().unwrap().success());
    }
}

#[test]
fn a_stranger_signs_as_the_examples_say() {
    let mut client = Client::start(&["--examples", here("protocol/fixtures").to_str().unwrap()]);
    for name in ["signed-request", "signed-submission"] {
        let example = client.hear("example");
        assert_eq!(
            (&example["name"], &example["same"]),
            (&json!(name), &json!(true))
        );
    }
    client.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_does_a_days_work_from_the_guide_alone() {
    let coordinator = TestCoordinator::start().await;
    let url = coordinator.url.clone();
    let day = tokio::task::spawn_blocking(move || day(&url));
    day.await.unwrap();
    let status = coordinator.app.store.status().await.unwrap();
    assert_eq!(status.units.ready, 1, "one of two units was handed in");
}

fn day(url: &str) {
    let mut client = Client::start(&[url]);
    assert_eq!(client.hear("coordinator")["name"], "Test flock");
    assert_eq!(client.hear("device")["volunteer"], "Third party");

    let leased = client.hear("work");
    let work: WorkUnit = serde_json::from_value(leased["work"].clone()).unwrap();
    assert_eq!(client.hear("again")["leases"], json!([leased["lease"]]));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("segment.obu");
    let frames = rendered::frames(&work);
    std::fs::write(&file, segments::encode(&work.recipe, &frames)).unwrap();
    let digests = frames
        .iter()
        .map(|frame| Blake3(frame.digest()).to_string());
    let digests: Vec<_> = digests.collect();
    client.say(&format!("{} {}", file.display(), digests.join(" ")));

    assert_eq!(client.hear("receipt")["duplicate"], false);
    assert_eq!(client.hear("receipt")["duplicate"], true);
    let state = client.hear("status")["state"].clone();
    assert!(
        ["submitted", "auditing"].contains(&state.as_str().unwrap()),
        "{state}"
    );
    for (event, kind, status) in [
        ("replay", "replayed-signature", 409),
        ("forged", "bad-signature", 401),
        ("altered", "body-mismatch", 400),
        ("unsigned", "unsigned", 401),
        ("stale", "stale-signature", 401),
        ("unknown", "unknown-lease", 404),
    ] {
        let refusal = client.hear(event);
        assert_eq!(
            (&refusal["kind"], &refusal["status"]),
            (&json!(kind), &json!(status)),
            "{event}"
        );
    }
    client.finish();
}
