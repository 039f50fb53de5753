//! A value that costs more to make than it changes: kept for a minute, or until somebody says that it is old.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

/// How long a value is good.
const GOOD_MS: i64 = 60_000;

/// The last value, for as long as it is good.
#[derive(Debug)]
pub struct Kept<T>(Mutex<Option<(i64, Arc<T>)>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> Kept<T> {
    /// The value, made by `make` where there is no good one.
    ///
    /// # Errors
    ///
    /// Those of `make`; nothing is kept then.
    pub async fn get<E>(
        &self,
        now_ms: i64,
        make: impl Future<Output = Result<T, E>>,
    ) -> Result<Arc<T>, E> {
        let good = |made_ms: i64| (made_ms..made_ms + GOOD_MS).contains(&now_ms);
        let last = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some((_, value)) = last.filter(|(made_ms, _)| good(*made_ms)) {
            return Ok(value);
        }
        let value = Arc::new(make.await?);
        let kept = Some((now_ms, Arc::clone(&value)));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = kept;
        Ok(value)
    }

    /// Has the value made anew the next time, since something it tells has changed.
    pub fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    async fn get(kept: &Kept<u8>, now_ms: i64, fresh: u8) -> u8 {
        let made: Result<_, Infallible> = kept.get(now_ms, async { Ok(fresh) }).await;
        let Ok(value) = made;
        *value
    }

    #[tokio::test]
    async fn a_value_is_good_for_a_minute_or_until_it_is_forgotten() {
        let kept = Kept::default();
        assert_eq!(get(&kept, 0, 1).await, 1);
        assert_eq!(get(&kept, GOOD_MS - 1, 2).await, 1);
        assert_eq!(get(&kept, GOOD_MS, 3).await, 3);
        kept.forget();
        assert_eq!(get(&kept, GOOD_MS, 4).await, 4);
        // A clock that was set back makes nothing good again.
        assert_eq!(get(&kept, 0, 5).await, 5);
    }

    #[tokio::test]
    async fn a_failure_is_not_kept() {
        let kept = Kept::default();
        let failed: Result<Arc<u8>, &str> = kept.get(0, async { Err("no") }).await;
        assert!(failed.is_err());
        assert_eq!(get(&kept, 0, 1).await, 1);
    }
}
