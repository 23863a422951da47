-- The audit log says how an act came in and with which role, its end is signed, and old entries may go: an anchor says
-- under a signature where the chain begins now.

-- +goose Up
ALTER TABLE audit_entries ADD COLUMN via TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_entries ADD COLUMN role TEXT NOT NULL DEFAULT '';

CREATE INDEX audit_entries_at ON audit_entries (org_id, at);
CREATE INDEX audit_entries_target ON audit_entries (org_id, target, seq);

-- Without a signature a head could be moved back, and the entries after it deleted.
ALTER TABLE audit_heads ADD COLUMN pepper BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit_heads ADD COLUMN mac {{bytes}};

-- seq and hash are the last entry's that was removed.
CREATE TABLE audit_anchors (
    org_id {{uuid}} NOT NULL PRIMARY KEY REFERENCES organizations (id),
    seq    BIGINT NOT NULL,
    hash   {{bytes}} NOT NULL,
    at     {{time}} NOT NULL,
    pepper BIGINT NOT NULL,
    mac    {{bytes}} NOT NULL
);
{{tenant "audit_anchors"}}

CREATE TABLE audit_settings (
    org_id    {{uuid}} NOT NULL PRIMARY KEY REFERENCES organizations (id),
    keep_days BIGINT NOT NULL
);
{{tenant "audit_settings"}}

-- +goose Down
DROP TABLE audit_settings;
DROP TABLE audit_anchors;
ALTER TABLE audit_heads DROP COLUMN mac;
ALTER TABLE audit_heads DROP COLUMN pepper;
DROP INDEX audit_entries_target;
DROP INDEX audit_entries_at;
ALTER TABLE audit_entries DROP COLUMN role;
ALTER TABLE audit_entries DROP COLUMN via;
