-- Ways to set a forgotten password. The link's code is derived, so nothing here opens a door.

-- +goose Up
CREATE TABLE password_resets (
    org_id     {{uuid}} NOT NULL,
    id         {{uuid}} NOT NULL,
    member_id  {{uuid}} NOT NULL,
    created_at {{time}} NOT NULL,
    expires_at {{time}} NOT NULL,
    used_at    {{time}},
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id)
);
{{tenant "password_resets"}}

CREATE INDEX password_resets_member ON password_resets (org_id, member_id);

-- Whose address this is, when somebody has forgotten their password or wants to join.
CREATE INDEX members_address ON members (email);

-- +goose Down
DROP INDEX members_address;
DROP TABLE password_resets;
