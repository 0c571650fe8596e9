-- An embedded store is a GeoPackage 1.3 (OGC 12-128r18) with a layer a collection, plus tables of its own. A layer has columns
-- besides those of its features: mapa_hash, a hash of the content, mapa_revision, the revision that brought it, mapa_row and
-- mapa_record, what it was made of.

CREATE TABLE gpkg_spatial_ref_sys (
    srs_name                 TEXT    NOT NULL,
    srs_id                   INTEGER NOT NULL PRIMARY KEY,
    organization             TEXT    NOT NULL,
    organization_coordsys_id INTEGER NOT NULL,
    definition               TEXT    NOT NULL,
    description              TEXT
);

-- The three rows that clause 1.1.2.1.2 demands. GeoPackage keeps EPSG:4326 in the order longitude, latitude.
INSERT INTO gpkg_spatial_ref_sys VALUES
    ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', NULL),
    ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', NULL),
    ('WGS 84 geodetic', 4326, 'EPSG', 4326,
     'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]',
     NULL);

CREATE TABLE gpkg_contents (
    table_name  TEXT     NOT NULL PRIMARY KEY,
    data_type   TEXT     NOT NULL,
    identifier  TEXT     UNIQUE,
    description TEXT     DEFAULT '',
    last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    min_x       DOUBLE,
    min_y       DOUBLE,
    max_x       DOUBLE,
    max_y       DOUBLE,
    srs_id      INTEGER  REFERENCES gpkg_spatial_ref_sys (srs_id)
);

CREATE TABLE gpkg_geometry_columns (
    table_name         TEXT    NOT NULL UNIQUE REFERENCES gpkg_contents (table_name),
    column_name        TEXT    NOT NULL,
    geometry_type_name TEXT    NOT NULL,
    srs_id             INTEGER NOT NULL REFERENCES gpkg_spatial_ref_sys (srs_id),
    z                  TINYINT NOT NULL,
    m                  TINYINT NOT NULL,
    PRIMARY KEY (table_name, column_name)
);

-- One row: which layout the tables below have, how many commits the store has seen, and whether it is an import that writes:
-- nobody but the import itself sees that, as it is over before the commit.
CREATE TABLE mapa_store (
    layout    INTEGER NOT NULL,
    revision  INTEGER NOT NULL,
    importing BOOLEAN NOT NULL
);
INSERT INTO mapa_store VALUES (4, 0, 0);

-- What is in the store: a collection, its layer, where its features came from, and the revision that brought them.
CREATE TABLE mapa_collection (
    id         TEXT    NOT NULL PRIMARY KEY,
    layer      TEXT    NOT NULL UNIQUE,
    definition TEXT    NOT NULL, -- JSON of the collection
    provenance TEXT    NOT NULL, -- JSON of where its features came from
    revision   INTEGER NOT NULL,
    whole_since   INTEGER NOT NULL, -- who has an older revision loads the collection whole
    aliases_since INTEGER NOT NULL, -- the revision that last changed its further ids
    demands       TEXT    NOT NULL  -- JSON of what the recipe wants of each feature
);

-- Which features changed at which revision. What is older than the last 1000 revisions is forgotten.
CREATE TABLE mapa_change (
    revision   INTEGER NOT NULL,
    collection TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    PRIMARY KEY (revision, collection, id)
) WITHOUT ROWID;

-- Every import that reached its end, the refused ones too.
CREATE TABLE mapa_run (
    run        INTEGER NOT NULL PRIMARY KEY,
    collection TEXT    NOT NULL,
    recipe     TEXT    NOT NULL,
    source     TEXT    NOT NULL,
    started    TEXT    NOT NULL, -- RFC 3339
    accepted   BOOLEAN NOT NULL DEFAULT 0, -- 0: refused by the recipe's threshold, nothing was changed
    revision   INTEGER,          -- NULL: refused, or accepted and everything was as it should be already
    added      INTEGER NOT NULL DEFAULT 0, -- features; of a refused run, what it would have done
    changed    INTEGER NOT NULL DEFAULT 0,
    removed    INTEGER NOT NULL DEFAULT 0,
    unchanged  INTEGER NOT NULL DEFAULT 0,
    report     TEXT    NOT NULL  -- JSON of the tally
);
CREATE INDEX mapa_run_of_collection ON mapa_run (collection, run);

-- What features were before they were changed or removed.
CREATE TABLE mapa_version (
    collection    TEXT    NOT NULL,
    id            TEXT    NOT NULL,
    from_revision INTEGER NOT NULL, -- the revision that brought this state
    to_revision   INTEGER NOT NULL, -- the revision that ended it
    feature       TEXT    NOT NULL, -- GeoJSON
    row           INTEGER,          -- where the row that it was made of stood in the source
    record        TEXT,             -- JSON of that row
    shape         BLOB              -- the geometry, of a state that another program ended; its GeoJSON has none then
);
CREATE INDEX mapa_version_of_feature ON mapa_version (collection, id, to_revision);

-- Further ids by which features can be found.
CREATE TABLE mapa_alias (
    collection TEXT NOT NULL,
    alias      TEXT NOT NULL,
    id         TEXT NOT NULL,
    PRIMARY KEY (collection, alias)
);

-- Every row that was refused, as it was.
CREATE TABLE mapa_rejection (
    run         INTEGER NOT NULL REFERENCES mapa_run (run),
    row         INTEGER NOT NULL,
    column_name TEXT,
    text        TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    detail      TEXT    NOT NULL,
    record      TEXT    NOT NULL -- JSON of the whole raw row
);
CREATE INDEX mapa_rejection_of_run ON mapa_rejection (run, row);

INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES
    ('mapa_run', 'attributes', 'mapa_run'),
    ('mapa_version', 'attributes', 'mapa_version'),
    ('mapa_rejection', 'attributes', 'mapa_rejection');
