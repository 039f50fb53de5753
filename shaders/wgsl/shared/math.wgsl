// Elementary functions in single precision, made of the same steps on every device.
//
// A shader's built-in sine may be off by 2^-11, and every driver has its own. What stands here are
// polynomials and exact reductions of `+ - * /`, comparisons and integer operations; the constants and the
// order of operations are the CPU's.
//
// Twin: render-kernel/src/cpu/math.rs, math/exponential.rs, math/trigonometry.rs
//
// # What differs
//
// * The CPU rounds by adding and subtracting 1.5 * 2^23. A shader compiler may reassociate that to nothing,
//   so the built-in `round` does it here, which rounds ties to even as well.
// * A shader compiler may assume that nothing is infinite or not a number. Where that would change a result,
//   the bits are looked at instead. Infinities are built
//   from bits that are chosen at run time, for a constant expression must not be one.
// * Subnormal results may be flushed to zero, and a division may be off by 2.5 units in the last place.

const MATH_PI: f32 = 3.14159265358979;
const MATH_HALF_PI: f32 = 1.5707963267948966;
const MATH_QUARTER_PI: f32 = 0.7853981633974483;
const MATH_TAU: f32 = 6.283185307179586;

// The bits of 2^22: from here on a float has no fraction finer than one half, and is left as it is.
const MATH_SHIFT_LIMIT_BITS: u32 = 0x4a800000u;
const MATH_INFINITY_BITS: u32 = 0x7f800000u;
const MATH_SIGN_BIT: u32 = 0x80000000u;

// The bits of `x` without its sign. As integers they are ordered as the numbers are, and what is not a number
// lies above infinity.
fn math_size_bits(x: f32) -> u32 {
    return bitcast<u32>(x) & 0x7fffffffu;
}

fn math_copy_sign(size: f32, sign: f32) -> f32 {
    return bitcast<f32>((bitcast<u32>(size) & 0x7fffffffu) | (bitcast<u32>(sign) & MATH_SIGN_BIT));
}

// The nearest integer, ties to even; a value of 2^22 or more comes back as it is.
fn math_round(x: f32) -> f32 {
    let nearest = round(x);
    // The CPU's sum never leaves a negative zero.
    let rounded = select(nearest, 0.0, nearest == 0.0);
    return select(x, rounded, math_size_bits(x) < MATH_SHIFT_LIMIT_BITS);
}

// The largest integer that is not above `x`; a value of 2^22 or more comes back as it is.
fn math_floor(x: f32) -> f32 {
    let rounded = math_round(x);
    return select(rounded, rounded - 1.0, rounded > x);
}

// `x` without its fraction; a value of 2^22 or more comes back as it is.
fn math_trunc(x: f32) -> f32 {
    return math_copy_sign(math_floor(abs(x)), x);
}

// What is left of `x` after taking away whole periods, with the sign of `x`.
fn math_remainder(x: f32, period: f32) -> f32 {
    return x - period * math_trunc(x / period);
}

// 1 with the sign of `x`; +1 for +0.
fn math_sign(x: f32) -> f32 {
    return math_copy_sign(1.0, x);
}

// Trigonometry.

const MATH_TWO_OVER_PI: f32 = 0.6366197723675814;
// Pi/2 in four parts; the first three have 8 significant bits.
const MATH_HALF_PI_A: f32 = 1.5703125;
const MATH_HALF_PI_B: f32 = 4.825592e-4;
const MATH_HALF_PI_C: f32 = 1.2665987e-6;
const MATH_HALF_PI_D: f32 = 9.920935e-10;

const MATH_SIN_0: f32 = -0.16666667;
const MATH_SIN_1: f32 = 8.333329e-3;
const MATH_SIN_2: f32 = -1.9839327e-4;
const MATH_SIN_3: f32 = 2.7182373e-6;

const MATH_COS_0: f32 = 4.1666668e-2;
const MATH_COS_1: f32 = -1.3888883e-3;
const MATH_COS_2: f32 = 2.4799512e-5;
const MATH_COS_3: f32 = -2.720955e-7;

const MATH_ATAN_0: f32 = -0.33333316;
const MATH_ATAN_1: f32 = 0.19998488;
const MATH_ATAN_2: f32 = -0.14243828;
const MATH_ATAN_3: f32 = 0.10595831;
const MATH_ATAN_4: f32 = -6.082998e-2;

// tan(pi/8): above it the arctangent is reduced by pi/4.
const MATH_TAN_EIGHTH_PI: f32 = 0.41421357;
// What single-precision constants of pi/4, pi/2 and pi leave out.
const MATH_QUARTER_PI_LOW: f32 = -2.1855694e-8;
const MATH_HALF_PI_LOW: f32 = -4.371139e-8;
const MATH_PI_LOW: f32 = -8.742278e-8;

// An angle as a quadrant and a rest within +-pi/4.
struct MathAngle {
    quadrant: u32,
    rest: f32,
}

fn math_reduce(x: f32) -> MathAngle {
    let n = round(x * MATH_TWO_OVER_PI);
    // The first two steps are exact; what the third one rounds away joins the fourth.
    let exact = (x - n * MATH_HALF_PI_A) - n * MATH_HALF_PI_B;
    let near = exact - n * MATH_HALF_PI_C;
    let lost = (exact - near) - n * MATH_HALF_PI_C;
    let rest = near + (lost - n * MATH_HALF_PI_D);

    // From 2^22 on the sine carries no information; the phase is a hash of the bits, spread over the circle.
    let hash = bitcast<u32>(x) * 0x9e3779b9u;
    let noise = f32((hash >> 14u) & 0xffffu) * (MATH_PI / 131072.0) - MATH_QUARTER_PI;
    // What is not a number keeps a rest that is none.
    let bits = math_size_bits(x);
    let far = (bits >= MATH_SHIFT_LIMIT_BITS) && (bits <= MATH_INFINITY_BITS);
    // The conversion is asked about small integers only; it need not be defined for others.
    let turns = bitcast<u32>(i32(select(0.0, n, bits < MATH_SHIFT_LIMIT_BITS)));
    return MathAngle(select(turns, hash >> 30u, far), select(rest, noise, far));
}

// sin(r) for |r| <= pi/4.
fn math_sin_polynomial(r: f32) -> f32 {
    let z = r * r;
    return r + r * z * (MATH_SIN_0 + z * (MATH_SIN_1 + z * (MATH_SIN_2 + z * MATH_SIN_3)));
}

// cos(r) for |r| <= pi/4.
fn math_cos_polynomial(r: f32) -> f32 {
    let z = r * r;
    let half_z = 0.5 * z;
    let whole = 1.0 - half_z;
    // The subtraction lost some low bits; they come back before the small terms are added.
    let lost = (1.0 - whole) - half_z;
    return whole + (lost + z * z * (MATH_COS_0 + z * (MATH_COS_1 + z * (MATH_COS_2 + z * MATH_COS_3))));
}

// Flips the sign of `x` where bit 1 of `quadrant` is set.
fn math_flip(x: f32, quadrant: u32) -> f32 {
    return bitcast<f32>(bitcast<u32>(x) ^ ((quadrant & 2u) << 30u));
}

// The sine and the cosine of `x` radians.
fn math_sin_cos(x: f32) -> vec2<f32> {
    let angle = math_reduce(x);
    let s = math_sin_polynomial(angle.rest);
    let c = math_cos_polynomial(angle.rest);
    let swapped = (angle.quadrant & 1u) == 1u;
    let sine = select(s, c, swapped);
    let cosine = select(c, s, swapped);
    return vec2<f32>(math_flip(sine, angle.quadrant), math_flip(cosine, angle.quadrant + 1u));
}

fn math_sin(x: f32) -> f32 {
    return math_sin_cos(x).x;
}

fn math_cos(x: f32) -> f32 {
    return math_sin_cos(x).y;
}

// The angle of the vector (`x`, `y`) in radians, within +-pi; 0 for the null vector.
fn math_atan2(y: f32, x: f32) -> f32 {
    let wide = abs(x);
    let tall = abs(y);
    let steep = tall > wide;
    let less = select(tall, wide, steep);
    let longer = select(wide, tall, steep);
    let more = select(longer, 1.0, longer == 0.0);

    // atan(less / more), reduced by pi/4 where the ratio is above tan(pi/8).
    let reduced = less > MATH_TAN_EIGHTH_PI * more;
    let above = select(less, less - more, reduced);
    let below = select(more, less + more, reduced);
    let t = above / below;
    let z = t * t;
    let series = t * z
        * (MATH_ATAN_0 + z * (MATH_ATAN_1 + z * (MATH_ATAN_2 + z * (MATH_ATAN_3 + z * MATH_ATAN_4))));
    let flat = select(0.0, MATH_QUARTER_PI, reduced);
    let flat_low = select(0.0, MATH_QUARTER_PI_LOW, reduced);

    // The angle is `base +- t` with everything small kept apart until the last addition.
    let right = select(flat, MATH_HALF_PI - flat, steep);
    let right_low = select(flat_low, MATH_HALF_PI_LOW - flat_low, steep);
    let right_turn = select(1.0, -1.0, steep);
    let left = x < 0.0;
    let base = select(right, MATH_PI - right, left);
    let base_low = select(right_low, MATH_PI_LOW - right_low, left);
    let turn = select(right_turn, -right_turn, left);
    let angle = base + (turn * t + (turn * series + base_low));
    return math_copy_sign(angle, y);
}

// Exponential, logarithm, power and the hyperbolic functions.

const MATH_LOG2_E: f32 = 1.4426950408889634;
const MATH_LN_2: f32 = 0.6931471805599453;
const MATH_LN_2_HIGH: f32 = 0.69311523;
const MATH_LN_2_LOW: f32 = 3.1946185e-5;
// log2(e) as 12 leading bits and the rest.
const MATH_LOG2_E_HIGH: f32 = 1.4423828;
const MATH_LOG2_E_LOW: f32 = 3.1222837e-4;

const MATH_EXP_0: f32 = 0.5;
const MATH_EXP_1: f32 = 0.16666667;
const MATH_EXP_2: f32 = 4.1667517e-2;
const MATH_EXP_3: f32 = 8.333287e-3;
const MATH_EXP_4: f32 = 1.3872721e-3;
const MATH_EXP_5: f32 = 1.9906966e-4;

const MATH_LOG_0: f32 = 0.3333331;
const MATH_LOG_1: f32 = -0.24999987;
const MATH_LOG_2: f32 = 0.20002228;
const MATH_LOG_3: f32 = -0.16669242;
const MATH_LOG_4: f32 = 0.14218628;
const MATH_LOG_5: f32 = -0.12384484;
const MATH_LOG_6: f32 = 0.11873372;
const MATH_LOG_7: f32 = -0.11789118;
const MATH_LOG_8: f32 = 6.9135375e-2;

const MATH_SINH_0: f32 = 0.16666667;
const MATH_SINH_1: f32 = 8.3333505e-3;
const MATH_SINH_2: f32 = 1.9836066e-4;
const MATH_SINH_3: f32 = 2.8174395e-6;

// Above this the exponential is infinite, below its negative it is zero.
const MATH_EXP_LIMIT: f32 = 104.0;

// e^r - 1 - r for |r| <= ln(2)/2.
fn math_exp_tail(r: f32) -> f32 {
    return r * r
        * (MATH_EXP_0
            + r * (MATH_EXP_1 + r * (MATH_EXP_2 + r * (MATH_EXP_3 + r * (MATH_EXP_4 + r * MATH_EXP_5)))));
}

// 2^n for an exponent of normal numbers.
fn math_power_of_two(n: i32) -> f32 {
    return bitcast<f32>(bitcast<u32>(n + 127) << 23u);
}

// `x` times 2^n for an integer |n| <= 252; in two steps, so that the result may overflow or fade out gradually.
fn math_scale(x: f32, n: f32) -> f32 {
    let whole = i32(n);
    let first = whole >> 1u;
    return x * math_power_of_two(first) * math_power_of_two(whole - first);
}

// Keeps `x` within +-limit; what is not a number stays so.
fn math_within(x: f32, limit: f32) -> f32 {
    let below = select(x, limit, x > limit);
    return select(below, -limit, below < -limit);
}

// 2^shift e^x.
fn math_shifted_exp(x: f32, shift: f32) -> f32 {
    let kept = math_within(x, MATH_EXP_LIMIT);
    let n = math_round(kept * MATH_LOG2_E);
    let high = kept - n * MATH_LN_2_HIGH;
    let r = high - n * MATH_LN_2_LOW;
    return math_scale(1.0 + (r + math_exp_tail(r)), n + shift);
}

// e^x.
fn math_exp(x: f32) -> f32 {
    return math_shifted_exp(x, 0.0);
}

// Splits a positive number into an exponent and a mantissa within [sqrt(1/2), sqrt(2)).
fn math_split(x: f32) -> vec2<f32> {
    let given = bitcast<u32>(x);
    // A subnormal number is its bits times 2^-149. The CPU multiplies by 2^23 instead, which is as exact, but a
    // device may take such a number for zero in arithmetic.
    let tiny = given < 0x00800000u;
    let bits = select(given, bitcast<u32>(f32(given)), tiny);
    let bias = select(0.0, 149.0, tiny);
    // 0x3f3504f3 is sqrt(1/2): subtracting it makes the exponent field round at sqrt(2) instead of at 2.
    let offset = bits - 0x3f3504f3u;
    let exponent = bitcast<i32>(offset) >> 23u;
    let mantissa = bitcast<f32>(bits - (bitcast<u32>(exponent) << 23u));
    return vec2<f32>(f32(exponent) - bias, mantissa);
}

// ln(1 + f) - f + f^2/2 for 1 + f within [sqrt(1/2), sqrt(2)).
fn math_ln_tail(f: f32) -> f32 {
    let high = MATH_LOG_5 + f * (MATH_LOG_6 + f * (MATH_LOG_7 + f * MATH_LOG_8));
    return f * f * f
        * (MATH_LOG_0 + f * (MATH_LOG_1 + f * (MATH_LOG_2 + f * (MATH_LOG_3 + f * (MATH_LOG_4 + f * high)))));
}

// The natural logarithm; minus infinity for 0, not a number below 0.
fn math_ln(x: f32) -> f32 {
    let parts = math_split(x);
    let n = parts.x;
    let f = parts.y - 1.0;
    let high = n * MATH_LN_2_HIGH;
    let low = n * MATH_LN_2_LOW;
    let half_square = 0.5 * f * f;
    let sum = high + f;
    let lost = (high - sum) + f;
    let finite = sum + (lost + (low + (math_ln_tail(f) - half_square)));

    // The exceptions are put in as bits, where no compiler reasons them away.
    let bits = bitcast<u32>(x);
    let at_zero = math_size_bits(x) == 0u;
    let positive = (bits != 0u) && (bits < MATH_INFINITY_BITS);
    let exception = select(
        select(0x7fc00000u, MATH_SIGN_BIT | MATH_INFINITY_BITS, at_zero),
        MATH_INFINITY_BITS,
        bits == MATH_INFINITY_BITS,
    );
    return bitcast<f32>(select(exception, bitcast<u32>(finite), positive));
}

// The 12 leading bits of `x`: products of two such numbers are exact.
fn math_leading(x: f32) -> f32 {
    return bitcast<f32>(bitcast<u32>(x) & 0xfffff000u);
}

// log2 of a positive number as an integer, a part of 12 bits, and the rest.
fn math_log2_parts(x: f32) -> vec3<f32> {
    let parts = math_split(x);
    let f = parts.y - 1.0;
    // f - f^2/2 with the rounding errors kept in `low`.
    let f_high = math_leading(f);
    let f_low = f - f_high;
    let square = 0.5 * f_high * f_high;
    let square_low = 0.5 * f_low * (f + f_high);
    let high = f - square;
    let lost = (f - high) - square;
    let low = lost - square_low + math_ln_tail(f);
    // Times log2(e), again in two parts.
    let sum = high + low;
    let sum_high = math_leading(sum);
    let sum_low = (high - sum_high) + low;
    let product = sum_high * MATH_LOG2_E_HIGH;
    let product_low = sum_high * MATH_LOG2_E_LOW + sum_low * MATH_LOG2_E;
    let log = product + product_low;
    let log_high = math_leading(log);
    return vec3<f32>(parts.x, log_high, (product - log_high) + product_low);
}

// `x` to the power `y` for x >= 0. 0 to a positive power is 0 and to a negative one infinite; a negative `x`
// gives not a number.
fn math_pow(x: f32, y: f32) -> f32 {
    let parts = math_log2_parts(x);
    let n = parts.x;
    let log_high = parts.y;
    let log_low = parts.z;
    let y_high = math_leading(y);
    let y_low = y - y_high;
    // y log2(x) = whole + rest, where every product of two leading parts is exact.
    let estimate = math_within(y * (n + log_high), 252.0);
    let whole = math_round(estimate);
    let rest = math_within(
        ((y_high * n - whole) + y_high * log_high) + (y_low * n + (y_low * log_high + y * log_low)),
        1.0,
    );
    let r = rest * MATH_LN_2;
    let usual = math_scale(1.0 + (r + math_exp_tail(r)), whole);

    // The exceptions are put in as bits, where no compiler reasons them away.
    let zero = math_size_bits(x) == 0u;
    let at_zero = select(MATH_INFINITY_BITS, 0u, y > 0.0);
    let of_base = select(bitcast<u32>(usual), at_zero, zero);
    let of_power = select(of_base, 0x3f800000u, math_size_bits(y) == 0u);
    let not_negative = zero || (bitcast<u32>(x) <= MATH_INFINITY_BITS);
    return bitcast<f32>(select(0x7fc00000u, of_power, not_negative));
}

// The hyperbolic sine and cosine.
fn math_sinh_cosh(x: f32) -> vec2<f32> {
    let size = abs(x);
    // Half the exponential, so that nothing overflows before the result does.
    let half_exp = math_shifted_exp(size, -1.0);
    let inverse = 0.25 / half_exp;
    let z = x * x;
    let small = size
        + size * z * (MATH_SINH_0 + z * (MATH_SINH_1 + z * (MATH_SINH_2 + z * MATH_SINH_3)));
    let sine = select(half_exp - inverse, small, size < 1.0);
    return vec2<f32>(math_copy_sign(sine, x), half_exp + inverse);
}

fn math_sinh(x: f32) -> f32 {
    return math_sinh_cosh(x).x;
}

fn math_cosh(x: f32) -> f32 {
    return math_sinh_cosh(x).y;
}
