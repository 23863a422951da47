package db

// fate is what becomes of a row that a column says is a person's, when they are erased.
type fate uint8

// The fates.
const (
	// stays keeps the row and the id in it, which nothing leads to a name any more: amounts, decisions, who belonged where.
	stays fate = iota
	// goes deletes the row: it is about nobody but them.
	goes
)

// personColumn is a column that holds a person's id.
type personColumn struct {
	table, column string
	fate          fate
	// empty are columns of the row that hold the person's own words or name things after them; they become ''.
	empty []string
}

// personColumns are all there are; a test compares them with the schema. Names and addresses are not listed: every column of text or
// JSON of a tenant's table is searched for them.
var personColumns = []personColumn{
	{"members", "id", stays, nil},
	{"team_members", "member_id", stays, nil},
	{"member_roles", "member_id", goes, nil},
	{"identities", "member_id", goes, nil},
	{"tokens", "member_id", goes, nil},
	{"keys", "member_id", stays, []string{"name"}},
	{"agent_sessions", "member_id", goes, nil},
	{"totp_secrets", "member_id", goes, nil},
	{"recovery_codes", "member_id", goes, nil},
	{"passkeys", "member_id", goes, nil},
	{"password_resets", "member_id", goes, nil},
	{"known_places", "member_id", goes, nil},
	{"login_policies", "break_glass", stays, nil},
	{"invitations", "by_id", stays, nil},
	{"invitations", "member_id", goes, nil},
	{"scim_users", "member_id", goes, nil},

	{"attempts", "member_id", stays, nil},
	{"requests", "member_id", stays, []string{"end_user", "session"}},
	{"usage_hours", "member_id", stays, nil},
	{"usage_tags", "member_id", stays, nil},
	{"cache_hours", "member_id", stays, nil},
	{"data_incidents", "member_id", stays, nil},
	{"audit_entries", "member_id", stays, nil},
	{"transcripts", "member_id", goes, nil},
	{"evaluation_rows", "member_id", goes, nil}, // and what models said to them (dependents)

	{"budget_requests", "asker_id", stays, []string{"reason"}},
	{"limit_requests", "asker_id", stays, []string{"reason"}},
	{"approvals", "asker_id", stays, []string{"reason"}},
	{"approvals", "decider_id", stays, []string{"note"}},
	{"approval_summons", "member_id", goes, nil},

	{"cache_entries", "member_id", goes, nil},
	{"cache_likes", "member_id", goes, nil},
	{"cache_likes", "maker_id", goes, nil},
	{"prompts", "owner_id", stays, nil}, // private ones go (dependents)
	{"prompt_opinions", "member_id", goes, nil},
	{"evaluation_datasets", "owner_id", stays, nil}, // private ones go, too
	{"batches", "member_id", goes, nil},             // and with them their lines
	{"batch_files", "member_id", goes, nil},
	{"batch_schedules", "owner_id", stays, nil}, // it pauses when they leave, and may be taken over
	{"member_views", "member_id", goes, nil},
	{"team_views", "member_id", stays, nil},

	{"notices", "member_id", goes, nil},
	{"news_seen", "member_id", goes, nil},
	{"notice_preferences", "member_id", goes, nil},
	{"deliveries", "member_id", goes, nil},
	{"report_deliveries", "member_id", goes, nil},
	{"report_stops", "member_id", goes, nil},
	{"legal_holds", "member_id", stays, nil},
	{"erasures", "member_id", stays, nil},
}

// sharedPersonColumns are those of tables that belong to no tenant; what they hold goes.
var sharedPersonColumns = []struct{ table, org, member string }{
	{"sessions", "member_org_id", "member_id"},
	{"device_logins", "confirmed_in", "confirmed_by"},
}

// addressColumns hold an address as a whole, and the row is about nobody else: it goes.
var addressColumns = []struct{ table, column string }{
	{"invitations", "email"}, {"applicants", "email"}, {"mails", "recipient"}, {"scim_users", "email"},
}

// untouched are tables that are not searched for names, and why.
var untouched = map[string]string{
	"audit_entries": "package audit rewrites them, and signs them again",
	"members":       "the person's own row is rewritten by itself; the others are about somebody else, who may have the same name",
	"identities":    "the person's own go; the others are what somebody else logs in with",
	"org_keys":      "ciphertext", "audit_heads": "hashes", "audit_anchors": "hashes",
}

// ofThings are columns of ids that name no person.
var ofThings = map[string]bool{"org_id": true, "id": true, "team_id": true, "department_id": true, "key_id": true, "token_id": true, "connection_id": true, "alias_id": true, "budget_id": true,
	"limit_id": true, "policy_id": true, "prompt_id": true, "node_id": true, "scope_node": true, "request_id": true, "grant_id": true, "increase_id": true, "account_id": true,
	"provider_id": true, "group_id": true, "user_id": true, "outage_id": true, "event_id": true, "channel_id": true, "bundle": true, "report_id": true, "edition_id": true,
	"experiment_id": true, "dataset_id": true, "evaluation_id": true, "batch_id": true, "schedule_id": true, "load_id": true, "file_id": true, "input_id": true, "output_id": true, "failures_id": true, "refused_by": true, "op_id": true, "about": true}
