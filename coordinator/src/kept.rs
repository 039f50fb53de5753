//! What is asked for far more often than it changes: worked out once, kept for a while.

use std::sync::{Mutex, PoisonError};

/// A value, for as long as it is good.
#[derive(Debug)]
pub struct Kept<T> {
    good_ms: i64,
    last: Mutex<Option<(i64, T)>>,
}

impl<T: Clone> Kept<T> {
    /// Nothing yet; what comes is good for so many milliseconds.
    #[must_use]
    pub fn for_ms(good_ms: i64) -> Self {
        Self {
            good_ms,
            last: Mutex::new(None),
        }
    }

    /// The value, or a fresh one where it is too old. Several who come at once may each work it out.
    ///
    /// # Errors
    ///
    /// Those of `fresh`; what is kept stays.
    pub async fn get<E>(
        &self,
        now_ms: i64,
        fresh: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        if let Some(value) = self.good(now_ms) {
            return Ok(value);
        }
        let value = fresh.await?;
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((now_ms, value.clone()));
        Ok(value)
    }

    fn good(&self, now_ms: i64) -> Option<T> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let (made_ms, value) = last.as_ref()?;
        let good = (*made_ms..made_ms.saturating_add(self.good_ms)).contains(&now_ms);
        good.then(|| value.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_value_is_kept_while_it_is_good_and_a_failure_keeps_it() {
        let kept = Kept::for_ms(10);
        let get = async |now_ms, fresh: Result<u8, &str>| kept.get(now_ms, async { fresh }).await;
        assert_eq!(get(100, Err("away")).await, Err("away"));
        assert_eq!(get(100, Ok(1)).await, Ok(1));
        assert_eq!(get(109, Ok(2)).await, Ok(1));
        assert_eq!(get(110, Err("away")).await, Err("away"));
        assert_eq!(get(110, Ok(3)).await, Ok(3));
        // A clock that was put back.
        assert_eq!(get(50, Ok(4)).await, Ok(4));
    }
}
