-- How people look at lists: the views that they named, and under the name '' the columns that they chose to see.

-- +goose Up
CREATE TABLE member_views (
    org_id     {{uuid}} NOT NULL,
    member_id  {{uuid}} NOT NULL,
    page       TEXT     NOT NULL,
    name       TEXT     NOT NULL,
    query      TEXT     NOT NULL,
    updated_at {{time}} NOT NULL,
    PRIMARY KEY (org_id, member_id, page, name),
    FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
{{tenant "member_views"}}

-- +goose Down
DROP TABLE member_views;
