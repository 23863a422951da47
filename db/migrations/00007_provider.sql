-- +goose Up

-- Upstream accounts. credential is sealed for this row and the origin of base_url; last_check is what the last live
-- test found.
CREATE TABLE connections (
    org_id     {{uuid}} NOT NULL,
    id         {{uuid}} NOT NULL,
    name       text     NOT NULL,
    kind       text     NOT NULL,
    base_url   text     NOT NULL,
    credential {{bytes}},
    key_hint   text     NOT NULL,
    models     {{json}} NOT NULL,
    disabled   {{bool}} NOT NULL,
    last_check {{json}} NOT NULL,
    version    bigint   NOT NULL,
    created_at {{time}} NOT NULL,
    updated_at {{time}} NOT NULL,
    PRIMARY KEY (org_id, id)
);
{{tenant "connections"}}
CREATE UNIQUE INDEX connections_name ON connections (org_id, name);

-- +goose Down
DROP TABLE connections;
