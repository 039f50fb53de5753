//! A worker's day, from the first request to the last.

use std::time::Duration;

use woolgather_protocol::submission::Preamble;
use woolgather_protocol::work::{Lease, Task, WorkUnit};
use woolgather_protocol::{Blake3, DeviceSecret, Problem, ProblemKind, Recipe};

use super::fixtures::{Flock, audit_of, leased_by, operator, recipe, unit};
use crate::{Event, Stop, Worker, WorkerError};

fn lease(id: &str, unit: &WorkUnit) -> Lease {
    Lease {
        id: id.parse().unwrap(),
        ..leased_by(unit, &operator())
    }
}

/// Works until `units_max` units are handed in; what happened.
async fn run(worker: &mut Worker, units_max: u32) -> (u32, Vec<Event>) {
    let mut events = Vec::new();
    let done = worker
        .run(Some(units_max), &mut |event| events.push(event))
        .await;
    (done.unwrap(), events)
}

fn count(events: &[Event], kind: impl Fn(&Event) -> bool) -> usize {
    events.iter().filter(|event| kind(event)).count()
}

fn problem(kind: ProblemKind) -> Problem {
    Problem::new(kind, "in a test")
}

#[tokio::test]
async fn a_segment_and_an_audit_are_rendered_and_handed_in() {
    let flock = Flock::default();
    flock.script().leases = [
        vec![],
        vec![lease("lease-1", &unit()), lease("lease-2", &audit_of(5))],
    ]
    .into();
    let mut worker = flock.worker(&Stop::default()).await;
    let (done, events) = run(&mut worker, 2).await;

    assert_eq!(done, 2);
    assert_eq!(events[0], Event::Idle { retry_s: 1 });
    match &events[1] {
        Event::Leased {
            task: Task::Segment,
            title,
            segment: 1,
            of_segments: 2,
            frames: 4,
            ..
        } => assert_eq!(title, "Cinder Star"),
        other => panic!("{other:?}"),
    }
    assert_eq!(
        count(&events, |event| matches!(event, Event::Frame { .. })),
        5
    );
    assert!(matches!(events[6], Event::Submitted { segment_bytes, .. } if segment_bytes > 0));
    assert!(matches!(
        events.last(),
        Some(Event::Audited { frame: 5, .. })
    ));

    let script = flock.script();
    let [(path, body), (audit_path, report)] = script.handed_in.as_slice() else {
        panic!("{} were handed in", script.handed_in.len());
    };
    assert_eq!(path, "/api/v1/leases/lease-1/submission");
    assert_eq!(audit_path, "/api/v1/leases/lease-2/audit");
    let (field, rest) = body.split_first_chunk::<4>().unwrap();
    let (json, segment) = rest.split_at(Preamble::json_length(*field).unwrap());
    let preamble = Preamble::from_json(json).unwrap();
    assert_eq!(preamble.segment, Blake3::of(segment));
    let report: serde_json::Value = serde_json::from_slice(report).unwrap();
    assert_eq!(report["frame"], preamble.frames[1].to_string());
}

#[tokio::test]
async fn a_worker_asks_for_what_it_may_hand_in_and_says_how_fast_it_is() {
    let flock = Flock::default();
    let one = |id| vec![lease(id, &unit())];
    flock.script().leases = [one("lease-1"), one("lease-2")].into();
    let mut worker = flock.worker(&Stop::default()).await;
    assert_eq!(run(&mut worker, 2).await.0, 2);
    let asked = flock.script().asked.clone();
    assert_eq!((asked[0].units_max, asked[1].units_max), (2, 1));
    assert_eq!(asked[0].samples_per_second, 0.0);
    assert!(asked[1].samples_per_second > 0.0);
}

#[tokio::test]
async fn what_is_over_the_count_is_given_back() {
    let flock = Flock::default();
    let leases = ["lease-1", "lease-2", "lease-3"].map(|id| lease(id, &unit()));
    flock.script().leases = [leases.to_vec()].into();
    let mut worker = flock.worker(&Stop::default()).await;
    assert_eq!(run(&mut worker, 1).await.0, 1);
    let expected = ["/api/v1/leases/lease-2", "/api/v1/leases/lease-3"];
    assert_eq!(flock.script().given_back, expected);
}

#[tokio::test]
async fn a_finished_segment_outlasts_a_coordinator_that_is_away() {
    let flock = Flock::default();
    flock.script().leases = [vec![lease("lease-1", &unit())]].into();
    // One call tries four times, so this takes two of them.
    flock.script().refusals = vec![problem(ProblemKind::Internal); 5].into();
    let mut worker = flock.worker(&Stop::default()).await;
    let (done, events) = run(&mut worker, 1).await;
    assert_eq!(done, 1);
    let away = |event: &Event| matches!(event, Event::Unreachable { .. });
    assert_eq!(count(&events, away), 1);

    let script = flock.script();
    assert_eq!(script.handed_in.len(), 6);
    assert!(
        script
            .handed_in
            .iter()
            .all(|sent| *sent == script.handed_in[0])
    );
    assert!(script.given_back.is_empty());
}

#[tokio::test]
async fn a_refusal_is_told_and_the_worker_goes_on() {
    let flock = Flock::default();
    let leases = ["lease-1", "lease-2"].map(|id| lease(id, &unit()));
    flock.script().leases = [leases.to_vec()].into();
    flock.script().refusals = [problem(ProblemKind::LeaseSuperseded)].into();
    let mut worker = flock.worker(&Stop::default()).await;
    let (done, events) = run(&mut worker, 1).await;
    assert_eq!(done, 1);
    let told = |event: &Event| matches!(event, Event::Refused { problem, .. } if problem.kind == ProblemKind::LeaseSuperseded);
    assert_eq!(count(&events, told), 1);
    assert_eq!(flock.script().handed_in.len(), 2);
}

#[tokio::test]
async fn a_recipe_for_another_program_ends_the_worker_and_frees_its_leases() {
    let mut recipe = recipe();
    recipe.encoder.version = "9.9.9".into();
    let newer = WorkUnit { recipe, ..unit() };
    let flock = Flock::default();
    let leases = ["lease-1", "lease-2"].map(|id| lease(id, &newer));
    flock.script().leases = [leases.to_vec()].into();
    let mut worker = flock.worker(&Stop::default()).await;
    let error = worker.run(None, &mut |_| {}).await.unwrap_err();
    assert!(matches!(error, WorkerError::Encoder { .. }), "{error}");
    assert_eq!(flock.script().given_back.len(), 2);
}

#[tokio::test]
async fn unsigned_work_is_given_back_unrendered() {
    let flock = Flock::default();
    let forged = leased_by(&unit(), &DeviceSecret::from_bytes(&[8; 32]));
    flock.script().leases = [vec![forged]].into();
    let stop = Stop::default();
    let mut worker = flock.worker(&stop).await;
    let mut events = Vec::new();
    let done = worker
        .run(None, &mut |event| {
            stop.stop();
            events.push(event);
        })
        .await;
    assert_eq!(done.unwrap(), 0);
    match events.as_slice() {
        [Event::GivenBack { reason }] => assert!(reason.contains("cannot be trusted"), "{reason}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(flock.script().given_back, ["/api/v1/leases/lease-1"]);
}

#[tokio::test]
async fn a_stop_in_mid_segment_gives_everything_back() {
    let slow = WorkUnit {
        recipe: Recipe {
            width: 320,
            height: 180,
            quality: 20_000.0,
            ..recipe()
        },
        ..unit()
    };
    let flock = Flock::default();
    let leases = ["lease-1", "lease-2"].map(|id| lease(id, &slow));
    flock.script().leases = [leases.to_vec()].into();
    let stop = Stop::default();
    let mut worker = flock.worker(&stop).await;
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        stop.stop();
    });
    let mut events = Vec::new();
    let done = worker.run(None, &mut |event| events.push(event)).await;
    assert_eq!(done.unwrap(), 0);
    assert!(
        matches!(events.as_slice(), [Event::Leased { .. }]),
        "{events:?}"
    );
    let script = flock.script();
    assert_eq!(
        script.given_back,
        ["/api/v1/leases/lease-1", "/api/v1/leases/lease-2"]
    );
    assert!(script.handed_in.is_empty());
}

#[tokio::test]
async fn a_segment_that_finds_no_room_is_kept_for_as_long_as_the_coordinator_asks() {
    let flock = Flock::default();
    flock.script().leases = [vec![lease("lease-1", &unit())]].into();
    let full = problem(ProblemKind::StorageFull).retry_after(3);
    flock.script().refusals = [full].into();
    let mut worker = flock.worker(&Stop::default()).await;
    let (done, events) = run(&mut worker, 1).await;

    assert_eq!(done, 1);
    let waited = events
        .iter()
        .any(|event| matches!(event, Event::Unreachable { retry_s: 3, .. }));
    assert!(waited, "{events:?}");
    let script = flock.script();
    assert_eq!(script.handed_in.len(), 2, "at once and after the wait");
    assert_eq!(script.handed_in[0], script.handed_in[1]);
    assert!(script.given_back.is_empty());
}
