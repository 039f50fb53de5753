//! What an operator sees: what waits for a decision, what was found wrong, who works, what was decided.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use woolgather_protocol::ProblemKind;
use woolgather_protocol::entries::EntryState;
use woolgather_web::views::{
    AdminDevice, AdminEntry, AdminLog, AdminPage, AdminVerdict, Decided, WrongFrame,
};

use super::Admin;
use crate::http::extract::QueryOf;
use crate::pages::answer::{PageError, page};
use crate::pages::times::seconds_since;
use crate::state::App;
use crate::store::{DeviceLine, PageRequest};

/// Lines of each list.
const LINES: u32 = 20;

/// What became of the decision before this page; the redirect after a form says it.
#[derive(Debug, Default, Deserialize)]
pub struct Before {
    /// What was decided.
    done: Option<String>,
    /// It was not, for this reason.
    problem: Option<ProblemKind>,
}

/// The console.
///
/// # Errors
///
/// The store's.
pub async fn get_console(
    State(app): State<Arc<App>>,
    admin: Admin,
    QueryOf(before): QueryOf<Before>,
) -> Result<Response, PageError> {
    let now_ms = app.clock.now_ms();
    let ago = |then_ms: i64| seconds_since(now_ms, then_ms);
    let first = PageRequest {
        after: None,
        limit: LINES,
    };
    let status = app.numbers.get(app.store.status()).await?;
    let waiting = Some(EntryState::NeedsReview);
    let entries = app.store.entries(waiting, first).await?;
    let verdicts = app.store.verdicts_lately(LINES).await?;
    let devices = app.store.device_lines(LINES).await?;
    let log = app.store.operator_log(first).await?;
    let view = AdminPage {
        proof: admin.proof(),
        done: before.done.as_deref().and_then(Decided::with_word),
        problem: before.problem.map(|kind| kind.title().to_owned()),
        jobs_failed: status.jobs_failed,
        units_quarantined: status.units.quarantined,
        audits_waiting: status.audits_waiting,
        workers_active: status.active_workers,
        more_entries: entries.next.is_some(),
        entries: entries
            .rows
            .into_iter()
            .map(|row| AdminEntry {
                preview_url: row
                    .preview
                    .map(|_| format!("/entries/{}/preview.webp", row.entry.id)),
                seconds_ago: ago(row.received_at_ms),
                id: row.entry.id,
                title: row.entry.title,
                artist: row.entry.artist,
                licence: row.entry.licence,
                parent: row.entry.parent,
                appeal: row.appeal,
            })
            .collect(),
        verdicts: verdicts
            .into_iter()
            .map(|(unit, verdict)| AdminVerdict {
                unit,
                wrong: WrongFrame {
                    frame: verdict.frame,
                    detail: verdict.detail,
                    seconds_ago: ago(verdict.found_ms),
                    submitted_url: format!("/units/{}/submitted.webp", verdict.audit),
                    rendered_url: format!("/units/{}/rendered.webp", verdict.audit),
                },
            })
            .collect(),
        devices: devices
            .into_iter()
            .map(|line| device(&line, ago(line.last_seen_ms)))
            .collect(),
        log: log
            .rows
            .into_iter()
            .map(|line| AdminLog {
                seconds_ago: ago(line.done_ms),
                action: line.action,
                subject: line.subject,
                reason: line.reason,
            })
            .collect(),
    };
    Ok(page(&view)?)
}

fn device(line: &DeviceLine, seconds_ago: u64) -> AdminDevice {
    AdminDevice {
        key: line.key,
        volunteer: line.volunteer.clone(),
        class: line.class.clone(),
        accepted: line.accepted_units,
        refused: line.refusals,
        is_set_aside: line.is_bad,
        banned: line.banned.clone(),
        seconds_ago,
    }
}
