-- What a provider said of a file when it was uploaded: the list of a key's files is ours, because the provider's own would show
-- everybody's.

-- +goose Up
ALTER TABLE owned_objects ADD COLUMN detail TEXT NOT NULL DEFAULT '';
CREATE INDEX owned_objects_by_key ON owned_objects (org_id, key_id, kind, created_at);

-- +goose Down
DROP INDEX owned_objects_by_key;
ALTER TABLE owned_objects DROP COLUMN detail;
