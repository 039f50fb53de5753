//! A genome anywhere along a line of key genomes, each with its time.
//!
//! Between two keys the genome is the blend of both by the time's share of the way, or, where the
//! key before the time asks for [`Interpolation::Smooth`], the Catmull-Rom blend of four. Nothing
//! turns, and motion elements are not applied: this is flam3-animate's movement, not the sheep's.
//!
//! Outside the keys the line through the nearest two goes on. The curve needs a key on either side
//! of the two it runs between, so the first and the last stretch are always straight.

use super::align::{align, camera_turns};
use super::blend::{XformBlend, mix};
use super::shares::Shares;
use crate::{Genome, Interpolation, limits};

/// Why a list of key genomes has no movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyframeError {
    /// There are no key genomes.
    #[error("there are no key genomes")]
    Empty,
    /// A time is not later than the one before it.
    #[error("the time of key genome {key} is not later than that of the one before it")]
    Order {
        /// Which key genome, counted from 0.
        key: usize,
    },
    /// The time asked for is not a finite number.
    #[error("the time is not a finite number")]
    Time,
}

/// The genome at `time` along the key genomes, which are in order of their times.
///
/// At a key's own time it is that key, motion elements and all; one key alone is itself at any time.
/// Otherwise it is aligned: it has as many xforms as the longest of the keys it was blended from.
/// Choices are those of the first key of the blend. The camera's turn goes the short way from each
/// key to the next, unless the earlier one is of the type `old` or `older`.
///
/// Costs one blend, however many keys there are.
///
/// # Errors
///
/// A [`KeyframeError`]: sort the keys, drop the double ones, or ask for a finite time.
pub fn genome_at(keys: &[Genome], time: f64) -> Result<Genome, KeyframeError> {
    check(keys, time)?;
    let [only] = keys else {
        return Ok(between(keys, time));
    };
    Ok(only.clone())
}

/// The genome at `time` between two key genomes, by their own times, along the straight line.
///
/// A time outside the two goes on along the same line. Key genomes of equal times give `from`.
/// Motion elements are not applied.
#[must_use]
pub fn interpolate(from: &Genome, to: &Genome, time: f64) -> Genome {
    blend(vec![from.clone(), to.clone()], straight(from, to, time))
}

fn check(keys: &[Genome], time: f64) -> Result<(), KeyframeError> {
    if keys.is_empty() {
        return Err(KeyframeError::Empty);
    }
    if !time.is_finite() {
        return Err(KeyframeError::Time);
    }
    let later = |pair: &[Genome]| pair[1].time > pair[0].time;
    match keys.windows(2).position(|pair| !later(pair)) {
        Some(pair) => Err(KeyframeError::Order { key: pair + 1 }),
        None => Ok(()),
    }
}

/// The key at `time`, or the blend of the keys around it; there are at least two.
fn between(keys: &[Genome], time: f64) -> Genome {
    let turns = camera_turns(keys);
    let key = |index: usize| Genome {
        rotate: turns[index],
        ..keys[index].clone()
    };
    let later = keys.partition_point(|key| key.time <= time);
    let from = later.saturating_sub(1).min(keys.len() - 2);
    if let Some(index) = [from, from + 1]
        .into_iter()
        .find(|&it| keys[it].time == time)
    {
        return key(index);
    }
    let shares = straight(&keys[from], &keys[from + 1], time);
    let has_both_sides = from > 0 && from + 2 < keys.len();
    let blended = match keys[from].interpolation {
        Interpolation::Smooth if has_both_sides => {
            let around = (from - 1..from + 3).map(key).collect();
            blend(around, Shares::smooth(1.0 - shares.first()))
        }
        _ => blend(vec![key(from), key(from + 1)], shares),
    };
    // Times blended on the curve are not the time where the keys are unevenly spaced.
    Genome {
        time: limits::TIME.clamp(time),
        ..blended
    }
}

/// The shares of two key genomes at `time`.
fn straight(from: &Genome, to: &Genome, time: f64) -> Shares {
    let span = to.time - from.time;
    let blend = if span == 0.0 {
        0.0
    } else {
        (time - from.time) / span
    };
    Shares::at(blend)
}

fn blend(genomes: Vec<Genome>, shares: Shares) -> Genome {
    let winding = None;
    // The genome before the time: the first of two, the second of four.
    let departure = genomes.len() / 2 - 1;
    let aligned = align(genomes, departure);
    mix(&aligned.genomes, shares, |_| XformBlend { shares, winding })
}
