// Single points through an xform: how tests compare a variation with its twin.
// `assemble` appends the xforms and `move_point`.

@group(0) @binding(0) var<storage, read> numbers: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> keys: array<u32>;
@group(0) @binding(2) var<storage, read_write> points: array<vec4<f32>>;

const numbers_at: u32 = 0u;

@compute @workgroup_size(64)
fn probe(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= arrayLength(&points) {
        return;
    }
    slab_key = vec2<u32>(keys[0], keys[1]);
    let point = points[id.x];
    points[id.x] = vec4<f32>(move_point(0u, point.xyz, id.x), point.w);
}
