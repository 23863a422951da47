-- The company's directory: its tokens, and what it says about people and groups.

-- +goose Up
CREATE TABLE scim_tokens (
    org_id     {{uuid}} NOT NULL REFERENCES organizations (id),
    id         {{uuid}} NOT NULL,
    name       TEXT     NOT NULL,
    public     TEXT     NOT NULL UNIQUE,
    last4      TEXT     NOT NULL,
    pepper     BIGINT   NOT NULL,
    mac        {{bytes}} NOT NULL,
    created_by TEXT     NOT NULL,
    created_at {{time}} NOT NULL,
    used_at    {{time}},
    expires_at {{time}},
    revoked_at {{time}},
    PRIMARY KEY (org_id, id)
);
{{tenant "scim_tokens"}}

-- One row an organization, which is also the lock of its directory.
CREATE TABLE directories (
    org_id      {{uuid}} NOT NULL PRIMARY KEY REFERENCES organizations (id),
    role        TEXT     NOT NULL,
    departments {{json}} NOT NULL,
    teams       {{json}} NOT NULL
);
{{tenant "directories"}}

-- member_id is the membership at present; null while inactive. given are the roles that the directory gave.
CREATE TABLE scim_users (
    org_id      {{uuid}} NOT NULL REFERENCES organizations (id),
    id          {{uuid}} NOT NULL,
    member_id   {{uuid}},
    user_name   TEXT     NOT NULL,
    user_key    TEXT     NOT NULL,
    external_id TEXT     NOT NULL,
    email       TEXT     NOT NULL,
    name        TEXT     NOT NULL,
    attributes  TEXT     NOT NULL,
    brought     {{bool}} NOT NULL,
    given       {{json}} NOT NULL,
    version     BIGINT   NOT NULL,
    created_at  {{time}} NOT NULL,
    updated_at  {{time}} NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, user_key)
);
{{tenant "scim_users"}}

CREATE INDEX scim_users_member ON scim_users (org_id, member_id);
CREATE INDEX scim_users_external ON scim_users (org_id, external_id);

CREATE TABLE scim_groups (
    org_id       {{uuid}} NOT NULL REFERENCES organizations (id),
    id           {{uuid}} NOT NULL,
    display_name TEXT     NOT NULL,
    external_id  TEXT     NOT NULL,
    role         TEXT     NOT NULL,
    departments  {{json}} NOT NULL,
    teams        {{json}} NOT NULL,
    version      BIGINT   NOT NULL,
    created_at   {{time}} NOT NULL,
    updated_at   {{time}} NOT NULL,
    PRIMARY KEY (org_id, id)
);
{{tenant "scim_groups"}}

CREATE TABLE scim_members (
    org_id   {{uuid}} NOT NULL,
    group_id {{uuid}} NOT NULL,
    user_id  {{uuid}} NOT NULL,
    PRIMARY KEY (org_id, group_id, user_id),
    FOREIGN KEY (org_id, group_id) REFERENCES scim_groups (org_id, id),
    FOREIGN KEY (org_id, user_id) REFERENCES scim_users (org_id, id)
);
{{tenant "scim_members"}}

CREATE INDEX scim_members_user ON scim_members (org_id, user_id);

-- +goose Down
DROP TABLE scim_members;
DROP TABLE scim_groups;
DROP TABLE scim_users;
DROP TABLE directories;
DROP TABLE scim_tokens;
