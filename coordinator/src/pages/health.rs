//! `/status/me`, and the status page's table: for whom it works, from [`crate::pulse`].

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use woolgather_web::views::{Health, HealthLine, HealthPage, HealthWord, JustMe, MineLine};

use super::answer::{PageError, page};
use super::times::seconds_since;
use crate::http::extract::ClientAddress;
use crate::pulse::{self, FromPlace, Protocol, Verdict};
use crate::state::App;

/// Is it just me?
///
/// # Errors
///
/// The store's.
pub async fn get_mine(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
) -> Result<Response, PageError> {
    let now_ms = app.clock.now_ms();
    let all = app.pulse.health(now_ms);
    let mine = app.pulse.place(address, now_ms);
    let failing = |health: &&pulse::Health| health.verdict() == Verdict::Failing;
    let glance = app.glance.get(now_ms, app.store.glance()).await?;
    Ok(page(&HealthPage {
        answer: answer(&mine, &all),
        protocol: protocol(address),
        mine: mine
            .iter()
            .map(|one| mine_line(one, &all, now_ms))
            .collect(),
        failing: all.iter().filter(failing).map(line).collect(),
        workers_active: glance.workers_active,
    })?)
}

/// The status page's table.
#[must_use]
pub fn health(app: &App) -> Health {
    let all = app.pulse.health(app.clock.now_ms());
    Health {
        lines: all.iter().map(line).collect(),
        asked_min: pulse::ASKED_MIN,
    }
}

fn answer(mine: &[FromPlace], all: &[pulse::Health]) -> JustMe {
    let fails_for_all = |one: &FromPlace| {
        let same = all.iter().find(|health| health.cohort == one.cohort);
        same.is_some_and(|health| health.places > 1 && health.verdict() == Verdict::Failing)
    };
    let mut failed = mine.iter().filter(|one| one.failed > 0).peekable();
    let somewhere = all.iter().any(|one| one.verdict() == Verdict::Failing);
    if mine.is_empty() {
        JustMe::Unseen
    } else if failed.peek().is_none() {
        if somewhere {
            JustMe::OthersOnly
        } else {
            JustMe::AllWell
        }
    } else if failed.any(fails_for_all) {
        JustMe::NotJustYou
    } else {
        JustMe::JustYou
    }
}

fn mine_line(one: &FromPlace, all: &[pulse::Health], now_ms: i64) -> MineLine {
    let same = all.iter().find(|health| health.cohort == one.cohort);
    MineLine {
        service: one.cohort.service.words(),
        client: one.cohort.client.to_string(),
        asked: one.asked,
        failed: one.failed,
        age_s: seconds_since(now_ms, one.last_ms),
        last_failure: one
            .last_failure
            .map(woolgather_protocol::ProblemKind::title),
        advice: one
            .last_failure
            .map(woolgather_protocol::ProblemKind::advice),
        others: same.filter(|health| health.places > 1).map(line),
    }
}

fn line(health: &pulse::Health) -> HealthLine {
    HealthLine {
        service: health.cohort.service.words(),
        client: health.cohort.client.to_string(),
        protocol: health.cohort.protocol.words(),
        word: match health.verdict() {
            Verdict::TooFew => HealthWord::TooFew,
            Verdict::Working => HealthWord::Working,
            Verdict::Failing => HealthWord::Failing,
        },
        works: (health.works * 10_000.0).floor() as u32,
        asked: health.asked,
        places: health.places,
        took_ms: health.took_ms,
    }
}

fn protocol(address: IpAddr) -> &'static str {
    let protocol = match address.to_canonical() {
        IpAddr::V4(_) => Protocol::V4,
        IpAddr::V6(_) => Protocol::V6,
    };
    protocol.words()
}
