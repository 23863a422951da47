-- Letters that were ordered, without their text: a job reads what they say when it writes them.

-- +goose Up

-- about is the thing the letter is about, which its kind knows; it may be gone by the time of sending.
CREATE TABLE mails (
    org_id     {{uuid}} NOT NULL REFERENCES organizations (id),
    id         {{uuid}} NOT NULL,
    kind       TEXT     NOT NULL,
    recipient  TEXT     NOT NULL,
    about      {{uuid}} NOT NULL,
    occasion   TEXT     NOT NULL,
    created_at {{time}} NOT NULL,
    sent_at    {{time}},
    dropped_at {{time}},
    tries      BIGINT   NOT NULL,
    problem    TEXT     NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, occasion)
);
{{tenant "mails"}}

CREATE INDEX mails_about ON mails (org_id, kind, about);
CREATE INDEX mails_recipient ON mails (recipient, kind, created_at);

-- +goose Down
DROP TABLE mails;
