//! The projection with real clips: what it shows when files are broken, go or come.

mod seams;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use super::*;
use crate::test_film::{FRAMES, HEIGHT, ROSE, TEAL, WIDTH, broken_clip, clip};

/// How long a picture may be waited for, on the busiest machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A projection whose pictures are taken as fast as they come.
struct Screening {
    projection: Projection,
    changes: Sender<Vec<LocalClip>>,
    broken: Vec<PathBuf>,
}

impl Screening {
    fn start(clips: Vec<LocalClip>, rng_seed: u64) -> Self {
        let (sender, changes) = channel();
        let flock = Listing { clips, changes };
        Self {
            projection: Projection::start(flock, rng_seed, 4096).expect("a thread"),
            changes: sender,
            broken: Vec::new(),
        }
    }

    fn next(&mut self) -> Result<Picture, PlayError> {
        let started = Instant::now();
        loop {
            let polled = self.projection.poll();
            for event in self.projection.events() {
                if let PlayEvent::Broken { path, .. } = event {
                    self.broken.push(path);
                }
            }
            if let Some(timed) = polled? {
                return Ok(timed.picture);
            }
            assert!(started.elapsed() < PATIENCE, "the pictures stopped");
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn take(&mut self, pictures: usize) -> Vec<Picture> {
        (0..pictures)
            .map(|_| self.next().unwrap_or_else(|error| panic!("{error}")))
            .collect()
    }
}

/// Fails where pictures of a clip are not in order, or a clip that ended by itself not complete.
fn check_unbroken(pictures: &[Picture]) {
    for pair in pictures.windows(2) {
        let [before, here] = pair else { continue };
        assert_eq!(here.number, before.number + 1);
        let ended = before.index + 1 == before.frames;
        let expected = if ended { 0 } else { before.index + 1 };
        assert_eq!(
            here.index, expected,
            "{} after {}",
            here.clip.title, before.clip.title
        );
        assert!(ended || here.showing == before.showing);
        assert_eq!((here.frame.width, here.frame.height), (WIDTH, HEIGHT));
    }
}

fn connected(folder: &Path) -> Vec<LocalClip> {
    let arcs = [(ROSE, ROSE), (ROSE, TEAL), (TEAL, TEAL), (TEAL, ROSE)];
    arcs.map(|(from, to)| clip(folder, from, to)).to_vec()
}

/// Clips broken in every way a disk or a network breaks them.
fn wrecks(folder: &Path) -> Vec<LocalClip> {
    let whole = fs::read(clip(folder, TEAL, TEAL).path).unwrap();
    let mut other_magic = whole.clone();
    other_magic[..4].copy_from_slice(b"\x89PNG");
    let sizes = whole.windows(4).position(|word| word == b"stsz").unwrap();
    let mut torn_index = whole.clone();
    torn_index[sizes..sizes + 20].fill(0xff);
    vec![
        broken_clip(folder, "empty", b""),
        broken_clip(folder, "zeros", &[0; 5000]),
        broken_clip(folder, "noise", &[7; 5000]),
        broken_clip(folder, "half", &whole[..whole.len() / 2]),
        broken_clip(folder, "last byte missing", &whole[..whole.len() - 1]),
        broken_clip(folder, "other magic", &other_magic),
        broken_clip(folder, "torn index", &torn_index),
    ]
}

#[test]
fn clips_broken_in_every_way_are_passed_over_and_each_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut flock = wrecks(folder.path());
    let mut expected: Vec<PathBuf> = flock.iter().map(|clip| clip.path.clone()).collect();
    flock.push(clip(folder.path(), ROSE, ROSE));
    let mut screening = Screening::start(flock.clone(), 1);
    let pictures = screening.take(150);
    check_unbroken(&pictures);
    for picture in &pictures {
        assert_eq!(picture.clip.title, "rose to rose");
    }

    // A list that still has them is no reason to tell again.
    screening.changes.send(flock).unwrap();
    check_unbroken(&screening.take(100));
    screening.broken.sort();
    expected.sort();
    assert_eq!(screening.broken, expected);
}

#[test]
fn a_clip_that_was_fetched_again_is_played_again() {
    let folder = tempfile::tempdir().unwrap();
    let rose = clip(folder.path(), ROSE, ROSE);
    let teal = clip(folder.path(), TEAL, TEAL);
    let whole = fs::read(&teal.path).unwrap();
    fs::write(&teal.path, &whole[..100]).unwrap();
    let both = vec![rose.clone(), teal.clone()];
    let mut screening = Screening::start(both.clone(), 1);
    screening.take(200);
    assert_eq!(screening.broken, std::slice::from_ref(&teal.path));

    screening.changes.send(vec![rose]).unwrap();
    fs::write(&teal.path, whole).unwrap();
    screening.changes.send(both).unwrap();
    let pictures = screening.take(200);
    assert!(
        pictures
            .iter()
            .any(|picture| picture.clip.path == teal.path)
    );
    assert_eq!(screening.broken.len(), 1);
}

#[test]
fn a_clip_that_breaks_on_the_screen_holds_its_last_picture_under_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let rose = clip(folder.path(), ROSE, ROSE);
    let teal = clip(folder.path(), TEAL, TEAL);
    break_near_the_end(&teal.path);
    let mut screening = Screening::start(vec![rose, teal.clone()], 2);
    let pictures = screening.take(200);
    assert_eq!(screening.broken, std::slice::from_ref(&teal.path));
    let last = pictures
        .iter()
        .rposition(|picture| picture.clip.path == teal.path);
    let last = last.expect("it is shown until it breaks");
    assert!(pictures[last].index + 1 < FRAMES);
    let after = &pictures[last + 1..];
    let held = after.iter().take_while(|picture| {
        let under = picture.under.as_ref();
        under.is_some_and(|under| ***under == **pictures[last].frame)
    });
    // The fade is as long as the next clip, which is shown twice.
    assert_eq!(held.count(), 2 * FRAMES as usize);
    check_unbroken(after);
}

#[test]
fn a_clip_with_flipped_bits_is_told_once_and_the_film_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let flock = connected(folder.path());
    let whole = fs::read(&flock[2].path).unwrap();
    for part in 1..8 {
        let mut flipped = whole.clone();
        flip_bits(&mut flipped, whole.len() * part / 8);
        fs::write(&flock[2].path, flipped).unwrap();
        let mut screening = Screening::start(flock.clone(), 3);
        let pictures = screening.take(120);
        assert_eq!(
            screening.broken,
            std::slice::from_ref(&flock[2].path),
            "{part}/8"
        );
        assert!(pictures.last().unwrap().clip.path != flock[2].path);
    }
}

/// Damages a frame and none of the structure around it.
fn flip_bits(clip: &mut [u8], place: usize) {
    for byte in &mut clip[place..place + 16] {
        *byte ^= 0x55;
    }
}

/// Damages one of the last frames.
fn break_near_the_end(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let place = bytes.len() - 60;
    flip_bits(&mut bytes, place);
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_clip_deleted_while_it_plays_plays_on_and_is_missed_when_its_turn_comes() {
    let folder = tempfile::tempdir().unwrap();
    let flock = connected(folder.path());
    let mut screening = Screening::start(flock.clone(), 1);
    let mut pictures = screening.take(10);
    for gone in &flock[1..] {
        fs::remove_file(&gone.path).unwrap();
    }
    pictures.extend(screening.take(240));
    for picture in &pictures[180..] {
        assert_eq!(picture.clip.path, flock[0].path);
    }
    let told: HashSet<&PathBuf> = screening.broken.iter().collect();
    assert_eq!(told.len(), screening.broken.len());
    assert!(!told.is_empty() && !told.contains(&flock[0].path));
    check_unbroken(&pictures);
}

#[test]
fn new_clips_come_on_at_a_seam_and_clips_that_left_go_without_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    let flock = connected(folder.path());
    let rose = vec![flock[0].clone()];
    let mut screening = Screening::start(rose.clone(), 1);
    let mut pictures = screening.take(20);
    screening.changes.send(flock.clone()).unwrap();
    pictures.extend(screening.take(250));
    let shown: HashSet<&PathBuf> = pictures.iter().map(|picture| &picture.clip.path).collect();
    assert_eq!(shown.len(), 4, "everything is shown once it is here");

    while pictures.last().unwrap().clip.from_sheep != "rose" || pictures.last().unwrap().index < 5 {
        pictures.extend(screening.take(1));
    }
    screening.changes.send(rose).unwrap();
    for gone in &flock[1..] {
        fs::remove_file(&gone.path).unwrap();
    }
    // What is on, what waits in the queue, and a fade back where it ended at the other sheep.
    pictures.extend(screening.take(100));
    let after = screening.take(200);
    assert!(
        after
            .iter()
            .all(|picture| picture.clip.path == flock[0].path)
    );
    pictures.extend(after);
    check_unbroken(&pictures);
    assert!(screening.broken.is_empty(), "who left is not broken");
}

#[test]
fn when_every_clip_is_broken_the_film_ends_with_the_reason_and_all_were_told() {
    let folder = tempfile::tempdir().unwrap();
    let flock = wrecks(folder.path());
    let count = flock.len();
    let mut screening = Screening::start(flock, 1);
    let error = match screening.next() {
        Ok(picture) => panic!("{} is shown", picture.clip.title),
        Err(error) => error,
    };
    assert!(matches!(error, PlayError::NoReadableClip { .. }), "{error}");
    let told: HashSet<PathBuf> = screening.broken.drain(..).collect();
    assert_eq!(told.len(), count);
}

#[test]
fn when_the_only_clip_breaks_on_the_screen_the_film_ends() {
    let folder = tempfile::tempdir().unwrap();
    let teal = clip(folder.path(), TEAL, TEAL);
    break_near_the_end(&teal.path);
    let mut screening = Screening::start(vec![teal.clone()], 1);
    let error = loop {
        match screening.next() {
            Ok(picture) => assert_eq!(picture.showing, 1, "it is not begun again"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, PlayError::NoReadableClip { .. }), "{error}");
    assert_eq!(screening.broken, [teal.path]);
}

#[test]
fn a_list_that_becomes_empty_ends_the_film() {
    let folder = tempfile::tempdir().unwrap();
    let mut screening = Screening::start(vec![clip(folder.path(), ROSE, ROSE)], 1);
    screening.take(5);
    screening.changes.send(Vec::new()).unwrap();
    let error = loop {
        match screening.next() {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(matches!(error, PlayError::NoReadableClip { .. }), "{error}");
}

#[test]
fn clips_that_meet_are_never_faded_and_others_always_are() {
    let folder = tempfile::tempdir().unwrap();
    let flock = connected(folder.path());
    let loops = vec![flock[0].clone(), flock[2].clone()];
    let mut met = Screening::start(flock, 1);
    assert!(met.take(200).iter().all(|picture| picture.under.is_none()));

    let mut apart = Screening::start(loops, 1);
    for picture in apart.take(150) {
        // The fade is as long as the clip, which is shorter than sixty pictures.
        assert_eq!(
            picture.under.is_some(),
            picture.showing > 1,
            "{}",
            picture.number
        );
    }
}
