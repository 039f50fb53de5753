//! Families: five generations each way, each tie once, and whose works they descend from.

use woolgather_protocol::SheepId;

use super::renewal::{born, child};
use super::support::*;
use super::votes::living;
use crate::store::database::query;
use crate::store::{BRED, Family, GENERATIONS_MAX, Tie};

fn ids(ties: &[Tie], which: impl Fn(&Tie) -> &SheepId) -> Vec<SheepId> {
    ties.iter().map(|tie| which(tie).clone()).collect()
}

/// A line of sheep, each the child of the one before, below a founder.
async fn line(world: &World, founder: &SheepId, length: usize) -> Vec<SheepId> {
    let mut all = vec![founder.clone()];
    for place in 0..length {
        let parent = all.last().unwrap().clone();
        all.push(born(world, child(100 + place, &[parent], &[0.0])).await);
    }
    all
}

#[tokio::test]
async fn a_family_reaches_five_generations_each_way_and_no_further() {
    let world = living(1).await;
    let founder = live_sheep(&world.store).await.remove(0);
    let all = line(&world, &founder, 12).await;
    let family = world.store.family(&all[6]).await.unwrap();
    let up = ids(&family.ancestors, |tie| &tie.parent);
    let down = ids(&family.descendants, |tie| &tie.child);
    let nearest_first: Vec<_> = all[1..=5].iter().rev().cloned().collect();
    assert_eq!(up, nearest_first);
    assert_eq!(down, all[7..=11]);
    let generations: Vec<_> = family.ancestors.iter().map(|tie| tie.generation).collect();
    assert_eq!(generations, [1, 2, 3, 4, 5]);
    assert_eq!(generations.len(), GENERATIONS_MAX as usize);
    assert_eq!(family.relatives.len(), 10);
    assert!(!family.is_cut && !family.relatives.contains_key(&all[6]));
    let nobody: SheepId = "nobody".parse().unwrap();
    assert_eq!(
        world.store.family(&nobody).await.unwrap(),
        Family::default()
    );
}

#[tokio::test]
async fn parents_keep_their_order_and_cousins_may_meet() {
    let world = living(2).await;
    let mut founders = live_sheep(&world.store).await;
    founders.reverse();
    let [a, b] = [founders[0].clone(), founders[1].clone()];
    let first = born(&world, child(50, &[b.clone(), a.clone()], &[0.0, 0.0])).await;
    let second = born(&world, child(51, &[a.clone(), b.clone()], &[0.0, 0.0])).await;
    let inbred = born(
        &world,
        child(52, &[first.clone(), second.clone()], &[0.0, 0.0]),
    )
    .await;
    let parents = async |sheep: &SheepId| {
        let family = world.store.family(sheep).await.unwrap();
        family
            .parents()
            .map(|parent| parent.id.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(parents(&first).await, [b.clone(), a.clone()]);
    assert_eq!(parents(&second).await, [a.clone(), b.clone()]);
    let family = world.store.family(&inbred).await.unwrap();
    assert_eq!(
        family.ancestors.len(),
        6,
        "two ties, then two for each of them"
    );
    assert_eq!(family.relatives.len(), 4);
    let children: Vec<_> = { world.store.family(&a).await.unwrap() }
        .children()
        .map(|child| child.id.clone())
        .collect();
    assert_eq!(children, [first, second]);
}

#[tokio::test]
async fn a_family_of_thousands_is_cut() {
    let world = living(1).await;
    let founder = live_sheep(&world.store).await.remove(0);
    for place in 0..210 {
        born(
            &world,
            child(200 + place, std::slice::from_ref(&founder), &[0.0]),
        )
        .await;
    }
    let family = world.store.family(&founder).await.unwrap();
    assert_eq!((family.descendants.len(), family.is_cut), (200, true));
}

#[tokio::test]
async fn credits_are_inherited_however_far() {
    let world = living(2).await;
    let mut founders = live_sheep(&world.store).await;
    founders.reverse();
    let named = founders.clone();
    let renamed = world.store.write(move |tx| {
        for (sheep, artist, licence) in [
            (&named[0], "Ines", "CC-BY-4.0"),
            (&named[1], "Ada", "CC0-1.0"),
        ] {
            query("UPDATE sheep SET artist = $2, licence = $3 WHERE id = $1")
                .bind(sheep.as_str())
                .bind(artist)
                .bind(licence)
                .execute(&mut *tx.conn)?;
        }
        Ok(())
    });
    renamed.await.unwrap();
    let all = line(&world, &founders[0], 8).await;
    let youngest = born(
        &world,
        child(60, &[all[8].clone(), founders[1].clone()], &[0.0, 0.0]),
    )
    .await;
    let credits = world.store.inherited_credits(&youngest).await.unwrap();
    let credits: Vec<_> = { credits.iter() }
        .map(|credit| (&*credit.artist, &*credit.licence))
        .collect();
    assert_eq!(credits, [("Ada", "CC0-1.0"), ("Ines", "CC-BY-4.0")]);
    let own = world.store.inherited_credits(&founders[0]).await.unwrap();
    assert_eq!(own, []);
    assert_eq!(world.store.sheep(&youngest).await.unwrap().artist, BRED);
}
