-- Kept answers for questions that are worded differently.

-- +goose Up

-- prefix is a keyed hash of everything that two requests share but for the question; '' where no policy compares it. question is the
-- question alone (and its vector, where a model made it), sealed under the organization's data key.
ALTER TABLE cache_entries ADD COLUMN prefix TEXT NOT NULL DEFAULT '';
ALTER TABLE cache_entries ADD COLUMN question {{bytes}};
CREATE INDEX cache_entries_made ON cache_entries (made_at, entry_key) WHERE prefix <> '';

-- Kept answers that were found for a question worded differently: served, or only written down. id is the request's; sealed holds
-- both questions. node_id is whoever shares the answer, member_id who asked now, maker_id who paid for the answer.
CREATE TABLE cache_likes (
    org_id     {{uuid}}  NOT NULL REFERENCES organizations (id),
    id         {{uuid}}  NOT NULL,
    at         {{time}}  NOT NULL,
    policy_id  {{uuid}}  NOT NULL,
    prefix     TEXT      NOT NULL,
    entry_key  TEXT      NOT NULL,
    sharing    TEXT      NOT NULL,
    node_id    {{uuid}}  NOT NULL,
    member_id  {{uuid}},
    maker_id   {{uuid}},
    asked      TEXT      NOT NULL,
    mode       TEXT      NOT NULL,
    strict     {{bool}}  NOT NULL,
    cosine     BIGINT    NOT NULL,
    served     {{bool}}  NOT NULL,
    cost_nanos BIGINT    NOT NULL,
    took_us    BIGINT    NOT NULL,
    prompt     TEXT      NOT NULL,
    other      TEXT      NOT NULL,
    sealed     {{bytes}},
    verdict    TEXT      NOT NULL,
    verdict_by TEXT      NOT NULL,
    judged_at  {{time}},
    PRIMARY KEY (org_id, id)
);
{{tenant "cache_likes"}}
CREATE INDEX cache_likes_at ON cache_likes (org_id, at);
CREATE INDEX cache_likes_entry ON cache_likes (org_id, entry_key);
CREATE INDEX cache_likes_old ON cache_likes (at);

-- What may still be given under a prefix after somebody said that a pair was wrong: 1 strict pairs only, 2 none.
CREATE TABLE cache_demands (
    org_id {{uuid}} NOT NULL REFERENCES organizations (id),
    prefix TEXT     NOT NULL,
    demand BIGINT   NOT NULL,
    at     {{time}} NOT NULL,
    PRIMARY KEY (org_id, prefix)
);
{{tenant "cache_demands"}}

-- +goose Down
DROP TABLE cache_demands;
DROP TABLE cache_likes;
DROP INDEX cache_entries_made;
ALTER TABLE cache_entries DROP COLUMN question;
ALTER TABLE cache_entries DROP COLUMN prefix;
