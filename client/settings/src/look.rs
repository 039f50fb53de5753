//! How the window looks: the night colours of the website, one accent, and the typeface of the player.

use std::sync::Arc;

use eframe::egui::style::{HandleShape, ScrollStyle, WidgetVisuals};
use eframe::egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Stroke,
    Style, TextStyle, Theme, Visuals, vec2,
};

/// The window's ground, and that of the website.
pub(crate) const NIGHT: Color32 = Color32::from_rgb(0x0b, 0x09, 0x12);
/// A card on it.
pub(crate) const ROOM: Color32 = Color32::from_rgb(0x13, 0x10, 0x20);
/// What can be pressed or typed in.
pub(crate) const RAISED: Color32 = Color32::from_rgb(0x1f, 0x1a, 0x30);
/// Where a card ends.
pub(crate) const LINE: Color32 = Color32::from_rgb(0x2e, 0x28, 0x42);
/// Where something ends that can be pressed.
pub(crate) const EDGE: Color32 = Color32::from_rgb(0x8a, 0x80, 0xa6);
/// Words.
pub(crate) const TEXT: Color32 = Color32::from_rgb(0xf2, 0xec, 0xe2);
/// Words that explain others.
pub(crate) const QUIET: Color32 = Color32::from_rgb(0xb3, 0xaa, 0xc4);
/// The accent: what is chosen, and where the keyboard is.
pub(crate) const EMBER: Color32 = Color32::from_rgb(0xff, 0xb8, 0x67);
/// Something is wrong.
pub(crate) const ROSE: Color32 = Color32::from_rgb(0xff, 0x8f, 0x9c);

/// Corners of cards and of what is in them.
pub(crate) const CARD_ROUND: CornerRadius = CornerRadius::same(12);
pub(crate) const ROUND: CornerRadius = CornerRadius::same(8);

/// The bold face, at so many points.
pub(crate) fn bold(points: f32) -> FontId {
    FontId::new(points, FontFamily::Name("bold".into()))
}

/// Dresses the whole window.
pub(crate) fn dress(ctx: &Context) {
    ctx.set_fonts(fonts());
    ctx.set_theme(Theme::Dark);
    ctx.set_style_of(Theme::Dark, style());
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    let faces = [
        ("regular", notosans::REGULAR_TTF),
        ("bold", notosans::BOLD_TTF),
    ];
    for (name, bytes) in faces {
        let data = Arc::new(FontData::from_static(bytes));
        fonts.font_data.insert(name.to_owned(), data);
    }
    let families = [
        (FontFamily::Proportional, "regular"),
        (FontFamily::Monospace, "regular"),
        (FontFamily::Name("bold".into()), "bold"),
    ];
    for (family, face) in families {
        fonts.families.insert(family, vec![face.to_owned()]);
    }
    fonts
}

fn style() -> Style {
    let mut style = Style {
        visuals: visuals(),
        ..Style::default()
    };
    let regular = |points| FontId::new(points, FontFamily::Proportional);
    style.text_styles = [
        (TextStyle::Small, regular(13.0)),
        (TextStyle::Body, regular(15.0)),
        (TextStyle::Button, regular(15.0)),
        (TextStyle::Monospace, regular(15.0)),
        (TextStyle::Heading, bold(17.0)),
    ]
    .into();
    style.interaction.selectable_labels = false;
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(8.0, 6.0);
    spacing.button_padding = vec2(14.0, 7.0);
    spacing.interact_size = vec2(40.0, 28.0);
    spacing.slider_rail_height = 4.0;
    spacing.scroll = ScrollStyle {
        bar_width: 8.0,
        floating_width: 4.0,
        dormant_handle_opacity: 0.35,
        bar_outer_margin: 2.0,
        ..ScrollStyle::floating()
    };
    style
}

fn visuals() -> Visuals {
    let mut visuals = Visuals::dark();
    visuals.override_text_color = Some(TEXT);
    visuals.panel_fill = NIGHT;
    visuals.window_fill = ROOM;
    visuals.window_stroke = Stroke::new(1.0, LINE);
    visuals.extreme_bg_color = NIGHT;
    visuals.faint_bg_color = ROOM;
    visuals.hyperlink_color = EMBER;
    visuals.error_fg_color = ROSE;
    visuals.warn_fg_color = ROSE;
    visuals.selection.bg_fill = Color32::from_rgb(0x6b, 0x4c, 0x2a);
    visuals.selection.stroke = Stroke::new(1.0, EMBER);
    visuals.text_cursor.stroke = Stroke::new(2.0, EMBER);
    visuals.slider_trailing_fill = true;
    visuals.handle_shape = HandleShape::Circle;
    let widgets = &mut visuals.widgets;
    dress_widget(&mut widgets.noninteractive, ROOM, LINE, QUIET);
    dress_widget(&mut widgets.inactive, RAISED, LINE, TEXT);
    dress_widget(&mut widgets.hovered, LINE, EDGE, TEXT);
    dress_widget(&mut widgets.active, LINE, EMBER, EMBER);
    dress_widget(&mut widgets.open, RAISED, EDGE, TEXT);
    visuals
}

fn dress_widget(widget: &mut WidgetVisuals, fill: Color32, edge: Color32, ink: Color32) {
    widget.bg_fill = fill;
    widget.weak_bg_fill = fill;
    widget.bg_stroke = Stroke::new(1.0, edge);
    widget.fg_stroke = Stroke::new(1.5, ink);
    widget.corner_radius = ROUND;
    widget.expansion = 0.0;
}

/// The space inside a card.
pub(crate) const CARD_MARGIN: Margin = Margin::symmetric(18, 16);
