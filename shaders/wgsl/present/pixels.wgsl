// The live renderer's pixels to the screen: scaled up smoothly and framed.
//
// Input: two words a pixel, `red | green << 16` and `blue | alpha << 16`, gamma-coded, 65280 at full
// light; rows from the top. They are read from the buffer in which the renderer leaves them.
//
// Rendering live, the picture often has fewer pixels than the screen. Bilinear scaling would show
// their grid on every fine line; Catmull-Rom's spline (E. Catmull and R. Rom, A Class of Local
// Interpolating Splines, 1974) goes through every pixel and stays smooth between them.

// The picture has exactly the screen's pixels: one read each instead of sixteen.
override exact: bool = false;

struct PixelsUniform {
    // Picture position = screen position * scale + offset, both from 0 to 1.
    scale: vec2<f32>,
    offset: vec2<f32>,
    // Screen size in pixels.
    size: vec2<f32>,
    // Picture size in pixels.
    picture: vec2<i32>,
}

@group(0) @binding(0) var<uniform> screen: PixelsUniform;
@group(0) @binding(1) var<storage, read> words: array<vec2<u32>>;

fn pixel_at(x: i32, y: i32) -> vec3<f32> {
    let packed = words[(y * screen.picture.x) + x];
    return vec3<f32>(vec3<u32>(packed.x & 0xffffu, packed.x >> 16u, packed.y & 0xffffu)) / 65280.0;
}

// Weights of the four pixels around a position that lies `t` after the second.
fn catmull_rom(t: f32) -> vec4<f32> {
    return vec4<f32>(
        t * (-0.5 + (t * (1.0 - (0.5 * t)))),
        1.0 + (t * t * (-2.5 + (1.5 * t))),
        t * (0.5 + (t * (2.0 - (1.5 * t)))),
        t * t * (-0.5 + (0.5 * t)),
    );
}

fn row_at(columns: vec4<i32>, weights: vec4<f32>, y: i32) -> vec3<f32> {
    return (weights.x * pixel_at(columns.x, y))
        + (weights.y * pixel_at(columns.y, y))
        + (weights.z * pixel_at(columns.z, y))
        + (weights.w * pixel_at(columns.w, y));
}

fn smooth_at(position: vec2<f32>) -> vec3<f32> {
    let corner = floor(position - 0.5);
    let t = (position - 0.5) - corner;
    let around = vec4<i32>(-1, 0, 1, 2);
    let columns = clamp(around + i32(corner.x), vec4<i32>(0), vec4<i32>(screen.picture.x - 1));
    let rows = clamp(around + i32(corner.y), vec4<i32>(0), vec4<i32>(screen.picture.y - 1));
    let across = catmull_rom(t.x);
    let down = catmull_rom(t.y);
    return (down.x * row_at(columns, across, rows.x))
        + (down.y * row_at(columns, across, rows.y))
        + (down.z * row_at(columns, across, rows.z))
        + (down.w * row_at(columns, across, rows.w));
}

@fragment
fn pixels_to_screen(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    let at = ((position.xy / screen.size) * screen.scale) + screen.offset;
    var color: vec3<f32>;
    if (exact) {
        let pixel = min(vec2<i32>(position.xy), screen.picture - 1);
        color = pixel_at(pixel.x, pixel.y);
    } else {
        color = smooth_at(at * vec2<f32>(screen.picture));
    }
    return displayed(color, position.xy, at);
}
