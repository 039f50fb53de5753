//! What others see of people: boards, pages, groups, teams.

use woolgather_protocol::people::UnitFate;

use super::*;

#[tokio::test]
async fn credit_is_on_the_boards_of_those_who_want_it() {
    let world = World::with_sheep(1).await;
    let store = &world.store;
    world.come(1..=4).await;
    for lease in world.lease(device(1), 2).await {
        world.submit(device(1), &lease).await;
    }
    loop {
        let audits = world.lease(device(2), 4).await;
        if audits.is_empty() {
            break;
        }
        for audit in audits {
            world.audit(device(2), &audit, true).await;
        }
    }
    let ada = person(&world, "ada", 1).await;
    let code = store.screensaver_code(ada).await.unwrap().code;
    store.take_link(device(1), &code).await.unwrap();
    let credit = store.device(device(1)).await.unwrap().unwrap().credit;
    assert!(credit > 0);
    let boards = store.boards().await.unwrap();
    assert!(boards.people.people.is_empty() && boards.this_week.is_empty());
    assert_eq!((boards.people.other_devices, boards.unlisted), (1, 1));

    let listed = NewProfile {
        name: "Ada".into(),
        about: String::new(),
        tags: vec!["gold".parse().unwrap()],
        listed: true,
    };
    store.change_person(ada, listed).await.unwrap();
    let boards = store.boards().await.unwrap();
    let line = &boards.people.people[0];
    assert_eq!((line.credit, line.credit_week), (credit, credit));
    assert_eq!(boards.this_week, boards.people.people);
    assert_eq!((boards.people.other_devices, boards.unlisted), (0, 0));

    let figures = store.figures(ada).await.unwrap();
    assert_eq!((figures.line.credit, figures.frames), (credit, 4));
    assert!(figures.bytes > 0);
    let page = PageRequest {
        after: None,
        limit: 1,
    };
    let newest = store.units_of(ada, page).await.unwrap();
    let rest = PageRequest {
        after: newest.next,
        limit: 1,
    };
    let oldest = store.units_of(ada, rest).await.unwrap();
    assert_eq!(oldest.next, None);
    let units: Vec<_> = newest.rows.iter().chain(&oldest.rows).collect();
    assert_eq!(units.len(), 2);
    assert_ne!(units[0].id, units[1].id);
    assert!(units.iter().all(|unit| unit.state == UnitFate::Accepted));
    assert_eq!(units.iter().map(|unit| unit.credit).sum::<u64>(), credit);

    let machines = store.machines().await.unwrap();
    assert!(machines.by_class.is_empty() && machines.by_tag.is_empty());
    assert_eq!((machines.small_classes, machines.small_tags), (1, 1));
    world.clock.advance_ms(8 * 24 * 60 * MINUTE_MS);
    let boards = store.boards().await.unwrap();
    assert!(boards.this_week.is_empty() && boards.people.people.len() == 1);
}

#[tokio::test]
async fn a_page_that_an_operator_hid_stays_hidden_until_it_is_shown() {
    let world = World::with_sheep(1).await;
    let store = &world.store;
    let ada = person(&world, "ada", 1).await;
    let list = async || {
        let profile = NewProfile {
            name: "Ada".into(),
            about: String::new(),
            tags: Vec::new(),
            listed: true,
        };
        store.change_person(ada, profile).await.unwrap();
        store.person(ada).await.unwrap()
    };
    assert!(list().await.listed);
    store
        .hide_person(&handle("ada"), "An insult.")
        .await
        .unwrap();
    let hidden = list().await;
    assert_eq!(
        (hidden.listed, hidden.hidden.as_deref()),
        (false, Some("An insult."))
    );
    assert_eq!(
        store.people_for_operators().await.unwrap()[0].hidden,
        hidden.hidden
    );
    store.show_person(&handle("ada"), "Sorry.").await.unwrap();
    assert!(list().await.listed);
    let nobody = store.hide_person(&handle("bo"), "Why.").await;
    assert_eq!(kind(nobody), ProblemKind::NotFound);
    store
        .remove_person(&handle("ada"), ArtistName::Keep, "A farm.")
        .await
        .unwrap();
    assert!(store.people_for_operators().await.unwrap().is_empty());
    assert_eq!(kind(store.person(ada).await), ProblemKind::NotFound);
}

#[tokio::test]
async fn twenty_people_make_a_group() {
    let world = World::with_sheep(1).await;
    for number in 1..=20 {
        let id = person(&world, &format!("p{number:02}"), number).await;
        let profile = NewProfile {
            name: String::new(),
            about: String::new(),
            tags: vec!["gold".parse().unwrap()],
            listed: false,
        };
        world.store.change_person(id, profile).await.unwrap();
        let groups = world.store.machines().await.unwrap();
        let shown = groups.by_tag.first().map(|group| group.count);
        assert_eq!(shown, (number == 20).then_some(20));
    }
}

#[tokio::test]
async fn a_team_is_there_as_long_as_somebody_is_in_it() {
    let world = World::with_sheep(1).await;
    let store = &world.store;
    let (ada, bo) = ada_and_bo(&world).await;
    let owls = || NewTeam {
        handle: handle("owls"),
        name: "Night owls".into(),
        about: "Late.".into(),
    };
    store.make_team(ada, owls()).await.unwrap();
    assert_eq!(
        kind(store.make_team(bo, owls()).await),
        ProblemKind::HandleTaken
    );
    store.join_team(bo, &handle("owls")).await.unwrap();
    let team = store.team(&handle("owls")).await.unwrap();
    assert_eq!((team.line.members, team.named.len()), (2, 0));
    assert_eq!(
        kind(store.join_team(bo, &handle("none")).await),
        ProblemKind::NotFound
    );
    store.leave_team(bo).await.unwrap();
    assert_eq!(store.teams().await.unwrap()[0].members, 1);
    store.delete_person(ada, ArtistName::Keep).await.unwrap();
    assert!(store.teams().await.unwrap().is_empty());
}
