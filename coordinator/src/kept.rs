//! What is asked for far more often than it changes: worked out once and kept.
//!
//! [`Kept`]: for a while, or until somebody says that it is old. [`KeptWhenSlow`]: for as long as it was dear.
//! [`KeptFiles`]: many, those asked for last.

use std::hash::Hash;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use lru::LruCache;
use tokio::sync::Semaphore;

/// The last value, for as long as it is good.
#[derive(Debug)]
pub struct Kept<T> {
    good_ms: i64,
    last: Mutex<Option<(i64, Arc<T>)>>,
}

impl<T> Kept<T> {
    /// Nothing yet; what comes is good for so many milliseconds.
    #[must_use]
    pub fn for_ms(good_ms: i64) -> Self {
        Self {
            good_ms,
            last: Mutex::new(None),
        }
    }

    /// The value, or a fresh one where there is no good one. Several who come at once may each work it out.
    ///
    /// # Errors
    ///
    /// Those of `fresh`; nothing is kept then.
    pub async fn get<E>(
        &self,
        now_ms: i64,
        fresh: impl Future<Output = Result<T, E>>,
    ) -> Result<Arc<T>, E> {
        if let Some(value) = self.good(now_ms) {
            return Ok(value);
        }
        let value = Arc::new(fresh.await?);
        let kept = Some((now_ms, Arc::clone(&value)));
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = kept;
        Ok(value)
    }

    /// Has the value made anew the next time, since something it tells has changed.
    pub fn forget(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn good(&self, now_ms: i64) -> Option<Arc<T>> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let (made_ms, value) = last.as_ref()?;
        let good = (*made_ms..made_ms.saturating_add(self.good_ms)).contains(&now_ms);
        good.then(|| Arc::clone(value))
    }
}

/// What took less is not kept at all.
const QUICK: Duration = Duration::from_millis(50);
/// What took longer is good for so many times as long: whoever asks takes at most two parts of a hundred of a core.
const TIMES: u32 = 50;

/// The last value, where it took long to work out: a large flock's numbers, say. One works it out at a time; the others
/// wait for it.
#[derive(Debug)]
pub struct KeptWhenSlow<T>(tokio::sync::Mutex<Option<(Instant, Arc<T>)>>);

impl<T> Default for KeptWhenSlow<T> {
    fn default() -> Self {
        Self(tokio::sync::Mutex::new(None))
    }
}

impl<T> KeptWhenSlow<T> {
    /// The value, or a fresh one.
    ///
    /// # Errors
    ///
    /// Those of `fresh`; nothing is kept then.
    pub async fn get<E>(&self, fresh: impl Future<Output = Result<T, E>>) -> Result<Arc<T>, E> {
        let mut last = self.0.lock().await;
        if let Some((good_until, value)) = &*last
            && Instant::now() < *good_until
        {
            return Ok(Arc::clone(value));
        }
        let begun = Instant::now();
        let value = Arc::new(fresh.await?);
        let took = begun.elapsed();
        *last = (took > QUICK).then(|| (Instant::now() + took * TIMES, Arc::clone(&value)));
        Ok(value)
    }
}

/// Files that are made when they are first asked for, the last ones kept: small pictures.
#[derive(Debug)]
pub struct KeptFiles<K: Hash + Eq> {
    kept: Mutex<LruCache<K, Bytes>>,
    making: Semaphore,
}

impl<K: Hash + Eq> KeptFiles<K> {
    /// Keeps so many, and makes so many at a time: a page that nobody has seen for long must not take every core.
    #[must_use]
    pub fn new(most: NonZeroUsize, at_once: usize) -> Self {
        Self {
            kept: Mutex::new(LruCache::new(most)),
            making: Semaphore::new(at_once),
        }
    }

    /// The file, if it is kept.
    #[must_use]
    pub fn known(&self, key: &K) -> Option<Bytes> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(key).cloned()
    }

    /// The file, made by `make` where it is not kept.
    ///
    /// # Errors
    ///
    /// Those of `make`; nothing is kept then.
    pub async fn get<E>(
        &self,
        key: K,
        make: impl Future<Output = Result<Vec<u8>, E>>,
    ) -> Result<Bytes, E> {
        if let Some(known) = self.known(&key) {
            return Ok(known);
        }
        // Nobody closes it, so there is always a turn.
        let _turn = self.making.acquire().await;
        // Somebody else may have made it meanwhile.
        if let Some(known) = self.known(&key) {
            return Ok(known);
        }
        let made = Bytes::from(make.await?);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.put(key, made.clone());
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_what_took_long_is_kept() {
        let kept = KeptWhenSlow::default();
        let quick = async |fresh: u8| {
            let value: Result<_, ()> = kept.get(async { Ok(fresh) }).await;
            *value.unwrap()
        };
        assert_eq!(quick(1).await, 1);
        assert_eq!(quick(2).await, 2);
        let slow: Result<_, ()> = kept
            .get(async {
                tokio::time::sleep(QUICK * 2).await;
                Ok(3)
            })
            .await;
        assert_eq!(*slow.unwrap(), 3);
        assert_eq!(quick(4).await, 3);
    }

    async fn get(
        kept: &Kept<u8>,
        now_ms: i64,
        fresh: Result<u8, &'static str>,
    ) -> Result<u8, &'static str> {
        kept.get(now_ms, async { fresh }).await.map(|value| *value)
    }

    #[tokio::test]
    async fn a_value_is_good_for_a_while_or_until_it_is_forgotten() {
        let kept = Kept::for_ms(10);
        assert_eq!(get(&kept, 100, Ok(1)).await, Ok(1));
        assert_eq!(get(&kept, 109, Ok(2)).await, Ok(1));
        assert_eq!(get(&kept, 110, Ok(3)).await, Ok(3));
        kept.forget();
        assert_eq!(get(&kept, 110, Ok(4)).await, Ok(4));
        // A clock that was set back makes nothing good again.
        assert_eq!(get(&kept, 50, Ok(5)).await, Ok(5));
    }

    #[tokio::test]
    async fn a_failure_is_not_kept() {
        let kept = Kept::for_ms(10);
        assert_eq!(get(&kept, 0, Err("no")).await, Err("no"));
        assert_eq!(get(&kept, 0, Ok(1)).await, Ok(1));
    }

    #[tokio::test]
    async fn the_last_files_are_kept_and_made_once() {
        let files = KeptFiles::new(NonZeroUsize::new(2).unwrap(), 1);
        let get = async |key: u8, fresh: &[u8]| {
            let made: Result<_, ()> = files.get(key, async { Ok(fresh.to_vec()) }).await;
            made.unwrap()
        };
        assert_eq!(get(1, b"one").await, "one");
        assert_eq!(get(1, b"again").await, "one");
        get(2, b"two").await;
        get(3, b"three").await;
        assert_eq!(files.known(&1), None, "asked for longest ago");
        assert_eq!(files.known(&3).as_deref(), Some(&b"three"[..]));
        let failed: Result<Bytes, &str> = files.get(4, async { Err("no") }).await;
        assert_eq!(failed, Err("no"));
        assert_eq!(get(4, b"four").await, "four");
    }
}
