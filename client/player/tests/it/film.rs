//! Small clips made for the occasion: a ball on a circle over a sky that slowly changes.
//!
//! A loop's last picture leads on to its first; an edge goes from one sky to another, with the ball
//! where both loops begin.

use std::f64::consts::TAU;
use std::fs;
use std::path::{Path, PathBuf};

use woolgather_player::LocalClip;
use woolgather_video::{EncoderSettings, JoinSettings, PlanesRef, SegmentEncoder, join_segments};

pub(crate) const WIDTH: u32 = 320;
pub(crate) const HEIGHT: u32 = 180;
pub(crate) const FRAMES: u32 = 24;
pub(crate) const FPS: u32 = 24;

/// A sheep: its name and the chroma of its sky.
#[derive(Clone, Copy)]
pub(crate) struct Sky(pub(crate) &'static str, pub(crate) [u16; 2]);

pub(crate) const ROSE: Sky = Sky("rose", [470, 640]);
pub(crate) const TEAL: Sky = Sky("teal", [570, 400]);

/// Writes the clip from one sky to another, or a loop of one, into `folder`.
pub(crate) fn clip(folder: &Path, from: Sky, to: Sky) -> LocalClip {
    clip_at(FPS, folder, from, to)
}

/// The same at another number of frames a second.
pub(crate) fn clip_at(fps: u32, folder: &Path, from: Sky, to: Sky) -> LocalClip {
    let path = folder.join(format!("{}-{}.mp4", from.0, to.0));
    fs::write(&path, encode(fps, from, to)).expect("the temporary folder takes files");
    LocalClip {
        path,
        from_sheep: from.0.to_owned(),
        to_sheep: to.0.to_owned(),
        title: format!("{} to {}", from.0, to.0),
        artist: "Ada".to_owned(),
        volunteers: vec!["Ben".to_owned(), "Cy".to_owned()],
        rating: 0.0,
    }
}

/// A clip whose file is not one.
pub(crate) fn broken_clip(folder: &Path, name: &str, bytes: &[u8]) -> LocalClip {
    let path: PathBuf = folder.join(format!("{name}.mp4"));
    fs::write(&path, bytes).expect("the temporary folder takes files");
    LocalClip {
        path,
        from_sheep: name.to_owned(),
        to_sheep: name.to_owned(),
        title: name.to_owned(),
        artist: String::new(),
        volunteers: Vec::new(),
        rating: 0.0,
    }
}

fn encode(fps: u32, from: Sky, to: Sky) -> Vec<u8> {
    let settings = EncoderSettings {
        width: WIDTH,
        height: HEIGHT,
        fps,
        speed: 10,
        quantizer: 60,
        segment_frames: FRAMES,
    };
    let mut encoder = SegmentEncoder::new(&settings).expect("the settings are sound");
    for frame in 0..FRAMES {
        let way = f64::from(frame) / f64::from(FRAMES);
        let [luma, chroma_blue, chroma_red] = planes(from, to, way);
        let planes = PlanesRef {
            width: WIDTH,
            height: HEIGHT,
            luma: &luma,
            chroma_blue: &chroma_blue,
            chroma_red: &chroma_red,
        };
        encoder.push(&planes).expect("the planes have their shape");
    }
    let segment = encoder.finish().expect("every frame was pushed");
    let settings = JoinSettings {
        width: WIDTH,
        height: HEIGHT,
        fps,
    };
    join_segments(&[&segment], &settings).expect("one segment is a clip")
}

fn planes(from: Sky, to: Sky, way: f64) -> [Vec<u16>; 3] {
    let (sin, cos) = (TAU * way).sin_cos();
    let (ball_x, ball_y) = (160.0 + 60.0 * cos, 90.0 + 60.0 * sin);
    let luma = (0..HEIGHT)
        .flat_map(|y| (0..WIDTH).map(move |x| (f64::from(x), f64::from(y))))
        .map(|(x, y)| {
            let distance = (x - ball_x).hypot(y - ball_y);
            let ball = (1.0 - distance / 25.0).clamp(0.0, 1.0);
            (200.0 + y + 500.0 * ball) as u16
        })
        .collect();
    let chroma = |channel: usize| {
        let (from, to) = (f64::from(from.1[channel]), f64::from(to.1[channel]));
        let value = (from + way * (to - from)).round() as u16;
        vec![value; (WIDTH.div_ceil(2) * HEIGHT.div_ceil(2)) as usize]
    };
    [luma, chroma(0), chroma(1)]
}
