-- Answers that are given again: what is kept under which policies, for whom, until when, and what that saved.

-- +goose Up
ALTER TABLE requests ADD COLUMN saved_nanos BIGINT NOT NULL DEFAULT 0;

-- Policies on what is kept. scope_node is a node's plain uuid.
CREATE TABLE cache_policies (
    org_id      {{uuid}} NOT NULL REFERENCES organizations (id),
    id          {{uuid}} NOT NULL,
    scope_kind  TEXT     NOT NULL,
    scope_node  TEXT     NOT NULL,
    name        TEXT     NOT NULL,
    models      {{json}} NOT NULL,
    purposes    {{json}} NOT NULL,
    settings    {{json}} NOT NULL,
    binding     {{bool}} NOT NULL,
    approved    {{bool}} NOT NULL,
    approved_by TEXT     NOT NULL,
    created_at  {{time}} NOT NULL,
    updated_at  {{time}} NOT NULL,
    PRIMARY KEY (org_id, id)
);
{{tenant "cache_policies"}}
CREATE UNIQUE INDEX cache_policies_name ON cache_policies (org_id, scope_kind, scope_node, name);

-- Kept answers. entry_key and prompt are keyed hashes; what was asked and answered is in sealed only, encrypted under the
-- organization's data key, or NULL where Redis carries it. node_id is whoever shares: a member, key, team or organization.
CREATE TABLE cache_entries (
    org_id      {{uuid}}  NOT NULL REFERENCES organizations (id),
    entry_key   TEXT      NOT NULL,
    sharing     TEXT      NOT NULL,
    node_id     {{uuid}}  NOT NULL,
    member_id   {{uuid}},
    prompt      TEXT      NOT NULL,
    asked       TEXT      NOT NULL,
    model       TEXT      NOT NULL,
    provider    TEXT      NOT NULL,
    cost_nanos  BIGINT    NOT NULL,
    took_us     BIGINT    NOT NULL,
    size        BIGINT    NOT NULL,
    made_at     {{time}}  NOT NULL,
    fresh_until {{time}}  NOT NULL,
    stale_until {{time}}  NOT NULL,
    epoch       BIGINT    NOT NULL,
    hits        BIGINT    NOT NULL,
    last_hit_at {{time}},
    sealed      {{bytes}},
    PRIMARY KEY (org_id, entry_key)
);
{{tenant "cache_entries"}}
CREATE INDEX cache_entries_node ON cache_entries (org_id, node_id);
CREATE INDEX cache_entries_old ON cache_entries (stale_until);

-- What was cleared: entries of an older epoch that a cut is about are given no more, on any node.
CREATE TABLE cache_cuts (
    org_id {{uuid}} NOT NULL REFERENCES organizations (id),
    number BIGINT   NOT NULL,
    kind   TEXT     NOT NULL,
    value  TEXT     NOT NULL,
    at     {{time}} NOT NULL,
    cut_by TEXT     NOT NULL,
    PRIMARY KEY (org_id, number)
);
{{tenant "cache_cuts"}}

-- What the cache did by the hour (UTC), written with the requests' facts in one transaction.
CREATE TABLE cache_hours (
    org_id      {{uuid}} NOT NULL,
    hour        {{time}} NOT NULL,
    team_id     {{uuid}} NOT NULL,
    member_id   {{uuid}} NOT NULL,
    model       TEXT     NOT NULL,
    hits        BIGINT   NOT NULL,
    misses      BIGINT   NOT NULL,
    saved_nanos BIGINT   NOT NULL,
    saved_us    BIGINT   NOT NULL,
    PRIMARY KEY (org_id, hour, team_id, member_id, model)
);
{{tenant "cache_hours"}}

-- +goose Down
DROP TABLE cache_hours;
DROP TABLE cache_cuts;
DROP TABLE cache_entries;
DROP TABLE cache_policies;
ALTER TABLE requests DROP COLUMN saved_nanos;
