// What several variations share: polar coordinates of a point, guarded hyperbolic arguments, the bell curve.
//
// It needs shared/math.wgsl, and `draw_uniform` of shared/streams.wgsl.
//
// Twin: render-kernel/src/cpu/variations.rs; `Elliptic` is that of variations/elliptic.rs

// What keeps a division by a squared radius finite; flam3's value.
const EPSILON: f32 = 1e-10;
// Beyond this a ratio of hyperbolic functions has reached its limit, and their squares are still finite in
// single precision.
const HYPERBOLIC_LIMIT: f32 = 40.0;
// Beyond this the hyperbolic functions overflow in double precision.
const DOUBLE_OVERFLOW: f32 = 710.0;
// A coordinate that is bad whatever is added to it.
const BAD: f32 = 1e30;
// Random numbers that `bell` takes.
const BELL_DRAWS: u32 = 4u;

fn point_radius_squared(p: vec2<f32>) -> f32 {
    return p.x * p.x + p.y * p.y;
}

fn point_radius(p: vec2<f32>) -> f32 {
    return sqrt(point_radius_squared(p));
}

// The angle from the x axis.
fn point_theta(p: vec2<f32>) -> f32 {
    return math_atan2(p.y, p.x);
}

// The angle from the y axis.
fn point_phi(p: vec2<f32>) -> f32 {
    return math_atan2(p.x, p.y);
}

// The argument of a ratio of hyperbolic functions, and what to add to the result: farther out than flam3's
// functions are finite the value is bad, because genomes rely on the orbit starting afresh there.
fn hyperbolic_argument(x: f32) -> vec2<f32> {
    return limited(x, DOUBLE_OVERFLOW);
}

// As `hyperbolic_argument`, where the formula has the functions of twice the argument above the line too.
fn doubled_argument(x: f32) -> vec2<f32> {
    return limited(x, 0.5 * DOUBLE_OVERFLOW);
}

fn limited(x: f32, overflow: f32) -> vec2<f32> {
    let below = select(x, HYPERBOLIC_LIMIT, x > HYPERBOLIC_LIMIT);
    let near = select(below, -HYPERBOLIC_LIMIT, below < -HYPERBOLIC_LIMIT);
    return vec2<f32>(near, select(0.0, BAD, abs(x) > overflow));
}

// The tangent; near its poles as wild as single precision has it.
fn tangent_of(x: f32) -> f32 {
    let sc = math_sin_cos(x);
    return sc.x / sc.y;
}

// A random number within -2..2, nearly normal: the sum of four uniform ones less their mean.
fn bell(draws: ptr<function, u32>) -> f32 {
    let first = draw_uniform(draws);
    let second = draw_uniform(draws);
    let third = draw_uniform(draws);
    let fourth = draw_uniform(draws);
    return first + second + third + fourth - 2.0;
}

// A point between the foci at -1 and 1.
struct Elliptic {
    // Half the sum of the distances to the foci.
    size: f32,
    // `size - 1`, never negative.
    above_one: f32,
    // `sqrt(size^2 - x^2)`.
    height: f32,
}

// The differences are taken in forms without cancellation; the twin says where they are from.
fn elliptic_at(p: vec2<f32>) -> Elliptic {
    let x = abs(p.x);
    let y2 = p.y * p.y;
    let to_far = x + 1.0;
    let to_near = x - 1.0;
    let far = sqrt(to_far * to_far + y2);
    let near = sqrt(to_near * to_near + y2);
    let size = 0.5 * (far + near);
    // far - (x + 1), and near - |x - 1|.
    let far_rest = y2 / (far + to_far);
    let near_rest = y2 / (near + abs(to_near));
    let between = x < 1.0;
    let above_one = select(far_rest + (near + to_near), far_rest + near_rest, between);
    let above_x = select(far_rest + (near - to_near), far_rest + near_rest, x > 1.0);
    return Elliptic(size, 0.5 * above_one, sqrt(0.5 * above_x * (size + x)));
}
