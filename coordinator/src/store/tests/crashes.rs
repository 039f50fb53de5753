//! Restarts and neighbours: nothing acknowledged is lost, nothing is done twice.

use woolgather_protocol::ProblemKind;
use woolgather_protocol::submission::WorkUnitState;
use woolgather_protocol::votes::{Answer, BallotRequest, Vote};
use woolgather_protocol::{DeviceSecret, PublicKey};

use super::support::*;
use crate::store::database::query;
use crate::store::{VoteFrom, VoterId};

#[tokio::test]
async fn a_restart_keeps_everything_acknowledged() {
    let mut world = World::with_sheep(1).await;
    world.store.register_device(device(1), "Ada").await.unwrap();
    world.come(2..=4).await;
    let leases = world.lease(device(1), 2).await;
    let flock = world.store.flock().await.unwrap();
    world.submit(device(1), &leases[0]).await;

    world.restart().await;
    assert_eq!(world.store.flock().await.unwrap(), flock);
    assert_eq!(world.store.found_flock(new_flock(3)).await.unwrap(), flock);
    let again = world.lease(device(1), 1).await;
    assert_eq!(again[0].lease, leases[1].lease);
    let receipt = world.submit(device(1), &leases[0]).await;
    assert!(receipt.duplicate, "the same submission after a restart");
    let volunteer = world.store.device(device(1)).await.unwrap().unwrap();
    assert_eq!(volunteer.volunteer, "Ada");

    let audits = world.lease(device(2), 8).await;
    assert_eq!(
        audits.len(),
        2,
        "the audits were drawn before the crash, once"
    );
    for audit in &audits {
        world.audit(device(2), audit, true).await;
        world.restart().await;
    }
    let state = world.state_of(&leases[0].work.id).await;
    assert_eq!(state, WorkUnitState::Accepted);
    assert_eq!(world.store.status().await.unwrap().credit, 10);
}

#[tokio::test]
async fn a_flock_is_published_whole_through_a_crash_after_every_step() {
    let mut world = World::with_sheep(2).await;
    world.render_everything().await;
    world.restart().await;
    while let Some(claimed) = world.claim().await {
        if let crate::store::Job::Join { clip, version } = &claimed.job {
            let first = world
                .store
                .publish_clip(clip, *version, clip_file(clip))
                .await;
            // The process dies between the publication and the end of the job.
            world.restart().await;
            world.store.reclaim_jobs().await.unwrap();
            let again = world.claim().await.unwrap();
            let second = world
                .store
                .publish_clip(clip, *version, clip_file(clip))
                .await;
            assert!(second.unwrap() >= first.unwrap());
            world.store.finish_job(&again).await.unwrap();
        } else {
            world.store.finish_job(&claimed).await.unwrap();
        }
    }
    world.publish_everything().await;
    let manifest = world.store.manifest(PublicKey([0; 32])).await.unwrap();
    assert_eq!(manifest.clips.len(), 2);
    assert_eq!(manifest.sequence, 3);
}

#[tokio::test]
async fn a_spent_ballot_stays_spent_after_a_restart() {
    let mut world = World::with_sheep(2).await;
    world.publish_everything().await;
    let secret = DeviceSecret::from_bytes(&[1; 32]);
    let voter = VoterId::web([1; 16]);
    let ballot = world
        .store
        .deal_ballot(&voter, BallotRequest::Pair, &secret)
        .await;
    let vote = Vote {
        token: ballot.unwrap().token,
        answer: Answer::Left,
    };
    let from = VoteFrom {
        voter,
        address: None,
    };
    world
        .store
        .record_vote(from.clone(), &vote, &secret)
        .await
        .unwrap();
    world.restart().await;
    let again = world.store.record_vote(from, &vote, &secret).await;
    assert_eq!(again.unwrap_err().kind(), Some(ProblemKind::SpentBallot));
    assert_eq!(world.store.status().await.unwrap().votes, 1);
}

#[tokio::test]
async fn a_store_made_by_a_newer_program_is_not_touched() {
    let world = World::with_sheep(0).await;
    let future = world.store.write(|tx| {
        query("INSERT INTO migration (number, applied_ms) VALUES (1000, 0)").execute(tx.conn)?;
        Ok(())
    });
    future.await.unwrap();
    let refused = world.try_second_store().await.err().unwrap();
    assert!(refused.to_string().contains("newer program"), "{refused}");
}

#[tokio::test]
async fn two_processes_work_on_one_folder() {
    let world = World::with_sheep(4).await;
    let other = world.second_store().await;
    let (here, there) = (world.store.clone(), other.clone());
    let mine = tokio::spawn(async move {
        for name in 0..40 {
            here.register_device(device(name), "here").await.unwrap();
        }
    });
    let theirs = tokio::spawn(async move {
        for name in 100..140 {
            there.register_device(device(name), "there").await.unwrap();
        }
    });
    mine.await.unwrap();
    theirs.await.unwrap();
    assert_eq!(world.store.status().await.unwrap().devices, 80);
    assert_eq!(other.status().await.unwrap().devices, 80);
}

#[tokio::test]
async fn a_refused_transaction_leaves_its_neighbours_in_the_group_alone() {
    let world = World::with_sheep(1).await;
    let leases = world.lease(device(1), 1).await;
    let good = world
        .store
        .record_submission(submission(device(1), &leases[0]));
    let bad = world.store.give_back(leases[0].lease.clone(), device(2));
    let named = world.store.register_device(device(3), "Ada");
    let (good, bad, named) = tokio::join!(good, bad, named);
    assert!(!good.unwrap().duplicate);
    assert_eq!(bad.unwrap_err().kind(), Some(ProblemKind::ForeignLease));
    assert_eq!(named.unwrap().volunteer, "Ada");
}
