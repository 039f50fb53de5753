//! What must hold for blobs wherever they are, and what holds for each place.

use std::fs;
use std::io::{self, Write as _};
use std::ops::Range;

use futures_util::TryStreamExt as _;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use woolgather_bucket::{BUCKET, BucketServer};
use woolgather_protocol::Blake3;

use super::{Away, BlobPlace, Blobs, BucketPlace, SHORT_BYTES_MAX};

/// Longer than a part of those that are put in parts, in bytes.
const LONG: usize = 9 * 1024 * 1024;

/// Blobs somewhere, and the threads that talk to a bucket.
struct World {
    blobs: Blobs,
    place: BlobPlace,
    folder: TempDir,
    server: Option<BucketServer>,
    runtime: Runtime,
}

impl World {
    fn folder() -> Self {
        Self::at(BlobPlace::Folder, None)
    }

    fn bucket(cache_bytes_max: u64) -> Self {
        let server = BucketServer::start().unwrap();
        let place = BlobPlace::Bucket(BucketPlace {
            bucket: BUCKET.into(),
            prefix: "blobs".into(),
            endpoint: Some(server.endpoint().parse().unwrap()),
            allow_http: true,
            cache_bytes_max,
            aws: server.environment().into_iter().collect(),
        });
        Self::at(place, Some(server))
    }

    fn at(place: BlobPlace, server: Option<BucketServer>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = Runtime::new().unwrap();
        let blobs = {
            let _inside = runtime.enter();
            Blobs::open(&place, folder.path()).unwrap()
        };
        Self {
            blobs,
            place,
            folder,
            server,
            runtime,
        }
    }

    /// A coordinator with another data folder, or with the same one after a restart.
    fn opened_in(&self, folder: &TempDir) -> Blobs {
        let _inside = self.runtime.enter();
        Blobs::open(&self.place, folder.path()).unwrap()
    }

    fn server(&mut self) -> &mut BucketServer {
        self.server.as_mut().unwrap()
    }

    fn temp_files(&self) -> usize {
        fs::read_dir(self.blobs.scratch().join("temp"))
            .unwrap()
            .count()
    }

    fn part(&self, name: &Blake3, bytes: Range<u64>) -> io::Result<Vec<u8>> {
        self.runtime.block_on(async {
            let pieces = self.blobs.opened(name).await?.part(bytes).await?;
            let pieces: Vec<_> = pieces.try_collect().await?;
            Ok(pieces.concat())
        })
    }
}

/// Tells `story` of both places.
fn everywhere(story: impl Fn(&World)) {
    story(&World::folder());
    story(&World::bucket(1 << 30));
}

fn long_bytes() -> Vec<u8> {
    (0..LONG).map(|place| (place % 251) as u8).collect()
}

#[test]
fn what_was_put_is_read_by_its_name() {
    everywhere(|World { blobs, .. }| {
        let name = blobs.put(b"dream").unwrap();
        assert_eq!(name, Blake3::of(b"dream"));
        assert_eq!(blobs.read(&name, 5).unwrap(), b"dream");
        assert_eq!(blobs.length(&name).unwrap(), Some(5));
        let mut out = Vec::new();
        blobs.copy_out(&name, &mut out).unwrap();
        assert_eq!(out, b"dream");
        let local = blobs.local(&name).unwrap();
        assert_eq!(fs::read(local.path()).unwrap(), b"dream");
    });
}

#[test]
fn what_was_never_put_is_not_there() {
    everywhere(|world| {
        let (blobs, other) = (&world.blobs, Blake3::of(b"other"));
        assert_eq!(blobs.length(&other).unwrap(), None);
        let missing = |error: io::Error| assert_eq!(error.kind(), io::ErrorKind::NotFound);
        missing(blobs.read(&other, 5).unwrap_err());
        missing(blobs.local(&other).unwrap_err());
        missing(blobs.local_for_good(&other).unwrap_err());
        missing(world.part(&other, 0..1).unwrap_err());
    });
}

#[test]
fn the_same_bytes_are_stored_once_and_leave_nothing_behind() {
    everywhere(|world| {
        let blobs = &world.blobs;
        assert_eq!(blobs.put(b"x").unwrap(), blobs.put(b"x").unwrap());
        assert_eq!(
            blobs.put(&long_bytes()).unwrap(),
            blobs.put(&long_bytes()).unwrap()
        );
        assert_eq!(blobs.names().unwrap().len(), 2);
        assert_eq!(world.temp_files(), 0);
    });
}

#[test]
fn a_blob_that_is_not_kept_disappears() {
    everywhere(|world| {
        let mut blob = world.blobs.temp();
        let long = vec![7; SHORT_BYTES_MAX + 1];
        blob.write_all(&long).unwrap();
        assert_eq!(blob.length(), long.len() as u64);
        assert_eq!(*blob.read().unwrap(), long);
        assert_eq!(world.temp_files(), 1);
        drop(blob);
        assert_eq!(world.temp_files(), 0);
        assert!(world.blobs.names().unwrap().is_empty());
    });
}

#[test]
fn a_blob_is_the_same_however_it_is_written() {
    everywhere(|World { blobs, .. }| {
        let bytes: Vec<u8> = (0..SHORT_BYTES_MAX * 2).map(|place| place as u8).collect();
        let mut names = Vec::new();
        for piece in [1000, SHORT_BYTES_MAX, bytes.len()] {
            let mut blob = blobs.temp();
            for part in bytes.chunks(piece) {
                blob.write_all(part).unwrap();
            }
            assert_eq!(*blob.read().unwrap(), bytes);
            names.push(blob.into_short().unwrap_err().keep().unwrap());
        }
        assert_eq!(names, [Blake3::of(&bytes); 3]);
        let mut blob = blobs.temp();
        blob.write_all(b"short").unwrap();
        assert_eq!(blob.into_short().unwrap(), b"short");
    });
}

#[test]
fn leftovers_are_cleared_and_long_blobs_are_not_read() {
    everywhere(|World { blobs, .. }| {
        let left = blobs.scratch().join("temp/1-1");
        fs::write(&left, b"left over").unwrap();
        blobs.clear_temp().unwrap();
        assert!(!left.exists());
        let name = blobs.put(b"12345").unwrap();
        let error = blobs.read(&name, 4).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    });
}

#[test]
fn a_part_of_a_long_blob_is_read_alone() {
    everywhere(|world| {
        let bytes = long_bytes();
        let name = world.blobs.put(&bytes).unwrap();
        for part in [0..10, 5_000_000..7_500_000, bytes.len() - 1..bytes.len()] {
            let read = world.part(&name, part.start as u64..part.end as u64);
            assert_eq!(read.unwrap(), bytes[part]);
        }
    });
}

#[test]
fn another_coordinator_reads_what_one_has_put() {
    let world = World::bucket(1 << 30);
    let bytes = long_bytes();
    let name = world.blobs.put(&bytes).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let other = world.opened_in(&elsewhere);
    let read = world.runtime.block_on(async {
        let opened = other.opened(&name).await.unwrap();
        assert_eq!(opened.length(), bytes.len() as u64);
        let pieces = opened.part(1..3_000_000).await.unwrap();
        pieces.try_collect::<Vec<_>>().await.unwrap().concat()
    });
    assert_eq!(read, bytes[1..3_000_000]);
    assert_eq!(other.read(&name, LONG as u64).unwrap(), bytes);
}

#[test]
fn a_bucket_calls_blobs_what_the_folder_calls_them() {
    let mut world = World::bucket(1 << 30);
    let name = world.blobs.put(b"dream").unwrap();
    let key = format!("blobs/{}", super::key(&name));
    let object = world.server().objects().join(key);
    assert_eq!(fs::read(object).unwrap(), b"dream");
}

#[test]
fn copies_are_bounded_but_for_those_in_use() {
    let mut world = World::bucket(100);
    let names: Vec<Blake3> = (0..10)
        .map(|number| world.blobs.put(&[number; 40]).unwrap())
        .collect();
    let copies = world.blobs.scratch().join("copies");
    let held = || fs::read_dir(&copies).unwrap().count();
    assert_eq!(held(), 2);
    let in_use: Vec<_> = names[..5]
        .iter()
        .map(|name| world.blobs.local(name).unwrap())
        .collect();
    assert_eq!(held(), 5);
    world.server().go_away();
    for (local, number) in in_use.iter().zip(0..) {
        assert_eq!(fs::read(local.path()).unwrap(), [number; 40]);
    }
    drop(in_use);
    assert_eq!(held(), 2);
}

#[test]
fn those_who_hold_for_good_take_half_of_the_copies_room() {
    let world = World::bucket(100);
    let [one, other] = [1, 2].map(|number| world.blobs.put(&[number; 40]).unwrap());
    let held = world.blobs.local_for_good(&one).unwrap();
    assert!(held.is_some());
    assert!(world.blobs.local_for_good(&other).unwrap().is_none());
    drop(held);
    assert!(world.blobs.local_for_good(&other).unwrap().is_some());
}

#[test]
fn a_copy_of_an_earlier_process_is_believed_only_if_it_is_sound() {
    let mut world = World::bucket(1 << 30);
    let [sound, damaged] = [b"sound", b"fault"].map(|bytes| world.blobs.put(bytes).unwrap());
    let copies = world.blobs.scratch().join("copies");
    fs::write(copies.join(damaged.to_string()), b"other").unwrap();
    let restarted = world.opened_in(&world.folder);
    assert_eq!(restarted.read(&damaged, 5).unwrap(), b"fault");
    world.server().go_away();
    assert_eq!(restarted.read(&sound, 5).unwrap(), b"sound");
}

#[test]
fn a_damaged_object_is_not_taken_for_the_blob() {
    let mut world = World::bucket(1 << 30);
    let name = world.blobs.put(b"dream").unwrap();
    let object = world
        .server()
        .objects()
        .join("blobs")
        .join(super::key(&name));
    fs::write(object, b"night").unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let other = world.opened_in(&elsewhere);
    let error = other.local(&name).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
}

#[test]
fn a_bucket_that_is_away_stores_nothing_and_says_so() {
    let mut world = World::bucket(1 << 30);
    world.server().go_away();
    for bytes in [b"dream".to_vec(), long_bytes()] {
        let error = world.blobs.put(&bytes).unwrap_err();
        assert!(Away::caused(&error), "{error}");
    }
    let error = world.blobs.length(&Blake3::of(b"dream")).unwrap_err();
    assert!(Away::caused(&error), "{error}");
    assert_eq!(world.temp_files(), 0);
    world.server().come_back().unwrap();
    assert_eq!(world.blobs.names().unwrap().len(), 0);
    let name = world.blobs.put(b"dream").unwrap();
    assert_eq!(world.blobs.length(&name).unwrap(), Some(5));
}

#[test]
fn a_wrong_key_is_told_from_a_missing_blob() {
    let mut world = World::bucket(1 << 30);
    let BlobPlace::Bucket(place) = &mut world.place else {
        unreachable!("it is a bucket");
    };
    place.aws = [
        ("AWS_ACCESS_KEY_ID", "other"),
        ("AWS_SECRET_ACCESS_KEY", "x"),
    ]
    .into_iter()
    .collect();
    let elsewhere = tempfile::tempdir().unwrap();
    let error = world.opened_in(&elsewhere).put(b"dream").unwrap_err();
    assert!(Away::caused(&error), "{error}");
}
