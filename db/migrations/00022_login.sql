-- How people prove who they are: what is known of a session, second factors, passkeys, single sign-on.

-- +goose Up

-- What a person recognizes a session by, and which provider can end it. Sessions without an id are nobody's.
ALTER TABLE sessions ADD COLUMN id {{uuid}};
ALTER TABLE sessions ADD COLUMN method TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN ip TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN agent TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN began_at {{time}};
ALTER TABLE sessions ADD COLUMN seen_at {{time}};
ALTER TABLE sessions ADD COLUMN provider_id {{uuid}};
ALTER TABLE sessions ADD COLUMN provider_session TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN provider_subject TEXT NOT NULL DEFAULT '';
CREATE INDEX sessions_provider ON sessions (provider_id);

-- An organization without a row has the defaults: no second factor asked for, passwords allowed, the installation's
-- lifetimes (0). break_glass is who may still log in by password while single sign-on is required.
CREATE TABLE login_policies (
    org_id           {{uuid}}  NOT NULL PRIMARY KEY REFERENCES organizations (id),
    second_factor    {{bool}}  NOT NULL,
    sso_only         {{bool}}  NOT NULL,
    break_glass      {{uuid}},
    idle_seconds     BIGINT    NOT NULL,
    absolute_seconds BIGINT    NOT NULL,
    updated_at       {{time}}  NOT NULL
);
{{tenant "login_policies"}}

-- An authenticator app's secret. It counts only once confirmed. last_step is the newest time step whose code was used.
CREATE TABLE totp_secrets (
    org_id       {{uuid}}  NOT NULL,
    member_id    {{uuid}}  NOT NULL,
    sealed       {{bytes}} NOT NULL,
    last_step    BIGINT    NOT NULL,
    created_at   {{time}}  NOT NULL,
    confirmed_at {{time}},
    PRIMARY KEY (org_id, member_id),
    FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id)
);
{{tenant "totp_secrets"}}

CREATE TABLE recovery_codes (
    org_id    {{uuid}}  NOT NULL,
    member_id {{uuid}}  NOT NULL,
    number    BIGINT    NOT NULL,
    pepper    BIGINT    NOT NULL,
    mac       {{bytes}} NOT NULL,
    used_at   {{time}},
    PRIMARY KEY (org_id, member_id, number),
    FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id)
);
{{tenant "recovery_codes"}}

-- credential is go-webauthn's record: public keys and counters, nothing secret. handle is the credential's id in hex.
CREATE TABLE passkeys (
    org_id       {{uuid}} NOT NULL,
    id           {{uuid}} NOT NULL,
    member_id    {{uuid}} NOT NULL,
    handle       TEXT     NOT NULL,
    name         TEXT     NOT NULL,
    credential   {{json}} NOT NULL,
    created_at   {{time}} NOT NULL,
    last_used_at {{time}},
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, handle),
    FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id)
);
{{tenant "passkeys"}}
CREATE INDEX passkeys_member ON passkeys (org_id, member_id);

-- One OpenID provider per organization. domains, groups and the like are the admin's choices; sealed is the client
-- secret, empty for a public client.
CREATE TABLE sso_providers (
    org_id       {{uuid}}  NOT NULL REFERENCES organizations (id),
    id           {{uuid}}  NOT NULL,
    issuer       TEXT      NOT NULL,
    client_id    TEXT      NOT NULL,
    sealed       {{bytes}} NOT NULL,
    name         TEXT      NOT NULL,
    provision    {{bool}}  NOT NULL,
    domains      {{json}}  NOT NULL,
    role         TEXT      NOT NULL,
    team_id      {{uuid}},
    trust_email  {{bool}}  NOT NULL,
    group_claim  TEXT      NOT NULL,
    created_at   {{time}}  NOT NULL,
    updated_at   {{time}}  NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id)
);
{{tenant "sso_providers"}}

-- What membership of a provider's group means here: a role at a node of the tree, as its printed id.
CREATE TABLE sso_groups (
    org_id     {{uuid}} NOT NULL REFERENCES organizations (id),
    name       TEXT     NOT NULL,
    node       TEXT     NOT NULL,
    role       TEXT     NOT NULL,
    created_by TEXT     NOT NULL,
    created_at {{time}} NOT NULL,
    PRIMARY KEY (org_id, name, node)
);
{{tenant "sso_groups"}}

-- Tokens that may be taken once: states of log-ins under way, and logout tokens.
CREATE TABLE sso_used (
    org_id     {{uuid}} NOT NULL REFERENCES organizations (id),
    kind       TEXT     NOT NULL,
    token      TEXT     NOT NULL,
    expires_at {{time}} NOT NULL,
    PRIMARY KEY (org_id, kind, token)
);
{{tenant "sso_used"}}

-- +goose Down
DROP TABLE sso_used;
DROP TABLE sso_groups;
DROP TABLE sso_providers;
DROP TABLE passkeys;
DROP TABLE recovery_codes;
DROP TABLE totp_secrets;
DROP TABLE login_policies;
DROP INDEX sessions_provider;
ALTER TABLE sessions DROP COLUMN provider_subject;
ALTER TABLE sessions DROP COLUMN provider_session;
ALTER TABLE sessions DROP COLUMN provider_id;
ALTER TABLE sessions DROP COLUMN seen_at;
ALTER TABLE sessions DROP COLUMN began_at;
ALTER TABLE sessions DROP COLUMN agent;
ALTER TABLE sessions DROP COLUMN ip;
ALTER TABLE sessions DROP COLUMN method;
ALTER TABLE sessions DROP COLUMN id;
