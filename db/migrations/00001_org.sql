-- Organizations and the people in them, and each organization's wrapped data keys.

-- +goose Up
CREATE TABLE organizations (
    id         {{uuid}} NOT NULL PRIMARY KEY,
    slug       TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    zone       TEXT NOT NULL,
    created_at {{time}} NOT NULL
);

CREATE TABLE org_keys (
    org_id     {{uuid}} NOT NULL REFERENCES organizations (id),
    version    BIGINT NOT NULL,
    wrapped    {{bytes}} NOT NULL,
    PRIMARY KEY (org_id, version)
);
{{tenant "org_keys"}}

CREATE TABLE departments (
    org_id     {{uuid}} NOT NULL REFERENCES organizations (id),
    id         {{uuid}} NOT NULL,
    name       TEXT NOT NULL,
    created_at {{time}} NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, name)
);
{{tenant "departments"}}

CREATE TABLE teams (
    org_id        {{uuid}} NOT NULL REFERENCES organizations (id),
    id            {{uuid}} NOT NULL,
    department_id {{uuid}},
    name          TEXT NOT NULL,
    created_at    {{time}} NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, name),
    FOREIGN KEY (org_id, department_id) REFERENCES departments (org_id, id)
);
{{tenant "teams"}}

CREATE TABLE members (
    org_id     {{uuid}} NOT NULL REFERENCES organizations (id),
    id         {{uuid}} NOT NULL,
    email      TEXT NOT NULL,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL,
    created_at {{time}} NOT NULL,
    removed_at {{time}},
    PRIMARY KEY (org_id, id)
);
{{tenant "members"}}

-- A person who left may come back as a new member.
CREATE UNIQUE INDEX members_email ON members (org_id, email) WHERE removed_at IS NULL;

CREATE TABLE team_members (
    org_id    {{uuid}} NOT NULL,
    team_id   {{uuid}} NOT NULL,
    member_id {{uuid}} NOT NULL,
    PRIMARY KEY (org_id, team_id, member_id),
    FOREIGN KEY (org_id, team_id) REFERENCES teams (org_id, id),
    FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id)
);
{{tenant "team_members"}}

CREATE INDEX team_members_member ON team_members (org_id, member_id);

-- +goose Down
DROP TABLE team_members;
DROP TABLE members;
DROP TABLE teams;
DROP TABLE departments;
DROP TABLE org_keys;
DROP TABLE organizations;
