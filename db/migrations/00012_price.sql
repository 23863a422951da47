-- A tenant's own prices, and the catalogues that were fetched. prices maps a class to pico-dollars per token, request or
-- search. connection_id has no foreign key: what was priced stays explained after its connection is gone.

-- +goose Up
CREATE TABLE price_overrides (
    org_id        {{uuid}} NOT NULL REFERENCES organizations (id),
    id            {{uuid}} NOT NULL,
    provider      TEXT     NOT NULL,
    connection_id {{uuid}},
    model         TEXT     NOT NULL,
    from_at       {{time}} NOT NULL,
    until_at      {{time}},
    prices        {{json}} NOT NULL,
    note          TEXT     NOT NULL,
    version       BIGINT   NOT NULL,
    created_at    {{time}} NOT NULL,
    updated_at    {{time}} NOT NULL,
    PRIMARY KEY (org_id, id)
);
{{tenant "price_overrides"}}

-- What each refresh of the catalogue found. body is there for those that were taken into use; the last of them is in use.
CREATE TABLE price_refreshes (
    id      {{uuid}} NOT NULL PRIMARY KEY,
    at      {{time}} NOT NULL,
    source  TEXT     NOT NULL,
    verdict TEXT     NOT NULL,
    message TEXT     NOT NULL,
    version TEXT     NOT NULL,
    etag    TEXT     NOT NULL,
    body    {{bytes}}
);

-- +goose Down
DROP TABLE price_refreshes;
DROP TABLE price_overrides;
