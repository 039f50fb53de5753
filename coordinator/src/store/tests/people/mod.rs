//! Accounts: who is who, what is whose, and what nobody gets who should not.

mod accounts;
mod keys;
mod shown;
mod votes;

use woolgather_coordinator_core::PersonId;
use woolgather_protocol::ProblemKind;
use woolgather_protocol::people::Handle;
use woolgather_protocol::votes::{Answer, BallotRequest, Vote};

use super::support::*;
use super::votes::secret;
use crate::store::*;

fn handle(text: &str) -> Handle {
    text.parse().unwrap()
}

fn browser(number: u8) -> Browser {
    Browser {
        voter: VoterId::web([number; 16]),
        label: format!("Browser {number}"),
        session: None,
    }
}

async fn person(world: &World, name: &str, number: u8) -> PersonId {
    let made = world.store.make_person(handle(name), browser(number));
    made.await.unwrap().person
}

/// Two people, of the first browser and of the second.
async fn ada_and_bo(world: &World) -> (PersonId, PersonId) {
    (person(world, "ada", 1).await, person(world, "bo", 2).await)
}

fn now_ms(world: &World) -> i64 {
    use crate::clock::Clock as _;
    world.clock.now_ms()
}

fn lasts_ms(lasts: std::time::Duration) -> i64 {
    i64::try_from(lasts.as_millis()).unwrap()
}

fn kind<T: std::fmt::Debug>(result: Result<T, StoreError>) -> ProblemKind {
    result.unwrap_err().kind().expect("a refusal")
}

/// A thumb by a voter on the first sheep.
async fn thumb(world: &World, voter: &VoterId, answer: Answer) {
    let sheep = live_sheep(&world.store).await.remove(0);
    let request = BallotRequest::Single {
        on_screen: Some(sheep),
    };
    let ballot = world.store.deal_ballot(voter, request, &secret()).await;
    let vote = Vote {
        token: ballot.unwrap().token,
        answer,
    };
    let from = VoteFrom {
        voter: voter.clone(),
        address: None,
    };
    world
        .store
        .record_vote(from, &vote, &secret())
        .await
        .unwrap();
}
