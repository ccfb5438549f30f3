//! Reads a weight file: a JSON header and named tensors.
//!
//! Layout, all numbers little-endian: the magic `YDENC1\n`, the header's length
//! as `u32`, the header as JSON, then the tensors at the offsets the header gives.
//! A damaged file leads to an error that names the part, never to a panic or an
//! oversized allocation. Knows nothing about any network: it hands out numbers by
//! name.
//!
//! Much like safetensors, which is not used because nothing but this program reads
//! these files: they are compiled in. What a header holds beside names and shapes
//! (the branches of a network, its epsilon) is typed here and text there.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::EncoderError;
use super::arithmetic::PackedMatrix;

/// First bytes of every weight file; the digit is the version of the layout.
const MAGIC: &[u8] = b"YDENC1\n";

/// A weight file whose parts have been located, not yet converted.
#[derive(Debug)]
pub(super) struct Weights<'a> {
    file: &'a [u8],
    header: &'a [u8],
    tensors: BTreeMap<String, Tensor>,
}

/// What the header says about one tensor.
#[derive(Debug, Deserialize)]
struct Tensor {
    name: String,
    #[serde(rename = "type")]
    kind: Kind,
    /// Elements per dimension, the outermost first.
    shape: Vec<usize>,
    /// Position of the first byte in the file.
    offset: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    U8,
    I8,
    U32,
    F16,
    F32,
}

impl Kind {
    fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::F16 => 2,
            Self::U32 | Self::F32 => 4,
        }
    }
}

impl<'a> Weights<'a> {
    /// Checks magic and header and locates the tensors.
    ///
    /// # Errors
    ///
    /// `EncoderError::Magic`, `Truncated`, `Header` or `Tensor`, whichever comes first.
    pub(super) fn read(file: &'a [u8]) -> Result<Self, EncoderError> {
        #[derive(Deserialize)]
        struct Directory {
            tensors: Vec<Tensor>,
        }

        let rest = file.strip_prefix(MAGIC).ok_or(EncoderError::Magic)?;
        let (length, rest) = rest.split_first_chunk().ok_or(EncoderError::Truncated)?;
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let header = rest.get(..length).ok_or(EncoderError::Truncated)?;
        let directory: Directory = serde_json::from_slice(header).map_err(EncoderError::Header)?;
        let mut tensors = BTreeMap::new();
        for tensor in directory.tensors {
            locate(file, &tensor)?;
            tensors.insert(tensor.name.clone(), tensor);
        }
        Ok(Self { file, header, tensors })
    }

    /// The header's fields that `T` names; others are ignored.
    ///
    /// # Errors
    ///
    /// `EncoderError::Header` when a field is missing or of another type.
    pub(super) fn header<T: DeserializeOwned>(&self) -> Result<T, EncoderError> {
        serde_json::from_slice(self.header).map_err(EncoderError::Header)
    }

    /// The elements of an `f32` or `f16` tensor, all finite.
    ///
    /// # Errors
    ///
    /// `EncoderError::Tensor` when it is missing, of another type or not finite.
    pub(super) fn floats(&self, name: &str) -> Result<Vec<f32>, EncoderError> {
        let (tensor, bytes) = self.find(name)?;
        let values: Vec<f32> = match tensor.kind {
            Kind::F32 => bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
            Kind::F16 => bytes.as_chunks().0.iter().map(|bytes| half(u16::from_le_bytes(*bytes))).collect(),
            Kind::U8 | Kind::I8 | Kind::U32 => return Err(wrong_type(tensor)),
        };
        if values.iter().all(|value| value.is_finite()) {
            Ok(values)
        } else {
            Err(problem(name, "an element is not finite"))
        }
    }

    /// The elements of a `u32` tensor.
    ///
    /// # Errors
    ///
    /// `EncoderError::Tensor` when it is missing or of another type.
    pub(super) fn integers(&self, name: &str) -> Result<Vec<u32>, EncoderError> {
        let bytes = self.typed(name, Kind::U32)?;
        Ok(bytes.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect())
    }

    /// The elements of a `u8` tensor.
    ///
    /// # Errors
    ///
    /// `EncoderError::Tensor` when it is missing or of another type.
    pub(super) fn bytes(&self, name: &str) -> Result<&'a [u8], EncoderError> {
        self.typed(name, Kind::U8)
    }

    /// Elements per dimension, the outermost first.
    ///
    /// # Errors
    ///
    /// `EncoderError::Tensor` when there is no such tensor.
    pub(super) fn shape(&self, name: &str) -> Result<&[usize], EncoderError> {
        Ok(&self.find(name)?.0.shape)
    }

    /// The matrix made of `{name}.weights` (`i8`, rows × columns) and `{name}.scales` (one per row).
    ///
    /// # Errors
    ///
    /// `EncoderError::Tensor` when one of the two is missing or of another type,
    /// `EncoderError::Shape` when they do not fit together or [`PackedMatrix`] does not take them.
    pub(super) fn matrix(&self, name: &str) -> Result<PackedMatrix, EncoderError> {
        let scales = self.floats(&format!("{name}.scales"))?;
        let name = format!("{name}.weights");
        let weights: Vec<i8> = self.typed(&name, Kind::I8)?.iter().map(|byte| byte.cast_signed()).collect();
        let &[_, columns] = self.shape(&name)? else {
            return Err(problem(&name, "a matrix has two dimensions"));
        };
        PackedMatrix::new(columns, &weights, &scales)
    }

    fn typed(&self, name: &str, kind: Kind) -> Result<&'a [u8], EncoderError> {
        let (tensor, bytes) = self.find(name)?;
        if tensor.kind == kind { Ok(bytes) } else { Err(wrong_type(tensor)) }
    }

    fn find(&self, name: &str) -> Result<(&Tensor, &'a [u8]), EncoderError> {
        let tensor = self.tensors.get(name).ok_or_else(|| problem(name, "missing"))?;
        Ok((tensor, locate(self.file, tensor)?))
    }
}

/// The bytes of a tensor.
fn locate<'a>(file: &'a [u8], tensor: &Tensor) -> Result<&'a [u8], EncoderError> {
    let length = tensor.shape.iter().try_fold(tensor.kind.bytes(), |length, size| length.checked_mul(*size));
    let end = length.and_then(|length| tensor.offset.checked_add(length));
    end.and_then(|end| file.get(tensor.offset..end))
        .ok_or_else(|| problem(&tensor.name, "extends past the end of the file"))
}

fn problem(name: &str, problem: &str) -> EncoderError {
    EncoderError::Tensor { name: name.to_owned(), problem: problem.to_owned() }
}

fn wrong_type(tensor: &Tensor) -> EncoderError {
    problem(&tensor.name, &format!("elements of type {:?} were not expected", tensor.kind))
}

/// Converts an IEEE 754 half-precision number, exactly.
fn half(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let magnitude = u32::from(bits & 0x7fff) << 13;
    if magnitude >= 0x7c00 << 13 {
        return f32::from_bits(sign | magnitude | 0x7f80_0000); // infinity or no number
    }
    // Same mantissa, exponent bias 127 instead of 15; the product also normalises small values.
    let factor = f32::from_bits((127 + (127 - 15)) << 23);
    f32::from_bits(sign | (f32::from_bits(magnitude) * factor).to_bits())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, rest: &[u8]) -> Vec<u8> {
        let length = u32::try_from(header.len()).unwrap();
        [MAGIC, &length.to_le_bytes(), header.as_bytes(), rest].concat()
    }

    fn one_tensor(kind: &str, shape: &str, data: &[u8]) -> Vec<u8> {
        // The offset always has three digits, so that it does not change the header's length.
        let header = |offset: usize| {
            format!(
                r#"{{"size": 7, "source": "a package, for its length", "tensors": [{{"name": "x", "type": "{kind}", "shape": {shape}, "offset": {offset}}}]}}"#
            )
        };
        let start = MAGIC.len() + 4 + header(100).len();
        file(&header(start), data)
    }

    #[test]
    fn numbers_come_out_as_they_went_in() {
        let floats = one_tensor("f32", "[2]", &[1.5_f32.to_le_bytes(), (-2.0_f32).to_le_bytes()].concat());
        assert_eq!(format!("{:?}", Weights::read(&floats).unwrap().floats("x").unwrap()), "[1.5, -2.0]");
        let integers = one_tensor("u32", "[1]", &70_000_u32.to_le_bytes());
        assert_eq!(Weights::read(&integers).unwrap().integers("x").unwrap(), [70_000]);
        let bytes = one_tensor("u8", "[1, 3]", &[1, 2, 255]);
        let weights = Weights::read(&bytes).unwrap();
        assert_eq!(weights.bytes("x").unwrap(), [1, 2, 255]);
        assert_eq!(weights.shape("x").unwrap(), [1, 3]);
    }

    #[test]
    fn half_precision_is_exact() {
        for (bits, expected) in [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65_504.0),
            (0x0001, 2.0_f32.powi(-24)), // the smallest subnormal number
            (0x0400, 2.0_f32.powi(-14)), // the smallest normal number
            (0x8000, -0.0),
        ] {
            assert_eq!(half(bits).to_bits(), expected.to_bits(), "{bits:04x}");
        }
        assert!(!half(0x7c00).is_finite() && half(0x7e00).is_nan());
    }

    #[test]
    fn the_header_yields_the_fields_asked_for() {
        #[derive(Deserialize)]
        struct Asked {
            size: usize,
        }
        let file = one_tensor("u8", "[0]", &[]);
        assert_eq!(Weights::read(&file).unwrap().header::<Asked>().unwrap().size, 7);
    }

    #[test]
    fn damage_is_reported() {
        let not_finite = one_tensor("f32", "[1]", &f32::NAN.to_le_bytes());
        for (bytes, asked, expected) in [
            (Vec::new(), "x", "not a weight file of this version"),
            (b"YDENC2\n".to_vec(), "x", "not a weight file of this version"),
            (b"YDENC1\n\xff".to_vec(), "x", "ends too early"),
            (file("{}", &[]), "x", "header cannot be read"),
            (file("{", &[]), "x", "header cannot be read"),
            (one_tensor("f64", "[1]", &[0; 8]), "x", "header cannot be read"),
            (one_tensor("u8", "[9]", &[0; 8]), "x", "past the end"),
            (one_tensor("f32", "[4611686018427387904]", &[0; 8]), "x", "past the end"),
            (one_tensor("u8", "[8]", &[0; 8]), "x", "not expected"),
            (one_tensor("f32", "[1]", &[0; 4]), "y", "missing"),
            (not_finite, "x", "not finite"),
        ] {
            let found = Weights::read(&bytes).and_then(|weights| weights.floats(asked)).unwrap_err();
            assert!(found.to_string().contains(expected), "{found}, not {expected}");
        }
    }
}
