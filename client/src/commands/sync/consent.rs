//! Sharing needs a yes, once, in plain words.
//!
//! The yes is kept as the file `DATA/agreed-to-share`, which holds what was agreed to; who changes
//! their mind deletes it.

use std::fs;
use std::io::{BufRead, IsTerminal as _, Write};
use std::path::Path;

use crate::cli::SyncArgs;

const QUESTION: &str = "\
Woolgather passes finished clips on from participant to participant with BitTorrent. If you take
part, other participants will see your internet address, and clips you have are uploaded to them.
Otherwise clips come from the coordinator alone and nothing is uploaded.";

/// Whether the volunteer agreed to share: now, or at an earlier time. Where nobody can be asked, the
/// answer is no.
pub(super) fn agreed(data: &Path, args: &SyncArgs) -> anyhow::Result<bool> {
    let kept = data.join("agreed-to-share");
    if kept.exists() {
        return Ok(true);
    }
    let somebody_is_there = !args.json && std::io::stdin().is_terminal();
    let yes = args.agree
        || somebody_is_there && ask(&mut std::io::stdin().lock(), &mut std::io::stdout())?;
    if yes {
        fs::write(&kept, QUESTION)?;
    }
    Ok(yes)
}

fn ask(input: &mut impl BufRead, output: &mut impl Write) -> std::io::Result<bool> {
    write!(output, "{QUESTION}\nTake part? [y/N] ")?;
    output.flush()?;
    let mut answer = String::new();
    input.read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::sync::tests::args;

    #[test]
    fn who_was_never_asked_has_not_agreed() {
        let data = tempfile::tempdir().unwrap();
        assert!(!agreed(data.path(), &args("--json")).unwrap());
        assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_yes_is_kept_in_the_words_that_were_agreed_to() {
        let data = tempfile::tempdir().unwrap();
        assert!(agreed(data.path(), &args("--json --agree")).unwrap());
        assert!(agreed(data.path(), &args("--json")).unwrap());
        let kept = fs::read_to_string(data.path().join("agreed-to-share")).unwrap();
        assert!(kept.contains("will see your internet address"));
    }

    #[test]
    fn only_a_yes_is_a_yes() {
        for (typed, expected) in [
            ("y\n", true),
            (" Yes \n", true),
            ("\n", false),
            ("", false),
            ("n\n", false),
            ("yesterday\n", false),
        ] {
            let mut shown = Vec::new();
            assert_eq!(
                ask(&mut typed.as_bytes(), &mut shown).unwrap(),
                expected,
                "{typed:?}"
            );
            let shown = String::from_utf8(shown).unwrap();
            assert!(shown.contains("will see your internet address"), "{shown}");
        }
    }
}
