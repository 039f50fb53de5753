//! scratch
use std::io::Read;
use woolgather_video::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let (w, h, n): (u32, u32, u32) = (a[1].parse().unwrap(), a[2].parse().unwrap(), a[3].parse().unwrap());
    let s = EncoderSettings { width: w, height: h, fps: 30, speed: 10, quantizer: 80, segment_frames: n };
    let mut e = SegmentEncoder::new(&s).unwrap();
    let mut f = std::fs::File::open(&a[4]).unwrap();
    let plane = |f: &mut std::fs::File, len: u32| { let mut b = vec![0; len as usize * 2]; f.read_exact(&mut b).unwrap(); b.chunks(2).map(|c| u16::from_le_bytes([c[0], c[1]])).collect::<Vec<u16>>() };
    for _ in 0..n {
        let (l, cb, cr) = (plane(&mut f, w * h), plane(&mut f, w * h / 4), plane(&mut f, w * h / 4));
        e.push(&PlanesRef { width: w, height: h, luma: &l, chroma_blue: &cb, chroma_red: &cr }).unwrap();
    }
    let seg = e.finish().unwrap();
    let segs: Vec<&[u8]> = (0..5).map(|_| &seg[..]).collect();
    std::fs::write(&a[5], join_segments(&segs, &JoinSettings { width: w, height: h, fps: 30 }).unwrap()).unwrap();
}
