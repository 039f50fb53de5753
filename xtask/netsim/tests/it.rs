//! The simulation in the suite: some seeds, the same trace twice, and planted faults that must be
//! found.

use std::sync::{Arc, Mutex};

use woolgather_netsim::plant::Plant;
use woolgather_netsim::play::{Options, Played, play};
use woolgather_netsim::sweep::sweep;

fn played(rng_seed: u64, plant: Plant) -> Played {
    play(Options { rng_seed, plant }, None).unwrap()
}

#[test]
fn thirty_seeds_keep_every_promise() {
    let swept = sweep(1..31, Plant::None, || {});
    assert!(swept.failures.is_empty(), "{:#?}", swept.failures);
    // Otherwise nothing was tried.
    assert!(swept.kills > 30 && swept.requests[1] > 1_000, "{swept:?}");
    assert!(swept.answers.iter().all(|count| *count > 0), "{swept:?}");
    assert!(swept.counts[0] > 100, "{swept:?}");
}

#[test]
fn the_same_number_gives_the_same_trace() {
    let traces: Arc<Mutex<Vec<String>>> = Arc::default();
    let threads: Vec<_> = [7, 7, 8]
        .into_iter()
        .map(|rng_seed| {
            let traces = Arc::clone(&traces);
            std::thread::spawn(move || {
                let lines = Arc::new(Mutex::new(String::new()));
                let told = Arc::clone(&lines);
                let tell = Box::new(move |line: &str| {
                    let mut told = told.lock().unwrap();
                    told.push_str(line);
                    told.push('\n');
                });
                let plant = Plant::None;
                let played = play(Options { rng_seed, plant }, Some(tell)).unwrap();
                let lines = lines.lock().unwrap().clone();
                assert_eq!(
                    played.digest,
                    blake3::hash(lines.as_bytes()).to_hex().as_str()
                );
                traces.lock().unwrap().push(lines);
                (rng_seed, played)
            })
        })
        .collect();
    let played: Vec<_> = threads
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .collect();
    assert_eq!(played[0].1, played[1].1);
    assert_ne!(played[0].1.digest, played[2].1.digest);
    assert!(played.iter().all(|(_, played)| played.events > 100));
}

/// The seeds in which a planted fault is looked for.
const TRIES: u64 = 4;

fn check_found(plant: Plant, words: &[&str]) {
    let found: Vec<_> = (1..=TRIES)
        .filter_map(|rng_seed| played(rng_seed, plant).wrong)
        .collect();
    assert!(!found.is_empty(), "{plant:?} was not found");
    for what in found {
        let meant = words.iter().any(|words| what.contains(words));
        assert!(meant, "{plant:?} was found as: {what}");
    }
}

#[test]
fn an_answer_before_the_commit_is_found() {
    check_found(Plant::AnswersTooEarly, &["was acknowledged"]);
}

#[test]
fn a_forgotten_commit_is_found() {
    check_found(
        Plant::ForgetsCommits,
        &[
            "was acknowledged",
            "unknown-lease",
            "was taken a second time",
            "waits",
        ],
    );
}

#[test]
fn a_unit_paid_twice_is_found() {
    check_found(Plant::PaysTwice, &["the ledger"]);
}

#[test]
fn a_lost_blob_is_found() {
    check_found(Plant::LosesBlob, &["blob", "a job failed"]);
}

#[test]
fn a_forgotten_job_is_found() {
    check_found(Plant::ForgetsJobs, &["nobody was told", "stuck"]);
}
