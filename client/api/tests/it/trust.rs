//! Whom the client believes, and how much of an answer it reads.

use woolgather_api::{ApiError, Coordinator};
use woolgather_protocol::info::PROTOCOL_VERSION;
use woolgather_protocol::manifest::{Manifest, ManifestClip};
use woolgather_protocol::work::ClipKind;
use woolgather_protocol::{
    DeviceSecret, InfoHash, PublicKey, Recipe, Sha256, SheepId, Signed, limits,
};

use crate::server::{Reply, Server, device, info, key_of, operator};

async fn connect(server: &Server, pinned: Option<PublicKey>) -> Result<Coordinator, ApiError> {
    Coordinator::connect(server.url(), Some(device()), pinned).await
}

fn manifest() -> Manifest {
    Manifest {
        coordinator: operator().public(),
        sequence: 7,
        made_at_ms: 0,
        flock: "Test flock".into(),
        recipe: Recipe::small(),
        sheep: Vec::new(),
        clips: Vec::new(),
    }
}

/// A coordinator that offers `manifest`, signed with `secret`.
async fn offering(manifest: Manifest, secret: DeviceSecret) -> Coordinator {
    let signed = Signed::seal(&manifest, &secret);
    let server = Server::coordinator(move |_| Reply::json(&signed)).await;
    server.connect().await
}

fn clip() -> ManifestClip {
    let sheep = SheepId::from_random([1; 10]);
    ManifestClip {
        id: "clip-1".parse().unwrap(),
        version: 3,
        kind: ClipKind::Loop,
        from: sheep.clone(),
        to: sheep,
        frames: 32,
        bytes: 1000,
        sha256: Sha256([0; 32]),
        info_hash: InfoHash([0; 20]),
        volunteers: Vec::new(),
        published_at_ms: 0,
    }
}

#[tokio::test]
async fn a_coordinator_with_the_pinned_key_is_the_one_we_know() {
    let server = Server::coordinator(|_| Reply::new(404, "")).await;
    let coordinator = connect(&server, Some(operator().public())).await.unwrap();
    assert_eq!(coordinator.info().name, "Test flock");
}

#[tokio::test]
async fn another_key_than_the_pinned_one_is_somebody_else() {
    let server = Server::coordinator(|_| Reply::new(404, "")).await;
    match connect(&server, Some(key_of(8))).await.unwrap_err() {
        ApiError::ForeignKey { pinned, found } => {
            assert_eq!((pinned, found), (key_of(8), operator().public()));
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_coordinator_that_becomes_another_one_is_noticed() {
    let mut asked = 0;
    let server = Server::start(move |_| {
        asked += 1;
        let mut info = info();
        if asked > 1 {
            info.key = key_of(8);
        }
        Reply::json(&info)
    })
    .await;
    let coordinator = server.connect().await;
    let error = coordinator.ask_info().await.unwrap_err();
    assert!(matches!(error, ApiError::ForeignKey { .. }), "{error}");
}

#[tokio::test]
async fn another_protocol_version_is_told_apart_whatever_else_has_changed() {
    let theirs = PROTOCOL_VERSION + 1;
    let server = Server::start(move |_| {
        Reply::json(&serde_json::json!({"protocol_version": theirs, "names": ["a", "b"]}))
    })
    .await;
    match connect(&server, None).await.unwrap_err() {
        ApiError::Version {
            theirs: found,
            ours,
        } => assert_eq!((found, ours), (theirs, PROTOCOL_VERSION)),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn an_address_that_is_none_is_not_tried_again_and_again() {
    for text in ["ftp://flock.example/", "mailto:ada@flock.example"] {
        let started = std::time::Instant::now();
        let error = Coordinator::connect(text.parse().unwrap(), None, None).await;
        assert!(matches!(error, Err(ApiError::Address(_))), "{error:?}");
        assert!(started.elapsed().as_millis() < 200, "{text}");
    }
}

#[tokio::test]
async fn nobody_at_the_address_is_a_passing_failure() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let error = Coordinator::connect(url.parse().unwrap(), None, None).await;
    assert!(error.unwrap_err().is_passing());
}

#[tokio::test]
async fn a_coordinator_that_has_moved_is_talked_to_at_its_new_address() {
    let there = Server::start(|request| match request.path.as_str() {
        "/flock/api/v1/coordinator" => Reply::json(&info()),
        _ => Reply::json(&Signed::seal(&manifest(), &operator())),
    })
    .await;
    let location = format!("http://{}/flock/api/v1/coordinator", there.address);
    let here = Server::start(move |_| {
        let mut reply = Reply::new(308, "");
        reply.headers.push(("location", location.clone()));
        reply
    })
    .await;
    let coordinator = here.connect().await;
    coordinator.manifest().await.unwrap();
    assert_eq!(there.seen().last().unwrap().path, "/flock/api/v1/manifest");
}

#[tokio::test]
async fn a_manifest_that_the_coordinator_signed_is_opened() {
    let coordinator = offering(manifest(), operator()).await;
    let (signed, opened) = coordinator.manifest().await.unwrap();
    assert_eq!(opened, manifest());
    assert!(signed.open(&operator().public()).is_ok());
}

#[tokio::test]
async fn a_manifest_that_somebody_else_signed_is_refused() {
    let coordinator = offering(manifest(), DeviceSecret::from_bytes(&[8; 32])).await;
    let error = coordinator.manifest().await.unwrap_err();
    assert!(matches!(error, ApiError::Unsigned(_)), "{error}");
}

#[tokio::test]
async fn a_manifest_that_names_another_coordinator_is_refused() {
    let foreign = Manifest {
        coordinator: key_of(8),
        ..manifest()
    };
    let coordinator = offering(foreign, operator()).await;
    let error = coordinator.manifest().await.unwrap_err();
    assert!(matches!(error, ApiError::ForeignKey { .. }), "{error}");
}

/// Asks for a torrent of `length` bytes whose length is declared, or is not.
async fn torrent_of(length: usize, declared: bool) -> Result<Vec<u8>, ApiError> {
    let server = Server::coordinator(move |_| {
        let mut reply = Reply::new(200, vec![b'x'; length]);
        reply.declared = reply.declared.filter(|_| declared);
        reply
    })
    .await;
    let coordinator = server.connect().await;
    let answer = coordinator.torrent(&clip()).await;
    assert_eq!(server.seen()[0].path, "/api/v1/clips/clip-1/3/clip.torrent");
    answer
}

#[tokio::test]
async fn an_answer_over_its_limit_is_refused_whether_it_says_so_or_not() {
    let limit = usize::try_from(limits::TORRENT_BYTES_MAX).unwrap();
    for declared in [true, false] {
        assert_eq!(torrent_of(limit, declared).await.unwrap().len(), limit);
        let error = torrent_of(limit + 1, declared).await.unwrap_err();
        assert!(matches!(error, ApiError::Answer(_)), "{error}");
    }
}

#[tokio::test]
async fn a_long_lie_about_the_length_is_refused_before_it_is_read() {
    let server = Server::coordinator(|_| {
        let mut reply = Reply::new(200, "");
        reply.declared = Some(usize::MAX / 4);
        reply
    })
    .await;
    let error = server.connect().await.manifest().await.unwrap_err();
    assert!(error.to_string().contains("longer than"), "{error}");
    assert_eq!(server.seen().len(), 1);
}
