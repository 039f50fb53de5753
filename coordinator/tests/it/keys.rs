//! The coordinator's key: clients have pinned it, so it is never replaced.

use std::sync::Arc;

use woolgather_coordinator::clock::MockClock;
use woolgather_coordinator::config::Config;
use woolgather_coordinator::keys::usual_file;
use woolgather_coordinator::serve;

use crate::support::{NOW_MS, tiny_recipe};

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_key_is_missed_and_another_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::for_tests(folder.path(), tiny_recipe());
    let clock = Arc::new(MockClock::at(NOW_MS));
    let bind = || serve::bind(config.clone(), clock.clone());
    bind().await.unwrap();
    let file = usual_file(folder.path());
    let kept = folder.path().join("kept");
    std::fs::rename(&file, &kept).unwrap();
    let words = format!("{:#}", bind().await.err().unwrap());
    assert!(words.contains("there is no key file"), "{words}");
    assert!(!file.exists(), "no other is made");

    std::fs::write(&file, "11".repeat(32)).unwrap();
    let words = format!("{:#}", bind().await.err().unwrap());
    assert!(words.contains("sign with another key"), "{words}");
    std::fs::rename(&kept, &file).unwrap();
    bind().await.unwrap();
}
