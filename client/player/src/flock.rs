//! What the player is given and what it gives back: clips, options, events, a report, errors.

use std::path::{Path, PathBuf};
use std::time::Duration;

use woolgather_genome::Genome;

/// One verified clip on this machine.
#[derive(Clone, Debug, PartialEq)]
pub struct LocalClip {
    /// The MP4 file.
    pub path: PathBuf,
    /// The sheep it starts from.
    pub from_sheep: String,
    /// The sheep it ends at; the same for a loop.
    pub to_sheep: String,
    /// The name to show.
    pub title: String,
    /// Who designed it; empty where nobody is named.
    pub artist: String,
    /// Who rendered it, in the order to show.
    pub volunteers: Vec<String>,
    /// How much it is liked, on any scale: only differences within the flock count.
    pub rating: f64,
}

impl LocalClip {
    /// A loop leads from a sheep to itself; every other clip is an edge.
    #[must_use]
    pub fn is_loop(&self) -> bool {
        self.from_sheep == self.to_sheep
    }
}

/// A flame to draw live.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveSheep {
    /// What turns.
    pub genome: Genome,
    /// The name to show.
    pub title: String,
    /// Who designed it; empty where nobody is named.
    pub artist: String,
}

/// A window that another program opened: its X id, on the display that the environment names, or its handle on Windows,
/// of which 32 bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForeignWindow(pub u32);

/// How to play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayOptions {
    /// One window with a frame; otherwise a window that fills its monitor, on each of them.
    pub windowed: bool,
    /// The window's inner size in physical pixels, width first.
    pub size: (u32, u32),
    /// The only monitor to fill, from 1 as people count; all of them unless given.
    pub monitor: Option<usize>,
    /// Somebody else's window to draw in, as hosts of screensavers lend them; then no window is opened, and what
    /// the three fields above say does not count.
    pub within: Option<ForeignWindow>,
    /// Leave when somebody touches anything, but for the keys that vote and browse; as a screensaver does. Unless
    /// `windowed`, such windows lie over everything else where a Wayland desktop lets them.
    pub as_saver: bool,
    /// Show the time of day in a corner.
    pub clock: bool,
    /// Leave by itself after this time; `None` plays until somebody leaves.
    pub for_: Option<Duration>,
    /// Decides the walk: the same flock and number choose the same clips, as far as the clock agrees.
    pub rng_seed: u64,
    /// Where to write the last picture shown, as PNG. It is drawn once more off screen.
    pub screenshot: Option<PathBuf>,
    /// Where to write one line for each picture of the film that reached the screen: milliseconds
    /// since the start, clip file (live: title), frame, pictures dropped so far; separated by tabs.
    ///
    /// Where there are several monitors, the second one's files are named like `log-2.tsv`.
    pub frame_log: Option<PathBuf>,
}

impl PlayOptions {
    /// What these options mean for the window of this place among several, from 0: a walk and files of its own.
    pub(crate) fn of_window(&self, place: usize) -> Self {
        let own = |path: &Option<PathBuf>| path.as_ref().map(|path| numbered(path, place + 1));
        Self {
            rng_seed: self.rng_seed.wrapping_add(place as u64),
            screenshot: own(&self.screenshot),
            frame_log: own(&self.frame_log),
            ..self.clone()
        }
    }
}

/// `name.ext` for 1, `name-2.ext` for 2.
fn numbered(path: &Path, number: usize) -> PathBuf {
    if number <= 1 {
        return path.to_owned();
    }
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

impl Default for PlayOptions {
    fn default() -> Self {
        Self {
            windowed: true,
            size: (1280, 720),
            monitor: None,
            within: None,
            as_saver: false,
            clock: false,
            for_: None,
            rng_seed: 0,
            screenshot: None,
            frame_log: None,
        }
    }
}

/// The two answers to a sheep on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vote {
    /// More like this.
    Up,
    /// Less like this; the player leaves the sheep at the next seam.
    Down,
}

/// What happened while playing. The caller is told on the thread that it called from, and answers quickly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlayEvent {
    /// A clip has come onto the screen.
    Shown {
        /// The sheep that it begins with; a flame that is drawn live is not in the flock.
        sheep: Option<String>,
        /// The clip's title.
        title: String,
        /// Its artist.
        artist: String,
    },
    /// A clip cannot be played and was passed over. Told once; the clip stays out until a list of
    /// clips comes without it, and then one with it again.
    Broken {
        /// Its file.
        path: PathBuf,
        /// What is wrong with it, in words.
        reason: String,
    },
    /// None of the clips can be played; what there is instead is drawn live.
    NoFilms {
        /// The last file tried, and what was wrong with it.
        reason: String,
    },
    /// Frames of a window's film went by unseen.
    Dropped {
        /// How many, since it began.
        frames: u64,
    },
    /// Somebody pressed a key that is for the player, such as a vote.
    KeyTaken,
    /// Somebody voted.
    Voted {
        /// The sheep on the screen; on an edge, the nearer of the two.
        sheep: String,
        /// Their answer.
        vote: Vote,
    },
}

/// What was played, on all monitors together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlayReport {
    /// Pictures of the film that reached the screen; one shown at several refreshes counts once.
    pub frames_presented: u64,
    /// Pictures whose time went by unseen, or that came a whole picture too late.
    pub frames_dropped: u64,
    /// From the call of [`play`](crate::play) until every monitor had been handed its first picture, also one that
    /// was plugged in later.
    pub first_frame: Duration,
    /// Clips that came onto the screen, counting each time anew.
    pub clips_played: u64,
}

impl PlayReport {
    /// What was played in this and, before it, in the same window.
    pub(crate) fn after(self, earlier: Self) -> Self {
        let first_frame = if earlier.frames_presented > 0 {
            earlier.first_frame
        } else {
            self.first_frame
        };
        Self {
            first_frame,
            ..self.and(earlier)
        }
    }

    /// What this and another window played together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            frames_presented: self.frames_presented + other.frames_presented,
            frames_dropped: self.frames_dropped + other.frames_dropped,
            first_frame: self.first_frame.max(other.first_frame),
            clips_played: self.clips_played + other.clips_played,
        }
    }
}

/// Why nothing can be played. Each message says what the person can do.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// There is not one clip.
    #[error("there are no clips on this machine yet; fetch some with `woolgather sync`")]
    EmptyFlock,
    /// There are clips, and none of them can be read any more.
    #[error(
        "none of the clips on this machine can be read (the last one: {last}); \
         fetch them again with `woolgather sync`"
    )]
    NoReadableClip {
        /// The last file tried, and what was wrong with it.
        last: String,
    },
    /// There is no display, or it lets nobody in.
    #[error(
        "there is no display to open a window on ({reason}); \
         start this from a desktop session, or set DISPLAY or WAYLAND_DISPLAY"
    )]
    NoDisplay {
        /// The window system's words.
        reason: String,
    },
    /// The window to draw in is not there.
    #[error("the window {window:#x} that this was to draw in cannot be used: {reason}")]
    NoForeignWindow {
        /// Its X id or its handle.
        window: u32,
        /// The window system's words.
        reason: String,
    },
    /// There are fewer monitors.
    #[error("there is no monitor {number}; this machine shows {count}")]
    NoMonitor {
        /// The one that was asked for.
        number: usize,
        /// How many there are.
        count: usize,
    },
    /// A genome that cannot be drawn, or no genome at all.
    #[error("{title} cannot be drawn live: {reason}")]
    CannotDraw {
        /// The sheep.
        title: String,
        /// The renderer's words.
        reason: String,
    },
    /// There is no graphics driver that can draw in the window.
    #[error(
        "no graphics adapter can draw in this window ({reason}); install a Vulkan or OpenGL \
         driver (on Debian: apt-get install libvulkan1 mesa-vulkan-drivers)"
    )]
    NoAdapter {
        /// The graphics library's words.
        reason: String,
    },
    /// The graphics adapter was there and stopped working.
    #[error("the graphics adapter stopped working ({reason}); start again")]
    AdapterFailed {
        /// The graphics library's words.
        reason: String,
    },
    /// The screenshot or the frame log could not be written.
    #[error("cannot write {path}: {reason}")]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// A thread could not be started.
    #[error("cannot start a thread for decoding: {0}")]
    Thread(#[from] std::io::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_window_has_a_walk_and_files_of_its_own() {
        let options = PlayOptions {
            frame_log: Some("logs/frames.tsv".into()),
            screenshot: Some("last".into()),
            ..PlayOptions::default()
        };
        assert_eq!(options.of_window(0), options);
        let second = options.of_window(1);
        assert_ne!(second.rng_seed, options.rng_seed);
        assert_eq!(second.frame_log, Some("logs/frames-2.tsv".into()));
        assert_eq!(second.screenshot, Some("last-2".into()));
    }
}
