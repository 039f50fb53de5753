//! A store carried over to another place, whole and in pieces.

use super::support::*;
use crate::store::copying::tables;
use crate::store::database::query;
use crate::store::{Place, Progress, Store, StoreError, copy_store};

const NOW_MS: i64 = 1_800_000_000_000;

/// A world in which most tables hold something.
async fn busy_world() -> World {
    let world = World::with_sheep(3).await;
    world.store.register_device(device(1), "Ada").await.unwrap();
    let leases = world.lease(device(1), 4).await;
    for lease in &leases[..2] {
        world.submit(device(1), lease).await;
    }
    world.come(2..=4).await;
    for audit in world.lease(device(2), 2).await {
        world.audit(device(2), &audit, true).await;
    }
    world
}

async fn copy(world: &World, to: &Place) -> Result<Vec<Progress>, StoreError> {
    let (from, to) = (world.place(), to.clone());
    let copying = tokio::task::spawn_blocking(move || {
        let mut seen = Vec::new();
        copy_store(&from, &to, NOW_MS, &mut |progress| seen.push(progress))?;
        Ok(seen)
    });
    copying.await.unwrap()
}

async fn open(world: &World, place: &Place) -> Store {
    Store::open(place.clone(), world.clock.clone(), [7; 32])
        .await
        .unwrap()
}

#[tokio::test]
async fn a_copy_is_the_same_flock_with_the_same_work() {
    let world = busy_world().await;
    let folder = tempfile::tempdir().unwrap();
    let to = Place::from(folder.path());
    let seen = copy(&world, &to).await.unwrap();
    let last = seen.last().unwrap();
    assert_eq!(last.rows, last.of);
    let copied = open(&world, &to).await;
    assert_eq!(
        copied.status().await.unwrap(),
        world.store.status().await.unwrap()
    );
    let key = device(9);
    assert_eq!(
        copied.manifest(key).await.unwrap(),
        world.store.manifest(key).await.unwrap()
    );
}

#[tokio::test]
async fn a_copy_that_broke_off_goes_on_and_twice_is_harmless() {
    let world = busy_world().await;
    let folder = tempfile::tempdir().unwrap();
    let to = Place::from(folder.path());
    copy(&world, &to).await.unwrap();
    let begun = open(&world, &to).await;
    begun
        .write(|tx| {
            // As if it had ended before these.
            query("DELETE FROM audit").execute(tx.conn)?;
            query("DELETE FROM credit").execute(tx.conn)?;
            Ok(())
        })
        .await
        .unwrap();
    copy(&world, &to).await.unwrap();
    assert_eq!(
        begun.status().await.unwrap(),
        world.store.status().await.unwrap()
    );
}

#[tokio::test]
async fn another_flock_is_not_overwritten() {
    let (world, other) = (busy_world().await, World::with_sheep(1).await);
    // Worlds draw the same random numbers; flocks do not.
    let renamed = other.store.write(|tx| {
        query("UPDATE flock SET network_key = 'another'").execute(tx.conn)?;
        Ok(())
    });
    renamed.await.unwrap();
    let refused = copy(&world, &other.place()).await.unwrap_err();
    assert!(refused.to_string().contains("another flock"), "{refused}");
    assert_eq!(other.store.status().await.unwrap().devices, 0);
}

#[tokio::test]
async fn a_copy_from_a_later_state_says_that_it_does_not_fit() {
    let world = busy_world().await;
    let folder = tempfile::tempdir().unwrap();
    let to = Place::from(folder.path());
    copy(&world, &to).await.unwrap();
    open(&world, &to)
        .await
        .register_device(device(250), "later")
        .await
        .unwrap();
    let refused = copy(&world, &to).await.unwrap_err();
    assert!(refused.to_string().contains("begin again"), "{refused}");
}

#[tokio::test]
async fn every_column_of_the_schema_is_copied() {
    let folder = tempfile::tempdir().unwrap();
    let clock = std::sync::Arc::new(crate::clock::MockClock::at(NOW_MS));
    let store = Store::open(folder.path(), clock, [1; 32]).await.unwrap();
    let found = store.rows(query(
        "SELECT schema.name AS name, info.name AS column_name
         FROM sqlite_schema AS schema JOIN pragma_table_info(schema.name) AS info
         WHERE schema.type = 'table' AND schema.name <> 'migration'",
    ));
    let mut in_schema: Vec<(String, String)> = found
        .await
        .unwrap()
        .iter()
        .map(|row| {
            (
                row.try_get("name").unwrap(),
                row.try_get("column_name").unwrap(),
            )
        })
        .collect();
    let mut copied: Vec<(String, String)> = tables()
        .flat_map(|(name, columns)| {
            columns
                .into_iter()
                .map(move |column| (name.into(), column.into()))
        })
        .collect();
    in_schema.sort_unstable();
    copied.sort_unstable();
    assert_eq!(copied, in_schema);
}
