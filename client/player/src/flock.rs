//! What the player is given and what it gives back: clips, options, events, a report, errors.

use std::path::PathBuf;
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

/// How to play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayOptions {
    /// A window with a frame; otherwise the whole screen it opens on.
    pub windowed: bool,
    /// The window's inner size in physical pixels, width first.
    pub size: (u32, u32),
    /// The monitor to fill, from 1 as people count; the window system chooses unless given.
    pub monitor: Option<usize>,
    /// Leave by itself after this time; `None` plays until somebody leaves.
    pub for_: Option<Duration>,
    /// Decides the walk: the same flock and number choose the same clips, as far as the clock agrees.
    pub rng_seed: u64,
    /// Where to write the last picture shown, as PNG. It is drawn once more off screen.
    pub screenshot: Option<PathBuf>,
    /// Where to write one line for each picture of the film that reached the screen: milliseconds
    /// since the start, clip file (live: title), frame, pictures dropped so far; separated by tabs.
    pub frame_log: Option<PathBuf>,
}

impl Default for PlayOptions {
    fn default() -> Self {
        Self {
            windowed: true,
            size: (1280, 720),
            monitor: None,
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

/// What happened while playing. The caller is told on the window's thread and answers quickly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlayEvent {
    /// A clip has come onto the screen.
    Shown {
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
    /// Somebody voted.
    Voted {
        /// The sheep on the screen; on an edge, the nearer of the two.
        sheep: String,
        /// Their answer.
        vote: Vote,
    },
}

/// What was played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlayReport {
    /// Pictures of the film that reached the screen; one shown at several refreshes counts once.
    pub frames_presented: u64,
    /// Pictures whose time went by unseen, or that came a whole picture too late.
    pub frames_dropped: u64,
    /// From the call of [`play`](crate::play) until the first picture was handed to the screen.
    pub first_frame: Duration,
    /// Clips that came onto the screen, counting each time anew.
    pub clips_played: u64,
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
