-- How members log in, their browser sessions, and management tokens.

-- +goose Up
CREATE TABLE identities (
    org_id     {{uuid}} NOT NULL,
    id         {{uuid}} NOT NULL,
    member_id  {{uuid}} NOT NULL,
    issuer     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    hash       TEXT NOT NULL,
    created_at {{time}} NOT NULL,
    updated_at {{time}} NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, issuer, subject),
    FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id)
);
{{tenant "identities"}}

-- Log-in does not know the organization yet.
CREATE INDEX identities_login ON identities (issuer, subject);
CREATE INDEX identities_member ON identities (org_id, member_id);

-- A session may begin before anyone is logged in, so its member is optional and it belongs to no tenant. token is a
-- hash of the cookie's. Ended sessions stay until they expire, so that a request under way cannot revive them.
CREATE TABLE sessions (
    token             TEXT NOT NULL PRIMARY KEY,
    member_org_id     {{uuid}},
    member_id         {{uuid}},
    data              {{bytes}} NOT NULL,
    expires_at        {{time}} NOT NULL,
    ended_at          {{time}}
);

CREATE INDEX sessions_member ON sessions (member_org_id, member_id);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE tokens (
    org_id     {{uuid}} NOT NULL REFERENCES organizations (id),
    id         {{uuid}} NOT NULL,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL,
    public     TEXT NOT NULL UNIQUE,
    last4      TEXT NOT NULL,
    pepper     BIGINT NOT NULL,
    mac        {{bytes}} NOT NULL,
    created_by TEXT NOT NULL,
    created_at {{time}} NOT NULL,
    expires_at {{time}},
    revoked_at {{time}},
    PRIMARY KEY (org_id, id)
);
{{tenant "tokens"}}

-- +goose Down
DROP TABLE tokens;
DROP TABLE sessions;
DROP TABLE identities;
