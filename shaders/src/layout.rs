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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::present;
    use std::mem::offset_of;

    /// Compares the struct `name` of `text` with `members` and `size`, as Rust sees them.
    fn check(text: &str, name: &str, members: &[(&str, usize)], size: usize) {
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
