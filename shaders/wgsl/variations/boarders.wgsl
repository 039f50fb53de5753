// Boarders: shrinks every unit cell, three times of four onto its border.
// Twin: render-kernel/src/cpu/variations/boarders.rs

// Random numbers that a point takes.
const DRAWS_BOARDERS: u32 = 1u;

fn variation_boarders(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>, draws: ptr<function, u32>) -> vec2<f32> {
    let w = a.x;
    let cell_x = math_round(p.x);
    let cell_y = math_round(p.y);
    let x = p.x - cell_x;
    let y = p.y - cell_y;
    let along_x = 0.25 * math_sign(x);
    let along_y = 0.25 * math_sign(y);
    let sideways = abs(x) >= abs(y);
    let shift = select(
        vec2<f32>(along_y * x / y, along_y),
        vec2<f32>(along_x, along_x * y / x),
        sideways,
    );
    let inside = draw_uniform(draws) >= 0.75;
    let kept = select(shift, vec2<f32>(0.0, 0.0), inside);
    return vec2<f32>(w * (0.5 * x + cell_x + kept.x), w * (0.5 * y + cell_y + kept.y));
}
