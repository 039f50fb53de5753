//! What a person presses, moves and types in.
//!
//! The keyboard reaches all of it, in the order of the page: Tab goes on, Space presses, arrows move a
//! slider. Whatever has the keyboard has an ember edge, and the page moves so that it can be seen.

use std::ops::RangeInclusive;

use eframe::egui::{
    Align, Align2, Button, CornerRadius, DragValue, Frame, InnerResponse, Label, Layout, Rect,
    Response, RichText, Role, Sense, Slider, Stroke, StrokeKind, TextEdit, TextStyle, Ui,
    WidgetInfo, pos2, vec2,
};

use crate::look::{
    CARD_MARGIN, CARD_ROUND, EDGE, EMBER, LINE, NIGHT, QUIET, RAISED, ROOM, ROSE, ROUND, TEXT, bold,
};
use crate::model::Lines;

/// The least height of what is pressed, in points.
const TALL: f32 = 32.0;
/// The width of the button behind a line.
const REMOVE_WIDTH: f32 = 88.0;

/// Some settings that belong together.
pub(crate) fn card(ui: &mut Ui, title: &str, add: impl FnOnce(&mut Ui)) {
    Frame::new()
        .fill(ROOM)
        .stroke(Stroke::new(1.0, LINE))
        .corner_radius(CARD_ROUND)
        .inner_margin(CARD_MARGIN)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            if !title.is_empty() {
                ui.add(Label::new(RichText::new(title).text_style(TextStyle::Heading)).wrap());
                ui.add_space(4.0);
            }
            add(ui);
        });
    ui.add_space(12.0);
}

/// Words that explain others.
pub(crate) fn quiet(ui: &mut Ui, words: &str) {
    if !words.is_empty() {
        let words = RichText::new(words)
            .color(QUIET)
            .text_style(TextStyle::Small);
        ui.add(Label::new(words).wrap());
    }
}

/// A sentence on what is wrong.
pub(crate) fn fault(ui: &mut Ui, words: &str) {
    let words = RichText::new(words)
        .color(ROSE)
        .text_style(TextStyle::Small);
    ui.add(Label::new(words).wrap());
}

/// A switch with its words; the whole line can be pressed.
pub(crate) fn switch(ui: &mut Ui, is_on: &mut bool, words: &str) {
    let track = vec2(40.0, 22.0);
    let wide = ui.available_width();
    let room = wide - track.x - 16.0;
    let text = ui.painter().layout(
        words.to_owned(),
        TextStyle::Body.resolve(ui.style()),
        TEXT,
        room,
    );
    let size = vec2(wide, TALL.max(text.size().y + 6.0));
    let (rect, mut response) = ui.allocate_exact_size(size, Sense::click());
    if response.clicked() {
        *is_on = !*is_on;
        response.mark_changed();
    }
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::selected(Role::Switch, enabled, *is_on, words));
    let place = Rect::from_min_size(
        pos2(rect.right() - track.x, rect.center().y - track.y / 2.0),
        track,
    );
    let painter = ui.painter();
    let left = pos2(rect.left(), rect.center().y - text.size().y / 2.0);
    painter.galley(left, text, TEXT);
    let (fill, edge) = match (*is_on, response.hovered()) {
        (true, _) => (EMBER, EMBER),
        (false, true) => (LINE, EDGE),
        (false, false) => (RAISED, EDGE),
    };
    let round = CornerRadius::same(11);
    painter.rect(
        place,
        round,
        fill,
        Stroke::new(1.0, edge),
        StrokeKind::Inside,
    );
    let how_far = ui.ctx().animate_bool(response.id, *is_on);
    let knob = pos2(
        place.left() + 11.0 + how_far * (track.x - 22.0),
        place.center().y,
    );
    painter.circle_filled(knob, 7.0, if *is_on { NIGHT } else { EDGE });
    ring(ui, &response, place, round);
}

/// One of several; the words of each beside its dot.
pub(crate) fn choices<T: Copy + PartialEq>(ui: &mut Ui, chosen: &mut T, all: &[(T, &str)]) {
    ui.horizontal_wrapped(|ui| {
        for (value, words) in all {
            if choice(ui, *chosen == *value, words) {
                *chosen = *value;
            }
        }
    });
}

/// One pill; whether it was pressed.
fn choice(ui: &mut Ui, is_chosen: bool, words: &str) -> bool {
    let font = TextStyle::Body.resolve(ui.style());
    let ink = if is_chosen { TEXT } else { QUIET };
    // The dot with its margins, the words, and the margin behind them.
    let beside = 32.0 + 14.0;
    let room = (ui.max_rect().width() - beside).max(40.0);
    let text = ui.painter().layout(words.to_owned(), font, ink, room);
    let size = vec2(text.size().x + beside, TALL.max(text.size().y + 10.0));
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, enabled, is_chosen, words));
    let edge = match (is_chosen, response.hovered()) {
        (true, _) => EMBER,
        (false, true) => EDGE,
        (false, false) => LINE,
    };
    let round = CornerRadius::same(16);
    let painter = ui.painter();
    painter.rect(
        rect,
        round,
        RAISED,
        Stroke::new(1.0, edge),
        StrokeKind::Inside,
    );
    let dot = pos2(rect.left() + 18.0, rect.center().y);
    let dot_edge = if is_chosen { EMBER } else { EDGE };
    painter.circle_stroke(dot, 6.5, Stroke::new(1.5, dot_edge));
    if is_chosen {
        painter.circle_filled(dot, 3.5, EMBER);
    }
    let left = pos2(rect.left() + 32.0, rect.center().y - text.size().y / 2.0);
    painter.galley(left, text, ink);
    ring(ui, &response, rect, round);
    response.clicked()
}

/// How a number is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// What follows one of it, and what follows several.
    pub(crate) units: [&'static str; 2],
    /// Do the small numbers get as much of the slider as the large ones?
    pub(crate) is_logarithmic: bool,
    /// What 0 means, where that is no amount.
    pub(crate) zero: Option<&'static str>,
}

/// A number with its words, to slide or to type.
pub(crate) fn number(
    ui: &mut Ui,
    number: &mut u32,
    range: &RangeInclusive<u32>,
    scale: Scale,
    words: &str,
) {
    // The value first, from the right, so that long words know how much room is left.
    let line = from_the_right(ui, |ui| {
        let value = ui.add(typed(number, range, scale));
        see(&value);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let label = ui.add(Label::new(words).wrap()).id;
            value.labelled_by(label);
            label
        })
    });
    let label = line.inner.inner;
    ui.scope(|ui| {
        dress_slider(ui);
        let slider = Slider::new(number, range.clone())
            .logarithmic(scale.is_logarithmic)
            .show_value(false);
        see(&ui.add(slider).labelled_by(label));
    });
}

/// A line that is filled from its right end.
fn from_the_right<R>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
    let size = vec2(ui.available_width(), TALL);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), add)
}

fn typed<'a>(number: &'a mut u32, range: &RangeInclusive<u32>, scale: Scale) -> DragValue<'a> {
    let shown = move |value: f64, _: RangeInclusive<usize>| match (value as u32, scale.zero) {
        (0, Some(zero)) => zero.to_owned(),
        (1, _) => format!("1{}", scale.units[0]),
        (many, _) => format!("{many}{}", scale.units[1]),
    };
    DragValue::new(number)
        .range(range.clone())
        .speed(0.2)
        .custom_formatter(shown)
        .custom_parser(leading_number)
}

/// A thin line as wide as the page, with an ember part up to its handle.
fn dress_slider(ui: &mut Ui) {
    ui.spacing_mut().slider_width = ui.available_width();
    ui.spacing_mut().interact_size.y = 20.0;
    let visuals = ui.visuals_mut();
    visuals.selection.bg_fill = EMBER;
    let widgets = &mut visuals.widgets;
    for (widget, fill, edge) in [
        (&mut widgets.inactive, LINE, EMBER),
        (&mut widgets.hovered, LINE, TEXT),
        (&mut widgets.active, EMBER, TEXT),
    ] {
        widget.corner_radius = CornerRadius::same(2);
        widget.bg_fill = fill;
        widget.fg_stroke = Stroke::new(2.0, edge);
    }
}

/// The number that a typed text starts with: `10` of "10 minutes".
fn leading_number(text: &str) -> Option<f64> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    text[..end].parse().ok()
}

/// What a list of lines is about.
#[derive(Clone, Copy)]
pub(crate) struct Listing {
    /// The most lines there may be.
    pub(crate) most: usize,
    /// What a new line starts with.
    pub(crate) fresh: &'static str,
    /// Stands in an empty line.
    pub(crate) hint: &'static str,
    /// The words on the button for a new one.
    pub(crate) add: &'static str,
    /// What is wrong with a line.
    pub(crate) fault: fn(&str) -> Option<String>,
}

/// Lines to type, to take away and to add to.
pub(crate) fn lines(ui: &mut Ui, lines: &mut Lines, listing: Listing) {
    let mut gone = None;
    for (index, line) in lines.0.iter_mut().enumerate() {
        let fault_of_line = (listing.fault)(line);
        ui.horizontal(|ui| {
            let room = ui.available_width() - REMOVE_WIDTH - ui.spacing().item_spacing.x;
            let edit = TextEdit::singleline(line)
                .hint_text(listing.hint)
                .margin(vec2(10.0, 7.0))
                .desired_width(room);
            let edit = ui.add_sized(vec2(room, TALL), edit);
            see(&edit);
            let edge = match (&fault_of_line, edit.has_focus()) {
                (Some(_), _) => ROSE,
                (None, true) => EMBER,
                (None, false) => EDGE,
            };
            let stroke = Stroke::new(1.0, edge);
            let painter = ui.painter();
            painter.rect_stroke(edit.rect, ROUND, stroke, StrokeKind::Inside);
            let remove = Button::new("Remove").min_size(vec2(REMOVE_WIDTH, TALL));
            let remove = ui.add(remove);
            see(&remove);
            if remove.clicked() {
                gone = Some(index);
            }
        });
        if let Some(words) = fault_of_line {
            fault(ui, &words);
        }
    }
    if let Some(index) = gone {
        lines.0.remove(index);
    }
    ui.add_enabled_ui(lines.0.len() < listing.most, |ui| {
        if button(ui, listing.add, false) {
            lines.0.push(listing.fresh.to_owned());
        }
    });
}

/// A button; the one that leads on is ember.
pub(crate) fn button(ui: &mut Ui, words: &str, leads_on: bool) -> bool {
    let text = RichText::new(words);
    let button = if leads_on {
        Button::new(text.color(NIGHT).font(bold(15.0))).fill(EMBER)
    } else {
        Button::new(text)
    };
    let response = ui.add(button.min_size(vec2(0.0, TALL)).corner_radius(16));
    see(&response);
    ring(ui, &response, response.rect, CornerRadius::same(16));
    response.clicked()
}

/// The line that unfolds the rest of the page.
pub(crate) fn unfold(ui: &mut Ui, is_open: &mut bool, words: &str) {
    let size = vec2(ui.available_width(), 40.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    if response.clicked() {
        *is_open = !*is_open;
    }
    let enabled = ui.is_enabled();
    response
        .widget_info(|| WidgetInfo::selected(Role::DisclosureTriangle, enabled, *is_open, words));
    let ink = if response.hovered() { TEXT } else { QUIET };
    let painter = ui.painter();
    let middle = rect.center();
    let font = TextStyle::Body.resolve(ui.style());
    let text = painter.text(middle, Align2::CENTER_CENTER, words, font, ink);
    let tip = pos2(text.right() + 14.0, middle.y);
    let turn = if *is_open { -1.0 } else { 1.0 };
    let chevron = vec![
        tip + vec2(-4.5, -2.5 * turn),
        tip + vec2(0.0, 2.5 * turn),
        tip + vec2(4.5, -2.5 * turn),
    ];
    painter.line(chevron, Stroke::new(1.5, ink));
    ring(ui, &response, rect, ROUND);
    ui.add_space(8.0);
}

/// Shows where the keyboard is.
fn ring(ui: &Ui, response: &Response, rect: Rect, round: CornerRadius) {
    see(response);
    if response.has_focus() {
        let stroke = Stroke::new(2.0, EMBER);
        let round = round + CornerRadius::same(3);
        ui.painter()
            .rect_stroke(rect.expand(3.0), round, stroke, StrokeKind::Inside);
    }
}

/// Moves the page to what the keyboard has reached.
fn see(response: &Response) {
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_may_be_typed_with_its_unit_or_without() {
        assert_eq!(leading_number("10"), Some(10.0));
        assert_eq!(leading_number(" 10 minutes"), Some(10.0));
        assert_eq!(leading_number("no limit"), None);
    }
}
