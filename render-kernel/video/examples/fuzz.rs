//! temporary
#[path = "../tests/it/flames.rs"]
#[allow(dead_code, reason = "temporary")]
mod flames;
use woolgather_video::*;
fn main() {
    let mut rng = 88172645463325252u64;
    let mut next = move || {
        rng ^= rng << 13;
        rng ^= rng >> 7;
        rng ^= rng << 17;
        rng
    };
    let t = std::time::Instant::now();
    let (mut ok, mut frame, mut seg, mut count) = (0u64, 0u64, 0u64, 0u64);
    let mut sources = vec![];
    for q in [1u8, 60, 200] {
        for (w, h) in [(96, 64), (65, 49)] {
            let s = EncoderSettings {
                width: w,
                height: h,
                fps: 30,
                speed: 10,
                quantizer: q,
                segment_frames: 6,
            };
            let f = flames::flames(&s, 0, 20);
            let mut e = SegmentEncoder::new(&s).unwrap();
            for f in &f {
                e.push(&f.as_ref()).unwrap();
            }
            let seg = e.finish().unwrap();
            let clip = join_segments(
                &[&seg],
                &JoinSettings {
                    width: w,
                    height: h,
                    fps: 30,
                },
            )
            .unwrap();
            sources.push((seg, clip));
        }
    }
    let mut n = 0u64;
    while t.elapsed().as_secs() < std::env::args().nth(1).unwrap().parse().unwrap() {
        n += 1;
        let (s, c) = &sources[(next() % 6) as usize];
        let mut d = if n % 2 == 0 { s.clone() } else { c.clone() };
        let from = if n % 2 == 0 {
            0
        } else {
            c.windows(4).position(|k| k == b"mdat").unwrap() + 4
        };
        // near headers or anywhere
        for _ in 0..1 + next() % 6 {
            let near = next() % 2 == 0;
            let at = from
                + if near {
                    next() as usize % 60
                } else {
                    next() as usize % (d.len() - from)
                };
            d[at] = match next() % 3 {
                0 => d[at] ^ (1 << (next() % 8)),
                1 => next() as u8,
                _ => 0,
            };
        }
        std::fs::write("/tmp/vt/last.bin", &d).unwrap();
        if n % 2 == 0 {
            match decode_segment(&d, &DecodeLimits::default(), &mut |_, _| {
                std::ops::ControlFlow::Continue(())
            }) {
                Ok(_) => ok += 1,
                Err(DecodeError::Segment(_)) => seg += 1,
                Err(DecodeError::FrameCount { .. }) => count += 1,
                Err(_) => frame += 1,
            }
        } else {
            match ClipReader::open(&d[..]) {
                Err(_) => seg += 1,
                Ok(r) => {
                    let mut good = true;
                    for f in r.decoder_on(1 + (next() % 4) as u32).unwrap() {
                        match f {
                            Ok(_) => {}
                            Err(DecodeError::FrameCount { .. }) => {
                                count += 1;
                                good = false;
                                break;
                            }
                            Err(_) => {
                                frame += 1;
                                good = false;
                                break;
                            }
                        }
                    }
                    if good {
                        ok += 1
                    }
                }
            }
        }
    }
    println!("{n} runs: ok {ok} structural {seg} frame {frame} count {count}");
}
