//! Plays clips named on the command line, each as a loop, and prints the report.
//!
//! ```text
//! cargo run -p woolgather-player --example play_files -- SECONDS CLIP.mp4 ...
//! ```
//!
//! For looking at the player without a coordinator. Beside the clips nothing is needed but a display.

use std::path::PathBuf;
use std::time::Duration;

use woolgather_player::{LocalClip, PlayOptions, play};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().init();
    let mut arguments = std::env::args().skip(1);
    let seconds: f64 = arguments
        .next()
        .ok_or("play_files SECONDS CLIP.mp4 ...")?
        .parse()?;
    let flock: Vec<_> = arguments.map(|path| clip(PathBuf::from(path))).collect();
    let options = PlayOptions {
        for_: Some(Duration::from_secs_f64(seconds)),
        ..PlayOptions::default()
    };
    let report = play(flock, |event| println!("{event:?}"), &options)?;
    println!("{report:?}");
    Ok(())
}

/// A loop named after its file.
fn clip(path: PathBuf) -> LocalClip {
    let title = path.file_stem().unwrap_or_default().to_string_lossy();
    LocalClip {
        from_sheep: title.to_string(),
        to_sheep: title.to_string(),
        title: title.to_string(),
        artist: "an artist to be named".to_owned(),
        volunteers: ["Ada", "Ben", "Cy", "Dee", "Eve"]
            .map(str::to_owned)
            .to_vec(),
        rating: 0.0,
        path,
    }
}
