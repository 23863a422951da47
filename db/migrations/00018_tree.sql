-- Roles at nodes of the tree, service accounts, and putting things away: departments, teams, people for a while.

-- +goose Up
ALTER TABLE departments ADD COLUMN archived_at {{time}};
ALTER TABLE teams ADD COLUMN archived_at {{time}};
ALTER TABLE members ADD COLUMN disabled_at {{time}};

-- Belonging to a team is having a role there. The home team is the one a member's new keys spend for unless they say
-- otherwise; nobody has two.
ALTER TABLE team_members ADD COLUMN role TEXT NOT NULL DEFAULT 'developer';
ALTER TABLE team_members ADD COLUMN home {{bool}} NOT NULL DEFAULT false;

-- Roles above teams: of the organization, where node_id is its own id, and of departments.
CREATE TABLE member_roles (
    org_id    {{uuid}} NOT NULL REFERENCES organizations (id),
    member_id {{uuid}} NOT NULL,
    node_kind TEXT NOT NULL,
    node_id   {{uuid}} NOT NULL,
    role      TEXT NOT NULL,
    PRIMARY KEY (org_id, member_id, node_kind, node_id),
    FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id)
);
{{tenant "member_roles"}}

CREATE INDEX member_roles_node ON member_roles (org_id, node_kind, node_id);
CREATE INDEX members_name ON members (org_id, name, id);
CREATE INDEX teams_department ON teams (org_id, department_id);

CREATE TABLE service_accounts (
    org_id      {{uuid}} NOT NULL,
    id          {{uuid}} NOT NULL,
    team_id     {{uuid}} NOT NULL,
    name        TEXT NOT NULL,
    created_at  {{time}} NOT NULL,
    archived_at {{time}},
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, team_id, name),
    FOREIGN KEY (org_id, team_id) REFERENCES teams (org_id, id)
);
{{tenant "service_accounts"}}

ALTER TABLE keys ADD COLUMN account_id {{uuid}};
CREATE INDEX keys_account ON keys (org_id, account_id);

-- A token is dead when its maker is. Where it acts: node_kind '' is nowhere below the organization.
ALTER TABLE tokens ADD COLUMN member_id {{uuid}};
ALTER TABLE tokens ADD COLUMN node_kind TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN node_id TEXT NOT NULL DEFAULT '';

-- What roles meant so far: admins and managers acted everywhere, everybody else in their teams. Managers keep all the
-- teams there are; so that none is left over, teams outside departments get one, whose id is the organization's own.
INSERT INTO member_roles (org_id, member_id, node_kind, node_id, role)
SELECT org_id, id, 'organization', org_id, 'admin' FROM members WHERE role = 'admin' AND removed_at IS NULL;

INSERT INTO departments (org_id, id, name, created_at)
SELECT o.id, o.id, 'All teams', o.created_at FROM organizations o
WHERE EXISTS (SELECT 1 FROM members m WHERE m.org_id = o.id AND m.role = 'manager' AND m.removed_at IS NULL)
  AND EXISTS (SELECT 1 FROM teams t WHERE t.org_id = o.id AND t.department_id IS NULL)
  AND NOT EXISTS (SELECT 1 FROM departments d WHERE d.org_id = o.id AND d.name = 'All teams');

UPDATE teams SET department_id = org_id
WHERE department_id IS NULL AND EXISTS (SELECT 1 FROM departments d WHERE d.org_id = teams.org_id AND d.id = teams.org_id);

INSERT INTO member_roles (org_id, member_id, node_kind, node_id, role)
SELECT m.org_id, m.id, 'department', d.id, 'manager' FROM members m JOIN departments d ON d.org_id = m.org_id
WHERE m.role = 'manager' AND m.removed_at IS NULL;

UPDATE team_members SET role = (SELECT m.role FROM members m WHERE m.org_id = team_members.org_id AND m.id = team_members.member_id)
WHERE EXISTS (SELECT 1 FROM members m WHERE m.org_id = team_members.org_id AND m.id = team_members.member_id AND m.role IN ('lead', 'viewer'));

UPDATE team_members SET home = true WHERE NOT EXISTS (SELECT 1 FROM team_members o WHERE o.org_id = team_members.org_id
    AND o.member_id = team_members.member_id AND o.team_id < team_members.team_id);

ALTER TABLE members DROP COLUMN role;

-- A service account was a name on its keys. Each becomes one, under the id of its first key.
INSERT INTO service_accounts (org_id, id, team_id, name, created_at)
SELECT k.org_id, k.id, k.team_id, k.account, k.created_at FROM keys k
WHERE k.member_id IS NULL AND k.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM keys e WHERE e.org_id = k.org_id AND e.team_id = k.team_id
    AND e.account = k.account AND e.member_id IS NULL AND e.deleted_at IS NULL AND e.id < k.id);

UPDATE keys SET account_id = (SELECT a.id FROM service_accounts a WHERE a.org_id = keys.org_id AND a.team_id = keys.team_id AND a.name = keys.account)
WHERE member_id IS NULL;

UPDATE tokens SET node_kind = 'organization', node_id = {{if postgres}}org_id::text{{else}}org_id{{end}} WHERE role IN ('admin', 'manager');

-- +goose Down
ALTER TABLE tokens DROP COLUMN node_id;
ALTER TABLE tokens DROP COLUMN node_kind;
ALTER TABLE tokens DROP COLUMN member_id;
DROP INDEX keys_account;
ALTER TABLE keys DROP COLUMN account_id;
DROP TABLE service_accounts;
ALTER TABLE members ADD COLUMN role TEXT NOT NULL DEFAULT 'viewer';
UPDATE members SET role = 'developer' WHERE EXISTS (SELECT 1 FROM team_members t WHERE t.org_id = members.org_id AND t.member_id = members.id AND t.role = 'developer');
UPDATE members SET role = 'lead' WHERE EXISTS (SELECT 1 FROM team_members t WHERE t.org_id = members.org_id AND t.member_id = members.id AND t.role = 'lead');
UPDATE members SET role = 'admin' WHERE EXISTS (SELECT 1 FROM member_roles r WHERE r.org_id = members.org_id AND r.member_id = members.id AND r.role = 'admin');
DROP INDEX teams_department;
DROP INDEX members_name;
DROP TABLE member_roles;
ALTER TABLE team_members DROP COLUMN home;
ALTER TABLE team_members DROP COLUMN role;
ALTER TABLE members DROP COLUMN disabled_at;
ALTER TABLE teams DROP COLUMN archived_at;
ALTER TABLE departments DROP COLUMN archived_at;
