//! temporary
#[path = "../tests/it/flames.rs"]
#[allow(dead_code, reason = "temporary")]
mod flames;
use woolgather_video::*;
fn cpu() -> f64 {
    let s = std::fs::read_to_string("/proc/self/stat").unwrap();
    let f: Vec<&str> = s.rsplit(')').next().unwrap().split_whitespace().collect();
    (f[11].parse::<f64>().unwrap() + f[12].parse::<f64>().unwrap()) / 100.0
}
fn status(k: &str) -> String {
    std::fs::read_to_string("/proc/self/status")
        .unwrap()
        .lines()
        .find(|l| l.starts_with(k))
        .unwrap()
        .to_owned()
}
fn main() {
    let a: Vec<String> = std::env::args().skip(1).collect();
    let n = |i: usize| a[i].parse::<u32>().unwrap();
    let (w, h, segs, len, q) = (n(0), n(1), n(2), n(3), n(4));
    let s = EncoderSettings {
        width: w,
        height: h,
        fps: 30,
        speed: 10,
        quantizer: q as u8,
        segment_frames: len,
    };
    let segments: Vec<_> = (0..segs)
        .map(|k| {
            let f = flames::flames(&s, k * len, 40);
            let t = cpu();
            let mut e = SegmentEncoder::new(&s).unwrap();
            for f in &f {
                e.push(&f.as_ref()).unwrap();
            }
            let r = e.finish().unwrap();
            println!(
                "encode {} f {:.2} f/cpu-s {} bytes {}",
                len,
                len as f64 / (cpu() - t),
                r.len(),
                status("VmHWM")
            );
            r
        })
        .collect();
    let t = std::time::Instant::now();
    sequence_header(&s).unwrap();
    println!("sequence_header {:?}", t.elapsed());
    let r: Vec<&[u8]> = segments.iter().map(Vec::as_slice).collect();
    let clip = join_segments(
        &r,
        &JoinSettings {
            width: w,
            height: h,
            fps: 30,
        },
    )
    .unwrap();
    std::fs::write(&a[5], &clip).unwrap();
    let reader = ClipReader::open(&clip[..]).unwrap();
    let mut d = reader.decoder().unwrap();
    let mut frame = DecodedFrame::default();
    let t = cpu();
    let wall = std::time::Instant::now();
    let mut count = 0;
    while cpu() - t < 4.0 {
        while d.next_into(&mut frame).unwrap() {
            count += 1;
        }
        d.restart().unwrap();
    }
    println!(
        "decode {:.1} f/cpu-s, {:.1} f/s wall, {} {}",
        count as f64 / (cpu() - t),
        count as f64 / wall.elapsed().as_secs_f64(),
        status("VmRSS"),
        status("Threads")
    );
    let t = cpu();
    let mut count = 0;
    while cpu() - t < 3.0 {
        for s in &r {
            count += decode_segment(s, &DecodeLimits::default(), &mut |_, _| {
                std::ops::ControlFlow::Continue(())
            })
            .unwrap();
        }
    }
    println!("decode_segment {:.1} f/cpu-s", count as f64 / (cpu() - t));
    drop(d);
    for k in 0..300 {
        let mut d = reader.decoder().unwrap();
        let f = d.next().unwrap().unwrap();
        if k % 100 == 99 {
            println!(
                "open {k}: {} {} {}",
                f.width,
                status("VmRSS"),
                status("Threads")
            );
        }
    }
    std::thread::sleep(std::time::Duration::from_millis(300));
    println!("after: {} {}", status("VmRSS"), status("Threads"));
}
