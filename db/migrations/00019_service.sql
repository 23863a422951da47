-- What stands at a compatible server's address, and how a connection's list of models came to be what it is.

-- +goose Up
ALTER TABLE connections ADD COLUMN service TEXT NOT NULL DEFAULT '';
ALTER TABLE connections ADD COLUMN listed {{json}} NOT NULL DEFAULT '{}';

-- +goose Down
ALTER TABLE connections DROP COLUMN listed;
ALTER TABLE connections DROP COLUMN service;
