-- Keys that are rotated, edited and narrowed to endpoints.

-- +goose Up
-- endpoints are names of classes, [] = all. old_* is the secret before the last rotation, which works until old_until.
-- held: disabled by somebody else than its member, who may not enable it again. refused_at: when a use after its end was
-- last written into the audit log.
ALTER TABLE keys ADD COLUMN endpoints {{json}} NOT NULL DEFAULT '[]';
ALTER TABLE keys ADD COLUMN updated_at {{time}};
ALTER TABLE keys ADD COLUMN held {{bool}} NOT NULL DEFAULT false;
ALTER TABLE keys ADD COLUMN old_public TEXT;
ALTER TABLE keys ADD COLUMN old_last4 TEXT;
ALTER TABLE keys ADD COLUMN old_pepper BIGINT;
ALTER TABLE keys ADD COLUMN old_mac {{bytes}};
ALTER TABLE keys ADD COLUMN old_until {{time}};
ALTER TABLE keys ADD COLUMN refused_at {{time}};

-- +goose Down
ALTER TABLE keys DROP COLUMN refused_at;
ALTER TABLE keys DROP COLUMN old_until;
ALTER TABLE keys DROP COLUMN old_mac;
ALTER TABLE keys DROP COLUMN old_pepper;
ALTER TABLE keys DROP COLUMN old_last4;
ALTER TABLE keys DROP COLUMN old_public;
ALTER TABLE keys DROP COLUMN held;
ALTER TABLE keys DROP COLUMN updated_at;
ALTER TABLE keys DROP COLUMN endpoints;
