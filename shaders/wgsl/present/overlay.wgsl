// A panel of text, drawn on the CPU, laid over the screen.
//
// The texture holds colour multiplied by its own opacity, so that text edges blend without a dark
// rim; the pipeline adds it with factors (1, 1 - alpha). One texel is one screen pixel.

struct OverlayUniform {
    // The panel's left top corner and size in screen pixels.
    corner: vec2<f32>,
    size: vec2<f32>,
    // Screen size in pixels.
    screen: vec2<f32>,
    // 0 hidden, 1 as drawn.
    opacity: f32,
}

struct OverlayVertex {
    @builtin(position) position: vec4<f32>,
    @location(0) texel: vec2<f32>,
}

@group(0) @binding(0) var<uniform> overlay: OverlayUniform;
@group(0) @binding(1) var panel: texture_2d<f32>;

@vertex
fn overlay_corner(@builtin(vertex_index) index: u32) -> OverlayVertex {
    // A strip of two triangles: left top, right top, left bottom, right bottom.
    let unit = vec2<f32>(f32(index & 1u), f32(index >> 1u));
    let pixel = overlay.corner + (unit * overlay.size);
    let clip = ((pixel / overlay.screen) * 2.0) - vec2<f32>(1.0, 1.0);
    return OverlayVertex(vec4<f32>(clip.x, -clip.y, 0.0, 1.0), unit * overlay.size);
}

@fragment
fn overlay_color(vertex: OverlayVertex) -> @location(0) vec4<f32> {
    return textureLoad(panel, vec2<u32>(vertex.texel), 0) * overlay.opacity;
}
