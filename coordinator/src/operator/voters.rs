//! `voter` and `votes`: whose votes count, and the log of them for research.

use std::io::Write;
use std::path::Path;

use anyhow::Context as _;
use woolgather_protocol::SheepId;

use super::open;
use super::trust::ago;
use crate::cli::{VoterArgs, VoterCommand, VotesArgs, VotesCommand};
use crate::clock::{Clock as _, SystemClock};
use crate::keys;
use crate::store::{LoggedBallot, Store, VoterId, VoterLine};

/// `voter list`, `voter void`, `voter restore`.
///
/// # Errors
///
/// A chain of sentences for the operator.
pub async fn voter(args: VoterArgs) -> anyhow::Result<()> {
    let store = open(&args.home).await?;
    match args.command {
        VoterCommand::List { most } => {
            let now_ms = SystemClock.now_ms();
            for voter in store.voter_lines(most).await? {
                println!("{}", line(&voter, now_ms));
            }
        }
        VoterCommand::Void { voter, reason } => {
            store.void_voter(&voter, &reason).await?;
            println!(
                "the votes of {voter} count for nothing; the coordinator fits the ratings anew"
            );
        }
        VoterCommand::Restore { voter, reason } => {
            store.restore_voter(&voter, &reason).await?;
            println!("the votes of {voter} count again; the coordinator fits the ratings anew");
        }
    }
    Ok(())
}

/// A voter in a line: name, since when, votes, reliability, whether they count.
fn line(voter: &VoterLine, now_ms: i64) -> String {
    let reliability = voter
        .reliability
        .map_or("-".into(), |reliability| format!("{reliability:.2}"));
    let standing = match (&voter.voided, voter.unreliable) {
        (Some(reason), _) => format!("void: {reason}"),
        (None, true) => "counts a tenth".to_owned(),
        (None, false) => "counts".to_owned(),
    };
    format!(
        "{:64}  {:>8}  {:>6} votes  reliability {reliability:>4}  {standing}",
        voter.id.as_str(),
        ago(now_ms - voter.first_seen_ms),
        voter.votes,
    )
}

/// `votes export`.
///
/// # Errors
///
/// A chain of sentences for the operator.
pub async fn votes(args: VotesArgs) -> anyhow::Result<()> {
    let store = open(&args.home).await?;
    match args.command {
        VotesCommand::Export { folder } => {
            let ballots = export(&store, &folder, keys::fresh_bytes()?).await?;
            println!("{ballots} ballots are in {}", folder.display());
        }
    }
    Ok(())
}

/// Writes the log of votes into `folder`; returns how many ballots there are. Voters are named by a
/// hash keyed with `key`, which is kept nowhere.
///
/// # Errors
///
/// When the database or the disk fails.
pub async fn export(store: &Store, folder: &Path, key: [u8; 32]) -> anyhow::Result<u64> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut ballots = table(
        folder,
        "ballots.csv",
        "voter,left,right,dealt_s,answered_s,answer,weight",
    )?;
    let mut votes = table(
        folder,
        "votes.csv",
        "voter,left,right,voted_s,answer,weight,void",
    )?;
    let mut count = 0;
    let mut after = String::new();
    loop {
        let page = store.logged_ballots(&after).await?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.id);
        for ballot in &page {
            count += 1;
            let name = alias(&ballot.voter, &key);
            writeln!(ballots, "{name},{}", asked(ballot))?;
            if ballot.stands {
                writeln!(votes, "{name},{}", stands(ballot))?;
            }
        }
    }
    let mut sheep = table(
        folder,
        "sheep.csv",
        "sheep,state,born_s,parents,exposures,acts,votes,rating,variance,prior,prior_variance",
    )?;
    for line in store.sheep_lines().await? {
        let parents: Vec<&str> = line.parents.iter().map(SheepId::as_str).collect();
        writeln!(
            sheep,
            "{},{},{},{},{},{},{},{},{},{},{}",
            line.id,
            line.state,
            minute(line.born_ms),
            parents.join(" "),
            line.exposures,
            line.acts,
            line.votes,
            line.rating.mean,
            line.rating.variance,
            line.prior.mean,
            line.prior.variance
        )?;
    }
    for mut file in [ballots, votes, sheep] {
        file.flush().context("cannot write the export")?;
    }
    Ok(count)
}

fn table(
    folder: &Path,
    name: &str,
    head: &str,
) -> anyhow::Result<std::io::BufWriter<std::fs::File>> {
    let path = folder.join(name);
    let file = std::fs::File::create(&path);
    let file = file.with_context(|| format!("cannot write {}", path.display()))?;
    let mut file = std::io::BufWriter::new(file);
    writeln!(file, "{head}")?;
    Ok(file)
}

/// A voter's name in one export.
fn alias(voter: &VoterId, key: &[u8; 32]) -> String {
    let hash = blake3::keyed_hash(key, voter.as_str().as_bytes());
    hash.to_hex()[..16].to_owned()
}

/// A ballot as it was dealt and answered, without its voter.
fn asked(ballot: &LoggedBallot) -> String {
    let answered = ballot.answered_ms.map(|ms| minute(ms).to_string());
    let weight = ballot.weight.map(|weight| weight.to_string());
    format!(
        "{},{},{},{},{},{}",
        ballot.left,
        ballot.right.as_deref().unwrap_or_default(),
        minute(ballot.dealt_ms),
        answered.unwrap_or_default(),
        ballot.answer.as_deref().unwrap_or_default(),
        weight.unwrap_or_default()
    )
}

/// A standing vote, without its voter.
fn stands(ballot: &LoggedBallot) -> String {
    format!(
        "{},{},{},{},{},{}",
        ballot.left,
        ballot.right.as_deref().unwrap_or_default(),
        minute(ballot.answered_ms.unwrap_or_default()),
        ballot.answer.as_deref().unwrap_or_default(),
        ballot.weight.unwrap_or_default(),
        u8::from(ballot.void)
    )
}

/// Seconds since 1970, in whole minutes: enough for any order that matters.
fn minute(ms: i64) -> i64 {
    ms.div_euclid(60_000) * 60
}
