//! RGBA pixels → PNG bytes, small enough for the page: three chunks around a deflate stream, and texts.
//!
//! Portable Network Graphics (Second Edition), ISO/IEC 15948.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::render::figure::Pixels;

const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'];

/// Bytes of the signature and of the header, a chunk of 13 bytes with its length, name and sum.
const HEADER_END: usize = 8 + 12 + 13;

/// The header's form: eight bits, colour type red-green-blue-alpha, deflate, the standard's filters, not interlaced.
const FORM: [u8; 5] = [8, 6, 0, 0, 0];

/// Metres and inches in whole numbers: `pHYs` counts pixels per metre.
const INCH_IN_METRES: f64 = 0.0254;

/// PNG of sRGB pixels with straight alpha; `texts` are keyword and content, `dpi` the pixels of an inch.
pub fn png(pixels: &Pixels, dpi: Option<f64>, texts: &[(&str, &str)]) -> Vec<u8> {
    let mut file = SIGNATURE.to_vec();
    let size = [pixels.width as u32, pixels.height as u32].map(u32::to_be_bytes).concat();
    chunk(&mut file, b"IHDR", &[size.as_slice(), FORM.as_slice()].concat());
    describe(&mut file, dpi, texts);
    chunk(&mut file, b"IDAT", &deflated(pixels));
    chunk(&mut file, b"IEND", &[]);
    file
}

/// A PNG that somebody else made (a browser's canvas), with resolution and texts behind its header; `None` if it is no PNG.
pub fn with_texts(png: &[u8], dpi: Option<f64>, texts: &[(&str, &str)]) -> Option<Vec<u8>> {
    let (beginning, rest) = png.split_at_checked(HEADER_END)?;
    if !beginning.starts_with(&SIGNATURE) || &beginning[12..16] != b"IHDR" {
        return None;
    }
    let mut file = beginning.to_vec();
    describe(&mut file, dpi, texts);
    file.extend(rest);
    Some(file)
}

fn describe(file: &mut Vec<u8>, dpi: Option<f64>, texts: &[(&str, &str)]) {
    if let Some(dpi) = dpi {
        let per_metre = ((dpi / INCH_IN_METRES).round() as u32).to_be_bytes();
        chunk(file, b"pHYs", &[per_metre.as_slice(), per_metre.as_slice(), &[1]].concat());
    }
    for (keyword, text) in texts {
        // Keyword, not compressed, no language, no translated keyword, UTF-8.
        chunk(file, b"iTXt", &[keyword.as_bytes(), &[0, 0, 0, 0, 0], text.as_bytes()].concat());
    }
}

fn deflated(pixels: &Pixels) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    for row in pixels.rgba.chunks_exact((pixels.width * 4).max(1)) {
        // A vector takes all that is written to it. The row's filter is 0: as it is.
        let _ = encoder.write_all(&[0]).and_then(|()| encoder.write_all(row));
    }
    encoder.finish().unwrap_or_default()
}

fn chunk(file: &mut Vec<u8>, kind: &[u8; 4], content: &[u8]) {
    let sum = [kind.as_slice(), content].into_iter().flatten().fold(u32::MAX, |sum, byte| next_sum(sum, *byte)) ^ u32::MAX;
    file.extend((content.len() as u32).to_be_bytes());
    file.extend(kind);
    file.extend(content);
    file.extend(sum.to_be_bytes());
}

/// CRC-32 of one more byte, half a byte at a time. flate2's has a table of 16 kB, which the page would have to load.
fn next_sum(sum: u32, byte: u8) -> u32 {
    let sum = sum ^ u32::from(byte);
    let sum = HALVES[(sum & 15) as usize] ^ (sum >> 4);
    HALVES[(sum & 15) as usize] ^ (sum >> 4)
}

/// The remainder that half a byte adds to the sum: four bits divided by the standard's polynomial.
const HALVES: [u32; 16] = {
    let mut table = [0; 16];
    let mut half = 0;
    while half < 16 {
        let mut sum = half as u32;
        let mut bit = 0;
        while bit < 4 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 };
            bit += 1;
        }
        table[half] = sum;
        half += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::next_sum;

    /// The check value of CRC-32/ISO-HDLC.
    #[test]
    fn the_sum_is_the_standards() {
        assert_eq!(b"123456789".iter().fold(u32::MAX, |sum, byte| next_sum(sum, *byte)) ^ u32::MAX, 0xCBF4_3926);
    }
}
