-- Reports that go out by themselves, what was sent, and to whom.

-- +goose Up

-- about is the team whose figures a report holds, or the organization itself. members get it besides those who answer for it.
-- after_at bounds what is due: only what should go out later than this is made.
CREATE TABLE reports (
    org_id     {{uuid}} NOT NULL REFERENCES organizations (id),
    id         {{uuid}} NOT NULL,
    kind       TEXT     NOT NULL,
    about      {{uuid}} NOT NULL,
    hour       BIGINT   NOT NULL,
    answering  {{bool}} NOT NULL,
    members    {{json}} NOT NULL,
    csv        {{bool}} NOT NULL,
    pdf        {{bool}} NOT NULL,
    paused     {{bool}} NOT NULL,
    after_at   {{time}} NOT NULL,
    created_at {{time}} NOT NULL,
    updated_at {{time}} NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, kind, about)
);
{{tenant "reports"}}

-- One number of a report: its figures as they were then. The report may be gone. made_by '' = the schedule.
CREATE TABLE report_editions (
    org_id    {{uuid}} NOT NULL REFERENCES organizations (id),
    id        {{uuid}} NOT NULL,
    report_id {{uuid}} NOT NULL,
    kind      TEXT     NOT NULL,
    about     {{uuid}} NOT NULL,
    occasion  TEXT     NOT NULL,
    from_at   {{time}} NOT NULL,
    to_at     {{time}} NOT NULL,
    made_at   {{time}} NOT NULL,
    made_by   TEXT     NOT NULL,
    csv       {{bool}} NOT NULL,
    pdf       {{bool}} NOT NULL,
    content   {{json}} NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, report_id, occasion)
);
{{tenant "report_editions"}}

-- Who got an edition. How the mail fares stands with the mail, whose occasion names the copy.
CREATE TABLE report_deliveries (
    org_id     {{uuid}} NOT NULL REFERENCES organizations (id),
    edition_id {{uuid}} NOT NULL,
    member_id  {{uuid}} NOT NULL,
    PRIMARY KEY (org_id, edition_id, member_id)
);
{{tenant "report_deliveries"}}

-- +goose Down
DROP TABLE report_deliveries;
DROP TABLE report_editions;
DROP TABLE reports;
