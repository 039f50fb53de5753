//! What artists offer: drawn, looked at, and told why.

use image::ImageFormat;
use woolgather_coordinator::store::EntryRow;
use woolgather_genome::{Genome, parse_flames, print_flame, starter_flock};
use woolgather_protocol::entries::{Entry, EntryRequest, EntryState};
use woolgather_protocol::{Licence, paths};

use crate::support::TestCoordinator;

/// Offers a genome and has it screened.
async fn screened(coordinator: &TestCoordinator, genome: &Genome) -> EntryRow {
    let request = EntryRequest {
        genome: print_flame(genome),
        artist: "Ada".into(),
        consent: true,
        title: None,
        tags: Vec::new(),
        licence: Licence::default(),
        parent: None,
    };
    let entry: Entry = coordinator.device(1).post(paths::ENTRIES, &request).await;
    assert_eq!(entry.state, EntryState::Received);
    coordinator.do_jobs().await;
    coordinator.app.store.entry(&entry.id).await.unwrap()
}

async fn check_rejected(genome: &Genome, reason: &str) -> EntryRow {
    let coordinator = TestCoordinator::start().await;
    let row = screened(&coordinator, genome).await;
    assert_eq!(row.entry.state, EntryState::Rejected);
    assert!(row.entry.reason.contains(reason), "{}", row.entry.reason);
    row
}

fn good_genome() -> Genome {
    starter_flock()[1].genome()
}

/// A square that fills the picture evenly, all white.
fn snow() -> Genome {
    let corner = |x: f64, y: f64| {
        format!(r#"<xform weight="1" color="0" linear="1" coefs="0.5 0 0 0.5 {x} {y}"/>"#)
    };
    let corners = [
        corner(0.0, 0.0),
        corner(0.5, 0.0),
        corner(0.0, 0.5),
        corner(0.5, 0.5),
    ];
    let white = "FFFFFF".repeat(256);
    let xml = format!(
        r#"<flame name="Snow" size="64 64" center="0.5 0.5" scale="64" brightness="100" quality="10">{}
           <palette count="256" format="RGB">{white}</palette></flame>"#,
        corners.concat()
    );
    parse_flames(&xml).unwrap().remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_of_nothing_is_rejected() {
    let far_away = Genome {
        center: [50.0, 50.0],
        ..good_genome()
    };
    let row = check_rejected(&far_away, "next to nothing to see").await;
    assert!(row.preview.is_some(), "its artist sees what was drawn");
    let on_blue = Genome {
        background: [0.1, 0.2, 0.6],
        ..far_away
    };
    check_rejected(&on_blue, "next to nothing to see").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burnt_out_picture_is_rejected() {
    check_rejected(&snow(), "burnt out").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_genome_that_no_volunteer_could_render_is_rejected() {
    let endless = Genome {
        zoom: 16.0,
        ..good_genome()
    };
    check_rejected(&endless, "cannot be rendered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_genome_waits_for_a_person_with_its_preview() {
    let coordinator = TestCoordinator::start().await;
    let row = screened(&coordinator, &good_genome()).await;
    assert_eq!(row.entry.state, EntryState::NeedsReview);
    let preview = coordinator.app.blobs.read(&row.preview.unwrap(), 1 << 20);
    let preview = image::load_from_memory_with_format(&preview.unwrap(), ImageFormat::WebP);
    let preview = preview.unwrap();
    assert_eq!((preview.width(), preview.height()), (360, 360));
    let status = coordinator.app.store.status().await.unwrap();
    assert_eq!(status.entries_to_review, 1);
    assert_eq!(coordinator.all_sheep().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_group_may_do_without_review() {
    let accepting = |config: &mut woolgather_coordinator::config::Config| {
        config.accept_entries = true;
    };
    let coordinator = TestCoordinator::start_configured(accepting).await;
    let row = screened(&coordinator, &good_genome()).await;
    assert_eq!(row.entry.state, EntryState::Accepted);
    let sheep = row.entry.sheep.unwrap();
    let genome = coordinator.app.store.sheep_genome(&sheep).await.unwrap();
    assert_eq!(genome.id(), good_genome().id());
    let status = coordinator.app.store.status().await.unwrap();
    assert_eq!(status.units.ready, 4, "two loops of two segments");

    let row = screened(&coordinator, &starter_flock()[0].genome()).await;
    assert_eq!(row.entry.state, EntryState::Rejected);
    assert!(row.entry.reason.contains("already"), "{}", row.entry.reason);
}
