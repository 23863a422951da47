-- Coding agents that log in as a person, and the settings that organizations send them.

-- +goose Up

-- agent: the program whose log-in a key is; '' = a key that people copy.
ALTER TABLE keys ADD COLUMN agent TEXT NOT NULL DEFAULT '';
-- tags: pairs that are put on every request of the key.
ALTER TABLE keys ADD COLUMN tags {{json}} NOT NULL DEFAULT '[]';

-- agent as above, '' = a program of the management API. team_id pays for what an agent asks. meant_for: whose members may
-- confirm, NULL = anybody's.
ALTER TABLE device_logins ADD COLUMN agent TEXT NOT NULL DEFAULT '';
ALTER TABLE device_logins ADD COLUMN team_id {{uuid}};
ALTER TABLE device_logins ADD COLUMN meant_for {{uuid}};

-- public, pepper and mac are the refresh token that is valid; old_* the one before, which works until old_until.
CREATE TABLE agent_sessions (
    org_id       {{uuid}} NOT NULL,
    key_id       {{uuid}} NOT NULL,
    member_id    {{uuid}} NOT NULL,
    public       TEXT     NOT NULL UNIQUE,
    pepper       BIGINT   NOT NULL,
    mac          {{bytes}} NOT NULL,
    old_public   TEXT     UNIQUE,
    old_pepper   BIGINT,
    old_mac      {{bytes}},
    old_until    {{time}},
    created_at   {{time}} NOT NULL,
    refreshed_at {{time}} NOT NULL,
    ends_at      {{time}} NOT NULL,
    PRIMARY KEY (org_id, key_id),
    FOREIGN KEY (org_id, key_id) REFERENCES keys (org_id, id)
);
{{tenant "agent_sessions"}}

-- body is canonical JSON and is hashed as these bytes, so no database may rewrite it.
CREATE TABLE agent_settings (
    org_id     {{uuid}} NOT NULL REFERENCES organizations (id),
    body       TEXT     NOT NULL,
    updated_at {{time}} NOT NULL,
    updated_by TEXT     NOT NULL,
    PRIMARY KEY (org_id)
);
{{tenant "agent_settings"}}

-- +goose Down
DROP TABLE agent_settings;
DROP TABLE agent_sessions;
ALTER TABLE device_logins DROP COLUMN meant_for;
ALTER TABLE device_logins DROP COLUMN team_id;
ALTER TABLE device_logins DROP COLUMN agent;
ALTER TABLE keys DROP COLUMN tags;
ALTER TABLE keys DROP COLUMN agent;
