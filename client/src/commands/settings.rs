//! `woolgather settings`: the settings in a window.

use std::path::Path;

use anyhow::{Context as _, ensure};
use woolgather_platform::display_present;

use crate::cli::WindowArgs;
use crate::settings::SettingsFile;

const WITHOUT: &str = "`woolgather config` does the same without a window";

pub(crate) fn settings(given: Option<&Path>, args: &WindowArgs) -> anyhow::Result<()> {
    ensure!(
        display_present(),
        "there is no display to open a window on; {WITHOUT}"
    );
    let file = SettingsFile::of(given)?;
    woolgather_settings::show(file, super::agent::sentence, args.owner).context(WITHOUT)
}
