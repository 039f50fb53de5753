//! What holds on every machine, whatever happens on it.

use std::time::Duration;

use proptest::prelude::*;
use woolgather_agent::reason::SENTENCE_CHARS_MAX;
use woolgather_agent::situation::{InSaver, Input, Link, Power, Queue, Sleep};
use woolgather_agent::{Effect, LocalTime, Pause, Saver, Settings, Situation, Weekday, Work};

use crate::file::any_settings;
use crate::world::World;

/// Something that happens on the machine, or a change of the time.
#[derive(Clone, Debug)]
enum Event {
    Pass(Duration),
    Touch,
    Counter,
    Key(InSaver),
    InputUnknown(String),
    Power(Power),
    Sleep(Sleep),
    Locked(bool),
    FullScreen(Option<String>),
    Inhibitor(Option<String>),
    Running(String),
    Heat(Option<i16>),
    Others(Option<u8>),
    Link(Link),
    Free(u64),
    Cache(u64),
    Host(Option<String>),
    HostChosen(Option<String>),
    Queue(Queue),
    Dropped,
    Clock(i64),
    Wall(u8, u16),
    Settings(Box<Settings>),
    Pause(Option<u64>),
    Resume,
}

fn any_event() -> impl Strategy<Value = Event> {
    let name = || "(\\PC{0,50}|[a-z]{1,5}\\. [A-Z]\n.|)";
    let some_name = || prop::option::of(name());
    let millis = prop_oneof![0..400_u64, 0..20_000_u64, 0..4_000_000_u64];
    let in_saver = vec![InSaver::VoteKey, InSaver::Other, InSaver::Unfocused];
    let sleeps = vec![Sleep::Awake, Sleep::GoingDown, Sleep::JustWoke];
    let links = vec![Link::Down, Link::Metered, Link::Free];
    prop_oneof![
        8 => millis.prop_map(|millis| Event::Pass(Duration::from_millis(millis))),
        3 => Just(Event::Touch),
        1 => Just(Event::Counter),
        2 => prop::sample::select(in_saver).prop_map(Event::Key),
        1 => name().prop_map(Event::InputUnknown),
        2 => prop::option::of(0..=100_u8).prop_map(|p| Event::Power(Power::Battery(p))),
        2 => Just(Event::Power(Power::Mains)),
        2 => prop::sample::select(sleeps).prop_map(Event::Sleep),
        1 => any::<bool>().prop_map(Event::Locked),
        1 => some_name().prop_map(Event::FullScreen),
        2 => some_name().prop_map(Event::Inhibitor),
        1 => name().prop_map(Event::Running),
        1 => any::<Option<i16>>().prop_map(Event::Heat),
        1 => any::<Option<u8>>().prop_map(Event::Others),
        1 => prop::sample::select(links).prop_map(Event::Link),
        1 => any::<u64>().prop_map(Event::Free),
        1 => any::<u64>().prop_map(Event::Cache),
        1 => some_name().prop_map(Event::Host),
        1 => some_name().prop_map(Event::HostChosen),
        1 => name().prop_map(|sheep| Event::Queue(Queue::InHand(sheep))),
        1 => Just(Event::Queue(Queue::NoneThere)),
        1 => any::<String>().prop_map(|why| Event::Queue(Queue::Withheld(why))),
        2 => Just(Event::Dropped),
        1 => any::<i64>().prop_map(Event::Clock),
        1 => (0..7_u8, 0..1440_u16).prop_map(|(day, minute)| Event::Wall(day, minute)),
        1 => any_settings().prop_map(|settings| Event::Settings(Box::new(settings))),
        1 => prop::option::of(1..5000_u64).prop_map(Event::Pause),
        2 => Just(Event::Resume),
    ]
}

fn happen(world: World, event: Event) -> World {
    let set = |change: fn(&mut Situation)| change;
    match event {
        Event::Pass(time) => world.pass(time),
        Event::Touch => world.touch(),
        Event::Counter => world.key(InSaver::Quiet),
        Event::Key(InSaver::Unfocused) => world.with(set(|s| s.in_saver = InSaver::Unfocused)),
        Event::Key(key) => world.key(key),
        Event::InputUnknown(reason) => world.with(|s| s.input = Input::Unknown(reason)),
        Event::Power(power) => world.with(|s| s.power = power),
        Event::Sleep(sleep) => world.with(|s| s.sleep = sleep),
        Event::Locked(locked) => world.with(|s| s.locked = locked),
        Event::FullScreen(app) => world.with(|s| s.full_screen = app),
        Event::Inhibitor(who) => world.with(|s| s.inhibitor = who),
        Event::Running(program) => world.runs(&program),
        Event::Heat(celsius) => world.with(|s| s.temperature_c = celsius),
        Event::Others(percent) => world.with(|s| s.others_cpu_percent = percent),
        Event::Link(link) => world.link(link),
        Event::Free(bytes) => world.with(|s| s.disk_free_bytes = Some(bytes)),
        Event::Cache(bytes) => world.with(|s| s.cache_bytes = bytes),
        Event::Host(host) => world.with(|s| s.host_saver = host),
        Event::HostChosen(host) => world.with(|s| s.host_chosen = host),
        Event::Queue(queue) => world.with(|s| s.queue = queue),
        Event::Dropped => world.with(|s| s.player_dropped_frames = true),
        // Kept where the difference of two times still fits.
        Event::Clock(unix_s) => world.with(|s| s.unix_s = unix_s / 4),
        Event::Wall(day, minute) => world.with(|s| {
            s.local = LocalTime {
                weekday: Weekday::ALL[usize::from(day)],
                minute,
            };
        }),
        Event::Settings(settings) => world.set(|s| *s = *settings),
        Event::Pause(seconds) => world.pause(seconds),
        Event::Resume => world.resume(),
    }
}

#[track_caller]
fn check_sentence(sentence: &str) {
    let stops = sentence.matches(". ").count() + usize::from(sentence.ends_with("..."));
    let lines = sentence.lines().count();
    let length = sentence.chars().count();
    assert!(
        sentence.ends_with('.') && stops == 0 && lines == 1 && length <= SENTENCE_CHARS_MAX,
        "not one sentence ({length} characters): {sentence:?}"
    );
}

/// What must hold after a step that saw `before` and led to `effects`.
#[track_caller]
fn check_step(before: &Situation, gap: bool, world: &World, effects: &[Effect], paused: bool) {
    let decision = world.agent.decision().unwrap();
    let works = world.desk.work.is_some();
    let touched = before.input == Input::Since(Duration::ZERO)
        || matches!(before.in_saver, InSaver::VoteKey | InSaver::Other);
    assert!(!(works && touched), "work beside input");
    let kept_away = before.inhibitor.is_some() || before.full_screen.is_some() || before.locked;
    assert!(!(world.desk.saver && kept_away), "a saver in the way");
    let slept = gap || before.sleep != Sleep::Awake;
    assert!(
        !(slept && (works || world.desk.saver)),
        "woke up to something running"
    );
    if paused {
        assert_eq!(world.desk.words(), "- | - | -");
    }
    assert_eq!(world.desk.saver, decision.saver == Saver::Show);
    assert_eq!(works, matches!(decision.work, Work::Render(_)));
    if let Some(effort) = world.desk.work {
        assert!((1..=before.cores).contains(&effort.cores) && effort.card_percent <= 100);
    }
    let mut again = world.clone();
    let twice = again.step_effects();
    assert!(
        before.player_dropped_frames
            || before.in_saver != InSaver::Quiet
            || before.sleep == Sleep::JustWoke
            || twice.is_empty(),
        "the same moment twice: {effects:?} then {twice:?}"
    );
    check_sentence(&decision.reason.to_string());
    check_sentence(&decision.saver.to_string());
    decision
        .network_sentences()
        .iter()
        .for_each(|sentence| check_sentence(sentence));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn whatever_happens_the_rules_hold(settings in any_settings(), events in prop::collection::vec(any_event(), 1..60)) {
        let mut world = World::new().set(|s| *s = settings).step();
        let mut pause = Pause::No;
        let mut stepped = (world.now, world.situation.unix_s);
        for event in events {
            if let Event::Pause(seconds) = &event {
                pause = seconds.map_or(Pause::UntilResumed, |s| Pause::For(Duration::from_secs(s)));
            }
            if let Event::Resume = &event {
                pause = Pause::No;
            }
            world = happen(world, event);
            let passed = world.now - stepped.0;
            let apart_s = world.situation.unix_s - stepped.1 - passed.as_secs() as i64;
            stepped = (world.now, world.situation.unix_s);
            if let Pause::For(left) = pause {
                pause = if left > passed { Pause::For(left - passed) } else { Pause::No };
            }
            let before = world.situation.clone();
            let effects = world.step_effects();
            let gap = passed > Duration::from_secs(10) || apart_s.abs() > 10;
            check_step(&before, gap, &world, &effects, pause != Pause::No);
        }
    }

    #[test]
    fn the_card_is_free_two_seconds_after_work_stopped(seconds in 1..40_u64) {
        let world = World::new().step().wait(seconds).touch().step().wait(1).pass(Duration::from_millis(900)).step();
        prop_assert!(!world.desk.card_held);
    }
}
