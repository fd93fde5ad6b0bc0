//! The header of a NIfTI-1 or NIfTI-2 image, in either byte order: bytes → the fields that are used here, in one form for both. The
//! `nifti` crate reads NIfTI-1 only.

use nifti::{Endianness, NiftiHeader};

use super::NiftiError;
use crate::files::stand_in;

/// Bytes of a NIfTI-1 header; a NIfTI-2 header is longer.
pub(super) const HEADER_LEN: usize = 348;

/// Bytes of a NIfTI-2 header.
pub(super) const HEADER_2_LEN: usize = 540;

/// The bytes behind the header that announce extensions, in an image of one file.
const EXTENDER: usize = 4;

/// The fields of a header, numbers as wide as NIfTI-2 has them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Header {
    pub is_little_endian: bool,
    /// Whether the voxels lie in a second file.
    pub is_pair: bool,
    /// `dim`: the number of axes, then the length of each.
    pub dim: [i64; 8],
    pub datatype: i16,
    /// `pixdim`: the sign of the third axis in the qform, then the voxel sizes.
    pub pixdim: [f64; 8],
    pub vox_offset: f64,
    /// The first position that voxels may have in their file.
    pub first_offset: usize,
    pub scl_slope: f64,
    pub scl_inter: f64,
    pub sform_code: i32,
    pub qform_code: i32,
    /// `quatern_b`, `quatern_c`, `quatern_d`.
    pub quatern: [f64; 3],
    /// `qoffset_x`, `qoffset_y`, `qoffset_z`.
    pub qoffset: [f64; 3],
    /// `srow_x`, `srow_y`, `srow_z`.
    pub srow: [[f64; 4]; 3],
}

/// The kind of a file by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeaderKind {
    Nifti1,
    Nifti2,
}

impl HeaderKind {
    /// The kind of the header that begins with these [`HEADER_LEN`] bytes.
    ///
    /// # Errors
    /// [`NiftiError::NotNifti`]
    pub fn of(file_name: &str, start: &[u8]) -> Result<Self, NiftiError> {
        let size = |size: i32| start.starts_with(&size.to_le_bytes()) || start.starts_with(&size.to_be_bytes());
        if size(HEADER_2_LEN as i32) && matches!(start.get(4..8), Some(b"n+2\0" | b"ni2\0")) {
            return Ok(Self::Nifti2);
        }
        match start.get(344..348) {
            Some(b"n+1\0" | b"ni1\0") => Ok(Self::Nifti1),
            _ if size(HEADER_LEN as i32) => Err(not_nifti(file_name, "an ANALYZE 7.5 header, which does not tell left from right")),
            _ => Err(not_nifti(file_name, looks_like(start))),
        }
    }

    /// Bytes of the header.
    pub fn n_bytes(self) -> usize {
        match self {
            Self::Nifti1 => HEADER_LEN,
            Self::Nifti2 => HEADER_2_LEN,
        }
    }
}

/// The error of a file that is no image.
pub(super) fn not_nifti(file_name: &str, found: &'static str) -> NiftiError {
    NiftiError::NotNifti { file: file_name.to_owned(), found }
}

/// What a file that is no image is, as far as its first bytes show it.
pub(super) fn looks_like(start: &[u8]) -> &'static str {
    stand_in(start).unwrap_or("it has no NIfTI mark in its header")
}

impl Header {
    /// The fields of a header of [`HeaderKind::n_bytes`] bytes; `None` where it ends too early.
    pub fn parse(kind: HeaderKind, bytes: &[u8]) -> Option<Self> {
        match kind {
            HeaderKind::Nifti1 => Some(Self::of_nifti1(&NiftiHeader::from_reader(bytes).ok()?)),
            HeaderKind::Nifti2 => Some(Self::of_nifti2(bytes)),
        }
    }

    fn of_nifti1(header: &NiftiHeader) -> Self {
        let is_pair = header.magic.starts_with(b"ni1");
        let wide = |row: [f32; 4]| row.map(f64::from);
        Header {
            is_little_endian: header.endianness == Endianness::Little,
            is_pair,
            // The crate holds lengths unsigned, though the standard has them signed.
            dim: header.dim.map(|length| i64::from(length as i16)),
            datatype: header.datatype,
            pixdim: header.pixdim.map(f64::from),
            vox_offset: f64::from(header.vox_offset),
            first_offset: first_offset(HeaderKind::Nifti1, is_pair),
            scl_slope: f64::from(header.scl_slope),
            scl_inter: f64::from(header.scl_inter),
            sform_code: i32::from(header.sform_code),
            qform_code: i32::from(header.qform_code),
            quatern: [header.quatern_b, header.quatern_c, header.quatern_d].map(f64::from),
            qoffset: [header.quatern_x, header.quatern_y, header.quatern_z].map(f64::from),
            srow: [wide(header.srow_x), wide(header.srow_y), wide(header.srow_z)],
        }
    }

    /// The fields at their positions in the standard; the byte order is that in which the header tells its own size.
    fn of_nifti2(bytes: &[u8]) -> Self {
        let is_little_endian = bytes.starts_with(&(HEADER_2_LEN as i32).to_le_bytes());
        let read = Fields { bytes, is_little_endian };
        let is_pair = bytes.get(4..8) == Some(b"ni2\0");
        Header {
            is_little_endian,
            is_pair,
            datatype: read.i16(12),
            dim: read.array(16, 8, |at| read.i64(at)),
            pixdim: read.array(104, 8, |at| read.f64(at)),
            vox_offset: read.i64(168) as f64,
            first_offset: first_offset(HeaderKind::Nifti2, is_pair),
            scl_slope: read.f64(176),
            scl_inter: read.f64(184),
            qform_code: read.i32(344),
            sform_code: read.i32(348),
            quatern: read.array(352, 8, |at| read.f64(at)),
            qoffset: read.array(376, 8, |at| read.f64(at)),
            srow: read.array(400, 32, |row| read.array(row, 8, |at| read.f64(at))),
        }
    }
}

/// The first position that voxels may have in their file: behind the header, unless that is a file of its own.
fn first_offset(kind: HeaderKind, is_pair: bool) -> usize {
    if is_pair { 0 } else { kind.n_bytes() + EXTENDER }
}

/// Numbers at positions of a header that was read whole.
struct Fields<'a> {
    bytes: &'a [u8],
    is_little_endian: bool,
}

impl Fields<'_> {
    /// The next `N` bytes, lowest first.
    fn at<const N: usize>(&self, at: usize) -> [u8; N] {
        let mut number = self.bytes.get(at..).and_then(|rest| rest.first_chunk::<N>()).copied().unwrap_or([0; N]);
        if !self.is_little_endian {
            number.reverse();
        }
        number
    }

    fn i16(&self, at: usize) -> i16 {
        i16::from_le_bytes(self.at(at))
    }

    fn i32(&self, at: usize) -> i32 {
        i32::from_le_bytes(self.at(at))
    }

    fn i64(&self, at: usize) -> i64 {
        i64::from_le_bytes(self.at(at))
    }

    fn f64(&self, at: usize) -> f64 {
        f64::from_le_bytes(self.at(at))
    }

    /// `N` values from `start` on, `step` bytes apart.
    fn array<T, const N: usize>(&self, start: usize, step: usize, value: impl Fn(usize) -> T) -> [T; N] {
        std::array::from_fn(|index| value(start + index * step))
    }
}
