-- A connection's own attempts: without it, the page of one that is seldom used reads what all others did in the meantime.

-- +goose Up
CREATE INDEX attempts_connection ON attempts (org_id, connection_id, at);

-- +goose Down
DROP INDEX attempts_connection;
