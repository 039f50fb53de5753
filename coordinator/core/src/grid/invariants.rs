//! What must be true after every operation.

use std::collections::BTreeMap;

use woolgather_protocol::submission::WorkUnitState;

use super::Grid;
use super::rows::{
    AuditState, ClipState, DeviceNumber, Digest, Job, JobState, LeaseState, LedgerReason, Purpose,
    SubmissionState, UnitNumber,
};

/// What is wrong, in a sentence; `Ok` when everything is as it must be.
type Check = Result<(), String>;

fn hold(truth: bool, otherwise: impl FnOnce() -> String) -> Check {
    if truth { Ok(()) } else { Err(otherwise()) }
}

impl Grid {
    /// Looks at everything.
    ///
    /// # Errors
    ///
    /// A sentence that says what is not as it must be: our bug.
    pub fn invariants(&self) -> Check {
        self.clips_have_their_units()?;
        self.units_add_up()?;
        self.leases_end()?;
        self.audits_are_where_they_say()?;
        self.accepted_means_audited()?;
        self.ledger_is_the_accepted_units()?;
        self.jobs_add_up()?;
        self.blobs_are_referred_to_or_wait()
    }

    fn clips_have_their_units(&self) -> Check {
        for (number, clip) in self.clips.iter().enumerate() {
            let mut accepted = 0;
            for (segment, unit) in clip.units.iter().enumerate() {
                let row = self.unit(*unit);
                let belongs = row.clip.place() == number
                    && row.clip_version == clip.version
                    && row.segment as usize == segment;
                let what = || format!("clip {number} has a unit of another: {unit:?}");
                hold(belongs, what)?;
                accepted += usize::from(row.state == WorkUnitState::Accepted);
            }
            let all = accepted == clip.units.len();
            let what = || format!("clip {number} is {:?} with {accepted} accepted", clip.state);
            match clip.state {
                ClipState::Rendering => hold(!all && clip.file.is_none(), what)?,
                ClipState::Joining => hold(all && clip.file.is_none(), what)?,
                ClipState::Live => hold(all && clip.file.is_some(), what)?,
                ClipState::Retired => {}
            }
        }
        Ok(())
    }

    fn units_add_up(&self) -> Check {
        let mut ready = 0;
        let mut leased = 0;
        for (place, row) in self.units.iter().enumerate() {
            let unit = UnitNumber(place as u64);
            let active = row.leases.len();
            let submission = row.submission.map(|submission| self.submission(submission));
            let state = submission.map(|submission| submission.state);
            let what = || {
                let state = row.state;
                format!("unit {place} is {state:?} with {active} leases and {submission:?}")
            };
            use SubmissionState as S;
            let good = match row.state {
                WorkUnitState::Ready => active == 0 && state.is_none(),
                WorkUnitState::Leased => active > 0 && state.is_none(),
                WorkUnitState::Submitted => {
                    active == 0 && matches!(state, Some(S::Received | S::Checking))
                }
                WorkUnitState::Auditing => active == 0 && state == Some(S::Auditing),
                WorkUnitState::Accepted => active == 0 && state == Some(S::Accepted),
                WorkUnitState::Quarantined => {
                    active == 0 && matches!(state, None | Some(S::Quarantined))
                }
            };
            hold(good, what)?;
            let in_ready = (row.rank, row.clip, row.segment, unit);
            let in_leased = (row.clip, row.segment, unit);
            let is_ready = row.state == WorkUnitState::Ready;
            let is_leased = row.state == WorkUnitState::Leased;
            hold(self.ready.contains(&in_ready) == is_ready, what)?;
            hold(self.leased.contains(&in_leased) == is_leased, what)?;
            ready += usize::from(is_ready);
            leased += usize::from(is_leased);
        }
        let counted = (self.ready.len(), self.leased.len());
        hold(counted == (ready, leased), || {
            format!("{counted:?} units in the queues, {ready} ready and {leased} leased")
        })
    }

    fn leases_end(&self) -> Check {
        let mut active = 0;
        for (place, row) in self.leases.iter().enumerate() {
            let what = || format!("lease {place} is {row:?}; swept at {}", self.swept_ms);
            if row.state == LeaseState::Active {
                active += 1;
                hold(row.expires_ms > self.swept_ms, what)?;
                let lease = super::LeaseNumber(place as u64);
                let on = match row.audit {
                    Some(audit) => &self.audit(audit).leases,
                    None => &self.unit(row.unit).leases,
                };
                let held = self.held.get(&row.device);
                hold(on.contains(&lease), what)?;
                hold(held.is_some_and(|held| held.contains(&lease)), what)?;
                hold(self.expiring.contains(&(row.expires_ms, lease)), what)?;
            }
            let refused = row.state == LeaseState::Refused;
            hold(row.problem.is_some() == refused, what)?;
        }
        hold(self.expiring.len() == active, || {
            format!("{active} leases are active, {} expire", self.expiring.len())
        })
    }

    fn audits_are_where_they_say(&self) -> Check {
        let mut waiting = 0;
        for (place, row) in self.audits.iter().enumerate() {
            let audit = super::AuditNumber(place as u64);
            let submission = self.submission(row.submission);
            let what = || {
                format!(
                    "audit {place} is {row:?} of a submission {:?}",
                    submission.state
                )
            };
            let open = matches!(
                submission.state,
                SubmissionState::Auditing | SubmissionState::Accepted
            );
            let good = match row.state {
                AuditState::Waiting => open && row.leases.is_empty(),
                AuditState::Leased => open && !row.leases.is_empty(),
                // Whoever was slow with it may still be faster than the coordinator.
                AuditState::TakenOver => open && self.is_job_open(Job::SelfAudit { audit }),
                AuditState::Disputed => {
                    open && row.leases.is_empty() && self.is_job_open(Job::Referee { audit })
                }
                AuditState::Failed => !open && row.by_referee,
                AuditState::Passed => row.by_referee || row.auditor.is_some(),
                AuditState::Dropped => true,
            };
            hold(good && row.auditor != Some(submission.device), what)?;
            waiting += usize::from(row.state == AuditState::Waiting);
        }
        hold(self.audits_waiting.len() == waiting, || {
            let queued = self.audits_waiting.len();
            format!("{waiting} audits wait, {queued} are in the queue")
        })
    }

    fn accepted_means_audited(&self) -> Check {
        for (place, row) in self.submissions.iter().enumerate() {
            let commits = row.audits.iter().map(|audit| self.audit(*audit));
            let commits = commits.filter(|audit| audit.purpose == Purpose::Commit);
            let (passed, open): (Vec<_>, Vec<_>) =
                commits.partition(|audit| audit.state == AuditState::Passed);
            let what = || format!("submission {place} is {row:?}, its audits {open:?}");
            match row.state {
                SubmissionState::Accepted => hold(!passed.is_empty() && open.is_empty(), what)?,
                SubmissionState::Received | SubmissionState::Checking => {
                    let unchecked = super::SubmissionNumber(place as u64);
                    hold(self.unchecked.contains(&unchecked), what)?;
                    hold(row.audits.is_empty(), what)?;
                }
                SubmissionState::Auditing => hold(!row.audits.is_empty(), what)?,
                SubmissionState::Refused | SubmissionState::Quarantined => {}
            }
        }
        Ok(())
    }

    fn ledger_is_the_accepted_units(&self) -> Check {
        let mut sums: BTreeMap<UnitNumber, (u32, i32)> = BTreeMap::new();
        let mut credit: BTreeMap<DeviceNumber, i128> = BTreeMap::new();
        for row in &self.ledger {
            let (earned, standing) = sums.entry(row.unit).or_default();
            let amount = match row.reason {
                LedgerReason::Earned => {
                    *earned += 1;
                    1
                }
                LedgerReason::Restored => 1,
                LedgerReason::Voided => -1,
            };
            *standing += amount;
            *credit.entry(row.device).or_default() += i128::from(amount) * i128::from(row.credit);
        }
        let mut accepted = 0;
        for (place, row) in self.units.iter().enumerate() {
            let (earned, standing) = sums
                .get(&UnitNumber(place as u64))
                .copied()
                .unwrap_or_default();
            let was_accepted = row.submission.is_some_and(|submission| {
                let state = self.submission(submission).state;
                matches!(
                    state,
                    SubmissionState::Accepted | SubmissionState::Quarantined
                )
            });
            accepted += u64::from(was_accepted);
            let what = || format!("unit {place} ({:?}) earned {earned} times", row.state);
            hold(earned == u32::from(was_accepted), what)?;
            let most = i32::from(row.state == WorkUnitState::Accepted);
            let what = || format!("unit {place} ({:?}) stands {standing} times", row.state);
            hold((0..=most).contains(&standing), what)?;
        }
        hold(accepted == self.sums.accepted, || {
            format!(
                "{accepted} units were accepted, the sum says {}",
                self.sums.accepted
            )
        })?;
        for (device, row) in &self.devices {
            let ledger = credit.get(device).copied().unwrap_or(0);
            hold(ledger == i128::from(row.credit), || {
                format!("{device:?} has {}, the ledger says {ledger}", row.credit)
            })?;
            let bad = row
                .records
                .values()
                .all(|record| record.bad_since_ms.is_some());
            let holds = self.held.get(device).is_some_and(|held| !held.is_empty());
            let one_class = !row.records.is_empty() && bad;
            hold(!(one_class && holds), || {
                format!("{device:?} is bad and holds leases")
            })?;
        }
        Ok(())
    }

    fn jobs_add_up(&self) -> Check {
        let waiting = self.jobs.values();
        let waiting = waiting.filter(|state| **state == JobState::Waiting).count();
        hold(waiting == self.jobs_waiting.len(), || {
            format!(
                "{waiting} jobs wait, {} are queued",
                self.jobs_waiting.len()
            )
        })?;
        for (number, clip) in self.clips.iter().enumerate() {
            let join = Job::Join {
                clip: super::ClipNumber(number as u64),
                version: clip.version,
            };
            let planned = self.jobs.contains_key(&join);
            let finished = matches!(clip.state, ClipState::Joining | ClipState::Live);
            hold(!finished || planned, || {
                format!("nobody was told to join clip {number}")
            })?;
        }
        Ok(())
    }

    fn blobs_are_referred_to_or_wait(&self) -> Check {
        let mut references: BTreeMap<Digest, u32> = BTreeMap::new();
        for row in &self.submissions {
            let gone = matches!(
                row.state,
                SubmissionState::Refused | SubmissionState::Quarantined
            );
            if !gone {
                *references.entry(row.segment).or_default() += 1;
            }
        }
        for file in self.clips.iter().filter_map(|clip| clip.file) {
            *references.entry(file).or_default() += 1;
        }
        for (blob, counted) in &self.blobs {
            let found = references.remove(blob).unwrap_or(0);
            let waits = self.blobs_waiting.contains_key(blob);
            hold(found == *counted && (found == 0) == waits, || {
                format!("{blob:?}: {found} rows refer to it, {counted} counted, waits: {waits}")
            })?;
        }
        let missing = references.keys().next();
        hold(missing.is_none(), || {
            format!("{missing:?} is referred to and gone")
        })
    }
}
