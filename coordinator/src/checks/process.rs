//! The parent's side: start the child, give it the segment, believe nothing it says unchecked.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;
use woolgather_protocol::{ProblemKind, Recipe};

use super::child::ChildArgs;
use super::{CheckError, answer, refused};
use crate::hands::{Hands, Moment};
use crate::store::FrameMeans;

/// The program the child is an instance of.
const PROGRAM: &str = "woolgather-coordinator";
/// The longest a child may take, whatever it does.
const WALL_CLOCK_MAX: Duration = Duration::from_secs(180);

/// Decodes the segment at `path` in a child process: the means of every frame.
pub(super) async fn decode(
    hands: &Hands,
    recipe: &Recipe,
    path: &Path,
) -> Result<Vec<FrameMeans>, CheckError> {
    let answer = ask(hands, recipe, path, None, answer::bytes_max(recipe)).await?;
    Ok(answer::read(recipe, &answer)?)
}

/// Decodes the segment at `path` in a child process: the pixels of one frame, from 0; red, green,
/// blue and an opaque byte each.
pub(super) async fn show(
    hands: &Hands,
    recipe: &Recipe,
    path: &Path,
    frame: u32,
) -> Result<Vec<u8>, CheckError> {
    let most = answer::picture_bytes_max(recipe);
    let answer = ask(hands, recipe, path, Some(frame), most).await?;
    Ok(answer::read_shown(recipe, &answer)?)
}

/// The child's answer about a segment, up to `bytes_max` of it.
async fn ask(
    hands: &Hands,
    recipe: &Recipe,
    path: &Path,
    show: Option<u32>,
    bytes_max: u64,
) -> Result<Vec<u8>, CheckError> {
    if let Some(stage) = hands.stage() {
        let args = ChildArgs {
            width: recipe.width,
            height: recipe.height,
            frames: recipe.segment_frames,
            show,
        };
        let segment = std::fs::read(path).context("a segment cannot be read")?;
        stage.pass(Moment::Work).await;
        let answer = stage.decode(&segment, &args)?;
        stage.pass(Moment::Worked).await;
        return Ok(answer);
    }
    let segment = std::fs::File::open(path).context("a segment cannot be read")?;
    let sizes = [recipe.width, recipe.height, recipe.segment_frames].map(|size| size.to_string());
    let mut child = Command::new(program()?)
        .arg("check-segment")
        .args(sizes)
        .args(show.map(|frame| format!("--show={frame}")))
        .env_clear()
        .stdin(Stdio::from(segment))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("no process for a decoder could be started")?;
    let out = child.stdout.take().context("a child without output")?;
    let mut answer = Vec::new();
    let whole = async {
        out.take(bytes_max).read_to_end(&mut answer).await?;
        child.wait().await
    };
    let Ok(status) = tokio::time::timeout(WALL_CLOCK_MAX, whole).await else {
        child.kill().await.context("a decoder could not be ended")?;
        return Err(undecodable("the decoder took too long"));
    };
    judge(status.context("a decoder could not be waited for")?)?;
    Ok(answer)
}

/// Whose fault it is that the child did not end well: ours where it says so itself, the segment's
/// where it died of it.
fn judge(status: ExitStatus) -> Result<(), CheckError> {
    match status.code() {
        Some(0) => Ok(()),
        Some(1 | 2) => Err(anyhow!("a decoder could not work: {status}").into()),
        _ => Err(undecodable("the decoder failed, or went beyond its limits")),
    }
}

fn undecodable(detail: &str) -> CheckError {
    refused(ProblemKind::UndecodableSegment, detail)
}

/// This very program; where a test's runs instead, the program built beside it.
fn program() -> anyhow::Result<PathBuf> {
    let this = std::env::current_exe().context("this program's own path is unknown")?;
    let name = format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX);
    if this.file_name().is_some_and(|file| file == name.as_str()) {
        return Ok(this);
    }
    let folders = this.ancestors().skip(1).take(2);
    let beside = folders
        .map(|folder| folder.join(&name))
        .find(|path| path.is_file());
    beside.with_context(|| format!("{name} is not beside {}", this.display()))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt as _;

    #[test]
    fn a_decoder_that_dies_is_the_segments_fault_and_one_that_cannot_start_is_ours() {
        let judged = |raw| judge(ExitStatus::from_raw(raw));
        let exit = |code: i32| judged(code << 8);
        assert!(exit(0).is_ok());
        for ours in [1, 2] {
            assert!(matches!(exit(ours), Err(CheckError::Failed(_))), "{ours}");
        }
        // A panic; then aborted, killed, out of processor time.
        assert!(matches!(exit(101), Err(CheckError::Refused(_))));
        for signal in [6, 9, 24] {
            assert!(
                matches!(judged(signal), Err(CheckError::Refused(_))),
                "{signal}"
            );
        }
    }
}
