-- The ways into an organization: invitations, mail domains it has proved to be its own, and requests to join.

-- +goose Up

-- email '' is a link for whoever holds it. The link's code is derived; a higher version makes older ones worthless.
CREATE TABLE invitations (
    org_id      {{uuid}} NOT NULL REFERENCES organizations (id),
    id          {{uuid}} NOT NULL,
    email       TEXT     NOT NULL,
    name        TEXT     NOT NULL,
    role        TEXT     NOT NULL,
    departments {{json}} NOT NULL,
    teams       {{json}} NOT NULL,
    version     BIGINT   NOT NULL,
    by_id       {{uuid}},
    by_label    TEXT     NOT NULL,
    created_at  {{time}} NOT NULL,
    expires_at  {{time}} NOT NULL,
    accepted_at {{time}},
    member_id   {{uuid}},
    revoked_at  {{time}},
    PRIMARY KEY (org_id, id)
);
{{tenant "invitations"}}

CREATE UNIQUE INDEX invitations_email ON invitations (org_id, email) WHERE email <> '' AND accepted_at IS NULL AND revoked_at IS NULL;

CREATE TABLE domains (
    org_id        {{uuid}} NOT NULL REFERENCES organizations (id),
    id            {{uuid}} NOT NULL,
    domain        TEXT     NOT NULL,
    token         TEXT     NOT NULL,
    created_at    {{time}} NOT NULL,
    verified_at   {{time}},
    checked_at    {{time}},
    failing_since {{time}},
    requests      {{bool}} NOT NULL,
    auto          {{bool}} NOT NULL,
    role          TEXT     NOT NULL,
    departments   {{json}} NOT NULL,
    teams         {{json}} NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, domain)
);
{{tenant "domains"}}

-- Many may claim a domain, one has it.
CREATE UNIQUE INDEX domains_verified ON domains (domain) WHERE verified_at IS NOT NULL;

CREATE TABLE applicants (
    org_id       {{uuid}} NOT NULL REFERENCES organizations (id),
    id           {{uuid}} NOT NULL,
    email        TEXT     NOT NULL,
    name         TEXT     NOT NULL,
    note         TEXT     NOT NULL,
    created_at   {{time}} NOT NULL,
    confirmed_at {{time}},
    decided_at   {{time}},
    decided_by   TEXT     NOT NULL,
    approved     {{bool}} NOT NULL,
    PRIMARY KEY (org_id, id)
);
{{tenant "applicants"}}

CREATE UNIQUE INDEX applicants_email ON applicants (org_id, email) WHERE decided_at IS NULL;

-- +goose Down
DROP TABLE applicants;
DROP TABLE domains;
DROP TABLE invitations;
