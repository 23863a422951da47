-- Data rules on answers, and on what nobody can look into; and where data may go: policies on regions and on what providers may do with
-- it.

-- +goose Up
ALTER TABLE data_rules ADD COLUMN answers {{json}} NOT NULL DEFAULT '{}';
ALTER TABLE data_rules ADD COLUMN one_way {{bool}} NOT NULL DEFAULT FALSE;
ALTER TABLE data_rules ADD COLUMN guess {{bool}} NOT NULL DEFAULT FALSE;
ALTER TABLE data_rules ADD COLUMN block_unreadable {{bool}} NOT NULL DEFAULT FALSE;

ALTER TABLE connections ADD COLUMN no_training {{bool}} NOT NULL DEFAULT FALSE;

ALTER TABLE policies ADD COLUMN regions {{json}} NOT NULL DEFAULT '[]';
ALTER TABLE policies ADD COLUMN zero_retention {{bool}} NOT NULL DEFAULT FALSE;
ALTER TABLE policies ADD COLUMN no_training {{bool}} NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE policies DROP COLUMN no_training;
ALTER TABLE policies DROP COLUMN zero_retention;
ALTER TABLE policies DROP COLUMN regions;
ALTER TABLE connections DROP COLUMN no_training;
ALTER TABLE data_rules DROP COLUMN block_unreadable;
ALTER TABLE data_rules DROP COLUMN guess;
ALTER TABLE data_rules DROP COLUMN one_way;
ALTER TABLE data_rules DROP COLUMN answers;
