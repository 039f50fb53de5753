//! The icon in the desktop's panel: a StatusNotifierItem on the session's bus. What it shows is a [`Face`]; here is only
//! how it gets there.
//!
//! A thread of its own speaks to the bus, so that the desk waits for no panel. A desktop without room for icons is
//! nothing unusual: the item stays on the bus, and a panel that comes later finds it.

use std::sync::LazyLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use image::{ImageFormat, RgbaImage};
use ksni::blocking::{Handle, TrayMethods as _};
use ksni::menu::{CheckmarkItem, StandardItem};
use ksni::{Icon, MenuItem, OfflineReason, ToolTip};
use woolgather_agent::tray::{Act, Choice, Face, Item, Look};

/// When a bus that was not there is looked for again.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// How long the panel is left alone after a change: somebody may be reading the menu.
const LEFT_ALONE: Duration = Duration::from_millis(300);

/// The icon, from the desk's side.
pub(crate) struct Tray {
    faces: Sender<Option<Face>>,
    shown: Option<Face>,
}

impl Tray {
    /// No icon yet; `chosen` hears what is chosen in its menu.
    pub(crate) fn start(chosen: impl Fn(Act) + Clone + Send + 'static) -> std::io::Result<Self> {
        let (faces, wanted) = channel();
        let thread = thread::Builder::new().name("tray".into());
        thread.spawn(move || keep(&wanted, &chosen))?;
        Ok(Self { faces, shown: None })
    }

    /// Shows this from now on, or nothing; the same again costs nothing.
    pub(crate) fn show(&mut self, face: Option<Face>) {
        if self.shown != face {
            // A thread that is gone shows nothing more, which is no reason to stop rendering.
            self.faces.send(face.clone()).ok();
            self.shown = face;
        }
    }
}

/// Keeps the item on the bus as it is wanted, for as long as the agent lives.
fn keep(wanted: &Receiver<Option<Face>>, chosen: &(impl Fn(Act) + Clone + Send + 'static)) {
    let mut handle: Option<Handle<Notifier>> = None;
    let mut face = None;
    let mut is_told = false;
    loop {
        match wanted.recv_timeout(LOOK_AGAIN) {
            // Only what holds now is worth showing.
            Ok(newer) => face = wanted.try_iter().last().unwrap_or(newer),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        match (&face, &handle) {
            (None, _) => {
                if let Some(handle) = handle.take() {
                    handle.shutdown().wait();
                }
            }
            (Some(face), Some(handle)) => {
                handle.update(|notifier| notifier.face.clone_from(face));
                thread::sleep(LEFT_ALONE);
            }
            (Some(face), None) => {
                let notifier = Notifier {
                    face: face.clone(),
                    chosen: Box::new(chosen.clone()),
                };
                // Not having a panel yet is no error: whoever comes finds us.
                match notifier.assume_sni_available(true).spawn() {
                    Ok(begun) => handle = Some(begun),
                    Err(error) if !is_told => {
                        is_told = true;
                        tracing::info!("There is no icon in the panel: {error}");
                    }
                    Err(_) => {}
                }
            }
        }
    }
}

/// What the panel asks about.
struct Notifier {
    face: Face,
    chosen: Box<dyn Fn(Act) + Send>,
}

impl ksni::Tray for Notifier {
    // A click with either button opens the menu: there is nothing else to do with the icon.
    const MENU_ON_ACTIVATE: bool = true;

    fn id(&self) -> String {
        "woolgather".to_owned()
    }

    fn title(&self) -> String {
        "Woolgather".to_owned()
    }

    fn icon_pixmap(&self) -> Vec<Icon> {
        match self.face.look {
            Look::Awake => AWAKE.clone(),
            Look::Paused => PAUSED.clone(),
        }
    }

    fn tool_tip(&self) -> ToolTip {
        ToolTip {
            title: self.title(),
            description: without_markup(&self.face.sentence),
            ..ToolTip::default()
        }
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        self.face.menu.iter().map(menu_item).collect()
    }

    fn watcher_offline(&self, reason: OfflineReason) -> bool {
        match reason {
            OfflineReason::Error(error) => tracing::info!("No panel shows icons yet: {error}"),
            _ => tracing::info!("The panel that showed the icon has gone"),
        }
        true
    }
}

fn menu_item(item: &Item) -> MenuItem<Notifier> {
    match item {
        Item::Divider => MenuItem::Separator,
        Item::Words(words) => StandardItem {
            label: without_keys(words),
            enabled: false,
            ..StandardItem::default()
        }
        .into(),
        Item::Choice(Choice { words, act, given }) => {
            let label = without_keys(words);
            let act = act.clone();
            let activate = Box::new(move |notifier: &mut Notifier| (notifier.chosen)(act.clone()));
            match *given {
                Some(checked) => CheckmarkItem {
                    label,
                    checked,
                    activate,
                    ..CheckmarkItem::default()
                }
                .into(),
                None => StandardItem {
                    label,
                    activate,
                    ..StandardItem::default()
                }
                .into(),
            }
        }
    }
}

/// A label in which an underscore is one, and does not mark the key of the letter behind it.
fn without_keys(words: &str) -> String {
    words.replace('_', "__")
}

/// A tooltip may have markup, and what stands in ours is partly other people's.
fn without_markup(sentence: &str) -> String {
    sentence
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// The icons of the package, in the sizes of panels.
const PNGS: [&[u8]; 4] = [
    include_bytes!("../../../installer/icons/hicolor/16x16/org.woolgather.Woolgather.png"),
    include_bytes!("../../../installer/icons/hicolor/24x24/org.woolgather.Woolgather.png"),
    include_bytes!("../../../installer/icons/hicolor/32x32/org.woolgather.Woolgather.png"),
    include_bytes!("../../../installer/icons/hicolor/48x48/org.woolgather.Woolgather.png"),
];

static AWAKE: LazyLock<Vec<Icon>> = LazyLock::new(|| pictures().map(icon).collect());
static PAUSED: LazyLock<Vec<Icon>> = LazyLock::new(|| pictures().map(paused).map(icon).collect());

fn pictures() -> impl Iterator<Item = RgbaImage> {
    let read = |png: &&[u8]| image::load_from_memory_with_format(png, ImageFormat::Png);
    // Without a picture that cannot be read there are the others; a test reads all.
    let read = PNGS.iter().filter_map(move |png| read(png).ok());
    read.map(image::DynamicImage::into_rgba8)
}

/// The picture with its colours asleep, and the two bars of a pause in its lower right corner.
fn paused(mut picture: RgbaImage) -> RgbaImage {
    for pixel in picture.pixels_mut() {
        let [red, green, blue, alpha] = pixel.0.map(u32::from);
        let grey = (54 * red + 183 * green + 19 * blue) / 256 * 3 / 4;
        // At most three quarters of what a byte holds.
        pixel.0 = [grey as u8, grey as u8, (grey + grey / 5) as u8, alpha as u8];
    }
    let side = picture.width();
    let bar = (side / 8).max(2);
    let (top, bottom) = (side * 9 / 16, side - side / 12);
    let right = side - side / 12;
    let lefts = [right - 3 * bar, right - bar];
    // A dark seam first, so that the bars stand off from whatever is below them.
    for left in lefts {
        fill(
            &mut picture,
            [left - 1, top - 1, left + bar + 1, bottom + 1],
            [11, 9, 18, 255],
        );
    }
    for left in lefts {
        fill(
            &mut picture,
            [left, top, left + bar, bottom],
            [255, 184, 103, 255],
        );
    }
    picture
}

/// Fills a box: left, top, right and bottom, the latter two not included.
fn fill(picture: &mut RgbaImage, [left, top, right, bottom]: [u32; 4], colour: [u8; 4]) {
    for y in top..bottom.min(picture.height()) {
        for x in left..right.min(picture.width()) {
            picture.put_pixel(x, y, image::Rgba(colour));
        }
    }
}

/// As the bus wants it: ARGB, the alpha first.
fn icon(picture: RgbaImage) -> Icon {
    let (width, height) = picture.dimensions();
    let mut data = picture.into_raw();
    for pixel in data.chunks_exact_mut(4) {
        pixel.rotate_right(1);
    }
    Icon {
        // Icons have a few dozen pixels a side.
        width: width as i32,
        height: height as i32,
        data,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_icon_is_there_in_every_size_and_sleeps_while_paused() {
        let sizes = |icons: &[Icon]| icons.iter().map(|icon| icon.width).collect::<Vec<_>>();
        assert_eq!(sizes(&AWAKE), [16, 24, 32, 48]);
        assert_eq!(sizes(&PAUSED), sizes(&AWAKE));
        for (awake, paused) in AWAKE.iter().zip(PAUSED.iter()) {
            assert_eq!(awake.data.len(), 4 * (awake.width * awake.height) as usize);
            assert_ne!(awake.data, paused.data);
        }
    }

    #[test]
    fn alpha_comes_first() {
        let picture = RgbaImage::from_pixel(1, 1, image::Rgba([1, 2, 3, 4]));
        assert_eq!(icon(picture).data, [4, 1, 2, 3]);
    }

    #[test]
    fn names_are_words_and_not_markup_or_keys() {
        assert_eq!(without_keys("cinder_star"), "cinder__star");
        assert_eq!(
            without_markup("<b>A & B</b>"),
            "&lt;b&gt;A &amp; B&lt;/b&gt;"
        );
    }
}
