-- Who stopped a regular report for themselves; data rules that look into attached files, and have a model look for names.

-- +goose Up
CREATE TABLE report_stops (
    org_id    {{uuid}} NOT NULL,
    report_id {{uuid}} NOT NULL,
    member_id {{uuid}} NOT NULL,
    at        {{time}} NOT NULL,
    PRIMARY KEY (org_id, report_id, member_id),
    FOREIGN KEY (org_id, report_id) REFERENCES reports (org_id, id) ON DELETE CASCADE
);
{{tenant "report_stops"}}
ALTER TABLE data_rules ADD COLUMN scan_files {{bool}} NOT NULL DEFAULT FALSE;
ALTER TABLE data_rules ADD COLUMN recognizer {{json}} NOT NULL DEFAULT '{}';

-- +goose Down
ALTER TABLE data_rules DROP COLUMN recognizer;
ALTER TABLE data_rules DROP COLUMN scan_files;
DROP TABLE report_stops;
