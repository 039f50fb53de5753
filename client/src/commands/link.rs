//! `woolgather link`: this device becomes a person's, or nobody's.
//!
//! The device shows eight letters, and the same as a code for a camera; whoever is signed in on the website
//! takes it with them. The other way round the website shows them. Either is good once and for ten minutes.

use std::io::IsTerminal as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use qrcodegen::{QrCode, QrCodeEcc};
use serde_json::json;
use woolgather_api::Coordinator;
use woolgather_protocol::paths;
use woolgather_protocol::people::{LinkAnswer, LinkCode, LinkRequest};

use crate::cli::LinkArgs;
use crate::connect::connect;
use crate::identity::{Identity, data_folder};
use crate::say::Say;

/// How long to wait between two looks at whether somebody has taken the device.
const LOOK_AGAIN: Duration = Duration::from_secs(3);
/// How often to look: as long as a code is good.
const LOOKS_MAX: u32 = 200;
/// Light modules around a code, without which cameras do not find it.
const QUIET_ZONE: i32 = 2;

pub(crate) async fn link(data: Option<&Path>, args: &LinkArgs) -> anyhow::Result<()> {
    let identity = Identity::open(&data_folder(data)?)?;
    let coordinator = connect(&identity, &args.coordinator.coordinator).await?;
    let say = Say::new(args.json);
    match &args.code {
        Some(code) => {
            let code = code.clone();
            let answer = coordinator.link(&LinkRequest::Take { code }).await?;
            tell(say, &answer);
        }
        None if args.remove => tell(say, &coordinator.link(&LinkRequest::Remove).await?),
        None if args.show => tell(say, &coordinator.link(&LinkRequest::Ask).await?),
        None if args.sign_in => {
            let answer = coordinator.link(&LinkRequest::SignIn).await?;
            let code = answer.code.context("the coordinator gave no code")?;
            let page = coordinator.address("/signin");
            say.event(
                &json!({ "event": "sign-in", "code": code, "page": page.as_str() }),
                Some(&format!(
                    "Type {code} at {page} within ten minutes. Whoever types it is you."
                )),
            );
        }
        None => offer(say, &coordinator).await?,
    }
    Ok(())
}

/// Shows a code, and waits for somebody to take the device if somebody is there to see it.
async fn offer(say: Say, coordinator: &Coordinator) -> anyhow::Result<()> {
    let answer = coordinator.link(&LinkRequest::Offer).await?;
    let code = answer.code.context("the coordinator gave no code")?;
    let page = coordinator.address(&paths::link_page(&code));
    show(say, &code, page.as_str());
    if say.is_json() || !std::io::stdout().is_terminal() {
        return Ok(());
    }
    for _ in 0..LOOKS_MAX {
        tokio::time::sleep(LOOK_AGAIN).await;
        let answer = coordinator.link(&LinkRequest::Ask).await?;
        if answer.person.is_some() {
            tell(say, &answer);
            return Ok(());
        }
    }
    bail!("nobody took this device within ten minutes; ask for another code")
}

fn show(say: Say, code: &LinkCode, page: &str) {
    for line in drawn(page) {
        say.words(&line);
    }
    let words = format!("{code}\nOpen {page}, sign in and say that this device is yours.");
    for line in words.lines() {
        say.words(line);
    }
    say.event(
        &json!({ "event": "offer", "code": code, "page": page }),
        None,
    );
}

fn tell(say: Say, answer: &LinkAnswer) {
    let words = match &answer.person {
        Some(person) => format!("This device is linked to {person}."),
        None => "This device is linked to nobody.".to_owned(),
    };
    let event = json!({ "event": "link", "person": answer.person });
    say.event(&event, Some(&words));
}

/// A text as a code for a camera, two modules to a character cell. Light is drawn and dark is left out, since
/// most terminals are dark; cameras read either.
fn drawn(text: &str) -> Vec<String> {
    // An address that does not fit into the largest code is shown as text only.
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Low) else {
        return Vec::new();
    };
    let side = -QUIET_ZONE..code.size() + QUIET_ZONE;
    let cell = |x, y| match (code.get_module(x, y), code.get_module(x, y + 1)) {
        (false, false) => '█',
        (false, true) => '▀',
        (true, false) => '▄',
        (true, true) => ' ',
    };
    let rows = side.clone().step_by(2);
    rows.map(|y| side.clone().map(|x| cell(x, y)).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_drawn_square_with_light_around_it() {
        let lines = drawn("https://flock.example/link?code=abcdefgh");
        let width = lines[0].chars().count();
        assert!(lines.iter().all(|line| line.chars().count() == width));
        assert_eq!(lines.len(), width.div_ceil(2));
        assert!(lines[0].chars().all(|c| c == '█'));
        // The mark in the upper left corner: seven dark modules below the light ones.
        let corner: String = lines[1].chars().take(11).collect();
        assert_eq!(corner, "██ ▄▄▄▄▄ ██");
    }

    #[test]
    fn a_text_that_fits_into_no_code_is_not_drawn() {
        assert!(drawn(&"x".repeat(4_000)).is_empty());
    }
}
