-- Migration 3: a log of changes, and what other programs edit as revisions of its own.

ALTER TABLE mapa.mapa_collection
    ADD COLUMN whole_since   bigint NOT NULL DEFAULT 0, -- who has an older revision loads the collection whole
    ADD COLUMN aliases_since bigint NOT NULL DEFAULT 0, -- the revision that last changed its further ids
    ADD COLUMN demands       text   NOT NULL DEFAULT '{}'; -- JSON of what the recipe wants of each feature
UPDATE mapa.mapa_collection SET whole_since = revision, aliases_since = revision;

-- Which features changed at which revision. What is older than the last 1000 revisions is forgotten.
CREATE TABLE mapa.mapa_change (
    revision   bigint NOT NULL,
    collection text   NOT NULL,
    id         text   COLLATE "C" NOT NULL,
    PRIMARY KEY (revision, collection, id)
);

CREATE INDEX mapa_run_of_revision ON mapa.mapa_run (collection, revision);

-- The revision of an edit by another program: one a transaction, however many rows of however many layers it touches.
-- An import is waited for only a while, and not in the queue of its lock: it may itself wait for the layer.
CREATE FUNCTION mapa.mapa_edit() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    number bigint := nullif(current_setting('mapa.edit', true), '')::bigint;
    tries  integer := 0;
BEGIN
    IF number IS NOT NULL THEN
        RETURN number;
    END IF;
    WHILE NOT pg_try_advisory_xact_lock(1835102305) LOOP -- `mapa` in ASCII, the lock of imports
        IF tries = 50 THEN
            RAISE EXCEPTION 'mapa: an import or another edit is under way; save again when it is done'
                USING ERRCODE = 'lock_not_available';
        END IF;
        tries := tries + 1;
        PERFORM pg_sleep(0.1);
    END LOOP;
    UPDATE mapa.mapa_store SET revision = revision + 1 RETURNING revision INTO number;
    PERFORM set_config('mapa.edit', number::text, true);
    PERFORM pg_notify('mapa', number::text);
    DELETE FROM mapa.mapa_change WHERE revision <= number - 1000;
    RETURN number;
END
$$;

-- What another program writes has no known content, so the next import writes it again, and is made of no row of a source.
CREATE OR REPLACE FUNCTION mapa.mapa_edited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.mapa_hash := NULL;
    NEW.mapa_revision := mapa.mapa_edit();
    NEW.id := coalesce(NEW.id, gen_random_uuid()::text); -- what it does not name gets a name
    NEW.mapa_row := NULL;
    NEW.mapa_record := NULL;
    RETURN NEW;
END
$$;

-- A state as GeoJSON, written as an import writes it.
CREATE FUNCTION mapa.mapa_geojson(id text, geom geometry, columns jsonb) RETURNS text LANGUAGE sql STABLE
SET search_path FROM CURRENT AS $$
    SELECT json_build_object(
        'type', 'Feature', 'id', id,
        'geometry', ST_AsGeoJSON(CASE ST_NumGeometries(geom) WHEN 1 THEN ST_GeometryN(geom, 1) ELSE geom END, 15)::json,
        'properties', jsonb_strip_nulls(columns - '{fid,id,mapa_hash,mapa_revision,mapa_row,mapa_record,geom}'::text[])
    )::text
$$;

-- After a statement of another program: keeps what was, logs what changed, and counts it as a run of its own.
-- A state that this very transaction made is no state that ever stood. A session plans these statements once: made for one
-- row, a nested loop would meet ten thousand rows with themselves.
CREATE FUNCTION mapa.mapa_log_edit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
SET enable_nestloop = off AS $$
#variable_conflict use_variable
DECLARE
    number bigint := nullif(current_setting('mapa.edit', true), '')::bigint;
    edited text;
    inserted bigint := 0;
    updated bigint := 0;
    deleted bigint := 0;
BEGIN
    IF current_setting('mapa.importing', true) = 'on' THEN
        RETURN NULL;
    END IF;
    SELECT c.id INTO edited FROM mapa.mapa_collection AS c WHERE c.layer = TG_TABLE_NAME;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO mapa.mapa_change SELECT number, edited, n.id FROM new_rows AS n ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS inserted = ROW_COUNT;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO mapa.mapa_version
        SELECT edited, o.id, coalesce(o.mapa_revision, 0), number, mapa.mapa_geojson(o.id, o.geom, to_jsonb(o)), o.mapa_row, o.mapa_record
        FROM old_rows AS o LEFT JOIN new_rows AS n ON n.fid = o.fid
        WHERE o.mapa_revision IS DISTINCT FROM number AND (n.fid IS NULL OR n.mapa_revision = number);
        GET DIAGNOSTICS updated = ROW_COUNT;
        INSERT INTO mapa.mapa_change
        SELECT number, edited, o.id FROM old_rows AS o LEFT JOIN new_rows AS n ON n.fid = o.fid
        WHERE n.fid IS NULL OR n.mapa_revision = number
        UNION
        SELECT number, edited, n.id FROM new_rows AS n WHERE n.mapa_revision = number
        ON CONFLICT DO NOTHING;
    ELSIF EXISTS (SELECT FROM old_rows) THEN
        number := mapa.mapa_edit();
        INSERT INTO mapa.mapa_version
        SELECT edited, o.id, coalesce(o.mapa_revision, 0), number, mapa.mapa_geojson(o.id, o.geom, to_jsonb(o)), o.mapa_row, o.mapa_record
        FROM old_rows AS o WHERE o.mapa_revision IS DISTINCT FROM number;
        GET DIAGNOSTICS deleted = ROW_COUNT;
        INSERT INTO mapa.mapa_change SELECT number, edited, o.id FROM old_rows AS o ON CONFLICT DO NOTHING;
    END IF;
    IF number IS NULL THEN
        RETURN NULL; -- nothing became another
    END IF;
    UPDATE mapa.mapa_collection AS c SET revision = number WHERE c.id = edited;
    UPDATE mapa.mapa_run AS r
    SET added = added + inserted, changed = changed + updated, removed = removed + deleted
    WHERE r.collection = edited AND r.revision = number;
    IF NOT FOUND THEN
        INSERT INTO mapa.mapa_run (collection, recipe, source, started, accepted, revision, added, changed, removed, report)
        VALUES (
            edited, 'edit',
            format('edited by %s with %s', session_user, coalesce(nullif(current_setting('application_name'), ''), 'another program')),
            to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            true, number, inserted, updated, deleted, '{}'
        );
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION mapa.mapa_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'mapa: TRUNCATE would lose what was here; DELETE keeps it as history';
END
$$;

-- Watches a layer from now on.
CREATE FUNCTION mapa.mapa_watch(layer text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    by_others text := 'current_setting(''mapa.importing'', true) IS DISTINCT FROM ''on''';
BEGIN
    EXECUTE format(
        'CREATE TRIGGER mapa_added BEFORE INSERT ON mapa.%1$I FOR EACH ROW WHEN (%2$s) EXECUTE FUNCTION mapa.mapa_edited();
         CREATE TRIGGER mapa_edited BEFORE UPDATE ON mapa.%1$I FOR EACH ROW WHEN (%2$s AND OLD.* IS DISTINCT FROM NEW.*)
             EXECUTE FUNCTION mapa.mapa_edited();
         CREATE TRIGGER mapa_log_insert AFTER INSERT ON mapa.%1$I REFERENCING NEW TABLE AS new_rows
             FOR EACH STATEMENT EXECUTE FUNCTION mapa.mapa_log_edit();
         CREATE TRIGGER mapa_log_update AFTER UPDATE ON mapa.%1$I REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
             FOR EACH STATEMENT EXECUTE FUNCTION mapa.mapa_log_edit();
         CREATE TRIGGER mapa_log_delete AFTER DELETE ON mapa.%1$I REFERENCING OLD TABLE AS old_rows
             FOR EACH STATEMENT EXECUTE FUNCTION mapa.mapa_log_edit();
         CREATE TRIGGER mapa_keep BEFORE TRUNCATE ON mapa.%1$I FOR EACH STATEMENT EXECUTE FUNCTION mapa.mapa_keep();
         ALTER TABLE mapa.%1$I ALTER COLUMN id SET DEFAULT gen_random_uuid()::text',
        layer, by_others
    );
END
$$;

DO $$
DECLARE
    layer text;
BEGIN
    FOR layer IN SELECT c.layer FROM mapa.mapa_collection AS c LOOP
        EXECUTE format('DROP TRIGGER mapa_edited ON mapa.%I', layer);
        PERFORM mapa.mapa_watch(layer);
    END LOOP;
END
$$;
