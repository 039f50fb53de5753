//! temporary measurement
#[path = "../tests/it/flames.rs"]
#[allow(dead_code, reason = "temporary")]
mod flames;
use std::ops::ControlFlow;
use woolgather_video::*;
fn cpu() -> f64 {
    let s = std::fs::read_to_string("/proc/self/stat").unwrap();
    let f: Vec<&str> = s.rsplit(')').next().unwrap().split_whitespace().collect();
    (f[11].parse::<f64>().unwrap() + f[12].parse::<f64>().unwrap()) / 100.0
}
fn main() {
    let a: Vec<u32> = std::env::args()
        .skip(1)
        .map(|x| x.parse().unwrap())
        .collect();
    let (w, h, n, spp) = (a[0], a[1], a[2], a[3]);
    let frames: Vec<_> = (0..n).map(|f| flames::flame(w, h, f, spp)).collect();
    for &q in &a[4..] {
        let s = EncoderSettings {
            width: w,
            height: h,
            fps: 30,
            speed: 10,
            quantizer: q as u8,
            segment_frames: n,
        };
        let t = cpu();
        let mut e = SegmentEncoder::new(&s).unwrap();
        for f in &frames {
            e.push(&f.as_ref()).unwrap();
        }
        let seg = e.finish().unwrap();
        let te = cpu() - t;
        let t = cpu();
        let mut psnr = 0.0;
        let mut copies = vec![];
        decode_segment(&seg, &DecodeLimits::default(), &mut |_, f| {
            copies.push(f.clone());
            ControlFlow::Continue(())
        })
        .unwrap();
        let td = cpu() - t;
        let mut mse = 0.0;
        for (f, g) in copies.iter().zip(&frames) {
            let p = psnr_luma(&f.as_ref(), &g.as_ref());
            psnr += p / n as f64;
            mse += 10f64.powf(-p / 10.0) / n as f64;
        }
        println!(
            "q {q:3} {:8} bytes  {:6.0} B/frame {:.3} bpp psnr {:.2} (mse {:.2}) enc {:.2} f/cpu-s dec {:.1}",
            seg.len(),
            seg.len() as f64 / n as f64,
            seg.len() as f64 * 8.0 / (n * w * h) as f64,
            psnr,
            -10.0 * mse.log10(),
            n as f64 / te,
            n as f64 / td
        );
    }
}
