//! The agent's commands where it cannot run yet: each says so.

use std::path::Path;

use anyhow::bail;

use crate::cli::{AgentArgs, DoctorArgs, PauseArgs, SeenArgs, StatusArgs, Thumb};

const NOT_HERE: &str = "the desktop agent does not run on this system yet";

pub(crate) fn agent(_: Option<&Path>, _: Option<&Path>, _: &AgentArgs) -> anyhow::Result<()> {
    bail!(NOT_HERE)
}

pub(crate) fn status(_: &StatusArgs) -> anyhow::Result<()> {
    bail!(NOT_HERE)
}

pub(crate) fn pause(_: &PauseArgs) -> anyhow::Result<()> {
    bail!(NOT_HERE)
}

pub(crate) fn resume() -> anyhow::Result<()> {
    bail!(NOT_HERE)
}

/// The sentence for the settings window: there is no agent.
pub(crate) fn sentence() -> Option<String> {
    Some(
        "Nothing renders or shares by itself here: the agent does not run on this system yet."
            .into(),
    )
}

pub(crate) fn seen(_: &SeenArgs) -> anyhow::Result<()> {
    bail!(NOT_HERE)
}

pub(crate) fn vote(_: Thumb, _: Option<&str>) -> anyhow::Result<()> {
    bail!(NOT_HERE)
}

pub(crate) fn doctor(_: Option<&Path>, _: Option<&Path>, _: &DoctorArgs) -> anyhow::Result<()> {
    bail!(NOT_HERE)
}
