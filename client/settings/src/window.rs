//! The window: what joins model, page and desktop.

use std::time::Duration;

use eframe::egui::{
    CentralPanel, Context, Frame, Key, Label, Margin, Panel, RichText, ScrollArea, TextStyle, Ui,
    ViewportBuilder, ViewportCommand, vec2,
};
use eframe::{App, CreationContext, NativeOptions};

use crate::controls::{card, fault};
use crate::front::stay_in_front;
use crate::look::{EMBER, NIGHT, QUIET, ROOM, dress};
use crate::page::page;
use crate::picture::{Picture, mark};
use crate::welcome::welcome;
use crate::{Model, Store};

/// The widest that the page gets, in points: longer lines are hard to read.
pub(crate) const COLUMN: f32 = 560.0;
/// What stays free left and right of it.
pub(crate) const GUTTER: f32 = 20.0;

const SIZE: [f32; 2] = [600.0, 720.0];
const SIZE_MIN: [f32; 2] = [420.0, 480.0];

/// How often the line at the foot is asked for.
const ASK: Duration = Duration::from_secs(1);

/// No window can be opened here.
#[derive(Debug, thiserror::Error)]
#[error("no window can be opened here ({0})")]
pub struct NoWindow(String);

/// Shows the window until the person closes it.
///
/// `status` says in one sentence what the agent does, for the line at the foot; it is asked about once a second,
/// and where it says `None` there is no such line. On Windows the window stays in front of `owner`, which is the handle
/// of another program's window; elsewhere there are no such handles, and it does not count.
///
/// # Errors
///
/// [`NoWindow`] where there is no display, or none that can draw.
pub fn show(
    store: impl Store + 'static,
    status: impl FnMut() -> Option<String> + 'static,
    owner: Option<u32>,
) -> Result<(), NoWindow> {
    let viewport = ViewportBuilder::default()
        .with_title("Woolgather settings")
        .with_app_id("woolgather")
        .with_icon(mark())
        .with_inner_size(SIZE)
        .with_min_inner_size(SIZE_MIN);
    let options = NativeOptions {
        viewport,
        centered: true,
        ..NativeOptions::default()
    };
    eframe::run_native(
        "woolgather",
        options,
        Box::new(move |creation| {
            stay_in_front(creation, owner);
            Ok(Box::new(Window::new(creation, store, status)))
        }),
    )
    .map_err(|error| NoWindow(error.to_string()))
}

struct Window<S, F> {
    store: S,
    status: F,
    model: Model,
    picture: Picture,
    /// Is this the first start, and are the two questions still shown?
    is_welcome: bool,
    is_more: bool,
    /// Was the keyboard in a line or a number at the end of the last picture?
    is_typing: bool,
    /// The line at the foot, and when it is asked for again.
    said: Option<String>,
    ask_at: Duration,
}

impl<S: Store, F: FnMut() -> Option<String>> Window<S, F> {
    fn new(creation: &CreationContext<'_>, mut store: S, status: F) -> Self {
        dress(&creation.egui_ctx);
        let model = Model::open(&mut store);
        Self {
            is_welcome: model.is_fresh(),
            picture: Picture::new(&creation.egui_ctx),
            store,
            status,
            model,
            is_more: false,
            is_typing: false,
            said: None,
            ask_at: Duration::ZERO,
        }
    }

    fn ask(&mut self, now: Duration) {
        if self.ask_at <= now {
            self.said = (self.status)();
            self.ask_at = now + ASK;
        }
    }

    /// The line at the foot.
    fn foot(&self, ui: &mut Ui) {
        let Some(said) = &self.said else { return };
        let frame = Frame::new()
            .fill(ROOM)
            .inner_margin(Margin::symmetric(0, 10));
        Panel::bottom("foot").frame(frame).show(ui, |ui| {
            column(ui, |ui| {
                ui.horizontal(|ui| {
                    let (dot, _) =
                        ui.allocate_exact_size(vec2(8.0, 8.0), eframe::egui::Sense::hover());
                    ui.painter().circle_filled(dot.center(), 4.0, EMBER);
                    let words = RichText::new(said)
                        .text_style(TextStyle::Small)
                        .color(QUIET);
                    ui.add(Label::new(words).wrap());
                });
            });
        });
    }

    fn body(&mut self, ui: &mut Ui) {
        let (height, which) = if self.is_welcome {
            (190.0, "welcome")
        } else {
            (104.0, "page")
        };
        ScrollArea::vertical()
            .id_salt(which)
            .auto_shrink(false)
            .show(ui, |ui| {
                self.picture.head(ui, height);
                column(ui, |ui| {
                    self.trouble(ui);
                    if self.is_welcome {
                        let goes_on = welcome(ui, &mut self.model.shown().settings);
                        self.is_welcome = !goes_on;
                    } else {
                        let file = self.store.name();
                        page(ui, self.model.shown(), &mut self.is_more, &file);
                    }
                    ui.add_space(20.0);
                });
            });
    }

    /// Why changes do not reach the file, while they do not.
    fn trouble(&self, ui: &mut Ui) {
        if let Some(trouble) = self.model.trouble() {
            card(ui, "Your settings file needs a hand", |ui| {
                fault(ui, &self.store.name());
                for line in trouble.to_string().lines() {
                    fault(ui, line);
                }
                ui.add_space(4.0);
                ui.add(Label::new("What you change here is written once this is mended.").wrap());
            });
        }
    }
}

/// A column in the middle of the window.
fn column(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    let width = (ui.available_width() - 2.0 * GUTTER).min(COLUMN);
    let left = (ui.available_width() - width) / 2.0;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.add_space(left);
        ui.vertical(|ui| {
            ui.set_width(width);
            ui.reset_style();
            add(ui);
        });
    });
}

impl<S: Store, F: FnMut() -> Option<String>> App for Window<S, F> {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let now = Duration::from_secs_f64(ui.input(|input| input.time).max(0.0));
        // Esc leaves what is being typed first, and the window then. By now egui has taken the keyboard away from it.
        let leaves = !self.is_typing && ui.input(|input| input.key_pressed(Key::Escape));
        self.ask(now);
        self.foot(ui);
        CentralPanel::default()
            .frame(Frame::new().fill(NIGHT))
            .show(ui, |ui| self.body(ui));
        self.is_typing = ui.ctx().text_edit_focused();
        self.model.settle(now);
        let rest = self.model.step(now, &mut self.store);
        if leaves {
            close(ui.ctx());
        }
        ui.ctx().request_repaint_after(rest);
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.model.finish(&mut self.store);
    }
}

fn close(ctx: &Context) {
    ctx.send_viewport_cmd(ViewportCommand::Close);
}
