-- How often each topic changed, where the database cannot tell its readers itself (db/notify_sqlite.go).

-- +goose Up
CREATE TABLE live_topics (
    topic TEXT NOT NULL PRIMARY KEY,
    n     BIGINT NOT NULL
);

-- +goose Down
DROP TABLE live_topics;
