-- What a SQLite database's tables are, a fact a line: columns, uniqueness,
-- foreign keys, and how many checks. Not how they are spelt, nor indexes that
-- only make things fast.
SELECT t.name || '.' || c.name || ' ' || c.cid || ': ' || c.type
    || iif(c."notnull", ' NOT NULL', '')
    || iif(c.pk, ' PRIMARY KEY ' || c.pk, '')
    || iif(c.hidden, ' GENERATED', '')
    || coalesce(' DEFAULT ' || c.dflt_value, '')
FROM sqlite_master t, pragma_table_xinfo(t.name) c
WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!'
UNION ALL
SELECT t.name || ' UNIQUE (' || (
    SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)
) || ')'
FROM sqlite_master t, pragma_index_list(t.name) i
WHERE t.type = 'table' AND i."unique"
UNION ALL
SELECT t.name || '.' || k."from" || ' -> ' || k."table" || '.' || k."to"
    || ' ON DELETE ' || upper(k.on_delete) || ' ON UPDATE ' || upper(k.on_update)
FROM sqlite_master t, pragma_foreign_key_list(t.name) k
WHERE t.type = 'table'
UNION ALL
SELECT t.name || ' CHECKS ' || ((length(t.sql) - length(replace(t.sql, 'CHECK (', ''))) / 7)
FROM sqlite_master t
WHERE t.type = 'table' AND t.sql LIKE '%CHECK (%'
UNION ALL
SELECT 'TRIGGER ' || t.name || ' ON ' || t.tbl_name FROM sqlite_master t WHERE t.type = 'trigger'
UNION ALL
SELECT 'REVISION ' || version_num FROM alembic_version
ORDER BY 1
