//! The structs that travel in uniform buffers, field for field as the WGSL text declares them.
//!
//! A test asks naga for the offset of every member and compares it with Rust's, so a change on one
//! side alone cannot pass.

use bytemuck::{Pod, Zeroable};

/// `PlanesUniform` of `wgsl/present/planes.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct PlanesUniform {
    /// Size of the upper picture in luma pixels, width first.
    pub size: [u32; 2],
    /// Size of the picture under it; the same again where there is none.
    pub under_size: [u32; 2],
    /// Share of the upper picture in a cross-fade, 0 to 1.
    pub share: f32,
    /// Fills the struct to a multiple of its alignment.
    pub unused: u32,
}

/// `ScreenUniform` of `wgsl/present/screen.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct ScreenUniform {
    /// Factor from screen position to picture position, both 0 to 1.
    pub scale: [f32; 2],
    /// Added after the factor.
    pub offset: [f32; 2],
    /// Screen size in pixels.
    pub size: [f32; 2],
    /// 0 shows the earlier picture, 1 the later.
    pub blend: f32,
    /// Fills the struct to a multiple of its alignment.
    pub unused: u32,
}

/// `PixelsUniform` of `wgsl/present/pixels.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct PixelsUniform {
    /// Factor from screen position to picture position, both 0 to 1.
    pub scale: [f32; 2],
    /// Added after the factor.
    pub offset: [f32; 2],
    /// Screen size in pixels.
    pub size: [f32; 2],
    /// Picture size in pixels.
    pub picture: [i32; 2],
}

/// `OverlayUniform` of `wgsl/present/overlay.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct OverlayUniform {
    /// The panel's left top corner in screen pixels.
    pub corner: [f32; 2],
    /// The panel's size in screen pixels.
    pub size: [f32; 2],
    /// Screen size in pixels.
    pub screen: [f32; 2],
    /// 0 hidden, 1 as drawn.
    pub opacity: f32,
    /// Fills the struct to a multiple of its alignment.
    pub unused: u32,
}

/// `Frame` of `wgsl/stages/iterate.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct IterateUniform {
    /// The first task of a dispatch.
    pub first_task: u32,
    /// Bins of a histogram row.
    pub bins_wide: u32,
    /// Rows of the histogram.
    pub bins_high: u32,
    /// Fills the struct to a multiple of its alignment.
    pub unused: u32,
}

/// `Task` of `wgsl/stages/iterate.wgsl`: one slab.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct SlabTask {
    /// Key of its random numbers.
    pub key: [u32; 2],
    /// Points to plot.
    pub samples: u32,
    /// Index of its moment.
    pub moment: u32,
}

/// `Fade` of `wgsl/stages/fade.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct FadeUniform {
    /// Sums in the buffers.
    pub sums: u32,
    /// What is kept, in units of 2⁻¹⁶.
    pub keep: u32,
    /// How far apart the sums of a thread are: the threads of a dispatch.
    pub stride: u32,
    /// Fills the struct to a multiple of its alignment.
    pub unused: u32,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::assemble::{FADE, Structure, XformStructure};
    use crate::present;
    use std::mem::offset_of;

    use woolgather_genome::Variation;

    /// Names and offsets of a struct's members, as [`check`] takes them.
    macro_rules! offsets {
        ($struct:ty, $($member:ident),+) => {
            [$((stringify!($member), std::mem::offset_of!($struct, $member))),+]
        };
    }
    pub(crate) use offsets;

    /// Compares the struct `name` of `text` with `members` and `size`, as Rust sees them.
    pub(crate) fn check(text: &str, name: &str, members: &[(&str, usize)], size: usize) {
        let module = naga::front::wgsl::parse_str(text).expect("the text parses");
        let (_, found) = module
            .types
            .iter()
            .find(|(_, candidate)| candidate.name.as_deref() == Some(name))
            .expect("the struct is there");
        let naga::TypeInner::Struct {
            members: found,
            span,
        } = &found.inner
        else {
            panic!("{name} is not a struct");
        };
        let found: Vec<(&str, usize)> = found
            .iter()
            .map(|member| {
                let name = member.name.as_deref().expect("members have names");
                (name, usize::try_from(member.offset).expect("small"))
            })
            .collect();
        assert_eq!(found, members, "{name}");
        assert_eq!(usize::try_from(*span).expect("small"), size, "{name}");
    }

    #[test]
    fn the_chaos_game_reads_what_rust_writes() {
        let structure = Structure {
            xforms: vec![XformStructure {
                variations: vec![Variation::Linear],
                post: false,
            }],
            final_xform: None,
            xaos: false,
            linear_palette: false,
            counts: false,
        };
        let text = structure.iterate_text();
        check(
            &text,
            "Frame",
            &[
                ("first_task", offset_of!(IterateUniform, first_task)),
                ("bins_wide", offset_of!(IterateUniform, bins_wide)),
                ("bins_high", offset_of!(IterateUniform, bins_high)),
                ("unused", offset_of!(IterateUniform, unused)),
            ],
            size_of::<IterateUniform>(),
        );
        check(
            &text,
            "Task",
            &[
                ("key", offset_of!(SlabTask, key)),
                ("samples", offset_of!(SlabTask, samples)),
                ("moment", offset_of!(SlabTask, moment)),
            ],
            size_of::<SlabTask>(),
        );
        check(
            FADE,
            "Fade",
            &[
                ("sums", offset_of!(FadeUniform, sums)),
                ("keep", offset_of!(FadeUniform, keep)),
                ("stride", offset_of!(FadeUniform, stride)),
                ("unused", offset_of!(FadeUniform, unused)),
            ],
            size_of::<FadeUniform>(),
        );
    }

    #[test]
    fn rust_and_wgsl_agree_on_every_offset() {
        check(
            present::PLANES,
            "PlanesUniform",
            &[
                ("size", offset_of!(PlanesUniform, size)),
                ("under_size", offset_of!(PlanesUniform, under_size)),
                ("share", offset_of!(PlanesUniform, share)),
            ],
            size_of::<PlanesUniform>(),
        );
        check(
            present::SCREEN,
            "ScreenUniform",
            &[
                ("scale", offset_of!(ScreenUniform, scale)),
                ("offset", offset_of!(ScreenUniform, offset)),
                ("size", offset_of!(ScreenUniform, size)),
                ("blend", offset_of!(ScreenUniform, blend)),
            ],
            size_of::<ScreenUniform>(),
        );
        check(
            present::PIXELS,
            "PixelsUniform",
            &[
                ("scale", offset_of!(PixelsUniform, scale)),
                ("offset", offset_of!(PixelsUniform, offset)),
                ("size", offset_of!(PixelsUniform, size)),
                ("picture", offset_of!(PixelsUniform, picture)),
            ],
            size_of::<PixelsUniform>(),
        );
        check(
            present::OVERLAY,
            "OverlayUniform",
            &[
                ("corner", offset_of!(OverlayUniform, corner)),
                ("size", offset_of!(OverlayUniform, size)),
                ("screen", offset_of!(OverlayUniform, screen)),
                ("opacity", offset_of!(OverlayUniform, opacity)),
            ],
            size_of::<OverlayUniform>(),
        );
    }
}
