//! What happens from one step to the next: order, speed, boundaries, what is written down.

use std::time::Duration;

use woolgather_agent::situation::{InSaver, Power, Sleep};
use woolgather_agent::state::SavedPause;
use woolgather_agent::{Effect, Effort, Pause, RenderWhen, Situation, State};

use crate::world::{STEP, World};

const FULL: Effort = Effort {
    cores: 2,
    card_percent: 100,
};

#[test]
fn the_first_step_on_an_idle_machine_begins_everything() {
    assert_eq!(
        World::new().step_effects(),
        [
            Effect::OpenSaver,
            Effect::StartSending,
            Effect::StartFetching,
            Effect::StartSharing { kib_per_s_max: 512 },
            Effect::StartWork(FULL),
        ]
    );
}

#[test]
fn a_step_in_which_nothing_changes_does_nothing() {
    let mut world = World::new().step().pass(STEP);
    assert_eq!(world.step_effects(), []);
}

#[test]
fn work_stops_first_in_the_very_step_that_sees_input() {
    let mut world = World::new().step().pass(STEP).key(InSaver::Other);
    assert_eq!(world.step_effects(), [Effect::StopWork, Effect::CloseSaver]);
}

#[test]
fn the_card_is_given_back_a_second_after_work_stops() {
    let world = World::new().step().touch().step();
    assert!(world.desk.card_held);
    let world = world.pass(STEP).step().pass(STEP).step();
    assert!(
        world.desk.card_held,
        "too soon: work might have come right back"
    );
    assert!(!world.wait(1).desk.card_held);
}

#[test]
fn the_card_is_given_back_when_work_goes_on_without_it() {
    let world = World::new()
        .set(|s| s.render.when = RenderWhen::Always)
        .step()
        .with(|s| s.full_screen = Some("mpv".to_owned()))
        .step();
    assert!(world.desk.card_held && world.desk.work.is_some());
    assert!(!world.wait(2).desk.card_held);
}

/// Counts how often work starts while `wobble` is applied every second for ten minutes.
#[track_caller]
fn check_starts(wobble: fn(&mut Situation, u64), starts_max: usize) {
    let mut world = World::new()
        .set(|s| s.render.on_battery = true)
        .with(|s| wobble(s, 0));
    let mut starts = 0;
    for second in 0..600 {
        world = world
            .with(|s| wobble(s, second))
            .pass(Duration::from_secs(1));
        let effects = world.step_effects();
        let started = |effect: &&Effect| matches!(effect, Effect::StartWork(_));
        starts += effects.iter().filter(started).count();
    }
    assert!(starts <= starts_max, "work started {starts} times");
}

#[test]
fn nothing_flaps_at_a_boundary() {
    let wobble = |s: &mut Situation, second| {
        s.power = Power::Battery(Some(if second % 2 == 0 { 79 } else { 80 }));
    };
    check_starts(wobble, 0);
    let wobble = |s: &mut Situation, second| {
        s.temperature_c = Some(if second % 2 == 0 { 85 } else { 84 });
    };
    check_starts(wobble, 0);
    let wobble = |s: &mut Situation, second| {
        s.others_cpu_percent = Some(if second % 2 == 0 { 26 } else { 25 });
    };
    check_starts(wobble, 0);
}

#[test]
fn a_loose_plug_starts_work_at_most_every_ten_seconds() {
    let wobble = |s: &mut Situation, second| {
        let low = Power::Battery(Some(50));
        s.power = if second % 2 == 0 { low } else { Power::Mains };
    };
    check_starts(wobble, 60);
}

#[test]
fn work_that_stopped_says_that_it_comes_back() {
    let world = World::new().step().battery(50).step();
    let world = world.with(|s| s.power = Power::Mains).wait(5);
    assert_eq!(world.sentence(), "Not rendering: back in a moment.");
    assert_eq!(world.desk.work, None);
    assert_eq!(world.wait(6).desk.work, Some(FULL));
}

#[test]
fn going_to_sleep_stops_work_and_waking_up_starts_nothing() {
    let world = World::new()
        .step()
        .with(|s| s.sleep = Sleep::GoingDown)
        .step();
    assert_eq!(world.desk.words(), "- | - | -");
    let world = world
        .pass(Duration::from_secs(8 * 3600))
        .with(|s| s.sleep = Sleep::JustWoke)
        .step();
    assert_eq!(world.desk.words(), "- | - | send fetch share");
    assert!(!world.desk.saver && world.wait(290).desk.words().starts_with("- | "));
}

#[test]
fn a_night_asleep_is_no_idle_night_even_if_the_counter_says_so() {
    let world = World::new().touch().step().wait(10);
    let world = world.pass(Duration::from_secs(8 * 3600)).step();
    assert_eq!(world.desk.words(), "- | - | send fetch share");
}

#[test]
fn a_pause_is_written_when_it_begins_and_when_it_ends() {
    let world = World::new().step().pause(Some(60)).step();
    let saved = SavedPause::For {
        left_s: 60,
        written_unix_s: world.situation.unix_s,
    };
    assert_eq!(world.desk.written, Some(State { pause: saved }));
    let mut world = world;
    world.desk.written = None;
    let mut world = world.wait(59);
    assert_eq!(world.desk.written, None, "counting down is not written");
    world = world.wait(2);
    assert_eq!(world.desk.written, Some(State::of(Pause::No, 0)));
}

#[test]
fn a_pause_is_written_again_when_the_clock_jumps() {
    let mut world = World::new().step().pause(Some(3600)).step();
    world.desk.written = None;
    world = world.with(|s| s.unix_s += 1_000_000).step();
    assert!(world.desk.written.is_some());
    let world = world.restart(60).step();
    assert_eq!(world.sentence(), "Paused for another 59 minutes.");
}

#[test]
fn resuming_writes_and_resuming_twice_does_not() {
    let mut world = World::new().step().pause(None).step().resume().step();
    assert_eq!(world.desk.written, Some(State::default()));
    world.desk.written = None;
    assert_eq!(world.resume().step().desk.written, None);
}

#[test]
fn a_new_speed_is_passed_on() {
    let mut world = World::new().step();
    world = world.set(|s| s.network.upload_kib_per_s_max = 64);
    assert_eq!(
        world.step_effects(),
        [Effect::StartSharing { kib_per_s_max: 64 }]
    );
}

#[test]
fn a_flock_that_is_too_large_is_trimmed_once_for_each_size() {
    let world = World::new().step().with(|s| s.cache_bytes = 5 << 30);
    let world = world.step().step();
    assert_eq!(world.desk.trims, [2 << 30]);
    let world = world.set(|s| s.disk.flock_gib_max = 1).step().step();
    assert_eq!(world.desk.trims, [2 << 30, 1 << 30]);
}

#[test]
fn an_agent_that_ends_leaves_nothing_running() {
    let mut world = World::new().step();
    for effect in world.agent.clone().stop() {
        world.desk.carry_out(&effect);
    }
    assert_eq!(world.desk.words(), "- | - | -");
    assert!(!world.desk.card_held);
}

#[track_caller]
fn check_other_sentences(world: World, saver: &str, network: [&str; 2]) {
    let world = world.step();
    let decision = world.agent.decision().unwrap();
    assert_eq!(decision.saver.to_string(), saver);
    assert_eq!(decision.network_sentences(), network);
}

#[test]
fn saver_and_network_have_sentences_of_their_own() {
    const OPEN: [&str; 2] = ["Fetching new sheep.", "Sharing sheep."];
    check_other_sentences(World::new(), "The saver is showing.", OPEN);
    check_other_sentences(
        World::new().touch(),
        "No saver: it starts after 5 minutes without input.",
        OPEN,
    );
    check_other_sentences(
        World::new().with(|s| s.locked = true),
        "No saver: the session is locked.",
        OPEN,
    );
    check_other_sentences(
        World::new().with(|s| s.host_saver = Some("XScreenSaver".to_owned())),
        "No saver: XScreenSaver is showing the flock.",
        OPEN,
    );
    check_other_sentences(
        World::new().with(|s| s.host_chosen = Some("Windows".to_owned())),
        "No saver: Windows shows the flock in its own time.",
        OPEN,
    );
    check_other_sentences(
        World::new().battery(63),
        "No saver: on battery, 63 %.",
        ["Fetching new sheep.", "Not sharing: on battery, 63 %."],
    );
    check_other_sentences(
        World::new().with(|s| s.disk_free_bytes = Some(7 << 29)),
        "The saver is showing.",
        [
            "Not fetching: 3.5 GiB are free and 5 GiB are to stay free.",
            "Sharing sheep.",
        ],
    );
    check_other_sentences(
        World::new().with(|s| s.cache_bytes = 5 << 29),
        "The saver is showing.",
        [
            "Not fetching: the flock takes 2.5 GiB of its 2 GiB.",
            "Sharing sheep.",
        ],
    );
}
