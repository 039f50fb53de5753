//! `woolgather compare`: whether two pictures are the same picture.

use std::path::Path;

use anyhow::{Context as _, bail};
use serde_json::json;
use woolgather_render_kernel::Frame;
use woolgather_render_kernel::compare::{BlockMeans, Floor, Verdict, same_picture};

use crate::cli::CompareArgs;

pub(crate) fn compare(args: &CompareArgs) -> anyhow::Result<()> {
    let verdict = same_picture(&means(&args.one)?, &means(&args.other)?, &Floor::encoded());
    let (same, difference) = match verdict {
        Verdict::Same(difference) => (true, difference),
        Verdict::Different(difference) => (false, difference),
        Verdict::OtherSize => bail!("the pictures have different sizes"),
    };
    if args.json {
        let said = json!({
            "same": same,
            "luma_typical": difference.luma_typical,
            "luma_worst": difference.luma_worst,
            "chroma_typical": difference.chroma_typical,
            "chroma_worst": difference.chroma_worst,
            "worst_block": difference.worst_block,
        });
        println!("{said}");
    } else {
        println!(
            "{}: brightness differs by {:.2} of 876 steps over all, by {:.2} at worst (block {}, {}); colour by {:.2} and {:.2}",
            if same {
                "the same picture"
            } else {
                "two pictures"
            },
            difference.luma_typical,
            difference.luma_worst,
            difference.worst_block[0],
            difference.worst_block[1],
            difference.chroma_typical,
            difference.chroma_worst
        );
    }
    if same {
        Ok(())
    } else {
        bail!("these are two pictures")
    }
}

fn means(path: &Path) -> anyhow::Result<BlockMeans> {
    let picture = image::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let picture = picture.into_rgb8();
    let frame = Frame::from_rgb8(picture.width(), picture.height(), picture.as_raw());
    Ok(frame.to_planes().block_means())
}
