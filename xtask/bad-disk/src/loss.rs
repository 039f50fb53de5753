//! What is left of one file's changes that nobody forced to disk.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng as _;

use crate::Change;

/// A disk's block, bytes; and a page of the system's memory.
const BLOCKS: [u64; 2] = [512, 4096];

/// What to do to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Patch {
    /// Give it this length; what is new is zero.
    Length(u64),
    /// Write bytes.
    Bytes {
        /// Where.
        offset: u64,
        /// Which.
        bytes: Vec<u8>,
    },
}

/// What becomes of one change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Kept,
    Dropped,
    Torn,
}

/// What happens to all of a file's changes.
#[derive(Debug, Clone, Copy)]
enum Mood {
    /// Nothing was written back.
    AllDropped,
    /// Everything was, but for the end of the last.
    LastTorn,
    /// Some was, in no order.
    Any,
}

/// Draws what survives of `changes`, in the order they were made, and returns what must be done to the file as
/// it is now.
#[must_use]
pub fn survivors(changes: &[Change], rng: &mut ChaCha8Rng) -> Vec<Patch> {
    let mut patches = Vec::new();
    for change in changes.iter().rev() {
        take_back(change, &mut patches);
    }
    let mood = match rng.next_u32() % 4 {
        0 => Mood::AllDropped,
        1 => Mood::LastTorn,
        _ => Mood::Any,
    };
    for (place, change) in changes.iter().enumerate() {
        let fate = match mood {
            Mood::AllDropped => Fate::Dropped,
            Mood::LastTorn if place + 1 < changes.len() => Fate::Kept,
            Mood::LastTorn => Fate::Torn,
            Mood::Any => match rng.next_u32() % 3 {
                0 => Fate::Kept,
                1 => Fate::Dropped,
                _ => Fate::Torn,
            },
        };
        do_again(change, fate, rng, &mut patches);
    }
    patches
}

fn take_back(change: &Change, patches: &mut Vec<Patch>) {
    let (length_before, offset, bytes) = match change {
        Change::Wrote {
            length_before,
            offset,
            before,
            ..
        } => (length_before, offset, before),
        Change::Resized {
            length_before,
            length,
            tail,
        } => (length_before, length, tail),
    };
    patches.push(Patch::Length(*length_before));
    if !bytes.is_empty() {
        patches.push(Patch::Bytes {
            offset: *offset,
            bytes: bytes.clone(),
        });
    }
}

fn do_again(change: &Change, fate: Fate, rng: &mut ChaCha8Rng, patches: &mut Vec<Patch>) {
    match (change, fate) {
        (_, Fate::Dropped) => {}
        (Change::Wrote { offset, after, .. }, Fate::Kept) => patches.push(Patch::Bytes {
            offset: *offset,
            bytes: after.clone(),
        }),
        (Change::Wrote { offset, after, .. }, Fate::Torn) => {
            let block = BLOCKS[(rng.next_u32() % 2) as usize];
            for (offset, bytes) in blocks(*offset, after, block) {
                if rng.next_u32().is_multiple_of(2) {
                    let bytes = bytes.to_vec();
                    patches.push(Patch::Bytes { offset, bytes });
                }
            }
        }
        // A length is changed or it is not.
        (Change::Resized { length, .. }, Fate::Kept | Fate::Torn) => {
            patches.push(Patch::Length(*length));
        }
    }
}

/// Cuts `bytes` at the file's multiples of `block`.
fn blocks(offset: u64, bytes: &[u8], block: u64) -> impl Iterator<Item = (u64, &[u8])> {
    let (mut offset, mut rest) = (offset, bytes);
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let to_border = usize::try_from(block - offset % block).unwrap_or(usize::MAX);
        let (piece, after) = rest.split_at(rest.len().min(to_border));
        let at = offset;
        offset += piece.len() as u64;
        rest = after;
        Some((at, piece))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::rand_core::SeedableRng as _;

    fn apply(file: &mut Vec<u8>, patches: &[Patch]) {
        for patch in patches {
            match patch {
                Patch::Length(length) => file.resize(*length as usize, 0),
                Patch::Bytes { offset, bytes } => {
                    let end = *offset as usize + bytes.len();
                    file.resize(file.len().max(end), 0);
                    file[*offset as usize..end].copy_from_slice(bytes);
                }
            }
        }
    }

    /// A file of `old` with `new` written over it at `offset`, and the change.
    fn written(old: &[u8], offset: usize, new: &[u8]) -> (Vec<u8>, Change) {
        let mut file = old.to_vec();
        let end = offset + new.len();
        let before = old[offset.min(old.len())..end.min(old.len())].to_vec();
        file.resize(file.len().max(end), 0);
        file[offset..end].copy_from_slice(new);
        let change = Change::Wrote {
            length_before: old.len() as u64,
            offset: offset as u64,
            before,
            after: new.to_vec(),
        };
        (file, change)
    }

    #[test]
    fn every_block_of_a_write_is_the_old_or_the_new_one_and_each_happens() {
        let old = vec![1; 2048];
        let (file, change) = written(&old, 100, &[2; 3000]);
        let mut seen = std::collections::BTreeSet::new();
        for rng_seed in 0..64 {
            let mut file = file.clone();
            let mut rng = ChaCha8Rng::seed_from_u64(rng_seed);
            apply(
                &mut file,
                &survivors(std::slice::from_ref(&change), &mut rng),
            );
            assert!(file[..100].iter().all(|&byte| byte == 1));
            for block in file[100..].chunk_by(|a, b| a == b) {
                assert!(block[0] <= 2);
            }
            assert!(file.len() >= 2048 && file.len() <= 3100);
            seen.insert(file);
        }
        assert!(seen.contains(&old), "it is never lost");
        assert!(seen.contains(&file), "it is never kept");
        assert!(seen.len() > 4, "it is never torn");
    }

    #[test]
    fn what_was_cut_off_may_come_back() {
        let change = Change::Resized {
            length_before: 4,
            length: 1,
            tail: vec![2, 3, 4],
        };
        let mut seen = std::collections::BTreeSet::new();
        for rng_seed in 0..32 {
            let mut file = vec![1];
            let mut rng = ChaCha8Rng::seed_from_u64(rng_seed);
            apply(
                &mut file,
                &survivors(std::slice::from_ref(&change), &mut rng),
            );
            seen.insert(file);
        }
        assert_eq!(
            seen.into_iter().collect::<Vec<_>>(),
            [vec![1], vec![1, 2, 3, 4]]
        );
    }

    #[test]
    fn blocks_end_where_the_disks_do() {
        let bytes = [0; 1000];
        let cut: Vec<_> = blocks(500, &bytes, 512)
            .map(|(offset, piece)| (offset, piece.len()))
            .collect();
        assert_eq!(cut, [(500, 12), (512, 512), (1024, 476)]);
    }
}
