-- What is new, and who has looked.

-- +goose Up

-- The version whose news a person has looked at last.
CREATE TABLE news_seen (
    org_id    {{uuid}} NOT NULL REFERENCES organizations (id),
    member_id {{uuid}} NOT NULL,
    version   TEXT     NOT NULL,
    at        {{time}} NOT NULL,
    PRIMARY KEY (org_id, member_id)
);
{{tenant "news_seen"}}

-- +goose Down
DROP TABLE news_seen;
