//! A coordinator whose blobs are in a bucket: the same life, and what happens while the bucket is
//! away.

use std::path::Path;
use std::process::{Command, Output};

use reqwest::{StatusCode, header};
use woolgather_bucket::{BUCKET, BucketServer};
use woolgather_coordinator::blobs::{BlobPlace, BucketPlace};
use woolgather_coordinator::store::{ClipRow, ClipState, PageRequest};
use woolgather_protocol::submission::Receipt;
use woolgather_protocol::work::WorkUnit;
use woolgather_protocol::{Blake3, ProblemKind, Recipe, paths};
use woolgather_render_kernel::Planes;

use crate::support::device::{good, refused, submission_of};
use crate::support::{TestCoordinator, rendered, segments, tiny_recipe};

pub(crate) fn place(server: &BucketServer, prefix: &str) -> BlobPlace {
    BlobPlace::Bucket(BucketPlace {
        bucket: BUCKET.into(),
        prefix: prefix.into(),
        endpoint: Some(server.endpoint().parse().unwrap()),
        allow_http: true,
        cache_bytes_max: 1 << 30,
        aws: server.environment().into_iter().collect(),
    })
}

async fn first_clip(coordinator: &TestCoordinator) -> ClipRow {
    let clips = coordinator.app.store.clips(None, PageRequest::default());
    clips.await.unwrap().rows.remove(0)
}

/// A sheep's loop, rendered, audited, joined and published.
async fn published(server: &BucketServer) -> (TestCoordinator, ClipRow) {
    let blobs = place(server, "blobs");
    let coordinator = TestCoordinator::start_configured(|config| config.blobs = blobs).await;
    let worker = coordinator.device(1);
    worker.render_everything_as(rendered::submission).await;
    coordinator.do_jobs().await;
    let clip = first_clip(&coordinator).await;
    assert_eq!(clip.state, ClipState::Live);
    (coordinator, clip)
}

async fn over_http(coordinator: &TestCoordinator, path: &str) -> Vec<u8> {
    let answer = reqwest::get(format!("{}{path}", coordinator.url)).await;
    answer.unwrap().bytes().await.unwrap().to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheep_is_born_and_given_out() {
    let server = BucketServer::start().unwrap();
    let (coordinator, clip) = published(&server).await;
    let file = clip.file.clone().unwrap();
    let path = paths::clip(&clip.id, clip.version);
    let whole = over_http(&coordinator, &path).await;
    assert_eq!(Blake3::of(&whole), file.blob);
    let part = reqwest::Client::new()
        .get(format!("{}{path}", coordinator.url))
        .header(header::RANGE, "bytes=10-99")
        .send()
        .await
        .unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.bytes().await.unwrap(), whole[10..100]);
    let poster = over_http(&coordinator, &paths::poster(&clip.from)).await;
    assert_eq!(Blake3::of(&poster), file.poster);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_data_folder_has_all_of_it() {
    let server = BucketServer::start().unwrap();
    let (coordinator, clip) = published(&server).await;
    let copies = coordinator.app.config.data.join("bucket/copies");
    // As on a machine that was put up a moment ago.
    std::fs::remove_dir_all(&copies).unwrap();
    let coordinator = coordinator.restart().await;
    let whole = over_http(&coordinator, &paths::clip(&clip.id, clip.version)).await;
    assert_eq!(Blake3::of(&whole), clip.file.unwrap().blob);
}

/// Frames that no encoder makes short.
fn noisy_submission(work: &WorkUnit) -> Vec<u8> {
    let mut random = 1_u32;
    let mut noise = |planes: &mut [u16]| {
        for level in planes {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *level = u16::try_from(200 + (random >> 23)).unwrap();
        }
    };
    let frames: Vec<Planes> = (0..work.frame_count)
        .map(|frame| {
            let mut planes = segments::planes(&work.recipe, frame);
            noise(&mut planes.luma);
            noise(&mut planes.chroma_blue);
            noise(&mut planes.chroma_red);
            planes
        })
        .collect();
    submission_of(&frames, &segments::encode(&work.recipe, &frames))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_bucket_did_not_take_is_not_acknowledged() {
    let mut server = BucketServer::start().unwrap();
    let mut recipe = Recipe {
        width: 256,
        height: 192,
        ..tiny_recipe()
    };
    recipe.encoder.quantizer = 20;
    let blobs = place(&server, "");
    let coordinator = TestCoordinator::start_configured(|config| {
        config.blobs = blobs;
        config.recipe = recipe;
    })
    .await;
    let worker = coordinator.device(1);
    let (lease, work) = worker.lease_segment().await;
    let long = noisy_submission(&work);
    assert!(long.len() > 80_000, "{} bytes are short", long.len());
    server.go_away();
    let answer = worker.submit(&lease, long.clone()).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.headers().contains_key(header::RETRY_AFTER));
    refused(answer, ProblemKind::StorageAway).await;
    server.come_back().unwrap();
    let receipt: Receipt = good(worker.submit(&lease, long).await).await;
    assert!(!receipt.duplicate, "nothing was taken before");
}

fn run(words: &[&str], folders: &[(&str, &Path)], server: &BucketServer) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_woolgather-coordinator"));
    command.args(words);
    for (option, folder) in folders {
        command.arg(option).arg(folder);
    }
    command
        .args(["--s3-endpoint", &server.endpoint(), "--s3-allow-http"])
        .envs(server.environment());
    let output = command.output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{words}");
    output
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_bucket_is_whole_and_goes_into_another() {
    let server = BucketServer::start().unwrap();
    let (coordinator, _) = published(&server).await;
    let data = &coordinator.app.config.data;
    woolgather_coordinator::keys::coordinator_key(data).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (kept, back) = (folder.path().join("kept"), folder.path().join("back"));
    let from = server.url();
    run(
        &["backup", "--blobs", &from],
        &[("--data", data), ("--to", &kept)],
        &server,
    );
    run(&["restore", "--verify"], &[("--from", &kept)], &server);
    let to = format!("s3://{BUCKET}/elsewhere");
    run(
        &["restore", "--blobs", &to],
        &[("--from", &kept), ("--data", &back)],
        &server,
    );
    let count = |prefix: &str| {
        let folders = server.objects().join(prefix);
        let deep = |folder: &Path| std::fs::read_dir(folder).unwrap().flatten();
        deep(&folders)
            .flat_map(|folder| deep(&folder.path()).collect::<Vec<_>>())
            .flat_map(|folder| deep(&folder.path()).collect::<Vec<_>>())
            .count()
    };
    assert!(count("blobs") >= 5, "segments, clip, torrent, poster");
    assert_eq!(count("elsewhere"), count("blobs"));
}

#[tokio::test(flavor = "multi_thread")]
async fn blobs_move_from_the_folder_into_a_bucket() {
    let server = BucketServer::start().unwrap();
    let coordinator = TestCoordinator::start().await;
    coordinator.publish_all(b"a clip").await;
    let data = &coordinator.app.config.data;
    let url = server.url();
    let said = run(
        &["migrate", "--to-blobs", &url],
        &[("--data", data)],
        &server,
    );
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("the database stays where it is"), "{said}");
    for name in coordinator.app.store.blobs_named().await.unwrap() {
        let text = name.to_string();
        let object = format!("blobs/{}/{}/{text}", &text[..2], &text[2..4]);
        let object = std::fs::read(server.objects().join(object)).unwrap();
        assert_eq!(Blake3::of(&object), name);
    }
}
