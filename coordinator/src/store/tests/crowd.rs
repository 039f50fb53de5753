//! A crowd: many workers at once, and still every unit in one pair of hands.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use woolgather_protocol::{PublicKey, WorkUnitId};

use super::support::*;
use crate::store::Job;

const WORKERS: u8 = 64;
const SHEEP: usize = 60;

type Hands = Mutex<HashMap<WorkUnitId, PublicKey>>;

/// Leases, renders and audits until there is nothing left for it; returns how much it did.
async fn work(world: Arc<World>, name: u8, hands: Arc<Hands>) -> u32 {
    let me = device(name);
    let mut done = 0;
    let mut idle_rounds = 0;
    // An audit is offered to few, who may be busy: whoever has nothing to do for a while looks whether
    // there is anything left.
    while idle_rounds < 20 || (idle_rounds < 5_000 && !all_accepted(&world).await) {
        let leases = world.lease(me, 1 + u32::from(name % 4)).await;
        idle_rounds = if leases.is_empty() {
            idle_rounds + 1
        } else {
            0
        };
        for lease in &leases {
            let before = hands.lock().unwrap().insert(lease.work.id.clone(), me);
            assert_eq!(before.filter(|holder| *holder != me), None, "held twice");
        }
        for lease in &leases {
            tokio::task::yield_now().await;
            hands.lock().unwrap().remove(&lease.work.id);
            world.do_honestly(me, lease).await;
            done += 1;
        }
    }
    done
}

async fn all_accepted(world: &World) -> bool {
    let status = world.store.status().await.unwrap();
    status.units.accepted == 2 * SHEEP as u64
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_workers_share_the_flock_and_hold_nothing_twice() {
    let world = Arc::new(World::with_sheep(SHEEP).await);
    let hands = Arc::new(Hands::default());
    let workers: Vec<_> = (0..WORKERS)
        .map(|name| tokio::spawn(work(Arc::clone(&world), name, Arc::clone(&hands))))
        .collect();
    let mut done = 0;
    for worker in workers {
        done += worker.await.unwrap();
    }
    let units = 2 * SHEEP as u64;
    let status = world.store.status().await.unwrap();
    assert_eq!(status.units.accepted, units);
    assert_eq!(status.submissions, units);
    assert_eq!(status.credit, 10 * units);
    assert_eq!(u64::from(done), units + status.audits_passed);
    let mut joins = 0;
    while let Some(claimed) = world.claim().await {
        // The others are the referee's second looks.
        joins += usize::from(matches!(claimed.job, Job::Join { .. }));
    }
    assert_eq!(joins, SHEEP, "one join for every loop");
}
