//! Sharing needs a yes, once, in plain words.

use std::fs;
use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use crate::cli::SyncArgs;

const QUESTION: &str = "\
Woolgather passes finished clips on from participant to participant with BitTorrent. If you take
part, other participants will see your internet address, and clips you have are uploaded to them.
Otherwise clips come from the coordinator alone and nothing is uploaded.";

/// Whether the volunteer agreed to share: now, or at an earlier time.
pub(super) fn agreed(data: &Path, args: &SyncArgs) -> anyhow::Result<bool> {
    let kept = data.join("agreed-to-share");
    if args.agree {
        fs::write(&kept, QUESTION)?;
        return Ok(true);
    }
    if kept.exists() {
        return Ok(true);
    }
    if args.json || !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    println!("{QUESTION}");
    print!("Take part? [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    let yes = matches!(answer.trim().to_lowercase().as_str(), "y" | "yes");
    if yes {
        fs::write(&kept, QUESTION)?;
    }
    Ok(yes)
}
