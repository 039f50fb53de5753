//! The gallery: every sheep once, in order, whatever is asked for; and no slower for being large.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use woolgather_protocol::sheep::{Room, Sort};
use woolgather_protocol::{SheepId, Tag};

use super::support::*;
use super::votes::living;
use crate::store::database::{Value, query};
use crate::store::gallery::{fill, statements};
use crate::store::rows::number;
use crate::store::*;

fn wanted(room: Room, sort: Sort, limit: u32) -> GalleryRequest {
    GalleryRequest {
        room,
        sort,
        filter: GalleryFilter::default(),
        start: Start::First,
        limit,
    }
}

fn tag(text: &str) -> Tag {
    text.parse().unwrap()
}

fn found(words: &str, tags: &[&str], artist: Option<&str>) -> GalleryFilter {
    GalleryFilter {
        tags: tags.iter().map(|text| tag(text)).collect(),
        artist: artist.map(ToOwned::to_owned),
        words: words.into(),
    }
}

/// Ratings as if so many voters had said so, sheep by sheep.
async fn rate(world: &World, ratings: &[(usize, f64, f64)]) {
    let sheep = world.sheep_by_birth().await;
    for (place, mean, variance) in ratings {
        let (id, mean, variance) = (sheep[*place].clone(), *mean, *variance);
        let now_ms = world.store.now_ms();
        let rated = world.store.write(move |tx| {
            query(
                "UPDATE sheep SET rating_mean = $2, rating_variance = $3, rated_ms = $4, fame = $5
                 WHERE id = $1",
            )
            .bind(id.as_str())
            .bind(mean)
            .bind(variance)
            .bind(now_ms)
            .bind(mean - 2.0 * variance.sqrt())
            .execute(tx.conn)?;
            Ok(())
        });
        rated.await.unwrap();
    }
}

impl World {
    async fn sheep_by_birth(&self) -> Vec<SheepId> {
        let mut sheep = live_sheep(&self.store).await;
        sheep.reverse();
        sheep
    }

    async fn titles(&self, wanted: GalleryRequest) -> Vec<String> {
        let page = self.store.gallery(wanted).await.unwrap();
        page.rows.into_iter().map(|row| row.sheep.title).collect()
    }
}

#[tokio::test]
async fn every_order_is_walked_forwards_and_back_and_names_each_sheep_once() {
    let world = living(7).await;
    rate(&world, &[(1, 0.5, 0.3), (2, 0.5, 0.2), (4, -1.0, 0.9)]).await;
    for sort in Sort::ALL {
        let mut request = wanted(Room::Living, sort, 3);
        let whole = world.titles(wanted(Room::Living, sort, 50)).await;
        let each: BTreeSet<_> = whole.iter().collect();
        assert_eq!(each.len(), 7, "{sort:?}: {whole:?}");
        let mut pages = Vec::new();
        loop {
            let page = world.store.gallery(request.clone()).await.unwrap();
            assert_eq!(page.before.is_some(), !pages.is_empty(), "{sort:?}");
            pages.push(page.clone());
            match page.after {
                Some(mark) => request.start = Start::After(mark),
                None => break,
            }
        }
        let walked: Vec<_> = pages.iter().flat_map(|page| &page.rows).collect();
        let walked: Vec<_> = walked.iter().map(|row| row.sheep.title.clone()).collect();
        assert_eq!(walked, whole, "{sort:?}");
        request.start = Start::Before(pages[2].before.unwrap());
        let back = world.store.gallery(request.clone()).await.unwrap();
        assert_eq!(back, pages[1], "{sort:?}");
        request.start = Start::Before(pages[1].before.unwrap());
        let first = world.store.gallery(request).await.unwrap();
        assert_eq!(first.rows, pages[0].rows);
        assert_eq!(first.before, None);
    }
    let best = world.titles(wanted(Room::Living, Sort::Best, 2)).await;
    assert_eq!(best, ["Sheep 2", "Sheep 1"]);
    let newest = world.titles(wanted(Room::Living, Sort::Newest, 1)).await;
    let oldest = world.titles(wanted(Room::Living, Sort::Oldest, 1)).await;
    assert_eq!(
        (newest, oldest),
        (vec!["Sheep 6".into()], vec!["Sheep 0".into()])
    );
    let uncertain = world
        .titles(wanted(Room::Living, Sort::Uncertain, 50))
        .await;
    assert_eq!(uncertain[4..], ["Sheep 4", "Sheep 1", "Sheep 2"]);
    let loops = world.store.gallery(wanted(Room::Living, Sort::Best, 50));
    assert!(
        loops
            .await
            .unwrap()
            .rows
            .iter()
            .all(|row| row.clip.is_some())
    );
}

#[tokio::test]
async fn the_hall_holds_whoever_is_certainly_better_and_the_archive_whoever_retired() {
    let world = living(5).await;
    rate(
        &world,
        &[
            (0, 1.0, 0.01),
            (1, 2.0, 0.64),
            (2, 1.5, 0.6),
            (3, 0.3, 0.0001),
        ],
    )
    .await;
    let hall = world.titles(wanted(Room::Hall, Sort::Best, 50)).await;
    assert_eq!(hall, ["Sheep 0", "Sheep 1", "Sheep 3"]);
    assert_eq!(
        world.store.count_in_room(Room::Hall).await.unwrap(),
        Some(3)
    );
    let sheep = world.sheep_by_birth().await;
    world
        .store
        .let_leave(BTreeSet::from([sheep[0].clone()]))
        .await
        .unwrap();
    world.publish_everything().await;
    assert_eq!(
        world.store.retire_leaving().await.unwrap(),
        [sheep[0].clone()]
    );
    let archive = world.store.gallery(wanted(Room::Archive, Sort::Best, 50));
    let archive = archive.await.unwrap();
    assert_eq!(archive.rows.len(), 1);
    assert!(
        archive.rows[0].clip.is_some(),
        "its loop can still be watched"
    );
    assert!(archive.rows[0].sheep.retired_at_ms.is_some());
    let hall = world.titles(wanted(Room::Hall, Sort::Best, 50)).await;
    assert_eq!(hall.len(), 3, "whoever retired stays in the hall");
    let living = world.store.count_in_room(Room::Living).await.unwrap();
    assert_eq!(living, Some(4));
}

#[tokio::test]
async fn a_vote_moves_a_sheep_in_the_hall() {
    use super::votes::{deal_about, vote};
    use woolgather_protocol::votes::Answer;
    let world = living(2).await;
    let sheep = world.sheep_by_birth().await[0].clone();
    let ballot = deal_about(&world, 1, &sheep).await;
    vote(&world, 1, &ballot, Answer::Up).await.unwrap();
    let read = query("SELECT fame, rating_mean, rating_variance FROM sheep WHERE id = $1");
    let read = read.bind(sheep.as_str());
    let row = world.store.row(read).await.unwrap().unwrap();
    let (mean, variance): (f64, f64) = (
        row.try_get("rating_mean").unwrap(),
        row.try_get("rating_variance").unwrap(),
    );
    assert!(mean > 0.0);
    super::votes::close(row.try_get("fame").unwrap(), mean - 2.0 * variance.sqrt());
}

#[tokio::test]
async fn sheep_are_found_by_beginnings_of_words_by_tag_and_by_artist() {
    let world = living(4).await;
    let store = &world.store;
    let sheep = world.sheep_by_birth().await;
    store.set_title(&sheep[0], "Three  Lanterns").await.unwrap();
    store
        .set_title(&sheep[1], "A Lantern, ÜBER all")
        .await
        .unwrap();
    store
        .change_tags(&sheep[1], vec![tag("deep sea"), tag("red")], vec![])
        .await
        .unwrap();
    store
        .change_tags(&sheep[2], vec![tag("red"), tag("sea")], vec![])
        .await
        .unwrap();
    let check = async |filter: GalleryFilter, expected: &[usize]| {
        let request = GalleryRequest {
            filter: filter.clone(),
            ..wanted(Room::Living, Sort::Oldest, 50)
        };
        let page = store.gallery(request).await.unwrap();
        let ids: Vec<_> = page.rows.into_iter().map(|row| row.sheep.id).collect();
        let expected: Vec<_> = expected.iter().map(|place| sheep[*place].clone()).collect();
        assert_eq!(ids, expected, "{filter:?}");
        assert!(!page.is_cut);
    };
    check(found("lantern", &[], None), &[0, 1]).await;
    check(found("LANTERNS three", &[], None), &[0]).await;
    check(found("über", &[], None), &[1]).await;
    check(found("antern", &[], None), &[]).await;
    check(found("'; DROP TABLE sheep; --", &[], None), &[]).await;
    check(found("%", &[], None), &[0, 1, 2, 3]).await;
    check(found("sea", &[], None), &[1, 2]).await;
    check(found("", &["red"], None), &[1, 2]).await;
    check(found("", &["red", "deep-sea"], None), &[1]).await;
    check(found("", &["deep"], None), &[]).await;
    check(found("", &[], Some(" TEST ")), &[0, 1, 2, 3]).await;
    check(found("", &[], Some("Tes")), &[]).await;
    check(found("lantern", &["red"], Some("Test")), &[1]).await;
    check(found("test", &[], None), &[0, 1, 2, 3]).await;

    store
        .change_tags(&sheep[1], vec![], vec![tag("red")])
        .await
        .unwrap();
    check(found("", &["red"], None), &[2]).await;
    store.set_title(&sheep[0], "Plain").await.unwrap();
    check(found("lantern", &[], None), &[1]).await;
    let counts = store.frequent_tags(2).await.unwrap();
    let counts: Vec<_> = counts
        .iter()
        .map(|count| (count.tag.as_str(), count.sheep))
        .collect();
    assert_eq!(counts, [("deep-sea", 1), ("red", 1)]);
}

#[tokio::test]
async fn an_operators_words_are_checked_and_written_down() {
    let world = living(2).await;
    let store = &world.store;
    let sheep = world.sheep_by_birth().await;
    for title in ["", "  ", &"x".repeat(81)] {
        assert!(
            store.set_title(&sheep[0], title).await.is_err(),
            "{title:?}"
        );
    }
    let nobody: SheepId = "nobody".parse().unwrap();
    assert!(store.set_title(&nobody, "Title").await.is_err());
    assert!(
        store
            .change_tags(&nobody, vec![tag("a")], vec![])
            .await
            .is_err()
    );

    let before = store.flock().await.unwrap().manifest_sequence;
    store.set_title(&sheep[0], " Owl <b> ").await.unwrap();
    assert_eq!(store.sheep(&sheep[0]).await.unwrap().title, "Owl <b>");
    let clips = store.clips_of_sheep(&sheep[0]).await.unwrap();
    let titles: Vec<_> = clips.iter().map(|clip| &*clip.title).collect();
    assert_eq!(
        titles,
        ["Owl <b>", "Owl <b> → Sheep 1", "Sheep 1 → Owl <b>"]
    );
    assert!(store.flock().await.unwrap().manifest_sequence > before);
    let tags = store.change_tags(&sheep[0], vec![tag("owl")], vec![]).await;
    assert_eq!(tags.unwrap(), [tag("owl")]);
    let log = store.operator_log(PageRequest::default()).await.unwrap();
    let actions: Vec<_> = log.rows.iter().map(|line| &*line.action).collect();
    assert_eq!(actions, ["tag", "title"]);
}

#[tokio::test]
async fn chance_leads_to_a_living_sheep() {
    let world = World::with_sheep(3).await;
    assert_eq!(world.store.any_sheep(7).await.unwrap(), None);
    world.publish_everything().await;
    let living: BTreeSet<_> = live_sheep(&world.store).await.into_iter().collect();
    let mut met = BTreeSet::new();
    for draw in [0, 1, 2, u64::MAX] {
        met.extend(world.store.any_sheep(draw).await.unwrap());
    }
    assert_eq!(met, living);
}

#[tokio::test]
async fn a_glance_counts_what_goes_on() {
    let world = World::with_sheep(2).await;
    let before = world.store.glance().await.unwrap();
    assert_eq!((before.living, before.clips_rendering), (0, 2));
    world.publish_everything().await;
    let after = world.store.glance().await.unwrap();
    assert_eq!((after.living, after.clips_rendering), (2, 0));
    // Two loops and two edges of four frames each.
    assert_eq!(after.frames_today, 16);
    world.minutes_pass(24 * 60);
    assert_eq!(world.store.glance().await.unwrap().frames_today, 0);
}

#[tokio::test]
async fn what_was_there_before_the_gallery_is_found_in_it() {
    use super::renewal::{born, child};
    let mut world = living(2).await;
    let parents = world.sheep_by_birth().await;
    let bred = born(&world, child(9, &parents, &[0.0, 0.0])).await;
    let family = world.store.family(&bred).await.unwrap();
    let tags = world.store.tags_of(&bred).await.unwrap();
    // As a store looks that an older program made.
    let forget = world.store.write(|tx| {
        tx.conn.script(
            "DELETE FROM kinship; DELETE FROM sheep_tag; DELETE FROM sheep_term;
             UPDATE sheep SET fame = 0, artist = 'bred by the flock' WHERE artist = 'the flock';",
        )?;
        let migration = include_str!("../../../migrations/0008_gallery.sql");
        let update = migration.rsplit_once("UPDATE").unwrap().1;
        tx.conn.script(&format!("UPDATE{update}"))?;
        fill(tx.conn)
    });
    forget.await.unwrap();
    world.restart().await;
    assert_eq!(world.store.family(&bred).await.unwrap(), family);
    assert_eq!(world.store.tags_of(&bred).await.unwrap(), tags);
    assert_eq!(world.store.sheep(&bred).await.unwrap().artist, BRED);
    let row = query("SELECT fame FROM sheep WHERE id = $1").bind(parents[0].as_str());
    let row = world.store.row(row).await.unwrap().unwrap();
    super::votes::close(row.try_get("fame").unwrap(), -2.4);
    let request = GalleryRequest {
        filter: found("sheep", &[], None),
        ..wanted(Room::Living, Sort::Best, 50)
    };
    assert_eq!(world.titles(request).await.len(), 2);
}

/// As many sheep as a flock has after years, in a few statements; every third has retired. Each has the terms of the
/// first sheep, and its tag.
async fn crowd(world: &World, sheep: i64) {
    for statement in [
        "WITH RECURSIVE n (i) AS (SELECT CAST(101 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 100 + $1)
         INSERT INTO genome (id, canonical)
         SELECT '0000000000000000000000000000000000000000000000000000000000' || (100000 + n.i), one.canonical
         FROM n CROSS JOIN (SELECT canonical FROM genome LIMIT 1) AS one",
        "WITH RECURSIVE n (i) AS (SELECT CAST(101 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 100 + $1)
         INSERT INTO sheep (number, id, title, artist, genome, licence, parents, state, born_ms, rating_mean,
                            rating_variance, rated_ms, fame)
         SELECT n.i, 'crowd' || n.i, 'Sheep ' || n.i, 'Test',
                '0000000000000000000000000000000000000000000000000000000000' || (100000 + n.i), 'CC0-1.0', '[]',
                CASE n.i % 3 WHEN 0 THEN 'retired' ELSE 'live' END, n.i,
                CAST(n.i % 997 AS DOUBLE PRECISION) / 300.0 - 1.5,
                CAST(n.i % 89 AS DOUBLE PRECISION) / 89.0, n.i,
                CAST(n.i % 997 AS DOUBLE PRECISION) / 300.0 - 2.5
         FROM n",
        "WITH RECURSIVE n (i) AS (SELECT CAST(101 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 100 + $1)
         INSERT INTO sheep_term (sheep, term)
         SELECT n.i, one.term FROM n CROSS JOIN (SELECT term FROM sheep_term WHERE sheep = 1) AS one",
        "WITH RECURSIVE n (i) AS (SELECT CAST(101 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 100 + $1)
         INSERT INTO sheep_tag (sheep, tag, source) SELECT 'crowd' || n.i, 'red', 'measured' FROM n",
        ] {
        let made = world.store.write(move |tx| {
            query(statement).bind(sheep).execute(&mut *tx.conn)?;
            if std::env::var_os("WOOLGATHER_TEST_POSTGRES").is_some() {
                // What a server does by itself after a while: it plans by the sizes that it knows.
                tx.conn.script("ANALYZE")?;
            }
            Ok(())
        });
        made.await.unwrap();
    }
}

/// What pages of the gallery ask for.
fn requests() -> Vec<(&'static str, GalleryRequest)> {
    let living = |sort| wanted(Room::Living, sort, 24);
    let filtered = |filter| GalleryRequest {
        filter,
        ..living(Sort::Best)
    };
    vec![
        ("best", living(Sort::Best)),
        ("newest", living(Sort::Newest)),
        ("uncertain", living(Sort::Uncertain)),
        ("hall", wanted(Room::Hall, Sort::Best, 24)),
        ("archive", wanted(Room::Archive, Sort::Best, 24)),
        ("a common tag", filtered(found("", &["red"], None))),
        ("a rare word", filtered(found("lantern", &[], None))),
        (
            "common words",
            filtered(found("sheep test", &["red"], Some("Test"))),
        ),
        (
            "words of nobody",
            filtered(found("sheep zzz", &["red"], None)),
        ),
    ]
}

/// The quickest of several runs.
async fn quickest(world: &World, request: &GalleryRequest) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..15 {
        let started = Instant::now();
        world.store.gallery(request.clone()).await.unwrap();
        world.store.count_in_room(request.room).await.unwrap();
        best = best.min(started.elapsed());
    }
    best
}

/// How many sheep make a crowd: 20,000 (on PostgreSQL 2,000, since they come one by one), or what
/// `WOOLGATHER_TEST_CROWD` says.
fn crowd_size() -> i64 {
    let server = std::env::var_os("WOOLGATHER_TEST_POSTGRES").is_some();
    let usual = if server { 2_000 } else { 20_000 };
    let said = std::env::var("WOOLGATHER_TEST_CROWD");
    said.map_or(usual, |size| size.parse().unwrap())
}

#[tokio::test]
async fn a_page_among_twenty_thousand_sheep_is_no_longer_than_among_forty() {
    let world = living(40).await;
    let sheep = world.sheep_by_birth().await;
    world
        .store
        .change_tags(&sheep[0], vec![tag("red")], vec![])
        .await
        .unwrap();
    world.store.set_title(&sheep[1], "Lantern").await.unwrap();
    let mut few = Vec::new();
    for (_, request) in requests() {
        few.push(quickest(&world, &request).await);
    }
    let size = crowd_size();
    crowd(&world, size).await;
    for ((name, request), before) in requests().into_iter().zip(few) {
        let after = quickest(&world, &request).await;
        // For people: how long it takes on a busy machine proves nothing. That pages are read by index does.
        println!("{name}: {before:?} with 40 sheep, {after:?} with {size} more");
        let page = world.store.gallery(request).await.unwrap();
        assert!(page.rows.len() <= 24, "{name}");
    }
    let count = world.store.count_in_room(Room::Living).await.unwrap();
    assert_eq!(count, None, "nobody counts that far");
    let newest = query("SELECT MAX(number) AS newest FROM sheep");
    let row = world.store.row(newest).await.unwrap().unwrap();
    assert_eq!(number::<i64>(&row, "newest").unwrap(), 100 + size);
}

#[tokio::test]
async fn every_page_is_read_by_index() {
    if std::env::var_os("WOOLGATHER_TEST_POSTGRES").is_some() {
        return; // Its plans follow from statistics.
    }
    let world = living(2).await;
    for (name, statement) in statements() {
        let plan = world.store.read(move |conn| {
            let sql = format!("EXPLAIN QUERY PLAN {statement}");
            let values = vec![Value::Null; 17];
            let wanted = if statement.contains("$17") { 17 } else { 4 };
            let rows = conn.rows(&sql, &values[..wanted])?;
            rows.iter()
                .map(|row| Ok(row.try_get::<String>("detail")?))
                .collect::<Result<Vec<_>, StoreError>>()
        });
        let plan = plan.await.unwrap();
        let has = |words: &str| plan.iter().any(|line| line.contains(words));
        if name.ends_with("driven") {
            assert!(
                has("SEARCH sheep_term USING COVERING INDEX sheep_term_term"),
                "{name}: {plan:#?}"
            );
            assert!(
                has("SEARCH sheep USING INDEX sqlite_autoindex_sheep_1 (number=?)"),
                "{name}: {plan:#?}"
            );
        } else {
            let index = name.split(' ').next().unwrap();
            assert!(
                has(&format!("SEARCH sheep USING INDEX {index} (")),
                "{name}: {plan:#?}"
            );
            assert!(!has("TEMP B-TREE"), "{name} is put in order: {plan:#?}");
        }
    }
}
