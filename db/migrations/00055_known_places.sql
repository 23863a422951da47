-- From which browsers and networks people logged in, to tell them of a log-in from elsewhere.

-- +goose Up

-- place is "browser Firefox on Linux" or "network 192.0.0.0/16"; last_at is the latest log-in from there.
CREATE TABLE known_places (
    org_id    {{uuid}} NOT NULL REFERENCES organizations (id),
    member_id {{uuid}} NOT NULL,
    place     TEXT     NOT NULL,
    last_at   {{time}} NOT NULL,
    PRIMARY KEY (org_id, member_id, place),
    FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id)
);
{{tenant "known_places"}}

-- +goose Down
DROP TABLE known_places;
