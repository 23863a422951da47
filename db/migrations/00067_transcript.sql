-- Texts of requests and answers, where a team wants them kept; and datasets made of them.

-- +goose Up

-- What an organization allows its teams. Without a row they may keep texts for 30 days.
CREATE TABLE transcript_settings (
    org_id    {{uuid}} NOT NULL PRIMARY KEY REFERENCES organizations (id),
    forbidden {{bool}} NOT NULL,
    most_days BIGINT   NOT NULL
);
{{tenant "transcript_settings"}}

-- For how many days a team wants its texts kept. Without a row they are not.
CREATE TABLE transcript_teams (
    org_id  {{uuid}} NOT NULL REFERENCES organizations (id),
    team_id {{uuid}} NOT NULL,
    days    BIGINT   NOT NULL,
    PRIMARY KEY (org_id, team_id),
    FOREIGN KEY (org_id, team_id) REFERENCES teams (org_id, id)
);
{{tenant "transcript_teams"}}

-- sealed is the text as JSON, encrypted under the organization's data key. member_id is whose key asked, NULL for a service account's.
CREATE TABLE transcripts (
    org_id     {{uuid}}  NOT NULL REFERENCES organizations (id),
    request_id {{uuid}}  NOT NULL,
    team_id    {{uuid}}  NOT NULL,
    member_id  {{uuid}},
    at         {{time}}  NOT NULL,
    sealed     {{bytes}} NOT NULL,
    PRIMARY KEY (org_id, request_id)
);
{{tenant "transcripts"}}
CREATE INDEX transcripts_team ON transcripts (org_id, team_id, at);
CREATE INDEX transcripts_member ON transcripts (org_id, member_id, request_id);

-- Where a row was taken from: the request, and whose it was. NULL for rows of a file.
ALTER TABLE evaluation_rows ADD COLUMN request_id {{uuid}};
ALTER TABLE evaluation_rows ADD COLUMN member_id {{uuid}};

-- +goose Down
ALTER TABLE evaluation_rows DROP COLUMN member_id;
ALTER TABLE evaluation_rows DROP COLUMN request_id;
DROP TABLE transcripts;
DROP TABLE transcript_teams;
DROP TABLE transcript_settings;
