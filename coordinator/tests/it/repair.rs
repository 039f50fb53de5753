//! What was accepted and is found wrong later: the clip is withdrawn, rendered again where it was
//! wrong, and published under the next version.

use woolgather_coordinator::store::{ClipRow, ClipState};
use woolgather_protocol::work::WorkUnit;

use crate::support::device::{Device, report, submission_of};
use crate::support::segments::encode;
use crate::support::{TestCoordinator, rendered};

/// Honest digests of frames of which the segment shows the second painted.
fn painted(work: &WorkUnit) -> Vec<u8> {
    let honest = rendered::frames(work);
    let mut shown = honest.clone();
    shown[1] = rendered::painted(shown[1].clone());
    submission_of(&honest, &encode(&work.recipe, &shown))
}

/// Digests and pictures of frames that are all painted: whoever draws the same agrees.
fn all_painted(work: &WorkUnit) -> Vec<u8> {
    let frames: Vec<_> = rendered::frames(work)
        .into_iter()
        .map(rendered::painted)
        .collect();
    submission_of(&frames, &encode(&work.recipe, &frames))
}

async fn fetch(coordinator: &TestCoordinator, path: &str) -> Vec<u8> {
    let answer = reqwest::get(format!("{}{path}", coordinator.url))
        .await
        .unwrap();
    let answer = answer.error_for_status().unwrap();
    answer.bytes().await.unwrap().to_vec()
}

async fn clips(coordinator: &TestCoordinator) -> Vec<ClipRow> {
    let mut clips = Vec::new();
    for sheep in coordinator.all_sheep().await {
        let store = &coordinator.app.store;
        clips.extend(
            store
                .clips_of_sheep(&sheep)
                .await
                .unwrap()
                .into_iter()
                .next(),
        );
    }
    clips
}

/// Audits of whatever there is, honestly, until nobody has anything to do.
async fn settle(coordinator: &TestCoordinator, auditors: &[&Device]) {
    for _ in 0..10 {
        for auditor in auditors {
            auditor
                .do_everything_as(rendered::submission, rendered::honest_report)
                .await;
        }
        coordinator.clock.advance_ms(15_000);
        coordinator
            .do_jobs_until(|status| status.jobs_open == 0)
            .await;
        let status = coordinator.app.store.status().await.unwrap();
        if status.audits_waiting == 0 && status.units.ready == 0 {
            return;
        }
    }
    panic!("{:#?}", coordinator.app.store.status().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_found_wrong_later_is_withdrawn_repaired_and_published_anew() {
    let coordinator = TestCoordinator::start_with(2).await;
    coordinator.bystanders_come().await;
    let (liar, friend) = (coordinator.device(1), coordinator.device(2));
    let honest = [coordinator.device(3), coordinator.device(4)];
    let honest = [&honest[0], &honest[1]];

    // A lie that its friend passes, and the rest of the flock by others.
    let leases = liar.lease().await.leases.into_iter();
    let mut leases: Vec<_> = leases.map(|lease| liar.open(lease)).collect();
    let (lease, work) = leases.remove(0);
    let other = leases.iter().position(|(_, other)| other.clip != work.clip);
    let (second_lease, second) = leases.remove(other.unwrap());
    for (lease, _) in &leases {
        liar.give_back(lease).await;
    }
    liar.submit(&lease, all_painted(&work)).await;
    friend
        .audit_some_as(|work, frame| report(&rendered::painted(rendered::frame(work, frame))))
        .await;
    settle(&coordinator, &honest).await;
    let before = clips(&coordinator).await;
    let lied_about = before.iter().find(|clip| clip.id == work.clip).unwrap();
    assert_eq!((lied_about.state, lied_about.version), (ClipState::Live, 1));
    let old = lied_about.file.clone().unwrap();
    let sequence = coordinator.app.store.manifest_sequence().await.unwrap();

    // The same liar is caught with another lie.
    liar.submit(&second_lease, painted(&second)).await;
    settle(&coordinator, &honest).await;

    let after = clips(&coordinator).await;
    let repaired = after.iter().find(|clip| clip.id == work.clip).unwrap();
    assert_eq!((repaired.state, repaired.version), (ClipState::Live, 2));
    let new = repaired.file.clone().unwrap();
    assert_ne!((new.blob, new.info_hash), (old.blob, old.info_hash));
    assert!(coordinator.app.store.manifest_sequence().await.unwrap() > sequence + 1);
    let manifest = coordinator.app.store.manifest(coordinator.app.public_key());
    let manifest = manifest.await.unwrap();
    let told = manifest
        .clips
        .iter()
        .find(|clip| clip.id == work.clip)
        .unwrap();
    assert_eq!((told.version, told.info_hash), (2, new.info_hash));
    let is_known = |info_hash| coordinator.app.tracker.knows(&info_hash);
    assert!(!is_known(old.info_hash));

    // Its volunteer sees why, with both pictures, and lost the credit.
    let notices = liar.lease().await.notices;
    let about: Vec<_> = notices.iter().map(|notice| &notice.work_unit).collect();
    assert!(
        about.contains(&&work.id) && about.contains(&&second.id),
        "{notices:?}"
    );
    let page =
        String::from_utf8(fetch(&coordinator, &format!("/units/{}", work.id)).await).unwrap();
    assert!(
        page.contains("found wrong after it had been accepted"),
        "{page}"
    );
    let pictures: Vec<&str> = page
        .split('"')
        .filter(|part| part.starts_with("/units/") && part.ends_with(".webp"))
        .collect();
    assert_eq!(pictures.len() % 2, 0);
    assert!(pictures.len() >= 2, "{page}");
    let [submitted, rendered] = [pictures[0], pictures[1]].map(str::to_owned);
    let submitted = fetch(&coordinator, &submitted).await;
    let rendered = fetch(&coordinator, &rendered).await;
    assert!(submitted.starts_with(b"RIFF") && rendered.starts_with(b"RIFF"));
    assert_ne!(submitted, rendered);
    let known = coordinator
        .app
        .store
        .device(liar.key())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(known.credit, 0);
}
