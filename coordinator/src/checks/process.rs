//! The parent's side: start the child, give it the segment, believe nothing it says unchecked.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;
use woolgather_protocol::{ProblemKind, Recipe};

use super::answer::{Answer, bytes_max};
use super::{CheckError, refused};
use crate::store::FrameMeans;

/// The program the child is an instance of.
const PROGRAM: &str = "woolgather-coordinator";
/// The longest a child may take, whatever it does.
const WALL_CLOCK_MAX: Duration = Duration::from_secs(180);

/// Decodes the segment at `path` in a child process.
pub(super) async fn decode(recipe: &Recipe, path: &Path) -> Result<Vec<FrameMeans>, CheckError> {
    let segment = std::fs::File::open(path).context("a segment cannot be read")?;
    let sizes = [recipe.width, recipe.height, recipe.segment_frames].map(|size| size.to_string());
    let mut child = Command::new(program()?)
        .arg("check-segment")
        .args(sizes)
        .env_clear()
        .stdin(Stdio::from(segment))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("no process for a decoder could be started")?;
    let out = child.stdout.take().context("a child without output")?;
    let most = bytes_max(recipe.width, recipe.height, recipe.segment_frames);
    let mut answer = Vec::new();
    let whole = async {
        out.take(most).read_to_end(&mut answer).await?;
        child.wait().await
    };
    let status = match tokio::time::timeout(WALL_CLOCK_MAX, whole).await {
        Ok(status) => status.context("a decoder could not be waited for")?,
        Err(_) => return Err(undecodable("the decoder took too long")),
    };
    if !status.success() {
        return Err(undecodable("the decoder failed, or went beyond its limits"));
    }
    read(recipe, &answer)
}

fn read(recipe: &Recipe, answer: &[u8]) -> Result<Vec<FrameMeans>, CheckError> {
    match serde_json::from_slice(answer) {
        Ok(Answer::Refused { kind, detail }) => Err(refused(kind, detail)),
        Ok(Answer::Decoded(frames)) if frames.len() == recipe.segment_frames as usize => {
            let means: Option<Vec<_>> = frames
                .iter()
                .map(|frame| frame.open(recipe.width, recipe.height))
                .collect();
            means.ok_or_else(|| undecodable("the decoder's answer makes no sense"))
        }
        _ => Err(undecodable("the decoder's answer makes no sense")),
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
