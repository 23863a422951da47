-- Data rules: what happens to personal data and secrets in requests below a node of the tree. Incidents: the requests in which
-- something was found, without what it was.

-- +goose Up

-- actions are detectors and what they do; patterns are the organization's own detectors; allowed are values that are none.
CREATE TABLE data_rules (
    org_id         {{uuid}} NOT NULL REFERENCES organizations (id),
    id             {{uuid}} NOT NULL,
    scope_kind     TEXT     NOT NULL,
    scope_node     {{uuid}} NOT NULL,
    actions        {{json}} NOT NULL,
    patterns       {{json}} NOT NULL,
    allowed        {{json}} NOT NULL,
    created_at     {{time}} NOT NULL,
    updated_at     {{time}} NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, scope_kind, scope_node)
);
{{tenant "data_rules"}}

-- Like other facts these have no foreign keys: they outlive keys, members and teams. found is detectors, actions and counts.
CREATE TABLE data_incidents (
    org_id         {{uuid}} NOT NULL,
    id             {{uuid}} NOT NULL,
    request_id     {{uuid}} NOT NULL,
    at             {{time}} NOT NULL,
    department_id  {{uuid}},
    team_id        {{uuid}},
    member_id      {{uuid}},
    key_id         {{uuid}},
    action         TEXT     NOT NULL,
    found          {{json}} NOT NULL,
    detectors      TEXT     NOT NULL,
    PRIMARY KEY (org_id, id)
);
{{tenant "data_incidents"}}

CREATE INDEX data_incidents_at ON data_incidents (org_id, at, id);
CREATE INDEX data_incidents_team ON data_incidents (org_id, team_id, id);

-- +goose Down
DROP TABLE data_incidents;
DROP TABLE data_rules;
