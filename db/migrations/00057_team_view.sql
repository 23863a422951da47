-- Views of lists that somebody shared with a team: a copy of its own, so that what people keep for themselves stays theirs.
-- Who leaves the organization stays named here; the team's managers may end what they shared.

-- +goose Up
CREATE TABLE team_views (
    org_id     {{uuid}} NOT NULL,
    team_id    {{uuid}} NOT NULL,
    page       TEXT     NOT NULL,
    name       TEXT     NOT NULL,
    query      TEXT     NOT NULL,
    member_id  {{uuid}}, -- who shared it; nobody if a management token did
    updated_at {{time}} NOT NULL,
    PRIMARY KEY (org_id, team_id, page, name),
    FOREIGN KEY (org_id, team_id) REFERENCES teams (org_id, id) ON DELETE CASCADE,
    FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
{{tenant "team_views"}}

-- A day of many rows is kept in parts as well (db/usage_part.go).
ALTER TABLE usage_day_marks ADD COLUMN parted {{bool}} NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE usage_day_marks DROP COLUMN parted;
DROP TABLE team_views;
