//! The person's browser.

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use url::Url;

/// What opens an address as the person's desktop does, and what it is told before the address.
#[cfg(windows)]
const OPENER: (&str, &[&str]) = ("rundll32", &["url.dll,FileProtocolHandler"]);
#[cfg(target_os = "macos")]
const OPENER: (&str, &[&str]) = ("open", &[]);
/// Part of xdg-utils.
#[cfg(not(any(windows, target_os = "macos")))]
const OPENER: (&str, &[&str]) = ("xdg-open", &[]);
/// How long it may take to say that it cannot. Where it has become the browser itself, it does not end at all.
const PATIENCE: Duration = Duration::from_secs(2);

/// Opens a page.
///
/// # Errors
///
/// Where nothing opens pages here: say the address.
pub(crate) fn open(page: &Url) -> anyhow::Result<()> {
    let (program, words) = OPENER;
    let mut opener = Command::new(program)
        .args(words)
        .arg(page.as_str())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("{program} could not be started"))?;
    let start = Instant::now();
    loop {
        match opener.try_wait()? {
            Some(code) if code.success() => return Ok(()),
            Some(code) => bail!("{program} found no browser ({code})"),
            None if start.elapsed() > PATIENCE => break,
            None => thread::sleep(Duration::from_millis(20)),
        }
    }
    // It goes on as the browser; whoever lives as long as the agent takes note of its end.
    let wait = thread::Builder::new().name("browser".into());
    wait.spawn(move || opener.wait())?;
    Ok(())
}
