//! What the text over the film says, where it stands and how long it stays. Pure.
//!
//! ```text
//!  Electric Meadow            title, bold
//!  by Ada                     artist
//!  rendered by Ben, Cy and 4 others
//!  You want more like this    a notice, while there is one
//! ```
//!
//! In a corner of the screen, set flush with its side; pixels from the panel's left top, sizes by the screen's height.
//! Names come from strangers: they are cut to the width there is and stripped of control characters. The time of day, where
//! it is wanted, has a panel of its own. Where the panels stand, and that they move, is [`wander`](crate::wander)'s.

use std::time::Duration;

use crate::wander::Corner;

/// A face of the font.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Face {
    Regular,
    Bold,
}

/// What there is to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Info {
    pub(crate) title: String,
    pub(crate) artist: String,
    pub(crate) volunteers: Vec<String>,
    pub(crate) notice: Option<String>,
}

/// One line of text in its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) face: Face,
    /// Height of the face in pixels.
    pub(crate) px: f32,
    pub(crate) left: f32,
    pub(crate) baseline: f32,
}

/// Lines in a panel of this many pixels; no lines, no panel.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Layout {
    pub(crate) lines: Vec<Line>,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// How long text takes to go.
pub(crate) const FADE_OUT: Duration = Duration::from_millis(1500);
/// Volunteers named one by one; the others are counted.
const NAMED_MAX: usize = 3;
/// Longest text considered, in characters. No screen shows more, and measuring has a price.
const TEXT_CHARS_MAX: usize = 200;
/// Screens lower than this, in pixels, are previews: text would only hide the flame.
const SCREEN_HEIGHT_MIN: u32 = 160;

/// A sentence with its face, and its size against the common one.
type Sentence = (String, Face, f32);

/// Puts `info` into a corner of a screen of these pixels; `measure` tells a text's width in pixels.
pub(crate) fn lay_out(
    info: &Info,
    corner: Corner,
    screen: (u32, u32),
    measure: impl Fn(&str, Face, f32) -> f32,
) -> Layout {
    set(&sentences(info), corner, screen, measure)
}

/// The same for the time of day, as long after midnight as is given.
pub(crate) fn lay_out_clock(
    time_of_day: Duration,
    corner: Corner,
    screen: (u32, u32),
    measure: impl Fn(&str, Face, f32) -> f32,
) -> Layout {
    let minutes = time_of_day.as_secs() / 60;
    let text = format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60);
    set(&[(text, Face::Regular, 1.6)], corner, screen, measure)
}

fn set(
    sentences: &[Sentence],
    corner: Corner,
    (width, height): (u32, u32),
    measure: impl Fn(&str, Face, f32) -> f32,
) -> Layout {
    if height < SCREEN_HEIGHT_MIN {
        return Layout::default();
    }
    let px = (height as f32 / 32.0).clamp(13.0, 64.0);
    let margin = (1.4 * px).round();
    let room = width as f32 - 2.0 * margin;
    let mut layout = Layout::default();
    let mut top = margin;
    let mut widths = Vec::new();
    for (text, face, size) in sentences {
        let (face, px) = (*face, (px * size).round());
        let text = shorten(text, room, |text| measure(text, face, px));
        if text.is_empty() {
            continue;
        }
        widths.push(measure(&text, face, px));
        layout.lines.push(Line {
            text,
            face,
            px,
            left: margin,
            baseline: (top + px).round(),
        });
        top += 1.35 * px;
    }
    if layout.lines.is_empty() {
        return layout;
    }
    let widest = widths.iter().copied().fold(0.0, f32::max);
    layout.width = (widest + 2.0 * margin).ceil() as u32;
    layout.height = (top + margin).ceil() as u32;
    if corner.is_right() {
        for (line, width) in layout.lines.iter_mut().zip(widths) {
            line.left += widest - width;
        }
    }
    layout
}

/// How visible text is, `age` after it came on, if it `stays` so long before it goes again.
pub(crate) fn opacity(age: Duration, stays: Duration) -> f32 {
    const FADE_IN_S: f32 = 0.5;
    let age = age.as_secs_f32();
    let coming = age / FADE_IN_S;
    let going = 1.0 - (age - stays.as_secs_f32()) / FADE_OUT.as_secs_f32();
    coming.min(going).clamp(0.0, 1.0)
}

/// The sentences to show.
fn sentences(info: &Info) -> Vec<Sentence> {
    let mut sentences = vec![(info.title.clone(), Face::Bold, 1.5)];
    if !info.artist.is_empty() {
        sentences.push((format!("by {}", info.artist), Face::Regular, 1.0));
    }
    if !info.volunteers.is_empty() {
        let names = list(&info.volunteers);
        sentences.push((format!("rendered by {names}"), Face::Regular, 0.85));
    }
    if let Some(notice) = &info.notice {
        sentences.push((notice.clone(), Face::Bold, 1.0));
    }
    sentences
}

/// "Ada", "Ada and Ben", "Ada, Ben and Cy", "Ada, Ben, Cy and 4 others".
fn list(names: &[String]) -> String {
    let (named, last) = match names {
        [] => return String::new(),
        [only] => return only.clone(),
        [named @ .., last] if names.len() <= NAMED_MAX => (named, last.clone()),
        _ => {
            let others = names.len() - NAMED_MAX;
            let noun = if others == 1 { "other" } else { "others" };
            (&names[..NAMED_MAX], format!("{others} {noun}"))
        }
    };
    format!("{} and {last}", named.join(", "))
}

/// The text, or as much of its beginning as fits into `room` with an ellipsis after it.
fn shorten(text: &str, room: f32, measure: impl Fn(&str) -> f32) -> String {
    let clean: Vec<char> = text
        .chars()
        .take(TEXT_CHARS_MAX)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let start = |length: usize| clean[..length].iter().collect::<String>();
    let whole = start(clean.len()).trim().to_owned();
    if measure(&whole) <= room {
        return whole;
    }
    let cut = |length: usize| format!("{}…", start(length).trim());
    // The longest beginning that fits: a longer one is never narrower.
    let lengths: Vec<usize> = (1..clean.len()).collect();
    let fitting = lengths.partition_point(|&length| measure(&cut(length)) <= room);
    if fitting == 0 {
        String::new()
    } else {
        cut(lengths[fitting - 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A face in which every character is half as wide as it is high.
    fn measure(text: &str, _: Face, px: f32) -> f32 {
        text.chars().count() as f32 * px / 2.0
    }

    fn info(title: &str, artist: &str, volunteers: &[&str]) -> Info {
        Info {
            title: title.to_owned(),
            artist: artist.to_owned(),
            volunteers: volunteers.iter().map(|&name| name.to_owned()).collect(),
            notice: None,
        }
    }

    fn check(info: &Info, expected: &[&str]) {
        let layout = lay_out(info, Corner::LeftBottom, (1280, 720), measure);
        let texts: Vec<&str> = layout.lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, expected);
    }

    #[test]
    fn a_clip_shows_its_name_its_artist_and_the_volunteers() {
        check(
            &info("Electric Meadow", "Ada", &["Ben", "Cy"]),
            &["Electric Meadow", "by Ada", "rendered by Ben and Cy"],
        );
    }

    #[test]
    fn what_is_not_known_takes_no_line() {
        check(&info("Electric Meadow", "", &[]), &["Electric Meadow"]);
    }

    #[test]
    fn a_notice_comes_last() {
        let mut info = info("Electric Meadow", "Ada", &[]);
        info.notice = Some("Paused".to_owned());
        check(&info, &["Electric Meadow", "by Ada", "Paused"]);
    }

    #[test]
    fn many_volunteers_are_counted_after_the_third() {
        let names = |count: usize| -> Vec<String> {
            ["Ada", "Ben", "Cy", "Dee", "Eve", "Flo"][..count]
                .iter()
                .map(|&name| name.to_owned())
                .collect()
        };
        assert_eq!(list(&names(1)), "Ada");
        assert_eq!(list(&names(2)), "Ada and Ben");
        assert_eq!(list(&names(3)), "Ada, Ben and Cy");
        assert_eq!(list(&names(4)), "Ada, Ben, Cy and 1 other");
        assert_eq!(list(&names(6)), "Ada, Ben, Cy and 3 others");
    }

    #[test]
    fn a_name_too_long_for_the_screen_ends_in_an_ellipsis_inside_it() {
        let layout = lay_out(
            &info(&"m".repeat(5000), "", &[]),
            Corner::LeftTop,
            (640, 360),
            measure,
        );
        assert!(layout.lines[0].text.ends_with('…'));
        assert!(layout.width <= 640, "{}", layout.width);
        assert!(layout.width > 600, "{}", layout.width);
    }

    #[test]
    fn control_characters_become_blanks() {
        check(&info("two\nlines\u{7}", "", &[]), &["two lines"]);
    }

    #[test]
    fn lines_follow_each_other_and_stay_inside_the_panel() {
        for height in [160, 360, 720, 1080, 2160] {
            let info = info("Electric Meadow", "Ada", &["Ben"]);
            let layout = lay_out(
                &info,
                Corner::LeftBottom,
                (height * 16 / 9, height),
                measure,
            );
            assert_eq!(layout.lines.len(), 3);
            for pair in layout.lines.windows(2) {
                assert!(pair[1].baseline - pair[1].px >= pair[0].baseline);
            }
            let last = layout.lines.last().unwrap();
            assert!(last.baseline + last.px / 2.0 <= layout.height as f32);
            assert!(layout.height < height, "{height}");
        }
    }

    #[test]
    fn a_preview_of_a_few_pixels_shows_no_text() {
        let screen = (160, 90);
        let layout = lay_out(
            &info("Electric Meadow", "Ada", &[]),
            Corner::LeftBottom,
            screen,
            measure,
        );
        assert_eq!(layout, Layout::default());
        let clock = lay_out_clock(Duration::ZERO, Corner::LeftBottom, screen, measure);
        assert_eq!(clock, Layout::default());
    }

    #[test]
    fn on_the_right_every_line_ends_at_the_same_place() {
        let info = info("Electric Meadow", "Ada", &["Ben", "Cy"]);
        let [left, right] = [Corner::LeftTop, Corner::RightTop]
            .map(|corner| lay_out(&info, corner, (1280, 720), measure));
        assert_eq!((left.width, left.height), (right.width, right.height));
        let end = |line: &Line| line.left + measure(&line.text, line.face, line.px);
        for (line, other) in right.lines.iter().zip(&left.lines) {
            assert!((end(line) - end(&right.lines[0])).abs() < 0.01);
            assert_eq!(other.left, left.lines[0].left);
        }
    }

    #[test]
    fn the_clock_tells_hours_and_minutes() {
        let at = |secs| {
            let clock = lay_out_clock(
                Duration::from_secs(secs),
                Corner::RightTop,
                (1280, 720),
                measure,
            );
            clock.lines[0].text.clone()
        };
        assert_eq!(at(0), "00:00");
        assert_eq!(at(9 * 3600 + 5 * 60 + 59), "09:05");
        assert_eq!(at(86_399), "23:59");
    }

    #[test]
    fn the_text_comes_stays_a_few_seconds_and_goes() {
        let at = |ms| opacity(Duration::from_millis(ms), Duration::from_secs(6));
        assert_eq!(at(0), 0.0);
        assert_eq!(at(250), 0.5);
        assert_eq!(at(3000), 1.0);
        assert_eq!(at(6000), 1.0);
        assert_eq!(at(6750), 0.5);
        assert_eq!(at(8000), 0.0);
    }
}
