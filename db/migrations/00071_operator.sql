-- Who runs the installation: their way in, what they did, what they set, and organizations they suspended.

-- +goose Up

-- suspended_why is for the organization's people to read; '' = it is not suspended.
ALTER TABLE organizations ADD COLUMN suspended_at {{time}};
ALTER TABLE organizations ADD COLUMN suspended_why TEXT NOT NULL DEFAULT '';

-- A way in that the command line printed. digest is of what stands in the address.
CREATE TABLE operator_links (
    digest     TEXT     NOT NULL PRIMARY KEY,
    name       TEXT     NOT NULL,
    created_at {{time}} NOT NULL,
    expires_at {{time}} NOT NULL,
    used_at    {{time}}
);

-- digest is of what stands in the cookie.
CREATE TABLE operator_sessions (
    digest     TEXT     NOT NULL PRIMARY KEY,
    id         {{uuid}} NOT NULL UNIQUE,
    name       TEXT     NOT NULL,
    ip         TEXT     NOT NULL,
    agent      TEXT     NOT NULL,
    began_at   {{time}} NOT NULL,
    seen_at    {{time}} NOT NULL,
    ended_at   {{time}}
);

-- What operators did. organization_id is NULL where it concerns none.
CREATE TABLE operator_entries (
    id              {{uuid}} NOT NULL PRIMARY KEY,
    at              {{time}} NOT NULL,
    session_id      {{uuid}},
    name            TEXT     NOT NULL,
    ip              TEXT     NOT NULL,
    action          TEXT     NOT NULL,
    organization_id {{uuid}} REFERENCES organizations (id),
    about           TEXT     NOT NULL,
    detail          TEXT     NOT NULL
);
CREATE INDEX operator_entries_about ON operator_entries (organization_id, id);

-- +goose StatementBegin
{{if postgres}}
CREATE FUNCTION operator_entries_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what operators did is never changed or deleted';
END $$;
{{else}}
CREATE TRIGGER operator_entries_unchanged BEFORE UPDATE ON operator_entries BEGIN
    SELECT RAISE(ABORT, 'what operators did is never changed or deleted');
END;
{{end}}
-- +goose StatementEnd
-- +goose StatementBegin
{{if postgres}}
CREATE TRIGGER operator_entries_kept BEFORE UPDATE OR DELETE ON operator_entries FOR EACH ROW EXECUTE FUNCTION operator_entries_stay();
{{else}}
CREATE TRIGGER operator_entries_kept BEFORE DELETE ON operator_entries BEGIN
    SELECT RAISE(ABORT, 'what operators did is never changed or deleted');
END;
{{end}}
-- +goose StatementEnd

-- What holds for the whole installation: one row per name.
CREATE TABLE operator_settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- Backups that were written whole.
CREATE TABLE operator_backups (
    id        {{uuid}} NOT NULL PRIMARY KEY,
    at        {{time}} NOT NULL,
    version   TEXT     NOT NULL,
    row_count BIGINT   NOT NULL
);

-- +goose Down
DROP TABLE operator_backups;
DROP TABLE operator_settings;
DROP TABLE operator_entries;
{{if postgres}}DROP FUNCTION operator_entries_stay();{{end}}
DROP TABLE operator_sessions;
DROP TABLE operator_links;
ALTER TABLE organizations DROP COLUMN suspended_why;
ALTER TABLE organizations DROP COLUMN suspended_at;
