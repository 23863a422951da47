-- Log-ins of programs without a browser (RFC 8628), from the asking to the one use.

-- +goose Up
-- Nobody's until a member confirms it: confirmed_in is the organization, confirmed_by the member.
CREATE TABLE device_logins (
    user_code  TEXT NOT NULL PRIMARY KEY,
    public     TEXT NOT NULL UNIQUE,
    pepper     BIGINT NOT NULL,
    mac        {{bytes}} NOT NULL,
    program    TEXT NOT NULL,
    ip         TEXT NOT NULL,
    state      TEXT NOT NULL,
    confirmed_in {{uuid}},
    confirmed_by {{uuid}},
    created_at {{time}} NOT NULL,
    expires_at {{time}} NOT NULL,
    polled_at  {{time}}
);

CREATE INDEX device_logins_expiry ON device_logins (expires_at);

-- +goose Down
DROP TABLE device_logins;
