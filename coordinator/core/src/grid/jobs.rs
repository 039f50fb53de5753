//! Jobs: background tasks on the server. Doing one twice does no harm.

use super::Grid;
use super::rows::{Job, JobState};

impl Grid {
    /// Adds a job unless it is waiting already. One that is running will run once more.
    pub(super) fn enqueue(&mut self, job: Job) {
        match self.jobs.get_mut(&job) {
            Some(JobState::Waiting) => return,
            Some(JobState::Running { again }) => {
                *again = true;
                return;
            }
            Some(JobState::Done) | None => {}
        }
        self.jobs.insert(job, JobState::Waiting);
        self.jobs_waiting.insert(job);
    }

    /// Claims the next job that `wanted` says yes to: disputes first, then audits, then clips.
    pub fn claim_job(&mut self, wanted: impl Fn(&Job) -> bool) -> Option<Job> {
        let job = self.jobs_waiting.iter().copied().find(wanted)?;
        self.jobs_waiting.remove(&job);
        self.jobs.insert(job, JobState::Running { again: false });
        Some(job)
    }

    /// A claimed job is done. Finishing what is not running changes nothing.
    pub fn finish_job(&mut self, job: Job) {
        match self.jobs.get(&job) {
            Some(JobState::Running { again: true }) => self.release_job(job),
            Some(JobState::Running { again: false }) => {
                self.jobs.insert(job, JobState::Done);
            }
            _ => {}
        }
    }

    /// A claimed job failed, or its server died: it waits again.
    pub fn release_job(&mut self, job: Job) {
        if let Some(JobState::Running { .. }) = self.jobs.get(&job) {
            self.jobs.insert(job, JobState::Waiting);
            self.jobs_waiting.insert(job);
        }
    }

    /// The server starts again: nothing is running any more, nothing is being decoded.
    pub fn restart(&mut self) {
        let running = self.jobs.iter();
        let running = running.filter(|(_, state)| matches!(state, JobState::Running { .. }));
        let running: Vec<Job> = running.map(|(job, _)| *job).collect();
        for job in running {
            self.release_job(job);
        }
        self.reclaim_checks();
    }

    /// Whether a job waits or runs.
    pub(super) fn is_job_open(&self, job: Job) -> bool {
        matches!(
            self.jobs.get(&job),
            Some(JobState::Waiting | JobState::Running { .. })
        )
    }
}
