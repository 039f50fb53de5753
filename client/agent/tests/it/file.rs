//! `config.toml`: what is read, refused, warned about, kept and written.

use proptest::prelude::*;
use woolgather_agent::settings::file::{FILE_BYTES_MAX, change, unset};
use woolgather_agent::settings::table::rows;
use woolgather_agent::{CardUse, Consent, RenderWhen, Settings};

#[track_caller]
fn check_refused(text: &str, expected: &str) {
    assert_eq!(Settings::read(text).unwrap_err().to_string(), expected);
}

#[test]
fn a_newcomer_finds_every_setting_explained() {
    insta::assert_snapshot!(Settings::default().to_file());
}

#[test]
fn an_empty_file_and_the_written_one_both_give_the_defaults() {
    for text in ["", &Settings::default().to_file()] {
        let read = Settings::read(text).unwrap();
        assert_eq!(
            (read.settings, read.warnings),
            (Settings::default(), Vec::new())
        );
    }
}

#[test]
fn yes_no_and_ask_are_three_answers() {
    let consent = |text| Settings::read(text).unwrap().settings.render.enabled;
    assert_eq!(consent("render.enabled = true"), Consent::Given);
    assert_eq!(consent("render.enabled = false"), Consent::Refused);
    assert_eq!(consent("render.enabled = \"ask\""), Consent::Ask);
}

#[test]
fn a_number_outside_its_range_is_refused_with_the_range() {
    check_refused(
        "[render]\n\ncores_percent = 250 # all of it\n",
        "Line 3, render.cores_percent: 250 is not a whole number from 1 to 100.",
    );
}

#[test]
fn each_kind_of_value_says_what_it_may_be() {
    check_refused(
        "saver.enabled = \"yes\"",
        "Line 1, saver.enabled: \"yes\" is not true or false.",
    );
    check_refused(
        "render.when = \"now\"",
        "Line 1, render.when: \"now\" is not one of \"idle\", \"always\".",
    );
    check_refused(
        "render.enabled = 1",
        "Line 1, render.enabled: 1 is not true, false or \"ask\".",
    );
    check_refused(
        "exclusive.apps = [1]",
        "Line 1, exclusive.apps: [1] is not a list of at most 64 names of programs, such as [\"blender\", \"game.exe\"].",
    );
    check_refused(
        "render.schedule = [\"nights\"]",
        "Line 1, render.schedule: [\"nights\"] is not a list of at most 32 ranges, such as [\"mon-fri 22:00-07:00\", \"sat sun 00:00-24:00\"].",
    );
    check_refused("saver = 3", "Line 1, saver: must be a section, [saver].");
}

#[test]
fn all_faults_are_found_at_once() {
    check_refused(
        "[saver]\nidle_minutes = 0\n[disk]\nfree_gib_min = -1\n",
        "Line 2, saver.idle_minutes: 0 is not a whole number from 1 to 240.\n\
         Line 4, disk.free_gib_min: -1 is not a whole number from 1 to 1024.",
    );
}

#[test]
fn what_is_no_toml_is_refused_with_its_line() {
    let error = Settings::read("[saver]\non_battery = true\nidle_minutes 5\n").unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("Line 3: this cannot be read ("),
        "{error}"
    );
}

#[test]
fn a_file_has_a_limit() {
    let text = "#".repeat(FILE_BYTES_MAX + 1);
    check_refused(&text, "A settings file has at most 65536 bytes.");
}

/// What a later version might have written.
const NEWER: &str = "\
# mine
[saver]
idle_minutes = 7   # tea
sparkle = 3

[dreams]
lucid = true
";

#[test]
fn keys_of_a_newer_version_are_reported_and_kept() {
    let read = Settings::read(NEWER).unwrap();
    let warnings: Vec<String> = read.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "Line 4, saver.sparkle: this version does not know it; it is kept and does nothing.",
            "Line 7, dreams.lucid: this version does not know it; it is kept and does nothing.",
        ]
    );
    assert_eq!(read.settings.write_into(NEWER).unwrap(), NEWER);
}

#[test]
fn a_change_leaves_comments_and_order_as_they_are() {
    let changed = change(NEWER, "saver.idle_minutes", "9").unwrap();
    assert_eq!(changed, NEWER.replace("= 7 ", "= 9 "));
}

#[test]
fn a_change_of_a_key_that_is_missing_adds_it_with_its_words() {
    let changed = change(NEWER, "saver.on_battery", "true").unwrap();
    let added = "sparkle = 3\n# Also on battery?\n# Allowed: true or false.\non_battery = true\n";
    assert_eq!(changed, NEWER.replace("sparkle = 3\n", added));
    let changed = change("saver = {on_battery = false}\n", "saver.idle_minutes", "9").unwrap();
    assert_eq!(changed, "saver = {on_battery = false, idle_minutes = 9 }\n");
    let changed = change("saver.on_battery = false\n", "saver.idle_minutes", "9").unwrap();
    assert_eq!(
        changed,
        "saver.on_battery = false\nsaver.idle_minutes = 9\n"
    );
}

#[test]
fn a_file_of_nothing_but_comments_keeps_them_at_its_head() {
    let changed = change("# mine\n", "saver.on_battery", "true").unwrap();
    assert!(changed.starts_with("# mine\n[saver]\n"), "{changed}");
}

#[test]
fn a_word_may_be_typed_without_quotation_marks() {
    let changed = change("", "render.graphics_card", "never").unwrap();
    assert!(
        changed.ends_with("graphics_card = \"never\"\n"),
        "{changed}"
    );
}

#[test]
fn a_setting_goes_back_to_its_default_where_it_stands() {
    let text = "[saver]\n# tea\nidle_minutes = 9 # mine\non_battery = true\n";
    assert_eq!(
        unset(text, "saver.idle_minutes").unwrap(),
        text.replace("= 9 ", "= 5 ")
    );
    assert_eq!(unset("", "saver.on_battery").unwrap(), "");
    assert_eq!(
        unset(text, "saver.color").unwrap_err().to_string(),
        "There is no setting \"saver.color\"."
    );
}

#[test]
fn a_change_that_is_not_allowed_is_refused() {
    let refused = |key, value| change("", key, value).unwrap_err().to_string();
    assert_eq!(
        refused("render.celsius_max", "200"),
        "render.celsius_max: 200 is not a whole number from 40 to 110."
    );
    assert_eq!(
        refused("saver.color", "red"),
        "There is no setting \"saver.color\"."
    );
}

#[test]
fn the_words_of_the_table_fit_a_page() {
    for row in rows() {
        assert!(
            row.words.lines().all(|line| line.chars().count() <= 90),
            "{}",
            row.path()
        );
    }
}

pub(crate) fn any_settings() -> impl Strategy<Value = Settings> {
    let range = "(mon|tue-fri|sat sun|fri-mon) (0[0-9]|1[0-9]):[0-5][0-9]-2[0-3]:[0-5][0-9]";
    let consent = || prop::sample::select(vec![Consent::Ask, Consent::Given, Consent::Refused]);
    let switches = prop::array::uniform6(any::<bool>());
    let numbers = (
        1..=240_u32,
        1..=240_u32,
        1..=100_u32,
        10..=100_u32,
        40..=110_u32,
        5..=100_u32,
        0..=1_048_576_u32,
        1..=1024_u32,
        1..=1024_u32,
    );
    let cards = vec![CardUse::Auto, CardUse::Always, CardUse::Never];
    let whens = vec![RenderWhen::Idle, RenderWhen::Always];
    let words = (
        consent(),
        consent(),
        prop::sample::select(whens),
        prop::sample::select(cards),
        prop::collection::vec("[a-z\"\\\\ ü.]{0,12}[a-z]", 0..4),
        prop::collection::vec(range, 0..3),
    );
    (switches, numbers, words).prop_map(|(switches, numbers, words)| {
        let mut s = Settings::default();
        [
            s.saver.enabled,
            s.saver.on_battery,
            s.saver.clock,
            s.render.on_battery,
            s.network.on_metered,
            s.agent.tray,
        ] = switches;
        s.saver.idle_minutes = numbers.0;
        s.render.idle_minutes = numbers.1;
        s.render.cores_percent = numbers.2;
        s.render.battery_percent_min = numbers.3;
        s.render.celsius_max = numbers.4;
        s.render.others_cpu_percent_max = numbers.5;
        s.network.upload_kib_per_s_max = numbers.6;
        s.disk.flock_gib_max = numbers.7;
        s.disk.free_gib_min = numbers.8;
        s.render.enabled = words.0;
        s.network.share = words.1;
        s.render.when = words.2;
        s.render.graphics_card = words.3;
        s.exclusive.apps = words.4;
        s.render.schedule.0 = words.5.iter().map(|range| range.parse().unwrap()).collect();
        s
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn settings_come_back_from_their_file(settings in any_settings()) {
        let read = Settings::read(&settings.to_file()).unwrap();
        prop_assert_eq!(read.settings, settings);
    }

    #[test]
    fn settings_come_back_from_a_file_they_were_written_into(before in any_settings(), after in any_settings()) {
        let dotted = "saver.on_battery = true\ndisk = { }\n[render]\n".to_owned();
        for text in [before.to_file(), NEWER.to_owned(), dotted, String::new()] {
            let written = after.write_into(&text).unwrap();
            let read = Settings::read(&written).unwrap();
            prop_assert_eq!(&read.settings, &after);
            prop_assert_eq!(read.settings.write_into(&written).unwrap(), written);
        }
    }

    #[test]
    fn any_text_is_read_or_refused_with_sentences(text in "(\\[|\\]|=|\\.|saver|render|on_battery|true|[0-9]|\"|#|\\{|\\}|,|\\n| |\\PC){0,40}") {
        if let Err(error) = Settings::read(&text) {
            for line in error.to_string().lines() {
                prop_assert!(line.starts_with("Line ") && line.ends_with('.'), "{line}");
            }
        }
    }
}
