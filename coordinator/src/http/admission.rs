//! What is let in when not everything can be: work that was done before work that is wanted.
//!
//! ```text
//! lease       a place among those that ask, the disk not behind, enough free space  -> else `busy`
//! submission  a little free space                                                    -> else `storage-full`
//! ```
//!
//! Requests for leases have fewer places than the store's queue, so however many ask, a submission
//! finds one. When the disk takes long for what is handed in, nothing new is handed out for a while.
//! Leases stop well before the disk is full, so that what is out can still come in.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};
use woolgather_protocol::{Problem, ProblemKind};

/// How long a look at the free space is good for.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The least and the most that is waited for when the disk is behind.
const PAUSE_MIN: Duration = Duration::from_secs(5);
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// When to look again for free space: somebody has to make some.
const FULL_S: u32 = 120;
/// When to ask again for a place.
const CROWDED_S: u32 = 5;

/// When to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdmissionSettings {
    /// Requests for leases that may be under way at a time; fewer than the store's queue holds.
    pub leases_under_way_max: usize,
    /// A write that takes longer says that the disk is behind.
    pub write_time_max: Duration,
    /// Free bytes below which no work is handed out.
    pub lease_free_bytes_min: u64,
    /// Free bytes below which nothing is taken.
    pub upload_free_bytes_min: u64,
}

impl Default for AdmissionSettings {
    fn default() -> Self {
        Self {
            leases_under_way_max: 512,
            write_time_max: Duration::from_secs(2),
            lease_free_bytes_min: 2 << 30,
            upload_free_bytes_min: 512 << 20,
        }
    }
}

/// Decides who is let in.
#[derive(Debug)]
pub struct Admission {
    settings: AdmissionSettings,
    leases: Semaphore,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    behind_until: Option<Instant>,
    looked: Option<Instant>,
    /// Unknown where the system does not say.
    free_bytes: Option<u64>,
}

impl Admission {
    /// Lets everybody in at first.
    #[must_use]
    pub fn new(settings: AdmissionSettings) -> Self {
        Self {
            leases: Semaphore::new(settings.leases_under_way_max),
            settings,
            state: Mutex::default(),
        }
    }

    /// Lets a request for leases in; it is under way until what is returned is dropped. `data` is the
    /// data folder, `spread` any number, different for each request.
    ///
    /// # Errors
    ///
    /// A [`Problem`], `busy`, with the time after which to ask again.
    pub fn lease(
        &self,
        data: &Path,
        now: Instant,
        spread: u64,
    ) -> Result<SemaphorePermit<'_>, Problem> {
        let busy = |detail: &str, seconds: u32| {
            Problem::new(ProblemKind::Busy, detail).retry_after(spread_s(seconds, spread))
        };
        if let Some(behind) = self.behind_for(now) {
            let detail = "More is being handed in than the disk takes; no new work for a moment.";
            let seconds = u32::try_from(behind.as_secs()).unwrap_or(u32::MAX);
            return Err(busy(detail, seconds.max(1)));
        }
        if self.free(data, now) < self.settings.lease_free_bytes_min {
            let detail = "The coordinator's disk is filling up; no new work until there is room.";
            return Err(busy(detail, FULL_S));
        }
        self.leases.try_acquire().map_err(|_| {
            let detail = "Very many ask for work at this moment.";
            busy(detail, CROWDED_S)
        })
    }

    /// Lets a submission in.
    ///
    /// # Errors
    ///
    /// A [`Problem`], `storage-full`, with the time after which to try again.
    pub fn submission(&self, data: &Path, now: Instant, spread: u64) -> Result<(), Problem> {
        if self.free(data, now) >= self.settings.upload_free_bytes_min {
            return Ok(());
        }
        let detail = "The coordinator has no room for it; keep it and send it again.";
        let problem = Problem::new(ProblemKind::StorageFull, detail);
        Err(problem.retry_after(spread_s(FULL_S, spread)))
    }

    /// A write to the store took this long. One that took too long keeps leases back for twice its
    /// time.
    pub fn wrote(&self, took: Duration, now: Instant) {
        if took <= self.settings.write_time_max {
            return;
        }
        let until = now + (2 * took).clamp(PAUSE_MIN, PAUSE_MAX);
        let mut state = self.lock();
        if state.behind_until.is_none_or(|known| known < until) {
            tracing::warn!(
                seconds = took.as_secs_f64(),
                "The disk is behind: a write took {:.1} s; no new work for a while",
                took.as_secs_f64()
            );
            state.behind_until = Some(until);
        }
    }

    /// Why no work is handed out, if none is; for readiness and the log.
    #[must_use]
    pub fn lacks_space(&self, data: &Path, now: Instant) -> bool {
        self.free(data, now) < self.settings.upload_free_bytes_min
    }

    fn behind_for(&self, now: Instant) -> Option<Duration> {
        let until = self.lock().behind_until?;
        until
            .checked_duration_since(now)
            .filter(|left| !left.is_zero())
    }

    /// Free bytes; very many where the system does not say.
    fn free(&self, data: &Path, now: Instant) -> u64 {
        let mut state = self.lock();
        if state
            .looked
            .is_none_or(|looked| now.saturating_duration_since(looked) >= LOOK_EVERY)
        {
            state.looked = Some(now);
            state.free_bytes = free_bytes(data);
        }
        state.free_bytes.unwrap_or(u64::MAX)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        // A panic inside cannot leave it half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Free bytes for us on the file system that holds `folder`; `None` where the system does not say.
#[must_use]
pub fn free_bytes(folder: &Path) -> Option<u64> {
    #[cfg(unix)]
    {
        let system = rustix::fs::statvfs(folder).ok()?;
        Some(system.f_bavail.saturating_mul(system.f_frsize))
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        None
    }
}

/// `seconds` and up to as much again, by `spread`, so that those who were sent away together do not
/// come back together.
fn spread_s(seconds: u32, spread: u64) -> u32 {
    let more = spread % (u64::from(seconds) + 1);
    seconds.saturating_add(u32::try_from(more).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission(change: impl FnOnce(&mut AdmissionSettings)) -> Admission {
        let mut settings = AdmissionSettings {
            lease_free_bytes_min: 0,
            upload_free_bytes_min: 0,
            ..AdmissionSettings::default()
        };
        change(&mut settings);
        Admission::new(settings)
    }

    fn here() -> &'static Path {
        Path::new(".")
    }

    #[test]
    fn leases_have_fewer_places_than_ask() {
        let admission = admission(|settings| settings.leases_under_way_max = 1);
        let now = Instant::now();
        let first = admission.lease(here(), now, 0).unwrap();
        let problem = admission.lease(here(), now, 3).unwrap_err();
        assert_eq!(problem.kind, ProblemKind::Busy);
        assert_eq!(problem.retry_after_s, Some(CROWDED_S + 3));
        assert!(admission.submission(here(), now, 0).is_ok());
        drop(first);
        assert!(admission.lease(here(), now, 0).is_ok());
    }

    #[test]
    fn a_slow_disk_keeps_leases_back_and_not_submissions() {
        let admission = admission(|_| {});
        let now = Instant::now();
        admission.wrote(Duration::from_secs(1), now);
        assert!(admission.lease(here(), now, 0).is_ok());
        admission.wrote(Duration::from_secs(4), now);
        let problem = admission.lease(here(), now, 0).unwrap_err();
        assert_eq!(problem.retry_after_s, Some(8));
        assert!(admission.submission(here(), now, 0).is_ok());
        assert!(
            admission
                .lease(here(), now + Duration::from_secs(9), 0)
                .is_ok()
        );
    }

    #[test]
    fn leases_stop_before_uploads_when_the_disk_fills() {
        let now = Instant::now();
        let Some(free) = free_bytes(here()) else {
            return;
        };
        let filling = admission(|settings| settings.lease_free_bytes_min = 2 * free);
        assert_eq!(
            filling.lease(here(), now, 0).unwrap_err().kind,
            ProblemKind::Busy
        );
        assert!(filling.submission(here(), now, 0).is_ok());
        let full = admission(|settings| settings.upload_free_bytes_min = 2 * free);
        let problem = full.submission(here(), now, 0).unwrap_err();
        assert_eq!(problem.kind, ProblemKind::StorageFull);
        assert!(full.lacks_space(here(), now));
    }
}
