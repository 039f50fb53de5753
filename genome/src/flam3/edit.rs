//! `<edit>`: the genealogy of a genome, read into bounded trees and printed from them.
//!
//! What is beyond the limits is left out from the leaves: a parent's parents go before a parent.

use crate::edit::is_name;
use crate::{Edit, limits};
use roxmltree::Node;
use std::fmt::{self, Write};

/// What is left of a genome's allowance for edits.
pub(super) struct Allowance {
    elements: usize,
    bytes: usize,
}

impl Default for Allowance {
    fn default() -> Self {
        Self {
            elements: limits::EDIT_ELEMENTS_MAX,
            bytes: limits::EDIT_BYTES_MAX,
        }
    }
}

/// Reads an `<edit>` and what is in it, or nothing where there is no room left; the flag tells
/// whether something had to be left out.
pub(super) fn parse(node: Node<'_, '_>, allowance: &mut Allowance) -> (Option<Edit>, bool) {
    let mut cut = false;
    let edit = element(node, 1, allowance, &mut cut);
    (edit, cut)
}

fn element(
    node: Node<'_, '_>,
    depth: usize,
    allowance: &mut Allowance,
    cut: &mut bool,
) -> Option<Edit> {
    // A name with a prefix would need its namespace to be declared again.
    let attributes = node
        .attributes()
        .filter(|one| one.namespace().is_none() && is_name(one.name()));
    let text: Vec<&str> = node
        .children()
        .filter(Node::is_text)
        .filter_map(|child| child.text().map(str::trim))
        .filter(|text| !text.is_empty())
        .collect();
    let mut edit = Edit {
        element: node.tag_name().name().to_owned(),
        attributes: attributes
            .map(|one| (one.name().to_owned(), printable(one.value())))
            .collect(),
        text: printable(&text.join(" ")),
        children: Vec::new(),
    };
    let bytes = edit.bytes();
    let fits = depth <= limits::EDIT_DEPTH_MAX
        && allowance.elements > 0
        && allowance.bytes >= bytes
        && edit.is_printable();
    if !fits {
        *cut = true;
        return None;
    }
    allowance.elements -= 1;
    allowance.bytes -= bytes;
    let inside = node.children().filter(Node::is_element);
    edit.children = inside
        .filter_map(|child| element(child, depth + 1, allowance, cut))
        .collect();
    Some(edit)
}

/// Text that survives being printed and read: single spaces for what XML or we would fold.
fn printable(text: &str) -> String {
    let tame = |c: char| !limits::is_text_char(c);
    text.split(tame)
        .collect::<Vec<_>>()
        .join(" ")
        .trim()
        .to_owned()
}

/// Writes an edit and what is in it.
pub(super) fn write(out: &mut String, edit: &Edit, indent: usize) -> fmt::Result {
    let space = " ".repeat(indent);
    write!(out, "{space}<{}", edit.element)?;
    for (name, value) in &edit.attributes {
        write!(out, " {name}=\"{}\"", super::print::escape(value))?;
    }
    if edit.children.is_empty() && edit.text.is_empty() {
        return out.write_str("/>\n");
    }
    out.write_str(">")?;
    out.write_str(&super::print::escape(&edit.text))?;
    if !edit.children.is_empty() {
        out.write_str("\n")?;
        for child in &edit.children {
            write(out, child, indent + 3)?;
        }
        out.write_str(&space)?;
    }
    writeln!(out, "</{}>", edit.element)
}
