//! `device`, `unit` and `credit`: what an operator decides about volunteers' work.

use anyhow::Context as _;

use super::open;
use crate::cli::{CreditArgs, CreditCommand, DeviceArgs, DeviceCommand, UnitArgs, UnitCommand};
use crate::clock::{Clock as _, SystemClock};
use crate::credit::CreditExport;
use crate::store::{DeviceLine, PageRequest, Store};

/// `device list`, `device ban`, `device pardon`, `device log`.
///
/// # Errors
///
/// A chain of sentences for the operator.
pub async fn device(args: DeviceArgs) -> anyhow::Result<()> {
    let store = open(&args.home).await?;
    match args.command {
        DeviceCommand::List { most } => {
            let now_ms = SystemClock.now_ms();
            for device in store.device_lines(most).await? {
                println!("{}", line(&device, now_ms));
            }
        }
        DeviceCommand::Ban { key, reason } => {
            store.ban(key, &reason).await?;
            println!("{key} gets no work any more; what it did is audited again");
        }
        DeviceCommand::Pardon { key, reason } => {
            store.pardon(key, &reason).await?;
            println!("nothing is held against {key} any more");
        }
        DeviceCommand::Log => log(&store).await?,
    }
    Ok(())
}

/// `unit requeue`, `unit quarantine`.
///
/// # Errors
///
/// A chain of sentences for the operator.
pub async fn unit(args: UnitArgs) -> anyhow::Result<()> {
    let store = open(&args.home).await?;
    match args.command {
        UnitCommand::Requeue { id, reason } => {
            store.requeue(&id, &reason).await?;
            println!("unit {id} waits for a volunteer again");
        }
        UnitCommand::Quarantine { id, reason } => {
            store.quarantine(&id, &reason).await?;
            println!("unit {id} is set aside; its clip is repaired and published anew");
        }
    }
    Ok(())
}

/// `credit export`, `credit recount`.
///
/// # Errors
///
/// A chain of sentences for the operator.
pub async fn credit(args: CreditArgs) -> anyhow::Result<()> {
    let store = open(&args.home).await?;
    match args.command {
        CreditCommand::Recount => match store.recount_credit().await? {
            0 => println!("every device's credit is what the ledger says"),
            wrong => println!("{wrong} devices had another sum than the ledger says; mended"),
        },
        CreditCommand::Export { folder } => {
            let export = CreditExport::of(&store, SystemClock.now_ms()).await?;
            std::fs::create_dir_all(&folder)
                .with_context(|| format!("cannot make {}", folder.display()))?;
            for (name, text) in [
                ("credit.json", export.to_json()?),
                ("tables.xml", export.tables_xml()),
                ("user.xml", export.user_xml()),
                ("host.xml", export.host_xml()),
            ] {
                let path = folder.join(name);
                std::fs::write(&path, text)
                    .with_context(|| format!("cannot write {}", path.display()))?;
            }
            let volunteers = export.volunteers.len();
            println!("{volunteers} volunteers' credit is in {}", folder.display());
        }
    }
    Ok(())
}

/// Prints what operators did, page by page.
async fn log(store: &Store) -> anyhow::Result<()> {
    let now_ms = SystemClock.now_ms();
    let mut page = PageRequest::default();
    loop {
        let lines = store.operator_log(page).await?;
        for line in &lines.rows {
            let ago = ago(now_ms - line.done_ms);
            println!(
                "{ago:>8}  {:10}  {}  {}",
                line.action, line.subject, line.reason
            );
        }
        match lines.next {
            Some(after) => page.after = Some(after),
            None => return Ok(()),
        }
    }
}

/// A device in a line: key, when it was seen, what it draws with, what it did, where it stands.
fn line(device: &DeviceLine, now_ms: i64) -> String {
    let standing = match (&device.banned, device.is_bad) {
        (Some(reason), _) => format!("banned: {reason}"),
        (None, true) => format!("found bad, {} times so far", device.found_bad),
        (None, false) if device.class_standing != "open" => {
            format!("its driver is {}", device.class_standing.replace('_', " "))
        }
        (None, false) if device.suspicion > 0 => {
            format!("doubted, {:.1} of 13.7", device.suspicion as f64 / 1000.0)
        }
        (None, false) => "in order".to_owned(),
    };
    format!(
        "{}  {:>8}  {:24.24}  {:>7} accepted  {:>3} refused  {standing}  \"{}\"",
        device.key,
        ago(now_ms - device.last_seen_ms),
        device.class,
        device.accepted_units,
        device.refusals,
        device.volunteer
    )
}

/// A time that has passed, shortly: `3 min`, `5 h`, `12 d`.
pub(super) fn ago(ms: i64) -> String {
    match ms / 60_000 {
        minutes @ ..120 => format!("{} min", minutes.max(0)),
        minutes @ 120..2880 => format!("{} h", minutes / 60),
        minutes => format!("{} d", minutes / 1440),
    }
}
