//! Decoded pictures that hand their memory on: at 1080p each takes 6 MB, thirty times a second, and asking the system for it
//! anew costs more than filling it.

use std::mem::take;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};

use woolgather_video::DecodedFrame;

/// Pictures' memory kept for the next ones; what comes back beyond that is freed.
const SPARE_MAX: usize = 2;

/// Memory of pictures that nobody looks at any more.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spares(Arc<Mutex<Vec<DecodedFrame>>>);

impl Spares {
    /// A picture to decode into; what it shows is of no meaning.
    pub(crate) fn frame(&self) -> Frame {
        Frame {
            planes: self.shelf().pop().unwrap_or_default(),
            home: self.clone(),
        }
    }

    fn shelf(&self) -> std::sync::MutexGuard<'_, Vec<DecodedFrame>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A decoded picture.
#[derive(Debug)]
pub(crate) struct Frame {
    planes: DecodedFrame,
    home: Spares,
}

impl Deref for Frame {
    type Target = DecodedFrame;

    fn deref(&self) -> &DecodedFrame {
        &self.planes
    }
}

impl DerefMut for Frame {
    fn deref_mut(&mut self) -> &mut DecodedFrame {
        &mut self.planes
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        let mut shelf = self.home.shelf();
        if shelf.len() < SPARE_MAX {
            shelf.push(take(&mut self.planes));
        }
    }
}

#[cfg(test)]
impl From<DecodedFrame> for Frame {
    fn from(planes: DecodedFrame) -> Self {
        Self {
            planes,
            home: Spares::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_handed_on_and_no_more_of_it_kept_than_is_useful() {
        let spares = Spares::default();
        let mut frame = spares.frame();
        frame.luma = vec![7; 1000];
        let memory = frame.luma.as_ptr();
        drop(frame);
        assert_eq!(spares.frame().luma.as_ptr(), memory);

        let many: Vec<Frame> = (0..3 * SPARE_MAX).map(|_| spares.frame()).collect();
        drop(many);
        assert_eq!(spares.shelf().len(), SPARE_MAX);
    }
}
