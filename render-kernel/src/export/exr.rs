//! OpenEXR: the picture before the tone map, in single precision.
//!
//! Channels A, B, G and R as 32-bit floats, losslessly compressed. OpenEXR multiplies colours by alpha, and so does
//! [`LinearImage`]. The genome is the attribute `flam3_genome`.

use exr::prelude::{
    AttributeValue, Encoding, Image, Layer, LayerAttributes, SpecificChannels, Text, Vec2,
    WritableImage as _,
};

use super::{ExportError, GENOME_KEY, Notes, SOFTWARE, ascii_xml};
use crate::LinearImage;

/// Writes `image` as an OpenEXR file.
///
/// A title or an author beyond Latin-1 is left out: the format's texts cannot hold it.
///
/// # Errors
///
/// [`ExportError::Exr`] where the format cannot hold the picture.
pub fn exr(image: &LinearImage, notes: &Notes<'_>) -> Result<Vec<u8>, ExportError> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let channels = SpecificChannels::rgba(|place: Vec2<usize>| {
        let [red, green, blue, alpha] = image.pixels()[place.y() * width + place.x()];
        (red, green, blue, alpha)
    });
    let text = |note: Option<&str>| note.and_then(Text::new_or_none);
    let mut attributes = LayerAttributes {
        layer_name: text(notes.title),
        owner: text(notes.author),
        software_name: text(Some(SOFTWARE)),
        ..LayerAttributes::default()
    };
    let genome = notes.genome_xml.map(ascii_xml);
    if let Some(xml) = genome.and_then(Text::new_or_none) {
        // The only attribute of its kind: a map of several would be written in a random order.
        let xml = AttributeValue::Text(xml);
        attributes.other.insert(GENOME_KEY.into(), xml);
    }
    let encoding = Encoding::SMALL_LOSSLESS;
    let image = Image::from_layer(Layer::new((width, height), attributes, encoding, channels));
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write().non_parallel().to_buffered(&mut bytes)?;
    Ok(bytes.into_inner())
}
