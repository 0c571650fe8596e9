-- What features were made of, and further ids by which they can be found.
DO $$
DECLARE
    layer text;
BEGIN
    FOR layer IN SELECT c.layer FROM mapa.mapa_collection AS c LOOP
        EXECUTE format('ALTER TABLE mapa.%I ADD COLUMN mapa_row bigint, ADD COLUMN mapa_record text', layer);
    END LOOP;
END
$$;

ALTER TABLE mapa.mapa_version
    ADD COLUMN row bigint, -- where the row that it was made of stood in the source
    ADD COLUMN record text; -- JSON of that row

CREATE TABLE mapa.mapa_alias (
    collection text NOT NULL,
    alias      text COLLATE "C" NOT NULL,
    id         text NOT NULL,
    PRIMARY KEY (collection, alias)
);
