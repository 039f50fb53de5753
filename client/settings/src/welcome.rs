//! A first start: two questions, no account.

use eframe::egui::{Label, RichText, Ui, vec2};
use woolgather_agent::{Consent, Settings};

use crate::controls::{button, card, choices, quiet};
use crate::look::{QUIET, bold};

/// Draws it; whether the person goes on to the page.
pub(crate) fn welcome(ui: &mut Ui, settings: &mut Settings) -> bool {
    let words = "While you are away, this screen shows sheep: slow pictures that the computers of volunteers have drawn \
                 together. Two questions, and no account.";
    ui.add(Label::new(RichText::new(words).color(QUIET)).wrap());
    ui.add_space(12.0);
    let price = price(settings);
    question(
        ui,
        &mut settings.render.enabled,
        "May this machine draw new sheep while you are away?",
        &price,
    );
    question(
        ui,
        &mut settings.network.share,
        "May finished sheep be passed on to others?",
        "Other participants will see your internet address, and get sheep from this machine.",
    );
    let both = settings.render.enabled != Consent::Ask && settings.network.share != Consent::Ask;
    let mut goes_on = false;
    ui.horizontal(|ui| {
        goes_on = button(ui, if both { "Done" } else { "Later" }, both);
        ui.add_space(6.0);
        let note = if both {
            "You can change your mind at any time."
        } else {
            "What is not answered counts as no."
        };
        ui.allocate_ui(vec2(ui.available_width(), 32.0), |ui| quiet(ui, note));
    });
    goes_on
}

/// What a yes to drawing costs.
fn price(settings: &Settings) -> String {
    let battery = if settings.render.on_battery {
        ""
    } else {
        ", and nothing on battery"
    };
    let share = settings.render.cores_percent;
    format!(
        "It uses electricity: up to {share} % of the processor{battery}. It stops the moment you come back."
    )
}

fn question(ui: &mut Ui, answer: &mut Consent, asked: &str, words: &str) {
    card(ui, "", |ui| {
        ui.add(Label::new(RichText::new(asked).font(bold(16.0))).wrap());
        quiet(ui, words);
        ui.add_space(6.0);
        choices(
            ui,
            answer,
            &[(Consent::Given, "Yes"), (Consent::Refused, "No")],
        );
    });
}
