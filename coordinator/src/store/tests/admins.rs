//! Links to the console, and the sessions they open.

use super::support::*;
use crate::store::{LINK_LASTS, SESSION_LASTS};

#[tokio::test]
async fn a_link_opens_one_session_and_is_of_no_use_after_that() {
    let world = World::with_sheep(1).await;
    let store = &world.store;
    assert!(!store.has_had_admin_link().await.unwrap());
    let link = store.new_admin_link().await.unwrap();
    assert!(store.has_had_admin_link().await.unwrap());
    assert!(!store.is_admin_session(&link).await.unwrap());
    assert_eq!(store.open_admin_session("guessed").await.unwrap(), None);

    let session = store.open_admin_session(&link).await.unwrap().unwrap();
    assert_ne!(session, link);
    assert!(store.is_admin_session(&session).await.unwrap());
    assert_eq!(store.open_admin_session(&link).await.unwrap(), None);
    assert_eq!(store.open_admin_session(&session).await.unwrap(), None);

    let other = store.new_admin_link().await.unwrap();
    let other = store.open_admin_session(&other).await.unwrap().unwrap();
    store.end_admin_sessions().await.unwrap();
    for session in [session, other] {
        assert!(!store.is_admin_session(&session).await.unwrap());
    }
}

#[tokio::test]
async fn links_and_sessions_end_by_themselves() {
    let world = World::with_sheep(1).await;
    let store = &world.store;
    let lasts_ms = |lasts: std::time::Duration| i64::try_from(lasts.as_millis()).unwrap();
    let (late, used) = (
        store.new_admin_link().await.unwrap(),
        store.new_admin_link().await.unwrap(),
    );
    let session = store.open_admin_session(&used).await.unwrap().unwrap();
    world.clock.advance_ms(lasts_ms(LINK_LASTS) + 1);
    assert_eq!(store.open_admin_session(&late).await.unwrap(), None);
    assert!(store.is_admin_session(&session).await.unwrap());
    world.clock.advance_ms(lasts_ms(SESSION_LASTS));
    assert!(!store.is_admin_session(&session).await.unwrap());
    // What is long over is cleared away, but not that there was one.
    store.new_admin_link().await.unwrap();
    assert!(store.has_had_admin_link().await.unwrap());
}
