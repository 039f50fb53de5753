//! From votes to children: a flock is voted on, breeds, publishes its child and lets its least liked
//! sheep go.

use std::collections::BTreeMap;

use woolgather_coordinator::evolution::Evolution;
use woolgather_coordinator::jobs::evolving;
use woolgather_coordinator::operator;
use woolgather_coordinator::store::SheepState;
use woolgather_protocol::SheepId;
use woolgather_protocol::manifest::Manifest;
use woolgather_protocol::paths;
use woolgather_protocol::votes::{Answer, Ballot, BallotRequest, Vote, VoteReceipt};
use woolgather_render_kernel::Examiner;

use crate::support::{DAY_MS, TestCoordinator, rendered};

/// Five devices vote.
const VOTERS: std::ops::Range<u8> = 11..16;

/// Four sheep, of which there may be so many.
async fn flock_of(flock_size: u32) -> TestCoordinator {
    let coordinator = TestCoordinator::start_configured(|config| {
        config.starter_sheep = Some(4);
        config.evolution = Evolution {
            flock_size,
            births_a_day: 2,
            edges: true,
        };
    })
    .await;
    render_all(&coordinator).await;
    coordinator
}

/// A volunteer renders everything there is, until nothing more comes of it.
async fn render_all(coordinator: &TestCoordinator) {
    loop {
        coordinator.do_jobs().await;
        if coordinator.app.store.status().await.unwrap().units.ready == 0 {
            return;
        }
        let worker = coordinator.device(1);
        worker.render_everything_as(rendered::submission).await;
    }
}

async fn manifest(coordinator: &TestCoordinator) -> Manifest {
    let key = coordinator.app.public_key();
    coordinator.app.store.manifest(key).await.unwrap()
}

/// All voters like every sheep but this one.
async fn all_vote_against(coordinator: &TestCoordinator, unloved: &SheepId) {
    for sheep in coordinator.all_sheep().await {
        let answer = if sheep == *unloved {
            Answer::Down
        } else {
            Answer::Up
        };
        for voter in VOTERS {
            let voter = coordinator.device(voter);
            let on_screen = Some(sheep.clone());
            let request = BallotRequest::Single { on_screen };
            let ballot: Ballot = voter.post(paths::BALLOTS, &request).await;
            let token = ballot.token;
            let vote = Vote { token, answer };
            let _: VoteReceipt = voter.post(paths::VOTES, &vote).await;
        }
    }
}

async fn ratings(coordinator: &TestCoordinator) -> BTreeMap<SheepId, f64> {
    let mut ratings = BTreeMap::new();
    for sheep in coordinator.all_sheep().await {
        let row = coordinator.app.store.sheep(&sheep).await.unwrap();
        ratings.insert(sheep, row.rating);
    }
    ratings
}

/// Turns with one seed after the other until a child is born.
async fn child_of(coordinator: &TestCoordinator) -> SheepId {
    for seed in 1..20 {
        evolving::turn(&coordinator.app, [seed; 32]).await.unwrap();
        if let Some(child) = coordinator.all_sheep().await.get(4) {
            return child.clone();
        }
    }
    panic!("no child was good enough");
}

#[tokio::test(flavor = "multi_thread")]
async fn votes_become_a_child_and_the_least_liked_sheep_makes_room() {
    let coordinator = flock_of(4).await;
    let store = &coordinator.app.store;
    evolving::turn(&coordinator.app, [1; 32]).await.unwrap();
    assert_eq!(coordinator.all_sheep().await.len(), 4, "nobody has voted");

    let unloved = coordinator.all_sheep().await[2].clone();
    all_vote_against(&coordinator, &unloved).await;
    let child = child_of(&coordinator).await;
    let lineage = store.lineage(&child).await.unwrap().unwrap();
    let again = lineage.record.breed_again(&lineage.parents, &Examiner);
    let genome = store.sheep_genome(&child).await.unwrap();
    assert_eq!(again.unwrap().canonical_bytes(), genome.canonical_bytes());
    let family = store.family(&child).await.unwrap();
    let parents: Vec<_> = family.parents().map(|parent| parent.id.clone()).collect();
    assert!(!parents.is_empty(), "these seeds do not breed from nothing");

    render_all(&coordinator).await;
    let published = manifest(&coordinator).await;
    let told = published.sheep.iter().find(|sheep| sheep.id == child);

    assert_eq!(told.unwrap().parents, parents);
    assert!(
        published
            .clips
            .iter()
            .any(|clip| clip.from == child && clip.to == child)
    );
    evolving::turn(&coordinator.app, [1; 32]).await.unwrap();
    assert_eq!(
        store.nursery().await.unwrap().living.len(),
        5,
        "all had too little time"
    );

    coordinator.clock.advance_ms(2 * DAY_MS);
    evolving::turn(&coordinator.app, [1; 32]).await.unwrap();
    render_all(&coordinator).await;
    evolving::turn(&coordinator.app, [1; 32]).await.unwrap();
    let row = store.sheep(&unloved).await.unwrap();
    assert_eq!(row.state, SheepState::Retired);
    let after = manifest(&coordinator).await;
    assert_eq!(after.sheep.len(), 4);
    assert!(after.sequence > published.sequence);
    let about = |id: &SheepId| *id == unloved;
    assert!(!after.sheep.iter().any(|sheep| about(&sheep.id)));
    assert!(
        !after
            .clips
            .iter()
            .any(|clip| about(&clip.from) || about(&clip.to))
    );
    for sheep in &after.sheep {
        let goes_on = |clip: &&woolgather_protocol::manifest::ManifestClip| {
            clip.from == sheep.id && clip.to != sheep.id
        };
        assert!(
            after.clips.iter().any(|clip| goes_on(&clip)),
            "nobody is a dead end"
        );
    }
    assert_eq!(
        coordinator.all_sheep().await.len(),
        5,
        "the flock is full again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_about_to_leave_stays_where_breeding_is_turned_off() {
    let coordinator = flock_of(3).await;
    let unloved = coordinator.first_sheep().await;
    all_vote_against(&coordinator, &unloved).await;
    coordinator.clock.advance_ms(2 * DAY_MS);
    evolving::turn(&coordinator.app, [1; 32]).await.unwrap();
    let leaving = async |coordinator: &TestCoordinator| {
        let nursery = coordinator.app.store.nursery().await.unwrap();
        let leaving = nursery.living.into_iter().filter(|sheep| sheep.leaving);
        leaving.map(|sheep| sheep.id).collect::<Vec<_>>()
    };
    assert_eq!(leaving(&coordinator).await, [unloved]);
    let coordinator = coordinator
        .restart_configured(|config| config.evolution.births_a_day = 0)
        .await;
    evolving::turn(&coordinator.app, [1; 32]).await.unwrap();
    assert!(leaving(&coordinator).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_nightly_refit_is_a_job_that_moves_nobody_far_and_the_unvoted_not_at_all() {
    let coordinator = flock_of(4).await;
    let unloved = coordinator.first_sheep().await;
    all_vote_against(&coordinator, &unloved).await;
    let child = child_of(&coordinator).await;
    coordinator.clock.advance_ms(DAY_MS);
    let before = ratings(&coordinator).await;
    assert!(coordinator.app.store.plan_refit().await.unwrap());
    coordinator.do_jobs().await;
    let after = ratings(&coordinator).await;
    assert_ne!(after, before);
    assert_eq!(after[&child], before[&child]);
    for (sheep, rating) in &after {
        let moved = (rating - before[sheep]).abs();
        assert!(moved < 0.15, "{before:?} {after:?}");
    }
    assert!(!coordinator.app.store.plan_refit().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exported_log_says_what_was_voted_and_not_by_whom() {
    let coordinator = TestCoordinator::start_with(3).await;
    coordinator.publish_all(b"clip").await;
    let unloved = coordinator.first_sheep().await;
    all_vote_against(&coordinator, &unloved).await;
    let unanswered: Ballot = coordinator
        .device(11)
        .post(paths::BALLOTS, &BallotRequest::Pair)
        .await;
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str, table: &str| {
        std::fs::read_to_string(folder.path().join(name).join(table)).unwrap()
    };
    for (name, key) in [("one", [1; 32]), ("two", [2; 32])] {
        let to = folder.path().join(name);
        let ballots = operator::export(&coordinator.app.store, &to, key).await;
        assert_eq!(ballots.unwrap(), 16);
    }
    assert_eq!(read("one", "ballots.csv").lines().count(), 17);
    assert_eq!(read("one", "votes.csv").lines().count(), 16);
    assert_eq!(read("one", "sheep.csv").lines().count(), 4);
    assert!(unanswered.right.is_some());
    let against = format!(",{unloved},,1794999960,down,");
    let votes = read("one", "votes.csv");
    let against = votes.lines().filter(|line| line.contains(&against));
    assert_eq!(against.count(), 5, "{votes}");
    let names = |export: &str| -> std::collections::BTreeSet<String> {
        let votes = read(export, "votes.csv");
        let names = votes.lines().skip(1).map(|line| line[..16].to_owned());
        names.collect()
    };
    assert_eq!(names("one").len(), 5);
    assert!(names("one").is_disjoint(&names("two")));
    let key = coordinator.device(11).key().to_string();
    assert!(!read("one", "ballots.csv").contains(&key[..16]));
}
