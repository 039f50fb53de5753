//! The program as an operator starts it: settings, the doctor's verdict, logs and traces for programs.

#[cfg(unix)]
use std::io::{Read as _, Write as _};
#[cfg(unix)]
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_woolgather-coordinator"));
    command.args(args).stdin(Stdio::null());
    command
}

fn output(args: &[&str]) -> Output {
    program(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_printed_settings_are_a_file_that_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("coordinator.toml");
    let printed = output(&["config"]);
    assert!(printed.status.success());
    // With another folder, so that nothing is made here.
    let data = folder.path().join("data");
    let settings = format!("data = {:?}\n{}", data, text(&printed.stdout));
    std::fs::write(&file, settings).unwrap();
    let file = file.to_str().unwrap();
    let listed = output(&["entry", "list", "--config", file]);
    let complaint = text(&listed.stderr);
    assert!(complaint.contains(data.to_str().unwrap()), "{complaint}");
    let odd = folder.path().join("odd.toml");
    std::fs::write(&odd, "lisen = 1").unwrap();
    let odd = output(&["entry", "list", "--config", odd.to_str().unwrap()]);
    assert!(text(&odd.stderr).contains("`lisen` is no setting"));
}

#[test]
fn the_doctor_says_what_is_wrong_and_fails() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data = data.to_str().unwrap();
    let loopback = ["--listen", "127.0.0.1:0", "--origin-listen", "127.0.0.1:0"];
    let room = ["--free-space-leases", "0", "--free-space-uploads", "0"];
    let options = [["doctor", "--data", data].as_slice(), &loopback].concat();
    let healthy = output(&[&options[..], &room].concat());
    let said = text(&healthy.stdout);
    assert!(healthy.status.success(), "{said}");
    assert!(said.contains("a child process decodes a segment"), "{said}");

    // A bucket that nobody serves, and a key that is no key.
    let nowhere = [
        "--blobs",
        "s3://sheep",
        "--s3-endpoint",
        "http://127.0.0.1:9",
    ];
    let key = folder.path().join("other.key");
    std::fs::write(&key, "no key").unwrap();
    let odd = ["--s3-allow-http", "--key-file", key.to_str().unwrap()];
    let lost = output(&[&options[..], &room, &nowhere, &odd].concat());
    let said = text(&lost.stdout);
    assert!(!lost.status.success(), "{said}");
    for about in ["BAD   blobs: ", "BAD   key: "] {
        assert!(said.contains(about), "{said}");
    }

    let room = [
        "--free-space-leases",
        "1000000T",
        "--free-space-uploads",
        "0",
    ];
    let full = output(&[&options[..], &room].concat());
    let said = text(&full.stdout);
    assert!(!full.status.success(), "{said}");
    let line = said.lines().find(|line| line.starts_with("BAD"));
    assert!(
        line.is_some_and(|line| line.contains("--free-space-leases")),
        "{said}"
    );
}

#[test]
fn the_doctor_leaves_an_older_database_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let file = data.join("woolgather.sqlite");
    let conn = rusqlite::Connection::open(&file).unwrap();
    conn.execute_batch(include_str!("../../migrations/0001_flock.sql"))
        .unwrap();
    conn.execute_batch(
        "CREATE TABLE migration (number BIGINT PRIMARY KEY, applied_ms BIGINT NOT NULL);
         INSERT INTO migration VALUES (1, 0)",
    )
    .unwrap();
    let loopback = ["--listen", "127.0.0.1:0", "--origin-listen", "127.0.0.1:0"];
    let options = ["doctor", "--data", data.to_str().unwrap()];
    let said = text(&output(&[&options[..], &loopback].concat()).stdout);
    let line = said.lines().find(|line| line.contains("database:"));
    let behind = line.is_some_and(|line| line.starts_with("odd") && line.contains("behind"));
    assert!(behind, "{said}");
    let applied: i64 = conn
        .query_row("SELECT COUNT(*) FROM migration", [], |row| row.get(0))
        .unwrap();
    assert_eq!(applied, 1);
}

/// Serves with these options, asks `/healthz` once, asks it to end, and returns what it logged.
#[cfg(unix)]
fn serve_once(options: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut serving = program(&["serve", "--recipe", "small"])
        .args(options)
        .args(["--listen", "127.0.0.1:0", "--origin-listen", "127.0.0.1:0"])
        .args(["--starter-sheep", "1", "--audit-patience", "24h", "--data"])
        .arg(&data)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while !data.join("listen.txt").exists() {
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert!(
            serving.try_wait().unwrap().is_none(),
            "it listens until it is told to stop"
        );
    }
    let url = std::fs::read_to_string(data.join("listen.txt")).unwrap();
    let mut stream = TcpStream::connect(url.trim().trim_start_matches("http://")).unwrap();
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("200 OK"), "{answer}");
    let id = serving.id().to_string();
    let told = Command::new("kill").args(["-TERM", &id]).status();
    assert!(told.unwrap().success());
    let ended = serving.wait_with_output().unwrap();
    assert!(ended.status.success());
    text(&ended.stderr)
}

#[cfg(unix)]
#[test]
fn logs_for_programs_are_json_lines() {
    let lines: Vec<Value> = serve_once(&["--log-format", "json"])
        .lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    let stopped = lines.iter().any(|line| line["message"] == "Stopped");
    assert!(stopped, "{lines:?}");
}

#[cfg(unix)]
#[test]
fn a_collector_gets_a_trace_of_each_request() {
    let collector = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", collector.local_addr().unwrap());
    // It takes one request and keeps it.
    let taking = std::thread::spawn(move || {
        let (mut stream, _) = collector.accept().unwrap();
        let mut taken = Vec::new();
        let mut block = [0; 4096];
        while !text(&taken).contains("GET /healthz") {
            let bytes = stream.read(&mut block).unwrap();
            assert_ne!(bytes, 0, "{}", text(&taken));
            taken.extend_from_slice(&block[..bytes]);
        }
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            .unwrap();
        text(&taken)
    });
    serve_once(&["--otlp", &url]);
    let taken = taking.join().unwrap();
    assert!(taken.starts_with("POST /v1/traces"), "{taken}");
    assert!(taken.contains("woolgather-coordinator"), "{taken}");
}
