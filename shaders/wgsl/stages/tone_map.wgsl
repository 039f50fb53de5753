// The tone map: from logarithmic density to a pixel.
//
// The factors 255 and 256 stand where flam3 has them. Colours come out as 0 to 255, alpha as 0 to 1; white in 16 bits
// is 255 * 256 = 65,280.
//
// Twin: `cpu/tone_map.rs` of the render kernel, which computes in double precision and says where flam3 differs.

const WHITE: f32 = 255.0;

// The density after gamma; below the threshold it fades to a straight line.
fn gamma_of(density: f32) -> f32 {
    let threshold = frame.gamma_threshold;
    let curved = math_pow(density, frame.exponent);
    if (density >= threshold) {
        return curved;
    }
    let share = density / threshold;
    let straight = share * frame.curved_threshold;
    return ((1.0 - share) * straight) + (share * curved);
}

// Scales a colour; where that overexposes it, desaturates it or clips it as the highlight power says.
fn highlights(color: vec3<f32>, scale: f32) -> vec3<f32> {
    let greatest = max(max(color.x, color.y), color.z) / WHITE;
    if ((scale == 0.0) || (greatest <= 0.0)) {
        return vec3<f32>(0.0);
    }
    if ((scale * greatest) <= WHITE) {
        return (scale * color) / WHITE;
    }
    let brightest = WHITE / greatest;
    let power = frame.highlight_power;
    if (power < 0.0) {
        let share = min(-power, 1.0);
        let mixed = ((1.0 - share) * brightest) + (share * scale);
        return (mixed * color) / WHITE;
    }
    let fade = math_pow(brightest / scale, power);
    let relative = (color / WHITE) / greatest;
    return WHITE * (1.0 - ((1.0 - relative) * fade));
}

// A channel brought up by itself, as far as vibrancy leaves it.
fn flat_of(channel: f32) -> f32 {
    if (channel > 0.0) {
        return ((1.0 - frame.vibrancy) * 256.0) * math_pow(channel / WHITE, frame.exponent);
    }
    return 0.0;
}

// Maps a density.
fn tone_map(pixel: vec4<f32>) -> vec4<f32> {
    let density = pixel.w / WHITE;
    var opaque = 0.0;
    var scale = 0.0;
    if (density > 0.0) {
        let curved = gamma_of(density);
        scale = (frame.vibrancy * 256.0 * curved) / density;
        opaque = clamp(curved, 0.0, 1.0);
    }
    var color = highlights(pixel.xyz, scale);
    if (frame.vibrancy != 1.0) {
        color += vec3<f32>(flat_of(pixel.x), flat_of(pixel.y), flat_of(pixel.z));
    }
    if (frame.transparency == 0u) {
        color += ((1.0 - opaque) * 256.0) * frame.background;
    } else if (opaque > 0.0) {
        color = color / opaque;
    } else {
        color = vec3<f32>(0.0);
    }
    return vec4<f32>(clamp(color, vec3<f32>(0.0), vec3<f32>(WHITE)), opaque);
}
