//! One version that fails is seen, one loud place is not everybody, and what is a part of taking part is no failure.

use super::*;
use axum::http::{HeaderMap, header};

const MINUTE_MS: i64 = 60_000;

fn cohort(user_agent: &str) -> Cohort {
    let mut headers = HeaderMap::new();
    headers.insert(header::USER_AGENT, user_agent.parse().unwrap());
    Cohort::of("/api/v1/leases", &headers, address(1)).unwrap()
}

fn address(last: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, last])
}

fn ended(status: u16, refusal: Option<ProblemKind>) -> Outcome {
    Outcome {
        status,
        refusal,
        took_ms: 10,
    }
}

fn good() -> Outcome {
    ended(200, None)
}

fn bad() -> Outcome {
    ended(500, Some(ProblemKind::Internal))
}

#[test]
fn one_version_that_fails_is_not_hidden_by_the_others() {
    let pulse = Pulse::default();
    let (old, new) = (
        cohort("woolgather/0.1.0 (linux)"),
        cohort("woolgather/0.2.0 (linux)"),
    );
    for last in 0..100 {
        for _ in 0..50 {
            pulse.note(new.clone(), address(last), &good(), 0);
        }
    }
    for last in 100..102 {
        for nth in 0..20 {
            let outcome = if nth == 0 { bad() } else { good() };
            pulse.note(old.clone(), address(last), &outcome, 0);
        }
    }
    let health = pulse.health(MINUTE_MS);
    let said = |of: &Cohort| {
        let found = health.iter().find(|health| health.cohort == *of).unwrap();
        (found.verdict(), found.asked, found.places)
    };
    assert_eq!(said(&new), (Verdict::Working, 5_000, 100));
    assert_eq!(said(&old), (Verdict::Failing, 40, 2));
}

#[test]
fn one_loud_place_counts_as_one() {
    let pulse = Pulse::default();
    let all = cohort("woolgather/0.1.0 (linux)");
    for last in 1..=200 {
        pulse.note(all.clone(), address(last), &good(), 0);
    }
    for _ in 0..10_000 {
        pulse.note(all.clone(), address(0), &bad(), 0);
    }
    let health = pulse.health(0);
    assert_eq!(health[0].verdict(), Verdict::Working, "{health:?}");
}

#[test]
fn refusals_that_are_a_part_of_taking_part_are_no_failures() {
    for (status, kind, fails) in [
        (409, ProblemKind::SpentBallot, false),
        (429, ProblemKind::TooMany, false),
        (404, ProblemKind::NotFound, false),
        (400, ProblemKind::MalformedRequest, true),
        (401, ProblemKind::StaleSignature, true),
        (503, ProblemKind::Busy, true),
        (507, ProblemKind::StorageFull, true),
    ] {
        assert_eq!(ended(status, Some(kind)).is_failure(), fails, "{kind}");
    }
    assert!(ended(502, None).is_failure());
    assert!(!ended(304, None).is_failure());
}

#[test]
fn a_few_requests_say_nothing_and_an_hour_later_they_are_forgotten() {
    let pulse = Pulse::default();
    for _ in 0..19 {
        pulse.note(cohort("curl/8"), address(1), &bad(), 0);
    }
    assert_eq!(pulse.health(0)[0].verdict(), Verdict::TooFew);
    assert_eq!(pulse.health(59 * MINUTE_MS).len(), 1);
    assert!(pulse.health(61 * MINUTE_MS).is_empty());
}

#[test]
fn a_place_sees_its_own_requests_and_no_others() {
    let pulse = Pulse::default();
    let client = cohort("woolgather/0.1.0 (linux)");
    pulse.note(client.clone(), address(1), &good(), 0);
    let late = ended(401, Some(ProblemKind::StaleSignature));
    pulse.note(client.clone(), address(1), &late, MINUTE_MS);
    pulse.note(client.clone(), address(2), &bad(), 0);
    let mine = pulse.place(address(1), MINUTE_MS);
    assert_eq!(
        mine,
        [FromPlace {
            cohort: client,
            asked: 2,
            failed: 1,
            last_ms: MINUTE_MS,
            last_failure: Some(ProblemKind::StaleSignature),
        }]
    );
    assert!(pulse.place(address(3), MINUTE_MS).is_empty());
}

#[test]
fn it_is_told_when_a_cohort_begins_to_fail_and_when_it_works_again() {
    let pulse = Pulse::default();
    let client = cohort("woolgather/0.1.0 (linux)");
    for second in 0..120 {
        pulse.note(client.clone(), address(1), &bad(), second * 1000);
    }
    for minute in 61..140 {
        pulse.note(client.clone(), address(1), &good(), minute * MINUTE_MS);
    }
    let verdicts: Vec<Verdict> = pulse
        .changes()
        .iter()
        .map(|change| change.health.verdict())
        .collect();
    assert_eq!(
        verdicts,
        [Verdict::Working, Verdict::Failing],
        "newest first"
    );
}

#[test]
fn who_asks_is_known_by_name_only() {
    for (user_agent, expected) in [
        (
            "woolgather/0.1.0 (linux x86_64)",
            "Woolgather 0.1.0 (linux x86_64)",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox",
        ),
        (
            "Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36",
            "Chrome",
        ),
        ("woolgather/<script>", "other programs"),
        ("", "other programs"),
    ] {
        assert_eq!(cohort(user_agent).client.to_string(), expected);
    }
    let long = format!("woolgather/{}", "9".repeat(100));
    assert_eq!(cohort(&long).client, Client::Other);
}

#[test]
fn what_was_asked_for_is_known_by_the_route() {
    let headers = HeaderMap::new();
    let service = |route| Cohort::of(route, &headers, address(1)).map(|cohort| cohort.service);
    assert_eq!(service("/api/v1/clips/{id}"), Some(Service::Clips));
    assert_eq!(service("/api/v1/audits/{lease}"), Some(Service::Work));
    assert_eq!(service("/vote/next"), Some(Service::Votes));
    assert_eq!(service("/sheep/{id}"), Some(Service::Pages));
    assert_eq!(service("/readyz"), None);
}
