//! Downloads: resumed, checked, and never left half done under the file's own name.

use std::path::PathBuf;

use sha2::{Digest as _, Sha256 as Hasher};
use tempfile::TempDir;
use woolgather_api::{ApiError, DownloadRequest};
use woolgather_protocol::Sha256;

use crate::server::{Reply, Request, Server};

const PATH: &str = "/api/v1/clips/clip-1/1/clip.mp4";

/// The file as it should arrive.
fn file() -> Vec<u8> {
    (0..100_000_u32).flat_map(u32::to_le_bytes).collect()
}

fn sha256(bytes: &[u8]) -> Sha256 {
    Sha256(Hasher::digest(bytes).into())
}

/// The part that `request` asks for.
fn ranged(file: &[u8], request: &Request) -> Reply {
    match file.get(request.range_start()..) {
        Some([]) | None => Reply::new(416, ""),
        Some(rest) => Reply::new(206, rest),
    }
}

/// An answer whose connection ends `bytes` before it should.
fn cut(mut reply: Reply, bytes: usize) -> Reply {
    reply.body.truncate(reply.body.len() - bytes);
    reply
}

/// A folder to download into.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    fn complete(&self) -> PathBuf {
        self.folder.path().join("clip.mp4")
    }

    fn part(&self) -> PathBuf {
        self.folder.path().join("clip.mp4.part")
    }

    async fn download(&self, server: &Server) -> Result<u64, ApiError> {
        let file = file();
        let request = DownloadRequest {
            path: PATH,
            into: &self.complete(),
            length: file.len() as u64,
            sha256: sha256(&file),
        };
        let coordinator = server.connect().await;
        coordinator.download(&request, &mut |_| {}).await
    }

    fn assert_complete(&self) {
        assert!(std::fs::read(self.complete()).unwrap() == file());
        assert!(!self.part().exists());
    }

    fn assert_empty(&self) {
        assert_eq!(std::fs::read_dir(self.folder.path()).unwrap().count(), 0);
    }
}

fn ranges(server: &Server) -> Vec<usize> {
    server.seen().iter().map(Request::range_start).collect()
}

#[tokio::test]
async fn a_file_arrives_whole_and_progress_is_told() {
    let server = Server::coordinator(|request| ranged(&file(), request)).await;
    let place = Place::new();
    let file = file();
    let mut told = Vec::new();
    let request = DownloadRequest {
        path: PATH,
        into: &place.complete(),
        length: file.len() as u64,
        sha256: sha256(&file),
    };
    let coordinator = server.connect().await;
    let fetched = coordinator
        .download(&request, &mut |have| told.push(have))
        .await;
    assert_eq!(fetched.unwrap(), file.len() as u64);
    assert!(told.is_sorted());
    assert_eq!(told.last(), Some(&(file.len() as u64)));
    place.assert_complete();
}

#[tokio::test]
async fn a_cut_connection_is_followed_by_a_request_for_the_rest() {
    let mut cuts = vec![1_000, 300_000];
    let server = Server::coordinator(move |request| {
        let reply = ranged(&file(), request);
        match cuts.pop() {
            Some(bytes) => cut(reply, bytes),
            None => reply,
        }
    })
    .await;
    let place = Place::new();
    let fetched = place.download(&server).await.unwrap();
    assert_eq!(fetched, 400_000);
    assert_eq!(ranges(&server), [0, 100_000, 399_000]);
    place.assert_complete();
}

#[tokio::test]
async fn a_download_goes_on_where_an_earlier_program_ended() {
    let server = Server::coordinator(|request| ranged(&file(), request)).await;
    let place = Place::new();
    std::fs::write(place.part(), &file()[..150_000]).unwrap();
    assert_eq!(place.download(&server).await.unwrap(), 250_000);
    assert_eq!(ranges(&server), [150_000]);
    place.assert_complete();
}

#[tokio::test]
async fn a_damaged_leftover_costs_another_download_and_no_more() {
    for leftover in [vec![0; 150_000], vec![0; 400_000], vec![0; 400_001]] {
        let server = Server::coordinator(|request| ranged(&file(), request)).await;
        let place = Place::new();
        std::fs::write(place.part(), &leftover).unwrap();
        place.download(&server).await.unwrap();
        assert_eq!(ranges(&server).last(), Some(&0), "{}", leftover.len());
        place.assert_complete();
    }
}

#[tokio::test]
async fn a_server_that_knows_no_ranges_sends_everything_again() {
    let mut cuts = vec![100_000];
    let server = Server::coordinator(move |_| {
        let reply = Reply::new(200, file());
        match cuts.pop() {
            Some(bytes) => cut(reply, bytes),
            None => reply,
        }
    })
    .await;
    let place = Place::new();
    assert_eq!(place.download(&server).await.unwrap(), 700_000);
    assert_eq!(ranges(&server), [0, 300_000]);
    place.assert_complete();
}

#[tokio::test]
async fn a_server_that_always_stops_at_the_same_byte_is_given_up() {
    let server = Server::coordinator(|_| cut(Reply::new(200, file()), 100_000)).await;
    let place = Place::new();
    let error = place.download(&server).await.unwrap_err();
    assert!(error.is_passing(), "{error}");
    assert_eq!(ranges(&server).len(), 5);
    assert!(!place.complete().exists());
    assert_eq!(std::fs::metadata(place.part()).unwrap().len(), 300_000);
}

#[tokio::test]
async fn a_file_that_is_too_long_is_refused_and_removed() {
    for declared in [true, false] {
        let server = Server::coordinator(move |_| {
            let mut reply = Reply::new(200, [file(), vec![0]].concat());
            reply.declared = reply.declared.filter(|_| declared);
            reply
        })
        .await;
        let place = Place::new();
        let error = place.download(&server).await.unwrap_err();
        assert!(matches!(error, ApiError::WrongFile), "{error}");
        place.assert_empty();
    }
}

#[tokio::test]
async fn a_file_that_is_too_short_is_refused_and_removed() {
    let server = Server::coordinator(|request| ranged(&file()[..399_999], request)).await;
    let place = Place::new();
    let error = place.download(&server).await.unwrap_err();
    assert!(matches!(error, ApiError::WrongFile), "{error}");
    place.assert_empty();
}

#[tokio::test]
async fn a_file_with_another_fingerprint_is_refused_and_removed() {
    let mut other = file();
    other[123_456] ^= 1;
    let server = Server::coordinator(move |request| ranged(&other, request)).await;
    let place = Place::new();
    let error = place.download(&server).await.unwrap_err();
    assert!(matches!(error, ApiError::WrongFile), "{error}");
    assert!(!error.is_passing());
    place.assert_empty();
}

#[tokio::test]
async fn a_clip_that_is_gone_is_the_coordinators_word_not_a_wrong_file() {
    let kind = woolgather_protocol::ProblemKind::NotFound;
    let server = Server::coordinator(move |_| Reply::problem(kind)).await;
    let place = Place::new();
    match place.download(&server).await.unwrap_err() {
        ApiError::Problem(problem) => assert_eq!(problem.kind, kind),
        other => panic!("{other}"),
    }
    assert_eq!(server.seen().len(), 1);
}
