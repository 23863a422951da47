-- Virtual keys: the public part, a keyed hash of the whole, and what they may do. The secret is nowhere.

-- +goose Up
CREATE TABLE keys (
    org_id       {{uuid}} NOT NULL,
    id           {{uuid}} NOT NULL,
    name         TEXT NOT NULL,
    team_id      {{uuid}} NOT NULL,
    member_id    {{uuid}},
    account      TEXT NOT NULL,
    public       TEXT NOT NULL UNIQUE,
    last4        TEXT NOT NULL,
    pepper       BIGINT NOT NULL,
    mac          {{bytes}} NOT NULL,
    models       {{json}} NOT NULL,
    networks     {{json}} NOT NULL,
    created_by   TEXT NOT NULL,
    created_at   {{time}} NOT NULL,
    expires_at   {{time}},
    disabled_at  {{time}},
    deleted_at   {{time}},
    last_used_at {{time}},
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, team_id) REFERENCES teams (org_id, id),
    FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id)
);
{{tenant "keys"}}

CREATE INDEX keys_team ON keys (org_id, team_id);
CREATE INDEX keys_member ON keys (org_id, member_id);

-- +goose Down
DROP TABLE keys;
