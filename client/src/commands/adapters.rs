//! `woolgather adapters`: which graphics cards are there, and which of them draws.
//!
//! The one that draws is opened, so that a yes is one.

use serde_json::json;
use woolgather_render_kernel::gpu::{AdapterSummary, list_adapters};
use woolgather_render_kernel::{Backend, Renderer};

use crate::cli::AdaptersArgs;
use crate::say::plain;

/// Titles of the columns.
const TITLES: [&str; 6] = [
    "number",
    "name",
    "kind",
    "backend",
    "driver",
    "used for rendering",
];

pub(crate) fn adapters(args: &AdaptersArgs) -> anyhow::Result<()> {
    let json = args.json;
    let args = &args.adapter;
    let found = list_adapters();
    let mut renderer = Renderer::open(Backend::Gpu, args.named());
    if json {
        let names: Vec<String> = found.iter().map(AdapterSummary::to_string).collect();
        let draws = renderer.name();
        println!(
            "{}",
            json!({"adapters": names, "card": renderer.is_gpu(), "draws": draws})
        );
        return Ok(());
    }
    let used = used(&renderer, &found, args.named());
    if !found.is_empty() {
        print!("{}", table(&found, used));
    }
    let end = match renderer.take_note() {
        None => format!("Rendering on {}.", renderer.name()),
        Some(_) if found.is_empty() => {
            "Rendering on the processor: this machine shows no graphics adapter.".into()
        }
        // The table names them.
        Some(_) if args.named().is_none() && found.iter().all(AdapterSummary::is_software) => {
            "Rendering on the processor: there is no graphics card, only software.".into()
        }
        Some(note) => note,
    };
    println!("{}", plain(&end));
    Ok(())
}

/// The place of the adapter that `renderer` has opened; of two that are called the same, the one whose number was asked
/// for, else the first.
fn used(renderer: &Renderer, found: &[AdapterSummary], asked: Option<&str>) -> Option<usize> {
    if !renderer.is_gpu() {
        return None;
    }
    let name = renderer.name();
    let is_it = |index: &usize| found.get(*index).is_some_and(|one| one.to_string() == name);
    let asked = asked.and_then(|asked| asked.trim().parse().ok());
    asked.filter(is_it).or_else(|| (0..found.len()).find(is_it))
}

/// A line for each adapter below a line of titles.
fn table(found: &[AdapterSummary], used: Option<usize>) -> String {
    let mut rows = vec![TITLES.map(str::to_owned)];
    for (index, adapter) in found.iter().enumerate() {
        let driver = format!("{} {}", adapter.driver, adapter.driver_info);
        rows.push([
            index.to_string(),
            plain(&adapter.name),
            adapter.kind.to_string(),
            adapter.backend.clone(),
            plain(driver.trim()),
            plain(&verdict(adapter, index, used)),
        ]);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..TITLES.len())
        .map(|column| width(column).unwrap_or(0))
        .collect();
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(&widths);
        let line: String = cells
            .map(|(cell, &width)| format!("{cell:width$}  "))
            .collect();
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Whether an adapter draws, and why not.
fn verdict(adapter: &AdapterSummary, index: usize, used: Option<usize>) -> String {
    match (&adapter.fault, used) {
        (_, Some(used)) if used == index => "yes".into(),
        (Some(fault), _) => format!("no: {fault}"),
        _ if adapter.is_software() => "no: software: the processor's own renderer is faster".into(),
        (None, Some(used)) => format!("no: {used} is preferred; --adapter {index} takes this one"),
        (None, None) => "no".into(),
    }
}

#[cfg(test)]
mod tests {
    use woolgather_render_kernel::gpu::AdapterKind;

    use super::*;

    fn adapter(name: &str, kind: AdapterKind, fault: Option<&str>) -> AdapterSummary {
        AdapterSummary {
            name: name.into(),
            backend: "Vulkan".into(),
            kind,
            driver: "driver".into(),
            driver_info: "1.2".into(),
            fault: fault.map(Into::into),
        }
    }

    #[test]
    fn each_adapter_has_a_line_that_says_whether_it_draws_and_why_not() {
        let found = [
            adapter("llvmpipe", AdapterKind::Software, None),
            adapter("Radeon", AdapterKind::Discrete, None),
            adapter("Iris", AdapterKind::Integrated, None),
            adapter("Voodoo", AdapterKind::Discrete, Some("it is too old")),
        ];
        let expected = "\
number  name      kind        backend  driver      used for rendering
0       llvmpipe  software    Vulkan   driver 1.2  no: software: the processor's own renderer is faster
1       Radeon    discrete    Vulkan   driver 1.2  yes
2       Iris      integrated  Vulkan   driver 1.2  no: 1 is preferred; --adapter 2 takes this one
3       Voodoo    discrete    Vulkan   driver 1.2  no: it is too old
";
        assert_eq!(table(&found, Some(1)), expected);
    }

    #[test]
    fn a_software_adapter_that_was_named_draws() {
        let pipe = adapter("llvmpipe", AdapterKind::Software, None);
        assert_eq!(verdict(&pipe, 0, Some(0)), "yes");
    }
}
