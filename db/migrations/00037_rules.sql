-- Rules: where requests go on conditions, beyond an alias's list of targets, and what routes said before.

-- +goose Up

-- routing is what an alias says beyond its list, as JSON; '' says nothing. With targets in it those are the alias's own
-- list, and the rows of alias_targets are every connection that it names anywhere, so that none goes away unnoticed.
ALTER TABLE aliases ADD COLUMN routing TEXT NOT NULL DEFAULT '';

-- routing is the organization's own rules and holidays, as JSON; '' for none.
ALTER TABLE routing_policies ADD COLUMN routing TEXT NOT NULL DEFAULT '';
ALTER TABLE routing_policies ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

-- What routes said. route is an alias's id, or 'organization' for the organization's own rules. body is a document with names,
-- as people write it.
CREATE TABLE route_versions (
    org_id  {{uuid}} NOT NULL REFERENCES organizations (id),
    route   TEXT     NOT NULL,
    number  BIGINT   NOT NULL,
    body    TEXT     NOT NULL,
    action  TEXT     NOT NULL,
    made_by TEXT     NOT NULL,
    made_at {{time}} NOT NULL,
    PRIMARY KEY (org_id, route, number)
);
{{tenant "route_versions"}}

-- Replays of past requests against a draft of a route. draft and outcome are JSON; the outcome grows while it runs.
CREATE TABLE route_rehearsals (
    org_id     {{uuid}} NOT NULL REFERENCES organizations (id),
    id         {{uuid}} NOT NULL,
    draft      TEXT     NOT NULL,
    days       BIGINT   NOT NULL,
    state      TEXT     NOT NULL,
    outcome    TEXT     NOT NULL,
    made_by    TEXT     NOT NULL,
    made_at    {{time}} NOT NULL,
    updated_at {{time}} NOT NULL,
    PRIMARY KEY (org_id, id)
);
{{tenant "route_rehearsals"}}

-- +goose Down
DROP TABLE route_rehearsals;
DROP TABLE route_versions;
ALTER TABLE routing_policies DROP COLUMN version;
ALTER TABLE routing_policies DROP COLUMN routing;
ALTER TABLE aliases DROP COLUMN routing;
