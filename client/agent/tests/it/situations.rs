//! The table: what happens on the machine, what the agent does then, and the sentence it says.
//!
//! Every story starts with a desktop machine of four cores and a card that has been idle for ten
//! minutes, so the saver shows and work is rendered. A story that ends without a step gets one.
//!
//! State reads `saver | cores and card | network`, from what the effects have led to.

use std::time::Duration;

use woolgather_agent::Weekday::{Friday, Monday, Saturday, Tuesday};
use woolgather_agent::situation::{InSaver, Input, Link, Power, Queue, Sleep};
use woolgather_agent::{CardUse, Consent, RenderWhen};

use crate::world::World;

type Row = (&'static str, fn(World) -> World, &'static str, &'static str);

#[track_caller]
fn check(rows: &[Row]) {
    for (name, story, state, sentence) in rows {
        let world = story(World::new().step()).step();
        let found = (world.desk.words(), world.sentence());
        assert_eq!(
            found,
            ((*state).to_owned(), (*sentence).to_owned()),
            "{name}"
        );
    }
}

const WAITING: &str = "Not rendering: it starts after 3 minutes without input.";
const ALL: &str = "saver | 2+card | send fetch share";
const RENDERING: &str = "Rendering Cinder Star with 2 of 4 cores and the graphics card.";

fn always(world: World) -> World {
    world.set(|s| s.render.when = RenderWhen::Always)
}

#[test]
#[rustfmt::skip]
fn somebody_is_here_or_not() {
    check(&[
        ("idle for ten minutes", |w| w, ALL, RENDERING),
        ("just touched", |w| w.touch(), "- | - | send fetch share", WAITING),
        ("idle for just under three minutes", |w| w.touch().step().wait(179), "- | - | send fetch share", WAITING),
        ("idle for three minutes: work, but no saver yet", |w| w.touch().step().wait(181), "- | 2+card | send fetch share", RENDERING),
        ("idle for just under five minutes", |w| w.touch().step().wait(298), "- | 2+card | send fetch share", RENDERING),
        ("idle for five minutes", |w| w.touch().step().wait(301), ALL, RENDERING),
        ("nothing tells when somebody is here",
            |w| w.with(|s| s.input = Input::Unknown("GNOME does not say".to_owned())).step().key(InSaver::Other).with(|s| s.input = Input::Unknown("GNOME does not say".to_owned())),
            "- | - | send fetch share", "Not rendering: cannot tell when you are away (GNOME does not say)."),
        ("no flock to work for: the saver shows all the same",
            |w| w.with(|s| s.flock_known = false), "saver | - | -", "Not rendering: this machine has joined no flock yet."),
        ("nothing tells, but the person wants work at any time",
            |w| always(w).with(|s| s.input = Input::Unknown("no display".to_owned())),
            "saver | 2 | send fetch share", "Rendering Cinder Star with 2 of 4 cores."),
        ("nothing tells, but XScreenSaver shows us, so nobody is here",
            |w| w.with(|s| { s.input = Input::Unknown("no counter".to_owned()); s.host_saver = Some("XScreenSaver".to_owned()); }),
            "- | 2+card | send fetch share", RENDERING),
        ("XScreenSaver shows us: no second saver",
            |w| w.with(|s| s.host_saver = Some("XScreenSaver".to_owned())), "- | 2+card | send fetch share", RENDERING),
        ("Windows will show us: no saver of ours, and work as ever",
            |w| w.with(|s| s.host_chosen = Some("Windows".to_owned())), "- | 2+card | send fetch share", RENDERING),
        ("work at any time stops for a key", |w| always(w).touch(), "- | - | send fetch share", "Not rendering: you are busy here, back in a moment."),
        ("and comes back ten quiet seconds later, without the card", |w| always(w).key(InSaver::Other).step().wait(11), "- | 2 | send fetch share", "Rendering Cinder Star with 2 of 4 cores."),
        ("with the card where the settings say so",
            |w| always(w).set(|s| s.render.graphics_card = CardUse::Always).key(InSaver::Other).step().wait(11), "- | 2+card | send fetch share", RENDERING),
        ("the settings turn the card off", |w| w.set(|s| s.render.graphics_card = CardUse::Never), "saver | 2 | send fetch share", "Rendering Cinder Star with 2 of 4 cores."),
        ("there is no card", |w| w.with(|s| s.card = false), "saver | 2 | send fetch share", "Rendering Cinder Star with 2 of 4 cores."),
        ("all of the processor", |w| w.set(|s| s.render.cores_percent = 100), "saver | 4+card | send fetch share", "Rendering Cinder Star with 4 of 4 cores and the graphics card."),
        ("one per cent of four cores is one core", |w| w.set(|s| s.render.cores_percent = 1), "saver | 1+card | send fetch share", "Rendering Cinder Star with 1 of 4 cores and the graphics card."),
    ]);
}

#[test]
#[rustfmt::skip]
fn keys_in_the_saver() {
    check(&[
        ("a vote key: the saver stays, work goes", |w| w.key(InSaver::VoteKey), "saver | - | send fetch share", WAITING),
        ("a minute after a vote key", |w| w.key(InSaver::VoteKey).step().wait(60), "saver | - | send fetch share", WAITING),
        ("three minutes after a vote key", |w| w.key(InSaver::VoteKey).step().wait(181), ALL, RENDERING),
        ("any other key", |w| w.key(InSaver::Other), "- | - | send fetch share", WAITING),
        ("any other key, though the counter has not noticed", |w| w.with(|s| s.in_saver = InSaver::Other), "- | - | send fetch share", WAITING),
        ("and the saver does not come right back", |w| w.with(|s| s.in_saver = InSaver::Other).step().wait(60), "- | - | send fetch share", WAITING),
        ("a vote key the counter alone has noticed", |w| w.with(|s| s.in_saver = InSaver::VoteKey), "saver | - | send fetch share", WAITING),
        ("the counter notices a vote key a step late", |w| w.key(InSaver::VoteKey).step().key(InSaver::Quiet), "saver | - | send fetch share", WAITING),
        ("input while our windows have no keyboard", |w| w.wait(5).with(|s| { s.input = Input::Since(Duration::ZERO); s.in_saver = InSaver::Unfocused; }), "- | - | send fetch share", WAITING),
        ("no input while our windows have no keyboard", |w| w.wait(5).with(|s| s.in_saver = InSaver::Unfocused), ALL, RENDERING),
    ]);
}

#[test]
#[rustfmt::skip]
fn what_the_person_said() {
    check(&[
        ("paused", |w| w.pause(None), "- | - | -", "Paused until you say otherwise."),
        ("still paused an hour later", |w| w.pause(None).step().wait(3600), "- | - | -", "Paused until you say otherwise."),
        ("paused across a restart", |w| w.pause(None).step().restart(9 * 3600), "- | - | -", "Paused until you say otherwise."),
        ("resumed", |w| w.pause(None).step().wait(20).resume(), ALL, RENDERING),
        ("paused for an hour", |w| w.pause(Some(3600)), "- | - | -", "Paused for another 60 minutes."),
        ("paused for an hour, half of it over", |w| w.pause(Some(3600)).step().wait(1800), "- | - | -", "Paused for another 30 minutes."),
        ("the last seconds of a pause", |w| w.pause(Some(60)).step().wait(59), "- | - | -", "Paused for another 1 second."),
        ("a pause that is over", |w| w.pause(Some(60)).step().wait(61), ALL, RENDERING),
        ("an hour's pause across a restart of half an hour", |w| w.pause(Some(3600)).step().restart(1800), "- | - | -", "Paused for another 30 minutes."),
        ("an hour's pause that ended while the machine was off", |w| w.pause(Some(3600)).step().restart(4000), ALL, RENDERING),
        ("a day's pause", |w| w.pause(Some(86_400)), "- | - | -", "Paused for another 24 hours."),
        ("rendering is off", |w| w.set(|s| s.render.enabled = Consent::Refused), "saver | - | send fetch share", "Not rendering: turned off in the settings."),
        ("not asked yet", |w| w.set(|s| s.render.enabled = Consent::Ask), "saver | - | send fetch share", "Not rendering: you have not said yet whether it may."),
        ("not asked yet whether to share", |w| w.set(|s| s.network.share = Consent::Ask), "saver | 2+card | send fetch", RENDERING),
        ("the saver is off", |w| w.set(|s| s.saver.enabled = false), "- | 2+card | send fetch share", RENDERING),
        ("a program that has the machine to itself", |w| w.set(|s| s.exclusive.apps = vec!["Blender".to_owned()]).runs("blender"), "- | - | -", "Not rendering: blender has the machine to itself."),
        ("the same on Windows", |w| w.set(|s| s.exclusive.apps = vec!["blender".to_owned()]).runs("Blender.EXE"), "- | - | -", "Not rendering: Blender.EXE has the machine to itself."),
        ("another program", |w| w.set(|s| s.exclusive.apps = vec!["blender".to_owned()]).runs("blender-thumbnailer"), ALL, RENDERING),
        ("a pause is said before everything else", |w| w.pause(None).battery(5).touch(), "- | - | -", "Paused until you say otherwise."),
        ("off is said before the battery", |w| w.set(|s| s.render.enabled = Consent::Refused).battery(5), "- | - | send fetch", "Not rendering: turned off in the settings."),
    ]);
}

#[test]
#[rustfmt::skip]
fn the_machine_itself() {
    check(&[
        ("on battery", |w| w.battery(63), "- | - | send fetch", "Not rendering: on battery, 63 %."),
        ("on battery, and here: the battery is said", |w| w.battery(63).touch(), "- | - | send fetch", "Not rendering: on battery, 63 %."),
        ("on battery, no charge known", |w| w.with(|s| s.power = Power::Battery(None)), "- | - | send fetch", "Not rendering: on battery."),
        ("no battery found", |w| w.with(|s| s.power = Power::NoneKnown), ALL, RENDERING),
        ("the saver may show on battery", |w| w.set(|s| s.saver.on_battery = true).battery(63), "saver | - | send fetch", "Not rendering: on battery, 63 %."),
        ("allowed on battery, charged enough", |w| w.set(|s| s.render.on_battery = true).battery(80), "- | 2+card | send fetch", RENDERING),
        ("allowed on battery, too low", |w| w.set(|s| s.render.on_battery = true).battery(79), "- | - | send fetch", "Not rendering: on battery at 79 %, and it takes 80 %."),
        ("allowed on battery, no charge known", |w| w.set(|s| s.render.on_battery = true).with(|s| s.power = Power::Battery(None)), "- | - | send fetch", "Not rendering: on battery."),
        ("plugged in again", |w| w.battery(63).step().wait(20).with(|s| s.power = Power::Mains), ALL, RENDERING),
        ("hot", |w| w.with(|s| s.temperature_c = Some(85)), "saver | - | send fetch share", "Not rendering: the machine is hot, 85 °C."),
        ("warm", |w| w.with(|s| s.temperature_c = Some(84)), ALL, RENDERING),
        ("cooling, not enough yet", |w| w.with(|s| s.temperature_c = Some(90)).step().wait(20).with(|s| s.temperature_c = Some(81)), "saver | - | send fetch share", "Not rendering: the machine is hot, 81 °C."),
        ("cooled", |w| w.with(|s| s.temperature_c = Some(90)).step().wait(20).with(|s| s.temperature_c = Some(80)), ALL, RENDERING),
        ("others use the processor", |w| w.with(|s| s.others_cpu_percent = Some(26)), "saver | - | send fetch share", "Not rendering: other programs need the processor, 26 %."),
        ("others use a little of it", |w| w.with(|s| s.others_cpu_percent = Some(25)), ALL, RENDERING),
        ("others use a little less than before", |w| w.with(|s| s.others_cpu_percent = Some(90)).step().wait(20).with(|s| s.others_cpu_percent = Some(21)), "saver | - | send fetch share", "Not rendering: other programs need the processor, 21 %."),
        ("others are done", |w| w.with(|s| s.others_cpu_percent = Some(90)).step().wait(20).with(|s| s.others_cpu_percent = Some(20)), ALL, RENDERING),
        ("locked: nobody is here, and the lock screen stays in front", |w| w.with(|s| s.locked = true), "- | 2+card | send fetch share", RENDERING),
        ("a film", |w| w.with(|s| s.full_screen = Some("mpv".to_owned())), "- | - | send fetch share", "Not rendering: mpv fills the screen."),
        ("a talk", |w| w.with(|s| s.inhibitor = Some("Firefox".to_owned())), "- | - | send fetch share", "Not rendering: Firefox keeps the screen on."),
        ("a film, and work at any time", |w| always(w).with(|s| s.full_screen = Some("mpv".to_owned())), "- | 2 | send fetch share", "Rendering Cinder Star with 2 of 4 cores."),
    ]);
}

#[test]
#[rustfmt::skip]
fn the_schedule() {
    check(&[
        ("a Tuesday afternoon, nights only", |w| w.schedule("mon-fri 22:00-07:00"), "saver | - | send fetch share", "Not rendering: your schedule opens again at 22:00."),
        ("late on Tuesday", |w| w.schedule("mon-fri 22:00-07:00").at(Tuesday, 23, 30), ALL, RENDERING),
        ("past midnight into Saturday", |w| w.schedule("mon-fri 22:00-07:00").at(Saturday, 3, 0), ALL, RENDERING),
        ("Saturday after seven", |w| w.schedule("mon-fri 22:00-07:00").at(Saturday, 7, 0), "saver | - | send fetch share", "Not rendering: your schedule opens again on Monday at 22:00."),
        ("early on Monday: Sunday had no night", |w| w.schedule("mon-fri 22:00-07:00").at(Monday, 3, 0), "saver | - | send fetch share", "Not rendering: your schedule opens again at 22:00."),
        ("the minute it closes", |w| w.schedule("fri 10:00-12:00").at(Friday, 11, 59).step().wait(5).at(Friday, 12, 0), "saver | - | send fetch share", "Not rendering: your schedule opens again on Friday at 10:00."),
        ("the battery is said before the schedule", |w| w.schedule("mon-fri 22:00-07:00").battery(63), "- | - | send fetch", "Not rendering: on battery, 63 %."),
    ]);
}

#[test]
#[rustfmt::skip]
fn network_disk_and_work() {
    check(&[
        ("no network: what is here is rendered and waits", |w| w.link(Link::Down), "saver | 2+card | -", "Rendering Cinder Star with 2 of 4 cores and the graphics card, finished work waits for the network."),
        ("no network and nothing here", |w| w.link(Link::Down).with(|s| s.queue = Queue::Unasked), "saver | - | -", "Not rendering: there is no network and no work left here."),
        ("a metered network", |w| w.link(Link::Metered), "saver | 2+card | -", "Rendering Cinder Star with 2 of 4 cores and the graphics card, finished work waits for the network."),
        ("a metered network and nothing here", |w| w.link(Link::Metered).with(|s| s.queue = Queue::NoneThere), "saver | - | -", "Not rendering: the network is metered and no work is left here."),
        ("a metered network that may be used", |w| w.set(|s| s.network.on_metered = true).link(Link::Metered), ALL, RENDERING),
        ("the coordinator is gone", |w| w.with(|s| s.coordinator_reachable = false), ALL, RENDERING),
        ("the coordinator is gone and nothing is here", |w| w.with(|s| { s.coordinator_reachable = false; s.queue = Queue::Unasked; }), "saver | - | send fetch share", "Not rendering: the coordinator does not answer and no work is left here."),
        ("about to ask for work", |w| w.with(|s| s.queue = Queue::Unasked), ALL, "Ready to render: asking for work."),
        ("the coordinator gives this device no work", |w| w.with(|s| s.queue = Queue::Withheld("An operator has banned this device: it only ever sent noise.".to_owned())), ALL, "The flock gives this device no work: An operator has banned this device: it only ever sent noise."),
        ("the flock needs nothing", |w| w.with(|s| s.queue = Queue::NoneThere), ALL, "Ready to render: the flock needs nothing just now."),
        ("the disk is full: no fetching, playing and work go on", |w| w.with(|s| s.disk_free_bytes = Some(4 << 30)), "saver | 2+card | send share", RENDERING),
        ("a little room is not enough", |w| w.with(|s| s.disk_free_bytes = Some(4 << 30)).step().with(|s| s.disk_free_bytes = Some((5 << 30) + 1)), "saver | 2+card | send share", RENDERING),
        ("there is room again", |w| w.with(|s| s.disk_free_bytes = Some(4 << 30)).step().with(|s| s.disk_free_bytes = Some(6 << 30)), ALL, RENDERING),
        ("the flock has outgrown its room", |w| w.with(|s| s.cache_bytes = 3 << 30), "saver | 2+card | send share", RENDERING),
    ]);
}

#[test]
#[rustfmt::skip]
fn sleep_and_clocks() {
    check(&[
        ("about to sleep", |w| w.with(|s| s.sleep = Sleep::GoingDown), "- | - | -", "Not rendering: the machine is going to sleep."),
        ("woken up, as the system says", |w| w.with(|s| s.sleep = Sleep::JustWoke), "- | - | send fetch share", "Not rendering: the machine has just woken up."),
        ("woken up, by the gap in the steady clock", |w| w.pass(Duration::from_secs(3600)), "- | - | send fetch share", "Not rendering: the machine has just woken up."),
        ("woken up, by the wall clock alone", |w| w.with(|s| s.unix_s += 3600), "- | - | send fetch share", "Not rendering: the clock has just been set."),
        ("the clock was set back", |w| w.with(|s| s.unix_s -= 3600), "- | - | send fetch share", "Not rendering: the clock has just been set."),
        ("summer time moves the wall's hour alone", |w| w.at(Tuesday, 16, 0), ALL, RENDERING),
        ("a clock corrected by a few seconds", |w| w.with(|s| s.unix_s += 9), ALL, RENDERING),
        ("half a minute after waking up, still nobody counted as away", |w| w.pass(Duration::from_secs(3600)).step().wait(31), "- | - | send fetch share", WAITING),
        ("three minutes after waking up", |w| w.pass(Duration::from_secs(3600)).step().wait(181), "- | 2+card | send fetch share", RENDERING),
        ("five minutes after waking up", |w| w.pass(Duration::from_secs(3600)).step().wait(301), ALL, RENDERING),
        ("woken up on battery: the battery is said", |w| w.pass(Duration::from_secs(3600)).battery(63), "- | - | send fetch", "Not rendering: on battery, 63 %."),
        ("a step that is a few seconds late", |w| w.pass(Duration::from_secs(9)), ALL, RENDERING),
    ]);
}

#[test]
#[rustfmt::skip]
fn playing_comes_first() {
    check(&[
        ("a frame was missed", |w| w.with(|s| s.player_dropped_frames = true), "saver | 1+card 50 % | send fetch share", "Rendering Cinder Star with 1 of 4 cores and the graphics card, slowly so that playing stays smooth."),
        ("and another at once: the first step back has had no time to help",
            |w| w.with(|s| s.player_dropped_frames = true).wait(1).with(|s| s.player_dropped_frames = true), "saver | 1+card 50 % | send fetch share", "Rendering Cinder Star with 1 of 4 cores and the graphics card, slowly so that playing stays smooth."),
        ("and another after ten seconds",
            |w| w.with(|s| s.player_dropped_frames = true).wait(10).with(|s| s.player_dropped_frames = true), "saver | - | send fetch share", "Not rendering: playing smoothly comes first."),
        ("a minute later half of it is back",
            |w| w.with(|s| s.player_dropped_frames = true).wait(10).with(|s| s.player_dropped_frames = true).wait(61), "saver | 1+card 50 % | send fetch share", "Rendering Cinder Star with 1 of 4 cores and the graphics card, slowly so that playing stays smooth."),
        ("two minutes later all of it is",
            |w| w.with(|s| s.player_dropped_frames = true).wait(10).with(|s| s.player_dropped_frames = true).wait(121), ALL, RENDERING),
    ]);
}

/// A machine on which everything stands against rendering at once, and what is said as one thing
/// after the other is put right.
#[test]
fn what_a_person_would_most_want_to_hear_is_said_first() {
    type Repair = fn(World) -> World;
    let repairs: [(&str, Repair); 14] = [
        ("Paused until you say otherwise.", |w| w.resume()),
        ("Not rendering: game has the machine to itself.", |w| {
            w.with(|s| s.running.clear())
        }),
        ("Not rendering: turned off in the settings.", |w| {
            w.set(|s| s.render.enabled = Consent::Given)
        }),
        (
            "Not rendering: cannot tell when you are away (no counter).",
            |w| w.with(|s| s.input = Input::Since(Duration::ZERO)),
        ),
        ("Not rendering: on battery, 50 %.", |w| {
            w.with(|s| s.power = Power::Mains)
        }),
        ("Not rendering: the machine is hot, 95 °C.", |w| {
            w.with(|s| s.temperature_c = Some(50))
        }),
        (
            "Not rendering: other programs need the processor, 80 %.",
            |w| w.with(|s| s.others_cpu_percent = Some(0)),
        ),
        ("Not rendering: your schedule opens again at 22:00.", |w| {
            w.set(|s| s.render.schedule.0.clear())
        }),
        ("Not rendering: playing smoothly comes first.", |w| {
            w.wait(121)
        }),
        (
            "Not rendering: there is no network and no work left here.",
            |w| w.link(Link::Free),
        ),
        ("Not rendering: the machine is going to sleep.", |w| {
            w.with(|s| s.sleep = Sleep::Awake)
        }),
        ("Not rendering: mpv fills the screen.", |w| {
            w.with(|s| s.full_screen = None)
        }),
        ("Not rendering: Firefox keeps the screen on.", |w| {
            w.with(|s| s.inhibitor = None).touch()
        }),
        (WAITING, |w| w.wait(180)),
    ];
    let mut world = World::new()
        .step()
        .with(|s| s.player_dropped_frames = true)
        .wait(6)
        .with(|s| s.player_dropped_frames = true)
        .pause(None)
        .runs("game")
        .set(|s| {
            s.exclusive.apps = vec!["game".to_owned()];
            s.render.enabled = Consent::Refused;
        })
        .schedule("22:00-07:00")
        .battery(50)
        .link(Link::Down)
        .with(|s| {
            s.input = Input::Unknown("no counter".to_owned());
            s.temperature_c = Some(95);
            s.others_cpu_percent = Some(80);
            s.queue = Queue::Unasked;
            s.sleep = Sleep::GoingDown;
            s.full_screen = Some("mpv".to_owned());
            s.inhibitor = Some("Firefox".to_owned());
        })
        .step();
    for (sentence, repair) in repairs {
        assert_eq!(world.sentence(), sentence);
        assert_eq!(world.desk.work, None, "{sentence}");
        world = repair(world).step();
    }
    assert_eq!(world.sentence(), "Ready to render: asking for work.");
}
