//! A geometry as the `blob` of a GeoPackage: a header and well-known binary (OGC 12-128r19, clause 2.1.3).

use geozero::{CoordDimensions, ToGeo, ToWkb, wkb::GpkgWkb};

use crate::{
    space::Geometry,
    store::{StoreError, content},
};

/// A geometry as a GeoPackage blob with its envelope; lines and areas are always multi, as their layer declares.
pub fn encode(geometry: &Geometry) -> Result<Vec<u8>, StoreError> {
    use geo_types::Geometry as G;
    let shape = match G::from(geometry) {
        G::LineString(line) => G::MultiLineString(geo_types::MultiLineString(vec![line])),
        G::Polygon(polygon) => G::MultiPolygon(geo_types::MultiPolygon(vec![polygon])),
        other => other,
    };
    // The envelope of clause 2.1.3.1.1 is [min x, max x, min y, max y]; a point carries none.
    let envelope = if let Geometry::Point(_) = geometry {
        Vec::new()
    } else {
        let bbox = geometry.bbox();
        vec![bbox.west, bbox.east, bbox.south, bbox.north]
    };
    Ok(shape.to_gpkg_wkb(CoordDimensions::xy(), Some(4326), envelope)?)
}

/// A state as GeoJSON, with the geometry that is kept beside it where another program ended it.
pub fn whole(feature: String, shape: Option<Vec<u8>>) -> String {
    match shape.map(|blob| decode(&blob)) {
        Some(Ok(geometry)) => content::with_geometry(&feature, &geometry),
        _ => feature,
    }
}

/// The geometry of a blob, or why there is none.
pub fn decode(blob: &[u8]) -> Result<Geometry, String> {
    let shape = GpkgWkb(blob).to_geo().map_err(|error| error.to_string())?;
    Geometry::try_from(&shape).map_err(|error| error.to_string())
}
