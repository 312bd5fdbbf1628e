-- What jobs/load/postgresql lets psql do. The variables `schema` and `table` are set, the JSON lines come
-- from standard input, and the manifest is at $RECJOB_MANIFEST.
\encoding UTF8
\set manifest `cat "$RECJOB_MANIFEST"`

BEGIN;
SELECT pg_advisory_xact_lock(hashtext('recjob ' || :'schema')) \g /dev/null

SELECT to_regnamespace(quote_ident(:'schema')) IS NULL AS without_schema,
  to_regclass(format('%I.%I', :'schema', :'table')) IS NULL AS without_table \gset
\if :without_schema
  CREATE SCHEMA :"schema";
\endif

-- A table that is there is whole, as it was made in a transaction: going back to it is the switch alone.
\if :without_table
  CREATE TEMPORARY TABLE lines (list jsonb NOT NULL) ON COMMIT DROP;
  -- JSON has no control characters, so that each line is one field.
  \copy lines FROM pstdin WITH (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')

  CREATE TABLE :"schema".:"table" (
    user_id text COLLATE "C" NOT NULL,
    rank integer NOT NULL,
    item_id text COLLATE "C" NOT NULL,
    score real NOT NULL,
    title text
  );
  INSERT INTO :"schema".:"table"
  SELECT list ->> 'user_id', rank, item_id, score, title
  FROM lines, jsonb_to_recordset(list -> 'recommendations')
    AS item (rank integer, item_id text, score real, title text);
  ALTER TABLE :"schema".:"table" ADD PRIMARY KEY (user_id, rank);
  ANALYZE :"schema".:"table";

  -- Stops here unless as many users came as the manifest counts, in a form that is known here.
  CREATE TEMPORARY TABLE loaded (
    users bigint CHECK (users = expected),
    expected bigint,
    schema_version integer NOT NULL CHECK (schema_version = 1)
  ) ON COMMIT DROP;
  INSERT INTO loaded
  SELECT (SELECT count(*) FROM lines), sum((file ->> 'rows')::bigint),
    max((file ->> 'schema_version')::integer)
  FROM jsonb_array_elements(:'manifest'::jsonb -> 'files') AS file
  WHERE file ->> 'path' ~ '^recommendations(-[0-9]+)?\.jsonl(\.gz)?$';
\endif

CREATE OR REPLACE VIEW :"schema".recommendations AS
SELECT user_id, rank, item_id, score, title FROM :"schema".:"table";
COMMIT;

-- Older tables, of which two are kept. A reader who holds one is waited for a minute; it goes next time.
SET lock_timeout = '60s';
SELECT format('DROP TABLE %I.%I', :'schema', relname)
FROM pg_class
WHERE relnamespace = to_regnamespace(quote_ident(:'schema')) AND relkind = 'r'
  AND relname ~ '^recommendations_[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}$' AND relname <> :'table'
ORDER BY relname DESC OFFSET 2 \gexec
