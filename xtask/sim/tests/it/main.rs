//! The simulation repeats itself, small grids survive every order of events, and made-up flocks keep
//! what the rules of rating and breeding promise.

mod flock;

use woolgather_sim::chaos;
use woolgather_sim::report::Report;
use woolgather_sim::sweep::sweep;
use woolgather_sim::world::{Options, World};

/// Half a day of a small fleet.
fn small(rng_seed: u64) -> Report {
    let options = Options {
        volunteers: 40,
        hours: 8,
        bad: 0.3,
        ..Options::new(rng_seed)
    };
    let mut world = World::new(options);
    world.run(|_| {}).expect("everything is as it must be");
    Report::of(&world)
}

#[test]
fn the_same_seed_gives_the_same_report_and_another_one_another() {
    let first = small(1);
    assert_eq!(first.to_text(), small(1).to_text());
    assert_ne!(first.to_text(), small(2).to_text());
}

#[test]
fn a_small_fleet_gets_work_done_and_bans_nobody_honest() {
    let report = small(3);
    assert!(report.accepted > 500, "{}", report.accepted);
    assert!(report.refused > 0 && report.duplicates > 0 && report.late_used > 0);
    assert_eq!(report.honest_bans, 0);
    assert_eq!(report.ledger_credit, report.units_credit);
    assert_eq!(report.ledger_credit, report.device_credit);
}

#[test]
fn small_grids_survive_every_order_of_events() {
    let swept = sweep(0..300, || {});
    assert_eq!(swept.failures.first(), None);
    // All of it happened.
    let counts = [
        swept.accepted,
        swept.refused,
        swept.quarantined_segments,
        swept.found_bad,
    ];
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
}

#[test]
fn a_replay_tells_every_event() {
    let mut events = 0;
    chaos::run(7, &mut |_| events += 1).expect("everything is as it must be");
    assert_eq!(events, chaos::STEPS);
}
