//! The one page: what people want first, and the rest under "More".
//!
//! The page is a table over `woolgather-agent`'s: which setting stands where, in which words, and when it
//! matters. What it may be comes from there; how it looks follows from what it is.

use eframe::egui::{Label, Ui};
use woolgather_agent::settings::table::{APPS_MAX, Field, RANGES_MAX, Row, row};
use woolgather_agent::{CardUse, Consent, RenderWhen, Settings};

use crate::controls::{Listing, Scale, card, choices, lines, number, quiet, switch, unfold};
use crate::model::{Shown, app_fault, hours_fault};

/// A card of the page.
struct Part {
    title: &'static str,
    /// Words that explain all of it; empty where its settings speak for themselves.
    words: &'static str,
    items: &'static [Item],
}

/// A setting on the page.
struct Item {
    path: &'static str,
    /// What it is called here; empty where the words of the settings' table do.
    title: &'static str,
    /// Words that explain it.
    words: &'static str,
    scale: Scale,
    /// When does it matter? It is not shown otherwise.
    matters: fn(&Settings) -> bool,
}

const fn item(path: &'static str, title: &'static str) -> Item {
    Item {
        path,
        title,
        words: "",
        scale: PLAIN,
        matters: |_| true,
    }
}

const fn scale(units: [&'static str; 2]) -> Scale {
    Scale {
        units,
        is_logarithmic: false,
        zero: None,
    }
}

const PLAIN: Scale = scale(["", ""]);
const PERCENT: Scale = scale([" %", " %"]);
const CELSIUS: Scale = scale([" °C", " °C"]);
const MINUTES: Scale = Scale {
    is_logarithmic: true,
    ..scale([" minute", " minutes"])
};
const GIB: Scale = Scale {
    is_logarithmic: true,
    ..scale([" GiB", " GiB"])
};
const KIB_PER_S: Scale = Scale {
    is_logarithmic: true,
    zero: Some("no limit"),
    ..scale([" KiB a second", " KiB a second"])
};

fn may_render(settings: &Settings) -> bool {
    settings.render.enabled == Consent::Given
}

const PAGE: &[Part] = &[
    Part {
        title: "When nobody is here",
        words: "",
        items: &[
            item("saver.enabled", "Show the flock"),
            Item {
                scale: MINUTES,
                matters: |settings| settings.saver.enabled,
                ..item("saver.idle_minutes", "Without a key or the mouse for")
            },
        ],
    },
    Part {
        title: "Drawing new sheep",
        words: "",
        items: &[
            Item {
                words: "It uses electricity, and it stops the moment you come back.",
                ..item(
                    "render.enabled",
                    "May this machine draw new sheep for everybody?",
                )
            },
            Item {
                scale: PERCENT,
                matters: may_render,
                ..item("render.cores_percent", "How much of the processor")
            },
            Item {
                matters: may_render,
                ..item("render.when", "When")
            },
            Item {
                scale: MINUTES,
                matters: may_render,
                ..item("render.idle_minutes", "I am away after")
            },
            Item {
                matters: may_render,
                ..item("render.on_battery", "Also on battery")
            },
            Item {
                scale: PERCENT,
                matters: |settings| may_render(settings) && settings.render.on_battery,
                ..item("render.battery_percent_min", "Only above this charge")
            },
        ],
    },
    Part {
        title: "Passing sheep on",
        words: "",
        items: &[Item {
            words: "Other participants will see your internet address, and get sheep from this machine. \
                    With a no, yours come from the coordinator alone and nothing is uploaded.",
            ..item(
                "network.share",
                "May finished sheep be passed on to other participants?",
            )
        }],
    },
    Part {
        title: "Disk",
        words: "",
        items: &[
            Item {
                scale: GIB,
                ..item("disk.flock_gib_max", "The flock may take")
            },
            Item {
                scale: GIB,
                ..item("disk.free_gib_min", "Always leave free")
            },
        ],
    },
];

const MORE: &[Part] = &[
    Part {
        title: "The flock on the screen",
        words: "",
        items: &[
            item("saver.on_battery", "Show it on battery too"),
            item("saver.clock", "With the time of day in a corner"),
        ],
    },
    Part {
        title: "In the panel",
        words: "",
        items: &[Item {
            words: "It says what is being done, and takes votes on what you have just seen.",
            ..item("agent.tray", "Show an icon")
        }],
    },
    Part {
        title: "Limits on drawing",
        words: "",
        items: &[
            item("render.graphics_card", "The graphics card draws"),
            Item {
                scale: CELSIUS,
                words: "It starts again 5 degrees below.",
                ..item("render.celsius_max", "Stop when the machine gets as hot as")
            },
            Item {
                scale: PERCENT,
                ..item(
                    "render.others_cpu_percent_max",
                    "Stop when other programs use more of the processor than",
                )
            },
        ],
    },
    Part {
        title: "Hours for drawing",
        words: "By the clock on your wall. Without a line any hour will do. A night belongs to the day on which it \
                starts.",
        items: &[item("render.schedule", "")],
    },
    Part {
        title: "Programs that come first",
        words: "While one of these runs, nothing of ours does: no saver, no drawing, no network. A game, for example.",
        items: &[item("exclusive.apps", "")],
    },
    Part {
        title: "Network",
        words: "",
        items: &[
            Item {
                words: "Such as a phone's.",
                ..item(
                    "network.on_metered",
                    "Also use connections that are paid for by the byte",
                )
            },
            Item {
                scale: KIB_PER_S,
                ..item("network.upload_kib_per_s_max", "Pass sheep on at most at")
            },
        ],
    },
];

/// Draws the page; `more` is whether the rest is unfolded, `file` what the file is called.
pub(crate) fn page(ui: &mut Ui, shown: &mut Shown, more: &mut bool, file: &str) {
    for part in PAGE {
        draw(ui, part, shown);
    }
    unfold(ui, more, if *more { "Less" } else { "More" });
    if *more {
        for part in MORE {
            draw(ui, part, shown);
        }
        quiet(
            ui,
            &format!("The same settings, with room for comments of your own, are in {file}."),
        );
    }
}

fn draw(ui: &mut Ui, part: &Part, shown: &mut Shown) {
    card(ui, part.title, |ui| {
        quiet(ui, part.words);
        let mut is_first = true;
        for item in part.items {
            if (item.matters)(&shown.settings)
                && let Some(row) = row(item.path)
            {
                if !is_first {
                    ui.add_space(6.0);
                }
                is_first = false;
                setting(ui, item, &row, shown);
            }
        }
    });
}

fn setting(ui: &mut Ui, item: &Item, row: &Row, shown: &mut Shown) {
    let title = if item.title.is_empty() {
        row.words
    } else {
        item.title
    };
    let settings = &mut shown.settings;
    match &row.field {
        Field::Switch(at) => {
            switch(ui, at(settings), title);
            quiet(ui, item.words);
        }
        Field::Number(range, at) => {
            number(ui, at(settings), range, item.scale, title);
            quiet(ui, item.words);
        }
        Field::Consent(at) => {
            ui.add(Label::new(title).wrap());
            quiet(ui, item.words);
            ui.add_space(2.0);
            consent(ui, at(settings));
        }
        Field::When(at) => {
            ui.add(Label::new(title).wrap());
            choices(ui, at(settings), &WHEN);
        }
        Field::Card(at) => {
            ui.add(Label::new(title).wrap());
            choices(ui, at(settings), &CARD);
        }
        Field::Schedule(_) => lines(ui, &mut shown.hours, HOURS),
        Field::Apps(_) => lines(ui, &mut shown.apps, APPS),
    }
}

const WHEN: [(RenderWhen, &str); 2] = [
    (RenderWhen::Idle, "While I am away"),
    (
        RenderWhen::Always,
        "Also while I touch nothing for ten seconds",
    ),
];

const CARD: [(CardUse, &str); 3] = [
    (CardUse::Auto, "While I am away"),
    (CardUse::Always, "Whenever the processor does"),
    (CardUse::Never, "Never"),
];

const HOURS: Listing = Listing {
    most: RANGES_MAX,
    fresh: "mon-fri 22:00-07:00",
    hint: "mon-fri 22:00-07:00",
    add: "Add hours",
    fault: hours_fault,
};

const APPS: Listing = Listing {
    most: APPS_MAX,
    fresh: "",
    hint: "blender",
    add: "Add a program",
    fault: app_fault,
};

/// Yes or no, and as long as it is so: not answered yet.
fn consent(ui: &mut Ui, consent: &mut Consent) {
    let answers = [
        (Consent::Given, "Yes"),
        (Consent::Refused, "No"),
        (Consent::Ask, "Not answered yet"),
    ];
    let is_open = *consent == Consent::Ask;
    choices(ui, consent, &answers[..if is_open { 3 } else { 2 }]);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use woolgather_agent::settings::table::rows;

    use super::*;

    #[test]
    fn every_setting_has_one_place_on_the_page() {
        let parts = PAGE.iter().chain(MORE);
        let mut placed: Vec<String> = parts
            .flat_map(|part| part.items.iter().map(|item| item.path.to_owned()))
            .collect();
        let count = placed.len();
        placed.sort();
        placed.dedup();
        assert_eq!(placed.len(), count, "none twice");
        let all: BTreeSet<String> = rows().iter().map(Row::path).collect();
        assert_eq!(placed.into_iter().collect::<BTreeSet<_>>(), all);
    }

    #[test]
    fn a_number_has_a_unit() {
        for item in PAGE.iter().chain(MORE).flat_map(|part| part.items) {
            let is_number = matches!(row(item.path).unwrap().field, Field::Number(..));
            assert_eq!(is_number, !item.scale.units[1].is_empty(), "{}", item.path);
        }
    }

    #[test]
    fn what_is_not_allowed_or_not_used_has_no_details() {
        let shown = |settings: &Settings| {
            let items = PAGE.iter().flat_map(|part| part.items);
            items.filter(|item| (item.matters)(settings)).count()
        };
        let mut settings = Settings::default();
        let at_first = shown(&settings);
        settings.render.enabled = Consent::Given;
        assert_eq!(shown(&settings), at_first + 4);
        settings.render.on_battery = true;
        assert_eq!(shown(&settings), at_first + 5);
        settings.saver.enabled = false;
        assert_eq!(shown(&settings), at_first + 4);
    }
}
